"""Active learning beats chance with the same number of labels, on the digits that scikit-learn brings."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests.support.importing import an_import
from trainer.audit.uncertain import a_model, rank, score
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import Order, RankOrder
from trainer.work.rank import run

START, STEP, ROUNDS = 20, 20, 5


def accuracy_after(seed: int, *, ranked: bool) -> float:
    """Of a model with as many labels, chosen by rank or by chance, on digits that it was never offered."""
    bundle = load_digits()
    dice = np.random.default_rng(seed)
    order = dice.permutation(len(bundle.target))
    offered, apart = order[:1000], order[1000:]
    X, truth = bundle.data / 16.0, bundle.target.astype(str).astype(object)
    labels = np.full(len(offered), None, dtype=object)
    labels[:START] = truth[offered[:START]]
    for _ in range(ROUNDS):
        open_rows = np.flatnonzero([label is None for label in labels])
        chosen = (
            rank(X[offered], labels, STEP)[:STEP] if ranked else dice.choice(open_rows, STEP, replace=False)
        )
        assert all(labels[row] is None for row in chosen)
        labels[chosen] = truth[offered[chosen]]
    known = np.flatnonzero([label is not None for label in labels])
    assert len(known) == START + STEP * ROUNDS
    model = a_model().fit(X[offered[known]], labels[known].astype(str))
    return float(model.score(X[apart], truth[apart].astype(str)))


def test_it_beats_chance_with_as_many_labels() -> None:
    seeds = range(4)
    ranked = np.mean([accuracy_after(seed, ranked=True) for seed in seeds])
    chance = np.mean([accuracy_after(seed, ranked=False) for seed in seeds])
    assert ranked > chance + 0.015, (ranked, chance)


def test_with_one_class_or_none_it_asks_for_different_rows() -> None:
    X = np.repeat(np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]]), 20, axis=0)
    labels = np.full(60, None, dtype=object)
    assert {row // 20 for row in rank(X, labels, 3)[:3].tolist()} == {0, 1, 2}
    labels[:] = "all"
    assert rank(X, labels, 3).tolist() == []
    assert score(X, labels) is None


@pytest.mark.parametrize(
    ("sample", "least"), [("flowers", 0.85), ("digits", 0.7), ("noises", 0.8), ("requests", 0.6)]
)
def test_the_job_learns_from_tables_pictures_sounds_and_texts(
    sample: str, least: float, tmp_path: Path
) -> None:
    found = an_import(tmp_path, sample=sample)
    target = next(c for c in found.schema.columns if c.role == "input" and c.type == "category")
    truth = found.cells()[target.name]
    known = np.random.default_rng(0).permutation(len(truth))[:100].tolist()
    order = RankOrder(
        version=found.version.path, column=None, cells={row: truth[row] for row in known}, excluded=[]
    )
    plain = found.schema.model_copy(
        update={"columns": [c for c in found.schema.columns if c.id != target.id]}
    )
    found.version.schema.write_text(plain.model_dump_json())
    job = JobFolder(tmp_path / "rank")
    job.create(Order(job="rank", body=order))
    tell = EventWriter(job)
    results = run(order, job, tell)
    tell.close()
    assert results["labelled"] == 100
    assert results["accuracy"] >= least
    assert results["rows"]
    assert not set(results["rows"]) & set(known)
