"""The page of all formats, and the example of each to take home."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from app.errors import NotFound
from app.pages import STATIC, render
from app.people.session import Person
from trainer.contract.formats import FORMATS

router = APIRouter()
EXAMPLES = Path(STATIC) / "examples"
KINDS = {"table": "Tables", "folder": "Folders and archives"}


@router.get("/formats")
def show_formats(request: Request, person: Person) -> HTMLResponse:  # noqa: ARG001 - the page is for people who are in
    """Everything that can be brought, with an example each."""
    listed = {title: [one for one in FORMATS.values() if one.kind == kind] for kind, title in KINDS.items()}
    kinds = {title: formats for title, formats in listed.items() if formats}
    sizes = {one.key: (EXAMPLES / one.example).stat().st_size for one in FORMATS.values()}
    return render(request, "datasets/formats.html", {"kinds": kinds, "sizes": sizes})


@router.get("/formats/example")
def send_example(person: Person, key: str) -> FileResponse:  # noqa: ARG001 - see above
    """An example's file, to be kept."""
    form = FORMATS.get(key)
    if form is None:
        raise NotFound(f"There is no format ‘{key[:40]}’. The formats are {', '.join(FORMATS)}.")
    return FileResponse(EXAMPLES / form.example, media_type="application/octet-stream", filename=form.example)
