"""A file from a web address."""

from app.elsewhere.client import ask, read_url
from app.elsewhere.desk import Desk, Fetched
from app.settings import Settings


def check(source: str, settings: Settings) -> str:
    """The address, read but not resolved: the web server waits for no name server."""
    read_url(source.strip(), frozenset(settings.trusted_hosts))
    return source.strip()


def fetch(source: str, desk: Desk) -> Fetched:
    """Get it."""
    trusted = frozenset(desk.settings.trusted_hosts)
    with ask(source, trusted=trusted, limit=desk.limit, until=desk.until) as answer:
        desk.expect(answer.size)
        return Fetched(desk.keep(answer.pieces), answer.filename)
