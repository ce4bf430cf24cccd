"""Where to go after signing in: only ever to a page of ours."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.routing import Match

LONGEST = 2000


def safe_way(request: Request, wanted: str) -> str:
    """The wanted address built anew from its path and query if one of our own pages answers to it,
    else home.
    """
    if not wanted.startswith("/") or len(wanted) > LONGEST or not wanted.isprintable() or "\\" in wanted:
        return "/"
    parts = urlsplit("//here" + wanted)
    if parts.netloc != "here" or parts.path.startswith("//") or not _is_page(request, parts.path):
        return "/"
    way = quote(parts.path, safe="/-._~%")
    return f"{way}?{quote(parts.query, safe='=&-._~%+,:')}" if parts.query else way


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    if path.startswith(("/static", "/enter")):
        return False
    return any(route.matches(scope)[0] == Match.FULL for route in request.app.routes)
