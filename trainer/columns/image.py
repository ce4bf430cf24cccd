"""Pictures: the table holds the name of the file, the pixels lie beside it."""

from trainer.contract.dataset import Column


def column(id: str, name: str, rows: int) -> Column:
    """A picture column."""
    return Column(id=id, name=name, type="image", reason=f"{rows:,} pictures")
