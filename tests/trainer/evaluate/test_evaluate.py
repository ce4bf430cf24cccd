"""The report and the rows that its numbers lead to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.support.trained import Trained
from trainer import evaluate as module
from trainer.contract.documents import read_document
from trainer.contract.results import Report, ResultFiles
from trainer.evaluate import NotANumber, evaluate
from trainer.learners import Fitted

World = Callable[[str, str], Trained]


def again(made: Trained, results: ResultFiles, fitted: Any) -> Report:
    results.path.mkdir(exist_ok=True)
    return evaluate(
        results, made.version, made.recipe.question, made.prepared, fitted, made.report.baselines,
        made.report.baselines, 1.5,
    )  # fmt: skip


class Broken(Fitted):
    """A model whose weights have grown beyond all bounds."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        answer = super().predict(x)
        answer[-1] = np.nan
        return answer


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_answers_that_are_no_numbers_are_refused(trained: World, tmp_path: Any, task: str) -> None:
    made = trained("linear", task)
    results = ResultFiles(tmp_path / "results")
    with pytest.raises(NotANumber, match="smaller learning rate"):
        again(made, results, Broken(**vars(made.fitted)))
    assert list(results.path.iterdir()) == []


def test_class_predictions_are_the_rows_of_the_table(trained: World) -> None:
    made = trained("forest", "classification")
    table = pq.read_table(made.results.predictions)
    assert [str(f.type) for f in table.schema] == [
        "int64", "string", "string", "string", "double", "double", "double", "bool", "list<element: double>",
    ]  # fmt: skip
    truth = pq.read_table(made.version.table).column("c5").to_pylist()
    labels = made.report.labels
    assert {part: rows for part, rows in made.prepared.rows.items() if part != "train"} == {
        part: table.column("part").to_pylist().count(part) for part in ("validation", "test")
    }
    for row in table.to_pylist():
        assert row["truth"] == truth[row["row"]]
        assert row["predicted"] == labels[int(np.argmax(row["probabilities"]))]
        assert row["confidence"] == max(row["probabilities"])
        assert row["truth_probability"] == row["probabilities"][labels.index(row["truth"])]
        assert row["error"] == pytest.approx(1 - row["truth_probability"])
        assert row["correct"] == (row["truth"] == row["predicted"])


def test_number_predictions_are_in_the_persons_units(trained: World) -> None:
    made = trained("mlp", "regression")
    table = pq.read_table(made.results.predictions)
    truth = pq.read_table(made.version.table).column("c6").to_pylist()
    x, _, rows = made.prepared.part("test")
    predicted = dict(zip(rows.tolist(), made.fitted.predict(np.asarray(x)).tolist(), strict=True))
    for row in table.to_pylist():
        assert row["truth"] == truth[row["row"]]
        assert row["error"] == row["predicted"] - row["truth"]
        assert (row["confidence"], row["correct"], row["probabilities"]) == (None, None, None)
        if row["part"] == "test":
            assert row["predicted"] == pytest.approx(predicted[row["row"]], rel=1e-5)


def test_every_cell_of_the_matrix_counts_its_rows(trained: World) -> None:
    made = trained("forest", "classification")
    report = read_document(made.results.report, Report)
    assert report == made.report
    rows = [r for r in pq.read_table(made.results.predictions).to_pylist() if r["part"] == "test"]
    for i, truth in enumerate(report.labels):
        for j, answer in enumerate(report.labels):
            found = sum(r["truth"] == truth and r["predicted"] == answer for r in rows)
            assert report.confusion[i][j] == found
        recall = report.confusion[i][i] / sum(report.confusion[i])
        assert report.classes[i].recall == pytest.approx(recall)
        assert report.classes[i].rows == sum(report.confusion[i])
    assert report.scores[0].value == pytest.approx(sum(r["correct"] for r in rows) / len(rows))
    assert report.verdict.startswith(f"On {len(rows)} rows it has never seen the model is right")


def test_the_report_of_numbers_carries_points_and_a_histogram(trained: World) -> None:
    report = trained("boosting", "regression").report
    tests = report.rows["test"]
    assert len(report.residuals["truth"]) == len(report.residuals["predicted"]) == tests
    assert report.residuals["truth"] == sorted(report.residuals["truth"])
    assert sum(report.residuals["counts"]) == tests
    assert len(report.residuals["edges"]) == len(report.residuals["counts"]) + 1
    assert report.confusion == []


def test_the_rule_in_the_headline_was_picked_on_validation(trained: World, tmp_path: Any) -> None:
    made = trained("forest", "classification")
    rules = {rule.key: rule for rule in made.report.baselines}

    def scored(key: str, value: float) -> Any:
        score = rules[key].scores["accuracy"].model_copy(update={"value": value})
        return rules[key].model_copy(update={"scores": {"accuracy": score}})

    results = ResultFiles(tmp_path / "results")
    results.path.mkdir()
    report = evaluate(
        results, made.version, made.recipe.question, made.prepared, made.fitted,
        [scored("majority", 0.9), scored("tree", 0.1)], [scored("majority", 0.011), scored("tree", 0.99)],
        1.0,
    )  # fmt: skip
    assert "gets 0.01" in report.verdict


def test_blocks_change_nothing(trained: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained("boosting", "classification")
    monkeypatch.setattr(module, "BLOCK_BYTES", 300)
    assert again(made, ResultFiles(tmp_path / "results"), made.fitted).scores == made.report.scores


def test_a_model_that_is_off_by_the_same_everywhere_has_a_histogram(trained: World, tmp_path: Any) -> None:
    made = trained("linear", "regression")
    truths = iter([made.prepared.numbers(made.prepared.part(part)[1]) for part in ("validation", "test")])

    class Shifted(Fitted):
        def predict(self, x: np.ndarray) -> np.ndarray:
            return next(truths)[: len(x)] + 1e9

    report = again(made, ResultFiles(tmp_path / "results"), Shifted(**vars(replace(made.fitted))))
    assert sum(report.residuals["counts"]) == report.rows["test"]
