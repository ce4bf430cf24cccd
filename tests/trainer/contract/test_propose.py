"""The recipe a newcomer gets."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from trainer.contract.augmentations import AUGMENTATIONS
from trainer.contract.catalog import LEARNERS
from trainer.contract.dataset import Column, ColumnProfile, Histogram, Profile, Schema
from trainer.contract.propose import (
    default_dials,
    derive_beside,
    fitting_learners,
    propose,
    propose_question,
)
from trainer.contract.recipe import Dials, Recipe


def a_schema(rows: int = 1_000, **changes: Any) -> tuple[Schema, Profile]:
    columns = [
        Column(id="c0", name="id", type="number", reason="made", role="id"),
        Column(id="c1", name="age", type="number", reason="made"),
        Column(id="c2", name="town", type="category", reason="made"),
        Column(id="c3", name="day", type="datetime", reason="made"),
        Column(id="c4", name="note", type="text", reason="made", role="text"),
        Column(id="c5", name="street", type="category", reason="made"),
        Column(id="c6", name="kind", type="category", reason="made"),
        Column(id="c7", name="price", type="number", reason="made"),
        Column(id="c8", name="same", type="category", reason="made", role="constant"),
    ]
    distinct = {"c5": 400, "c8": 1} | changes
    found = {
        c.id: ColumnProfile(missing=0, distinct=distinct.get(c.id, 7), histogram=Histogram(counts=[1]))
        for c in columns
    }
    return Schema(rows=rows, columns=columns), Profile(columns=found, source="made")


def pictures(rows: int = 1_000) -> tuple[Schema, Profile]:
    columns = [Column(id="c0", name="photo", type="image", reason="made"),
               Column(id="c1", name="label", type="category", reason="made")]  # fmt: skip
    found = {c.id: ColumnProfile(missing=0, distinct=3, histogram=Histogram(counts=[1])) for c in columns}
    return Schema(rows=rows, columns=columns), Profile(columns=found, source="made")


@pytest.mark.parametrize(
    ("target", "sentence"), [("c4", "holds text"), ("c8", "Every row has the same same")]
)
def test_columns_that_cannot_be_predicted_are_refused(target: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        propose_question(*a_schema(), target)


def test_categories_are_never_a_number_to_predict() -> None:
    with pytest.raises(ValueError, match="only a column of numbers"):
        propose_question(*a_schema(), "c6", "regression")


def test_a_learner_that_does_not_fit_is_refused() -> None:
    schema, profile = a_schema()
    question = propose_question(schema, profile, "c6")
    for learner in ("cnn", "no such"):
        with pytest.raises(ValueError, match="cannot learn this question"):
            propose("v", schema, question, Dials(learner=learner))


@pytest.mark.parametrize("change", [{"max_depth": 0}, {"no_such": 1}, {"subsample": 1.5}])
def test_changes_out_of_their_range_are_refused(change: dict[str, Any]) -> None:
    schema, profile = a_schema()
    with pytest.raises(ValidationError):
        propose("v", schema, propose_question(schema, profile, "c6"), Dials(), change)


def test_inputs_are_the_columns_that_can_say_something() -> None:
    question = propose_question(*a_schema(), "c6")
    assert question.inputs == ["c1", "c2", "c3", "c7"]
    assert (question.task, question.metric, question.split.stratify) == ("classification", "accuracy", True)
    assert propose_question(*a_schema(), "c7").task == "regression"


def test_tables_get_boosting_and_pictures_the_cnn() -> None:
    for made, target, learner in ((a_schema(), "c6", "boosting"), (pictures(), "c1", "cnn")):
        question = propose_question(*made, target)
        assert default_dials(made[0], question).learner == learner
        assert learner in fitting_learners(made[0], question)
    assert fitting_learners(pictures()[0], propose_question(*pictures(), "c1")) == ["cnn"]


EVERY = [
    (learner, task) for learner, card in LEARNERS.items() for task in sorted(card.tasks) if learner != "cnn"
]


@pytest.mark.parametrize("rows", [50, 1_000, 30_000, 1_000_000])
@pytest.mark.parametrize("care", ["bold", "normal", "careful"])
@pytest.mark.parametrize("length", ["quick", "normal", "long"])
@pytest.mark.parametrize(("learner", "task"), [*EVERY, ("cnn", "classification")])
def test_every_dial_gives_a_whole_recipe_with_reasons(
    learner: str, task: str, length: str, care: str, rows: int
) -> None:
    made = pictures(rows) if learner == "cnn" else a_schema(rows)
    question = propose_question(
        *made, "c1" if learner == "cnn" else "c6" if task == "classification" else "c7"
    )
    dials = Dials(learner=learner, length=length, care=care)  # type: ignore[arg-type]
    recipe = propose("v", made[0], question, dials)
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    assert recipe.params.keys() == LEARNERS[learner].params.model_fields.keys()
    for name in recipe.reasons:
        part, _, field = name.partition(".")
        assert field in (AUGMENTATIONS if part == "augmentation" else recipe.model_dump()[part])
    assert recipe.encoding.target == ("class" if task == "classification" else "standard")
    if LEARNERS[learner].network:
        assert recipe.params["loss"] == ("cross_entropy" if task == "classification" else "mse")


def test_longer_is_longer() -> None:
    schema, profile = a_schema()
    question = propose_question(schema, profile, "c6")
    for learner, field in (
        ("boosting", "rounds"),
        ("forest", "trees"),
        ("mlp", "epochs"),
        ("linear", "passes"),
    ):
        found = [propose("v", schema, question, Dials(learner=learner, length=length)).params[field]  # type: ignore[arg-type]
                 for length in ("quick", "normal", "long")]  # fmt: skip
        assert found == sorted(set(found)), learner


def test_what_the_person_set_wins_and_says_so() -> None:
    schema, profile = a_schema()
    recipe = propose("v", schema, propose_question(schema, profile, "c6"), Dials(), {"max_depth": 2})
    assert recipe.params["max_depth"] == 2
    assert recipe.reasons["params.max_depth"] == "You set it."


NAMED = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD"}
DRAWN = {"one_cycle": "one cycle", "cosine": "cosine", "step": "steps down", "constant": "constant rate"}


@pytest.mark.parametrize("learner", ["mlp", "cnn"])
@pytest.mark.parametrize("schedule", DRAWN)
@pytest.mark.parametrize("optimizer", NAMED)
def test_what_follows_from_the_optimizer_and_the_schedule_follows_the_persons_own(
    optimizer: str, schedule: str, learner: str
) -> None:
    made, target = (pictures(), "c1") if learner == "cnn" else (a_schema(), "c6")
    question = propose_question(*made, target)
    changes = {"optimizer": optimizer, "schedule": schedule}
    recipe = propose("v", made[0], question, Dials(learner=learner), changes)
    said = {name: reason for name, reason in recipe.reasons.items() if reason != "You set it."}
    for name, reason in said.items():
        words = set(re.findall(r"\w+", reason))
        assert not words & (set(NAMED.values()) - {NAMED[optimizer]}), (name, reason)
        others = [words for key, words in DRAWN.items() if key != schedule]
        assert not any(other in reason.lower() for other in others), (name, reason)
    assert NAMED[optimizer] in said["params.learning_rate"]
    assert DRAWN[schedule] in said["params.learning_rate"]
    if optimizer == "sgd":
        assert (recipe.params["clip"], recipe.params["momentum"]) == (1.0, 0.9)
        assert recipe.params["learning_rate"] > 0.01
    mine = propose("v", made[0], question, Dials(learner=learner), changes | {"learning_rate": 0.5})
    assert (mine.params["learning_rate"], mine.reasons["params.learning_rate"]) == (0.5, "You set it.")
    assert derive_beside("v", made[0], question, Dials(learner=learner), changes) == recipe.params | {
        "optimizer": "adamw",
        "schedule": "one_cycle",
    }


def test_an_optimizer_that_is_none_is_refused_with_the_other_changes() -> None:
    schema, profile = a_schema()
    question = propose_question(schema, profile, "c6")
    with pytest.raises(ValidationError, match="optimizer"):
        propose("v", schema, question, Dials(learner="mlp"), {"optimizer": "magic"})


def test_large_forests_of_numbers_get_leaves_that_keep_the_file_small() -> None:
    schema, profile = a_schema(53_940)
    numbers, classes = (propose_question(schema, profile, target) for target in ("c7", "c6"))
    dials = Dials(learner="forest")
    found = propose("v", schema, numbers, dials)
    assert found.params["min_leaf"] == 3
    assert "file small" in found.reasons["params.min_leaf"]
    assert propose("v", schema, classes, dials).params["min_leaf"] == 1
    assert propose("v", schema, numbers, Dials(learner="forest", care="bold")).params["min_leaf"] == 1
    assert propose("v", a_schema(1_000)[0], numbers, dials).params["min_leaf"] == 2


def a_series(rows: int, first: float, last: float, distinct: int) -> tuple[Schema, Profile]:
    """A day, a wind and a temperature."""
    columns = [
        Column(id="c0", name="day", type="datetime", reason="made"),
        Column(id="c1", name="wind", type="number", reason="made"),
        Column(id="c2", name="temperature", type="number", reason="made"),
    ]
    found = {c.id: ColumnProfile(missing=0, distinct=50, histogram=Histogram(counts=[1])) for c in columns}
    edges = Histogram(counts=[rows], edges=[first, last])
    found["c0"] = ColumnProfile(missing=0, distinct=distinct, histogram=edges)
    return Schema(rows=rows, columns=columns), Profile(columns=found, source="made")


def test_one_row_a_day_is_split_by_time() -> None:
    day = 86_400.0
    split = propose_question(*a_series(3_650, 0, 3_651 * day, 3_650), "c2").split
    assert (split.way, split.column) == ("time", "c0")
    assert propose_question(*a_series(3_650, 0, 900 * day, 880), "c2").split.way == "ratio"


def test_rows_of_which_only_the_time_is_known_are_split_by_time() -> None:
    schema, profile = a_series(300, 0, 1e9, 250)
    only = Schema(rows=300, columns=[schema.columns[0], schema.columns[2]])
    assert propose_question(only, profile, "c2").split.way == "time"
