"""The samples one click away: made by the trainer itself, working offline."""

from trainer.contract.documents import Document


class Sample(Document):
    """A dataset that Skillet can make by itself. ``target`` is the column *name* a newcomer would predict."""

    key: str
    title: str
    kind: str
    sentence: str
    target: str


SAMPLES: dict[str, Sample] = {
    sample.key: sample
    for sample in (
        Sample(
            key="flowers",
            title="Iris flowers",
            kind="table",
            sentence="150 flowers measured in 1936: which of three species is it?",
            target="species",
        ),
        Sample(
            key="digits",
            title="Handwritten digits",
            kind="images",
            sentence="1,797 scanned digits, 8 × 8 pixels each: which number was written?",
            target="label",
        ),
        Sample(
            key="moons",
            title="Two moons",
            kind="table",
            sentence="400 points in two crescents that no straight line separates.",
            target="moon",
        ),
    )
}
