"""What needs no learning, on tables where the right answer is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
)

from tests.support.importing import Imported, a_csv, a_picture, a_zip, an_import
from trainer.baselines import read_target, score_baselines
from trainer.baselines.rounding import round_between
from trainer.baselines.scores import score_classes, score_numbers
from trainer.contract.events import BaselineScore
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import BaselineOrder, Order
from trainer.contract.propose import propose_question
from trainer.contract.results import BaselineResults
from trainer.split import split
from trainer.work import baseline


def ask(found: Imported, target: str, **changes: Any) -> BaselineResults:
    """The baseline job for this target."""
    column = next(column for column in found.schema.columns if column.name == target)
    question = propose_question(found.schema, found.profile, column.id).model_copy(update=changes)
    job = JobFolder(found.version.path.parent.parent / f"baseline-{target}")
    order = BaselineOrder(version=found.version.path, question=question)
    job.create(Order(job="b", body=order))
    tell = EventWriter(job)
    try:
        return BaselineResults.model_validate(baseline.run(order, job, tell))
    finally:
        tell.close()


def scored(results: BaselineResults, metric: str) -> dict[str, float]:
    return {found.key: found.scores[metric].value for found in results.baselines}


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a,b", "1,x", "2,y", "4,x"))
    with pytest.raises(ValueError, match="Only 3 rows can be used"):
        ask(found, "b")


@pytest.mark.shared_data
def test_titanic(tmp_path: Path, shared_data: Path) -> None:
    results = ask(an_import(tmp_path, shared_data / "titanic" / "titanic.csv"), "Survived")
    assert [found.key for found in results.baselines] == ["majority", "rule", "tree"]
    assert results.baselines[1].sentence == "Sex is male → 0, else 1"
    assert results.tree["question"] == "Sex is female"
    scores = scored(results, "accuracy")
    assert scores["majority"] == pytest.approx(0.62, abs=0.03)
    assert scores["rule"] > 0.72
    assert results.worth_it
    assert "0.62" in results.sentence
    assert results.rows == {"train": 624, "validation": 134, "test": 133}


@pytest.mark.shared_data
def test_diamonds(tmp_path: Path, shared_data: Path) -> None:
    results = ask(an_import(tmp_path, shared_data / "diamonds" / "diamonds.csv"), "price")
    assert [found.key for found in results.baselines] == ["mean", "rule", "tree"]
    scores = scored(results, "rmse")
    assert scores["mean"] == pytest.approx(3990, rel=0.03)
    assert scores["tree"] < scores["rule"] < 2_000
    assert results.baselines[2].scores["r2"].value > 0.8
    assert "is off by" in results.sentence


def test_a_tree_that_is_enough_says_so(tmp_path: Path) -> None:
    rows = [
        f"{i % 97},{'ab'[i * 7 % 3 % 2]},{'yes' if i % 97 > 40 and i * 7 % 3 % 2 else 'no'}"
        for i in range(800)
    ]
    results = ask(an_import(tmp_path, a_csv("n,k,target", *rows)), "target")
    assert results.sentence == "A rule may be enough: a two-question tree gets 1.00, guessing 0.82."
    assert not results.worth_it
    score = results.baselines[2].scores["accuracy"]
    assert (score.value, score.high) == (1.0, 1.0)
    assert score.low is not None
    assert 0.95 < score.low < 1.0


def test_noise_is_called_noise(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    rows = [f"{draw.normal():.3f},{'xyz'[draw.integers(3)]},{'ab'[draw.integers(2)]}" for _ in range(400)]
    results = ask(an_import(tmp_path, a_csv("n,k,target", *rows)), "target")
    assert results.sentence.startswith("Hard to say: simple rules are no better than guessing (0.")
    assert results.sentence.endswith("Learning may find nothing.")
    assert results.worth_it


def test_a_rare_class_is_no_proof_that_a_rule_is_enough(tmp_path: Path) -> None:
    rows = [f"{i * 37 % 101},{'rare' if i % 125 == 7 else 'usual'}" for i in range(1_000)]
    found = an_import(tmp_path, a_csv("n,target", *rows))
    results = ask(found, "target", metric="accuracy")
    assert results.sentence == "Hard to say: guessing gets 0.99 already. Balanced accuracy shows more."
    proposed = propose_question(found.schema, found.profile, "c1")
    assert proposed.metric == "balanced_accuracy", (
        "what is proposed counts the rare class as much as the usual one"
    )


def test_numbers_for_people_have_three_digits(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    values = draw.normal(size=2_000)
    rows = [f"{v:.9f},{12_314.7 + 20_000 * (v > 0.13617) + i % 5:.4f}" for i, v in enumerate(values)]
    results = ask(an_import(tmp_path, a_csv("x,price", *rows)), "price")
    assert results.tree["question"] == "x ≤ 0.137"
    leaves = [results.tree["yes"], results.tree["no"]]
    while any("question" in leaf for leaf in leaves):
        leaves = [leaf.get(branch, leaf) for leaf in leaves for branch in ("yes", "no")]
    assert {leaf["answer"] for leaf in leaves} == {12_300.0, 32_300.0}
    assert "12,300" in results.baselines[1].sentence


def test_missing_values_and_dates(tmp_path: Path) -> None:
    rows = [f"{'' if i % 2 else i},2026-0{i % 9 + 1}-01,{'gone' if i % 2 else 'here'}" for i in range(300)]
    results = ask(an_import(tmp_path, a_csv("n,day,target", *rows)), "target")
    assert results.tree["question"] == "n is missing"
    assert (results.tree["yes"]["answer"], results.tree["no"]["answer"]) == ("gone", "here")
    rows = [f"2026-0{i % 9 + 1}-01,{i % 5},{'late' if i % 9 > 4 else 'early'}" for i in range(300)]
    late = ask(an_import(tmp_path, a_csv("day,n,season", *rows)), "season")
    assert late.tree["question"].startswith("day ≤ 2026-05-")
    assert scored(late, "accuracy")["rule"] == 1.0


def test_the_rules_are_learned_on_training_rows_alone(tmp_path: Path) -> None:
    """Validation rows say the opposite of the training rows: whoever peeks would score better."""
    found = an_import(
        tmp_path, a_csv("k,other,target", *[f"{'ab'[i % 2]},{i % 5},{'xy'[i % 2]}" for i in range(200)])
    )
    question = propose_question(found.schema, found.profile, "c2")
    even, odd = np.arange(0, 200, 2), np.arange(1, 200, 2)
    parts = {"train": even, "validation": odd, "test": odd}
    results = score_baselines(found.version, question, parts, on="validation")
    assert set(scored(results, "accuracy").values()) == {0.0}


def test_pictures_are_told_apart_by_brightness(tmp_path: Path) -> None:
    import io  # noqa: PLC0415 - beside its use

    from PIL import Image  # noqa: PLC0415

    entries = {}
    for i in range(60):
        out = io.BytesIO()
        Image.new("RGB", (20, 20), (200 + i % 50,) * 3 if i % 2 else (i % 50,) * 3).save(out, "PNG")
        entries[f"{'light' if i % 2 else 'dark'}/{i}.png"] = out.getvalue()
    results = ask(an_import(tmp_path, a_zip(entries)), "label")
    assert scored(results, "accuracy")["rule"] == 1.0
    assert results.tree["question"].split(" ≤ ")[0] in {
        f"mean {name} of the picture" for name in ("brightness", "red", "green", "blue")
    }
    assert results.sentence.startswith(
        "A rule may be enough: simple clues such as colour get 1.00, guessing 0."
    )
    assert results.baselines[1].name == "One clue"
    assert results.tree["column"] == "c0"
    shapes = {
        f"{'wide' if i % 2 else 'tall'}/{i}.png": a_picture(size=(40, 20) if i % 2 else (20, 40), seed=i)
        for i in range(60)
    }
    assert ask(an_import(tmp_path, a_zip(shapes)), "label").tree["question"].startswith("width over height")


def test_what_colour_cannot_tell_of_pictures_is_worth_learning(tmp_path: Path) -> None:
    """Two kinds of noise that brightness and colour cannot tell apart."""
    pictures = {f"{'ab'[i % 2]}/{i}.png": a_picture(size=(20, 20), seed=i % 9) for i in range(120)}
    results = ask(an_import(tmp_path, a_zip(pictures)), "label")
    assert results.worth_it
    assert results.sentence.startswith("Learning looks worth it: ")
    assert results.sentence.endswith("say little about shapes.")
    assert "column" not in " ".join([results.sentence, *(b.name + b.sentence for b in results.baselines)])


def test_many_classes_and_a_number_asked_as_classes(tmp_path: Path) -> None:
    rows = [f"{i % 10},{i % 10},{i % 3}x" for i in range(500)]
    found = an_import(tmp_path, a_csv("digit,same,other", *rows))
    results = ask(found, "digit", task="classification", metric="accuracy")
    assert results.baselines[0].key == "majority"
    assert set(scored(results, "accuracy")) == {"majority", "rule", "tree"}
    question = propose_question(found.schema, found.profile, "c0", "classification")
    assert read_target(found.version, question).classes == [str(digit) for digit in range(10)]


def test_scores_are_those_of_scikit_learn() -> None:
    draw = np.random.default_rng(0)
    truth, answer = draw.integers(0, 4, 300), draw.integers(0, 4, 300)
    found = score_classes(truth, answer)
    assert found["accuracy"].value == pytest.approx((truth == answer).mean())
    assert found["balanced_accuracy"].value == pytest.approx(balanced_accuracy_score(truth, answer))
    assert found["f1"].value == pytest.approx(f1_score(truth, answer, average="macro"))
    numbers = draw.normal(size=300)
    guess = numbers + draw.normal(size=300)
    figures = score_numbers(numbers, guess)
    assert figures["rmse"].value == pytest.approx(root_mean_squared_error(numbers, guess))
    assert figures["mae"].value == pytest.approx(mean_absolute_error(numbers, guess))
    assert figures["r2"].value == pytest.approx(r2_score(numbers, guess))


@pytest.mark.parametrize("rows", [400, 3_000])
def test_intervals_hold_the_truth_about_as_often_as_they_say(rows: int) -> None:
    draw = np.random.default_rng(1)
    inside = 0
    for _ in range(100):
        truth = draw.integers(0, 2, rows)
        answer = np.where(draw.random(rows) < 0.8, truth, 1 - truth)
        score = score_classes(truth, answer)["accuracy"]
        assert score.low is not None
        assert score.high is not None
        inside += score.low <= 0.8 <= score.high
    assert 88 <= inside <= 100
    error = draw.normal(size=rows)
    rmse = score_numbers(np.arange(rows, dtype=float), np.arange(rows) + error)["rmse"]
    assert rmse.low is not None
    assert rmse.high is not None
    assert (rmse.high - rmse.low) == pytest.approx(2 * 1.96 / np.sqrt(2 * rows), rel=0.25)


@pytest.mark.parametrize(
    ("cut", "values", "short"),
    [
        (1.5, [1, 2], 1.0),
        (0.7312, [0.71, 0.76], 0.73),
        (52.277, [52.0, 52.554], 52.0),
        (9.0, [1, 2], 9.0),
        (12_314.5, [12_000, 13_000], 12_500.0),
    ],
)
def test_thresholds_are_short_and_part_the_same(cut: float, values: list[float], short: float) -> None:
    found = round_between(cut, np.array(values, dtype=float))
    assert ([v <= found for v in values]) == ([v <= cut for v in values])
    assert found == short


def test_a_threshold_of_many_digits_gives_way_only_where_hardly_a_row_moves() -> None:
    values = np.concatenate([np.linspace(0, 0.13617, 499), [0.136172], np.linspace(0.136181, 1, 500)])
    assert round_between(0.136177, values) == 0.136
    assert round_between(0.136177, values, may_move=0.0) == pytest.approx(0.136177, abs=5e-6)
    assert round_between(0.136177, values[490:510]) != 0.136


def test_on_any_part_and_with_all_metrics(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_csv("a,b,t", *[f"{i % 17},{i % 5},{i % 17 * 2 + i % 5}" for i in range(300)])
    )
    question = propose_question(found.schema, found.profile, "c2")
    parts = split(300, None, None, question.split)
    for part in parts:
        results = score_baselines(found.version, question, parts, on=part)
        baselines: list[BaselineScore] = results.baselines
        assert all(set(each.scores) == {"rmse", "mae", "r2"} for each in baselines)
