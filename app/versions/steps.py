"""The Steps page of a dataset: the list, forms with their effect shown first, and the versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from app.datasets.service import schema_at
from app.datasets.tables import Dataset, DatasetVersion
from app.datasets.tabs import tabs
from app.errors import BadInput, NotFound
from app.pages import Db, render, wants_fragment, words
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.storage import Store
from app.versions import service
from app.versions.deleting import DAYS, name_uses
from app.versions.effect import foresee
from app.versions.forms import KINDS, StepForm, given_of, list_fields, read_step
from app.versions.history import all_versions, find_ways, list_versions
from app.versions.routes import describe_mending
from app.versions.words import effect_words, step_lines
from trainer.contract.plan import BadStep, follow, next_id
from trainer.contract.steps import Step

_ = words.gettext

router = APIRouter()


@router.get("/datasets/{dataset_id}/steps")
def show(
    request: Request, db: Db, person: Person, dataset_id: str, kind: str = "", edit: int = -1
) -> HTMLResponse:
    """Steps, a form for one more (``kind``) or for one of them (``edit``), and the versions."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    return show_steps(request, db, dataset, kind, edit, dict(request.query_params))


def show_steps(
    request: Request,
    db: Session,
    dataset: Dataset,
    kind: str,
    edit: int,
    given: dict[str, Any],
    refusal: str = "",
) -> HTMLResponse:
    """The page, also after a refusal: the form as it was sent, with the sentence."""
    store: Store = request.app.state.store
    base = service.find_base(db, dataset)
    schema = schema_at(store, base.root_hash)
    form = None
    if kind or edit >= 0:
        form = describe_form(base, store, kind, edit, given, sent=bool(refusal))
    uses = request.app.state.find_uses(db, [version.id for version in all_versions(db, dataset)])
    trained = [use for found in uses.values() for use in found if use.runs]
    context = {
        "dataset": dataset,
        "tabs": tabs(f"/datasets/{dataset.id}", "steps"),
        "made_from": base.id,
        "lines": step_lines(schema, base.steps),
        "kinds": KINDS,
        "form": form,
        "refusal": refusal,
        "deleted": given.get("deleted", "") if find_deleted(db, dataset, given.get("deleted", "")) else "",
        "days": DAYS,
        "trained": name_uses(trained) if trained else "",
        "versions": list_versions(db, dataset, request.app.state.find_uses),
        "ways": find_ways(db, dataset),
        "mending": describe_mending(db, dataset),
    }
    return render(request, "versions/steps.html", context, status=422 if refusal else 200)


def find_deleted(db: Session, dataset: Dataset, id: str) -> DatasetVersion | None:
    """A version of this dataset that was deleted and can be brought back."""
    version = db.get(DatasetVersion, id) if id and "\x00" not in id else None
    return (
        version if version is not None and version.dataset_id == dataset.id and version.deleted_at else None
    )


def describe_form(
    base: service.Base, store: Store, kind: str, edit: int, given: dict[str, Any], *, sent: bool
) -> dict[str, Any]:
    """A form: empty, filled by the step that is edited, or as it was sent."""
    schema = schema_at(store, base.root_hash)
    before = base.steps
    if edit >= 0:
        step = step_at(base, edit)
        kind, before = step.kind, base.steps[:edit]
        given = given if sent else given_of(step)
    if kind not in KINDS:
        raise NotFound
    fields = list_fields(kind, follow(schema, before), given)
    chosen = KINDS[kind]
    return {
        "kind": kind,
        "edit": edit,
        "title": chosen.title,
        "help": chosen.help,
        "fields": fields,
        "column": "",
    }


def step_at(base: service.Base, place: int) -> Step:
    """The step at this place; raises NotFound."""
    if not 0 <= place < len(base.steps):
        raise NotFound
    return base.steps[place]


