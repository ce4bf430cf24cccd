"""What Skillet reads: one line a format, and a small example of each that anybody can take and bring back."""

from typing import Literal

from trainer.contract.documents import Document


class Format(Document):
    """A format of tables, or a way to lay out folders. ``types`` and ``rows``: what the example becomes."""

    key: str
    title: str
    kind: Literal["table", "folder"]
    sentence: str
    example: str
    """The file's name, in ``static/examples``."""
    rows: int
    types: dict[str, str]


POTS = {
    "pot": "text", "height": "number", "glaze": "category", "fired": "datetime", "marks": "tags", "sold": "category",
}  # fmt: skip
"""24 invented pots, in every format of tables."""

FORMATS: dict[str, Format] = {
    one.key: one
    for one in (
        Format(
            key="csv", title="CSV and TSV", kind="table", example="pots.csv", rows=24, types=POTS,
            sentence="Text, one row a line. Comma, semicolon, tab or bar; any alphabet; decimal comma or point; with "
            "or without a header; plain, zipped or gzipped.",
        ),
        Format(
            key="csv-german", title="CSV as a German spreadsheet saves it", kind="table", example="pots-german.csv",
            rows=24, types=POTS,
            sentence="Semicolons, decimal commas, day.month.year, Windows-1252: found out by itself.",
        ),
        Format(
            key="csv-gz", title="Gzipped CSV", kind="table", example="pots.csv.gz", rows=24, types=POTS,
            sentence="One table packed by gzip.",
        ),
        Format(
            key="xlsx", title="Excel", kind="table", example="pots.xlsx", rows=24, types=POTS,
            sentence=".xlsx, .xlsb and .xls: the first sheet that holds a table, the others one click away; titles "
            "above the header are left out; formulas give their saved values.",
        ),
        Format(
            key="ods", title="OpenDocument", kind="table", example="pots.ods", rows=24, types=POTS,
            sentence="Workbooks of LibreOffice, read like those of Excel.",
        ),
        Format(
            key="parquet", title="Parquet", kind="table", example="pots.parquet", rows=24, types=POTS,
            sentence="Columns keep the types that the file tells.",
        ),
        Format(
            key="arrow", title="Arrow and Feather", kind="table", example="pots.arrow", rows=24, types=POTS,
            sentence="IPC files and streams; columns keep their types.",
        ),
        Format(
            key="json", title="JSON", kind="table", example="pots.json", rows=24, types=POTS,
            sentence="A list of records, records below a name such as data, or a list for each column. Objects in a "
            "record become columns with a dot; lists of texts become tags.",
        ),
        Format(
            key="jsonl", title="JSON Lines", kind="table", example="pots.jsonl", rows=24, types=POTS,
            sentence="One record a line.",
        ),
        Format(
            key="arff", title="ARFF", kind="table", example="pots.arff", rows=24, types=POTS,
            sentence="Tables of Weka: numeric, nominal, string and date columns.",
        ),
        Format(
            key="class-folders", title="Class folders", kind="folder", example="class-folders.zip", rows=12,
            types={"photo": "image", "label": "category"},
            sentence="Pictures, zipped or as a folder that is dropped: the folder that holds a picture is its label.",
        ),
        Format(
            key="split-folders", title="Class folders under train, val and test", kind="folder",
            example="split-folders.zip", rows=8, types={"photo": "image", "label": "category", "part": "category"},
            sentence="The outer folders say which part of the split each picture is for.",
        ),
        Format(
            key="imagefolder", title="imagefolder and audiofolder", kind="folder", example="imagefolder.zip", rows=8,
            types={"photo": "image", "left": "number", "note": "category", "part": "category"},
            sentence="Pictures or sounds with a table metadata.csv, .jsonl or .parquet, whose column file_name names "
            "them; its other columns become columns.",
        ),
        Format(
            key="values", title="Pictures or sounds with a table", kind="folder", example="pictures-with-values.zip",
            rows=10, types={"image": "image", "left": "number"},
            sentence="Any one table in which a column turns out to hold the names of the files.",
        ),
        Format(
            key="coco", title="Boxes: COCO", kind="folder", example="coco.zip", rows=8,
            types={"photo": "image", "boxes": "boxes"},
            sentence="A JSON file with images, annotations and categories; several such files are parts of a split.",
        ),
        Format(
            key="yolo", title="Boxes: YOLO", kind="folder", example="yolo.zip", rows=8,
            types={"photo": "image", "boxes": "boxes", "part": "category"},
            sentence="A text file for each picture, beside it or in labels; data.yaml or classes.txt names classes.",
        ),
        Format(
            key="voc", title="Boxes: Pascal VOC", kind="folder", example="voc.zip", rows=8,
            types={"photo": "image", "boxes": "boxes"},
            sentence="An XML file for each picture; lists in ImageSets say the parts.",
        ),
        Format(
            key="masks", title="Pictures with masks", kind="folder", example="masks.zip", rows=8,
            types={"photo": "image", "mask": "mask"},
            sentence="Two folders such as images and masks with files of the same names, or x.png beside x_mask.png. A "
            "mask has one number, shade or colour for each class, and is no JPEG.",
        ),
        Format(
            key="sound-folders", title="Sounds in class folders", kind="folder", example="sound-folders.zip", rows=10,
            types={"sound": "audio", "label": "category"},
            sentence="WAV, FLAC, OGG or MP3; the folder is the label. Sounds become one channel of at most 48,000 "
            "samples a second.",
        ),
        Format(
            key="transcripts", title="Sounds with transcripts", kind="folder", example="transcripts.zip", rows=5,
            types={"sound": "audio", "text": "text"},
            sentence="A .txt or .lab file of the same name says what a sound says, or a .trans.txt as in LibriSpeech.",
        ),
        Format(
            key="text-folders", title="Texts in class folders", kind="folder", example="text-folders.zip", rows=12,
            types={"text": "text", "label": "category"},
            sentence="One text a file, in any alphabet; the folder is the label.",
        ),
        Format(
            key="text", title="Plain text", kind="folder", example="prose.txt", rows=4, types={"text": "text"},
            sentence="A text becomes paragraphs or lines, or each file a row: the others are one click away.",
        ),
        Format(
            key="parallel", title="The same text in several languages", kind="folder", example="parallel.zip", rows=5,
            types={"de": "text", "en": "text"},
            sentence="Files such as pots.en and pots.de with the same number of lines: line for line a row.",
        ),
        Format(
            key="webdataset", title="WebDataset", kind="folder", example="webdataset.tar", rows=8,
            types={"photo": "image", "label": "category", "txt": "text"},
            sentence="Files of one name are one example: 0001.png, 0001.cls, 0001.txt, 0001.json. Zipped or as a tar.",
        ),
        Format(
            key="tables", title="Several tables", kind="folder", example="tables.zip", rows=24,
            types={"day": "datetime", "height": "number", "file": "category"},
            sentence="Tables with the same columns become one, which says which file each row came from.",
        ),
    )
}  # fmt: skip
