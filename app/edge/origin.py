"""Where a request comes from: only hosts that we are known by, and changes only from our own pages."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import NotAllowed, Refusal
from app.pages import SAFE_METHODS, show_refusal
from app.settings import LOOPBACK


class KnownHosts:
    """Refuses foreign Host headers: a page elsewhere that points its own name at us (DNS rebinding) gets
    nothing.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = LOOPBACK | set(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] == "http":
            found = Headers(scope=scope).getlist("host")
            if len(found) != 1 or name_of(found[0]) not in self.hosts:
                refusal = Refusal(
                    "This server does not know itself by the name in your address bar. "
                    "If the name is right, add it to SKILLET_ALLOWED_HOSTS and start the server again."
                )
                await show_refusal(Request(scope, receive), refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class OwnPages:
    """Refuses changes that another site asks a browser to make (CSRF)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if (
            scope["type"] == "http"
            and scope["method"] not in SAFE_METHODS
            and not is_ours(Headers(scope=scope))
        ):
            refusal = NotAllowed("This came from another page or site. Open Skillet itself and do it there.")
            await show_refusal(Request(scope, receive), refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_ours(headers: Headers) -> bool:
    """Whether one of our own pages asks. Browsers send Sec-Fetch-Site where the connection is trusted (https,
    loopback).

    Elsewhere they send Origin with every change, or at least a Referer; its host and port must be ours. A
    request with none of the three is refused: no browser sends one from a page of ours.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    source = headers.get("origin") or headers.get("referer")
    if not source:
        return False
    try:
        parts = urlsplit(source)
        return parts.scheme in ("http", "https") and _with_port(parts.netloc, parts.scheme) in (
            _with_port(headers.get("host", ""), parts.scheme),
        )
    except ValueError:
        return False


def name_of(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not name or not port.isdigit():
        name = host
    return name.strip("[]").lower()


def _with_port(netloc: str, scheme: str) -> str:
    parts = urlsplit(f"//{netloc}")
    return f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[scheme]}"
