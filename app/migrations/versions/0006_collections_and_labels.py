"""Collections of examples, and labels that wait for a version."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('collections',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('dataset_id', sa.String(length=16), nullable=True),
    sa.Column('points', sa.JSON(), nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['datasets.id'], name=op.f('fk_collections_dataset_id_datasets'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_collections_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collections'))
    )
    op.create_index(op.f('ix_collections_dataset_id'), 'collections', ['dataset_id'], unique=False)
    op.create_index(op.f('ix_collections_owner_id'), 'collections', ['owner_id'], unique=False)
    op.create_table('collected_classes',
    sa.Column('collection_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collections.id'], name=op.f('fk_collected_classes_collection_id_collections'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_collected_classes_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collected_classes'))
    )
    op.create_index(op.f('ix_collected_classes_collection_id'), 'collected_classes', ['collection_id'], unique=False)
    op.create_index(op.f('ix_collected_classes_owner_id'), 'collected_classes', ['owner_id'], unique=False)
    op.create_table('sittings',
    sa.Column('dataset_id', sa.String(length=16), nullable=False),
    sa.Column('version_id', sa.String(length=16), nullable=False),
    sa.Column('column', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('picture', sa.String(length=12), nullable=True),
    sa.Column('labels', sa.JSON(), nullable=False),
    sa.Column('growth', sa.JSON(), nullable=False),
    sa.Column('ranking_job_id', sa.String(length=16), nullable=True),
    sa.Column('saved_version_id', sa.String(length=16), nullable=True),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['datasets.id'], name=op.f('fk_sittings_dataset_id_datasets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_sittings_owner_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['dataset_versions.id'], name=op.f('fk_sittings_version_id_dataset_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sittings'))
    )
    op.create_index(op.f('ix_sittings_dataset_id'), 'sittings', ['dataset_id'], unique=False)
    op.create_index(op.f('ix_sittings_owner_id'), 'sittings', ['owner_id'], unique=False)
    op.create_index(op.f('ix_sittings_ranking_job_id'), 'sittings', ['ranking_job_id'], unique=False)
    op.create_index(op.f('ix_sittings_version_id'), 'sittings', ['version_id'], unique=False)
    op.create_table('items',
    sa.Column('collection_id', sa.String(length=16), nullable=False),
    sa.Column('class_id', sa.String(length=16), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('ending', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['class_id'], ['collected_classes.id'], name=op.f('fk_items_class_id_collected_classes'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['collection_id'], ['collections.id'], name=op.f('fk_items_collection_id_collections'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_items_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_items'))
    )
    op.create_index(op.f('ix_items_class_id'), 'items', ['class_id'], unique=False)
    op.create_index(op.f('ix_items_collection_id'), 'items', ['collection_id'], unique=False)
    op.create_index(op.f('ix_items_owner_id'), 'items', ['owner_id'], unique=False)
    op.create_table('marks',
    sa.Column('sitting_id', sa.String(length=16), nullable=False),
    sa.Column('batch', sa.Integer(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('excluded', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sittings.id'], name=op.f('fk_marks_sitting_id_sittings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sitting_id', 'batch', 'row', name=op.f('pk_marks'))
    )


def downgrade() -> None:
    op.drop_table('marks')
    op.drop_index(op.f('ix_items_owner_id'), table_name='items')
    op.drop_index(op.f('ix_items_collection_id'), table_name='items')
    op.drop_index(op.f('ix_items_class_id'), table_name='items')
    op.drop_table('items')
    op.drop_index(op.f('ix_sittings_version_id'), table_name='sittings')
    op.drop_index(op.f('ix_sittings_ranking_job_id'), table_name='sittings')
    op.drop_index(op.f('ix_sittings_owner_id'), table_name='sittings')
    op.drop_index(op.f('ix_sittings_dataset_id'), table_name='sittings')
    op.drop_table('sittings')
    op.drop_index(op.f('ix_collected_classes_owner_id'), table_name='collected_classes')
    op.drop_index(op.f('ix_collected_classes_collection_id'), table_name='collected_classes')
    op.drop_table('collected_classes')
    op.drop_index(op.f('ix_collections_owner_id'), table_name='collections')
    op.drop_index(op.f('ix_collections_dataset_id'), table_name='collections')
    op.drop_table('collections')
