"""Ask this model. Needs numpy and onnxruntime; Pillow only for pictures that are no PNG.

python predict.py rows.csv                  one answer a line, as CSV
python predict.py --row '{"Sex": "female"}' one answer, as JSON
python predict.py photo.png more.jpg        one answer a picture, as JSON lines
"""

import csv
import json
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from trainer.columns.encode import decode_png, encode_image, encode_table, on_white, to_number, to_time

FORMAT = 1
ROWS = 4_096
"""Rows of a CSV answered at a time."""
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),(\d{1,2}|\d{4,})")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
"""12,5 and 1,234.5; a bare 1,234 could be either, and is refused."""
Answer = dict[str, Any]


class Model:
    """A model folder, ready to answer. Raises ValueError in words for a folder of a newer Skillet."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.card: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if self.card["format"] > FORMAT:
            raise ValueError(
                f"This model has format {self.card['format']}; this program reads up to {FORMAT}. Upgrade it."
            )
        self.labels: list[str] = self.card["labels"]
        self.inputs: list[dict[str, Any]] = self.card["inputs"]
        self.specs = [found["encode"] for found in self.inputs]
        self.pictures = self.inputs[0]["type"] == "image"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def answer_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Rows of cells by column *id*; each answer says in ``notes`` what was missing or unknown."""
        if self.pictures:
            raise ValueError("This model looks at pictures. Give it a picture instead of rows.")
        cleaned, notes = zip(*(self.clean(row) for row in rows), strict=True) if rows else ((), ())
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and ``run`` says so
            x = encode_table(self.specs, cleaned)
        return [answer | {"notes": note} for answer, note in zip(self.run(x), notes, strict=True)]

    def answer_picture(self, picture: Any) -> Answer:
        """A picture as uint8 [H, W, 3]."""
        if not self.pictures:
            raise ValueError("This model reads rows of a table. Give it a row instead of a picture.")
        return self.run(encode_image(picture, self.specs[0])[None])[0] | {"notes": []}

    def run(self, x: Any) -> list[Answer]:
        """Encoded inputs -> answers; probabilities with the likeliest first."""
        answer: Any
        (answer,) = (
            self.session.run(None, {self.session.get_inputs()[0].name: x}) if len(x) else (np.zeros(0),)
        )
        if not np.isfinite(answer).all():
            raise ValueError(
                "The model has no finite answer here: a number lies far outside of what it was trained on."
            )
        if not self.labels:
            return [{"value": float(value)} for value in answer]
        found = []
        for share in answer:
            order = np.argsort(-share, kind="stable").tolist()
            shares = {self.labels[place]: float(share[place]) for place in order}
            found.append({"label": self.labels[order[0]], "probabilities": shares})
        return found

    def clean(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Cells as training saw them, and what to know about those that it did not see."""
        cells: dict[str, Any] = {}
        notes: list[str] = []
        for found in self.inputs:
            cell, note = CLEANERS[found["type"]](found["encode"], self.as_text(row.get(found["column"])))
            cells[found["column"]] = cell
            notes += [f"{found['name']}: {note}"] if note else []
        return cells, notes

    def as_text(self, cell: Any) -> str:
        """A cell of a form, a CSV or JSON as text: whole numbers without a point, "" for what is missing."""
        if isinstance(cell, bool):
            return str(cell).lower()
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        text = "" if cell is None else str(cell).strip()
        return "" if text in self.card["missing"] else text

    def by_id(self, row: Any) -> dict[str, Any]:
        """A row by column *names* -> by ids. Raises ValueError where no name is an input of this model."""
        if not isinstance(row, dict):
            raise ValueError('A row is written like {"Sex": "female", "Age": 31}.')  # noqa: TRY004 - for people
        names = {found["name"]: found["column"] for found in self.inputs}
        cells = {names[name]: cell for name, cell in row.items() if name in names}
        if not cells:
            raise ValueError(f"None of the columns is an input of this model. It reads: {', '.join(names)}.")
        return cells


def read_number(cell: str) -> float:
    """A number as people write it; nan where it is none, or could be two."""
    if COMMA.fullmatch(cell):
        cell = cell.replace(".", "").replace(",", ".")
    elif THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    return to_number(cell)


def clean_number(spec: Mapping[str, Any], cell: str) -> tuple[Any, str]:
    """The number, or None with a note."""
    hole = (
        "left open, as in training"
        if spec["missing"] == "nan"
        else f"{spec['median']:g} stands in, as in training"
    )
    if cell == "":
        return None, f"missing; {hole}."
    value = read_number(cell)
    return (None, f"‘{cell}’ is not a number; {hole}.") if math.isnan(value) else (value, "")


def clean_time(spec: Mapping[str, Any], cell: str) -> tuple[Any, str]:
    """The time, or None with a note."""
    hole = (
        "left open, as in training" if spec["missing"] == "nan" else "the middle date of training stands in"
    )
    if cell == "":
        return None, f"missing; {hole}."
    return (
        (None, f"‘{cell}’ is not a date like 2024-05-31; {hole}.") if np.isnat(to_time(cell)) else (cell, "")
    )


def clean_category(spec: Mapping[str, Any], cell: str) -> tuple[Any, str]:
    """The category, with a note where training did not see it."""
    if cell == "":
        return None, "missing; counted as none of the categories, as in training."
    if cell in spec["categories"]:
        return cell, ""
    alike = [category for category in spec["categories"] if category.casefold() == cell.casefold()]
    if len(alike) == 1 and cell in ("true", "false"):
        return alike[0], ""
    return cell, f"‘{cell}’ was not seen in training (or too rarely): counted as other."


CLEANERS = {"number": clean_number, "datetime": clean_time, "category": clean_category}


def read_picture(path: Path) -> Any:
    """The pixels of a file, uint8 [H, W, 3]. PNG needs nothing more; other formats need Pillow."""
    data = path.read_bytes()
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return decode_png(data)
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415 - only where a picture is no PNG
    except ImportError:
        raise ValueError(f"{path} is not a PNG. Save it as PNG, or run: pip install pillow") from None
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        return on_white(np.asarray(upright.convert("RGBA" if upright.has_transparency_data else "RGB")))


def read_csv(path: Path) -> Iterator[dict[str, Any]]:
    """Rows by column name; comma, semicolon, tab or bar, as the first line has them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        yield from csv.DictReader(file, delimiter=max(",;\t|", key=first.count))


def read_row(text: str) -> Any:
    """A row as JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(
            'The row is not JSON. Write it like {"Sex": "female", "Age": 31}, in quotes.'
        ) from None


def answer_csv(model: Model, path: Path) -> None:
    """Write the answers as CSV: the answer, then the probability of each label."""
    if not path.exists():
        raise ValueError(
            f"There is no file ‘{path}’. Give the path of a CSV file with the columns of the model."
        )
    out = csv.writer(sys.stdout)
    head = [model.card["target"]["name"], *(f"probability of {label}" for label in model.labels)]
    rows, line = read_csv(path), 1
    while True:
        block = list(islice(rows, ROWS))
        answers = model.answer_rows([model.by_id(row) for row in block])
        if line == 1:
            out.writerow(head)  # not before something was read and answered
        if not block:
            return
        for answer in answers:
            shares = [answer["probabilities"][label] for label in model.labels]
            out.writerow([answer["label"], *shares] if model.labels else [answer["value"]])
            line += 1
            for note in answer["notes"]:
                sys.stderr.write(f"line {line}: {note}\n")


def main(arguments: list[str]) -> int:
    """Answer what the command line asks."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(__doc__ or "")
        return 0 if arguments else 2
    try:
        model = Model(Path(__file__).resolve().parent)
        if arguments[0] == "--row":
            (answer,) = model.answer_rows([model.by_id(read_row(" ".join(arguments[1:])))])
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        elif arguments[0].lower().endswith((".csv", ".tsv", ".txt")):
            answer_csv(model, Path(arguments[0]))
        else:
            for name in arguments:
                found = {"file": name} | model.answer_picture(read_picture(Path(name)))
                sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except UnicodeDecodeError:
        sys.stderr.write(f"{arguments[0]} is not UTF-8 text. Save it as CSV UTF-8 and try again.\n")
        return 1
    except BrokenPipeError:  # the reader, ``head`` perhaps, has enough
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # nothing is left to complain at the end
        return 0
    except (ValueError, OSError, csv.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
