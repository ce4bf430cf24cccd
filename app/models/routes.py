"""The Use station: try the model, see how its export was proved, take it away."""

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.datastructures import UploadFile

from app.datasets.media import find_picture
from app.errors import BadInput, Conflict, TooLarge
from app.jobs.tables import Job
from app.models.asked import find_asked, row_asked
from app.models.forms import input_fields, range_notes, read_row
from app.models.predictor import Answer, ask_picture, ask_row
from app.pages import Db, number, percent, render, wants_fragment, words
from app.people.authorize import get_readable
from app.people.session import Person
from app.projects.tables import Project
from app.recipes.service import Ground, get_ground
from app.reports.examples import read_cells, read_test_row, read_test_sample
from app.runs.rail import rail_of
from app.runs.tables import Run
from app.runs.words import score_words
from app.storage import Store
from trainer.contract.dataset import Column
from trainer.contract.documents import read_document
from trainer.contract.results import ExportProof, ResultFiles
from trainer.contract.written import power

_ = words.gettext

router = APIRouter()

PICTURE_BYTES = 16 * 2**20
SHOWN = 10
"""Probabilities that an answer shows; the rest is counted."""
THUMBS = 12


@dataclass(frozen=True)
class Ready:
    """A run whose model is ready, and what its pages need."""

    run: Run
    project: Project
    ground: Ground
    results: ResultFiles

    @property
    def data(self) -> str:
        """The address of the version that the model has learned from: rows are numbered as there."""
        return f"/datasets/{self.project.dataset_id}/versions/{self.project.version_id}"

    @property
    def picture(self) -> Column | None:
        """The picture column that the model looks at, if any."""
        columns = (self.ground.schema.column(id) for id in self.ground.question.inputs)
        return next((c for c in columns if c.type == "image"), None)


def ready_model(request: Request, db: Db, person: Person, run_id: str) -> Ready:
    """The run of this address with its model; raises Conflict in words while there is none."""
    run = get_readable(db, person, Run, run_id)
    store: Store = request.app.state.store
    job = db.get_one(Job, run.job_id)
    results = store.job(job.id).results
    if job.ended_at is None or not results.download.exists():
        raise Conflict(
            _("Run {n} has no model to use: it is {state}. Open its Train page to see how it stands.").format(
                n=run.number, state=_(job.state)
            )
        )
    project = db.get_one(Project, run.project_id)
    return Ready(run, project, get_ground(db, store, project), results)


ReadyModel = Annotated[Ready, Depends(ready_model)]


@router.get("/runs/{run_id}/use")
def show(request: Request, db: Db, person: Person, run_id: str, example: int = 0) -> HTMLResponse:
    """Try the model, then take it away; in words why not while the run is unfinished."""
    run = get_readable(db, person, Run, run_id)
    store: Store = request.app.state.store
    project = db.get_one(Project, run.project_id)
    job = db.get_one(Job, run.job_id)
    results = store.job(job.id).results
    frame = {"run": run, "project": project, "job": job, "stations": rail_of(db, store, project, "use", run)}
    if job.ended_at is None or not results.download.exists():
        return render(request, "models/show.html", frame | {"ready": None})
    ready = Ready(run, project, get_ground(db, store, project), results)
    context = (
        frame
        | {"ready": ready, "score": score_of(ready)}
        | try_context(store, ready, abs(example))
        | proof_context(results)
    )
    return render(request, "models/show.html", context, block="try" if wants_fragment(request) else None)


@router.post("/runs/{run_id}/predict")
async def predict(request: Request, ready: ReadyModel) -> HTMLResponse:
    """Ask the model about a row, a picture from the person, or a picture of the data (``row``)."""
    store: Store = request.app.state.store
    model = ready.results.model
    shown = ""
    async with request.form(max_files=1, max_fields=2_000) as form:
        sent = {key: value for key, value in form.items() if isinstance(value, str)}
        if ready.picture is None:
            asked = find_asked(store, ready.ground)
            row = read_row(asked.question, sent)
            answer = await ask_row(store.predictor_socket, model, row)
            notes = range_notes(asked.schema, asked.profile, asked.question, row)
            answer = replace(answer, notes=(*answer.notes, *notes))
        else:
            picture = await sent_picture(form.get("picture"))
            if picture is None:
                picture = stored_picture(store, ready, sent.get("row", ""))
                shown = f"{ready.data}/thumbs/{ready.picture.id}/{int(sent['row'])}"
            answer = await ask_picture(store.predictor_socket, model, picture)
    context = answer_context(ready, answer) | {"shown_picture": shown}
    if wants_fragment(request):
        return render(request, "models/answer.html", context, block="answer")
    frame = {
        "run": ready.run,
        "project": ready.project,
        "stations": [],
        "user": request.state.user,
        "running_count": 0,
    }
    return render(request, "models/answer.html", context | frame)


