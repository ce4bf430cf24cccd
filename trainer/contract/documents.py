"""How a document is written, read and refused: whole or not at all, closed to unknown fields."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A typed, closed, immutable JSON document."""

    model_config = ConfigDict(extra="forbid", frozen=True)


D = TypeVar("D", bound=BaseModel)


class DocumentFromTheFuture(ValueError):
    """A document was written by a newer Skillet than this one."""


def write_whole(path: Path, content: bytes | str) -> None:
    """Put ``content`` at ``path`` whole or not at all: temporary neighbour, fsync, rename, fsync of the folder."""
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_document(path: Path, document: BaseModel) -> None:
    """Write a document as JSON, whole or not at all."""
    write_whole(path, document.model_dump_json(indent=1))


def read_document(path: Path, kind: type[D]) -> D:
    """Read a document; raises ``pydantic.ValidationError`` with the place of the first wrong field."""
    return kind.model_validate_json(path.read_bytes())


def digest(value: Any, length: int = 20) -> str:
    """A stable name for a JSON value: the first ``length`` hex digits of SHA-256 of its canonical form."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:length]
