"""One's own name and password."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.db import open_session
from app.people.passwords import COMMON, find_weakness, hash_password, is_right
from app.people.tables import User
from tests.support.people import a_browser, a_user

GOOD = "three quiet boats"


def stored(app: FastAPI, user: User) -> User:
    with open_session(app.state.engine, write=False) as db:
        return db.get_one(User, user.id)


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "has 5 characters"), ("1234567", "at least 8"), ("password1", "first that anyone would try"),
     ("PassWord123", "first that anyone"), ("aaaaaaaaaa", "first that anyone"),
     ("Ada Lovelace", "first that anyone"),
     ("x y" * 100, "longer than 200")],
)  # fmt: skip
def test_a_weak_password_is_refused_in_words(app: FastAPI, password: str, words: str) -> None:
    user = a_user(app.state.engine, "Ada Lovelace")
    answer = a_browser(app, user).post("/account", data={"name": "Ada Lovelace", "password": password})
    assert answer.status_code == 422
    assert words in answer.text
    assert stored(app, user).password_hash is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b", "Ada\u202eevil"])
def test_an_odd_name_is_refused(app: FastAPI, name: str) -> None:
    user = a_user(app.state.engine, "Ada")
    answer = a_browser(app, user).post("/account", data={"name": name})
    assert answer.status_code == 422
    assert "A name has 1 to 120 letters." in answer.text
    assert stored(app, user).name == "Ada"


def test_a_taken_name_is_refused(app: FastAPI) -> None:
    a_user(app.state.engine, "Grace")
    user = a_user(app.state.engine, "Ada")
    answer = a_browser(app, user).post("/account", data={"name": " Grace  "})
    assert answer.status_code == 422
    assert "called Grace already" in answer.text


def test_a_new_password_needs_the_old_one(app: FastAPI) -> None:
    user = a_user(app.state.engine, "Ada", GOOD)
    browser = a_browser(app, user)
    for old in ("", "wrong", GOOD.upper()):
        form = {"name": "Ada", "old_password": old, "password": "four green boats"}
        answer = browser.post("/account", data=form)
        assert answer.status_code == 422
        assert "This is not your password until now." in answer.text
    assert is_right(GOOD, stored(app, user).password_hash)


def test_guessing_the_old_password_is_slowed(app: FastAPI) -> None:
    browser = a_browser(app, a_user(app.state.engine, "Ada", GOOD))
    form = {"name": "Ada", "old_password": "wrong", "password": "four green boats"}
    codes = [browser.post("/account", data=form).status_code for _ in range(12)]
    assert codes == [422] * 10 + [429] * 2


def test_nobody_makes_themselves_owner(app: FastAPI) -> None:
    user = a_user(app.state.engine, "Ada")
    form = {"name": "Ada", "role": "owner", "id": "1", "password_hash": "x", "owner_id": "2"}
    assert a_browser(app, user).post("/account", data=form).status_code == 303
    found = stored(app, user)
    assert (found.role, found.id, found.password_hash) == ("member", user.id, None)


def test_a_first_password_opens_the_way_back(app: FastAPI) -> None:
    user = a_user(app.state.engine, "Owner", role="owner")
    browser, other = a_browser(app, user), a_browser(app, user)
    answer = browser.post("/account", data={"name": "Ada", "password": GOOD})
    assert answer.headers["location"] == "/account?saved=yes"
    assert "Saved." in browser.get("/account?saved=yes").text
    assert other.get("/account").status_code == 303  # a new password ends the other sessions
    again = a_browser(app).post("/sign-in", data={"name": "Ada", "password": GOOD})
    assert again.status_code == 303
    form = {"name": "Ada", "old_password": GOOD, "password": "four green boats"}
    assert browser.post("/account", data=form).status_code == 303
    assert not is_right(GOOD, stored(app, user).password_hash)
    assert is_right("four green boats", stored(app, user).password_hash)


def test_a_name_is_text_everywhere(app: FastAPI) -> None:
    user = a_user(app.state.engine, "<script>alert(1)</script>\"'><img src=x>")
    page = a_browser(app, user).get("/account").text
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_what_is_stored_is_no_password(app: FastAPI) -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert GOOD not in first
    assert is_right(GOOD, first)
    assert not is_right(GOOD, None)
    assert not is_right("", None)
    with open_session(app.state.engine) as db:
        assert db.scalar(select(User.id)) is None


def test_every_common_password_is_refused() -> None:
    assert all(find_weakness(password, "Ada") for password in COMMON)
    assert find_weakness(GOOD, "Ada") is None


def test_fields_that_no_form_has_change_nothing(app: FastAPI) -> None:
    other = a_user(app.state.engine, "Grace", GOOD)
    user = a_user(app.state.engine, "Ada", GOOD)
    columns = [column.key for column in User.__table__.columns if column.key not in ("name", "password_hash")]
    extra = dict.fromkeys(columns, "1") | {
        "role": "owner", "is_admin": "true", "password_hash": "x", "user_id": other.id, "id": other.id,
    }  # fmt: skip

    def rows() -> list[dict[str, object]]:
        with open_session(app.state.engine, write=False) as db:
            found = db.scalars(select(User).order_by(User.id))
            return [{c.key: getattr(u, c.key) for c in User.__table__.columns} for u in found]

    before = rows()
    browser = a_browser(app, user)
    assert browser.post("/account", data={"name": "Ada"} | extra, follow_redirects=False).status_code == 303
    assert rows() == before
    stranger = a_browser(app)
    wrong = stranger.post("/sign-in", data={"name": "Ada", "password": "not hers"} | extra)
    assert wrong.status_code == 422
    right = stranger.post("/sign-in", data={"name": "Ada", "password": GOOD} | extra, follow_redirects=False)
    assert right.status_code == 303
    assert rows() == before
    assert 'value="Ada"' in stranger.get("/account").text
