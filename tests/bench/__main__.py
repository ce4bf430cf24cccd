"""``make bench``: every measurement that is a ratio to a baseline of the same run, as a table and as JSON.

Each module beside this one has ``measure() -> dict[id, {"value", "unit", "bar", "holds", "against"}]``. Names on the
command line choose some: ``python -m tests.bench loop stream``. ``--write`` keeps the table in docs/bench.md.
"""

import argparse
import importlib
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("loop", "imports", "images", "uploads", "profile", "stream", "serve", "first_point", "grid")
Measured = dict[str, dict[str, Any]]


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("names", nargs="*", choices=[*MODULES, []], help="which to run; all without")
    options.add_argument("--write", action="store_true", help="write docs/bench.md")
    chosen = options.parse_args()
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    measured: Measured = json.loads(path.read_text()) if chosen.names and path.exists() else {}
    for name in chosen.names or MODULES:
        started = time.monotonic()
        print(f"{name} ...", flush=True)
        measured |= importlib.import_module(f"tests.bench.{name}").measure()
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    path.write_text(json.dumps(measured, indent=1) + "\n")
    text = table(measured)
    print(text)
    if chosen.write:
        (ROOT / "docs" / "bench.md").write_text(document("Bench", "make bench", text))
    return 0 if all(row["holds"] in (True, None) for row in measured.values()) else 1


def table(measured: Measured) -> str:
    """The measurements as a Markdown table."""
    lines = ["| id | value | unit | bar | holds | against |", "| --- | --- | --- | --- | --- | --- |"]
    for id, row in sorted(measured.items()):
        holds = {True: "yes", False: "**no**", None: "–"}[row["holds"]]
        lines.append(
            f"| {id} | {row['value']:.4g} | {row['unit']} | {row['bar']} | {holds} | {row['against']} |"
        )
    return "\n".join(lines)


def document(title: str, command: str, text: str) -> str:
    """A page for docs/: the table, the command and the machine."""
    return (
        f"# {title}\n\nMeasured with `{command}` on {time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}.\n"
        f"Ratios are within one run; absolute times belong to this machine alone.\n\n{text}\n"
    )


def machine() -> str:
    """The machine in words."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GiB, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
