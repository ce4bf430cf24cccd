"""Files that harm, read by confined children as a server does it: ended in words, quickly, and in little memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.bombs import bombs, survivors
from tests.support.importing import an_order
from trainer.contract.dataset import Profile, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.folder import JobFolder
from trainer.contract.outcome import Outcome

SECONDS = 2.0
MEGABYTES = 200
CHILD = """
import json, os, re, sys, time
from pathlib import Path
import trainer.work.import_dataset
from trainer.work import carry_out

def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024

for folder in sys.argv[1:]:
    reading, writing = os.pipe()
    if not os.fork():
        began, idle = time.process_time(), memory("VmRSS")
        carry_out(Path(folder), True)
        found = {"seconds": time.process_time() - began, "rise": memory("VmHWM") - idle}
        os.write(writing, json.dumps(found).encode())
        os._exit(0)
    os.close(writing)
    os.wait()
    print(os.read(reading, 1000).decode(), flush=True)
"""


def read_confined(jobs: list[JobFolder]) -> list[dict[str, float]]:
    """Seconds of the processor and megabytes that each import took, one child each."""
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, *(str(job.path) for job in jobs)],
        capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_bombs_are_refused_in_words_quickly_and_in_little_memory(tmp_path: Path) -> None:
    """Processor time, so that a busy machine changes nothing; a child's memory is what it took over its start."""
    canary = tmp_path / "canary"
    cases = bombs(canary)
    jobs = [an_order(tmp_path, content) for content in cases.values()]
    spent = read_confined(jobs)
    wrong: dict[str, Any] = {}
    for name, job, took in zip(cases, jobs, spent, strict=True):
        outcome = job.outcome()
        assert outcome is not None, name
        if outcome.state != "failed" or "inside Skillet" in outcome.sentence or outcome.passing:
            wrong[name] = outcome
        elif took["seconds"] > SECONDS or took["rise"] > MEGABYTES:
            wrong[name] = took
    assert wrong == {}
    assert not canary.exists()
    assert list((tmp_path / "datasets").iterdir()) == []
    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {"datasets", "job", "upload"}


def profile_of(tmp_path: Path, outcome: Outcome) -> Profile:
    return read_document(VersionFolder(tmp_path / "datasets" / outcome.results["version"]).profile, Profile)


@pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
def test_what_can_be_read_is_and_the_rest_is_told(tmp_path: Path) -> None:
    cases = survivors()
    jobs = [an_order(tmp_path, content) for content in cases.values()]
    spent = read_confined(jobs)
    rejects = {}
    for name, job, took in zip(cases, jobs, spent, strict=True):
        outcome = job.outcome()
        assert outcome is not None
        assert outcome.state == "done", (name, outcome)
        assert took["rise"] < MEGABYTES, (name, took)
        rejects[name] = profile_of(tmp_path, outcome).rejects
    assert rejects == {
        "many frames": 0, "looping TIFF": 0, "links": 7, "silence beside sounds": 1, "GIFAR beside pictures": 1,
    }  # fmt: skip
    for path in (tmp_path / "datasets").rglob("*.arrow"):
        content = path.read_bytes()
        assert b"Evil.class" not in content
        assert b"alert(1)" not in content