@router.get("/runs/{run_id}/download")
def download(ready: ReadyModel) -> FileResponse:
    """The model as a zip."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", ready.project.name).strip("-").lower() or "model"
    return FileResponse(
        ready.results.download,
        media_type="application/zip",
        filename=f"{name[:60]}-run-{ready.run.number}.zip",
    )


async def sent_picture(upload: Any) -> bytes | None:
    """The bytes of an uploaded picture, at most 16 MB; None where nothing was chosen."""
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    content = await upload.read(PICTURE_BYTES + 1)
    if len(content) > PICTURE_BYTES:
        raise TooLarge(
            _("This picture is larger than {n} MB. Make it smaller and try again.").format(
                n=PICTURE_BYTES // 2**20
            )
        )
    return content


def stored_picture(store: Store, ready: Ready, row: str) -> bytes:
    """A picture of the data by its row. Raises BadInput in words."""
    if ready.picture is None or not row.isdecimal() or len(row) > 12 or int(row) >= ready.ground.schema.rows:
        raise BadInput(_("Choose a picture, or click one of the examples."))
    found = find_picture(store.version(ready.ground.version.hash).media(ready.picture.id), int(row))
    if found is None:
        raise BadInput(_("Row {n} has no picture. Choose another one.").format(n=row))
    return found.content


def try_context(store: Store, ready: Ready, example: int) -> dict[str, Any]:
    """What the try-it part needs: pictures of the test part, or a form filled with a test row."""
    ground = ready.ground
    target = ground.schema.column(ground.question.target)
    if ready.picture is not None:
        return {
            "target": target,
            "thumbs": f"{ready.data}/thumbs/{ready.picture.id}",
            "tests": read_test_sample(store, ready.results, THUMBS),
            "fields": [],
            "steps": False,
            "row": None,
        }
    picked = read_test_row(store, ready.results, example)
    row = picked[0] if picked else None
    asked = find_asked(store, ground)
    place = row_asked(store, ground, row) if row is not None else None
    cells = read_cells(store, asked.hash, asked.schema, [place]).get(place, {}) if place is not None else {}
    truth = picked[1] if picked else None
    return {
        "target": target,
        "thumbs": None,
        "tests": [],
        "row": row,
        "truth": number(truth) if isinstance(truth, float) else truth,
        "fields": input_fields(asked.schema, asked.profile, asked.question, cells),
        "steps": asked.steps,
        "example": example,
    }


def proof_context(results: ResultFiles) -> dict[str, Any]:
    """What is known of the export: the proof and the files."""
    proof = read_document(results.proof, ExportProof) if results.proof.exists() else None
    files = sorted(
        (file.name, file.stat().st_size) for file in Path(results.model).iterdir() if file.is_file()
    )
    return {
        "proof": proof,
        "proof_words": proof_words(proof),
        "files": files,
        "zip_size": results.download.stat().st_size,
    }


def proof_words(proof: ExportProof | None) -> str:
    """The proof line: "Checked on 134 held-out rows: 134 of 134 answers equal, largest difference 0.0000002"."""
    if proof is None:
        return _("This export was not checked.")
    return _(
        "Checked on {rows} held-out rows: {equal} of {rows} answers equal, largest difference {difference}."
    ).format(
        rows=f"{proof.checked_rows:,}",
        equal=f"{proof.equal_answers:,}",
        difference=difference_words(proof.largest_difference),
    )


def difference_words(difference: float) -> str:
    """One digit: 0.0000002; 2 × 10⁻⁹ where that would be too many zeros."""
    exponent = math.floor(math.log10(difference)) if difference > 0 else 0
    if exponent < -7:
        return f"{difference / 10.0**exponent:.0f} × {power(exponent)}"
    return f"{difference:.{max(0, -exponent)}f}"


def score_of(ready: Ready) -> str:
    """The run's validation score in words: "accuracy 0.83"; the test part's stays in the report."""
    run = ready.run
    if run.validation_score is None:
        return ""
    return score_words(ready.ground.question.metric, run.validation_score, None, None)


def answer_context(ready: Ready, answer: Answer) -> dict[str, Any]:
    """An answer as its fragment draws it."""
    shown = list(answer.probabilities.items())[:SHOWN]
    return {
        "answer": answer,
        "target": ready.ground.schema.column(ready.ground.question.target),
        "bars": [
            {"label": label, "value": share, "note": percent(share), "kind": "good" if i == 0 else None}
            for i, (label, share) in enumerate(shown)
        ],
        "rest": len(answer.probabilities) - len(shown),
    }
