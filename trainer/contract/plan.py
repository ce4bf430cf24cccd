"""What a list of steps comes to: the columns after them, the *deeds* that change cells, and the steps that learn.

A deed is plain JSON, checked and complete: ``trainer.mend.cells`` applies it to arrays of cells, when a version is made
and when a model is asked later.
"""

from collections.abc import Sequence

from trainer.contract.dataset import Schema
from trainer.contract.planned import Deed, Plan, PlannedColumn
from trainer.contract.planners import PLANNERS, check_learned
from trainer.contract.steps import Clip, Impute, MakeColumn, Merge, Step


class BadStep(ValueError):
    """A step that cannot be done. ``place`` is its 0-based place in the list."""

    def __init__(self, sentence: str, place: int) -> None:
        super().__init__(f"Step {place + 1}: {sentence}")
        self.sentence = sentence
        self.place = place


def follow(schema: Schema, steps: Sequence[Step]) -> Plan:
    """Follow steps from a root with these columns. Raises BadStep in words for the first that cannot be done."""
    columns = {c.id: PlannedColumn(c.id, c.name, c.type, c) for c in schema.columns}
    plan = Plan(schema.rows, columns)
    for place, step in enumerate(steps):
        try:
            PLANNERS[step.kind](plan, step)
        except ValueError as error:
            raise BadStep(str(error), place) from error
    for place, step in enumerate(steps):
        if is_learned(step):
            try:
                check_learned(plan, step)
            except ValueError as error:
                raise BadStep(str(error), place) from error
    plan.learned = [step for step in steps if is_learned(step)]
    if not plan.columns:
        raise BadStep("no column is left. Keep at least one.", len(steps) - 1)
    return plan


def is_learned(step: Step) -> bool:
    """Whether a step learns from the training part and changes no cell."""
    match step:
        case Impute():
            return step.how != "value"
        case Clip():
            return step.share is not None
        case Merge():
            return step.below is not None
    return False


def next_id(schema: Schema, steps: Sequence[Step]) -> str:
    """The id of the next column that is made."""
    taken = [column.id for column in schema.columns] + [s.made for s in steps if isinstance(s, MakeColumn)]
    return f"c{max(int(id[1:]) for id in taken) + 1}"


def trim(
    deeds: Sequence[Deed], wanted: Sequence[str], *, relabel: bool = False
) -> tuple[list[Deed], list[str]]:
    """What of the deeds a new row needs so that the columns ``wanted`` are there, and the root columns that they
    start from. Deeds on single rows of the root say nothing of a new one; ``relabel`` keeps those on its cells.
    """
    needed = dict.fromkeys(wanted)
    kept: list[Deed] = []
    for deed in reversed(deeds):
        if deed["do"] in ("exclude", "drop") or deed["column"] not in needed:
            continue
        if deed["do"] == "relabel" and not relabel:
            continue
        kept.append(deed)
        if deed["do"] == "make":
            del needed[deed["column"]]
            needed |= dict.fromkeys(deed["reads"])
    return kept[::-1], sorted(needed, key=lambda id: int(id[1:]))
