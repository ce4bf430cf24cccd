"""A run's learning curve as the curve island reads it: void points gone, lines thinned, the best kept."""

import math
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.charts.downsample import LIMIT, downsample
from app.charts.series import Line, series_of
from app.jobs.tables import Job, JobEvent
from trainer.contract.catalog import LEARNERS
from trainer.contract.events import ENDED
from trainer.contract.recipe import LOWER_IS_BETTER, Question, Recipe
from trainer.contract.results import BaselineResults

UNITS = {"epochs": "epoch", "trees": "tree", "rounds": "round", "passes": "pass"}
"""What one step of a learner is called on the axis."""


def curve(db: Session, job: Job, recipe: Recipe, baselines: BaselineResults | None) -> dict[str, Any]:
    """Everything drawn so far, as ``docs/surface.md`` says."""
    events = db.execute(
        select(JobEvent.seq, JobEvent.kind, JobEvent.payload)
        .where(JobEvent.job_id == job.id, JobEvent.kind.in_(("points", "rewind", "progress", "result")))
        .order_by(JobEvent.seq)
    ).all()
    steps_per_epoch: int | None = None
    best_step: int | None = None
    for event in events:
        if event.kind == "progress":
            steps_per_epoch = event.payload.get("steps_per_epoch") or steps_per_epoch
        elif event.kind == "result":
            best_step = event.payload.get("best_step")
    lines = {name: finite(line) for name, line in series_of(events).items()}
    question = recipe.question
    network = LEARNERS[recipe.learner].network
    best = find_best(lines, question, best_step, steps_per_epoch)
    return {
        "seq": events[-1].seq if events else 0,
        "ended": job.state in ENDED,
        "unit": "step" if network else UNITS[LEARNERS[recipe.learner].unit],
        "steps_per_epoch": steps_per_epoch if network else None,
        "series": {name: thin(name, line, best) for name, line in lines.items()},
        "baselines": baseline_lines(baselines, question),
        "best": best,
    }


def finite(line: Line) -> Line:
    """Without points that are no number: a diverged training tells them, and a chart cannot draw them."""
    steps, values = line
    if all(value is not None and math.isfinite(value) for value in values):
        return line
    kept = [i for i, value in enumerate(values) if value is not None and math.isfinite(value)]
    return [steps[i] for i in kept], [values[i] for i in kept]


def find_best(
    lines: dict[str, Line], question: Question, best_step: int | None, steps_per_epoch: int | None
) -> dict[str, Any] | None:
    """The best point so far on the validation part: where its loss is lowest, as training itself chooses."""
    for metric in ("loss", question.metric):
        steps, values = lines.get(f"validation/{metric}", ([], []))
        if not values:
            continue
        index = values.index(min(values) if metric in LOWER_IS_BETTER else max(values))
        if best_step in steps:
            index = steps.index(best_step)
        step = steps[index]
        epoch = -(-step // steps_per_epoch) if steps_per_epoch else None
        return {"step": step, "epoch": epoch, "metric": metric, "value": values[index]}
    return None


def thin(name: str, line: Line, best: dict[str, Any] | None) -> dict[str, list[Any]]:
    """At most ``LIMIT`` points, with the best among them."""
    steps, values = line
    keep = None
    if best and name == f"validation/{best['metric']}":
        keep = steps.index(best["step"])
    if len(steps) > LIMIT:
        steps, values = downsample(steps, values, keep=keep)
    return {"step": steps, "value": values}


def baseline_lines(baselines: BaselineResults | None, question: Question) -> list[dict[str, Any]]:
    """The guess and the best of what needs no learning, on the question's metric."""
    if baselines is None:
        return []
    scored = [
        (b, b.scores[question.metric].value) for b in baselines.baselines if question.metric in b.scores
    ]
    if not scored:
        return []
    best = (min if question.metric in LOWER_IS_BETTER else max)(scored, key=lambda pair: pair[1])
    shown = [scored[0]] if best is scored[0] else [scored[0], best]
    return [{"name": b.name, "metric": question.metric, "value": value} for b, value in shown]
