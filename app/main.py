"""The web server, wired in one place."""

import time

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from app.datasets import additions, formats, samples, source
from app.datasets import routes as datasets
from app.db import make_engine, open_session
from app.edge.bodies import Bodies
from app.edge.files import OurFiles
from app.edge.gate import Gate
from app.edge.head import Head
from app.edge.headers import Headers
from app.edge.log import Log
from app.edge.origin import KnownHosts, OwnPages
from app.elsewhere import routes as elsewhere
from app.errors import BadInput, Refusal, sentence_for
from app.exploring import actions, findings, maps, relations, suspects, tensors
from app.exploring import routes as exploring
from app.jobs import stream
from app.jobs.tables import Job
from app.labels import capture
from app.labels import routes as labels
from app.models import routes as models
from app.pages import STATIC, show_refusal
from app.people import routes as people
from app.people.attempts import Attempts
from app.people.tables import User
from app.projects import audit as deeper
from app.projects import routes as projects
from app.projects.service import why_unpredictable
from app.recipes import previews
from app.recipes import routes as recipes
from app.reports import routes as reports
from app.runs import routes as runs
from app.runs.places import find_places, find_scores
from app.runs.uses import find_uses
from app.settings import Settings
from app.storage import Store
from app.uploads import routes as uploads
from app.uploads import unfinished
from app.versions import fixes, steps
from app.versions import routes as versions
from app.versions.history import find_ways

log = structlog.get_logger()

RUNNING = ("starting", "running", "pausing", "stopping")
ROUTERS = [
    people.router,
    stream.router,
    datasets.router,
    additions.router,
    formats.router,
    samples.router,
    source.router,
    uploads.router,
    unfinished.router,
    capture.router,
    elsewhere.router,
    labels.router,
    projects.router,
    deeper.router,
    recipes.router,
    previews.router,
    runs.router,
    reports.router,
    models.router,
    steps.router,
    fixes.router,
    versions.router,
    actions.router,
    findings.router,
    relations.router,
    suspects.router,
    tensors.router,
    exploring.router,
    maps.router,
]
PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "application/vnd.apache.arrow.file")


def create_app(settings: Settings) -> FastAPI:
    """The whole server. The database must be migrated already."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.store = Store(settings.data)
    app.state.store.create()
    app.state.engine = make_engine(settings)
    app.state.count_running = count_running
    app.state.find_places = find_places
    app.state.find_scores = find_scores
    app.state.describe_findings = findings.describe_findings
    app.state.describe_mending = versions.describe_mending
    app.state.find_ways = find_ways
    app.state.why_unpredictable = why_unpredictable
    app.state.list_learned = versions.list_learned
    app.state.find_uses = find_uses
    app.state.attempts = Attempts()
    for router in ROUTERS:
        app.include_router(router)
    app.get("/healthz")(healthz)
    app.mount("/static", OurFiles(directory=STATIC), name="static")
    app.exception_handler(Refusal)(refused)
    app.exception_handler(HTTPException)(http_error)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(DataError)(unstorable)
    app.user_middleware = [  # the first meets a request first, and its answer last
        Middleware(Headers, https=settings.secure_cookies),
        Middleware(Log),
        Middleware(KnownHosts, hosts=[*settings.allowed_hosts, settings.host]),
        Middleware(OwnPages),
        Middleware(Bodies),
        Middleware(Head),
        Middleware(Gate, engine=app.state.engine),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=PACKED),
    ]
    return app


def count_running(db: Session, user: User) -> int:
    """How many of a person's jobs work now: the small live count in the bar."""
    return db.scalar(select(func.count()).where(Job.owner_id == user.id, Job.state.in_(RUNNING))) or 0


def healthz(request: Request) -> JSONResponse:
    """Whether the server can work: for probes, so it names nothing of anybody's."""
    try:
        with open_session(request.app.state.engine, write=False) as db:
            db.execute(text("SELECT 1"))
    except DBAPIError:
        return JSONResponse({"database": "not reachable"}, status_code=503)
    return JSONResponse(
        {"database": "ok", "worker_seen_seconds_ago": worker_silence(request.app.state.store)}
    )


def worker_silence(store: Store) -> float | None:
    """Seconds since the last sign of life of a worker on this data folder; None before the first."""
    try:
        return round(max(0.0, time.time() - store.worker_sign.stat().st_mtime), 1)
    except FileNotFoundError:
        return None


async def refused(request: Request, refusal: Refusal) -> Response:
    """What our own code refuses."""
    return show_refusal(request, refusal)


async def http_error(request: Request, error: HTTPException) -> Response:
    """What the framework refuses, in the house's words; a 413 is ours already (``app.edge.bodies``)."""
    sentence = error.detail if error.status_code == 413 else sentence_for(error.status_code)
    return show_refusal(request, Refusal(sentence, status=error.status_code))


async def invalid(request: Request, error: RequestValidationError) -> Response:
    """A field that has the wrong form; its value is not repeated, it may be a secret or huge."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    sentence = f"{where[:80]}: {first['msg'][:1].lower()}{first['msg'][1:200]}. Correct it and send it again."
    return show_refusal(request, BadInput(sentence))


async def unstorable(request: Request, error: Exception) -> Response:
    """A text with a NUL, a number too large for its column: the sender's mistake, not the server's."""
    log.warning("unstorable", error=type(error.__cause__ or error).__name__)
    sentence = (
        "Something that was sent cannot be stored: a text with a NUL character, or a number far too large."
    )
    return show_refusal(request, BadInput(f"{sentence} Correct it and send it again."))
