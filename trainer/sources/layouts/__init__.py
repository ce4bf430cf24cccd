"""Every way to read an archive or a folder: one file a rule, one line here, the most telling first.

A rule looks at names, endings and first bytes, and at small annotation files; the first that fits is applied unless
the person chooses another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from trainer.sources.layouts import (
    beside,
    class_folders,
    coco,
    documents,
    flat,
    parallel,
    segmentation,
    tables,
    transcripts,
    voc,
    webdataset,
    yolo,
)
from trainer.sources.layouts.plan import Fit
from trainer.sources.layouts.tree import Tree


@dataclass(frozen=True)
class LayoutRule:
    """A way to read: what it is called, and how it is known."""

    title: str
    look: Callable[[Tree], Fit]


RULES: dict[str, LayoutRule] = {
    "coco": LayoutRule("Pictures with boxes, COCO", coco.look),
    "voc": LayoutRule("Pictures with boxes, Pascal VOC", voc.look),
    "yolo": LayoutRule("Pictures with boxes, YOLO", yolo.look),
    "masks": LayoutRule("Pictures with masks", segmentation.look),
    "metadata": LayoutRule("Files with metadata (imagefolder, audiofolder)", beside.look_for_metadata),
    "values": LayoutRule("Files with a table of values", beside.look_for_names),
    "transcripts": LayoutRule("Sounds with transcripts", transcripts.look),
    "webdataset": LayoutRule("Files of one name (WebDataset)", webdataset.look),
    "split_pictures": LayoutRule(
        "Pictures in class folders, split into parts",
        partial(class_folders.look, kind="picture", parts=True),
    ),
    "split_sounds": LayoutRule(
        "Sounds in class folders, split into parts", partial(class_folders.look, kind="sound", parts=True)
    ),
    "class_pictures": LayoutRule(
        "Pictures in class folders", partial(class_folders.look, kind="picture", parts=False)
    ),
    "class_sounds": LayoutRule(
        "Sounds in class folders", partial(class_folders.look, kind="sound", parts=False)
    ),
    "parallel": LayoutRule("The same text in several languages", parallel.look),
    "split_texts": LayoutRule(
        "Texts in class folders, split into parts", partial(class_folders.look, kind="text", parts=True)
    ),
    "class_texts": LayoutRule(
        "Texts in class folders", partial(class_folders.look, kind="text", parts=False)
    ),
    "pictures": LayoutRule("Pictures alone", partial(flat.look, kind="picture")),
    "sounds": LayoutRule("Sounds alone", partial(flat.look, kind="sound")),
    "table": LayoutRule("One table", tables.look_for_one),
    "tables": LayoutRule("Tables with the same columns", tables.look_for_several),
    "paragraphs": LayoutRule("Text, one paragraph a row", partial(documents.look, unit="paragraphs")),
    "lines": LayoutRule("Text, one line a row", partial(documents.look, unit="lines")),
    "documents": LayoutRule("Text, one file a row", partial(documents.look, unit="documents")),
}
