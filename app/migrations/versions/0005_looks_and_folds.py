"""Looks at the test part; runs on the folds of a split."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('runs', sa.Column('batch', sa.String(length=16), nullable=True))
    op.add_column('runs', sa.Column('fold', sa.Integer(), nullable=True))
    op.create_index(op.f('ix_runs_batch'), 'runs', ['batch'], unique=False)
    op.create_table('looks',
    sa.Column('project_id', sa.String(length=16), nullable=False),
    sa.Column('run_id', sa.String(length=16), nullable=True),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_looks_owner_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_looks_project_id_projects'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_looks_run_id_runs'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_looks'))
    )
    op.create_index(op.f('ix_looks_owner_id'), 'looks', ['owner_id'], unique=False)
    op.create_index(op.f('ix_looks_project_id'), 'looks', ['project_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_looks_project_id'), table_name='looks')
    op.drop_index(op.f('ix_looks_owner_id'), table_name='looks')
    op.drop_table('looks')
    op.drop_index(op.f('ix_runs_batch'), table_name='runs')
    op.drop_column('runs', 'fold')
    op.drop_column('runs', 'batch')
