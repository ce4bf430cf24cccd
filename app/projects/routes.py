"""The first page, and the Question station of a project."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.datasets.samples import first_samples
from app.datasets.tables import Dataset
from app.datasets.view import read_page_number
from app.datasets.words import cell_text
from app.errors import BadInput, Conflict, NotFound
from app.jobs.service import cursor
from app.jobs.tables import Job
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.projects import home, ladder, service
from app.projects.carrying import ask_newest, find_newer
from app.projects.forms import QuestionForm
from app.projects.leaks import read_leak
from app.projects.parts import column_choices, column_value, fold_choices, split_view, way_views
from app.projects.splitting import SplitForm
from app.projects.stations import stations
from app.projects.tables import Project
from app.storage import Store
from trainer.contract.balance import find_imbalance
from trainer.contract.dataset import Profile, Schema
from trainer.contract.events import ENDED
from trainer.contract.recipe import Question
from trainer.contract.results import SplitFacts
from trainer.contract.samples import SAMPLES

router = APIRouter()


@router.get("/")
def show_home(request: Request, db: Db, person: Person, projects: str = "1", data: str = "1") -> HTMLResponse:
    """Where to start, or what is going on. ``projects`` and ``data`` say which pages of the two lists."""
    store: Store = request.app.state.store
    running = home.list_running(db, person, request.app.state.find_places)
    shown, waiting = home.fold_waiting(db, person, running)
    context: dict[str, Any] = {
        "running": running,
        "shown": shown,
        "waiting": waiting,
        "cursor": cursor([line.job for line in running]),
    }
    if wants_fragment(request):
        return render(request, "projects/home.html", context, block="running_now")
    context |= {
        "projects": home.list_projects(
            db, store, person, request.app.state.find_scores, read_page_number(projects)
        ),
        "datasets": home.list_datasets(db, store, person, read_page_number(data)),
        "samples": first_samples(),
    }
    return render(request, "projects/home.html", context)


@router.post("/projects")
def create(
    db: Db,
    person: Person,
    dataset: Annotated[str, Form()],
    new: Annotated[str | None, Form()] = None,
) -> Response:
    """Open the project on this data, or with ``new`` another one."""
    found = get_changeable(db, person, Dataset, dataset)
    project = service.open_project(db, person, found, anew=bool(new))
    return RedirectResponse(f"/projects/{project.id}", status_code=303)


@router.post("/projects/{project_id}/newest")
def use_newest(request: Request, db: Db, person: Person, project_id: str) -> Response:
    """Ask the same of the newest version of the data, in a project of its own."""
    project = get_changeable(db, person, Project, project_id)
    new = ask_newest(db, request.app.state.store, person, project)
    return RedirectResponse(f"/projects/{new.id}", status_code=303)


@router.get("/projects/{project_id}")
def show(request: Request, db: Db, person: Person, project_id: str) -> HTMLResponse:
    """The Question station."""
    project = get_readable(db, person, Project, project_id)
    block = "answer" if wants_fragment(request) else None
    return show_question(request, db, project, block=block)


@router.post("/projects/{project_id}/question")
def ask(
    request: Request, db: Db, person: Person, project_id: str, form: Annotated[QuestionForm, Form()]
) -> Response:
    """Ask, or change what is asked; a refusal is a sentence on the same page."""
    store: Store = request.app.state.store
    project = get_changeable(db, person, Project, project_id)
    _version, schema, profile = service.look_at(db, store, project)
    block = "main" if wants_fragment(request) else None
    try:
        question = form.question(schema, profile, service.question_of(project))
        service.ask_question(db, store, person, project, question)
    except (BadInput, Conflict) as refusal:
        # 422 also where it is a conflict: the page is shown again with the sentence, and htmx shows 422 only.
        return show_question(request, db, project, block=block, refusal=refusal.sentence, status=422)
    if block is None:
        return RedirectResponse(f"/projects/{project.id}", status_code=303)
    return show_question(request, db, project, block=block)


@router.post("/projects/{project_id}/split")
def divide(
    request: Request, db: Db, person: Person, project_id: str, form: Annotated[SplitForm, Form()]
) -> Response:
    """Split the rows in another way; the baselines are made anew, on its validation part."""
    store: Store = request.app.state.store
    project = get_changeable(db, person, Project, project_id)
    _version, schema, _profile = service.look_at(db, store, project)
    question = service.question_of(project)
    block = "main" if wants_fragment(request) else None
    if question is None:
        first = "Choose the column to predict first, then how the rows are split."
        return show_question(request, db, project, block=block, refusal=first, status=422)
    try:
        facts = find_facts(service.find_baseline_job(db, project))
        split = form.split(schema, question, facts)
        service.ask_question(db, store, person, project, question.model_copy(update={"split": split}))
    except (BadInput, Conflict) as refusal:
        return show_question(request, db, project, block=block, refusal=refusal.sentence, status=422)
    if block is None:
        return RedirectResponse(f"/projects/{project.id}#split", status_code=303)
    return show_question(request, db, project, block=block)


@router.get("/projects/{project_id}/leaks/{key}")
def show_leak(request: Request, db: Db, person: Person, project_id: str, key: str) -> HTMLResponse:
    """The rows that stand in two parts: in the drawer, or as a page of its own."""
    store: Store = request.app.state.store
    project = get_readable(db, person, Project, project_id)
    version, schema, _profile = service.look_at(db, store, project)
    job = service.find_baseline_job(db, project)
    facts = find_facts(job)
    if job is None or facts is None:
        raise NotFound("The parts of this split are not counted yet. Open the question again in a moment.")
    context = {"project": project, "text": cell_text, **read_leak(store, job, facts, version, schema, key)}
    context["stations"] = [] if wants_fragment(request) else stations(db, store, project, "question")
    return render(request, "projects/leak.html", context, block="leak" if wants_fragment(request) else None)


def find_facts(job: Job | None) -> SplitFacts | None:
    """What the split came to; None while that is being counted."""
    results = service.find_baselines(job)
    return results.split if results else None


def show_question(
    request: Request,
    db: Session,
    project: Project,
    *,
    block: str | None = None,
    refusal: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page in each of its states: nothing asked, baselines on their way, baselines there, or failed."""
    store: Store = request.app.state.store
    version, schema, profile = service.look_at(db, store, project)
    question, job = service.question_of(project), service.find_baseline_job(db, project)
    results = service.find_baselines(job)
    context = {
        "project": project,
        "version": version,
        "schema": schema,
        "question": question,
        "job": job,
        "pending": job is not None and job.state not in ENDED,
        "cursor": cursor([job]) if job is not None else "",
        "results": results,
        "failed": job is not None and job.state == "failed" and not service.may_pass(job),
        "hopeless": service.why_unpredictable(schema, profile),
        "samples": first_samples(),
        "rungs": ladder.rungs(question, results) if question and results else [],
        "awaited": ladder.awaited(question) if question else [],
        "refusal": refusal,
        "newer": find_newer(db, project),
        "fragment": block,
        "stations": stations(db, store, project, "question"),
        **choices(schema, profile, question, project),
        **split_context(schema, profile, question, results.split if results else None),
    }
    return render(request, "projects/show.html", context, block=block, status=status)


