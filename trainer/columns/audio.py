"""Sounds: the table holds the name of the file, the samples lie beside it."""

from trainer.contract.dataset import Column


def column(id: str, name: str, rows: int) -> Column:
    """A sound column."""
    return Column(id=id, name=name, type="audio", reason=f"{rows:,} sounds")
