"""Versions on their way: steps that were asked for and whose version is being made."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mendings',
    sa.Column('dataset_id', sa.String(length=16), nullable=False),
    sa.Column('job_id', sa.String(length=16), nullable=False),
    sa.Column('base_id', sa.String(length=16), nullable=False),
    sa.Column('after_id', sa.String(length=16), nullable=True),
    sa.Column('root_hash', sa.String(length=64), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('version_id', sa.String(length=16), nullable=True),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['datasets.id'], name=op.f('fk_mendings_dataset_id_datasets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_mendings_job_id_jobs')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_mendings_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mendings'))
    )
    op.create_index(op.f('ix_mendings_dataset_id'), 'mendings', ['dataset_id'], unique=False)
    op.create_index(op.f('ix_mendings_job_id'), 'mendings', ['job_id'], unique=False)
    op.create_index(op.f('ix_mendings_owner_id'), 'mendings', ['owner_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_mendings_owner_id'), table_name='mendings')
    op.drop_index(op.f('ix_mendings_job_id'), table_name='mendings')
    op.drop_index(op.f('ix_mendings_dataset_id'), table_name='mendings')
    op.drop_table('mendings')
