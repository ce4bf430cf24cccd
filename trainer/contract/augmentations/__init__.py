"""How training examples may be changed on purpose, by column type, and what is proposed for a question.

Adding one = its parameters and card here, its function in ``trainer/augment/``, one line in each registry. They are
applied in the order of the registry. Only training examples are changed: validation and test stay as they are.
"""

from typing import Any

from trainer.contract.augmentations import pictures, sound, table, text
from trainer.contract.augmentations.card import AugmentationCard
from trainer.contract.catalog.card import Params
from trainer.contract.dataset import ColumnType
from trainer.contract.recipe import Augmentation

AUGMENTATIONS: dict[str, AugmentationCard] = {
    card.key: card for card in (*pictures.CARDS, *sound.CARDS, *text.CARDS, *table.CARDS)
}


def list_cards(type: ColumnType) -> list[AugmentationCard]:
    """The augmentations of a column type, in the order in which they are applied."""
    return [card for card in AUGMENTATIONS.values() if card.column == type]


def read_augmentation(augmentation: Augmentation) -> dict[str, Params]:
    """The parameters of those that are on, checked, in the order in which they are applied. Raises ValueError in words
    for one that is not known, ``pydantic.ValidationError`` for values out of range.
    """
    unknown = augmentation.changes.keys() - AUGMENTATIONS.keys()
    if unknown:
        raise ValueError(
            f"No augmentation is called ‘{min(unknown)}’; this Skillet knows {', '.join(AUGMENTATIONS)}."
        )
    return {
        key: card.params.model_validate(augmentation.changes[key])
        for key, card in AUGMENTATIONS.items()
        if key in augmentation.changes
    }


def on(*keys: str, **values: dict[str, Any]) -> Augmentation:
    """These with their usual values, or with other ones: ``on("mirror", shift={"reach": 0.1})``."""
    wanted: dict[str, dict[str, Any]] = {key: {} for key in keys} | values
    return Augmentation(
        changes={
            key: AUGMENTATIONS[key].params.model_validate(wanted[key]).model_dump(mode="json")
            for key in AUGMENTATIONS
            if key in wanted
        }
    )


__all__ = ["AUGMENTATIONS", "AugmentationCard", "list_cards", "on", "read_augmentation"]
