"""Augmentations of pictures."""

from trainer.contract.augmentations.card import AugmentationCard
from trainer.contract.catalog.card import Params, setting


class MirrorParams(Params):
    """Left becomes right."""

    share: float = setting(0.5, "Share mirrored", "How many of the pictures.", gt=0, le=1)


class UpsideDownParams(Params):
    """Top becomes bottom."""

    share: float = setting(0.5, "Share turned over", "How many of the pictures.", gt=0, le=1)


class ShiftParams(Params):
    """A move to the side."""

    reach: float = setting(0.08, "Reach", "At most this share of the picture's side.", gt=0, le=0.5)


class RotateParams(Params):
    """A turn about the middle."""

    degrees: float = setting(10.0, "Angle", "At most so far to either side.", unit="degrees", gt=0, le=180)


class ZoomParams(Params):
    """Nearer or farther."""

    amount: float = setting(0.15, "Amount", "At most this much larger or smaller.", gt=0, le=0.8)


class LightParams(Params):
    """Another light."""

    brightness: float = setting(0.2, "Brightness", "At most this much brighter or darker.", ge=0, le=1)
    contrast: float = setting(0.2, "Contrast", "At most this much harder or softer.", ge=0, le=1)
    saturation: float = setting(0.2, "Saturation", "At most this much more or less colour.", ge=0, le=1)


class BlurParams(Params):
    """Out of focus."""

    share: float = setting(0.3, "Share blurred", "How many of the pictures.", gt=0, le=1)
    amount: float = setting(1.0, "Amount", "How far a point spreads at most.", unit="pixels", gt=0, le=4)


class GrainParams(Params):
    """Noise of a camera in the dark."""

    amount: float = setting(0.04, "Amount", "Its deviation, as a share of white, at most.", gt=0, le=0.5)


class EraseParams(Params):
    """A hidden rectangle."""

    share: float = setting(0.5, "Share covered", "How many of the pictures.", gt=0, le=1)
    side: float = setting(0.3, "Side", "Of the rectangle at most, as a share of the picture's.", gt=0, le=0.8)


CARDS = [
    AugmentationCard(
        key="mirror", name="Mirror left and right", column="image", params=MirrorParams,
        why="Most things look alike in a mirror, so each picture counts twice.",
        beware="Never for letters, digits, hands, arrows or text: mirrored they mean something else.",
    ),
    AugmentationCard(
        key="upside_down", name="Turn upside down", column="image", params=UpsideDownParams,
        why="From above or through a microscope there is no up and down.",
        beware="Not for things that stand: nobody will ask about a house on its roof.",
    ),
    AugmentationCard(
        key="shift", name="Shift", column="image", params=ShiftParams,
        why="Where in the picture something is should not matter.",
        beware="Not where the place is the answer.",
    ),
    AugmentationCard(
        key="rotate", name="Rotate", column="image", params=RotateParams,
        why="Cameras are rarely held straight.",
        beware="Not where the angle is the answer; far turns make a 6 a 9.",
    ),
    AugmentationCard(
        key="zoom", name="Zoom", column="image", params=ZoomParams,
        why="The same thing is sometimes near and sometimes far.",
        beware="Not where size is the answer, or where the edge of the picture matters.",
    ),
    AugmentationCard(
        key="light", name="Light and colour", column="image", params=LightParams,
        why="Other lamps, other cameras, another time of the day.",
        beware="Careful where colour or brightness is the answer, as with ripe fruit.",
    ),
    AugmentationCard(
        key="blur", name="Blur", column="image", params=BlurParams,
        why="Phones do not always focus.",
        beware="Not where fine detail is the answer, such as scratches.",
    ),
    AugmentationCard(
        key="grain", name="Grain", column="image", params=GrainParams,
        why="Dim light makes grain; what is learned should not hang on single pixels.",
        beware="Not where texture is the answer.",
    ),
    AugmentationCard(
        key="erase", name="Erase a part", column="image", params=EraseParams,
        why="A part hidden at random teaches to look at more than one part (DeVries and Taylor 2017).",
        beware="Not where one small place decides, as in defects.",
    ),
]  # fmt: skip
