"""A person for a test, and a browser that is signed in as them."""

from fastapi import FastAPI, Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.db import new_id, open_session
from app.people.passwords import hash_password
from app.people.session import COOKIE, begin_session
from app.people.tables import User
from app.settings import Settings


def a_user(
    engine: Engine, name: str | None = None, password: str | None = None, role: str = "member"
) -> User:
    """A stored person."""
    hashed = hash_password(password) if password else None
    user = User(name=name or f"Person {new_id()}", password_hash=hashed, role=role)
    with open_session(engine) as db:
        db.add(user)
        db.commit()
    return user


def a_token(engine: Engine, user: User) -> str:
    """The cookie of a new session of this person."""
    response = Response()
    with open_session(engine) as db:
        begin_session(db, Settings(), user, response)
        db.commit()
    return response.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]


def a_browser(app: FastAPI, user: User | None = None) -> TestClient:
    """A client that sends what a browser sends with our own pages; signed in when a person is given."""
    client = TestClient(app, base_url="http://localhost", follow_redirects=False)
    client.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
    if user is not None:
        client.cookies.set(COOKIE, a_token(app.state.engine, user), domain="localhost.local")
    return client
