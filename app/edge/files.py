"""Our own files: stylesheet, scripts, pictures."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


class OurFiles(StaticFiles):
    """An address with a content hash (``app.pages.static``) may be kept for good; any other is asked for
    again.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:  # noqa: D102
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_GOOD if scope["query_string"].startswith(b"v=") else ASK_AGAIN
        return response
