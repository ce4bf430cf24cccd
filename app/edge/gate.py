"""Nothing is open unless it is on this list: every other address needs a session, whether it exists
or not.
"""

from urllib.parse import quote

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import NotSignedIn
from app.pages import show_refusal, wants_fragment, wants_page
from app.people.session import COOKIE, find_user

PUBLIC = ("/healthz", "/static", "/enter/{token}", "/sign-in")
"""Route templates that need no session."""


class Gate:
    """Finds the person of a request and lets nobody else past."""

    def __init__(self, app: ASGIApp, *, engine: Engine) -> None:
        self.app = app
        self.engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        token = request.cookies.get(COOKIE)
        request.state.user = await run_sync(find_user, self.engine, token) if token else None
        if request.state.user is None and not is_public(scope["path"]):
            if request.method == "GET" and wants_page(request) and not wants_fragment(request):
                way = scope["path"] + (f"?{request.url.query}" if request.url.query else "")
                target = "/sign-in" if way == "/" else f"/sign-in?next={quote(way, safe='')}"
                await RedirectResponse(target, status_code=303)(scope, receive, send)
            else:
                await show_refusal(request, NotSignedIn())(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_public(path: str) -> bool:
    """Whether the address needs no session."""
    return path in PUBLIC or path.startswith(("/static/", "/enter/"))
