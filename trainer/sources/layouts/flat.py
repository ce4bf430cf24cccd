"""Pictures or sounds alone: one row each, nothing known about them."""

from functools import partial

from trainer.sources.layouts.class_folders import KINDS
from trainer.sources.layouts.plan import Field, Fit, Plan, Row
from trainer.sources.layouts.tree import Tree, counted
from trainer.sources.rejects import Rejects
from trainer.sources.zips import label


def look(tree: Tree, kind: str) -> Fit:
    """Fits wherever there is such a thing."""
    name, _, plural = KINDS[kind]
    things = tree.kinds[kind]
    if not things:
        return Fit(f"There are no {plural}.")
    return Fit(
        f"{counted(len(things), name, plural)}, with nothing else read about them.", partial(plan, tree, kind)
    )


def plan(tree: Tree, kind: str, rejects: Rejects) -> Plan:
    """A row each."""
    name, type, plural = KINDS[kind]
    things = tree.kinds[kind]
    findings = tree.reject_rest(rejects, things, plural)
    folders = {label(entry.folder.rsplit("/", 1)[-1]) for entry in things}
    if len(folders) == 1:
        only = folders.pop()
        lie = f"All {plural} lie in one folder, ‘{only}’" if only else f"The {plural} lie in no folders"
        findings.append(
            f"{lie}, so there is no label to predict. Put each class in a folder of its own, at least two."
        )
        where = "one folder" if only else "no folders"
    else:
        where = f"{len(folders):,} folders, whose names were not read"
    rows = (Row([entry], entry.label) for entry in things)
    return Plan(
        [Field(name, type)], rows, len(things), f"{tree.brought.words} of {plural} in {where}", findings
    )
