"""Ask this model. Needs numpy and onnxruntime; Pillow only for pictures that are no PNG.

python predict.py rows.csv                  one answer a line, as CSV
python predict.py --row '{"Sex": "female"}' one answer, as JSON
python predict.py photo.png more.jpg        one answer a picture, as JSON lines
"""

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from trainer.columns.encode import encode_image, encode_table, is_missing, to_number, to_time
from trainer.columns.png import decode_png, on_white

FORMAT = 2
"""2: a model may ask for the columns of its data before the steps (``steps`` in its card)."""
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
        self.asked: list[dict[str, Any]] = self.card.get("steps", {}).get("asked", self.inputs)
        self.mender = ready_steps(self.card)
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
        columns, notes = self.read(rows)
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and ``run`` says so
            x = encode_table(self.specs, columns)
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

    def read(self, rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[list[str]]]:
        """Rows of cells by column id -> the columns of the inputs, after the steps; and what to know about each row."""
        odd: list[dict[str, str]] = [{} for _ in rows]
        columns: dict[str, Any] = {}
        for asked in self.asked:
            id = asked["column"]
            read, what = READERS.get(asked["type"], READERS["text"])
            cells = [self.as_text(row.get(id)) for row in rows]
            columns[id] = read(cells)
            for place, (cell, hole) in enumerate(zip(cells, is_missing(columns[id]), strict=True)):
                if cell and hole:
                    odd[place][id] = f"‘{cell}’ is not {what}"
        if self.mender is not None:
            columns, _ = self.mender.mend(columns)
        notes = [self.note(columns, place, odd[place]) for place in range(len(rows))]
        return {found["column"]: columns[found["column"]] for found in self.inputs}, notes

    def note(self, columns: Mapping[str, Any], place: int, odd: dict[str, str]) -> list[str]:
        """What to know about the cells of one row: missing ones, and what training did not see."""
        notes: list[str] = []
        for found in self.inputs:
            id, spec = found["column"], found["encode"]
            hole = bool(is_missing(columns[id][place : place + 1])[0])
            if hole:
                notes.append(f"{found['name']}: {odd.pop(id, 'missing')}; {stands_in(spec)}.")
            elif found["type"] == "category":
                columns[id][place], note = recognise(spec, columns[id][place])
                notes += [f"{found['name']}: {note}"] if note else []
        names = {asked["column"]: asked["name"] for asked in self.asked}
        return notes + [f"{names[id]}: {words}; counted as missing." for id, words in odd.items()]

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
        names = {found["name"]: found["column"] for found in self.asked}
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


def read_numbers(cells: Sequence[str]) -> Any:
    """Texts -> float64 [N], nan where there is no number."""
    return np.array([read_number(cell) for cell in cells], dtype=np.float64)


def read_times(cells: Sequence[str]) -> Any:
    """Texts -> datetime64[us] [N], NaT where there is no time."""
    return np.array([to_time(cell) for cell in cells], dtype="datetime64[us]")


def read_texts(cells: Sequence[str]) -> Any:
    """Texts -> object [N], None where there is none."""
    found = np.empty(len(cells), dtype=object)
    found[:] = [cell or None for cell in cells]
    return found


READERS: dict[str, tuple[Callable[[Sequence[str]], Any], str]] = {
    "number": (read_numbers, "a number"),
    "datetime": (read_times, "a date like 2024-05-31"),
    "text": (read_texts, "text"),
}


def stands_in(spec: Mapping[str, Any]) -> str:
    """What takes the place of a cell that is missing."""
    filled = next((one["value"] for one in spec.get("before", ()) if one["do"] == "fill"), None)
    if filled is not None:
        return f"{filled:g} stands in, as in training" if isinstance(filled, float) else f"{filled} stands in"
    if spec["kind"] == "category":
        return "counted as none of the categories, as in training"
    if spec["missing"] == "nan":
        return "left open, as in training"
    if spec["kind"] == "datetime":
        return "the middle date of training stands in"
    return f"{spec['median']:g} stands in, as in training"


def recognise(spec: Mapping[str, Any], cell: str) -> tuple[str, str]:
    """A category as training knows it, with a note where training did not see it."""
    merged = next((one for one in spec.get("before", ()) if one["do"] == "keep"), None)
    known = spec["categories"] if merged is None else merged["values"]
    if cell in known:
        return cell, ""
    alike = [category for category in known if category.casefold() == cell.casefold()]
    if len(alike) == 1 and cell in ("true", "false"):
        return alike[0], ""
    if merged is not None:
        return cell, f"‘{cell}’ is rare or was not seen in training: counted as {merged['into']}."
    return cell, f"‘{cell}’ was not seen in training (or too rarely): counted as other."


def ready_steps(card: Mapping[str, Any]) -> Any:
    """What does the steps of the data to each row; None where there are none."""
    if not card.get("steps"):
        return None
    from trainer.mend.cells import Mender  # noqa: PLC0415 - its files lie beside this one only where there are steps

    return Mender(card["steps"]["deeds"])


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
