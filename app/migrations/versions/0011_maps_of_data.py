"""Maps of data: which job makes which map of which version."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('data_maps',
    sa.Column('version_id', sa.String(length=16), nullable=False),
    sa.Column('job_id', sa.String(length=16), nullable=False),
    sa.Column('method', sa.String(length=10), nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_data_maps_job_id_jobs')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_data_maps_owner_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['dataset_versions.id'], name=op.f('fk_data_maps_version_id_dataset_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_maps'))
    )
    op.create_index(op.f('ix_data_maps_job_id'), 'data_maps', ['job_id'], unique=False)
    op.create_index(op.f('ix_data_maps_owner_id'), 'data_maps', ['owner_id'], unique=False)
    op.create_index(op.f('ix_data_maps_version_id'), 'data_maps', ['version_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_data_maps_version_id'), table_name='data_maps')
    op.drop_index(op.f('ix_data_maps_owner_id'), table_name='data_maps')
    op.drop_index(op.f('ix_data_maps_job_id'), table_name='data_maps')
    op.drop_table('data_maps')
