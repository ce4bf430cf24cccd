"""A look that is stopped ends soon, and says so."""

from pathlib import Path

from tests.support.importing import a_csv, an_import
from tests.trainer.audit.world import a_titanic_like_table
from trainer.contract.folder import JobFolder
from trainer.contract.order import AuditOrder, Order
from trainer.work import carry_out


def test_stopped_and_paused(tmp_path: Path) -> None:
    lines, fates = a_titanic_like_table(0, 100)
    found = an_import(
        tmp_path, a_csv("sex,class,age,fare,saved", *[f"{a},{b}" for a, b in zip(lines, fates, strict=True)])
    )
    for word, state in (("stop", "stopped"), ("pause", "paused")):
        job = JobFolder(tmp_path / word)
        job.create(Order(job=word, body=AuditOrder(version=found.version.path, target="c4")))
        job.say(word)  # type: ignore[arg-type]
        assert carry_out(job.path).state == state


def test_a_column_that_is_gone_is_said(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a,b", *[f"{n},{n % 3}x" for n in range(60)]))
    job = JobFolder(tmp_path / "job")
    job.create(Order(job="job", body=AuditOrder(version=found.version.path, target="c9")))
    outcome = carry_out(job.path)
    assert outcome.state == "failed"
    assert outcome.sentence == "This table has no column ‘c9’ any more. Choose another one to look at."
