"""Tables, pictures and texts with something planted in them, and what an audit finds."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from tests.support.importing import Imported
from trainer.contract.dataset import Finding
from trainer.contract.folder import JobFolder
from trainer.contract.order import AuditOrder, Order
from trainer.contract.recipe import Question
from trainer.contract.results import AuditResults
from trainer.work import carry_out


@dataclass(frozen=True)
class Audited:
    """What an audit left."""

    job: JobFolder
    findings: list[Finding]

    def one(self, kind: str, rows: str | None = None) -> Finding:
        """The one finding of a kind (whose rows have this name)."""
        found = [f for f in self.findings if f.kind == kind and rows in (None, f.rows)]
        assert len(found) == 1, self.findings
        return found[0]

    def rows(self, name: str) -> dict[str, list[Any]]:
        """A set of rows as it lies there."""
        table: dict[str, list[Any]] = pq.read_table(self.job.results.rows(name)).to_pydict()
        return table


def an_audit(
    tmp_path: Path, found: Imported, target: str | None = None, question: Question | None = None
) -> Audited:
    """Carry the job out, in this process."""
    job = JobFolder(tmp_path / "audit")
    id = next((c.id for c in found.schema.columns if c.name == target), None)
    job.create(Order(job="audit", body=AuditOrder(version=found.version.path, target=id, question=question)))
    job.grant(2)
    outcome = carry_out(job.path)
    assert outcome.state == "done", outcome
    return Audited(job, AuditResults.model_validate(outcome.results).findings)


def flip(labels: list[str], share: float, seed: int) -> tuple[list[str], set[int]]:
    """Labels of which a share is wrong now, and which."""
    draw = np.random.default_rng(seed)
    kinds = sorted(set(labels))
    wrong = draw.choice(len(labels), round(share * len(labels)), replace=False)
    flipped = list(labels)
    for row in wrong:
        flipped[row] = str(draw.choice([kind for kind in kinds if kind != labels[row]]))
    return flipped, set(map(int, wrong))


def found_in_top(audited: Audited, wrong: set[int], rows: int, share: float = 0.05) -> float:
    """Share of the wrong labels that stand among the first suspects."""
    top = audited.rows("label-suspects")["row"][: round(share * rows)]
    return len(wrong & set(top)) / len(wrong)


def png(pixels: np.ndarray) -> bytes:
    """A picture of these shades or colours."""
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def a_titanic_like_table(seed: int, rows: int = 900) -> tuple[list[str], list[str]]:
    """Lines of a passenger list without their fate, and the fates: by sex, class and age, with 1 % of luck."""
    draw = np.random.default_rng(seed)
    sex = draw.choice(["male", "female"], rows, p=[0.6, 0.4])
    place = draw.choice([1, 2, 3], rows, p=[0.25, 0.2, 0.55])
    age = np.clip(draw.normal(30, 14, rows), 1, 75).round()
    fare = np.exp(draw.normal(4.4 - 0.7 * place, 0.4, rows)).round(2)
    luck = draw.random(rows) < 0.01
    saved = ((sex == "female") & (place < 3)) | (age < 11) | ((sex == "female") & (fare < 11))
    lines = [
        f"{s},{p},{'' if draw.random() < 0.15 else int(a)},{f}"
        for s, p, a, f in zip(sex, place, age, fare, strict=True)
    ]
    return lines, ["yes" if s != bad else "no" for s, bad in zip(saved, luck, strict=True)]
