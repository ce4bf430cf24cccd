"""Which alphabet a text file is written in, found by reading all of it, and its copy in UTF-8."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from trainer.sources.refusal import Refused

CHUNK = 4 << 20
HEAD = 1 << 20
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
REPLACED = "\ufffd".encode()
"""Stands in files that somebody converted badly before: not our fault, and right UTF-8."""
KANA = re.compile("[\u3040-\u30ff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")
KANA_SHARE = 0.1
"""Japanese writing is full of kana; cp1252 text that happens to decode as Shift-JIS is not."""
GOOD_PER_BAD = 10
"""So many right UTF-8 characters for each wrong byte: UTF-8 with damaged lines, not another alphabet."""


def chunks(path: Path | bytes) -> Iterator[bytes]:
    """The file, 4 MB at a time; or bytes that are in memory already."""
    if isinstance(path, bytes):
        yield path
        return
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def find_encoding(path: Path | bytes) -> tuple[str, str]:
    """Python's name of the encoding and a person's name for it. Reads the whole file once, 4 MB at a time.

    A mark at the start decides; else whole-file UTF-8; else Shift-JIS where it decodes and has kana; else
    Windows-1252, or Latin-1 where bytes occur that Windows-1252 lacks. Raises Refused on binary zeros.
    """
    head = next(chunks(path), b"")[:4096]
    for mark, name, words in BOMS:
        if head.startswith(mark):
            return name, words
    if b"\0" in head:
        return without_mark(head)
    if is_utf8(path):
        return "utf-8", "UTF-8"
    if is_japanese(path):
        return "cp932", "Shift-JIS"
    if decodes(path, "cp1252"):
        return "cp1252", "Windows-1252"
    return "latin-1", "Latin-1"


def as_utf8(path: Path, scratch: Path) -> tuple[Path, str]:
    """The file in UTF-8 with line ends that end lines, copied into ``scratch`` if it must be; its alphabet in words."""
    encoding, words = find_encoding(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if encoding == "utf-8" and not (b"\r" in head and b"\n" not in head):
        return path, words
    copy = scratch / "utf8.txt"
    transcode(path, encoding, copy)
    return copy, words


def without_mark(head: bytes) -> tuple[str, str]:
    """UTF-16 without a mark shows by zeros in every second byte of plain letters."""
    odd, even = head[1::2].count(0), head[::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le", "UTF-16"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be", "UTF-16"
    raise Refused(
        "This is not a text file: it holds binary zeros. Save the table as CSV (UTF-8) and bring that."
    )


def is_utf8(path: Path | bytes) -> bool:
    """Whether the file is UTF-8, or UTF-8 with few damaged places (those lines are rejected later)."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = position = 0
    tail = b""
    for chunk in chunks(path):
        zero = chunk.find(b"\0")
        if zero >= 0:
            raise Refused(
                f"Byte {position + zero + 1:,} is a binary zero, which no text has: the file is damaged "
                "or not a table. "
                "Save it as CSV (UTF-8) again."
            )
        position += len(chunk)
        if chunk.isascii() and decoder.getstate()[0] == b"":
            continue
        text = decoder.decode(chunk)
        wrong = text.count("\ufffd") - (tail + chunk).count(REPLACED)
        tail = chunk[-2:]
        bad += wrong
        if wrong or bad:
            good += len(NOT_ASCII.findall(text)) - wrong
        if bad and good < GOOD_PER_BAD * bad and position > CHUNK:
            return False
    bad += decoder.decode(b"", final=True).count("\ufffd")
    return bad == 0 or good >= GOOD_PER_BAD * bad


def decodes(path: Path | bytes, encoding: str) -> bool:
    """Whether the whole file is right in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_japanese(path: Path | bytes) -> bool:
    """Whether the file is Shift-JIS and has kana in it."""
    if not decodes(path, "cp932"):
        return False
    decoder = codecs.getincrementaldecoder("cp932")()
    kana = other = 0
    for chunk in chunks(path):
        text = decoder.decode(chunk)
        kana += len(KANA.findall(text))
        other += len(NOT_ASCII.findall(text))
    return kana > KANA_SHARE * other


def transcode(path: Path, encoding: str, target: Path) -> None:
    """Write the file as UTF-8 with ``\\n`` line ends at ``target``, 4 MB at a time. Raises Refused where
    it breaks.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    carry = ""
    position = 0
    with target.open("wb") as out:
        for chunk in chunks(path):
            try:
                text = carry + decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise Refused(
                    f"The file starts as {encoding.upper()} but is not from about byte "
                    f"{position + error.start:,} on. "
                    "It may be cut off: save it again as CSV (UTF-8)."
                ) from None
            position += len(chunk)
            carry = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(carry)]
            out.write(plain_ends(text))
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise Refused(
                f"The file is cut off in the middle of a {encoding.upper()} character. Bring it again."
            ) from None
        out.write(plain_ends(carry))


def plain_ends(text: str) -> bytes:
    """The text in UTF-8 with ``\\n`` line ends, without a mark at the start or zeros."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    if "\0" in text:
        raise Refused(
            "This is not a text file: it holds binary zeros. Save the table as CSV (UTF-8) and bring that."
        )
    return text.encode()
