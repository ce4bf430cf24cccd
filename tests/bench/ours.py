"""Skillet beside other trainers: speaks the line protocol of the side-by-side training benchmark.

    train_speed.py --workloads mlp,cnn --ours "python -m tests.bench.ours"           # server, queue and worker
    train_speed.py --workloads mlp,cnn --ours "python -m tests.bench.ours --direct"  # the training function alone

Through the server each epoch is a whole run, with seconds of judging and exporting after the training: read its column
"one-step job"; its throughput says something only where an epoch lasts far longer than that (``cnn``).

Before the first epoch a real server is started and 600 of the rows are uploaded, imported and prepared; then the
prepared training part is replaced by the benchmark's arrays, so that an epoch has exactly the rows asked for. Each line
on standard input is one run of one epoch: queued, claimed, trained, judged, exported, stored; the reply is sent when
the run has ended. Pictures have three colours here (grey ones are imported as RGB): 6 % more arithmetic than one.
Recurrent networks are not among the learners: the workload ``gru`` ends with a sentence.
"""

import argparse
import csv
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import torch
from PIL import Image

from app.db import make_engine, open_session
from app.jobs.service import list_events, queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.bench.loop import PLAIN, run_ours
from tests.support.server import AServer
from tests.support.uploads import bring
from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import read_document
from trainer.contract.events import ENDED
from trainer.contract.order import TrainOrder
from trainer.contract.propose import propose_question
from trainer.contract.recipe import Dials, Encoding, Question, Recipe
from trainer.prepare import name_of, prepare

SAMPLE = 600


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.ours")
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--device", default="cpu")
    options.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options.add_argument("--direct", action="store_true")
    chosen = options.parse_args()
    spec = json.loads((chosen.data / "spec.json").read_text())
    if spec["kind"] not in ("mlp", "cnn"):
        print(f"Skillet has no learner for ‘{spec['kind']}’ yet.", file=sys.stderr)
        return 1
    x, y = (np.load(chosen.data / f"{name}.npy", mmap_mode="r") for name in "xy")
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not stand between the replies
    with tempfile.TemporaryDirectory() as folder:
        serve = direct if chosen.direct else through_server
        started = time.perf_counter()
        epochs = serve(spec, np.asarray(x), np.asarray(y), Path(folder), chosen.threads)
        next(epochs)
        replies.write(
            json.dumps({"ready": True, "import_s": 0, "prepare_s": time.perf_counter() - started}) + "\n"
        )
        for line in sys.stdin:
            if line.strip():
                replies.write(json.dumps(epochs.send(json.loads(line)["rows"])) + "\n")
        epochs.close()
    return 0


def direct(spec: dict[str, Any], x: Any, y: Any, folder: Path, threads: int) -> Iterator[Any]:
    """The training loop with its job folder, without server and queue."""
    torch.set_num_threads(threads)
    id = "loop.cnn" if spec["kind"] == "cnn" else "loop.mlp"
    reply: dict[str, Any] | None = None
    while True:
        rows = yield reply
        started = time.perf_counter()
        place = Path(tempfile.mkdtemp(dir=folder))
        for _ in run_ours(id, x[:rows], y[:rows], spec["batch"], place, threads, epochs=1):
            pass
        reply = {"samples": rows, "seconds": time.perf_counter() - started, "loss": 0.0}


def through_server(spec: dict[str, Any], x: Any, y: Any, folder: Path, threads: int) -> Iterator[Any]:
    """Server, queue, worker, child, events, judging, export."""
    with AServer(folder, cores=threads) as server:
        browser = server.a_browser()
        import_sample(browser, spec["kind"], x[:SAMPLE], y[:SAMPLE])
        engine = make_engine(Settings(data=server.data))
        store = Store(server.data)
        version = next(path for path in store.datasets.iterdir() if (path / "schema.json").exists())
        reply: dict[str, Any] | None = None
        while True:
            rows = yield reply
            recipe = a_recipe(spec, version, rows)
            plant(store, version, recipe, x[:rows], y[:rows])
            started = time.perf_counter()
            with open_session(engine) as db:
                owner = db.query(User).first()
                assert owner is not None
                body = TrainOrder(version=version, prepared=store.prepared, recipe=recipe)
                job = queue_job(db, store, owner, body).id
                db.commit()
            state = ""
            while state not in ENDED:
                time.sleep(0.01)
                with open_session(engine, write=False) as db:
                    state = db.get_one(Job, job).state
            assert state == "done", state
            seconds = time.perf_counter() - started
            with open_session(engine, write=False) as db:
                points = [e.payload["series"] for e in list_events(db, job, kinds=["points"])]
            losses = [s["train/loss"]["value"][-1] for s in points if "train/loss" in s]
            reply = {"samples": rows, "seconds": seconds, "loss": losses[-1]}


def import_sample(browser: httpx2.Client, kind: str, x: Any, y: Any) -> None:
    """Upload the first rows as a person would, and wait for the table."""
    name, content = ("rows.csv", as_csv(x, y)) if kind == "mlp" else ("pictures.zip", as_zip(x, y))
    upload = bring(browser, name, content)
    place = browser.post("/datasets", data={"upload": upload}).headers["location"]
    until = time.monotonic() + 60
    while "grid" not in browser.get(place).text:
        assert time.monotonic() < until, "the import did not end"
        time.sleep(0.1)


def as_csv(x: Any, y: Any) -> bytes:
    """Fifty numbers and a class a row."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([f"n{i}" for i in range(x.shape[1])] + ["class"])
    rows.writerows([*map(float, row), f"k{label}"] for row, label in zip(x, y, strict=True))
    return text.getvalue().encode()


def as_zip(x: Any, y: Any) -> bytes:
    """Class folders of PNG files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for number, (picture, label) in enumerate(zip(x, y, strict=True)):
            png = io.BytesIO()
            Image.fromarray(picture[0]).save(png, "PNG")
            file.writestr(f"k{label}/{number}.png", png.getvalue())
    return packed.getvalue()


def a_recipe(spec: dict[str, Any], version: Path, rows: int) -> Recipe:
    """The benchmark's network and optimizer, one epoch. The split's seed is the number of rows: its tensors' name."""
    schema = read_document(version / "schema.json", Schema)
    profile = read_document(version / "profile.json", Profile)
    target = next(c.id for c in reversed(schema.columns) if c.type == "category")
    asked = propose_question(schema, profile, target)
    question = Question.model_validate(
        asked.model_dump() | {"split": asked.split.model_dump() | {"seed": rows}}
    )
    params = dict(PLAIN, epochs=1, batch_size=spec["batch"], dropout=0.0)
    params |= {"width": 256, "depth": 2} if spec["kind"] == "mlp" else {
        "width": 32, "depth": 3, "residual": False,
    }  # fmt: skip
    return Recipe(
        dataset=version.name, question=question, dials=Dials(learner=spec["kind"]), learner=spec["kind"],
        encoding=Encoding(image_size=28), params=params,
    )  # fmt: skip


def plant(store: Store, version: Path, recipe: Recipe, x: Any, y: Any) -> None:
    """Put the benchmark's rows into the prepared training part."""
    folder = store.version(version.name)
    place = store.prepared / name_of(folder, recipe.question, recipe.encoding)
    if not place.exists():
        prepare(folder, recipe.question, recipe.encoding, store.prepared)
        np.save(place / "train-x.npy", x if x.ndim == 2 else np.repeat(x, 3, axis=1))
        np.save(place / "train-y.npy", y)


if __name__ == "__main__":
    sys.exit(main())
