"""Small files that would unfold to huge ones: refused in a confined child that hardly grows."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.importing import an_order
from tests.trainer.sources.test_workbooks import ROWS, SHEET, a_workbook, changed

MOST_GROWN = 200
"""MB."""
PROGRAM = """
import json, re, sys
from pathlib import Path
import trainer.work.import_dataset
from trainer.work import carry_out

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024

before = peak()
outcome = carry_out(Path(sys.argv[1]), confined=True)
print(json.dumps([outcome.state, outcome.sentence, peak() - before]))
"""


def corners() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    return changed(a_workbook({"One": ROWS}), SHEET, lambda data: kind + data.replace(b"x1", b"&l9;"))


def a_wide_row_group() -> bytes:
    """A few bytes that unpack to half a gigabyte of the same text."""
    out = io.BytesIO()
    table = pa.table({"t": pa.array(["x" * 900_000] * 600)})
    pq.write_table(table, out, use_dictionary=False, compression="zstd", compression_level=19)
    return out.getvalue()


BOMBS = {
    "gzip": (gzip.compress(b"1,2\n" * 20_000_000), "looks like a bomb"),
    "corners of a sheet": (corners(), "reaches to row 1,048,576"),
    "deep JSON": (b'[{"a": ' + b"[" * 100_000, "far too deep"),
    "row group": (a_wide_row_group(), "says that it unpacks to 0.5 GB"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused_before_it_grows(case: str, tmp_path: Path) -> None:
    content, words = BOMBS[case]
    state, sentence, grown = carried_out(tmp_path, content)
    assert (state, words in sentence) == ("failed", True), sentence
    assert grown < MOST_GROWN


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_entities_do_not_grow(tmp_path: Path) -> None:
    _, _, grown = carried_out(tmp_path, laughs())
    assert grown < MOST_GROWN


def carried_out(folder: Path, content: bytes) -> tuple[str, str, float]:
    """How it ended, and by how many MB the process grew at most."""
    job = an_order(folder, content)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(job.path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    state, sentence, grown = json.loads(ended.stdout.splitlines()[-1])
    return str(state), str(sentence), float(grown)
