"""A server's data folder, a person and their browser."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.support.people import a_browser, a_user


@pytest.fixture
def store(settings: Settings) -> Store:
    """The test's data folder."""
    store = Store(settings.data)
    store.create()
    return store


@pytest.fixture
def person(engine: Engine) -> User:
    """Somebody."""
    return a_user(engine)


@pytest.fixture
def browser(app: FastAPI, person: User) -> TestClient:
    """Somebody's browser."""
    return a_browser(app, person)
