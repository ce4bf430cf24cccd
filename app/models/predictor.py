"""Asks the predictor: one JSON line over its Unix socket, one line back, never longer than a few seconds."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Answer:
    """What a model says of one example: a class with all probabilities, likeliest first, or a number."""

    label: str | None = None
    probabilities: dict[str, float] = field(default_factory=dict)
    value: float | None = None
    notes: tuple[str, ...] = ()
    """What was missing or unknown, in words."""


async def ask_row(socket: Path, model: Path, row: dict[str, Any], patience: float = PATIENCE) -> Answer:
    """The answer for a row of cells by column id; raises PredictorAway, or BadInput in its own words."""
    return await ask(socket, {"model": str(model), "rows": [row]}, patience)


async def ask_picture(socket: Path, model: Path, picture: bytes, patience: float = PATIENCE) -> Answer:
    """The answer for a picture's bytes; raises PredictorAway, or BadInput in the predictor's words."""
    return await ask(socket, {"model": str(model), "image": base64.b64encode(picture).decode()}, patience)


async def ask(socket: Path, question: dict[str, Any], patience: float) -> Answer:
    """One question, one answer."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_unix_connection(str(socket), limit=ANSWER_BYTES), min(CONNECT, patience)
        )
    except (OSError, TimeoutError):
        raise PredictorAway(
            _("The predictor is not running, so the model cannot answer now. Try again in a moment.")
        ) from None
    try:
        writer.write(json.dumps(question).encode() + b"\n")
        line = await asyncio.wait_for(_drain_and_read(reader, writer), patience)
    except TimeoutError:
        raise PredictorAway(
            _(
                "The model did not answer within {n} seconds. The server may be busy; try again in a moment."
            ).format(n=f"{patience:g}")
        ) from None
    except (OSError, ValueError):
        line = b""
    finally:
        writer.close()
    if not line.endswith(b"\n"):
        raise PredictorAway(_("The predictor broke off in the middle of its answer. Try again."))
    return read_answer(json.loads(line))


async def _drain_and_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    await writer.drain()
    return await reader.readline()


def read_answer(reply: dict[str, Any]) -> Answer:
    """From the predictor's line; its own refusal is raised as BadInput."""
    if "error" in reply:
        raise BadInput(str(reply["error"]))
    first = reply["answers"][0]
    return Answer(
        first.get("label"), first.get("probabilities", {}), first.get("value"), tuple(first.get("notes", ()))
    )