def choices(schema: Schema, profile: Profile, question: Question | None, project: Project) -> dict[str, Any]:
    """What can be chosen: the column to predict, the inputs, the task, the metric."""
    sample = next((s for s in SAMPLES.values() if project.name == s.title), None)
    found: dict[str, Any] = {
        "hint": sample.target if sample else None,
        "target": None,
        "inputs": [],
        "others": [],
    }
    if question is None:
        return found
    target = schema.column(question.target)
    usable = [c for c in schema.columns if service.never_input(c, question) is None]
    never = [c for c in schema.columns if c.id != target.id and c not in usable]
    return found | {
        "target": target,
        "values": profile.columns[target.id].distinct,
        "inputs": [
            (
                c,
                c.id in question.inputs,
                None if c.id in question.inputs else service.left_out(c, profile, question, schema),
            )
            for c in usable
        ],
        "others": [(c, service.never_input(c, question)) for c in never],
        "tasks": ladder.tasks(target, profile),
        "metrics": ladder.metrics(question),
    }


def split_context(
    schema: Schema, profile: Profile, question: Question | None, facts: SplitFacts | None
) -> dict[str, Any]:
    """What the page shows of the split, and how it may be changed."""
    if question is None:
        return {"split": None, "facts": None}
    return {
        "split": split_view(question, schema, profile, facts),
        "facts": facts,
        "ways": way_views(schema, question, facts),
        "by_columns": column_choices(schema, question, facts),
        "by": column_value(question.split.column, question.split.piece) if question.split.column else "none",
        "by_days": question.split.column is not None
        and schema.column(question.split.column).type == "datetime",
        "fold_choices": fold_choices(question, facts, schema.rows),
        "imbalance": find_imbalance(profile, question),
    }
