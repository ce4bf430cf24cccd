"""A file, or all below a path, from the S3 bucket that who runs the server has opened.

Endpoint, region and credentials are the usual ``AWS_...`` variables of the server, which no person sees.
"""

from collections.abc import Iterator

from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.elsewhere.client import NotFetched
from app.elsewhere.desk import Desk, Fetched
from app.errors import BadInput
from app.settings import Settings

MOST = 200_000
"""Files below one path."""


def check(source: str, settings: Settings) -> str:
    """A path in the bucket: a file, or a folder with ``/`` at its end."""
    path = source.strip().removeprefix(f"s3://{settings.s3_bucket}/").lstrip("/")
    if path.startswith("s3://"):
        raise BadInput(f"Only the bucket {settings.s3_bucket} is open here.")
    if not path.isprintable() or len(path) > 1000 or ".." in path.split("/"):
        raise BadInput("Write the path of a file in the bucket, or of a folder with / at its end.")
    return path or "/"


def fetch(source: str, desk: Desk) -> Fetched:
    """Get a file, or a folder packed together."""
    store = S3Store(desk.settings.s3_bucket, client_options={"allow_http": True})
    try:
        if not source.endswith("/"):
            found = store.get(source)
            desk.expect(found.meta["size"])
            return Fetched(desk.keep(map(bytes, found.stream())), source.rsplit("/", 1)[-1])
        return fetch_folder(store, "" if source == "/" else source, desk)
    except FileNotFoundError:
        raise NotFetched(
            f"There is no file {source[:200]} in the bucket. A folder is written with / at its end."
        ) from None
    except BaseError as error:
        raise NotFetched(
            f"The bucket could not be read ({type(error).__name__}). Ask who runs the server."
        ) from error


def fetch_folder(store: S3Store, prefix: str, desk: Desk) -> Fetched:
    """All files below a path, as one archive."""
    files: list[tuple[str, int]] = []
    for some in store.list(prefix or None):
        files += [(meta["path"], meta["size"]) for meta in some if meta["size"]]
        if len(files) > MOST:
            raise NotFetched(f"More than {MOST:,} files lie below {prefix[:200]}. Bring a part of them.")
    if not files:
        raise NotFetched(f"Nothing lies below {prefix[:200] or 'the bucket'}.")
    desk.expect(sum(size for _, size in files))
    name = prefix.rstrip("/").rsplit("/", 1)[-1] or str(desk.settings.s3_bucket)

    def contents(path: str) -> Iterator[bytes]:
        yield from map(bytes, store.get(path).stream())

    entries = ((f"{name}/{path.removeprefix(prefix)}", size, contents(path)) for path, size in sorted(files))
    return Fetched(desk.pack(entries), f"{name}.tar")
