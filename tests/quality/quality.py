"""``make quality``: what a newcomer gets without touching a dial, beside plain scikit-learn and XGBoost.

Prints a table, writes ``build/quality.json`` and docs/quality.md. Names on the command line choose some datasets.
"""

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.__main__ import ROOT, document, table
from tests.quality.rivals import score_rivals
from trainer.contract.dataset import Profile, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import ResultPayload
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile, TrainOrder
from trainer.contract.propose import default_dials, propose, propose_question
from trainer.contract.recipe import Split, Task
from trainer.prepare import PARTS, prepare
from trainer.work import carry_out

PLACE = ROOT / "build" / "quality"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Case:
    """A dataset, what is asked of it, and how far behind the best rival we may be."""

    file: str
    target: str
    task: Task
    slack: float
    """Accuracy, or a share of the error."""


CASES = {
    "titanic": Case("titanic/titanic.csv", "Survived", "classification", 0.02),
    "penguins": Case("penguins/penguins.csv", "species", "classification", 0.02),
    "diamonds": Case("diamonds/diamonds.csv", "price", "regression", 0.02),
    "sign-language-digits": Case(
        "sign-language-digits/sign-language-digits.zip", "label", "classification", 0.01
    ),
}


def main() -> int:
    """Measure, print, write."""
    options = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    options.add_argument("names", nargs="*", choices=[*CASES, []], help="which datasets; all without")
    chosen = options.parse_args().names or list(CASES)
    data = Path(os.environ.get("SKILLET_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not data.is_dir():
        sys.exit(f"The real datasets are not at {data}. Set SKILLET_SHARED_DATA to their folder.")
    path = ROOT / "build" / "quality.json"
    path.parent.mkdir(exist_ok=True)
    measured: dict[str, dict[str, Any]] = {}
    for name in chosen:
        found = measure(name, CASES[name], data)
        measured = (
            json.loads(path.read_text()) if path.exists() else {}
        )  # another run may have ended meanwhile
        measured[f"quality.{name}"] = found
        path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n")
    text = table(measured)
    sys.stdout.write(text + "\n")
    words = (
        "\nThe value is the mean over three seeds (of the split and of the learner) on the locked test part, with the "
        "recipe that is proposed before anyone touches a dial. Rivals are the libraries' own defaults, fitted to the "
        "same training rows; the bar is the best of them, less the slack that the table names. "
        "Ours also sees the validation rows, to know when to stop; the rivals leave them unused. The defaults were "
        "tuned on validation parts of these same tables, so they may fit them better than yours.\n"
    )
    (ROOT / "docs" / "quality.md").write_text(document("Quality", "make quality", text + "\n" + words))
    return 0 if all(row["holds"] for row in measured.values()) else 1


def measure(name: str, case: Case, data: Path) -> dict[str, Any]:
    """Ours and theirs, over all seeds."""
    place = PLACE / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    version = bring(place, data / case.file)
    ours: list[float] = []
    seconds: list[float] = []
    rivals: dict[str, list[float]] = {}
    for seed in SEEDS:
        result, theirs = compare(place, version, case, seed)
        ours.append(result.scores[0].value)
        seconds.append(result.seconds)
        for rival, score in theirs.items():
            rivals.setdefault(rival, []).append(score)
        print(f"{name} seed {seed}: ours {ours[-1]:.4g} in {seconds[-1]:.0f} s; {say(theirs)}", flush=True)
    shutil.rmtree(place)
    means = {rival: float(np.mean(scores)) for rival, scores in rivals.items()}
    value = float(np.mean(ours))
    lower = case.task == "regression"
    best = min(means.values()) if lower else max(means.values())
    bar = best * (1 + case.slack) if lower else best - case.slack
    return {
        "value": value,
        "unit": "RMSE" if lower else "accuracy",
        "bar": f"{'<=' if lower else '>='} {bar:.4g} (slack {case.slack:g})",
        "holds": value <= bar if lower else value >= bar,
        "against": f"{say(means)}; {np.mean(seconds):.0f} s of learning",
    }


def say(scores: dict[str, float]) -> str:
    """Each rival with its score."""
    return ", ".join(f"{name} {score:.4g}" for name, score in scores.items())


def bring(place: Path, source: Path) -> VersionFolder:
    """Import a file as an order."""
    datasets = place / "datasets"
    datasets.mkdir()
    body = ImportOrder(datasets=datasets, files=[SourceFile(path=source, filename=source.name)])
    return VersionFolder(datasets / carry(place / "jobs" / "import", body)["version"])


def compare(
    place: Path, version: VersionFolder, case: Case, seed: int
) -> tuple[ResultPayload, dict[str, float]]:
    """Train with the defaults, then let the rivals learn from the same rows."""
    schema, found = read_document(version.schema, Schema), read_document(version.profile, Profile)
    (target,) = [column.id for column in schema.columns if column.name == case.target]
    question = propose_question(schema, found, target, case.task)
    question = question.model_copy(update={"split": Split(stratify=question.split.stratify, seed=seed)})
    recipe = propose(version.path.name, schema, question, default_dials(schema, question), seed=seed)
    body = TrainOrder(version=version.path, prepared=place / "prepared", recipe=recipe)
    results = ResultPayload.model_validate(carry(place / "jobs" / f"train-{seed}", body))
    prepared = prepare(version, question, recipe.encoding, place / "prepared")
    parts = {part: np.asarray(prepared.part(part)[2]) for part in PARTS}
    return results, score_rivals(version, schema, question, parts, seed)


def carry(folder: Path, body: Any) -> dict[str, Any]:
    """Carry an order out here; its results."""
    job = JobFolder(folder)
    job.create(Order(job="quality", body=body))
    job.grant(os.cpu_count() or 1)
    began = time.monotonic()
    outcome = carry_out(folder)
    assert outcome.state == "done", f"{outcome.sentence}\n{outcome.trace}"
    print(f"  {body.verb}: {outcome.sentence} ({time.monotonic() - began:.0f} s)", flush=True)
    return outcome.results
