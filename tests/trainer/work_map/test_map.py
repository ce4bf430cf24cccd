"""A map of rows: what is alike lies together, the same way each time; what cannot be one is refused in words."""

import io
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from app.storage import Store
from tests.support.datasets import a_picture_folder, a_version_folder, write_arrow
from trainer.contract.dataset import VersionFolder
from trainer.contract.folder import JobFolder
from trainer.contract.order import MapOrder, Order
from trainer.contract.outcome import Outcome
from trainer.work import carry_out


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "data")
    store.create()
    return store


def drawn(
    store: Store, folder: VersionFolder, method: str = "pca", job: str = "j1"
) -> tuple[Outcome, JobFolder]:
    place = store.job(job)
    order = MapOrder.model_validate({"version": folder.path, "method": method})
    place.create(Order(job=job, body=order))
    return carry_out(place.path), place


def two_blobs(store: Store, count: int = 120) -> VersionFolder:
    rng = np.random.default_rng(1)
    near = {
        f"n{i}": [float(x) for x in rng.normal(0, 1, count) + 12 * (np.arange(count) % 2)] for i in range(4)
    }
    return a_version_folder(store, near | {"hole": [None if n % 3 else float(n % 5) for n in range(count)]})


def apart(place: JobFolder) -> float:
    """How far the two halves lie apart, in deviations of one half."""
    found = pq.read_table(place.results.map).to_pydict()
    points = np.column_stack([found["x"], found["y"]])
    even, odd = points[np.array(found["row"]) % 2 == 0], points[np.array(found["row"]) % 2 == 1]
    between = np.linalg.norm(even.mean(axis=0) - odd.mean(axis=0))
    return float(between / np.sqrt(even.var(axis=0).sum()))


def test_a_table_of_four_rows_is_refused_in_words(store: Store) -> None:
    outcome, _ = drawn(store, a_version_folder(store, {"n": [1.0, 2.0, 3.0, 4.0]}))
    assert (outcome.state, outcome.sentence) == ("failed", "A map needs 5 rows; this table has 4.")


def test_a_table_without_anything_to_lay_out_is_refused_in_words(store: Store) -> None:
    folder = a_version_folder(store, {"code": [f"A{n}" for n in range(40)]})
    outcome, _ = drawn(store, folder)
    assert outcome.state == "failed"
    assert "Nothing in this table can be laid out" in outcome.sentence


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_what_is_alike_lies_together(store: Store, method: str) -> None:
    outcome, place = drawn(store, two_blobs(store), method)
    assert outcome.state == "done", outcome
    assert outcome.results["features"] == "5 columns, each standardised"
    assert apart(place) > 2


def test_the_same_rows_give_the_same_map(store: Store) -> None:
    folder = two_blobs(store)
    (_, one), (_, other) = drawn(store, folder, job="j1"), drawn(store, folder, job="j2")
    assert pq.read_table(one.results.map).equals(pq.read_table(other.results.map))


def test_of_many_rows_a_sample_is_laid_out_and_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("trainer.work.map", fromlist=["MOST"]).MOST, "pca", 50)
    outcome, place = drawn(store, two_blobs(store))
    assert (outcome.results["rows"], outcome.results["sampled"]) == (50, True)
    rows = pq.read_table(place.results.map).column("row").to_pylist()
    assert rows == sorted(set(rows))


def test_rows_that_all_look_alike_are_refused_in_words(store: Store) -> None:
    outcome, _ = drawn(store, a_picture_folder(store))
    assert (outcome.state, "All rows look alike" in outcome.sentence) == ("failed", True)


def test_pictures_lie_by_what_they_show(store: Store) -> None:
    folder = a_picture_folder(store)
    rng = np.random.default_rng(0)
    pictures = []
    for n in range(30):
        pixels = rng.integers(0, 40, (40, 40), dtype=np.uint8)
        pixels[:, :20] += np.uint8(200 * (n % 2))
        pixels[:20, :] += np.uint8(200 * (1 - n % 2))
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        pictures.append(file.getvalue())
    write_arrow(folder.thumbs("c0"), pictures, 40)
    outcome, place = drawn(store, folder)
    assert outcome.results["features"] == "small pictures and edges of ‘picture’"
    assert apart(place) > 2


def test_sentences_lie_by_what_they_say(store: Store) -> None:
    said = ["the cat sat on the old mat", "stocks fell and markets closed lower"]
    folder = a_version_folder(store, {"text": [f"{said[n % 2]} {n}" for n in range(60)]})
    outcome, place = drawn(store, folder)
    assert outcome.results["features"] == "words of ‘text’"
    assert apart(place) > 2


def test_a_word_stops_it(store: Store) -> None:
    place = store.job("j1")
    order = MapOrder.model_validate({"version": two_blobs(store).path, "method": "pca"})
    place.create(Order(job="j1", body=order))
    place.say("stop")
    outcome = carry_out(place.path)
    assert (outcome.state, outcome.sentence) == ("stopped", "Stopped: no map was kept.")
