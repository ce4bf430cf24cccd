"""One typed value of a recipe form: read, refused in a sentence, written, its range in words."""

from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from app.pages import words
from app.recipes.words import shown
from trainer.contract.catalog.training import CLASS_LOSSES, NUMBER_LOSSES
from trainer.contract.recipe import Question

_ = words.gettext


def plain(value: Any) -> str:
    """A value as it stands in an address and in a field."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def parse(name: str, info: FieldInfo, text: str, question: Question) -> Any:
    """One typed value. Raises ValueError with the field's own sentence."""
    title = _(info.title or name)
    allowed = choices(name, info, question)
    if allowed and text not in allowed:
        raise ValueError(
            _("{title} is one of {choices}; ‘{text}’ is none of them.").format(
                title=title, choices=", ".join(shown(c) for c in allowed), text=text[:40]
            )
        )
    checker: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
    try:
        return checker.validate_python(text.strip())
    except ValidationError:
        raise ValueError(
            _("{title} must be {kind} {range}; ‘{text}’ is not.").format(
                title=title,
                kind=_("a whole number") if info.annotation is int else _("a number"),
                range=range_words(info),
                text=text[:40],
            )
        ) from None


def choices(name: str, info: FieldInfo, question: Question) -> tuple[str, ...]:
    """What a choice field may be for this task; empty for other fields."""
    if name == "loss":
        return CLASS_LOSSES if question.task == "classification" else NUMBER_LOSSES
    return get_args(info.annotation) if get_origin(info.annotation) is Literal else ()


def limits(info: FieldInfo) -> tuple[Any, Any, bool, bool]:
    """Lowest, highest, and whether each is itself left out."""
    low: Any = None
    high: Any = None
    open_low = open_high = False
    for rule in info.metadata:
        if isinstance(rule, Ge | Gt):
            low, open_low = (rule.ge, False) if isinstance(rule, Ge) else (rule.gt, True)
        elif isinstance(rule, Le | Lt):
            high, open_high = (rule.le, False) if isinstance(rule, Le) else (rule.lt, True)
    return low, high, open_low, open_high


def range_words(info: FieldInfo) -> str:
    """The range of a field in words: "from 1 to 10,000", "above 0, at most 10"."""
    low, high, open_low, open_high = limits(info)
    if not open_low and not open_high:
        return _("from {low} to {high}").format(low=shown(low), high=shown(high))
    left = _("above {low}") if open_low else _("at least {low}")
    right = _("below {high}") if open_high else _("at most {high}")
    return f"{left}, {right}".format(low=shown(low), high=shown(high))
