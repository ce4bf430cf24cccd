"""The predictor's process: whatever it is sent, it answers in words and goes on."""

import base64
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.trained import Trained, a_picture

World = Callable[[str, str], Trained]
ROW = {"c0": "female", "c1": 30, "c2": 12.5, "c3": "2024-05-31", "c4": "Cherbourg"}


class Client:
    """One connection."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> dict[str, Any]:
        line = self.file.readline()
        assert line.endswith(b"\n"), line
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, **request: Any) -> dict[str, Any]:
        self.send(json.dumps(request).encode() + b"\n")
        return self.read()

    def close(self) -> None:
        self.file.close()
        self.socket.close()


class Predictor:
    """The real process, and a folder of models that it may open."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.path = folder / "p.sock"
        self.jobs = folder / "jobs"
        self.jobs.mkdir()
        self.log = folder / "log.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "trainer.predictor", str(self.path), *arguments],
                stderr=log, cwd=Path(__file__).parents[3],
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while b"listens" not in self.log.read_bytes():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def adopt(self, made: Trained, name: str) -> str:
        """A copy of the model's folder below ``jobs``, under a name that no other test uses."""
        folder = self.jobs / f"{len(list(self.jobs.iterdir()))}-{name}"
        folder.mkdir()
        for file in made.results.model.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return str(folder)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Predictor]:
    running = Predictor(tmp_path_factory.mktemp("p"))
    yield running
    assert running.process.poll() is None, running.log.read_text()
    running.close()


@pytest.fixture
def client(predictor: Predictor) -> Iterator[Client]:
    connected = Client(predictor.path)
    yield connected
    connected.close()


@pytest.mark.parametrize(
    "line",
    [
        b"\n", b"garbage\n", b"\xff\xfe\x00\n", b"[" * 100_000 + b"\n", b"null\n", b"[]\n", b"{}\n",
        b'{"model": 3}\n', b'{"model": "x"}\n', b'{"model": "x", "rows": [1]}\n',
        b'{"model": "x", "rows": [], "image": ""}\n', b'{"model": "x", "rows": {}}\n',
        b'{"model": "x", "image": 3}\n', b'{"model": "\\u0000", "rows": []}\n',
        b'{"model": "' + b"a" * 10_000 + b'", "rows": []}\n',
    ],
)  # fmt: skip
def test_garbage_is_answered_in_words_and_the_next_line_too(client: Client, line: bytes) -> None:
    for _ in range(2):
        client.send(line)
        answer = client.read()
        assert list(answer) == ["error"]
        assert answer["error"].endswith(".")
        assert "Traceback" not in answer["error"]


def test_a_model_outside_of_the_jobs_is_not_opened(
    predictor: Predictor, client: Client, trained: World
) -> None:
    outside = trained("linear", "classification").results.model
    link = predictor.jobs / "link"
    link.symlink_to(outside)
    for path in (
        str(outside),
        f"{predictor.jobs}/../../{outside.name}",
        str(link),
        "/etc",
        str(predictor.jobs),
        "",
    ):
        assert "no model" in client.ask(model=path, rows=[ROW])["error"]


def test_a_model_of_a_newer_skillet_is_refused(predictor: Predictor, client: Client, trained: World) -> None:
    folder = predictor.adopt(trained("linear", "classification"), "newer")
    card = json.loads((Path(folder) / "model.json").read_text())
    (Path(folder) / "model.json").write_text(json.dumps(card | {"format": 99}))
    assert "format 99" in client.ask(model=folder, rows=[ROW])["error"]


def test_a_damaged_model_costs_only_its_own_answer(
    predictor: Predictor, client: Client, trained: World
) -> None:
    made = trained("linear", "classification")
    good, bad = predictor.adopt(made, "good"), predictor.adopt(made, "bad")
    (Path(bad) / "model.onnx").write_bytes(b"not an onnx file")
    assert "could not answer" in client.ask(model=bad, rows=[ROW])["error"]
    assert client.ask(model=good, rows=[ROW])["answers"]


def test_a_huge_line_is_refused_and_others_go_on(
    predictor: Predictor, client: Client, trained: World
) -> None:
    folder = predictor.adopt(trained("linear", "classification"), "a")
    huge = Client(predictor.path)
    try:
        block = b"x" * 2**20
        for _ in range(40):
            huge.send(block)
    except (BrokenPipeError, ConnectionResetError):
        pass
    else:
        assert "longer than 32 MB" in huge.read()["error"]
    huge.close()
    assert client.ask(model=folder, rows=[ROW])["answers"]


def test_half_lines_and_vanished_clients_do_no_harm(
    predictor: Predictor, client: Client, trained: World
) -> None:
    folder = predictor.adopt(trained("forest", "classification"), "a")
    request = json.dumps({"model": folder, "rows": [ROW] * 2_000}).encode()
    traces = predictor.log.read_text().count("Traceback")
    for end in (request[:100], request, request + b"\n", (request + b"\n") * 5):
        gone = Client(predictor.path)
        gone.send(end)
        gone.close()
    assert client.ask(model=folder, rows=[ROW])["answers"]
    assert predictor.process.poll() is None
    assert predictor.log.read_text().count("Traceback") == traces


