"""Columns that cannot help a model, and categories that nearly never change."""

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Drop
from trainer.profile.look import Look, percent, quoted

EXTREME = 0.95
"""Share of the most frequent category from which on a finding says so."""
FEW = 20
"""Different values of what one would predict."""
TOLD = 2


def never_inputs(look: Look) -> list[Finding]:
    """Constant columns and ids, each kind in one sentence."""
    findings = []
    constant = [c for c in look.columns if c.role == "constant"]
    if constant:
        same = f"‘{constant[0].name}’ says the same in every row ({constant[0].reason})"
        if len(constant) > 1:
            same = f"{quoted([c.name for c in constant])} say the same in every row"
        findings.append(
            finding("constant", constant, look.rows, f"{same}: nothing can be learned from it.").model_copy(
                update={"fix": dropping(constant)}
            )
        )
    ids = [c for c in look.columns if c.role == "id"]
    if ids:
        like = f"‘{ids[0].name}’ looks like an id ({ids[0].reason}): it is no input unless you choose it."
        if len(ids) > 1:
            like = (
                f"{quoted([c.name for c in ids])} look like ids: they are no inputs unless you choose them."
            )
        findings.append(finding("id", ids, look.rows, like))
    return findings


def one_sided(look: Look) -> list[Finding]:
    """Categories of few values of which nearly all are one."""
    found: list[tuple[Column, float, str]] = []
    for column in look.of_type("category"):
        figures = look.found[column.id]
        counts, labels = figures.histogram.counts, figures.histogram.labels
        present = look.rows - figures.missing
        if counts and labels and figures.distinct <= FEW and counts[0] >= EXTREME * present:
            found.append((column, counts[0] / present, labels[0]))
    if len(found) > TOLD:
        least = percent(min(share for _, share, _ in found))
        names = quoted([column.name for column, _, _ in found])
        said = f"{names} say the same in at least {least} of the rows each: little can be learned from them."
        return [finding("imbalance", [column for column, _, _ in found], look.rows, said)]
    return [
        Finding(
            kind="imbalance", column=column.id, count=round(share * (look.rows - look.found[column.id].missing)),
            sentence=f"{percent(share)} of ‘{column.name}’ is ‘{label}’. If you predict it, always saying so is right "
            "that often: look at the balanced accuracy.",
        )
        for column, share, label in found
    ]  # fmt: skip


def finding(kind: str, columns: list[Column], count: int, sentence: str) -> Finding:
    """A finding about one column or several."""
    ids = [column.id for column in columns]
    return Finding.model_validate(
        {"kind": kind, "sentence": sentence, "count": count, "column": ids[0] if len(ids) == 1 else None}
        | ({"columns": ids} if len(ids) > 1 else {})
    )


def dropping(columns: list[Column]) -> Fix:
    """Leave columns out."""
    label = f"Leave out ‘{columns[0].name}’" if len(columns) == 1 else f"Leave out {len(columns)} columns"
    return Fix(label=label, steps=[Drop(columns=[column.id for column in columns])])
