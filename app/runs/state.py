"""How a run stands: everything that the state block of the Train page says."""

import time
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.claim import is_expired
from app.jobs.record import LIVE
from app.jobs.service import cursor, find_last, list_events
from app.jobs.tables import Job, JobEvent
from app.pages import render
from app.recipes.words import metric_name
from app.runs.tables import Run
from app.runs.words import (
    CLOSING,
    MOVING,
    Failure,
    Queue,
    failure_of,
    headline,
    interval,
    position,
    progress_of,
    state_words,
    validation_words,
)
from app.storage import Store
from trainer.contract.catalog import LEARNERS
from trainer.contract.documents import read_document
from trainer.contract.events import ProgressPayload
from trainer.contract.results import Report

MOST_FINDINGS = 5
LOG_TAIL = 16_384
"""Bytes of the log's end that a page shows."""


def answer_state(request: Request, db: Session, run: Run) -> HTMLResponse:
    """The state block."""
    return render(request, "runs/show.html", state_context(db, request.app.state.store, run), block="state")


def state_context(db: Session, store: Store, run: Run) -> dict[str, Any]:
    """What the state block needs."""
    job = db.get_one(Job, run.job_id)
    folder = store.job(job.id)
    last = find_last(db, job.id, "progress")
    progress = ProgressPayload.model_validate(last.payload) if last else None
    report = read_document(folder.results.report, Report) if folder.results.report.exists() else None
    ended = job.state not in MOVING and job.state != "paused"
    failure = failure_of(job, progress, kept=any(folder.checkpoints.glob("*")) if ended else False)
    return {
        "run": run,
        "job": job,
        "ended": ended,
        "moving": job.state in MOVING,
        "silent": is_expired(db, job),
        "headline_words": headline(
            run,
            job,
            read_queue(db, job),
            progress,
            validation_words(report) if report else None,
            closing_seconds(db, job, progress),
        ),
        "state_words": state_words(run, job),
        "closing": job.state == "running" and progress is not None and progress.phase in CLOSING,
        "progress": progress_of(job, progress),
        "position": position(progress),
        "failure": failure,
        "log": read_tail(folder.log_file) if failure else "",
        "trace": (job.outcome or {}).get("trace") if failure else None,
        "report": report if ended else None,
        "interval": interval,
        "metric_name": metric_name,
        "gradient": LEARNERS[run.learner].network,
        "findings": findings_of(db, job, failure),
        "cursor": cursor([job]),
    }


def findings_of(db: Session, job: Job, failure: Failure | None) -> list[dict[str, Any]]:
    """The last things noticed, without what the notice of a failure says already."""
    found = [event.payload for event in list_events(db, job.id, kinds=["finding"])]
    said = failure.happened if failure else None
    return [payload for payload in found if payload.get("sentence") != said][-MOST_FINDINGS:]


def read_queue(db: Session, job: Job) -> Queue:
    """Waiting jobs that came before this one, and whether any runs."""
    if job.state != "queued":
        return Queue()
    earlier = (Job.lane == job.lane, Job.state == "queued", Job.created_at < job.created_at)
    ahead = db.scalar(select(func.count()).select_from(Job).where(*earlier)) or 0
    running = db.scalar(select(Job.id).where(Job.lane == job.lane, Job.state.in_(LIVE)).limit(1))
    return Queue(ahead, running is not None)


def closing_seconds(db: Session, job: Job, progress: ProgressPayload | None) -> float | None:
    """How long the phase after learning has taken so far; None while learning."""
    if job.state != "running" or progress is None or progress.phase not in CLOSING:
        return None
    told = (JobEvent.job_id == job.id, JobEvent.kind == "progress")
    phase = JobEvent.payload["phase"].as_string()
    before = select(func.max(JobEvent.seq)).where(*told, phase != progress.phase).scalar_subquery()
    here = (*told, phase == progress.phase, JobEvent.seq > func.coalesce(before, 0))
    began = db.scalar(select(func.min(JobEvent.time)).where(*here))
    return None if began is None else max(0.0, time.time() - began)


def read_tail(path: Any) -> str:
    """The end of a log, whole lines, readable whatever its bytes."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LOG_TAIL))
        text = file.read().decode("utf-8", "replace")
    return text.split("\n", 1)[-1] if size > LOG_TAIL else str(text)
