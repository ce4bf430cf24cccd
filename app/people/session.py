"""Who is signed in: a random token in a cookie, of which only the hash is stored."""

import hashlib
import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.db import now, open_session
from app.errors import NotSignedIn
from app.people.tables import SignIn, User
from app.settings import Settings

COOKIE = "skillet"


async def signed_in(request: Request) -> User:
    """The person of this request, found by ``app.edge.gate`` before any route was chosen."""
    user: User | None = getattr(request.state, "user", None)
    if user is None:
        raise NotSignedIn
    return user


Person = Annotated[User, Depends(signed_in)]


def hash_token(token: str) -> str:
    """What is stored of a token. It is random, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_user(engine: Engine, token: str) -> User | None:
    """The person whose session this token is, unless it has ended."""
    with open_session(engine, write=False) as db:
        return db.scalar(
            select(User)
            .join(SignIn, SignIn.owner_id == User.id)
            .where(SignIn.token_hash == hash_token(token), SignIn.expires_at > now())
        )


def begin_session(db: Session, settings: Settings, user: User, response: Response) -> None:
    """Sign in: always a new token, so that one planted before is worth nothing. Ended sessions are swept."""
    token = secrets.token_urlsafe(32)
    lifetime = timedelta(days=settings.session_days)
    db.execute(delete(SignIn).where(SignIn.expires_at <= now()))
    db.add(SignIn(token_hash=hash_token(token), owner_id=user.id, expires_at=now() + lifetime))
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def end_session(db: Session, token: str) -> None:
    """Sign out one browser."""
    db.execute(delete(SignIn).where(SignIn.token_hash == hash_token(token)))


def end_other_sessions(db: Session, user: User, token: str) -> None:
    """Sign out every other browser of this person."""
    db.execute(delete(SignIn).where(SignIn.owner_id == user.id, SignIn.token_hash != hash_token(token)))
