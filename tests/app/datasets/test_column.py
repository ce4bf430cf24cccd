"""What the drawer of a column says."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.words import shape_words
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_version_folder
from trainer.contract.dataset import Profile
from trainer.contract.documents import read_document, write_document


def test_quantiles_shape_and_frequent_values(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_version_folder(store)
    found = read_document(folder.profile, Profile)
    more = {"quantiles": [3.0, 17.0, 34.0, 52.0, 66.0], "skew": 2.5, "frequent": {"21": 4, "7": 2}}
    columns = found.columns | {"c1": found.columns["c1"].model_copy(update=more)}
    write_document(folder.profile, found.model_copy(update={"columns": columns, "sampled": 100}))
    dataset = a_dataset(engine, store, person, folder)
    page = " ".join(browser.get(f"/datasets/{dataset.id}/columns/c1").text.split())
    assert "<dt>Middle half</dt><dd>17 to 52</dd>" in page
    assert "a long tail towards large values" in page
    assert '21 <span class="quiet">(4)</span>' in page
    assert "100 rows, picked evenly" in page


def test_shapes() -> None:
    assert shape_words(0.1) == "about the same on both sides"
    assert shape_words(-1.0) == "a tail towards small values"
