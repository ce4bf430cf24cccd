"""Augmentations of sound."""

from trainer.contract.augmentations.card import AugmentationCard
from trainer.contract.catalog.card import Params, setting


class GainParams(Params):
    """Louder or softer."""

    decibels: float = setting(6.0, "Range", "At most so much louder or softer.", unit="dB", gt=0, le=30)


class SlideParams(Params):
    """Earlier or later."""

    seconds: float = setting(0.1, "Reach", "At most so much earlier or later.", unit="seconds", gt=0, le=10)


class HissParams(Params):
    """Noise in the background."""

    below: float = setting(20.0, "Distance", "So much softer than the sound itself.", unit="dB", ge=0, le=60)


class SpeedParams(Params):
    """Faster and higher, or slower and deeper."""

    amount: float = setting(0.1, "Amount", "At most this much faster or slower.", gt=0, le=0.5)


class MaskTimeParams(Params):
    """A moment of silence."""

    share: float = setting(0.15, "Length", "Of the silence at most, as a share of the clip.", gt=0, le=0.5)


class MaskFrequencyParams(Params):
    """A band of tones taken out."""

    share: float = setting(0.15, "Width", "Of the band at most, as a share of all frequencies.", gt=0, le=0.5)


CARDS = [
    AugmentationCard(
        key="speed", name="Speed", column="audio", params=SpeedParams,
        why="People speak faster and slower, higher and deeper.",
        beware="Not where pitch or tempo is the answer, as in music.",
    ),
    AugmentationCard(
        key="slide", name="Shift in time", column="audio", params=SlideParams,
        why="A recording never begins at the same moment.",
        beware="Not where the moment is the answer.",
    ),
    AugmentationCard(
        key="gain", name="Loudness", column="audio", params=GainParams,
        why="Microphones are near or far.",
        beware="Not where loudness is the answer.",
    ),
    AugmentationCard(
        key="hiss", name="Background noise", column="audio", params=HissParams,
        why="Rooms are never silent.",
        beware="Careful with very soft sounds: they drown.",
    ),
    AugmentationCard(
        key="mask_time", name="Mask a moment", column="audio", params=MaskTimeParams,
        why="A gap teaches to listen to the whole clip (SpecAugment, Park et al. 2019).",
        beware="Not for clips so short that the gap takes the sound.",
    ),
    AugmentationCard(
        key="mask_frequency", name="Mask a band of tones", column="audio", params=MaskFrequencyParams,
        why="Cheap microphones lose tones; what is learned should not hang on one band.",
        beware="Not where one tone is the answer.",
    ),
]  # fmt: skip
