"""A project with its data, its runs, and what a training leaves: made by hand, as the contract says."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import FastAPI

from app.datasets.tables import Dataset, DatasetVersion
from app.db import new_id, now, open_session
from app.jobs.tables import Job, JobEvent
from app.people.tables import User
from app.projects.tables import Project
from app.recipes.forms import Choices
from app.recipes.service import get_ground
from app.runs.service import start_run
from app.runs.tables import Run
from trainer.contract.dataset import Column, ColumnProfile, Histogram, Profile, Schema
from trainer.contract.documents import write_document
from trainer.contract.events import BaselineScore, Score
from trainer.contract.propose import default_dials, propose_question
from trainer.contract.recipe import Dials
from trainer.contract.results import BaselineResults, ClassFigures, ExportProof, Report

ROWS = 120


def a_job(app: FastAPI, owner: User, **changes: Any) -> Job:
    """A stored job."""
    values = {"verb": "import", "state": "done", "sentence": "Done.", "ended_at": now()} | changes
    job = Job(owner_id=owner.id, **values)
    with open_session(app.state.engine) as db:
        db.add(job)
        db.commit()
    return job


def a_version(app: FastAPI, hash: str) -> Schema:
    """Passengers: age and ticket (with holes), sex, and whether they survived, in a version's folder."""
    folder = app.state.store.version(hash)
    folder.path.mkdir(parents=True, exist_ok=True)
    age = [None if i % 11 == 0 else float(i % 70) for i in range(ROWS)]
    sex = ["female" if i % 3 == 0 else "male" for i in range(ROWS)]
    survived = ["yes" if (i % 3 == 0) != (i % 7 == 0) else "no" for i in range(ROWS)]
    fare = [round(7.5 + (i * 37 % 200) / 3, 2) for i in range(ROWS)]
    table = pa.table({"c0": age, "c1": sex, "c2": fare, "c3": survived})
    pq.write_table(table, folder.table)
    schema = Schema(
        rows=ROWS,
        columns=[
            Column(id="c0", name="Age", type="number", reason="numbers", whole=True),
            Column(id="c1", name="Sex", type="category", reason="words", categories=["male", "female"]),
            Column(id="c2", name="Fare", type="number", reason="numbers"),
            Column(id="c3", name="Survived", type="category", reason="two words", categories=["no", "yes"]),
        ],
    )
    bins = Histogram(counts=[60, 60], edges=[0, 35, 70])
    labels = Histogram(counts=[80, 40], labels=["male", "female"])
    number = {"missing": 0, "histogram": bins, "minimum": 0.0, "maximum": 70.0, "mean": 35.0, "median": 35.0}
    profile = Profile(
        columns={
            "c0": ColumnProfile(**(number | {"missing": 11}), distinct=70, deviation=20.0),
            "c1": ColumnProfile(missing=0, distinct=2, histogram=labels),
            "c2": ColumnProfile(**number, distinct=100, deviation=20.0),
            "c3": ColumnProfile(missing=0, distinct=2, histogram=labels),
        },
        source="made by the test",
    )
    write_document(folder.schema, schema)
    write_document(folder.profile, profile)
    return schema


def a_project(app: FastAPI, owner: User, target: str | None = "c3", **changes: Any) -> Project:
    """A project on the passengers, asked for ``target``, with its baselines done."""
    hash = new_id()
    schema = a_version(app, hash)
    imported = a_job(app, owner)
    with open_session(app.state.engine) as db:
        dataset = Dataset(owner_id=owner.id, name="passengers", job_id=imported.id)
        db.add(dataset)
        db.flush()
        version = DatasetVersion(
            owner_id=owner.id, dataset_id=dataset.id, hash=hash, rows=ROWS, columns=4, rejects=0
        )
        db.add(version)
        db.flush()
        profile = Profile.model_validate_json(app.state.store.version(hash).profile.read_bytes())
        question = propose_question(schema, profile, target) if target else None
        project = Project(
            owner_id=owner.id,
            name="Titanic",
            dataset_id=dataset.id,
            version_id=version.id,
            fixed=False,
            question=question.model_dump(mode="json") if question else None,
            **changes,
        )
        db.add(project)
        db.commit()
    if question:
        job = a_job(
            app,
            owner,
            verb="baseline",
            outcome={
                "state": "done",
                "sentence": "",
                "results": some_baselines(question.metric).model_dump(mode="json"),
            },
        )
        with open_session(app.state.engine) as db:
            db.get_one(Project, project.id).baseline_job_id = job.id
            db.commit()
            project = db.get_one(Project, project.id)
    return project


