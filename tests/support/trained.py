"""A small world of the trainer: a version made by hand, a real learner's model, its report and its export."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from trainer.baselines import score_baselines
from trainer.contract.catalog import LEARNERS as CARDS
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.propose import propose
from trainer.contract.recipe import Dials, Encoding, Question, Recipe, Split
from trainer.contract.results import ExportProof, Report, ResultFiles
from trainer.evaluate import evaluate
from trainer.exports import export
from trainer.fit.lesson import Alone, Lesson
from trainer.learners import LEARNERS, Fitted
from trainer.prepare import PARTS, Prepared, prepare
from trainer.sources.media import MediaWriter
from trainer.sources.pictures import read_picture

QUICK: dict[str, dict[str, Any]] = {
    "linear": {"passes": 30},
    "forest": {"trees": 12},
    "boosting": {"rounds": 25},
    "mlp": {"epochs": 4, "width": 16, "precision": "float32"},
    "cnn": {"epochs": 3, "width": 8, "depth": 2, "precision": "float32"},
}
TABLE_COLUMNS = [
    Column(id="c0", name="Sex", type="category", reason="made", categories=["male", "female"]),
    Column(id="c1", name="Age", type="number", reason="made", whole=True),
    Column(id="c2", name='Fare, "in" £', type="number", reason="made"),
    Column(id="c3", name="Day", type="datetime", reason="made"),
    Column(
        id="c4", name="Port", type="category", reason="made", categories=["Southampton", "Cherbourg", "Q"]
    ),
    Column(id="c5", name="Survived", type="category", reason="made", categories=["no", "yes", "maybe"]),
    Column(id="c6", name="Price", type="number", reason="made"),
]
PICTURE_COLUMNS = [
    Column(id="c0", name="photo", type="image", reason="made"),
    Column(id="c1", name="label", type="category", reason="made", categories=["dark", "light"]),
    Column(id="c2", name="light", type="number", reason="made"),
]


@dataclass(frozen=True)
class Trained:
    """Everything that a training leaves."""

    version: VersionFolder
    schema: Schema
    recipe: Recipe
    prepared: Prepared
    fitted: Fitted
    results: ResultFiles
    report: Report
    proof: ExportProof


def a_table(folder: Path, *, rows: int = 240, seed: int = 0) -> VersionFolder:
    """Numbers with holes, categories with holes, days; a class of three and a price that depend on them."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["male", "female"], rows)
    age = np.where(rng.random(rows) < 0.15, np.nan, rng.integers(1, 80, rows))
    fare = rng.lognormal(3, 1, rows)
    day = np.datetime64("2024-01-01T00:00:00", "us") + rng.integers(0, 500 * 86_400, rows).astype(
        "timedelta64[s]"
    )
    day[rng.random(rows) < 0.05] = np.datetime64("NaT")
    port = np.array(rng.choice(["Southampton", "Cherbourg", "Q"], rows), dtype=object)
    port[rng.random(rows) < 0.1] = None
    score = 2.0 * (sex == "female") - np.nan_to_num(age, nan=30) / 40 + rng.normal(0, 0.3, rows)
    survived = np.select([score > 1, score > 0], ["yes", "maybe"], "no")
    price = 1_000_000 + 700 * score + 3 * fare
    columns = [sex, age, fare, day, port, survived, price]
    table = {f"c{place}": pa.array(values, from_pandas=True) for place, values in enumerate(columns)}
    return a_version(folder, Schema(rows=rows, columns=TABLE_COLUMNS), table)


def some_pictures(folder: Path, *, rows: int = 60, seed: int = 0) -> VersionFolder:
    """Dark and light pictures of several shapes, PNG and JPEG."""
    rng = np.random.default_rng(seed)
    light = rng.uniform(20, 230, rows)
    folder.mkdir(parents=True)
    version = VersionFolder(folder)
    writer = MediaWriter(version.media("c0"), version.thumbs("c0"))
    for place, level in enumerate(light.tolist()):
        writer.add(
            read_picture(a_picture(level, (20 + place % 9, 20 + place % 5), "PNG" if place % 2 else "JPEG"))
        )
    writer.close()
    table = {
        "c0": pa.array([f"{place}.png" for place in range(rows)]),
        "c1": pa.array(np.where(light > 125, "light", "dark")),
        "c2": pa.array(light),
    }
    return a_version(folder, Schema(rows=rows, columns=PICTURE_COLUMNS), table)


def a_picture(level: float, size: tuple[int, int], form: str = "PNG", seed: int = 0) -> bytes:
    """The bytes of a picture of about this lightness with some noise."""
    noise = np.random.default_rng(seed).normal(level, 12, (*size, 3)).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, form)
    return out.getvalue()


def a_version(folder: Path, schema: Schema, table: dict[str, pa.Array]) -> VersionFolder:
    """Write the documents of a version."""
    folder.mkdir(parents=True, exist_ok=True)
    version = VersionFolder(folder)
    pq.write_table(pa.table(table), version.table)
    write_document(version.schema, schema)
    return version


def a_trained_model(folder: Path, learner: str, task: str, **changes: Any) -> Trained:
    """Prepare, learn, judge and export, as ``trainer/work/train.py`` does, in a folder of its own."""
    made = some_pictures(folder / "version") if learner == "cnn" else a_table(folder / "version")
    target, inputs = {
        ("cnn", "classification"): ("c1", ["c0"]),
        ("cnn", "regression"): ("c2", ["c0"]),
    }.get((learner, task), ("c5" if task == "classification" else "c6", ["c0", "c1", "c2", "c3", "c4"]))
    question = Question(
        target=target, inputs=inputs, task=task, metric="accuracy" if task == "classification" else "rmse",
        split=Split(stratify=task == "classification"),
    )  # fmt: skip
    return train_on(folder, made, question, learner, **changes)


def train_on(folder: Path, made: VersionFolder, question: Question, learner: str, **changes: Any) -> Trained:
    """The same on a version that is there."""
    schema = Schema.model_validate_json(made.schema.read_bytes())
    recipe = propose(
        "made", schema, question, Dials(learner=learner, length="quick"), QUICK[learner] | changes
    )
    if learner == "cnn":
        small = Encoding(**recipe.encoding.model_dump() | {"image_size": 16})
        recipe = recipe.model_copy(update={"encoding": small})
    prepared = prepare(made, question, recipe.encoding, folder / "prepared")
    fitted = learn(folder, recipe, prepared)
    results = ResultFiles(folder / "results")
    results.path.mkdir()
    parts = {part: prepared.part(part)[2] for part in PARTS}
    rules = {on: score_baselines(made, question, parts, on=on).baselines for on in ("validation", "test")}
    report = evaluate(results, made, question, prepared, fitted, rules["validation"], rules["test"], 1.5)
    proof = export(results, made, recipe, prepared, fitted, report)
    return Trained(made, schema, recipe, prepared, fitted, results, report, proof)


def learn(folder: Path, recipe: Recipe, prepared: Prepared) -> Fitted:
    """Run the learner to its end, hearing nothing."""
    lesson = Lesson(
        prepared=prepared, learner=recipe.learner, seed=recipe.seed, control=Alone(),
        checkpoints=folder / "checkpoints", params=CARDS[recipe.learner].params.model_validate(recipe.params),
    )  # fmt: skip
    lesson.checkpoints.mkdir(exist_ok=True)
    telling = LEARNERS[recipe.learner](lesson)
    while True:
        try:
            next(telling)
        except StopIteration as end:
            assert end.value.fitted is not None, end.value.sentence
            return end.value.fitted
