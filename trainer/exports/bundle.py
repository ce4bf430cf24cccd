"""What lies beside ``model.onnx``: the card, the preprocessing, the program that asks, words, weights."""

import json
import os
import re
import shlex
import sys
import tempfile
import zipfile
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file

from trainer.columns import encode, png, read_columns
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document, write_whole
from trainer.contract.plan import trim
from trainer.contract.recipe import Recipe
from trainer.contract.results import Report
from trainer.learners.fitted import Fitted
from trainer.mend import cells, formulas, reading
from trainer.mend.learned import known
from trainer.mend.lineage import find_lineage
from trainer.predictor import predict
from trainer.prepare import Prepared
from trainer.sources.cells import MISSING

LIBRARIES = {
    "torch": ["torch", "onnxscript"],
    "sklearn": ["scikit-learn", "skl2onnx"],
    "xgboost": ["xgboost-cpu", "onnxmltools"],
}
IN_TREE = re.compile(r"^(\s*)from trainer\.(?:columns|mend)\.(\w+) import", re.MULTILINE)
HERE = "sys.path.insert(0, str(Path(__file__).resolve().parent))\n"
"""The program finds its preprocessing beside itself, wherever it is started from."""
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file in the zip, so that the same model gives the same bytes."""
README = """\
{title}

Made with Skillet {skillet}. {verdict}

What it needs: Python 3.11 or newer, and

    pip install numpy=={numpy} onnxruntime=={onnxruntime}

(these versions were tested{pillow}).

Ask it:

    {command}

