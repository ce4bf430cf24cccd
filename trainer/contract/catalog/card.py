"""What a page knows of a learner: words, what it takes, its parameters as a pydantic class."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from trainer.contract.dataset import ColumnType
from trainer.contract.documents import Document
from trainer.contract.recipe import Task

Depth = Literal["guided", "standard", "everything"]


class Params(Document):
    """Base of a learner's parameters. Each field carries title, help, range, unit and depth: forms are made from it."""


class LearnerCard(BaseModel):
    """One learner as a page shows it."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    """The field's own word."""
    when: str
    """One line: when to use it."""
    takes: frozenset[ColumnType]
    """Input column types it can use."""
    tasks: frozenset[Task]
    params: type[Params]
    network: bool
    """Trained by our own loop, by gradient steps."""
    unit: Literal["epochs", "trees", "rounds", "passes"]
    """What a step of its progress is called."""


def setting(
    default: Any,
    title: str,
    help: str,
    *,
    unit: str = "",
    depth: Depth = "standard",
    **limits: Any,
) -> Any:
    """A parameter: default, title, one sentence of help, unit, the depth at which it is shown, and its range."""
    return Field(
        default, title=title, description=help, json_schema_extra={"unit": unit, "depth": depth}, **limits
    )


def unit_of(field: FieldInfo) -> str:
    """Unit of a parameter made by ``setting``."""
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def depth_of(field: FieldInfo) -> str:
    """Depth of a parameter made by ``setting``."""
    extra = field.json_schema_extra
    return str(extra.get("depth", "standard")) if isinstance(extra, dict) else "standard"
