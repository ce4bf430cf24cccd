"""Each source ends as an upload with its import, or in a sentence."""

import json
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import Engine, create_engine, select, text

from app.command.work import import_one
from app.datasets.tables import Dataset
from app.db import open_session
from app.elsewhere.kinds import KINDS
from app.elsewhere.runner import Runner
from app.elsewhere.tables import Fetch
from app.errors import BadInput
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.tables import Upload
from tests.support.people import a_user
from tests.support.postgresql import PostgreSQL
from tests.support.web import AWeb, reply


class World:
    """A server's rows and files, and somebody who fetches."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine = settings, engine
        self.store = Store(settings.data)
        self.store.create()
        self.person: User = a_user(engine)

    def fetch(self, kind: str, source: str, **changes: object) -> Fetch:
        """As the page queues it and a worker carries it out."""
        settings = self.settings.model_copy(update=changes)
        checked = KINDS[kind].check(source, settings)
        with open_session(self.engine) as db:
            db.add(Fetch(owner_id=self.person.id, kind=kind, source=checked))
            db.commit()
        runner = Runner(self.engine, self.store, settings, import_one)
        id = runner.claim()
        assert id is not None
        assert runner.claim() is None
        runner.run(id, threading.Event())
        with open_session(self.engine, write=False) as db:
            return db.get_one(Fetch, id)

    def came(self, fetch: Fetch) -> tuple[str, Path]:
        """Name and place of what a fetch brought; it has become a dataset."""
        assert fetch.state == "done", fetch.sentence
        with open_session(self.engine, write=False) as db:
            dataset = db.scalars(select(Dataset).where(Dataset.id == fetch.dataset_id)).one()
            upload = db.scalars(select(Upload).where(Upload.dataset_id == dataset.id)).one()
            order = self.store.job(dataset.job_id).order().body
        path = self.store.upload(upload.id)
        assert [file.path for file in order.files] == [path]  # type: ignore[union-attr]
        assert path.stat().st_size == upload.size == fetch.done
        assert list(self.store.fetches.iterdir()) == []
        return upload.filename, path

    def failed(self, fetch: Fetch) -> str:
        """The sentence of a fetch that brought nothing."""
        assert fetch.state == "failed"
        assert list(self.store.fetches.iterdir()) == list(self.store.uploads.iterdir()) == []
        return fetch.sentence


@pytest.fixture
def world(settings: Settings, engine: Engine) -> World:
    return World(settings, engine)


@pytest.fixture
def web() -> Iterator[AWeb]:
    with AWeb() as web:
        yield web


def test_a_web_address(world: World, web: AWeb) -> None:
    web.pages["/data/my%20people.csv?x=1"] = reply(b"a,b\n1,2\n")
    fetch = world.fetch("url", f"{web.url}/data/my%20people.csv?x=1", trusted_hosts=[web.host])
    name, path = world.came(fetch)
    assert (name, path.read_bytes()) == ("my people.csv", b"a,b\n1,2\n")


def test_a_web_address_that_gives_nothing(world: World, web: AWeb) -> None:
    sentence = world.failed(world.fetch("url", f"{web.url}/gone.csv", trusted_hosts=[web.host]))
    assert "answered 404" in sentence


def test_more_than_a_person_may_bring(world: World, web: AWeb) -> None:
    web.pages["/big.csv"] = reply(b"x" * 2_000_000)
    web.pages["/unsaid.csv"] = reply(b"x" * 2_000_000, length=False)
    for page in ("/big.csv", "/unsaid.csv"):
        sentence = world.failed(
            world.fetch("url", web.url + page, trusted_hosts=[web.host], person_bytes=1_500_000)
        )
        assert "1,500,000" in sentence


def a_hub(web: AWeb, files: dict[str, bytes]) -> None:
    """A Hub with one dataset, its list in two pages."""
    listing = [{"type": "file", "path": path, "size": len(body)} for path, body in files.items()]
    listing.append({"type": "directory", "path": "data", "size": 0})
    base = "/api/datasets/ada/pets/tree/main?recursive=true"
    more = f'<{web.url}{base}&cursor=2>; rel="next"'
    web.pages[base] = reply(json.dumps(listing[:2]).encode(), Link=more)
    web.pages[f"{base}&cursor=2"] = reply(json.dumps(listing[2:]).encode())
    for path, body in files.items():
        web.pages[f"/datasets/ada/pets/resolve/main/{path}"] = reply(body)


def test_a_dataset_of_the_hub(world: World, web: AWeb) -> None:
    on = {"hub": web.url, "trusted_hosts": [web.host]}
    files = {
        "README.md": b"hello",
        "data/train.csv": b"a,b\n1,2\n",
        "data/test.csv": b"a,b\n3,4\n",
        ".gitattributes": b"",
    }
    a_hub(web, files)
    name, path = world.came(world.fetch("hub", "https://huggingface.co/datasets/ada/pets", **on))
    assert name == "pets.tar"
    with tarfile.open(path) as archive:
        found = {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]
    assert found == {"pets/data/train.csv": b"a,b\n1,2\n", "pets/data/test.csv": b"a,b\n3,4\n"}
    a_hub(web, {"README.md": b"hello", "train.parquet": b"PAR1"})
    name, path = world.came(world.fetch("hub", "ada/pets", **on))
    assert (name, path.read_bytes()) == ("train.parquet", b"PAR1")


def test_a_hub_that_lies_or_has_nothing(world: World, web: AWeb) -> None:
    on = {"hub": web.url, "trusted_hosts": [web.host]}
    a_hub(web, {"README.md": b"hello"})
    assert "no data files" in world.failed(world.fetch("hub", "ada/pets", **on))
    a_hub(web, {"a.csv": b"123456", "b.csv": b"1"})
    web.pages["/datasets/ada/pets/resolve/main/a.csv"] = reply(b"123")
    assert "came shorter" in world.failed(world.fetch("hub", "ada/pets", **on))
    web.pages["/api/datasets/ada/pets/tree/main?recursive=true"] = reply(b"[" * 100_000)
    assert "not in the form" in world.failed(world.fetch("hub", "ada/pets", **on))
    for name in ("../x", "a/b/c", "a/..", "", "a b"):
        with pytest.raises(BadInput, match="owner/name"):
            KINDS["hub"].check(name, world.settings)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 on loopback with one bucket."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_files_of_a_bucket(world: World, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": s3, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="school")
    for key in ("photos/cats/1.png", "photos/dogs/2.png", "tables/a.csv"):
        client.put_object(Bucket="school", Key=key, Body=key.encode())
    name, path = world.came(world.fetch("s3", "s3://school/tables/a.csv", s3_bucket="school"))
    assert (name, path.read_bytes()) == ("a.csv", b"tables/a.csv")
    name, path = world.came(world.fetch("s3", "photos/", s3_bucket="school"))
    assert name == "photos.tar"
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["photos/cats/1.png", "photos/dogs/2.png"]
    for missing in ("tables/none.csv", "nothing/"):
        fetch = world.fetch("s3", missing, s3_bucket="school")
        assert fetch.state == "failed"
        assert missing in fetch.sentence
    with pytest.raises(BadInput, match="Only the bucket school"):
        KINDS["s3"].check("s3://other/a.csv", world.settings.model_copy(update={"s3_bucket": "school"}))


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A database with a table of three orders."""
    with sqlite3.connect(tmp_path / "shop.db") as db:
        db.execute("CREATE TABLE orders (id INTEGER, item TEXT, price REAL, photo BLOB)")
        db.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, x'00')",
            [(1, "tea", 2.5), (2, 'a "b", c', None), (3, "50 %", 4)],
        )
    db.close()
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM orders", "SELECT 1; DROP TABLE orders", "", "PRAGMA query_only=OFF", "ATTACH 'x.db' AS x",
     "EXPLAIN SELECT 1", "-- SELECT\nDELETE FROM orders", "/* SELECT */ UPDATE orders SET id = 1"],
)  # fmt: skip
def test_only_one_question_is_sent(world: World, query: str) -> None:
    with pytest.raises(BadInput):
        KINDS["sql"].check(query, world.settings)


