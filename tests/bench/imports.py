"""Importing a table of 1 GB, beside DuckDB's bare COPY of the same file to Parquet."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from trainer.contract.documents import digest
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile

ROOT = Path(__file__).resolve().parents[2]
GIGABYTES = float(os.environ.get("SKILLET_BENCH_CSV_GB", "1"))
"""Size of the file: a smaller one is quicker, and less favourable to us, since what has a fixed cost counts more."""
ROW_BYTES = 164
ROUNDS = 3
SPEED_BAR = 0.5
MEMORY_BAR = 512
"""MB, whatever the size of the file: what the reader is allowed. With 256 MB it peaks below 300 MB and takes a
third longer.
"""
IMPORT = """
import re, sys, time
from pathlib import Path
import trainer.work.import_dataset
from trainer.work import carry_out

def peak():
    # not ru_maxrss: what the parent held when it forked counts there
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024

idle = peak()
began = time.perf_counter()
outcome = carry_out(Path(sys.argv[1]), confined=True)
took = time.perf_counter() - began
assert outcome.state == "done", outcome
print(__import__("json").dumps({"seconds": took, "idle": idle, "peak": peak(), "results": outcome.results}))
"""
COPY = """
import sys, time
import duckdb
engine = duckdb.connect()
engine.execute("SET enable_progress_bar_print = false")
began = time.perf_counter()
engine.execute(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)")
print(time.perf_counter() - began)
"""


def measure(rows: int = int(GIGABYTES * 1e9 / ROW_BYTES), rounds: int = ROUNDS) -> dict[str, dict[str, Any]]:
    """The best of some rounds of each, in turns."""
    place = ROOT / "build" / "bench-imports"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        source = write_csv(place / "wide.csv", rows)
        ours: list[dict[str, Any]] = []
        bare: list[float] = []
        for turn in range(rounds):
            bare.append(float(run(COPY, source, place / f"bare-{turn}.parquet")))
            ours.append(json.loads(run(IMPORT, an_order(place, source, turn))))
            assert ours[-1]["results"]["rows"] == rows, ours[-1]
            shutil.rmtree(place / f"datasets-{turn}")
            (place / f"bare-{turn}.parquet").unlink()
        seconds = min(one["seconds"] for one in ours)
        memory = max(one["peak"] - one["idle"] for one in ours)
        size = source.stat().st_size / 1e6
    finally:
        shutil.rmtree(place, ignore_errors=True)
    speed = min(bare) / seconds
    return {
        "import.csv": {
            "value": round(speed, 3), "unit": "x", "bar": f">= {SPEED_BAR}", "holds": speed >= SPEED_BAR,
            "against": f"bare COPY to Parquet {min(bare):.2f} s, ours {seconds:.2f} s; {rows:,} rows, {size:.0f} MB",
        },
        "import.csv_rss": {
            "value": round(memory), "unit": "MB over idle", "bar": f"<= {MEMORY_BAR}", "holds": memory <= MEMORY_BAR,
            "against": f"idle child with the libraries loaded: {ours[0]['idle']:.0f} MB",
        },
    }  # fmt: skip


def write_csv(path: Path, rows: int) -> Path:
    """20 numbers and 3 texts: a category, a code, a few words."""
    numbers = ", ".join(
        f"round(random() * {10 ** (place % 5)}, {place % 4}) AS number_{place}" for place in range(20)
    )
    engine = duckdb.connect()
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SELECT setseed(0.5)")
    engine.execute(
        f"COPY (SELECT {numbers}, 'kind ' || (range % 12) AS kind, 'A' || lpad(range::VARCHAR, 9, '0') AS code, "  # noqa: S608 - our own words
        "'some words, ' || (hash(range) % 100000) || ' and more' AS words "
        f"FROM range({rows})) TO '{path}' (HEADER)"
    )
    engine.close()
    return path


def an_order(place: Path, source: Path, turn: int) -> Path:
    """A job's folder with the order to import, all cores granted. Each round imports into a folder of its own."""
    job = JobFolder(place / "jobs" / digest(turn))
    datasets = place / f"datasets-{turn}"
    datasets.mkdir()
    file = SourceFile(path=source, filename="wide.csv")
    job.create(Order(job="bench", body=ImportOrder(datasets=datasets, files=[file])))
    job.grant(os.cpu_count() or 1)
    return job.path


def run(program: str, *arguments: Path) -> str:
    """What a fresh Python prints last."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
