"""Stand-ins for the trainer that run in real children: honest ones, and every kind of bad one.

What to do lies in ``script.json`` of the job's folder. A "training" counts to ``steps``, each a point.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from trainer.contract.documents import write_whole
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.outcome import Outcome


def warm(lane: str) -> None:
    """Nothing to warm."""


def carry_out(folder: Path, confined: bool = False) -> Outcome | None:
    job = JobFolder(folder)
    script: dict[str, Any] = json.loads((folder / "script.json").read_bytes())
    (folder / "pids").open("a").write(f"{os.getpid()} {confined}\n")
    signal.signal(signal.SIGTERM, lambda *_: job.word() or job.say("pause"))
    outcome = count(job, EventWriter(job), script)
    if outcome is not None:
        job.end(outcome)
    return outcome


def count(job: JobFolder, tell: EventWriter, script: dict[str, Any]) -> Outcome | None:
    kept = job.checkpoints / "step.json"
    step = json.loads(kept.read_bytes()) if kept.exists() else 0
    if step or tell.seq:
        tell.write("rewind", {"step": step})
    while step < script.get("steps", 5):
        if not script.get("deaf") and (word := job.word()):
            write_whole(kept, json.dumps(step))
            return Outcome(state="stopped" if word == "stop" else "paused", sentence=f"Left at step {step}.")
        step += 1
        tell.write("points", {"series": {"train/loss": {"step": [step], "value": [1 / step]}}})
        if step % script.get("every", 3) == 0:
            tell.sync()
            write_whole(kept, json.dumps(step))
        job.pulse(step, job.granted())
        time.sleep(script.get("seconds", 0.0))
        misfortune(job, tell, script, step)
    if script.get("mute"):
        return None
    return Outcome.model_validate(
        {"state": "done", "sentence": "Done.", "results": {"steps": step}} | script.get("end", {})
    )


def misfortune(  # noqa: C901  one line a misfortune
    job: JobFolder, tell: EventWriter, script: dict[str, Any], step: int
) -> None:
    """What goes wrong at this step, at most ``times`` times."""
    if step != script.get("at"):
        return
    marks = job.path / "marks"
    done = marks.read_text().count("x") if marks.exists() else 0
    if done >= script.get("times", 1):
        return
    marks.write_text("x" * (done + 1))
    match script["what"]:
        case "die":
            os.kill(os.getpid(), getattr(signal, script.get("signal", "SIGKILL")))
        case "hang":
            time.sleep(3600)
        case "stuck":  # not even its own threads get to run
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise RuntimeError("no such luck")
        case "exit":
            sys.exit(0)
        case "garbage":
            with job.events_file.open("ab") as file:
                file.write(b"{not an event}\n")
            time.sleep(3600)
        case "half":
            with job.events_file.open("ab") as file:
                file.write(b'{"seq": 99, "time": 1.0, "ki')
            os.kill(os.getpid(), signal.SIGKILL)
        case "flood":
            for _ in range(script["flood"]):
                tell.write("progress", {"phase": "flood", "done": 1.0})
        case "print":
            print("words for the log")  # noqa: T201
            os.write(2, b"native words\n")
