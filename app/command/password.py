"""``skillet password``: the owner's password, where no browser on this machine can open the link (a container)."""

import getpass
import sys

from app.db import make_engine, migrate, open_session
from app.errors import BadInput
from app.people.service import get_or_make_owner, set_password
from app.settings import Settings
from app.storage import Store


def choose_password(settings: Settings) -> str:
    """Ask for a password, keep it, end all sessions. Returns the name it belongs to; raises BadInput in words."""
    Store(settings.data).create()
    password = ask_password()
    engine = make_engine(settings)
    try:
        migrate(engine)
        with open_session(engine) as db:
            owner = get_or_make_owner(db)
            set_password(db, owner, password)
            db.commit()
            return owner.name
    finally:
        engine.dispose()


def ask_password() -> str:
    """Twice from a terminal, which does not show it; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("New password of the owner: ")
    if getpass.getpass("Once more: ") != first:
        raise BadInput("These two passwords differ. Start the command again.")
    return first
