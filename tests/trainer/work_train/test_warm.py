"""A warm process has paid for first times, and gives a job the same result as a cold one."""

import subprocess
import sys
from pathlib import Path

from tests.trainer.work_train.test_carry_out import a_job

PROGRAM = """
import sys, time
from pathlib import Path
if "warm" in sys.argv:
    from trainer.warm import warm
    warm("cpu")
from trainer.contract.folder import JobFolder
from trainer.work import carry_out
begun = time.time()
carry_out(Path(sys.argv[1]))
job = JobFolder(Path(sys.argv[1]))
print(next(event.time for event, _ in job.read_events() if event.kind == "points") - begun)
"""


def first_point(place: Path, *words: str) -> tuple[float, bytes]:
    place.mkdir()
    job = a_job(place, epochs=3)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(job.path), *words], capture_output=True, check=True
    )
    return float(done.stdout.split()[-1]), (job.results.model / "weights.safetensors").read_bytes()


def test_warm_is_sooner_and_the_same(tmp_path: Path) -> None:
    cold, weights = first_point(tmp_path / "cold")
    warm, again = first_point(tmp_path / "warm", "warm")
    assert warm < cold / 2
    assert weights == again
