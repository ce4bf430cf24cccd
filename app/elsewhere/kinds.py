"""Where data may be brought from besides a person's own machine: one file a kind, one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from app.elsewhere import bucket, hub, query, web
from app.elsewhere.desk import Desk, Fetched
from app.pages import words
from app.settings import Settings

_ = words.gettext


@dataclass(frozen=True)
class Kind:
    """``check`` refuses a source in words or gives it in its form; ``fetch`` gets it."""

    key: str
    title: str
    label: str
    example: str
    setting: str
    value: str
    """Of the setting, such as it may be."""
    is_on: Callable[[Settings], bool]
    check: Callable[[str, Settings], str]
    fetch: Callable[[str, Desk], Fetched]


KINDS = {
    "url": Kind(
        "url", _("Web address"), _("Address"), "https://example.org/people.csv",
        "SKILLET_URL_IMPORT", "true",
        lambda settings: settings.url_import, web.check, web.fetch,
    ),
    "s3": Kind(
        "s3", _("S3 bucket"), _("Path of a file, or of a folder with / at its end"), "photos/2026/",
        "SKILLET_S3_BUCKET", "class-data",
        lambda settings: settings.s3_bucket is not None, bucket.check, bucket.fetch,
    ),
    "sql": Kind(
        "sql", _("Database"), _("Query"), "SELECT * FROM orders WHERE year = 2026",
        "SKILLET_SQL_CONNECTION", "postgresql+psycopg://reader@db.example.org/shop",
        lambda settings: settings.sql_connection is not None, query.check, query.fetch,
    ),
    "hub": Kind(
        "hub", _("Hugging Face Hub"), _("Dataset"), "owner/name",
        "SKILLET_HUB", "https://huggingface.co",
        lambda settings: settings.hub is not None, hub.check, hub.fetch,
    ),
}  # fmt: skip


def list_on(settings: Settings) -> list[Kind]:
    """The kinds that who runs the server has turned on."""
    return [kind for kind in KINDS.values() if kind.is_on(settings)]
