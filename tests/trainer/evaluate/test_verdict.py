"""The headline says who won, and does not claim what the rows do not show."""

import pytest

from trainer.contract.events import BaselineScore, Score
from trainer.contract.recipe import Metric
from trainer.evaluate.verdict import PHRASES, RULES, describe


def a_rule(value: float, metric: str = "accuracy", key: str = "tree") -> BaselineScore:
    return BaselineScore(key=key, name=key, sentence="", scores={metric: Score(metric=metric, value=value)})


def a_score(value: float, low: float, high: float, metric: str = "accuracy") -> Score:
    return Score(metric=metric, value=value, low=low, high=high)


def test_a_better_rule_is_said_to_be_as_good() -> None:
    said = describe(134, a_score(0.83, 0.77, 0.89), [a_rule(0.85)])
    assert "the two-question tree gets 0.850, so on these rows a rule is as good as the model." in said


def test_a_rule_within_the_interval_is_not_beaten() -> None:
    said = describe(134, a_score(0.83, 0.77, 0.89), [a_rule(0.79)])
    assert said == (
        "On 134 rows it has never seen the model is right 0.830 ± 0.060 of the time; "
        "the two-question tree gets 0.790, which is within that margin: "
        "these rows do not show that the model is better."
    )


def test_a_beaten_rule_stands_beside_the_model() -> None:
    said = describe(134, a_score(0.83, 0.77, 0.89), [a_rule(0.6), a_rule(0.5, key="majority")])
    assert said == (
        "On 134 rows it has never seen the model is right 0.830 ± 0.060 of the time; "
        "the two-question tree gets 0.600."
    )


def test_for_errors_less_is_better() -> None:
    beaten = describe(
        8_091, a_score(542.3, 520, 565, "rmse"), [a_rule(1_230.4, "rmse"), a_rule(4_000, "rmse")]
    )
    assert beaten == (
        "On 8,091 rows it has never seen the model is off by 542 ± 22 (root mean squared error); "
        "the two-question tree gets 1,230."
    )
    assert "as good as the model" in describe(9, a_score(542, 520, 565, "rmse"), [a_rule(500, "rmse")])


def test_a_lopsided_interval_is_said_as_half_its_width() -> None:
    assert "1.00 ± 0.03" in describe(60, a_score(1.0, 0.94, 1.0), [])


def test_a_rule_has_its_interval_too() -> None:
    rule = a_rule(0.6)
    rule.scores["accuracy"] = a_score(0.6, 0.52, 0.68)
    assert describe(134, a_score(0.83, 0.77, 0.89), [rule]).endswith("tree gets 0.600 ± 0.080.")


@pytest.mark.parametrize("key", RULES)
def test_every_rule_has_words(key: str) -> None:
    assert f"; {RULES[key]} gets 0.600." in describe(134, a_score(0.83, 0.77, 0.89), [a_rule(0.6, key=key)])


def test_one_row_is_one_row() -> None:
    assert describe(1, Score(metric="accuracy", value=1.0), []) == (
        "On 1 row it has never seen the model is right 1.00 of the time."
    )


@pytest.mark.parametrize("metric", Metric.__args__)
def test_every_metric_has_words(metric: str) -> None:
    assert metric in PHRASES
    assert describe(10, a_score(0.5, 0.4, 0.6, metric), [a_rule(0.9, metric)]).endswith(".")
