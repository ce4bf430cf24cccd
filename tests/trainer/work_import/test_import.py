"""The import as a job: progress, words from outside, a full disk, and its place whole or not at all."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.importing import a_csv, a_picture, a_zip, an_import, an_order, run_order
from trainer.contract.outcome import Outcome
from trainer.work import carry_out


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A child whose files may not grow over 1 MB meets the same errors as a full disk."""
    rows = a_csv("a,b", *[f"{i * 1.2345},{i}w" for i in range(200_000)])
    job = an_order(tmp_path, rows)
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom trainer.work import carry_out\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "print(carry_out(Path(sys.argv[1])).model_dump_json())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(job.path)], capture_output=True, text=True, timeout=120, check=False
    )
    outcome = Outcome.model_validate_json(ended.stdout)
    assert outcome.state == "failed"
    assert list((tmp_path / "datasets").iterdir()) == []


@pytest.mark.parametrize(
    "text", ["IO Error: Could not write file: No space left on device", "Disk quota exceeded"]
)
def test_what_libraries_say_of_a_full_disk_is_one_error(text: str) -> None:
    import duckdb  # noqa: PLC0415 - beside its use

    from trainer.work.import_dataset import translated  # noqa: PLC0415

    error = translated(duckdb.IOException(text))
    assert isinstance(error, OSError)
    assert error.errno == errno.ENOSPC


def test_the_same_file_twice_is_one_version(tmp_path: Path) -> None:
    content = a_csv("a,b", "1,x", "2,y", "3,z")
    first, second = an_import(tmp_path, content), an_import(tmp_path, content)
    assert first.name == second.name
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [first.name]


def test_progress_is_told_in_units(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_zip({f"{'ab'[i % 2]}/{i}.png": a_picture(seed=i) for i in range(10)}))
    told = [event.payload for event in found.events if event.kind == "progress"]
    assert told[0]["done"] == 0
    assert (told[-1]["done"], told[-1]["total"], told[-1]["unit"]) == (10, 10, "pictures")
    table = an_import(tmp_path, a_csv("a,b", *[f"{i},{i}" for i in range(100)]))
    phases = [event.payload["phase"] for event in table.events if event.kind == "progress"]
    assert list(dict.fromkeys(phases)) == ["checking columns", "reading the table", "looking at columns"]
    for event in table.events:
        assert 0 <= event.payload["done"] <= event.payload["total"]


@pytest.mark.parametrize(("word", "state"), [("stop", "stopped"), ("pause", "paused")])
def test_a_word_ends_it_with_nothing_left(word: str, state: str, tmp_path: Path) -> None:
    job = an_order(tmp_path, a_csv("a,b", "1,x", "2,y"))
    job.say(word)  # type: ignore[arg-type]
    outcome = run_order(job)
    assert isinstance(outcome, Outcome)
    assert outcome.state == state
    assert list((tmp_path / "datasets").iterdir()) == []


def test_a_refusal_is_an_outcome_with_its_sentence(tmp_path: Path) -> None:
    job = an_order(tmp_path, b"MZ\x90\0program")
    outcome = carry_out(job.path)
    assert outcome.state == "failed"
    assert outcome.sentence.startswith("This is a Windows program.")
    assert not outcome.passing


def test_an_unknown_sample_is_refused(tmp_path: Path) -> None:
    outcome = carry_out(an_order(tmp_path, None, sample="unicorns").path)
    assert "There is no sample ‘unicorns’" in outcome.sentence


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
@pytest.mark.parametrize("kind", ["table", "pictures", "sample"])
def test_a_confined_child_imports(kind: str, tmp_path: Path) -> None:
    content = {
        "table": a_csv("a,b", *[f"{i},x{i % 3}" for i in range(1000)]),
        "pictures": a_zip({f"{'ab'[i % 2]}/{i}.jpg": a_picture("JPEG", seed=i) for i in range(20)}),
        "sample": None,
    }[kind]
    job = an_order(tmp_path, content, sample="digits" if kind == "sample" else None)
    code = "import sys, pathlib\nfrom trainer.work import carry_out\ncarry_out(pathlib.Path(sys.argv[1]), True)\n"
    subprocess.run(
        [sys.executable, "-c", code, str(job.path)],
        timeout=120,
        check=True,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )
    outcome = job.outcome()
    assert outcome is not None
    assert outcome.state == "done", outcome


def test_nothing_of_an_import_that_was_killed_is_taken_for_a_version(tmp_path: Path) -> None:
    first = an_import(tmp_path, a_csv("a,b", "1,x", "2,y"))
    shutil.copytree(first.version.path, tmp_path / "datasets" / ".import-killed" / "version")
    second = an_import(tmp_path, a_csv("a,b", "1,x", "2,z"))
    names = {path.name for path in (tmp_path / "datasets").iterdir() if not path.name.startswith(".")}
    assert names == {first.name, second.name}
