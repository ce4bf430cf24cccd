"""Alembic's entry: runs the revisions on the connection that ``app.db.migrate`` hands over."""

import importlib
import pkgutil
from typing import Any, Literal

from alembic import context

import app
from app.db import Base, UtcTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Revisions name SQLAlchemy's types only, so that they stay true when ours change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


for package in pkgutil.iter_modules(app.__path__, "app."):
    if package.ispkg and importlib.util.find_spec(f"{package.name}.tables"):
        importlib.import_module(f"{package.name}.tables")

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_item=render_item,
)
context.run_migrations()
