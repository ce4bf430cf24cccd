"""Masks: the table holds the name of the file, a class number for each pixel lies beside it."""

from trainer.contract.dataset import Column


def column(id: str, name: str, of: str, classes: list[str], rows: int) -> Column:
    """A column of masks on the pictures of column ``of``; ``classes`` in the order of their numbers."""
    reason = f"{rows:,} masks with {len(classes):,} classes"
    return Column(id=id, name=name, type="mask", of=of, reason=reason, categories=classes)
