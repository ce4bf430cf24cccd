"""A dataset of the Hugging Face Hub, or of a server that speaks as it does: its files, one or packed together."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from app.elsewhere.client import NotFetched, ask
from app.elsewhere.desk import Desk, Fetched
from app.errors import BadInput
from app.settings import Settings

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
BESIDE = re.compile(r"(^|/)(\.[^/]*|README\.md|LICENSE[^/]*|dataset_infos\.json|[^/]*\.py)$", re.IGNORECASE)
"""Files that stand beside the data."""
LISTING = 8 * 2**20
PAGES = 100


def check(source: str, settings: Settings) -> str:  # noqa: ARG001 - every kind is checked by the same call
    """The name of a dataset: ``owner/name`` or ``name``."""
    name = source.strip().removeprefix("https://huggingface.co/datasets/").strip("/")
    if not NAME.fullmatch(name) or ".." in name:
        raise BadInput(
            "A dataset of the Hub is named owner/name, such as ylecun/mnist. Copy it from its page."
        )
    return name


def fetch(source: str, desk: Desk) -> Fetched:
    """List its files, then get them."""
    files = [(path, size) for path, size in list_files(source, desk) if not BESIDE.search(path)]
    if not files:
        raise NotFetched(f"{source} has no data files that could be brought.")
    desk.expect(sum(size for _, size in files))
    name = source.rsplit("/", 1)[-1]
    if len(files) == 1:
        path, size = files[0]
        return Fetched(desk.keep(contents(source, path, size, desk)), path.rsplit("/", 1)[-1])
    packed = desk.pack((f"{name}/{path}", size, contents(source, path, size, desk)) for path, size in files)
    return Fetched(packed, f"{name}.tar")


def list_files(source: str, desk: Desk) -> Iterator[tuple[str, int]]:
    """Path and size of every file, page by page."""
    url: str | None = f"{desk.settings.hub}/api/datasets/{source}/tree/main?recursive=true"
    trusted = frozenset(desk.settings.trusted_hosts)
    for _ in range(PAGES):
        if url is None:
            return
        with ask(url, trusted=trusted, limit=LISTING, until=desk.until) as answer:
            try:
                entries = json.loads(b"".join(answer.pieces))
                found = [
                    (str(entry["path"]), int(entry["size"])) for entry in entries if entry["type"] == "file"
                ]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise NotFetched("The Hub's list of files is not in the form that is known here.") from None
            url = answer.links.get("next")
        yield from found
    raise NotFetched(f"{source} has more files than are listed here. Bring a part of it.")


def contents(source: str, path: str, size: int, desk: Desk) -> Iterator[bytes]:
    """The bytes of one file."""
    url = f"{desk.settings.hub}/datasets/{source}/resolve/main/{quote(path)}"
    with ask(url, trusted=frozenset(desk.settings.trusted_hosts), limit=size, until=desk.until) as answer:
        yield from answer.pieces