def test_rows_are_answered_in_order_with_the_likeliest_first(
    predictor: Predictor, client: Client, trained: World
) -> None:
    made = trained("boosting", "classification")
    folder = predictor.adopt(made, "a")
    rows = [ROW, ROW | {"c0": "male", "c1": 70}, {}]
    answers = client.ask(model=folder, rows=rows)["answers"]
    expected = made.fitted.predict(encode(made, rows))
    for answer, shares in zip(answers, expected.tolist(), strict=True):
        found = answer["probabilities"]
        assert found == pytest.approx(dict(zip(made.report.labels, shares, strict=True)), abs=1e-5)
        assert list(found.values()) == sorted(found.values(), reverse=True)
        assert answer["label"] == next(iter(found))
    assert answers[0]["notes"] == []
    assert len(answers[2]["notes"]) == 5
    assert client.ask(model=folder, rows=[]) == {"answers": []}


def encode(made: Trained, rows: list[dict[str, Any]]) -> Any:
    from trainer.columns.encode import encode_table  # noqa: PLC0415

    return encode_table(made.prepared.specs, rows)


def test_numbers_and_what_training_did_not_see(predictor: Predictor, client: Client, trained: World) -> None:
    made = trained("linear", "regression")
    folder = predictor.adopt(made, "a")
    (answer,) = client.ask(model=folder, rows=[ROW | {"c4": "Q9", "c1": "old", "c3": "31.5.24"}])["answers"]
    expected = made.fitted.predict(encode(made, [ROW | {"c4": "Q9", "c1": None, "c3": None}]))[0]
    assert answer["value"] == pytest.approx(expected)
    assert answer["notes"] == [
        f"Age: ‘old’ is not a number; {made.prepared.specs[1]['median']:g} stands in, as in training.",
        "Day: ‘31.5.24’ is not a date like 2024-05-31; the middle date of training stands in.",
        "Port: ‘Q9’ was not seen in training (or too rarely): counted as other.",
    ]


def test_a_number_beyond_all_bounds_has_no_answer(
    predictor: Predictor, client: Client, trained: World
) -> None:
    folder = predictor.adopt(trained("mlp", "regression"), "a")
    assert "no finite answer" in client.ask(model=folder, rows=[ROW | {"c1": 1e300}])["error"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_a_picture_is_answered(predictor: Predictor, client: Client, trained: World, form: str) -> None:
    folder = predictor.adopt(trained("cnn", "classification"), "a")
    picture = base64.b64encode(a_picture(200, (40, 30), form)).decode()
    (answer,) = client.ask(model=folder, image=picture)["answers"]
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"%PDF-1.7", "a PDF"), (b"\x89PNG\r\n\x1a\n", "cannot be used"), (b"<svg/>", "an SVG")],
)
def test_what_is_no_picture_is_refused(
    predictor: Predictor, client: Client, trained: World, data: bytes, words: str
) -> None:
    folder = predictor.adopt(trained("cnn", "classification"), "a")
    assert words in client.ask(model=folder, image=base64.b64encode(data).decode())["error"]
    assert "base64" in client.ask(model=folder, image="***")["error"]
    assert "Give it a picture" in client.ask(model=folder, rows=[ROW])["error"]


def test_a_model_that_was_trained_again_is_loaded_again(
    predictor: Predictor, client: Client, trained: World
) -> None:
    folder = predictor.adopt(trained("linear", "classification"), "a")
    assert "label" in client.ask(model=folder, rows=[ROW])["answers"][0]
    for file in trained("linear", "regression").results.model.iterdir():
        (Path(folder) / file.name).write_bytes(file.read_bytes())
    os.utime(Path(folder) / "model.json", ns=(1, 1))
    assert "value" in client.ask(model=folder, rows=[ROW])["answers"][0]


def test_the_process_is_small_private_and_offline(
    predictor: Predictor, client: Client, trained: World
) -> None:
    client.ask(model=predictor.adopt(trained("cnn", "classification"), "a"), image="")
    assert stat.S_IMODE(predictor.path.stat().st_mode) == 0o600
    process = Path(f"/proc/{predictor.process.pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    assert int(status["VmRSS"].split()[0]) < 160_000
    assert "libtorch" not in (process / "maps").read_text()
    assert status["Seccomp"].strip() == "2"


def test_it_ends_when_told_and_takes_its_socket_along(tmp_path_factory: pytest.TempPathFactory) -> None:
    predictor = Predictor(tmp_path_factory.mktemp("e"))
    predictor.process.send_signal(signal.SIGTERM)
    assert predictor.process.wait(60) == 0
    assert not predictor.path.exists()


def test_a_socket_left_behind_is_taken_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("q")
    first = Predictor(folder)
    first.close()
    assert first.path.exists()
    first.jobs.rmdir()
    second = Predictor(folder)
    connected = Client(second.path)
    assert "no model" in connected.ask(model="x", rows=[])["error"]
    connected.close()
    second.close()
