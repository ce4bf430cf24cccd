"""Rows of the same content: found by exact hashes, of cells in a table, of the bytes of pictures and sounds."""

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.recipe import Question
from trainer.sources.engine import literal, open_engine
from trainer.split.material import Rows

Content = npt.NDArray[np.int64]
MEDIA = ("image", "audio")


def read_content(version: VersionFolder, question: Question) -> Content:
    """A number for each row, the same where the content is.

    Pictures and sounds among the inputs are compared by their bytes, whatever they are called and however they are
    labelled; other rows by all cells that are no identifiers.
    """
    schema = read_document(version.schema, Schema)
    media = [id for id in question.inputs if schema.column(id).type in MEDIA]
    if media:
        hashed = [hash_media(version, id) for id in media]
        return np.unique(np.column_stack(hashed), axis=0, return_inverse=True)[1].reshape(-1)
    cells = [c.id for c in schema.columns if c.role not in ("id", "part") and c.type not in MEDIA]
    return np.unique(hash_cells(version, cells), return_inverse=True)[1]


def hash_cells(version: VersionFolder, ids: list[str]) -> npt.NDArray[np.uint64]:
    """A hash of these cells of each row, in the order of the rows."""
    names = ", ".join(f'"{id}"' for id in ids)
    with open_engine(version.path) as engine:
        found = engine.execute(
            f"SELECT hash({names}) AS content FROM read_parquet({literal(str(version.table))}, file_row_number = true) "
            "ORDER BY file_row_number"
        ).fetchnumpy()
    return np.asarray(found["content"], dtype=np.uint64)


def hash_media(version: VersionFolder, id: str) -> npt.NDArray[np.int64]:
    """A hash of the bytes of each row; what is missing differs from all others."""
    found: list[int] = []
    with pa.memory_map(str(version.media(id))) as source:
        reader = pa.ipc.open_file(source)
        for place in range(reader.num_record_batches):
            for cell in reader.get_batch(place).column("bytes"):
                content = cell.as_buffer() if cell.is_valid else str(len(found)).encode()
                digest = hashlib.blake2b(content, digest_size=8).digest()
                found.append(int.from_bytes(digest, "big", signed=True))
    return np.array(found, dtype=np.int64)


def leave_out_copies(parts: dict[str, Rows], content: Content) -> tuple[dict[str, Rows], str]:
    """Without the rows that are learned from, or chosen on, and stand in a later part too; and how many those were."""
    validation, test = content[parts["validation"]], content[parts["test"]]
    in_later = {
        "train": np.isin(content[parts["train"]], np.concatenate([validation, test])),
        "validation": np.isin(validation, test),
    }
    left = sum(int(copies.sum()) for copies in in_later.values())
    kept = {name: rows[~in_later[name]] if name in in_later else rows for name, rows in parts.items()}
    copies = "1 copy" if left == 1 else f"{left:,} copies"
    return (
        kept,
        f"{copies} of validation or test rows {'is' if left == 1 else 'are'} left out." if left else "",
    )
