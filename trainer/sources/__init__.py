"""Raw bytes of strangers -> rows: one file a format. Which format it is, the content says, never the name."""

from pathlib import Path

from trainer.sources.arff import looks_like_arff, open_arff
from trainer.sources.arrow import open_arrow, open_parquet
from trainer.sources.csv import open_csv
from trainer.sources.excel import is_workbook, open_workbook
from trainer.sources.gzip import unpack_gzip
from trainer.sources.json import looks_like_json, open_json
from trainer.sources.pictures import is_picture, what_is
from trainer.sources.refusal import READS, Refused
from trainer.sources.rejects import Rejects
from trainer.sources.table import Table
from trainer.sources.zips import open_archive

KINDS = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive: unpack it and make a zip",
    b"Rar!": "a RAR archive: unpack it and make a zip",
    b"BZh": "a bzip2 file: unpack it first",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"\x28\xb5\x2f\xfd": "a Zstandard file: unpack it first",
    b"FEA1": "a Feather file of the first version: save it again with a newer library",
    b"Obj\x01": "an Avro file: save it as Parquet or CSV",
    b"ORC": "an ORC file: save it as Parquet or CSV",
    b"%PDF": "a PDF",
    b"MZ\x90\0": "a Windows program",
    b"\x7fELF": "a program",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"\x93NUMPY": "a NumPy file: save it as CSV",
    b"\x89HDF": "an HDF5 file: save it as CSV",
    b"SQLite format 3": "a database: save the table as CSV",
}
PICTURES = ("png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif", "tif", "tiff")
BOOKS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
STREAM = b"\xff\xff\xff\xff"
"""How a message of an Arrow stream begins; no text does."""
HEAD = 4096


def open_source(path: Path, filename: str, scratch: Path, rejects: Rejects, rule: str | None = None) -> Table:
    """What a person brought where it is a table; archives are read by rules.

    ``filename`` is a label. Temporary copies go to ``scratch``, what is no row to ``rejects``. ``rule`` chooses among
    several tables in one file. Raises Refused in words for anything else.
    """
    if path.stat().st_size == 0:
        raise Refused("The file is empty. Check that it was saved, then bring it again.")
    head = read_head(path)
    if head.startswith(GZIP):
        path = unpack_gzip(path, scratch)
        head = read_head(path)
        if head.startswith(GZIP):
            raise Refused("The gzip file holds another one. Unpack it, then bring what is inside.")
        filename = filename.removesuffix(".gz")
    if head.startswith(ZIP):
        return open_office(path, filename, scratch, rule)
    return open_table(path, filename, scratch, rejects, rule)


def open_table(path: Path, filename: str, scratch: Path, rejects: Rejects, rule: str | None = None) -> Table:
    """A file that is one table and no archive. Raises Refused in words for anything else."""
    head = read_head(path)
    if head.startswith(b"PAR1"):
        return open_parquet(path, filename, scratch)
    if head.startswith(b"ARROW1"):
        return open_arrow(path, filename, scratch, stream=False)
    if head.startswith(STREAM):
        return open_arrow(path, filename, scratch, stream=True)
    if head.startswith(OLD_EXCEL):
        return open_workbook(path, filename, scratch, rule, None)
    for magic, words in KINDS.items():
        if head.startswith(magic):
            raise Refused(f"This is {words}. {READS}")
    if is_picture(head) and not head.startswith(b"BM"):
        raise Refused(f"This is a single picture. {READS}")
    refuse_misnamed(head, filename)
    text = as_text(head)
    if looks_like_json(text):
        return open_json(path, filename, scratch, rejects)
    if looks_like_arff(text):
        return open_arff(path, filename, scratch, rejects)
    return open_csv(path, filename, scratch, rule, offer=True)


def refuse_misnamed(head: bytes, filename: str) -> None:
    """Say of a file whose name promises what its first bytes do not hold. A table may be called like a workbook."""
    ending = filename.rpartition(".")[2].casefold() if "." in filename else ""
    holds = "text" if is_plain(head) else "something else"
    if ending in PICTURES:
        raise Refused(
            f"The file is called .{ending}, but it is {what_is(head)}: it holds {holds}. "
            "Save the picture again; if it is a table, let its name end in .csv."
        )
    if ending in ("zip", "exe") or (ending in BOOKS and holds != "text"):
        what = {"zip": "zip archive", "exe": "program"}.get(ending, "workbook")
        told = "is no data to learn from" if ending == "exe" else f"is no {what}, or it is damaged"
        called = (
            f"A file called .{ending} is a {what}, which"
            if ending == "exe"
            else f"The file is called .{ending}, but it"
        )
        raise Refused(f"{called} {told}. {READS}")


def is_plain(head: bytes) -> bool:
    """Whether the first bytes are text: no control characters but blanks and line ends."""
    return not any(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in head)


def read_head(path: Path) -> bytes:
    """The first bytes, which tell what a file is."""
    with path.open("rb") as file:
        return file.read(HEAD)


def as_text(head: bytes) -> str:
    """The first bytes as text, near enough to know JSON and ARFF by."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8-sig", errors="replace")


def open_office(path: Path, filename: str, scratch: Path, rule: str | None) -> Table:
    """A workbook, which is a zip. Every other zip is read by rules (``trainer.sources.layouts``), unless it is packed
    once more.
    """
    archive = open_archive(path)
    with archive.zip:
        if is_workbook(archive):
            return open_workbook(path, filename, scratch, rule, archive)
        if any(info.filename == "[Content_Types].xml" for info in archive.files):
            raise Refused(f"This is an Office file without sheets. Save the table in it as CSV. {READS}")
    raise Refused("The file is a zip inside of another one. Unpack it, then bring that zip.")
