"""A second delivery adds rows or a test part: columns by name, types reconciled, pictures joined."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.importing import (
    NUMBERS,
    Imported,
    a_csv,
    a_picture,
    a_table_of,
    a_zip,
    an_import,
    read_back,
    run_order,
)
from trainer.columns import read_pictures
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile
from trainer.sources.refusal import Refused

POTS = a_csv(
    "n,colour,when,code",
    *[f"{i}.5,{['red', 'blue'][i % 2]},2026-01-{i + 1:02d},{['A', 'B', '7'][i % 3]}" for i in range(12)],
)


def added(base: Imported, content: bytes, part: str = "rows", filename: str = "more.csv") -> Imported:
    folder = base.version.path.parent.parent
    path = folder / f"upload-{next(NUMBERS)}"
    path.write_bytes(content)
    job = JobFolder(folder / f"job-{next(NUMBERS)}")
    files = [SourceFile(path=path, filename=filename)]
    order = ImportOrder(datasets=folder / "datasets", files=files, onto=base.version.path, part=part)  # type: ignore[arg-type]
    job.create(Order(job="more", body=order))
    results = run_order(job)
    assert isinstance(results, dict)
    return read_back(folder, job, results)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    base = an_import(tmp_path, POTS)
    with pytest.raises(Refused, match="No column of the new file is called like one of the dataset"):
        added(base, a_csv("x,y", "1,2", "3,4"))
    with pytest.raises(Refused, match=r"of the 3 new rows do not fit .* ‘much’ is no number, as ‘n’ holds"):
        added(base, a_csv("n,colour", "much,red", "more,blue", "1,red"))
    photos = an_import(tmp_path, a_zip({f"{'ab'[i % 2]}/{i}.png": a_picture(seed=i) for i in range(4)}))
    with pytest.raises(Refused, match="‘photo’ holds image in the dataset and text in the new file"):
        added(photos, a_csv("photo,label", *[f"this is picture {i},a" for i in range(30)]))


def test_rows_are_added_by_name_and_the_rest_is_said(tmp_path: Path) -> None:
    base = an_import(tmp_path, POTS)
    more = added(base, a_csv("colour;n;extra", "green;1.234,5;x", "red;2,5;y", "blue;many;z"))
    assert more.schema.rows == 14
    assert more.types() == base.types()
    assert more.cells()["n"][12:] == [1234.5, 2.5]
    assert more.cells()["colour"][11:] == ["blue", "green", "red"]
    assert more.cells()["when"][12:] == [None, None]
    assert more.schema.column("c1").categories == ["red", "blue", "green"]
    assert [reject["reason"] for reject in more.rejects()] == ["row 3: ‘many’ is no number, as ‘n’ holds"]
    said = " ".join(finding.sentence for finding in more.profile.findings)
    assert "2 rows were added from ‘more.csv’" in said
    assert "do not have ‘when’, ‘code’" in said
    assert "has ‘extra’ as well" in said
    assert base.cells()["n"] == more.cells()["n"][:12]


def test_numbers_stay_as_written_where_the_column_is_text(tmp_path: Path) -> None:
    base = an_import(tmp_path, POTS)
    more = added(base, a_csv("n,code", *[f"{i},00{i}" for i in range(5)]))
    assert more.cells()["code"][12:] == ["000", "001", "002", "003", "004"]
    assert more.cells()["n"][12:] == [0, 1, 2, 3, 4]
    typed = added(
        base, a_table_of([{"n": 1, "code": 5, "colour": True}, {"n": 2, "code": 6, "colour": False}])
    )
    assert typed.cells()["code"][12:] == ["5.0", "6.0"] or typed.cells()["code"][12:] == ["5", "6"]
    assert typed.cells()["colour"][12:] == ["true", "false"]


def test_a_test_part_makes_or_extends_the_column_of_parts(tmp_path: Path) -> None:
    base = an_import(tmp_path, POTS)
    tested = added(base, a_csv("n,colour,when,code", "1,red,2026-02-01,A"), part="test")
    assert tested.cells()["part"] == ["train"] * 12 + ["test"]
    assert tested.roles()["part"] == "part"
    more = added(tested, a_csv("n,colour,when,code", "2,red,2026-02-01,A"))
    assert more.cells()["part"] == ["train"] * 12 + ["test", "train"]
    again = added(more, a_csv("n,colour,when,code", "3,red,2026-02-01,A"), part="test")
    assert again.cells()["part"][-1] == "test"
    assert [column.name for column in again.schema.columns].count("part") == 1


def test_pictures_are_joined_row_for_row(tmp_path: Path) -> None:
    base = an_import(
        tmp_path, a_zip({f"{'ab'[i % 2]}/{i}.png": a_picture(seed=i, size=(20 + i, 20)) for i in range(6)})
    )
    second = a_zip({f"{'ac'[i % 2]}/{i}.png": a_picture(seed=i, size=(40 + i, 20)) for i in range(4)})
    more = added(base, second, part="test", filename="test.zip")
    assert more.schema.rows == 10
    assert more.cells()["part"] == ["train"] * 6 + ["test"] * 4
    widths = [picture.shape[1] for picture in read_pictures(more.version, "c0", range(10))]
    names = more.cells()["photo"]
    assert widths == [20 + int(name[:-4]) for name in names[:6]] + [40 + int(name[:-4]) for name in names[6:]]
    assert len(list(read_pictures(more.version, "c0", range(10), thumbs=True))) == 10
    assert more.schema.column("c1").categories is not None
    assert set(more.schema.column("c1").categories or []) == {"a", "b", "c"}
    table_only = added(base, a_csv("label,note", "a,x", "b,y", "a,z"))
    with pa.memory_map(str(table_only.version.media("c0"))) as source:
        assert pa.ipc.open_file(source).read_all()["bytes"].null_count == 3


def test_what_a_refusal_names_and_a_reject_counts_are_rows(tmp_path: Path) -> None:
    base = an_import(tmp_path, POTS)
    with pytest.raises(Refused, match=r"more than half: none was added\. row 1: ‘much’.*; row 2: ‘more’"):
        added(base, a_csv("n,colour", "much,red", "more,blue", "1,red"))
    more = added(base, a_csv("n,colour", "many,red", *[f"{n},blue" for n in range(9)]))
    said = [finding.sentence for finding in more.profile.findings if finding.kind == "rejects"]
    assert said == [
        "1 row could not be read and was left out: more.csv: row 1: ‘many’ is no number, as ‘n’ holds."
    ]


def test_an_identifier_stays_one_where_new_rows_lack_it(tmp_path: Path) -> None:
    base = an_import(tmp_path, a_csv("key,n,same", *[f"{100 + i},{i % 7}.5,x" for i in range(60)]))
    assert (base.roles()["key"], base.roles()["same"]) == ("id", "constant")
    more = added(base, a_csv("n,same", "1.5,y", "2.5,x", "3.5,y"))
    assert more.types() == base.types() | {"same": more.types()["same"]}
    assert more.roles()["key"] == "id"
    said = " ".join(finding.sentence for finding in more.profile.findings)
    assert "‘same’ was the same in every row" in said
