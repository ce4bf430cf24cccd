"""Pages: templates, their words and numbers, fragments for htmx, refusals, and the session of a request."""

import gettext
import hashlib
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from app.db import open_session
from app.errors import Refusal

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MESSAGES = ROOT / "app" / "messages"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

words = gettext.translation("skillet", MESSAGES, languages=["en"], fallback=True)


def db_session(request: Request) -> Iterator[Session]:
    """One transaction per request, committed before the answer leaves; a GET can only read."""
    with open_session(request.app.state.engine, write=request.method not in SAFE_METHODS) as db:
        request.state.db = db
        try:
            yield db
            db.commit()
        finally:
            request.state.db = None  # a closed session that is asked begins a transaction that nobody ends


Db = Annotated[Session, Depends(db_session, scope="function")]


def render(
    request: Request, template: str, context: dict[str, Any], block: str | None = None, status: int = 200
) -> HTMLResponse:
    """A page, or with ``block`` that one block of it (for htmx). The two come from the same template."""
    found = templates.get_template(template)
    values = {"request": request, "user": getattr(request.state, "user", None), **context}
    if block is None:
        if "running_count" not in values:  # asked only then: after a refusal the session is closed already
            values["running_count"] = _running_count(request)
        html = found.render(values)
    else:
        values.setdefault("running_count", 0)
        html = "".join(found.blocks[block](found.new_context(values)))
    return HTMLResponse(html, status_code=status, headers={"Vary": "HX-Request"})


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page to show."""
    return "text/html" in request.headers.get("Accept", "")


def show_refusal(request: Request, refusal: Refusal) -> Response:
    """A refusal in the shape that was asked for: fragment, page or JSON."""
    context = {"sentence": refusal.sentence, "fragment": wants_fragment(request), "running_count": 0}
    if wants_fragment(request):
        return render(request, "error.html", context, block="refusal", status=refusal.status)
    if wants_page(request):
        return render(request, "error.html", context, status=refusal.status)
    return JSONResponse({"error": refusal.sentence}, status_code=refusal.status)


def _running_count(request: Request) -> int:
    """How many jobs of this person run; only asked where the request has a session open."""
    user, db = getattr(request.state, "user", None), getattr(request.state, "db", None)
    count = getattr(request.app.state, "count_running", None)
    return int(count(db, user)) if user and db and count else 0


def number(value: float | None) -> str:
    """Three significant digits, thousands separated: 0.824, 3,930, 1.2e-07."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.2e}".replace("-", "−", 1) if value < 0 else f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def whole(value: float | None) -> str:
    """Thousands separated: 50,000."""
    return "–" if value is None else f"{value:,.0f}".replace("-", "−")


def percent(value: float | None) -> str:
    """A share of one: 0.824 is 82 %, 0.0123 is 1.2 %."""
    if value is None or not math.isfinite(value):
        return "–"
    share = value * 100
    text = f"{share:.1f}" if 0 < abs(share) < 10 or 99 < abs(share) < 100 else f"{share:.0f}"
    return (text.removesuffix(".0") + " %").replace("-", "−")


def duration(seconds: float | None) -> str:
    """In words: 8 s, 2 min, 3 h 5 min."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 10:
        return f"{number(seconds)} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{minutes} min" if not hours else f"{hours} h {rest} min" if rest else f"{hours} h"


def size(count: float | None) -> str:
    """Bytes in decimal units: 1.2 MB."""
    if count is None:
        return "–"
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count)} {unit}"
        count /= 1000
    return f"{number(count)} TB"


def static(path: str) -> str:
    """The address of a file of ours, with the hash of its content, so that browsers may keep it for good."""
    file = STATIC / path
    found = file.stat()
    return f"/static/{path}?v={_hash_of(file, found.st_mtime_ns, found.st_size)}"


@cache
def _hash_of(file: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=words.gettext, ngettext=words.ngettext, static=static)
    environment.filters.update(number=number, whole=whole, percent=percent, duration=duration, size=size)
    return environment


templates = _make_environment()
