"""Steps of versions, and sets of rows.

Columns are added without foreign keys: SQLite would have to make the whole table anew for one, and dropping the old
table would take the projects along.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('datasets', sa.Column('version_id', sa.String(length=16), nullable=True))
    op.add_column('dataset_versions', sa.Column('parent_id', sa.String(length=16), nullable=True))
    op.add_column('dataset_versions', sa.Column('root_hash', sa.String(length=64), nullable=True))
    op.add_column('dataset_versions', sa.Column('steps', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('dataset_versions', sa.Column('note', sa.String(length=300), nullable=False, server_default=''))
    op.create_table('row_sets',
    sa.Column('version_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_row_sets_owner_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['dataset_versions.id'], name=op.f('fk_row_sets_version_id_dataset_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_row_sets'))
    )
    op.create_index(op.f('ix_row_sets_owner_id'), 'row_sets', ['owner_id'], unique=False)
    op.create_index(op.f('ix_row_sets_version_id'), 'row_sets', ['version_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_row_sets_version_id'), table_name='row_sets')
    op.drop_index(op.f('ix_row_sets_owner_id'), table_name='row_sets')
    op.drop_table('row_sets')
    op.drop_column('dataset_versions', 'note')
    op.drop_column('dataset_versions', 'steps')
    op.drop_column('dataset_versions', 'root_hash')
    op.drop_column('dataset_versions', 'parent_id')
    op.drop_column('datasets', 'version_id')
