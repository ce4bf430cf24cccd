"""Which findings come first: what makes a result wrong before what makes it a little worse."""

from trainer.contract.dataset import Finding

ORDER = (
    "rejects", "layout", "labels", "leak", "duplicates", "near_duplicates", "mojibake", "placeholder", "units",
    "format", "spelling", "dates", "missing", "outliers", "imbalance", "other", "correlation", "constant", "id",
)  # fmt: skip
MOST = 14
"""Findings on a page: a screenful."""


def rank(findings: list[Finding]) -> list[Finding]:
    """The gravest first; of one kind in the order found."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.kind))[:MOST]
