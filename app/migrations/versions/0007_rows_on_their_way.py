"""Rows that are added to a dataset: the job that does it

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("datasets", sa.Column("adding_id", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("datasets", "adding_id")
