"""Pictures: of classes, with numbers, with boxes, with masks, and odd ones."""

from trainer.contract.samples.sample import SCIKIT, Sample

FAMILY = (
    Sample(
        key="digits",
        title="Handwritten digits",
        task="pictures",
        sentence="1,797 scanned digits, 8 × 8 pixels each: which number was written?",
        target="label",
        rows=1797,
        columns={"photo": "image", "label": "category"},
        origin=f"E. Alpaydin and C. Kaynak, 1998, UCI repository. {SCIKIT}.",
    ),
)
