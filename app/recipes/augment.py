"""Augmentations as a form: which are on, their values, why; all of it in the query of the address.

Fields are ``aug.<key>`` for on or off and ``aug.<key>.<parameter>`` for values; ``aug=1`` says that the form states
all of them. Without it the derived ones hold.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic.fields import FieldInfo

from app.pages import words
from app.recipes.values import limits, parse, plain
from app.recipes.words import shown
from trainer.contract.augmentations import AUGMENTATIONS, AugmentationCard, list_cards, on
from trainer.contract.catalog.card import unit_of
from trainer.contract.dataset import ColumnType, Schema
from trainer.contract.recipe import Augmentation, Question

_ = words.gettext

STEPS = 100
"""Places of a slider, about: its step is 1, 2 or 5 of some size."""


@dataclass(frozen=True)
class SliderView:
    """One parameter as a slider."""

    name: str
    label: str
    help: str
    value: str
    minimum: str
    maximum: str
    step: str
    shown: str
    error: str | None = None


@dataclass(frozen=True)
class AugmentationView:
    """One augmentation: a box, its sliders, when it helps and when it harms."""

    key: str
    name: str
    why: str
    beware: str
    on: bool
    reason: str
    sliders: list[SliderView] = field(default_factory=list)


def type_for(learner: str, schema: Schema, question: Question) -> ColumnType | None:
    """Which columns this learner's examples may be changed in; None where none can."""
    if learner == "cnn":
        return "image"
    numbers = any(schema.column(id).type in ("number", "datetime") for id in question.inputs)
    return "number" if learner == "mlp" and numbers else None


def read_augmented(
    type: ColumnType | None, sent: Mapping[str, str], question: Question, derived: Augmentation
) -> tuple[Augmentation, dict[str, str], dict[str, str]]:
    """What is said in an address or a form; refused texts and their sentences by field name. A refused value keeps its
    usual one meanwhile.
    """
    if sent.get("aug") != "1" or type is None:
        return derived, {}, {}
    chosen: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    errors: dict[str, str] = {}
    for card in list_cards(type):
        if sent.get(f"aug.{card.key}") != "true":
            continue
        chosen[card.key] = {}
        for name, info in card.params.model_fields.items():
            text = sent.get(f"aug.{card.key}.{name}")
            if text is None:
                continue
            try:
                chosen[card.key][name] = parse(name, info, text, question)
            except ValueError as error:
                refused[f"aug.{card.key}.{name}"] = text
                errors[f"aug.{card.key}.{name}"] = f"{_(card.name)}: {error}"
    return on(**chosen), refused, errors


def write_augmented(augmentation: Augmentation) -> dict[str, str]:
    """As pairs of the address."""
    pairs = {"aug": "1"}
    for key, values in augmentation.changes.items():
        pairs[f"aug.{key}"] = "true"
        pairs |= {f"aug.{key}.{name}": plain(value) for name, value in values.items()}
    return pairs


def augmentation_views(
    type: ColumnType, augmentation: Augmentation, reasons: Mapping[str, str], errors: Mapping[str, str]
) -> list[AugmentationView]:
    """All augmentations of a type, those that are on with their sliders."""
    return [
        AugmentationView(
            key=card.key,
            name=_(card.name),
            why=_(card.why),
            beware=_(card.beware),
            on=card.key in augmentation.changes,
            reason=_(reasons.get(f"augmentation.{card.key}", "")),
            sliders=sliders(card, augmentation.changes[card.key], errors)
            if card.key in augmentation.changes
            else [],
        )
        for card in list_cards(type)
    ]


def sliders(card: AugmentationCard, values: Mapping[str, Any], errors: Mapping[str, str]) -> list[SliderView]:
    """A slider for each parameter."""
    found = []
    for name, info in card.params.model_fields.items():
        low, high, step = reach(info)
        field = f"aug.{card.key}.{name}"
        found.append(
            SliderView(
                name=field,
                label=_(info.title or name),
                help=_(info.description or ""),
                value=plain(values[name]),
                minimum=f"{low:g}",
                maximum=f"{high:g}",
                step=f"{step:g}",
                shown=shown(values[name], unit_of(info)),
                error=errors.get(field),
            )
        )
    return found


def reach(info: FieldInfo) -> tuple[float, float, float]:
    """Lowest, highest and step of a slider; where the bound itself is left out, it begins a step away."""
    low, high, open_low, _open_high = limits(info)
    rough = (float(high) - float(low)) / STEPS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(round(n * size, 12) for n in (1, 2, 5, 10) if n * size >= rough * 0.999)
    return float(low) + (step if open_low else 0.0), float(high), step


def augmented_words(augmentation: Augmentation) -> str:
    """What is on, in a few words: "shift, rotate"."""
    names = [_(AUGMENTATIONS[key].name) for key in AUGMENTATIONS if key in augmentation.changes]
    return ", ".join(name[:1].lower() + name[1:] for name in names) or _("nothing")
