"""The pages of what is brought from elsewhere: where from, how far, where to."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select

from app.elsewhere.kinds import KINDS, Kind, list_on
from app.elsewhere.tables import ENDED, Fetch
from app.errors import BadInput, NotAllowed, Refusal, TooOften
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.settings import Settings

router = APIRouter()

MOST = 5
"""Fetches of one person that wait or work at a time."""
LONGEST = 20_000


@router.get("/elsewhere")
def choose(request: Request, person: Person, kind: str = "") -> Response:  # noqa: ARG001 - only somebody may see it
    """Where from: what is turned on, and who can turn on the rest."""
    return show_choice(request, kind)


@router.post("/elsewhere")
def begin(
    request: Request,
    db: Db,
    person: Person,
    kind: Annotated[str, Form(max_length=10)],
    source: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Queue a fetch; leads to its page. A mistake is said beside the field."""
    settings: Settings = request.app.state.settings
    chosen = get_kind(kind, settings)
    try:
        if not source.strip():
            raise BadInput(f"Write what to bring, such as {chosen.example}")
        checked = chosen.check(source, settings)
    except Refusal as refusal:
        return show_choice(request, kind, source, refusal)
    waiting = select(func.count()).where(Fetch.owner_id == person.id, Fetch.state.not_in(ENDED))
    if (db.scalar(waiting) or 0) >= MOST:
        raise TooOften(f"{MOST} of your fetches are under way. Wait for one to end, or stop it.")
    fetch = Fetch(owner_id=person.id, kind=kind, source=checked)
    db.add(fetch)
    db.flush()
    return RedirectResponse(f"/elsewhere/{fetch.id}", status_code=303)


@router.get("/elsewhere/{fetch_id}")
def show(request: Request, db: Db, person: Person, fetch_id: str) -> Response:
    """How far it is; once it came, its dataset."""
    fetch = get_readable(db, person, Fetch, fetch_id)
    if fetch.state == "done" and fetch.dataset_id is not None:
        place = f"/datasets/{fetch.dataset_id}"
        if wants_fragment(request):
            return Response(status_code=204, headers={"HX-Redirect": place})
        return RedirectResponse(place, status_code=303)
    context = {"fetch": fetch, "kind": KINDS[fetch.kind], "ended": fetch.state in ENDED}
    return render(request, "elsewhere/show.html", context, block="state" if wants_fragment(request) else None)


@router.post("/elsewhere/{fetch_id}/stop")
def stop(db: Db, person: Person, fetch_id: str) -> Response:
    """Do not fetch it any further."""
    fetch = get_changeable(db, person, Fetch, fetch_id)
    if fetch.state == "queued":
        fetch.state, fetch.sentence = "stopped", "Stopped before it began."
    elif fetch.state == "running":
        fetch.state = "stopping"
    return RedirectResponse(f"/elsewhere/{fetch.id}", status_code=303)


def get_kind(key: str, settings: Settings) -> Kind:
    """A kind that is turned on; else the refusal says who can do that."""
    kind = KINDS.get(key)
    if kind is None:
        raise BadInput(f"Data can be brought from: {', '.join(KINDS)}.")
    if not kind.is_on(settings):
        raise NotAllowed(
            f"Bringing data from there ({kind.title}) is turned off. Who runs this server can turn it on "
            f"with {kind.setting}."
        )
    return kind


def show_choice(request: Request, key: str, source: str = "", refusal: Refusal | None = None) -> Response:
    """The form of one kind, and the others beside it."""
    settings: Settings = request.app.state.settings
    kinds = list_on(settings)
    chosen = next((kind for kind in kinds if kind.key == key), kinds[0] if kinds else None)
    context = {
        "kinds": kinds,
        "off": [kind for kind in KINDS.values() if kind not in kinds],
        "chosen": chosen,
        "source": source,
        "error": refusal.sentence if refusal else None,
    }
    return render(request, "elsewhere/choose.html", context, status=422 if refusal else 200)