def test_the_rows_of_a_query(world: World, shop: str) -> None:
    query = "SELECT id, item, price FROM orders WHERE item LIKE '%;%' OR id > 0;"
    fetch = world.fetch("sql", query, sql_connection=shop)
    name, path = world.came(fetch)
    assert name == "query.csv"
    assert path.read_bytes() == b'id,item,price\r\n1,tea,2.5\r\n2,"a ""b"", c",\r\n3,50 %,4.0\r\n'


def test_a_query_that_cannot_be_answered_says_why(world: World, shop: str) -> None:
    def said(query: str, **more: object) -> str:
        return world.failed(world.fetch("sql", query, sql_connection=shop, **more))

    assert "no such table: nowhere" in said("SELECT * FROM nowhere")
    assert "no rows" in said("SELECT * FROM orders WHERE id = 9")
    assert "binary content" in said("SELECT photo FROM orders")
    assert "more than 2 rows" in said("SELECT id FROM orders", sql_rows=2)
    assert "read" in said("WITH x AS (SELECT 1) INSERT INTO orders SELECT 1, 2, 3, 4 RETURNING id")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n"
    assert "interrupted" in said(endless, fetch_minutes=0)
    with sqlite3.connect(shop.removeprefix("sqlite:///")) as db:
        assert db.execute("SELECT count(*) FROM orders").fetchone() == (3,)
    db.close()


def test_the_rows_of_a_query_to_postgresql(world: World, postgresql: PostgreSQL) -> None:
    with postgresql.database() as url:
        engine = create_engine(url)
        with engine.begin() as db:
            db.execute(
                text(
                    "CREATE TABLE orders AS SELECT i AS id, 'item ' || i AS item FROM generate_series(1, 12000) i"
                )
            )
        name, path = world.came(
            world.fetch("sql", "SELECT id, item FROM orders ORDER BY id", sql_connection=url)
        )
        lines = path.read_text().splitlines()
        assert (name, lines[0], lines[12_000], len(lines)) == (
            "query.csv",
            "id,item",
            "12000,item 12000",
            12_001,
        )
        for change in ("WITH x AS (DELETE FROM orders RETURNING id) SELECT * FROM x", "SELECT 1 AS a INTO b",
                       "SELECT setval('x', 1)"):  # fmt: skip
            assert world.fetch("sql", change, sql_connection=url).state == "failed"
        with engine.begin() as db:
            assert db.execute(text("SELECT count(*) FROM orders")).scalar() == 12_000
        engine.dispose()
