"""Deleting can be undone: since when a dataset or a version is out of sight."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('datasets', sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('dataset_versions', sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('dataset_versions', 'deleted_at')
    op.drop_column('datasets', 'deleted_at')
