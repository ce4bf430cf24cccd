"""The findings above a table: set aside and put back, mended in one click, and the deeper look that finds more."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.datasets.audits import (
    audit_findings,
    audit_job,
    find_audit,
    find_last_asked,
    known_label_column,
    label_columns,
    start_audit,
)
from app.datasets.findings import FindingLine, finding_lines, key_of, list_set_aside, put_back, set_aside
from app.datasets.routes import Shown, get_shown
from app.datasets.tables import Audit, Dataset, DatasetVersion
from app.errors import Conflict
from app.jobs.service import ask, cursor, find_last
from app.pages import Db, render, wants_fragment, words
from app.people.authorize import authorize, get_changeable
from app.people.session import Person
from app.storage import Store
from app.versions.history import all_versions
from app.versions.looks import find_earlier, find_original, left_of
from app.versions.service import add_steps
from trainer.contract.dataset import Column, Finding
from trainer.contract.events import ENDED

router = APIRouter()

_ = words.gettext


def describe_findings(db: Session, store: Store, shown: Shown) -> dict[str, Any]:
    """What the block of findings needs: what to look at, what was set aside, and how a deeper look stands."""
    done = find_audit(db, shown.version, done=True)
    deep = deep_lines(db, store, shown, done) if done else []
    counted = finding_lines(shown.base, shown.schema, shown.profile.findings)
    mended = {key_of(finding) for finding in shown.profile.findings if is_mended(shown, finding)}
    counted = [line for line in counted if line.key not in mended]
    first = sum(line.kind == "bad" for line in counted)
    lines = [*counted[:first], *deep, *counted[first:]]
    aside = list_set_aside(db, shown.dataset)
    return {
        "findings": [line for line in lines if line.key not in aside],
        "aside": [line for line in lines if line.key in aside],
        "deeper": describe_deeper(db, shown),
    }


def deep_lines(db: Session, store: Store, shown: Shown, done: Audit) -> list[FindingLine]:
    """What a deeper look found; of one at an earlier version what is left of it."""
    number = carried_from(db, shown, done)
    if number is None:
        return finding_lines(shown.base, shown.schema, audit_findings(db, done), done.sets)
    findings = [one for one in left_of(db, store, done, shown.version) if not is_mended(shown, one)]
    lines = finding_lines(shown.base, shown.schema, findings, done.sets)
    said = _("Found in version {n}: {left} left.")
    return [
        replace(line, sentence=f"{line.sentence} {said.format(n=number, left=f'{finding.count:,}')}")
        if finding.count
        else line
        for line, finding in zip(lines, findings, strict=True)
    ]


def carried_from(db: Session, shown: Shown, audit: Audit) -> int | None:
    """The number of the version that a look was really at; None where it was this one."""
    origin = find_original(db, audit)
    return None if origin.version_id == shown.version.id else number_of(db, shown.dataset, origin.version_id)


def number_of(db: Session, dataset: Dataset, version_id: str) -> int:
    """The number of a version, as the list of versions counts them; 1 for one that is gone."""
    ids = [version.id for version in all_versions(db, dataset)]
    return ids.index(version_id) + 1 if version_id in ids else 1


def find_look(db: Session, version: DatasetVersion) -> Audit | None:
    """The newest look at a version; also one that goes on at another of the same root: what it finds is told here."""
    return find_earlier(db, version, going_on=True) or find_audit(db, version)


def is_mended(shown: Shown, finding: Finding) -> bool:
    """Whether the steps of a version mend this already: those that learn change no cell, so it is found again."""
    steps = [step.model_dump(mode="json") for step in finding.fix.steps] if finding.fix else []
    return bool(steps) and all(step in shown.version.steps for step in steps)


def describe_deeper(db: Session, shown: Shown) -> dict[str, Any]:
    """The deeper look: going on, failed, or done; and the columns that may be asked about."""
    newest = find_look(db, shown.version)
    earlier = find_earlier(db, shown.version) if newest is None else None
    before = find_last_asked(db, shown.dataset) if newest is None and earlier is None else None
    asked = newest or earlier
    job = audit_job(db, newest) if newest else None
    event = find_last(db, job.id, "progress") if job else None
    choices = label_columns(shown.schema, shown.profile)
    target = asked.target if asked else None
    return {
        "job": job,
        "going_on": job is not None and job.state not in ENDED,
        "cursor": cursor([job]) if job else "",
        "progress": event.payload if event else {},
        "choices": choices,
        "chosen": target if asked else first_choice(choices, before),
        "looked_at": carried_from(db, shown, asked) if asked else None,
        "target": next((c.name for c in shown.schema.columns if c.id == target), None),
        "found": bool(audit_findings(db, newest)) if newest else False,
    }


def first_choice(choices: list[Column], before: Audit | None) -> str | None:
    """The column that is offered: the one asked about before, else the likeliest."""
    ids = [column.id for column in choices]
    return before.target if before is not None and before.target in ids else next(iter(ids), None)


@router.get("/datasets/{dataset_id}/findings")
def show(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """The block of findings as it stands."""
    shown = get_shown(request, db, person, dataset_id)
    if not wants_fragment(request):
        return RedirectResponse(shown.base, status_code=303)
    return answer(request, db, shown)


@router.post("/datasets/{dataset_id}/findings/{key}/aside")
def aside(request: Request, db: Db, person: Person, dataset_id: str, key: str) -> Response:
    """It is no problem."""
    shown = get_owned(request, db, person, dataset_id)
    if any(line.key == key for line in describe_findings(db, request.app.state.store, shown)["findings"]):
        set_aside(db, shown.dataset, key)
    return answer(request, db, shown)


@router.post("/datasets/{dataset_id}/findings/{key}/back")
def back(request: Request, db: Db, person: Person, dataset_id: str, key: str) -> Response:
    """It shall be seen again."""
    shown = get_owned(request, db, person, dataset_id)
    put_back(db, shown.dataset, key)
    return answer(request, db, shown)


@router.post("/datasets/{dataset_id}/findings/{key}/fix")
def fix(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    key: str,
    version: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """What mends a finding of a deeper look becomes steps; leads to the table that is made by them."""
    shown = get_owned(request, db, person, dataset_id)
    done = find_audit(db, shown.version, done=True)
    findings = audit_findings(db, done) if done else []
    chosen = next((finding.fix for finding in findings if key_of(finding) == key), None)
    if chosen is None or version != shown.version.id:
        raise Conflict(_("There is nothing to mend here any more. Look at the findings again."))
    store: Store = request.app.state.store
    add_steps(db, store, person, shown.dataset, chosen.steps, chosen.label, of=shown.version)
    return RedirectResponse(shown.base, status_code=303)


@router.post("/datasets/{dataset_id}/audit")
def look_deeper(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    target: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Start a deeper look."""
    shown = get_owned(request, db, person, dataset_id)
    column = known_label_column(shown.schema, shown.profile, target)
    start_audit(db, request.app.state.store, person, shown.dataset, shown.version, column)
    return answer(request, db, shown)


@router.post("/datasets/{dataset_id}/audit/stop")
def stop(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """Give a deeper look up."""
    shown = get_owned(request, db, person, dataset_id)
    newest = find_look(db, shown.version)
    if newest is not None:
        ask(db, audit_job(db, newest), "stop")
    return answer(request, db, shown)


def get_owned(request: Request, db: Session, person: Person, dataset_id: str) -> Shown:
    """A dataset with its version that this person may change."""
    get_changeable(db, person, Dataset, dataset_id)
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    return shown


def answer(request: Request, db: Session, shown: Shown) -> Response:
    """The block anew; without script, the page."""
    if not wants_fragment(request):
        return RedirectResponse(shown.base, status_code=303)
    return render(
        request,
        "datasets/findings.html",
        {"shown": shown, **describe_findings(db, request.app.state.store, shown)},
    )
