"""A run in words: its state, what is left, what went wrong and what to try."""

from dataclasses import dataclass

from app.jobs.tables import Job
from app.pages import duration, whole, words
from app.recipes.words import metric_name
from app.runs.tables import Run
from trainer.contract.events import ENDED, ProgressPayload
from trainer.contract.results import Report
from trainer.contract.written import write_score

_ = words.gettext

PHASES = {"prepare": "preparing", "train": "learning", "evaluate": "judging", "export": "writing"}
"""What a phase is called while it goes on."""

MOVING = frozenset({"queued", "starting", "running", "pausing", "stopping"})
"""States that change by themselves."""


CLOSING = frozenset({"evaluate", "export"})
"""Phases after learning; they can take long and cannot say how long."""

STATES = {
    "queued": "{name} waits",
    "starting": "{name} is starting",
    "running": "{name} is running",
    "pausing": "{name} is pausing",
    "paused": "{name} is paused",
    "stopping": "{name} is stopping",
    "done": "{name} is done",
    "stopped": "{name} was stopped",
    "failed": "{name} failed",
    "diverged": "{name} diverged",
}


@dataclass(frozen=True)
class Queue:
    """What stands before a waiting job: how many wait, whether anything runs."""

    ahead: int = 0
    running: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run is: the thin line and the words under it."""

    done: float
    total: float | None
    sentence: str


@dataclass(frozen=True)
class Failure:
    """What happened, at which step, what is kept, what to try."""

    happened: str
    where: str
    kept: str
    advice: str


def headline(
    run: Run,
    job: Job,
    queue: Queue,
    progress: ProgressPayload | None,
    verdict: str | None,
    taken: float | None = None,
) -> str:
    """What is true of this run now, with the number in it. ``taken``: seconds of the closing phase so far."""
    name = _("Run {n}").format(n=run.number)
    if job.state == "starting" or (job.state == "queued" and not queue.ahead and not queue.running):
        return _("{name} is starting.").format(name=name)
    if job.state == "queued":
        waits = _("{n} jobs are ahead of it") if queue.ahead > 1 else _("one job is ahead of it")
        return f"{name} {_('waits for a free core')}" + (
            f"; {waits.format(n=queue.ahead)}." if queue.ahead else "."
        )
    if job.state == "running":
        what = position(progress).split(" · ")[0] or _("getting ready")
        if taken is not None and taken >= 1:
            what = _("{what}, {time} so far").format(what=what, time=duration(round(taken)))
        return _("{name}: {what}.").format(name=name, what=what)
    if job.state in ("failed", "diverged"):
        return f"{state_words(run, job)}."  # the notice under it says why
    if job.state in ("done", "stopped") and verdict:
        return verdict
    sentence = job.sentence.strip()
    return sentence if sentence.endswith((".", "!", "?")) or not sentence else f"{sentence}."


def state_words(run: Run, job: Job) -> str:
    """ "Run 5 diverged"."""
    return _(STATES[job.state]).format(name=_("Run {n}").format(n=run.number))


def position(progress: ProgressPayload | None) -> str:
    """Where a run stands: "epoch 14 of 30 · patience 3 of 5 · 2 min left"."""
    if progress is None:
        return ""
    at = progress.sentence.strip().rstrip(".")
    if at[1:2].islower():
        at = at[:1].lower() + at[1:]  # it goes on after "Run 3: "
    if not at:
        of = _("{done} of {total} {unit}") if progress.total else _("{done} {unit}")
        at = f"{_(PHASES.get(progress.phase, progress.phase))} " + of.format(
            done=whole(progress.done), total=whole(progress.total), unit=_(progress.unit)
        )
    return f"{at} · {left(progress.eta)}" if progress.eta is not None and "left" not in at else at


def left(eta: float) -> str:
    """Time left in words."""
    return _("{time} left").format(time=duration(eta) if eta >= 1 else _("less than a second"))


def progress_of(job: Job, progress: ProgressPayload | None) -> Progress | None:
    """The thin line; None where nothing moves."""
    if job.state not in MOVING and job.state != "paused":
        return None
    if job.state in ("queued", "starting") or progress is None:
        return Progress(
            0,
            None if job.state != "paused" else 1,
            "" if job.state in ("queued", "running") else job.sentence,
        )
    parts = position(progress).split(" · ")
    if job.state == "running":
        parts = parts[1:]  # where it stands is the headline
    elif progress.eta is not None:
        parts = parts[:-1]  # nobody knows how long it stands still
    return Progress(progress.done, progress.total or None, " · ".join(parts))


def failure_of(job: Job, progress: ProgressPayload | None, *, kept: bool) -> Failure | None:
    """The failure page's four sentences; None for runs that did not fail."""
    if job.state not in ("failed", "diverged"):
        return None
    passing = bool((job.outcome or {}).get("passing"))
    where = position(progress).split(" · ")[0] if progress else ""
    if job.state == "diverged":
        advice = _(
            "Copy the run with a tenth of the learning rate: steps that are too long are the usual cause."
        )
    elif passing:
        advice = _(
            "The cause may pass by itself. Train the same recipe again; if that fails too, make it smaller."
        )
    else:
        advice = _(
            "Copy the run, change its recipe (smaller model or batches, another learner), train again."
        )
    return Failure(
        happened=job.sentence,
        where=_("Last seen at: {where}.").format(where=where) if where else _("Before the first step."),
        kept=_("The recipe, the curve up to there and the last checkpoint are kept.")
        if kept
        else _("The recipe and the curve up to there are kept."),
        advice=advice,
    )


def score_words(metric: str, value: float, low: float | None, high: float | None) -> str:
    """ "accuracy 0.830 ± 0.021"."""
    return f"{metric_name(metric)} {interval(value, low, high)}"


def interval(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A score with its interval, as the verdict writes it: "0.830 ± 0.061"."""
    return "" if value is None else write_score(value, low, high)


def validation_words(report: Report) -> str:
    """How well the ended run does where runs are chosen; the test part speaks in the report alone."""
    score = next((s for s in report.validation if s.metric == report.metric), None)
    if score is None:
        return _("The report asks rows that it has never seen.")
    said = score_words(score.metric, score.value, score.low, score.high)
    rows = report.rows["validation"]
    on = words.ngettext(
        "{score} on {n} validation row. The report asks rows that it has never seen.",
        "{score} on {n} validation rows. The report asks rows that it has never seen.",
        rows,
    )
    return on.format(score=said[:1].upper() + said[1:], n=whole(rows))


def is_ended(job: Job) -> bool:
    """Whether nothing more will come."""
    return job.state in ENDED
