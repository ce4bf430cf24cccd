"""The samples one click away: made by the trainer itself, working offline. One file a family."""

from trainer.contract.samples import pictures, plane, series, sounds, tables, texts
from trainer.contract.samples.sample import Sample, SampleTask

__all__ = ["FIRST", "SAMPLES", "TASKS", "Sample", "SampleTask"]

SAMPLES: dict[str, Sample] = {
    sample.key: sample
    for family in (tables, plane, pictures, sounds, texts, series)
    for sample in family.FAMILY
}
FIRST = tuple(key for key in ("flowers", "digits", "moons", "shop", "reviews", "diabetes") if key in SAMPLES)
"""The few that stand on the first page."""
TASKS: dict[SampleTask, str] = {
    "classify": "Tables: which class is it?",
    "number": "Tables: what number will it be?",
    "plane": "Points in the plane: watch a border form",
    "pictures": "Pictures: what is on it, how much does it show?",
    "boxes": "Pictures: where are the things?",
    "masks": "Pictures: which pixels belong to what?",
    "odd": "The odd ones out",
    "sounds": "Sounds: what is heard?",
    "speech": "Sounds into words",
    "texts": "Texts: what is meant?",
    "translate": "From one language into another",
    "write": "Texts to learn writing from",
    "recommend": "Who likes what?",
    "forecast": "What comes next in time?",
    "group": "Groups that nobody named",
}
"""The tasks that samples are listed by, in this order, in the words of the page."""