def some_baselines(metric: str) -> BaselineResults:
    """What needs no learning, on the validation part."""
    low = metric in ("rmse", "mae")
    found = [
        ("mean" if low else "majority", 60.0 if low else 0.62),
        ("rule", 40.0 if low else 0.7),
        ("tree", 30.0 if low else 0.78),
    ]
    return BaselineResults(
        baselines=[
            BaselineScore(
                key=key,
                name=key.capitalize(),
                sentence=f"The {key} says so.",
                scores={metric: Score(metric=metric, value=value, low=value * 0.9, high=value * 1.1)},
            )
            for key, value in found
        ],
        tree={"answer": "no", "rows": 80, "share": 0.6, "counts": {"no": 50, "yes": 30}},
        sentence="Learning looks worth it.",
        worth_it=True,
        rows={"train": 84, "validation": 18, "test": 18},
    )


def a_run(
    app: FastAPI,
    owner: User,
    project: Project,
    learner: str | None = None,
    parent: Run | None = None,
    set: dict[str, Any] | None = None,
    **job_changes: Any,
) -> Run:
    """A run as the page starts it; ``job_changes`` then change its job's row."""
    with open_session(app.state.engine) as db:
        project = db.get_one(Project, project.id)
        ground = get_ground(db, app.state.store, project)
        dials = Dials(learner=learner) if learner else default_dials(ground.schema, ground.question)
        chosen = Choices(dials, set or {}, parent=parent.id if parent else None)
        run = start_run(db, app.state.store, owner, project, ground, chosen, None)
        for name, value in job_changes.items():
            setattr(db.get_one(Job, run.job_id), name, value)
        db.commit()
    return run


def tell(app: FastAPI, run: Run, *events: tuple[str, dict[str, Any]]) -> None:
    """Store events as the worker does."""
    with open_session(app.state.engine) as db:
        job = db.get_one(Job, run.job_id)
        for kind, payload in events:
            job.seq += 1
            db.add(
                JobEvent(
                    job_id=job.id, seq=job.seq, owner_id=job.owner_id, time=1.0, kind=kind, payload=payload
                )
            )
        db.commit()


def points(part: str, metric: str, steps: list[int], values: list[float]) -> tuple[str, dict[str, Any]]:
    """A points event of one line."""
    return "points", {"series": {f"{part}/{metric}": {"step": steps, "value": values}}}


def a_finished_run(
    app: FastAPI, owner: User, project: Project, accuracy: float = 0.83, **changes: Any
) -> Run:
    """A run of a class question that is done, with everything that a training leaves behind."""
    run = a_run(app, owner, project, **changes)
    results = app.state.store.job(run.job_id).results
    predictions = class_predictions(app, project)
    pq.write_table(predictions, results.predictions)
    report = class_report(predictions, accuracy)
    write_document(results.report, report)
    write_document(
        results.proof,
        ExportProof(
            checked_rows=18, largest_difference=2e-7, equal_answers=18, bytes=1234, versions={"onnx": "1.23"}
        ),
    )
    results.model.mkdir()
    (results.model / "model.json").write_text(json.dumps({"format": 1}))
    (results.model / "predict.py").write_text("print('hello')\n")
    with zipfile.ZipFile(results.download, "w") as file:
        file.write(results.model / "predict.py", "predict.py")
    with open_session(app.state.engine) as db:
        row = db.get_one(Run, run.id)
        row.test_score, row.test_low, row.test_high = accuracy, accuracy - 0.05, accuracy + 0.05
        row.validation_score, row.seconds, row.model_bytes, row.parameters = accuracy + 0.01, 3.5, 4321, 1000
        job = db.get_one(Job, run.job_id)
        job.state, job.sentence, job.started_at, job.ended_at = "done", "Finished.", now(), now()
        db.commit()
    tell(
        app,
        run,
        points("train", "loss", [1, 2, 3], [0.7, 0.5, 0.4]),
        points("validation", "accuracy", [1, 2, 3], [0.6, 0.9, 0.8]),
    )
    return row


