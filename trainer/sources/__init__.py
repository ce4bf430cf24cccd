"""Raw bytes of strangers -> rows: one file a format. Which format it is, the content says, never the name."""

from contextlib import ExitStack
from pathlib import Path

from trainer.sources.csv import TextTable, open_csv
from trainer.sources.pictures import is_picture
from trainer.sources.refusal import READS, Refused
from trainer.sources.zips import Archive, Damaged, label, open_archive, read_pieces, unpack_table

PEEKED = 200
KINDS = {
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive: unpack it and make a zip",
    b"Rar!": "a RAR archive: unpack it and make a zip",
    b"BZh": "a bzip2 file: unpack it first",
    b"PAR1": "a Parquet file: save it as CSV",
    b"ARROW1": "an Arrow file: save it as CSV",
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
    b"\xd0\xcf\x11\xe0": "an old Excel file: save it as CSV",
}


def open_source(path: Path, filename: str, scratch: Path) -> TextTable | Archive:
    """What a person brought: a table of text, or an archive of pictures (close its ``zip`` after reading).

    ``filename`` is a label. Temporary copies go to ``scratch``. Raises Refused in words for anything else.
    """
    if path.stat().st_size == 0:
        raise Refused("The file is empty. Check that it was saved, then bring it again.")
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return open_zip(path, scratch)
    for magic, words in KINDS.items():
        if head.startswith(magic):
            raise Refused(f"This is {words}. {READS}")
    if is_picture(head) and not head.startswith(b"BM"):
        raise Refused(f"This is a single picture. {READS}")
    return open_csv(path, filename, scratch)


def open_zip(path: Path, scratch: Path) -> TextTable | Archive:
    """A zip of pictures, or of one table."""
    with ExitStack() as stack:
        archive = open_archive(path)
        stack.callback(archive.zip.close)
        names = {info.filename for info in archive.files}
        if any(name == "data.pkl" or name.endswith(("/data.pkl", ".npy")) for name in names):
            raise Refused(
                f"This is a saved model or array, not data that Skillet reads; it was not opened. {READS}"
            )
        if "[Content_Types].xml" in names:
            raise Refused(f"This is an Office file. Save the table in it as CSV. {READS}")
        if holds_pictures(archive):
            stack.pop_all()
            return archive
        if not any(name.casefold().endswith((".csv", ".tsv", ".txt")) for name in names):
            raise Refused(nothing_in(archive))
    unpacked, name = unpack_table(path, scratch)
    return open_csv(unpacked, name, scratch)


def holds_pictures(archive: Archive) -> bool:
    """Whether any of the first entries starts like a picture."""
    for info in archive.files[:PEEKED]:
        try:
            head = next(read_pieces(archive.zip, info, 16), b"")
        except Damaged:
            continue
        if is_picture(head):
            return True
    return False


def nothing_in(archive: Archive) -> str:
    """Why an archive has nothing for us."""
    if archive.refused:
        name, reason = archive.refused[0]
        return f"Nothing in the zip can be read: ‘{name}’ was refused because {reason}. {READS}"
    if not archive.files:
        return (
            f"The zip holds no files{' but what an operating system left' if archive.junk else ''}. {READS}"
        )
    first = label(archive.files[0].filename)
    return f"The zip holds no pictures and no table, only files such as ‘{first}’. {READS}"
