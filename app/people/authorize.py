"""The one place that decides who may do what to a thing."""

from typing import Literal, TypeVar

from sqlalchemy.orm import Session

from app.db import Owned
from app.errors import NotFound
from app.people.tables import User

Action = Literal["read", "change", "delete"]


T = TypeVar("T", bound=Owned)


def authorize(user: User, action: Action, thing: Owned) -> None:  # noqa: ARG001
    """Raise NotFound unless the person may; a stranger never learns that the thing exists.

    Today only owners may do anything. Classes (who may read, who may change) come here and nowhere else.
    """
    if thing.owner_id != user.id:
        raise NotFound


def get_readable(db: Session, user: User, kind: type[T], id: str) -> T:
    """The thing with this id, if the person may read it; else NotFound."""
    return _get(db, user, "read", kind, id)


def get_changeable(db: Session, user: User, kind: type[T], id: str) -> T:
    """The thing with this id, if the person may change it; else NotFound."""
    return _get(db, user, "change", kind, id)


def get_deletable(db: Session, user: User, kind: type[T], id: str) -> T:
    """The thing with this id, if the person may delete it; else NotFound."""
    return _get(db, user, "delete", kind, id)


def _get(db: Session, user: User, action: Action, kind: type[T], id: str) -> T:
    thing = db.get(kind, id) if "\x00" not in id else None
    if thing is None or getattr(thing, "deleted_at", None) is not None:  # kept only so that it can be undone
        raise NotFound
    authorize(user, action, thing)
    return thing
