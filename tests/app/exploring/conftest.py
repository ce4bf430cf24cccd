"""A dataset of 120 people."""

import pytest
from sqlalchemy import Engine

from app.datasets.tables import Dataset
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    """120 made-up people, a third of them women."""
    return a_dataset(engine, store, person)
