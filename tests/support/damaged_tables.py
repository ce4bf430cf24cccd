"""Files of strangers gone bad: the examples of all formats with bytes changed, cut, doubled, each read in a child.

``python -m tests.support.damaged_tables FIRST COUNT FOLDER`` reads so many in a confined process and writes of each
what it became. What kills the process kills nothing else, and is told by the parent.
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.formats import FORMATS
from trainer.contract.order import ImportOrder, Order, SourceFile

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "static" / "examples"
TABLES = [form.example for form in FORMATS.values() if form.kind == "table"]
ODD = (
    b"\0",
    b"\xff",
    b'"',
    b"'",
    b"{",
    b"[",
    b"\n",
    b"\r\n",
    b",",
    b"9" * 400,
    b"\x80\x04",
    b"\xef\xbb\xbf",
    b"%",
    b"\\",
)


def mutate(content: bytes, draw: random.Random) -> bytes:
    """A few changes at random places."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(5):
            case 0:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                data[at:at] = draw.choice(ODD)
            case 2:
                del data[at : at + draw.randint(1, 40)]
            case 3:
                data[at:at] = data[at : at + draw.randint(1, 200)]
            case _:
                if draw.randrange(4) == 0:
                    del data[at:]
    return bytes(data)


def a_file(number: int) -> tuple[str, bytes]:
    """The mutated example of a number: the same bytes every time."""
    draw = random.Random(number)
    name = TABLES[number % len(TABLES)]
    return name, mutate((EXAMPLES / name).read_bytes(), draw)


def main(first: int, count: int, folder: Path) -> None:
    """Read them, one after the other."""
    from trainer.limits import confine  # noqa: PLC0415 - this process alone is confined
    from trainer.sources.refusal import Refused  # noqa: PLC0415
    from trainer.work.import_dataset import run  # noqa: PLC0415

    confine(600, 4 << 30, 1 << 30)
    for number in range(first, first + count):
        name, content = a_file(number)
        path = folder / f"file-{number}"
        path.write_bytes(content)
        job = JobFolder(folder / f"job-{number}")
        order = ImportOrder(datasets=folder / "datasets", files=[SourceFile(path=path, filename=name)])
        job.create(Order(job=str(number), body=order))
        tell = EventWriter(job)
        try:
            run(order, job, tell)
            became = "a table"
        except Refused as error:
            became = "refused" if str(error).rstrip().endswith(".") else f"a sentence without an end: {error}"
        except Exception as error:  # noqa: BLE001 - what else it may be is what the test asks
            became = f"{type(error).__name__}: {error}"
        finally:
            tell.close()
        print(json.dumps([number, name, became]), flush=True)  # noqa: T201 - told to the parent


def read_in_children(first: int, count: int) -> list[tuple[int, str, str]]:
    """What each file became, in as many processes as it takes: one that dies is told with its signal."""
    told: list[tuple[int, str, str]] = []
    with tempfile.TemporaryDirectory() as place:
        at = first
        while at < first + count:
            arguments = [str(at), str(first + count - at), place]
            ended = subprocess.run(
                [sys.executable, "-m", "tests.support.damaged_tables", *arguments],
                capture_output=True, text=True, cwd=ROOT, check=False,
            )  # fmt: skip
            lines = [tuple(json.loads(line)) for line in ended.stdout.splitlines() if line.startswith("[")]
            told += lines
            at += len(lines)
            if ended.returncode and at < first + count:
                why = f"killed its process ({ended.returncode}): {ended.stderr[-300:]}"
                told.append((at, a_file(at)[0], why))
                at += 1
    return told


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
