"""The edge of the trainer: every job ends as a value, in words."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.prepare.test_prepare import a_question, a_version
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import ProgressPayload, ResultPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import ImportOrder, Order, TrainOrder
from trainer.contract.outcome import Outcome
from trainer.contract.propose import propose
from trainer.contract.recipe import Dials
from trainer.contract.results import ExportProof, Report
from trainer.fit.checkpoint import list_checkpoints
from trainer.work import carry_out, train


def a_job(place: Path, learner: str = "mlp", task: str = "classification", **changes: Any) -> JobFolder:
    """A train order over 200 rows of three inputs."""
    version = place / "version"
    if not version.exists():
        cells = [(i * 37 % 101) / 10 for i in range(200)]
        a_version(
            version,
            size=("number", [cell if i % 17 else None for i, cell in enumerate(cells)]),
            town=("category", [["Ulm", "Bonn", None][i % 3] for i in range(200)]),
            kind=("category", ["big" if cell > 5 else "small" for cell in cells]),
            price=("number", [3 * cell + i % 2 for i, cell in enumerate(cells)]),
        )
    schema = read_document(VersionFolder(version).schema, Schema)
    question = a_question("c2" if task == "classification" else "c3", ["c0", "c1"], task)
    recipe = propose("version", schema, question, Dials(learner=learner), changes)
    job = JobFolder(place / "job")
    body = TrainOrder(version=version, prepared=place / "prepared", recipe=recipe)
    job.create(Order(job="job", body=body))
    return job


def kinds(job: JobFolder) -> list[str]:
    return [event.kind for event, _ in job.read_events()]


def test_an_order_from_a_newer_skillet_is_refused_in_words(tmp_path: Path) -> None:
    job = a_job(tmp_path)
    order = json.loads(job.order_file.read_text()) | {"version": 99, "news": True}
    job.order_file.write_text(json.dumps(order))
    outcome = carry_out(job.path)
    assert outcome.state == "failed"
    assert outcome.sentence.startswith("This order was written by a newer Skillet (contract 99)")
    assert job.outcome() == outcome


def test_an_order_with_a_wrong_field_is_refused_with_its_place(tmp_path: Path) -> None:
    job = a_job(tmp_path)
    order = json.loads(job.order_file.read_text())
    order["body"]["recipe"]["question"]["split"]["train"] = 7
    job.order_file.write_text(json.dumps(order))
    outcome = carry_out(job.path)
    assert outcome.state == "failed"
    assert "split.train" in outcome.sentence


def test_a_refusal_of_ours_is_the_sentence(tmp_path: Path) -> None:
    outcome = carry_out(a_job(tmp_path, loss="mse").path)
    assert (outcome.state, outcome.passing) == ("failed", False)
    assert outcome.sentence.startswith("The loss ‘mse’ does not fit a classification")


def test_what_nobody_foresaw_fails_with_a_trace(tmp_path: Path) -> None:
    job = a_job(tmp_path)
    (tmp_path / "version/table.parquet").write_bytes(b"not a table")
    outcome = carry_out(job.path)
    assert outcome.state == "failed"
    assert outcome.sentence.startswith("Something went wrong inside Skillet")
    assert outcome.trace
    assert "Traceback" in outcome.trace


@pytest.mark.parametrize(
    ("error", "said"),
    [(MemoryError(), "out of memory"), (OSError(errno.ENOSPC, "No space left on device"), "disk is full")],
)
def test_what_may_pass_says_so(
    error: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(train, "run", fail)
    outcome = carry_out(a_job(tmp_path).path)
    assert (outcome.state, outcome.passing) == ("failed", True)
    assert said in outcome.sentence


@pytest.mark.parametrize(
    ("learner", "task"),
    [("mlp", "classification"), ("mlp", "regression"), ("boosting", "classification"), ("boosting", "regression"),
     ("forest", "classification"), ("linear", "regression")],
)  # fmt: skip
def test_a_table_from_order_to_report_and_model(learner: str, task: str, tmp_path: Path) -> None:
    job = a_job(tmp_path, learner, task)
    outcome = carry_out(job.path)
    assert outcome.state == "done", outcome.trace
    assert job.outcome() == outcome
    assert kinds(job)[0] == "state"
    assert kinds(job)[-1] == "result"
    assert "points" in kinds(job)
    assert [event.seq for event, _ in job.read_events()] == list(range(1, len(kinds(job)) + 1))
    result = ResultPayload.model_validate(outcome.results)
    report = read_document(job.results.report, Report)
    assert result.scores == report.scores
    assert {baseline.key for baseline in result.baselines} >= {
        "majority" if task == "classification" else "mean"
    }
    assert read_document(job.results.proof, ExportProof).checked_rows > 0
    assert (job.results.model / "model.onnx").exists()
    assert job.results.download.exists()
    assert not list(job.checkpoints.glob(".*"))


def test_judging_and_exporting_say_what_goes_on(tmp_path: Path) -> None:
    job = a_job(tmp_path, "forest", trees=20)
    assert carry_out(job.path).state == "done"
    told = [event.payload for event, _ in job.read_events() if event.kind == "progress"]
    steps = [(found["phase"], found["done"], found["total"]) for found in told if found["phase"] != "train"]
    assert steps[-4:] == [("evaluate", 0, None), *(("export", done, 3) for done in range(3))]


def test_a_long_step_is_told_again_with_its_seconds(tmp_path: Path) -> None:
    job = a_job(tmp_path)
    tell = EventWriter(job)
    with train.Ticking(job, tell, every=0.05) as ticking:
        ticking.hear(ProgressPayload(phase="export", done=1, total=3, sentence="packing"))
        time.sleep(0.4)
    tell.close()
    told = [event.payload for event, _ in job.read_events()]
    assert len(told) >= 3
    assert {(found["done"], found["total"]) for found in told} == {(1, 3)}
    assert told[0]["sentence"] == "packing"
    assert re.fullmatch(r"packing · \d s", told[-1]["sentence"])


def test_stopped_runs_are_judged_and_exported_too(tmp_path: Path) -> None:
    job = a_job(tmp_path, epochs=9_000, patience=0)
    job.say("stop")
    halted = carry_out(job.path)
    assert (halted.state, halted.results) == ("stopped", {})
    job.reopen()
    job.grant(1)
    child = start(job)
    wait_for(job, "points")
    job.say("stop")
    assert child.wait(60) == 0
    outcome = job.outcome()
    assert outcome is not None
    assert outcome.state == "stopped"
    assert outcome.results["model_bytes"] > 0
    assert read_document(job.results.report, Report).scores


def start(job: JobFolder) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "trainer", str(job.path)], stdout=subprocess.DEVNULL)


def wait_for(job: JobFolder, kind: str, seconds: float = 60, after: int = 0) -> None:
    ends = time.monotonic() + seconds
    while kind not in [event.kind for event, _ in job.read_events() if event.seq > after]:
        assert time.monotonic() < ends, f"no {kind} event"
        time.sleep(0.05)


def test_terminate_pauses_and_killed_runs_go_on_from_their_checkpoint(tmp_path: Path) -> None:
    job = a_job(tmp_path, epochs=2_000, patience=0)
    child = start(job)
    wait_for(job, "points")
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait(60) == 0
    outcome = job.outcome()
    assert outcome is not None
    assert outcome.state == "paused"
    job.reopen()
    seen = max(event.seq for event, _ in job.read_events())
    child = start(job)
    wait_for(job, "points", after=seen)
    child.kill()
    child.wait()
    assert job.outcome() is None
    rewinds = [event.payload["step"] for event, _ in job.read_events() if event.kind == "rewind"]
    assert len(rewinds) == 1
    assert rewinds[0] > 0
    seen = max(event.seq for event, _ in job.read_events())
    child = start(job)
    wait_for(job, "points", after=seen)
    job.say("pause")
    assert child.wait(60) == 0
    events = [event for event, _ in job.read_events()]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert kept_steps(events) == sorted(set(kept_steps(events)))


def kill_and_resume(job: JobFolder, child: subprocess.Popen[bytes]) -> list[Any]:
    """Kill a training, begin again, and what the second process told first."""
    child.kill()
    child.wait()
    seen = max(event.seq for event, _ in job.read_events())
    job.reopen()
    child = start(job)
    wait_for(job, "points", after=seen)
    child.kill()
    child.wait()
    return [event for event, _ in job.read_events() if event.seq > seen]


def test_killed_before_anything_was_saved_it_says_that_it_starts_from_the_beginning(tmp_path: Path) -> None:
    job = a_job(tmp_path, epochs=10_000, patience=0)
    child = start(job)
    wait_for(job, "points")
    told = kill_and_resume(job, child)
    sentences = [event.payload["sentence"] for event in told if event.kind == "finding"]
    assert sentences == [train.FROM_THE_BEGINNING]
    assert [event.payload["step"] for event in told if event.kind == "rewind"] == [0]


@pytest.mark.parametrize("learner", ["mlp", "boosting"])
def test_killed_after_seconds_it_goes_on_from_a_checkpoint(learner: str, tmp_path: Path) -> None:
    changes = {"epochs": 10_000} if learner == "mlp" else {"rounds": 20_000}
    job = a_job(tmp_path, learner, patience=0, **changes)
    child = start(job)
    wait_for(job, "points")
    until = time.monotonic() + 20
    while not list_checkpoints(job.checkpoints):
        assert time.monotonic() < until, "no early checkpoint"
        time.sleep(0.05)
    told = kill_and_resume(job, child)
    assert next(event.payload["step"] for event in told if event.kind == "rewind") > 0
    assert not [event for event in told if event.kind == "finding"]


def kept_steps(events: list[Any]) -> list[int]:
    """Steps of the validation curve, as a page keeps them: a rewind voids what came after its step."""
    kept: list[int] = []
    for event in events:
        if event.kind == "rewind":
            kept = [step for step in kept if step <= event.payload["step"]]
        if event.kind == "points":
            kept += event.payload["series"].get("validation/loss", {"step": []})["step"]
    return kept


def call(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trainer", str(folder)], capture_output=True, text=True, check=False
    )


def test_a_wrong_call_says_how(tmp_path: Path) -> None:
    done = call(tmp_path)
    assert done.returncode == 2
    assert "python -m trainer FOLDER" in done.stderr


def test_a_failed_job_exits_with_one_and_prints_its_sentence(tmp_path: Path) -> None:
    job = JobFolder(tmp_path / "job")
    job.create(Order(job="x", body=ImportOrder(datasets=tmp_path, sample="no such sample")))
    done = call(job.path)
    assert done.returncode == 1
    outcome = read_document(job.outcome_file, Outcome)
    assert done.stdout == outcome.sentence + "\n"
