"""Coming in and going out, and one's own account."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.db import open_session
from app.errors import BadInput, TooOften
from app.pages import Db, render
from app.people.service import change_name, change_password, find_person, use_entry_link
from app.people.session import COOKIE, Person, begin_session, end_other_sessions, end_session
from app.people.tables import User
from app.people.way import safe_way

router = APIRouter()


@router.get("/enter/{token}")
def enter(request: Request, token: str) -> Response:
    """The one-time link printed at start. The one GET that changes something: it carries the secret
    itself.
    """
    response = RedirectResponse("/", status_code=303)
    with open_session(request.app.state.engine) as db:
        user = use_entry_link(db, token)
        if user is not None:
            begin_session(db, request.app.state.settings, user, response)
        db.commit()
    if user is None and request.state.user is None:
        return render(request, "people/sign_in.html", _form(dead_link=True), status=404)
    return response


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:
    """The form; who is signed in already goes on."""
    if request.state.user is not None:
        return RedirectResponse(safe_way(request, next), status_code=303)
    return render(request, "people/sign_in.html", _form(next=next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    db: Db,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Name and password."""
    try:
        check_tries(request, name)
    except TooOften as refusal:
        return render(
            request, "people/sign_in.html", _form(name, next, refusal.sentence), status=refusal.status
        )
    user = find_person(db, name, password)
    if user is None:
        sentence = "This name and password do not belong together. Check both; capital letters count."
        return render(request, "people/sign_in.html", _form(name, next, sentence), status=422)
    request.app.state.attempts.forgive(name)
    if old := request.cookies.get(COOKIE):
        end_session(db, old)
    response = RedirectResponse(safe_way(request, next), status_code=303)
    begin_session(db, request.app.state.settings, user, response)
    return response


@router.post("/sign-out")
def sign_out(request: Request, db: Db, _person: Person) -> Response:
    """End this session and leave nothing of it in the browser, which others may use."""
    end_session(db, request.cookies[COOKIE])
    response = RedirectResponse(
        "/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache", "cookies", "storage"'}
    )
    response.delete_cookie(COOKIE)
    return response


@router.get("/account")
def show_account(request: Request, person: Person) -> Response:
    """Name and password."""
    return render(request, "people/account.html", _account(person))


@router.post("/account")
def change_account(
    request: Request,
    db: Db,
    person: Person,
    name: Annotated[str, Form()] = "",
    old_password: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Take another name, and with a new password end the person's other sessions."""
    user = db.get_one(User, person.id)
    field = "name"
    try:
        change_name(db, user, name)
        if password:
            field = "password"
            check_tries(request, user.name)
            change_password(user, old_password, password)
            request.app.state.attempts.forgive(user.name)
            end_other_sessions(db, user, request.cookies[COOKIE])
    except (BadInput, TooOften) as refusal:
        db.rollback()
        errors = [{"field": field, "sentence": refusal.sentence}]
        return render(request, "people/account.html", _account(person, name, errors), status=refusal.status)
    return RedirectResponse("/account?saved=yes", status_code=303)


def check_tries(request: Request, name: str) -> None:
    """Raise TooOften when this name or this address has tried too many passwords."""
    address = request.client.host if request.client else "unknown"
    if not request.app.state.attempts.take(name, address):
        raise TooOften("Too many tries. Wait a minute, then try again.")


def _form(
    name: str = "", next: str = "/", sentence: str | None = None, *, dead_link: bool = False
) -> dict[str, Any]:
    return {"name": name, "next": next, "sentence": sentence, "dead_link": dead_link}


def _account(
    person: User, name: str | None = None, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "name": person.name if name is None else name,
        "has_password": person.password_hash is not None,
        "errors": errors or [],
    }
