"""Owners, entry links, names and passwords."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import BadInput
from app.people.passwords import find_weakness, hash_password, is_right
from app.people.session import hash_token
from app.people.tables import EntryLink, SignIn, User

LINK_LIFE = timedelta(hours=24)
LONGEST_NAME = 120


def find_owner(db: Session) -> User | None:
    """The first person, whose server this is."""
    return db.scalar(select(User).where(User.role == "owner"))


def get_or_make_owner(db: Session) -> User:
    """The owner, made here when there is none."""
    owner = find_owner(db)
    if owner is None:
        owner = User(name="Owner", role="owner")
        db.add(owner)
        db.flush()
    return owner


def has_password(db: Session) -> bool:
    """Whether the owner can sign in, so that the server may be reached by others."""
    owner = find_owner(db)
    return owner is not None and owner.password_hash is not None


def make_entry_link(db: Session) -> str:
    """A new one-time token for the owner, who is made here when there is none; older links die."""
    owner = get_or_make_owner(db)
    token = secrets.token_urlsafe(32)
    db.execute(delete(EntryLink))
    db.add(EntryLink(token_hash=hash_token(token), owner_id=owner.id, expires_at=now() + LINK_LIFE))
    return token


def use_entry_link(db: Session, token: str) -> User | None:
    """The person the link lets in, once: of two browsers that open it at the same moment one gets None."""
    owner_id = db.scalar(
        delete(EntryLink)
        .where(EntryLink.token_hash == hash_token(token), EntryLink.expires_at > now())
        .returning(EntryLink.owner_id)
    )
    return db.get(User, owner_id) if owner_id else None


def find_person(db: Session, name: str, password: str) -> User | None:
    """The person with this name and password. An unknown name takes as long as a wrong password."""
    name = name.strip()
    known = name.isprintable()  # nobody has another name, and PostgreSQL takes no NUL even in a question
    user = db.scalar(select(User).where(User.name == name)) if known else None
    right = is_right(password, user.password_hash if user else None)
    return user if right else None


def change_name(db: Session, user: User, name: str) -> None:
    """Take another name; raises BadInput with a sentence."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"A name has 1 to {LONGEST_NAME} letters. Enter another one.")
    taken = select(func.count()).where(User.name == name, User.id != user.id)
    if db.scalar(taken):
        raise BadInput(f"Somebody here is called {name} already. Enter another name.")
    user.name = name


def change_password(user: User, old: str, new: str) -> None:
    """Take another password; who has one must know it. Raises BadInput with a sentence."""
    if user.password_hash is not None and not is_right(old, user.password_hash):
        raise BadInput("This is not your password until now. Enter the one you signed in with.")
    check_password(user, new)
    user.password_hash = hash_password(new)


def set_password(db: Session, user: User, new: str) -> None:
    """Take a password whatever the last one was, and end all sessions: for who runs the server."""
    check_password(user, new)
    user.password_hash = hash_password(new)
    db.execute(delete(SignIn).where(SignIn.owner_id == user.id))
    db.execute(delete(EntryLink).where(EntryLink.owner_id == user.id))


def check_password(user: User, new: str) -> None:
    """Raise BadInput with a sentence when a password is too easily guessed."""
    weakness = find_weakness(new, user.name)
    if weakness:
        raise BadInput(weakness)
