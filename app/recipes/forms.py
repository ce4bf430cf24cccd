"""The recipe form: made from the learner's parameter class, its whole state in the query of the address.

Fields are named ``set.<parameter>``. A value counts as the person's change when it differs from what is
derived for ``base``: the dials, and for networks the optimizer and schedule, under which the form was drawn.
Without ``base`` (an address that somebody keeps) every ``set.…`` is a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pydantic.fields import FieldInfo

from app.errors import BadInput
from app.pages import words
from app.recipes.augment import read_augmented, type_for, write_augmented
from app.recipes.values import choices, limits, parse, plain, range_words
from app.recipes.words import CHOICES, shown
from trainer.contract.augmentations.defaults import propose_augmentation
from trainer.contract.catalog import LEARNERS
from trainer.contract.catalog.card import depth_of, unit_of
from trainer.contract.catalog.training import NetworkParams
from trainer.contract.dataset import Schema
from trainer.contract.derive import DRIVERS
from trainer.contract.propose import default_dials, derive_beside, fitting_learners
from trainer.contract.recipe import Augmentation, Dials, Question, Recipe

_ = words.gettext

LENGTHS = ("quick", "normal", "long")
CARES = ("bold", "normal", "careful")
SEED_LIMIT = 2**31 - 1


@dataclass(frozen=True)
class Choices:
    """What a person chose: dials, their own changes, what could not be read, the run it was copied from."""

    dials: Dials
    changes: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    parent: str | None = None
    refused: dict[str, str] = field(default_factory=dict)
    """Field -> the text that was typed."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field -> the sentence about it."""
    augmentation: Augmentation | None = None
    """The person's own; None where it is as derived."""

    def query(self, without: str | None = None) -> str:
        """The address's query that gives these choices again, leaving one change out if asked."""
        pairs = {"learner": self.dials.learner, "length": self.dials.length, "care": self.dials.care}
        kept = {k: plain(v) for k, v in self.changes.items()} | self.refused
        pairs |= {f"set.{k}": v for k, v in kept.items() if k not in (without, "seed") and "." not in k}
        if without != "seed" and (self.seed or "seed" in self.refused):
            pairs["set.seed"] = self.refused.get("seed", str(self.seed))
        if self.augmentation is not None and without != "augmentation":
            pairs |= write_augmented(self.augmentation)
        if self.parent:
            pairs["parent"] = self.parent
        return urlencode(pairs)


@dataclass(frozen=True)
class FieldView:
    """One field as the template draws it."""

    name: str
    label: str
    kind: str
    value: Any
    help: str
    unit: str = ""
    minimum: Any = None
    maximum: Any = None
    step: str | None = None
    options: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    error: str | None = None
    back: str | None = None
    """Query that drops the person's change."""
    derived: str = ""
    group: str = "training"
    """Under which heading: the network itself, the training, or what is rarely changed."""


def read_choices(dataset: str, schema: Schema, question: Question, sent: Mapping[str, str]) -> Choices:
    """The choices in an address or a form. Bad dials raise BadInput; a bad value becomes an error."""
    dials = read_dials(schema, question, sent)
    base = read_base(sent)
    fields = LEARNERS[dials.learner].params.model_fields
    derived = derive_beside(dataset, schema, question, dials, {})
    drawn: dict[str, Any] = {}
    if base and base.learner == dials.learner:
        drawn = derive_beside(dataset, schema, question, base, read_drivers(sent))
    elif base:
        fields = {}  # the fields that were sent belong to another learner
    changes: dict[str, Any] = {}
    refused: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name in sorted(fields, key=lambda name: name not in DRIVERS):  # what others follow from comes first
        info, text = fields[name], sent.get(f"set.{name}")
        if name not in DRIVERS and changes.keys() & set(DRIVERS):
            derived = derive_beside(dataset, schema, question, dials, changes)
        if text is None and base and info.annotation is bool:
            text = "false"  # a browser sends nothing for an empty checkbox
        if text is None:
            continue
        try:
            value = parse(name, info, text, question)
        except ValueError as error:
            refused[name], errors[name] = text, str(error)
            continue
        if value != derived[name] and not (base and value == drawn[name]):
            changes[name] = value
    seed = 0
    text = sent.get("set.seed", "0")
    try:
        seed = read_seed(text)
    except ValueError as error:
        refused["seed"], errors["seed"] = text, str(error)
    augmentation = read_own_augmentation(schema, question, dials, base, sent, refused, errors)
    return Choices(dials, changes, seed, sent.get("parent") or None, refused, errors, augmentation)


def read_own_augmentation(
    schema: Schema,
    question: Question,
    dials: Dials,
    base: Dials | None,
    sent: Mapping[str, str],
    refused: dict[str, str],
    errors: dict[str, str],
) -> Augmentation | None:
    """The person's own augmentation; None where it is what is derived, or was when the form was drawn."""
    if base is not None and base.learner != dials.learner:
        return None  # what was sent belongs to another learner
    derived = propose_augmentation(schema, question, dials)[0]
    found, *said = read_augmented(type_for(dials.learner, schema, question), sent, question, derived)
    refused.update(said[0])
    errors.update(said[1])
    drawn = propose_augmentation(schema, question, base)[0] if base else derived
    return None if found == derived or (base and found == drawn) else found


