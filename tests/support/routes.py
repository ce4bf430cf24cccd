"""Every address of the app, from its own table, so that no test can forget a new one."""

import re
from collections.abc import Iterator

from fastapi import FastAPI
from starlette.routing import Mount, Route

METHODS_OF_A_MOUNT = ("GET",)


def list_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path template of every route."""
    return sorted(_walk(app.routes))


def fill(path: str, values: dict[str, str]) -> str:
    """The template with its parameters replaced; KeyError names one that no builder is known for."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: values[found.group(1)], path)


def _walk(routes: list[object]) -> Iterator[tuple[str, str]]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _walk(included.routes)
        elif isinstance(route, Route) or hasattr(route, "endpoint"):
            yield from ((method, route.path) for method in route.methods)  # type: ignore[attr-defined]
        elif isinstance(route, Mount):
            yield from ((method, f"{route.path}/app.css") for method in METHODS_OF_A_MOUNT)
        else:
            raise TypeError(
                f"A route of an unknown kind: {route!r}. Teach tests/support/routes.py what it is."
            )
