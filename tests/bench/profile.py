"""The profile of a million rows and 30 columns, beside DuckDB's own SUMMARIZE of the same table."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
ROWS = 1_000_000
ROUNDS = 3
SECONDS_BAR = 10.0
PROFILE = """
import json, re, sys, time
from pathlib import Path
from trainer.columns import category, text
from trainer.columns.measure import measure, most_frequent
from trainer.contract.dataset import Column
from trainer.profile import profile
from trainer.sources.engine import open_engine

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024

table, threads = Path(sys.argv[1]), int(sys.argv[2])
kinds = json.loads(sys.argv[3])
idle, began = peak(), time.perf_counter()
with open_engine(table.parent, threads=threads, scratch=table.parent) as engine:
    rows, measured = measure(engine, table, {id: "text" if kind == "category" else kind for id, kind in kinds.items()})
    columns = []
    for id, kind in kinds.items():
        if kind == "category":
            columns.append(category.column(id, id, measured[id], most_frequent(engine, table, id, category.MOST), ""))
        elif kind == "text":
            columns.append(text.column(id, id, measured[id], rows, ""))
        else:
            columns.append(Column(id=id, name=id, type=kind, reason="", whole=measured[id].whole))
    found = profile(engine, table, rows, columns, measured, "bench", [], (0, None))
print(json.dumps({"seconds": time.perf_counter() - began, "peak": peak() - idle, "findings": len(found.findings)}))
"""
SUMMARIZE = """
import sys, time
import duckdb
engine = duckdb.connect(config={"threads": int(sys.argv[2])})
began = time.perf_counter()
engine.execute(f"SUMMARIZE SELECT * FROM read_parquet('{sys.argv[1]}')").fetchall()
print(time.perf_counter() - began)
"""


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, dict[str, Any]]:
    """The best of some rounds of each, in turns."""
    place = ROOT / "build" / "bench-profile"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    threads = str(min(2, os.cpu_count() or 1))
    try:
        table, kinds = write_table(place / "table.parquet", rows)
        ours: list[dict[str, Any]] = []
        bare: list[float] = []
        for _ in range(rounds):
            bare.append(float(run(SUMMARIZE, str(table), threads)))
            ours.append(json.loads(run(PROFILE, str(table), threads, json.dumps(kinds))))
            assert ours[-1]["findings"] >= 3, ours[-1]
    finally:
        shutil.rmtree(place, ignore_errors=True)
    seconds = min(one["seconds"] for one in ours)
    return {
        "profile.1m": {
            "value": round(seconds, 2), "unit": "s", "bar": f"< {SECONDS_BAR:g}", "holds": seconds < SECONDS_BAR,
            "against": f"DuckDB SUMMARIZE {min(bare):.2f} s ({seconds / min(bare):.1f} x); {rows:,} rows, {len(kinds)} "
            f"columns, {threads} threads, {max(one['peak'] for one in ours):.0f} MB over idle",
        },
    }  # fmt: skip


def write_table(path: Path, rows: int) -> tuple[Path, dict[str, str]]:
    """22 numbers (some with holes, one with outliers, two nearly equal), 4 categories, 2 texts, 2 dates; a thousand
    rows are there twice.
    """
    columns = [f"round(random() * {10 ** (place % 5)}, {place % 4})" for place in range(18)]
    columns += [
        "CASE WHEN n % 7 = 0 THEN NULL ELSE ln(1 + n % 1000) END", "CASE WHEN n % 5000 = 1 THEN 1e6 ELSE n % 977 END",
        "(n % 977) * 2.0 + random()", "(n % 12)::DOUBLE",
    ]  # fmt: skip
    kinds = ["number"] * len(columns)
    columns += ["'kind ' || (n % 12)", "'K' || (n % 12)", "CASE WHEN n % 11 = 0 THEN 'Male ' ELSE 'male' END",
                "'place ' || (hash(n) % 400)", "'some words, ' || (hash(n) % 100000) || ' and more'",
                "'A' || lpad(n::VARCHAR, 9, '0')", "TIMESTAMP '2001-01-01' + to_seconds(n * 60)",
                "TIMESTAMP '2001-01-01' + to_seconds(hash(n)::DOUBLE % 5e8)"]  # fmt: skip
    kinds += ["category"] * 4 + ["text"] * 2 + ["datetime"] * 2
    named = ", ".join(f"{expression} AS c{place}" for place, expression in enumerate(columns))
    engine = duckdb.connect()
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SELECT setseed(0.5)")
    engine.execute(f"CREATE TABLE made AS SELECT {named} FROM (SELECT range AS n FROM range({rows}))")  # noqa: S608 - our own words
    engine.execute(
        f"COPY (SELECT * FROM (SELECT * FROM made LIMIT {rows - 1000}) UNION ALL (SELECT * FROM made LIMIT 1000)) "  # noqa: S608
        f"TO '{path}' (FORMAT parquet)"
    )
    engine.close()
    return path, {f"c{place}": kind for place, kind in enumerate(kinds)}


def run(program: str, *arguments: str) -> str:
    """What a fresh Python prints last."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
