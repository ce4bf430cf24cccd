"""Talks to the predictor process: one JSON line over its Unix socket, one line back, never longer than some seconds."""

import asyncio
import json
from pathlib import Path
from typing import Any

from app.errors import BadInput, Refusal
from app.pages import words

_ = words.gettext

ANSWER_BYTES = 16 * 2**20
PATIENCE = 20.0
"""Seconds until an answer must be there; the first question to a model loads it."""
CONNECT = 2.0


class PredictorAway(Refusal):
    """The predictor does not answer. Trying again in a moment is sensible."""

    status = 503


async def ask_predictor(socket: Path, question: dict[str, Any], patience: float = PATIENCE) -> dict[str, Any]:
    """One question, one answer; raises PredictorAway, or BadInput in the predictor's own words."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_unix_connection(str(socket), limit=ANSWER_BYTES), min(CONNECT, patience)
        )
    except (OSError, TimeoutError):
        raise PredictorAway(
            _("The predictor is not running, so it cannot answer now. Try again in a moment.")
        ) from None
    try:
        writer.write(json.dumps(question).encode() + b"\n")
        line = await asyncio.wait_for(_drain_and_read(reader, writer), patience)
    except TimeoutError:
        raise PredictorAway(
            _(
                "The predictor did not answer within {n} seconds. The server may be busy; try again in a moment."
            ).format(n=f"{patience:g}")
        ) from None
    except (OSError, ValueError):
        line = b""
    finally:
        writer.close()
    if not line.endswith(b"\n"):
        raise PredictorAway(_("The predictor broke off in the middle of its answer. Try again."))
    reply: dict[str, Any] = json.loads(line)
    if "error" in reply:
        raise BadInput(str(reply["error"]))
    return reply


async def _drain_and_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    await writer.drain()
    return await reader.readline()
