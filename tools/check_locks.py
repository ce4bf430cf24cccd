"""Refuses a lock file that carries an address: what is installed from where is the machine's own business."""

import json
import re
import sys
from pathlib import Path

ADDRESS = re.compile(r"https?://|registry\.|files\.pythonhosted|--(extra-)?index-url")


def main() -> int:
    """Print each offending line; exit 1 if there is one."""
    wrong = []
    for name in ("package-lock.json", "constraints.txt"):
        for number, line in enumerate(Path(name).read_text().splitlines(), 1):
            if ADDRESS.search(line):
                wrong.append(f"{name}:{number}: {line.strip()}")
    for entry in json.loads(Path("package-lock.json").read_text())["packages"].values():
        if entry.get("resolved"):
            wrong.append(f"package-lock.json: resolved {entry['resolved']}")
    print("\n".join(wrong) or "Lock files carry no address.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
