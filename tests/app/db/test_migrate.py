"""The tables after migration are the tables of the code, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from app.db import Base, is_at_head, migrate


def test_the_revisions_make_exactly_the_tables_of_the_code(any_engine: Engine) -> None:
    with any_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert len(inspect(connection).get_table_names()) > 8
    assert is_at_head(any_engine)


def test_migrating_again_changes_nothing(any_engine: Engine) -> None:
    migrate(any_engine)
    assert is_at_head(any_engine)
