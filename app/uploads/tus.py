"""The protocol of resumable uploads, tus 1.0 (https://tus.io/protocols/resumable-upload): its headers and their forms.

Spoken here: core, creation, creation-with-upload, termination, expiration, checksum.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.errors import BadInput, Refusal
from app.pages import show_refusal

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256")
BYTES = "application/offset+octet-stream"
"""The content type of bytes to append."""
LONGEST_METADATA = 8000


class TusRoute(APIRoute):
    """A route that speaks tus: it refuses other versions, and every answer names ours."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the version looked at before and written after."""
        handle = super().get_route_handler()

        async def speak(request: Request) -> Response:
            if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
                answer = show_refusal(request, OtherVersion())
                answer.headers["Tus-Version"] = VERSION
            else:
                try:
                    answer = await handle(request)
                except Refusal as refusal:
                    answer = show_refusal(request, refusal)
            answer.headers["Tus-Resumable"] = VERSION
            return answer

        return speak


class OtherVersion(Refusal):
    """Another version of the protocol, or none."""

    status = 412

    def __init__(self) -> None:
        super().__init__(
            f"This address speaks tus {VERSION}. Send the header ‘Tus-Resumable: {VERSION}’ with every request."
        )


class NotWhatWasSent(Refusal):
    """The bytes that arrived have another checksum than the sender says."""

    status = 460

    def __init__(self) -> None:
        super().__init__("These bytes changed on their way, and were not kept. Send them again.")


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def start(self) -> "hashlib._Hash":
        """A hash to be fed."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def read_checksum(header: str | None) -> Checksum | None:
    """``sha1 BASE64`` or ``sha256 BASE64``; raises with status 400 for anything else."""
    if header is None:
        return None
    algorithm, _, digest = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadInput(f"Checksums here are {' or '.join(ALGORITHMS)}, not ‘{algorithm[:20]}’.", status=400)
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except (binascii.Error, ValueError):
        raise BadInput(
            f"The {algorithm} checksum is not in base64. Encode it, then send again.", status=400
        ) from None


def read_metadata(header: str) -> dict[str, str]:
    """``key BASE64,key BASE64``; a key without a value is an empty text. Raises with status 400."""
    if len(header) > LONGEST_METADATA:
        raise BadInput(f"Upload-Metadata is longer than {LONGEST_METADATA:,} characters.", status=400)
    found: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            sentence = f"In Upload-Metadata, the value of ‘{key[:40]}’ is not UTF-8 text in base64."
            raise BadInput(sentence, status=400) from None
    found.pop("", None)
    return found


def state_headers(offset: int, size: int, expires: datetime | None = None) -> dict[str, str]:
    """How much of an upload has arrived, and until when it is kept."""
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(size), "Cache-Control": "no-store"}
    if expires is not None:
        headers["Upload-Expires"] = format_datetime(expires, usegmt=True)
    return headers
