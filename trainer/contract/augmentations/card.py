"""What a page knows of an augmentation: words, the column type it changes, its parameters."""

from pydantic import BaseModel, ConfigDict

from trainer.contract.catalog.card import Params
from trainer.contract.dataset import ColumnType


class AugmentationCard(BaseModel):
    """One way to change training examples on purpose."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    column: ColumnType
    """The type of column that it changes."""
    why: str
    """What is no longer learned by heart."""
    beware: str
    """When it changes the meaning, so that it must stay off."""
    params: type[Params]