def class_predictions(app: FastAPI, project: Project) -> pa.Table:
    """Predictions for the last 36 rows, half validation, half test; 108, 109 and 110 are wrong."""
    with open_session(app.state.engine) as db:
        hash = db.get_one(DatasetVersion, project.version_id).hash
    truth = pq.read_table(app.state.store.version(hash).table, columns=["c3"]).column("c3").to_pylist()
    lines = []
    for row in range(84, 120):
        real = truth[row]
        wrong = row in (108, 109, 110)
        said = {"no": "yes", "yes": "no"}[real] if wrong else real
        sure = 0.99 - (row - 108) * 0.1 if wrong else 0.8
        chance = 1 - sure if wrong else sure
        no = sure if said == "no" else 1 - sure
        lines.append(
            {
                "row": row,
                "part": "validation" if row < 102 else "test",
                "truth": real,
                "predicted": said,
                "confidence": sure,
                "truth_probability": chance,
                "error": 1 - chance,
                "correct": not wrong,
                "probabilities": [no, 1 - no],
            }
        )
    return pa.Table.from_pylist(lines)


def class_report(predictions: pa.Table, accuracy: float) -> Report:
    """The report of these predictions."""
    labels = ["no", "yes"]
    counts = [[0, 0], [0, 0]]
    for line in predictions.to_pylist():
        if line["part"] == "test":
            counts[labels.index(line["truth"])][labels.index(line["predicted"])] += 1
    score = Score(metric="accuracy", value=accuracy, low=accuracy - 0.05, high=accuracy + 0.05)
    return Report(
        task="classification",
        metric="accuracy",
        verdict="It is right 83 times in 100; the tree 78 times.",
        rows={"train": 84, "validation": 18, "test": 18},
        scores=[score, Score(metric="f1", value=0.8)],
        validation=[score],
        baselines=some_baselines("accuracy").baselines,
        labels=labels,
        confusion=counts,
        classes=[
            ClassFigures(name=n, rows=sum(counts[i]), precision=0.8, recall=0.9, f1=0.85)
            for i, n in enumerate(labels)
        ],
        seconds=3.5,
    )


def write_number_results(app: FastAPI, run: Run) -> Path:
    """What a regression leaves: answers with errors 0 to 17 on the test part."""
    results = app.state.store.job(run.job_id).results
    lines = [
        {
            "row": row,
            "part": "validation" if row < 102 else "test",
            "truth": float(row),
            "predicted": row + row % 6.0,
            "confidence": None,
            "truth_probability": None,
            "error": row % 6.0,
            "correct": None,
            "probabilities": None,
        }
        for row in range(84, 120)
    ]
    schema = pa.schema(
        {
            "row": pa.int64(),
            "part": pa.string(),
            "truth": pa.float64(),
            "predicted": pa.float64(),
            "confidence": pa.float64(),
            "truth_probability": pa.float64(),
            "error": pa.float64(),
            "correct": pa.bool_(),
            "probabilities": pa.list_(pa.float64()),
        }
    )
    pq.write_table(pa.Table.from_pylist(lines, schema), results.predictions)
    test = [line for line in lines if line["part"] == "test"]
    report = Report(
        task="regression",
        metric="rmse",
        verdict="It is off by 3 on average.",
        rows={"train": 84, "validation": 18, "test": 18},
        scores=[Score(metric="rmse", value=3.0, low=2.0, high=4.0)],
        validation=[Score(metric="rmse", value=3.1)],
        baselines=some_baselines("rmse").baselines,
        residuals={
            "truth": [line["truth"] for line in test],
            "predicted": [line["predicted"] for line in test],
            "edges": [0.0, 2.0, 4.0, 6.0],
            "counts": [6, 6, 6],
        },
        seconds=1.0,
    )
    write_document(results.report, report)
    return results.report
