"""The Evaluate station: the verdict on rows the model has never seen; every number leads to its rows."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.jobs.tables import Job
from app.pages import Db, render, wants_fragment, words
from app.people.authorize import get_readable
from app.people.session import Person
from app.projects.tables import Project
from app.recipes.service import get_ground
from app.recipes.words import metric_name, short_name
from app.reports.examples import Choice, Found, read_choice, read_examples
from app.reports.figures import better_words, error_bins, error_histogram, scatter, score_bars
from app.runs.looks import WHY, enter_look, look_now
from app.runs.rail import rail_of
from app.runs.service import recipe_of
from app.runs.tables import Run
from app.runs.words import interval
from app.storage import Store
from trainer.contract.dataset import Column, Schema
from trainer.contract.documents import read_document
from trainer.contract.recipe import LOWER_IS_BETTER
from trainer.contract.results import Report

_ = words.gettext

router = APIRouter()

WORST = 12
"""Wrong examples that the report itself shows."""


@router.get("/runs/{run_id}/report")
def show(request: Request, db: Db, person: Person, run_id: str) -> HTMLResponse:
    """The report, or in words why there is none yet."""
    run = get_readable(db, person, Run, run_id)
    store: Store = request.app.state.store
    project = db.get_one(Project, run.project_id)
    context: dict[str, Any] = {
        "run": run,
        "job": db.get_one(Job, run.job_id),
        "project": project,
        "report": find_report(db, store, run),
        "stations": rail_of(db, store, project, "evaluate", run),
    }
    if context["report"] is None:
        return render(request, "reports/show.html", context)
    looks = look_now(db, person, project)
    context |= report_context(db, store, run, project, context["report"]) | {"looks": looks, "looks_why": WHY}
    answer = render(request, "reports/show.html", context)
    enter_look(request, answer, looks, person, project, run)
    return answer


@router.get("/runs/{run_id}/report/rows")
def show_rows(request: Request, db: Db, person: Person, run_id: str) -> HTMLResponse:
    """The test examples behind a number, as a page or as the body of a drawer."""
    run = get_readable(db, person, Run, run_id)
    store: Store = request.app.state.store
    project = db.get_one(Project, run.project_id)
    report = find_report(db, store, run)
    if report is None:
        raise Conflict(
            _(
                "Run {n} has no report yet; it is written at the end. Its Train page says how far it is."
            ).format(n=run.number)
        )
    choice = read_choice(request.query_params, report)
    ground = get_ground(db, store, project)
    results = store.job(run.job_id).results
    found = read_examples(store, results, ground.version, ground.schema, ground.question, choice)
    address = f"/runs/{run.id}/report/rows"
    context = examples_context(project, ground.schema, ground.question.inputs, ground.question.target) | {
        "run": run,
        "project": project,
        "report": report,
        "found": found,
        "sentence": choice_words(choice, found),
        "previous": address_of(address, request, choice.page - 1) if choice.page > 1 else None,
        "next": address_of(address, request, choice.page + 1) if found.last < found.total else None,
    }
    block = "rows" if wants_fragment(request) else None
    context["stations"] = [] if block else rail_of(db, store, project, "evaluate", run)
    looks = look_now(db, person, project)
    answer = render(request, "reports/rows.html", context | {"looks": looks}, block=block)
    enter_look(request, answer, looks, person, project, run)
    return answer


def find_report(db: Session, store: Store, run: Run) -> Report | None:
    """What is known about the run's model, once the training has ended."""
    job = db.get_one(Job, run.job_id)
    path = store.job(job.id).results.report
    return read_document(path, Report) if job.ended_at is not None and path.exists() else None


def report_context(db: Session, store: Store, run: Run, project: Project, report: Report) -> dict[str, Any]:
    """What the report page draws."""
    ground = get_ground(db, store, project)
    classes = ground.question.task == "classification"
    results = store.job(run.job_id).results
    worst = read_examples(
        store, results, ground.version, ground.schema, ground.question, Choice(wrong=classes)
    )
    target = ground.schema.column(ground.question.target).name
    address = f"/runs/{run.id}/report/rows"
    figures: dict[str, Any] = {}
    if report.residuals.get("truth"):
        figures["scatter"] = scatter(report, target)
    if report.residuals.get("truth") and report.residuals.get("counts"):
        figures |= {"errors": error_histogram(report), "bins": error_bins(report, address)}
    return examples_context(project, ground.schema, ground.question.inputs, ground.question.target) | {
        "recipe_name": short_name(recipe_of(db, run)),
        "classes": classes,
        "worst": worst.examples[:WORST],
        "wrong": worst.total,
        "bars": score_bars(report, interval),
        "better": better_words(report.metric),
        "interval": interval,
        "metric_name": metric_name,
        "rows_address": address,
        "figures": figures,
        "metrics": [s.metric for s in report.scores],
        "lower": LOWER_IS_BETTER,
    }


def examples_context(project: Project, schema: Schema, inputs: list[str], target: str) -> dict[str, Any]:
    """What a list of examples needs: where pictures lie, which columns are shown."""
    columns: list[Column] = [schema.column(id) for id in inputs]
    data = f"/datasets/{project.dataset_id}/versions/{project.version_id}"
    picture = next((c for c in columns if c.type == "image"), None)
    return {
        "picture": f"{data}/thumbs/{picture.id}" if picture else None,
        "columns": [c for c in columns if c.type != "image"],
        "target": schema.column(target),
        "row_address": f"{data}/rows",
    }


def choice_words(choice: Choice, found: Found) -> str:
    """What these rows are, in words with their number."""
    n = found.total
    count = _("One test row") if n == 1 else _("{n} test rows").format(n=f"{n:,}")
    if choice.truth is not None and choice.predicted is not None:
        if choice.truth == choice.predicted:
            return _("{count}: is {truth}, and the model says so.").format(count=count, truth=choice.truth)
        return _("{count}: is {truth}, the model says {predicted}.").format(
            count=count, truth=choice.truth, predicted=choice.predicted
        )
    if choice.truth is not None:
        return _("{count}: is {truth}.").format(count=count, truth=choice.truth)
    if choice.predicted is not None:
        return _("{count}: the model says {predicted}.").format(count=count, predicted=choice.predicted)
    if choice.low is not None or choice.high is not None:
        return _("{count} with an error from {low} to {high}.").format(
            count=count,
            low="−∞" if choice.low is None else f"{choice.low:.4g}",
            high="∞" if choice.high is None else f"{choice.high:.4g}",
        )
    return (
        _("{count} answered wrongly, most confident first.").format(count=count)
        if choice.wrong
        else f"{count}."
    )


def address_of(address: str, request: Request, page: int) -> str:
    """The same choice on another page."""
    pairs = {k: v for k, v in request.query_params.items() if k != "page"}
    return f"{address}?{urlencode(pairs | {'page': str(page)})}"
