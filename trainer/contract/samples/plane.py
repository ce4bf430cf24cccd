"""Points in the plane: two numbers, and a colour or a height."""

from trainer.contract.dataset import ColumnType
from trainer.contract.samples.sample import MADE, Sample


def points(
    key: str, title: str, sentence: str, target: str = "colour", type: ColumnType = "category"
) -> Sample:
    """A set of 400 points."""
    return Sample(
        key=key,
        title=title,
        task="plane",
        sentence=sentence,
        target=target,
        rows=400,
        columns={"x": "number", "y": "number", target: type},
        origin=MADE,
    )


FAMILY = (
    points("moons", "Two moons", "400 points in two crescents that no straight line separates.", "moon"),
    points("circles", "Two rings", "A ring inside a ring: the distance from the middle decides."),
    points("spirals", "Two spirals", "Two arms wound around each other: the hardest border to learn."),
    points("blobs", "Four clouds", "Four round clouds that touch: even a straight line does well."),
    points("xor", "Checkerboard", "Opposite corners belong together: neither axis alone says anything."),
    points(
        "ripple",
        "A ripple",
        "A height over the plane, like a stone in a pond: predict how high.",
        "height",
        "number",
    ),
)
