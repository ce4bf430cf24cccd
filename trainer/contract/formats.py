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
    )
}  # fmt: skip
