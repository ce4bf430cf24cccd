"""The table of how columns go together."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_version_folder
from trainer.contract.dataset import Profile, Relations
from trainer.contract.documents import read_document, write_document


def test_each_pair_leads_to_its_chart(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_version_folder(store)
    found = read_document(folder.profile, Profile)
    related = Relations(columns=["c1", "c3"], values=[[1.0, -0.83], [-0.83, 1.0]], rows=120)
    write_document(folder.profile, found.model_copy(update={"relations": related}))
    dataset = a_dataset(engine, store, person, folder)
    page = browser.get(f"/datasets/{dataset.id}/relations").text
    assert "Strongest: Age · Fare −0.83." in page
    assert f'href="/datasets/{dataset.id}/explore?x=c3&amp;y=c1"' in page
    assert 'class="wrong shade-7"' in page


def test_where_there_is_nothing_to_compare(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    dataset = a_dataset(engine, store, person)
    assert "not two columns" in browser.get(f"/datasets/{dataset.id}/relations").text