model.onnx    the model; input ‘{input}’, output ‘{output}’
model.json    what goes in and comes out, the preprocessing, the recipe, the scores
encode.py     the preprocessing, exactly as in training (numpy alone){steps}
predict.py    the program above; also usable as a module: Model(folder).{method}
{weights}"""


def fill_folder(
    folder: Path, version: VersionFolder, recipe: Recipe, prepared: Prepared, fitted: Fitted, report: Report
) -> None:
    """Everything but ``model.onnx``."""
    card = describe(read_document(version.schema, Schema), recipe, prepared, fitted, report)
    steps = describe_steps(version, prepared)
    card |= {"steps": steps} if steps else {}
    write_whole(folder / "model.json", json.dumps(card, ensure_ascii=False, indent=1))
    for module in [encode, png, *([cells, formulas, reading] if "steps" in card else [])]:
        name = Path(str(module.__file__))
        write_whole(folder / name.name, beside(name.read_text(encoding="utf-8")))
    program = beside(Path(predict.__file__).read_text(encoding="utf-8"))
    place = program.index("from encode import")
    write_whole(folder / "predict.py", program[:place] + HERE + program[place:])
    write_whole(folder / "README.txt", introduce(card, report, fitted))
    if fitted.kind == "torch":
        weights = {
            name: value.detach().cpu().contiguous() for name, value in fitted.model.state_dict().items()
        }
        save_file(weights, folder / "weights.safetensors")


def beside(program: str) -> str:
    """A file of ours that finds its neighbours in one folder with it."""
    return IN_TREE.sub(r"\1from \2 import", program)


def describe(
    schema: Schema, recipe: Recipe, prepared: Prepared, fitted: Fitted, report: Report
) -> dict[str, Any]:
    """``model.json``: plain data that says all that is needed to ask the model without Skillet."""
    target = schema.column(recipe.question.target)
    return {
        "format": predict.FORMAT,
        "task": recipe.question.task,
        "labels": prepared.classes,
        "target": {"column": target.id, "name": target.name, "type": target.type, "unit": None},
        "inputs": [describe_input(schema, spec) for spec in prepared.specs],
        "missing": list(MISSING),
        "learner": recipe.learner,
        "verdict": report.verdict,
        "scores": [score.model_dump(mode="json") for score in report.scores],
        "rows": report.rows,
        "recipe": recipe.model_dump(mode="json"),
        "versions": list_versions(fitted.kind),
    }


def describe_input(schema: Schema, spec: dict[str, Any]) -> dict[str, Any]:
    """An input column with its encoder and a value that a form may start with."""
    column = schema.column(spec["column"])
    found = {"column": column.id, "name": column.name, "type": spec["kind"], "whole": column.whole}
    return found | {"example": an_example(spec, whole=column.whole), "encode": spec}


def describe_steps(version: VersionFolder, prepared: Prepared) -> dict[str, Any] | None:
    """What is done to a row before it is encoded, and the columns that it is asked for; None where there are no steps
    that concern the inputs.
    """
    lineage = find_lineage(version)
    if lineage is None or prepared.pictures:
        return None
    deeds, asked = trim(lineage.plan.deeds, [spec["column"] for spec in prepared.specs])
    columns = [lineage.schema.column(id) for id in asked]
    values = read_columns(lineage.root, asked)
    return {
        "deeds": deeds,
        "asked": [
            {
                "column": c.id,
                "name": c.name,
                "type": c.type,
                "whole": c.whole,
                "example": first_value(values[c.id]),
            }
            for c in columns
        ],
    }


def first_value(cells: Any) -> Any:
    """A value that occurs in a column, as a form or JSON has it."""
    present = cells[known(cells)]
    if not len(present):
        return None
    value = present[0]
    return (
        str(value.astype("datetime64[s]"))
        if cells.dtype.kind == "M"
        else value
        if isinstance(value, str)
        else float(value)
    )


def an_example(spec: dict[str, Any], *, whole: bool) -> Any:
    """The middle number or day, or the most frequent category, of the training rows."""
    if spec["kind"] == "number":
        return round(spec["median"]) if whole else float(f"{spec['median']:.6g}")
    if spec["kind"] == "datetime":
        return str((encode.EPOCH + np.timedelta64(round(spec["median"]), "D")).astype("datetime64[D]"))
    return next(iter(spec.get("categories", [])), None)


def introduce(card: dict[str, Any], report: Report, fitted: Fitted) -> str:
    """``README.txt``."""
    versions = card["versions"]
    pictures = card["inputs"][0]["type"] == "image"
    asked = card["steps"]["asked"] if "steps" in card else card["inputs"]
    first = {found["name"]: found["example"] for found in asked}
    row = shlex.quote(json.dumps(first, ensure_ascii=False))
    rows = f"python predict.py rows.csv\n    python predict.py --row {row}"
    return README.format(
        title=f"A model that predicts ‘{card['target']['name']}’",
        skillet=versions["skillet"],
        verdict=report.verdict,
        numpy=versions["numpy"],
        onnxruntime=versions["onnxruntime"],
        pillow="; pictures that are no PNG also need: pip install pillow" if pictures else "",
        command="python predict.py photo.png" if pictures else rows,
        input="image" if pictures else "x",
        output="probabilities" if card["labels"] else "value",
        steps="\ncells.py      the steps of the data, with formulas.py, reading.py: give rows as before them"
        if "steps" in card
        else "",
        method="answer_picture(pixels)" if pictures else "answer_rows(rows)",
        weights="weights.safetensors  the weights of the network, by name\n"
        if fitted.kind == "torch"
        else "",
    )


def list_versions(kind: str) -> dict[str, str]:
    """What made the model."""
    names = ["skillet", "numpy", "onnx", "onnxruntime", *LIBRARIES[kind]]
    return {"python": sys.version.split()[0]} | {name: installed(name) for name in names}


def zip_folder(folder: Path, path: Path) -> None:
    """Pack the files of a folder, whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
                for found in sorted(folder.iterdir()):
                    entry = zipfile.ZipInfo(f"model/{found.name}", DATE)
                    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                    with found.open("rb") as source, packed.open(entry, "w", force_zip64=True) as out:
                        while block := source.read(2**20):
                            out.write(block)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
