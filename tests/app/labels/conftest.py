"""A server, a person and their browser."""

from tests.app.datasets.conftest import browser, person, store

__all__ = ["browser", "person", "store"]