@router.get("/datasets/{dataset_id}/steps/form")
def show_form(request: Request, db: Db, person: Person, dataset_id: str, kind: str, column: str) -> Response:
    """The form of one kind of step for one column: a fragment of the column's drawer."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    if not wants_fragment(request):
        return RedirectResponse(f"/datasets/{dataset.id}/steps?{request.query_params}#form", status_code=303)
    store: Store = request.app.state.store
    base = service.find_base(db, dataset)
    form = describe_form(base, store, kind, -1, {"column": column, "columns": [column]}, sent=False)
    context = {"dataset": dataset, "made_from": base.id, "form": form | {"column": column}}
    return render(request, "versions/form.html", context, block="step_form")


@router.get("/datasets/{dataset_id}/steps/effect")
def show_effect(
    request: Request, db: Db, person: Person, dataset_id: str, form: Annotated[StepForm, Query()]
) -> HTMLResponse:
    """What the step of a form would do: a fragment beside the form."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    store: Store = request.app.state.store
    base = service.find_base(db, dataset)
    context: dict[str, Any] = {"sentence": "", "refusal": "", "pairs": []}
    try:
        before, step = read_form(store, base, form)
        root, schema = store.version(base.root_hash), schema_at(store, base.root_hash)
        effect = foresee(root, schema, before, step)
        context |= {"sentence": effect_words(step, effect), "pairs": list(effect.pairs.items())}
    except BadStep as error:
        context["refusal"] = sentence_of(error)
    except BadInput as refusal:
        context["refusal"] = refusal.sentence
    return render(request, "versions/effect.html", context, block="effect")


def read_form(store: Store, base: service.Base, form: StepForm) -> tuple[list[Step], Step]:
    """The steps before, and the one that a form sent; raises BadInput in words."""
    schema = schema_at(store, base.root_hash)
    old = step_at(base, form.edit) if form.edit >= 0 else None
    before = base.steps if old is None else base.steps[: form.edit]
    made = getattr(old, "made", None) or next_id(schema, base.steps)
    return before, read_step(form.kind, follow(schema, before), form.model_dump(), made)


@router.post("/datasets/{dataset_id}/steps")
def change(
    request: Request, db: Db, person: Person, dataset_id: str, form: Annotated[StepForm, Form()]
) -> Response:
    """Add the step of a form, or put it in the place of one."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    store: Store = request.app.state.store
    base = service.get_base(db, dataset)
    try:
        before, step = read_form(store, base, form)
        note = step_lines(schema_at(store, base.root_hash), [*before, step])[-1].words
        if form.edit < 0:
            service.add_steps(db, store, person, dataset, [step], note, of=None)
        else:
            steps = [*before, step, *base.steps[form.edit + 1 :]]
            service.set_steps(db, store, person, dataset, form.made_from, steps, note)
    except BadInput as refusal:
        return show_steps(request, db, dataset, form.kind, form.edit, form.model_dump(), refusal.sentence)
    back = "" if form.back == "table" else "/steps"
    return RedirectResponse(f"/datasets/{dataset.id}{back}", status_code=303)


@router.post("/datasets/{dataset_id}/steps/order")
def reorder(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    made_from: Annotated[str, Form()],
    do: Annotated[str, Form(pattern=r"^(up|down|remove):[0-9]{1,4}$")],
) -> Response:
    """Move a step up or down, or take it out."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    store: Store = request.app.state.store
    base = service.get_base(db, dataset)
    what, _sign, number = do.partition(":")
    place, steps = int(number), list(base.steps)
    step_at(base, place)
    line = step_lines(schema_at(store, base.root_hash), base.steps)[place].words
    step = steps.pop(place)
    if what != "remove":
        steps.insert(max(0, place + (-1 if what == "up" else 1)), step)
    note = {"up": _("Earlier: {step}"), "down": _("Later: {step}"), "remove": _("Without: {step}")}[what]
    try:
        service.set_steps(db, store, person, dataset, made_from, steps, note.format(step=line))
    except BadInput as refusal:
        return show_steps(request, db, dataset, "", -1, {}, refusal.sentence)
    return RedirectResponse(f"/datasets/{dataset.id}/steps", status_code=303)


def sentence_of(error: BadStep) -> str:
    """What is wrong with the step of a form: its number in the list says nothing there."""
    return error.sentence[:1].upper() + error.sentence[1:]