def read_dials(schema: Schema, question: Question, sent: Mapping[str, str]) -> Dials:
    """The three dials, with defaults. Raises BadInput naming the dial, the value and the choices."""
    fallback = default_dials(schema, question)
    learner = sent.get("learner", fallback.learner)
    fitting = fitting_learners(schema, question)
    if learner not in fitting:
        names = ", ".join(_(LEARNERS[k].name) for k in fitting)
        raise BadInput(
            _("‘{learner}’ cannot learn this question. Choose one of: {names}.").format(
                learner=learner[:40], names=names
            )
        )
    length, care = sent.get("length", fallback.length), sent.get("care", fallback.care)
    for title, value, known in ((_("How long"), length, LENGTHS), (_("How careful"), care, CARES)):
        if value not in known:
            raise BadInput(
                _("‘{value}’ is no choice of the dial ‘{title}’. Choose one of: {known}.").format(
                    value=value[:40], title=title, known=", ".join(known)
                )
            )
    return Dials.model_validate({"learner": learner, "length": length, "care": care})


def read_base(sent: Mapping[str, str]) -> Dials | None:
    """The dials under which the sent form was drawn; None for an address without form."""
    parts = sent.get("base", "").split(".")
    if (
        len(parts) not in (3, 3 + len(DRIVERS))
        or parts[0] not in LEARNERS
        or parts[1] not in LENGTHS
        or parts[2] not in CARES
    ):
        return None
    return Dials.model_validate({"learner": parts[0], "length": parts[1], "care": parts[2]})


def read_drivers(sent: Mapping[str, str]) -> dict[str, Any]:
    """The optimizer and the schedule under which the sent form was drawn; empty where it names none."""
    return dict(zip(DRIVERS, sent.get("base", "").split(".")[3:], strict=False))


def read_seed(text: str) -> int:
    """The seed, a whole number from 0. Raises ValueError with its sentence."""
    if not text.strip().isdecimal() or len(text) > 20 or int(text) > SEED_LIMIT:
        raise ValueError(
            _("Seed must be a whole number from 0 to {limit}; ‘{text}’ is not.").format(
                limit=f"{SEED_LIMIT:,}", text=text[:40]
            )
        )
    return int(text)


def field_views(recipe: Recipe, derived: dict[str, Any], chosen: Choices) -> list[FieldView]:
    """The fields of *Advanced*, in the order of the parameter class, the seed last."""
    views = []
    for name, info in LEARNERS[recipe.learner].params.model_fields.items():
        if name == "balance" and recipe.question.task == "regression":
            continue  # numbers have no classes
        set_by_person = name in chosen.changes or name in chosen.refused
        views.append(
            FieldView(
                name=f"set.{name}",
                label=_(info.title or name),
                value=chosen.refused.get(name, entered(recipe.params[name])),
                help=_(info.description or ""),
                reason=_(recipe.reasons.get(f"params.{name}", "The usual value.")),
                error=chosen.errors.get(name),
                back=chosen.query(without=name) if set_by_person else None,
                derived=shown(derived[name], unit_of(info)),
                group="rare"
                if depth_of(info) == "everything"
                else "network"
                if own(name, recipe)
                else "training",
                **_control(name, info, recipe.question),
            )
        )
    views.append(
        FieldView(
            name="set.seed",
            label=_("Seed"),
            kind="number",
            value=chosen.refused.get("seed", chosen.seed),
            step="1",
            minimum=0,
            maximum=SEED_LIMIT,
            help=_(
                "Where chance starts from: the same seed gives the same result, another shows what is luck."
            ),
            reason="" if chosen.seed else _("0, like every first run."),
            error=chosen.errors.get("seed"),
            back=chosen.query(without="seed") if chosen.seed or "seed" in chosen.refused else None,
            derived="0",
        )
    )
    return views


def own(name: str, recipe: Recipe) -> bool:
    """Whether a parameter shapes the network itself, rather than its training."""
    return LEARNERS[recipe.learner].network and name not in NetworkParams.model_fields


def entered(value: Any) -> Any:
    """A value as it stands in its field."""
    return plain(value) if isinstance(value, float) else value


def _control(name: str, info: FieldInfo, question: Question) -> dict[str, Any]:
    """How a field is entered: kind, range, choices, unit."""
    allowed = choices(name, info, question)
    if allowed:
        return {"kind": "select", "options": [{"value": c, "label": _(CHOICES.get(c, c))} for c in allowed]}
    if info.annotation is bool:
        return {"kind": "checkbox"}
    low, high, *_open = limits(info)
    return {
        "kind": "number",
        "minimum": low,
        "maximum": high,
        "step": "1" if info.annotation is int else "any",
        "unit": f"{_(unit_of(info))} · {range_words(info)}" if unit_of(info) else range_words(info),
    }
