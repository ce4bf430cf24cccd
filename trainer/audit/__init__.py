"""What is wrong with data that counting alone does not show: near copies, leaks, likely wrong labels."""

from collections.abc import Callable

from threadpoolctl import threadpool_limits

from trainer.audit.job import Look
from trainer.audit.labels import wrong_labels
from trainer.audit.leakage import leaks
from trainer.audit.near import near_duplicates
from trainer.contract.dataset import Finding
from trainer.features import Tell

LOOKS: tuple[Callable[[Look], list[Finding]], ...] = (near_duplicates, leaks, wrong_labels)
ORDER = ("labels", "leak", "near_duplicates")


def audit(look: Look) -> list[Finding]:
    """All findings, the gravest first. Sets of rows are written into ``look.folder``."""
    look.folder.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(look.threads):
        found = [finding for see in LOOKS for finding in see(look)]
    return sorted(found, key=lambda finding: ORDER.index(finding.kind))


__all__ = ["Look", "Tell", "audit"]
