"""Asks the predictor about a model: what it says of a row or a picture."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.predictor import PATIENCE, ask_predictor


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
    return read_answer(await ask_predictor(socket, question, patience))


def read_answer(reply: dict[str, Any]) -> Answer:
    """The first of the answers."""
    first = reply["answers"][0]
    return Answer(
        first.get("label"), first.get("probabilities", {}), first.get("value"), tuple(first.get("notes", ()))
    )
