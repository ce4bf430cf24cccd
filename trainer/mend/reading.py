"""Cells from one kind to another: text to numbers and dates, numbers and dates to text, text out of a wrong encoding.

This file stands alone on numpy and the standard library, and is copied as it is into every download.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
SPACES = str.maketrans("", "", " \u00a0\u202f'’_")
TAGS = re.compile(r"[,;|]")
CONTROLS = re.compile("[\u0080\u0082-\u008c\u008e\u0091-\u009c\u009e\u009f]")
"""Controls of Latin-1 that are letters in Windows-1252."""
MOJIBAKE = re.compile("[\u0080-\u009f\u00c2-\u00f4]")
"""A UTF-8 sequence that was read as Windows-1252 begins with one of these."""


def each(cells: Array, read: Callable[[Any], Any]) -> list[Any]:
    """``read`` of every cell that is not None, each different one only once."""
    known: dict[Any, Any] = {None: None}
    found = []
    for cell in cells.tolist():
        if cell not in known:
            known[cell] = read(cell)
        found.append(known[cell])
    return found


def as_texts(cells: Iterable[Any]) -> Array:
    """Texts or None -> object [N]."""
    found = list(cells)
    out = np.empty(len(found), dtype=object)
    out[:] = found
    return out


def as_numbers(cells: Iterable[Any]) -> Array:
    """Numbers or None -> float64 [N]; what is not finite is missing."""
    found = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    found[~np.isfinite(found)] = np.nan
    return found


def as_times(cells: Iterable[Any]) -> Array:
    """Datetimes or None -> datetime64[us] [N]."""
    return np.array(list(cells), dtype="datetime64[us]")


def read_number(text: str, decimal: str = ".") -> float | None:
    """A number as people write it: 1234.5, 1,234.5, or with ``decimal=","`` 1.234,5; None where it is none."""
    text = text.translate(SPACES)
    if decimal == ",":
        text = text.translate({ord(","): ".", ord("."): ","})
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if NUMBER.fullmatch(text) else None


def read_time(text: str) -> datetime | None:
    """A date or time as ISO 8601 writes it, a year, or a year and month; None where it is none."""
    text = text.strip().replace("/", "-")
    if re.fullmatch(r"\d{4}(-\d{1,2}(-\d{1,2})?)?", text):
        text = "-".join(f"{int(part):02}" for part in [*text.split("-"), "1", "1"][:3]).zfill(10)
    try:
        return local(datetime.fromisoformat(text))
    except ValueError:
        return None


def read_format(text: str, form: str) -> datetime | None:
    """A date as ``form`` writes it; None where it does not fit."""
    try:
        return local(datetime.strptime(text.strip(), form))  # noqa: DTZ007 - tables hold local times without a zone
    except (ValueError, OverflowError):
        return None


def local(time: datetime) -> datetime:
    """Without a zone; where one was given, in UTC."""
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)


def write_number(value: float) -> str | None:
    """A number as text: whole ones without a point."""
    if value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def write_time(time: datetime | None) -> str | None:
    """A time as text: the date alone at midnight."""
    if time is None:
        return None
    return (
        time.date().isoformat() if (time.hour, time.minute, time.second) == (0, 0, 0) else time.isoformat(" ")
    )


def write_texts(cells: Array) -> Array:
    """Any cells as text."""
    if cells.dtype == object:
        return cells
    write: Callable[[Any], str | None] = write_number if cells.dtype.kind == "f" else write_time
    return as_texts(write(cell) for cell in cells.tolist())


def read_tags(text: str) -> str | None:
    """A list of tags as JSON, out of such a list or of words with commas, semicolons or bars between them."""
    tags = list_tags(text)
    if tags is None:
        tags = [part.strip() for part in TAGS.split(text)]
    found = list(dict.fromkeys(tag for tag in tags if tag))
    return json.dumps(found, ensure_ascii=False) if found else None


def list_tags(text: str) -> list[str] | None:
    """The tags of a JSON list; None where the text is none."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return [str(tag) for tag in found] if isinstance(found, list) else None


def change_tags(text: str, change: Callable[[str], str | None]) -> str | None:
    """A list of tags with each of them changed, none twice; None where none is left."""
    changed = (change(tag) for tag in list_tags(text) or [])
    found = list(dict.fromkeys(tag for tag in changed if tag))
    return json.dumps(found, ensure_ascii=False) if found else None


def fix_text(text: str) -> str:
    """UTF-8 that was read as Windows-1252, once or twice ("MÃ¼ller", "MÃƒÂ¼ller"), as it was meant; and letters of
    Windows-1252 that were read as Latin-1, where they are controls that nobody sees.
    """
    for _ in range(3):
        if not MOJIBAKE.search(text):
            return text
        try:
            text = b"".join(map(as_byte, text)).decode("utf-8")
        except ValueError:
            return CONTROLS.sub(
                lambda found: found.group().encode("latin-1").decode("cp1252", "replace"), text
            )
    return text


def as_byte(letter: str) -> bytes:
    """The byte that Windows-1252 shows as this letter; the five that it does not know stand for themselves."""
    return bytes([ord(letter)]) if "\u0080" <= letter <= "\u009f" else letter.encode("cp1252")
