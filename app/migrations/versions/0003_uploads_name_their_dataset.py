"""Uploads name their dataset, the import that reads them, and the files they came with."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('uploads', sa.Column('delivery', sa.String(length=32), nullable=True))
    op.add_column('uploads', sa.Column('dataset_id', sa.String(length=16), nullable=True))
    op.add_column('uploads', sa.Column('job_id', sa.String(length=16), nullable=True))
    op.create_index(op.f('ix_uploads_dataset_id'), 'uploads', ['dataset_id'], unique=False)
    op.create_index(op.f('ix_uploads_job_id'), 'uploads', ['job_id'], unique=False)
    for column, source in (('dataset_id', 'id'), ('job_id', 'job_id')):
        op.execute(
            f'UPDATE uploads SET {column} = '
            f'(SELECT datasets.{source} FROM datasets WHERE datasets.upload_id = uploads.id '
            f'ORDER BY datasets.created_at DESC LIMIT 1)'
        )


def downgrade() -> None:
    op.drop_index(op.f('ix_uploads_job_id'), table_name='uploads')
    op.drop_index(op.f('ix_uploads_dataset_id'), table_name='uploads')
    op.drop_column('uploads', 'job_id')
    op.drop_column('uploads', 'dataset_id')
    op.drop_column('uploads', 'delivery')
