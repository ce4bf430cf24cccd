"""The page of all samples, by task."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.pages import render
from app.people.session import Person
from trainer.contract.samples import FIRST, SAMPLES, TASKS, Sample

router = APIRouter()


@router.get("/samples")
def show_samples(request: Request, person: Person) -> HTMLResponse:  # noqa: ARG001 - the page is for people who are in
    """Everything that Skillet can make by itself."""
    listed = {title: [s for s in SAMPLES.values() if s.task == task] for task, title in TASKS.items()}
    tasks = {title: samples for title, samples in listed.items() if samples}
    return render(request, "datasets/all_samples.html", {"tasks": tasks, "count": len(SAMPLES)})


def first_samples() -> list[Sample]:
    """The few that stand where people start."""
    return [SAMPLES[key] for key in FIRST]
