"""Augmentations of text."""

from trainer.contract.augmentations.card import AugmentationCard
from trainer.contract.catalog.card import Params, setting


class DropWordsParams(Params):
    """Words left out."""

    share: float = setting(0.1, "Share of words", "So many words are left out, about.", gt=0, le=0.9)


class SwapWordsParams(Params):
    """Neighbours exchanged."""

    share: float = setting(
        0.1, "Share of words", "So many words change places with the next one.", gt=0, le=0.9
    )


class LetterCaseParams(Params):
    """Written large or small."""

    share: float = setting(
        0.3, "Share of texts", "So many texts become all small or all capital letters.", gt=0, le=1
    )


CARDS = [
    AugmentationCard(
        key="drop_words", name="Leave words out", column="text", params=DropWordsParams,
        why="No single word should decide.",
        beware="Not where one word turns the meaning, such as ‘not’.",
    ),
    AugmentationCard(
        key="swap_words", name="Swap neighbours", column="text", params=SwapWordsParams,
        why="People type in a hurry; order matters less than words.",
        beware="Not where order is the meaning, as in translation.",
    ),
    AugmentationCard(
        key="letter_case", name="Capital letters", column="text", params=LetterCaseParams,
        why="Some people write everything small, some shout.",
        beware="Not where capitals are the answer, such as names.",
    ),
]  # fmt: skip
