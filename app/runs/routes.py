"""The Train station and the scoreboard: start, watch, pause, resume, stop, copy, compare."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.jobs.service import ask, cursor
from app.jobs.tables import Job
from app.pages import Db, render, wants_fragment, words
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.projects.service import find_baseline_job, find_baselines
from app.projects.tables import Project
from app.recipes.augment import write_augmented
from app.recipes.forms import read_choices
from app.recipes.routes import show_recipe
from app.recipes.service import Ground, find_ground, get_ground
from app.recipes.values import plain
from app.recipes.words import differences, explain, learner_name, metric_name, short_name
from app.runs.folds import best_folds_words, list_folds, start_folds
from app.runs.looks import WHY, Looks, count_looks, enter_look, look_now
from app.runs.points import curve
from app.runs.rail import rail_of
from app.runs.scoreboard import Board, best_words, read_board, read_order
from app.runs.service import recipe_of, start_run
from app.runs.state import answer_state, state_context
from app.runs.tables import Run
from app.runs.words import MOVING, interval
from app.storage import Store
from trainer.contract.augmentations.defaults import propose_augmentation
from trainer.contract.propose import derive_beside

_ = words.gettext

router = APIRouter()


async def sent_form(request: Request) -> dict[str, str]:
    """The text fields of a form."""
    async with request.form(max_files=0, max_fields=200) as form:
        return {key: value for key, value in form.items() if isinstance(value, str)}


SentForm = Annotated[dict[str, str], Depends(sent_form)]


@router.post("/projects/{project_id}/runs")
def start(request: Request, db: Db, person: Person, project_id: str, sent: SentForm) -> Response:
    """Freeze the recipe and train; a refused value shows the recipe page again with its sentence."""
    project = get_changeable(db, person, Project, project_id)
    ground = get_ground(db, request.app.state.store, project)
    chosen = read_choices(ground.version.hash, ground.schema, ground.question, sent)
    if chosen.errors:
        return show_recipe(request, db, project, ground, chosen)
    every = ground.question.split.way == "folds" and sent.get("folds") == "all"
    begin = start_folds if every else start_run
    run = begin(db, request.app.state.store, person, project, ground, chosen, sent.get("form_key"))
    if every:
        return go_to(request, f"/projects/{project.id}/runs")
    return go_to(request, f"/runs/{run.id}")


@router.get("/projects/{project_id}/runs")
def scoreboard(request: Request, db: Db, person: Person, project_id: str) -> HTMLResponse:
    """All runs of a project in one table."""
    project = get_readable(db, person, Project, project_id)
    store: Store = request.app.state.store
    board = read_board(db, store, project, read_order(request.query_params))
    ground = find_ground(db, store, project)
    looks = (
        look_now(db, person, project) if board.order.tests else Looks(count_looks(db, project), fresh=False)
    )
    context = {
        "project": project,
        "board": board,
        "looks": looks,
        "looks_why": WHY,
        "folds": list_folds(db, project, ground.question.metric) if ground else [],
        "ground": ground,
        "interval": interval,
        "best_words": headline_words(db, project, board, ground),
        "moving": MOVING,
        "metric": metric_name(ground.question.metric) if ground else "",
        "cursor": cursor(board.moving),
        "address": f"/projects/{project.id}/runs",
    }
    if wants_fragment(request):
        return render(request, "runs/list.html", context, block="rows")
    answer = render(request, "runs/list.html", context | {"stations": rail_of(db, store, project, "improve")})
    if board.total:
        enter_look(request, answer, looks, person, project, None)
    return answer


def headline_words(db: Session, project: Project, board: Board, ground: Ground | None) -> str:
    """Who leads: by all folds where recipes were trained on all of them, else by one validation part."""
    if ground is None or not board.best:
        return ""
    metric = ground.question.metric
    return best_folds_words(list_folds(db, project, metric), metric) or best_words(board.best, metric)


@router.get("/projects/{project_id}/rail")
def show_rail(request: Request, db: Db, person: Person, project_id: str, at: str = "") -> HTMLResponse:
    """The whole station rail with the facts of the runs: a fragment for every page of the project."""
    project = get_readable(db, person, Project, project_id)
    stations = rail_of(db, request.app.state.store, project, at)
    return render(request, "runs/rail.html", {"stations": stations}, block="rail")


@router.get("/runs/{run_id}")
def show(request: Request, db: Db, person: Person, run_id: str) -> HTMLResponse:
    """The Train page of a run: everything from the rows; the stream only adds."""
    run = get_readable(db, person, Run, run_id)
    store: Store = request.app.state.store
    project = db.get_one(Project, run.project_id)
    recipe = recipe_of(db, run)
    parent = db.get(Run, run.parent_id) if run.parent_id else None
    context = state_context(db, store, run) | {
        "project": project,
        "recipe": recipe,
        "lines": explain(recipe),
        "name": learner_name(recipe),
        "short": short_name(recipe),
        "parent": parent,
        "changed": differences(recipe_of(db, parent), recipe) if parent else [],
        "stations": rail_of(db, store, project, "train", run),
        "metrics": ["loss", recipe.question.metric],
        "labels": {"loss": _("Loss"), recipe.question.metric: capital(metric_name(recipe.question.metric))},
    }
    return render(request, "runs/show.html", context)


@router.get("/runs/{run_id}/state")
def show_state(request: Request, db: Db, person: Person, run_id: str) -> HTMLResponse:
    """The state block of the Train page alone."""
    return answer_state(request, db, get_readable(db, person, Run, run_id))


@router.get("/runs/{run_id}/points")
def points(request: Request, db: Db, person: Person, run_id: str) -> Response:
    """The curve so far."""
    run = get_readable(db, person, Run, run_id)
    job = db.get_one(Job, run.job_id)
    project = db.get_one(Project, run.project_id)
    tag = f'"{job.id}-{job.seq}-{project.baseline_job_id}-{job.term}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return JSONResponse(
        curve(db, job, recipe_of(db, run), find_baselines(find_baseline_job(db, project))), headers=headers
    )


@router.post("/runs/{run_id}/pause")
def pause(request: Request, db: Db, person: Person, run_id: str) -> Response:
    """Pause at the next step; the checkpoint is kept."""
    return wish(
        request, db, get_changeable(db, person, Run, run_id), "pause", {"queued", "starting", "running"}
    )


@router.post("/runs/{run_id}/resume")
def resume(request: Request, db: Db, person: Person, run_id: str) -> Response:
    """Go on from the checkpoint."""
    return wish(request, db, get_changeable(db, person, Run, run_id), "resume", {"paused", "pausing"})


@router.post("/runs/{run_id}/stop")
def stop(request: Request, db: Db, person: Person, run_id: str) -> Response:
    """Stop, and keep the best model so far."""
    allowed = {"queued", "starting", "running", "pausing", "paused"}
    return wish(request, db, get_changeable(db, person, Run, run_id), "stop", allowed)


@router.get("/runs/{run_id}/clone")
def clone(request: Request, db: Db, person: Person, run_id: str) -> Response:
    """The recipe page, pre-filled with this run's dials and changes."""
    run = get_readable(db, person, Run, run_id)
    project = db.get_one(Project, run.project_id)
    ground = get_ground(db, request.app.state.store, project)
    recipe = recipe_of(db, run)
    derived = derive_beside(ground.version.hash, ground.schema, ground.question, recipe.dials, recipe.params)
    pairs = {"learner": recipe.dials.learner, "length": recipe.dials.length, "care": recipe.dials.care}
    pairs |= {f"set.{k}": plain(v) for k, v in recipe.params.items() if k in derived and derived[k] != v}
    if recipe.augmentation != propose_augmentation(ground.schema, ground.question, recipe.dials)[0]:
        pairs |= write_augmented(recipe.augmentation)
    if recipe.seed:
        pairs["set.seed"] = str(recipe.seed)
    if "calm" in request.query_params and "learning_rate" in recipe.params:
        pairs["set.learning_rate"] = plain(recipe.params["learning_rate"] / 10)
    pairs["parent"] = run.id
    return go_to(request, f"/projects/{project.id}/model?{urlencode(pairs)}")


def wish(request: Request, db: Session, run: Run, what: Any, allowed: set[str]) -> Response:
    """Ask the job for a change of state, which shows at once; raises Conflict where it cannot be."""
    job = db.get_one(Job, run.job_id)
    if job.state not in allowed:
        verbs = {"pause": _("paused"), "resume": _("resumed"), "stop": _("stopped")}
        raise Conflict(
            _("Run {n} is {state} and cannot be {verb} now. Reload the page to see where it stands.").format(
                n=run.number, state=_(job.state), verb=verbs[what]
            )
        )
    ask(db, job, what)
    db.flush()
    if wants_fragment(request):
        return answer_state(request, db, run)
    return RedirectResponse(f"/runs/{run.id}", status_code=303)


def go_to(request: Request, address: str) -> Response:
    """Lead the browser to another page, asked by htmx or not."""
    if wants_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def capital(text: str) -> str:
    """The first letter in capital, the rest as it is."""
    return text[:1].upper() + text[1:]
