"""The Use page: try it, see the proof, take it away."""

import asyncio
import base64
import html
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi import FastAPI

from app.db import now, open_session
from app.errors import BadInput
from app.models.predictor import ask_picture, ask_row
from app.models.routes import difference_words
from app.predictor import PredictorAway
from app.projects.tables import Project
from tests.support.people import a_browser, a_user
from tests.support.runs import a_finished_run, a_project, a_run

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@contextmanager
def a_predictor(socket: Path, reply: bytes) -> Iterator[list[dict[str, Any]]]:
    """A Unix socket that always gives the same reply, and gathers what it was asked."""
    asked: list[dict[str, Any]] = []
    loop = asyncio.new_event_loop()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line:
            asked.append(json.loads(line))
        writer.write(reply)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = loop.run_until_complete(asyncio.start_unix_server(talk, str(socket), limit=2**25))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asked
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def test_without_a_predictor_the_answer_is_a_sentence(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    answer = a_browser(app, owner).post(f"/runs/{run.id}/predict", data={"c0": "3"}, headers=HX)
    assert answer.status_code == 503
    assert "The predictor is not running" in answer.text


def test_a_number_outside_of_the_data_is_answered_with_a_note(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    reply = b'{"answers": [{"label": "yes", "probabilities": {"yes": 0.9, "no": 0.1}, "notes": []}]}\n'
    browser = a_browser(app, owner)
    with a_predictor(app.state.store.predictor_socket, reply):
        far = browser.post(f"/runs/{run.id}/predict", data={"c0": "99", "c2": "x"}, headers=HX).text
        near = browser.post(f"/runs/{run.id}/predict", data={"c0": "70", "c2": ""}, headers=HX).text
    assert "Age 99 is outside 0 to 70, the range of the data it has learned from." in far
    assert "Fare" not in far
    assert "outside" not in near


@pytest.mark.parametrize(
    ("difference", "said"),
    [(0.0, "0"), (2e-7, "0.0000002"), (0.00034, "0.0003"), (3e-16, "3 × 10⁻¹⁶"), (2.0, "2")],
)
def test_the_largest_difference_has_one_digit(difference: float, said: str) -> None:
    assert difference_words(difference) == said


def test_a_predictor_that_breaks_off_or_is_silent_is_away(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    with a_predictor(socket, b'{"answers": ['), pytest.raises(PredictorAway, match="broke off"):
        asyncio.run(ask_row(socket, tmp_path, {}))
    with (
        a_predictor(socket, b'{"error": "No such model."}\n'),
        pytest.raises(BadInput, match="No such model"),
    ):
        asyncio.run(ask_row(socket, tmp_path, {}))


def test_a_predictor_that_takes_too_long_is_away(tmp_path: Path) -> None:
    async def silence() -> None:
        held: list[asyncio.StreamWriter] = []
        server = await asyncio.start_unix_server(
            lambda _reader, writer: held.append(writer), str(tmp_path / "s")
        )
        async with server:
            try:
                await ask_picture(tmp_path / "s", tmp_path, b"x", patience=0.1)
            finally:
                for writer in held:
                    writer.close()

    with pytest.raises(PredictorAway, match=r"did not answer within 0\.1 seconds"):
        asyncio.run(silence())


def test_an_unfinished_run_has_nothing_to_use(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), state="running")
    browser = a_browser(app, owner)
    assert "Run 1 is not finished yet." in browser.get(f"/runs/{run.id}/use").text
    for answer in (browser.post(f"/runs/{run.id}/predict", data={}), browser.get(f"/runs/{run.id}/download")):
        assert answer.status_code == 409
        assert "Run 1 has no model to use: it is running." in answer.text


def test_a_failed_run_left_no_model(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(
        app, owner, a_project(app, owner), state="failed", ended_at=now(), sentence="The disk is full."
    )
    page = a_browser(app, owner).get(f"/runs/{run.id}/use").text
    assert "left no model" in page
    assert "The disk is full." in page


def test_the_form_is_filled_with_a_test_row_and_another_one(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    browser = a_browser(app, owner)
    page = html.unescape(browser.get(f"/runs/{run.id}/use").text)
    assert "0 to 70 in the data" in page
    assert '<option value="female"' in page
    assert '<option value="">missing</option>' in page or "missing" in page
    assert "of the test part, where Survived is" in page
    assert 'name="c3"' not in page
    rows = {
        browser.get(f"/runs/{run.id}/use?example={i}", headers=HX).text.split("Row ")[1].split()[0]
        for i in range(18)
    }
    assert rows == {str(row) for row in range(102, 120)}


def test_the_answer_has_probabilities_and_notes(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    reply = {
        "answers": [{"label": "yes", "probabilities": {"yes": 0.9, "no": 0.1}, "notes": ["Age: missing."]}]
    }
    with a_predictor(app.state.store.predictor_socket, json.dumps(reply).encode() + b"\n") as asked:
        answer = a_browser(app, owner).post(
            f"/runs/{run.id}/predict", data={"c0": "", "c1": "female", "c2": "7.5", "evil": "1"}, headers=HX
        )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "90 %" in answer.text
    assert "Age: missing." in answer.text
    model = str(app.state.store.job(run.job_id).results.model)
    assert asked == [{"model": model, "rows": [{"c0": "", "c1": "female", "c2": "7.5"}]}]


def test_a_refusal_of_the_predictor_is_shown(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    with a_predictor(app.state.store.predictor_socket, b'{"error": "That is not a picture."}\n'):
        answer = a_browser(app, owner).post(f"/runs/{run.id}/predict", data={}, headers=HX)
    assert answer.status_code == 422
    assert "That is not a picture." in answer.text


def test_the_proof_stands_beside_the_download(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    browser = a_browser(app, owner)
    page = browser.get(f"/runs/{run.id}/use").text
    assert "Checked on 18 held-out rows: 18 of 18 answers equal, largest difference 0.0000002." in page
    assert "predict.py" in page
    answer = browser.get(f"/runs/{run.id}/download")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="titanic-run-1.zip"'
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["predict.py"]


def test_a_name_cannot_break_out_of_the_header(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    run = a_finished_run(app, owner, project)

    with open_session(app.state.engine) as db:
        db.get_one(Project, project.id).name = '"; x="\r\nSet-Cookie: a=b/../é'
        db.commit()
    answer = a_browser(app, owner).get(f"/runs/{run.id}/download")
    assert answer.headers["content-disposition"] == 'attachment; filename="x-set-cookie-a-b-run-1.zip"'


def test_what_the_socket_carries_of_a_picture(tmp_path: Path) -> None:
    reply = b'{"answers": [{"label": "a", "probabilities": {"a": 1.0}, "notes": []}]}\n'
    with a_predictor(tmp_path / "s", reply) as asked:
        answer = asyncio.run(ask_picture(tmp_path / "s", tmp_path, b"\x00\xff"))
    assert answer.label == "a"
    assert base64.b64decode(asked[0]["image"]) == b"\x00\xff"
