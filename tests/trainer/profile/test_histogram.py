"""What a histogram counts."""

from pathlib import Path

from trainer.contract.dataset import Profile, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile
from trainer.work import carry_out


def test_missing_values_are_in_no_bin(tmp_path: Path) -> None:
    lines = ["age,day"] + [f"{n % 41},2026-01-{n % 28 + 1:02d}" if n % 4 else "," for n in range(400)]
    source = tmp_path / "people.csv"
    source.write_text("\n".join([f"{line},x{n}" for n, line in enumerate(lines)]) + "\n")
    (tmp_path / "datasets").mkdir()
    folder = JobFolder(tmp_path / "job")
    body = ImportOrder(datasets=tmp_path / "datasets", files=[SourceFile(path=source, filename="people.csv")])
    folder.create(Order(job="job", body=body))
    outcome = carry_out(folder.path)
    assert outcome.state == "done", outcome
    version = VersionFolder(tmp_path / "datasets" / outcome.results["version"])
    found = read_document(version.profile, Profile).columns
    for id in ("c0", "c1"):
        assert found[id].missing == 100
        assert sum(found[id].histogram.counts) == 300
        assert found[id].histogram.counts[-1] < 40
