"""Which augmentations are on of their own accord, and old recipes that knew them as parameters."""

import pytest

from trainer.contract.augmentations import on
from trainer.contract.augmentations.defaults import propose_augmentation
from trainer.contract.dataset import Column, Schema
from trainer.contract.propose import propose
from trainer.contract.recipe import Augmentation, Dials, Question, Recipe


def a_schema(classes: list[str]) -> Schema:
    return Schema(
        rows=500,
        columns=[
            Column(id="c0", name="photo", type="image", reason="made"),
            Column(id="c1", name="label", type="category", reason="made", categories=classes),
            Column(id="c2", name="angle", type="number", reason="made"),
        ],
    )


def ask(target: str = "c1") -> Question:
    task = "classification" if target == "c1" else "regression"
    metric = "accuracy" if target == "c1" else "rmse"
    return Question(target=target, inputs=["c0"], task=task, metric=metric)  # type: ignore[arg-type]


CLASSES = [
    (["0", "1", "2"], False, "digits"),
    (["a", "b"], False, "letters"),
    (["turn left", "turn right"], False, "‘turn left’"),
    (["thumbs", "palm"], False, "‘thumbs’"),
    (["arrow_up", "cat"], False, "‘arrow_up’"),
    (["disc", "bar"], False, "nobody said"),
    (["cat", "dog"], True, "‘cat’, ‘dog’ look alike in a mirror"),
    (["big_cat", "sea"], True, "On"),
]


@pytest.mark.parametrize(("classes", "mirrored", "reason"), CLASSES)
def test_mirrored_only_where_everybody_knows_that_it_means_the_same(
    classes: list[str], mirrored: bool, reason: str
) -> None:
    augmentation, reasons = propose_augmentation(a_schema(classes), ask(), Dials(learner="cnn"))
    assert ("mirror" in augmentation.changes) == mirrored
    assert reason in reasons["mirror"]
    assert augmentation.changes["shift"] == {"reach": 0.08}


def test_a_number_is_never_asked_of_a_mirrored_picture() -> None:
    augmentation, reasons = propose_augmentation(a_schema(["cat"]), ask("c2"), Dials(learner="cnn"))
    assert "mirror" not in augmentation.changes
    assert "‘angle’ is a number" in reasons["mirror"]
    bold, _ = propose_augmentation(a_schema(["cat"]), ask(), Dials(learner="cnn", care="bold"))
    assert bold == Augmentation()


def test_a_persons_own_choice_wins_and_says_so() -> None:
    schema, own = a_schema(["cat", "dog"]), on("rotate", shift={"reach": 0.2})
    recipe = propose("v", schema, ask(), Dials(learner="cnn"), augmentation=own)
    assert recipe.augmentation == own
    assert {k for k, why in recipe.reasons.items() if why == "You set it."} == {
        "augmentation.mirror", "augmentation.shift", "augmentation.rotate"
    }  # fmt: skip
    with pytest.raises(ValueError, match="No augmentation is called"):
        propose("v", schema, ask(), Dials(learner="cnn"), augmentation=Augmentation(changes={"x": {}}))


def test_a_recipe_of_before_keeps_its_shift_and_its_flip() -> None:
    recipe = propose("v", a_schema(["0", "1"]), ask(), Dials(learner="cnn"))
    old = recipe.model_dump(mode="json")
    del old["augmentation"]
    old["params"] |= {"shift": 0.12, "flip": True}
    old["reasons"] = {"params.shift": "moved", "params.flip": "Off"}
    read = Recipe.model_validate(old)
    assert read.augmentation == on("mirror", shift={"reach": 0.12})
    assert "shift" not in read.params
    assert read.reasons == {"augmentation.shift": "moved", "augmentation.mirror": "Off"}
    still = old | {"params": old["params"] | {"shift": 0.0, "flip": False}}
    assert Recipe.model_validate(still).augmentation == Augmentation()
