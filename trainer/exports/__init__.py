"""A trained model as files to take away: ONNX, preprocessing and labels, a program that asks it, a proof.

``results/model/`` and ``results/model.zip`` appear only after the exported graph has answered held-out rows,
read anew from the person's table, as the trained model did; ``export.json`` comes last.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch

from trainer.contract.dataset import VersionFolder
from trainer.contract.documents import write_document, write_whole
from trainer.contract.events import ProgressPayload
from trainer.contract.recipe import Recipe
from trainer.contract.results import ExportProof, Report, ResultFiles
from trainer.exports.bundle import fill_folder, list_versions, zip_folder
from trainer.exports.estimators import convert_estimator, finish
from trainer.exports.networks import convert_network
from trainer.exports.proof import ExportDiffers, prove
from trainer.learners.fitted import Fitted
from trainer.prepare import Prepared, Tell, silent

__all__ = ["ExportDiffers", "TooLarge", "export"]

LARGEST = 2**31 - 1
"""Bytes that one ONNX file can hold."""


class TooLarge(ValueError):
    """The model does not fit into one file."""


def export(
    results: ResultFiles,
    version: VersionFolder,
    recipe: Recipe,
    prepared: Prepared,
    fitted: Fitted,
    report: Report,
    tell: Tell = silent,
) -> ExportProof:
    """Write the model folder, its zip and ``export.json``. The report's verdict and scores go along.

    Raises ExportDiffers when the exported file answers otherwise than the trained model, TooLarge when it
    does not fit into one file.
    """
    tell(
        ProgressPayload(
            phase="export", done=0, total=3, unit="steps", sentence="exporting · writing the graph"
        )
    )
    graph = convert(prepared, fitted)
    making = Path(tempfile.mkdtemp(dir=results.path, prefix=".model-"))
    try:
        write_whole(making / "model.onnx", graph)
        fill_folder(making, version, recipe, prepared, fitted, report)
        tell(
            ProgressPayload(
                phase="export", done=1, total=3, unit="steps", sentence="exporting · checking its answers"
            )
        )
        found = prove(making, version, recipe.question.inputs, prepared, fitted)
        tell(ProgressPayload(phase="export", done=2, total=3, unit="steps", sentence="exporting · packing"))
        making.chmod(0o755)
        shutil.rmtree(results.model, ignore_errors=True)  # of an attempt that was killed after this point
        making.replace(results.model)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    zip_folder(results.model, results.download)
    proof = ExportProof(
        checked_rows=found.rows,
        largest_difference=found.largest_difference,
        equal_answers=found.equal_answers,
        bytes=results.download.stat().st_size,
        parameters=fitted.parameters,
        versions=list_versions(fitted.kind),
    )
    write_document(results.proof, proof)
    return proof


def convert(prepared: Prepared, fitted: Fitted) -> bytes:
    """The ONNX file: from ``x`` or ``image`` to ``probabilities`` or ``value``."""
    numbers = fitted.task == "regression"
    if fitted.kind == "torch":
        sample = torch.from_numpy(np.resize(prepared.part("test")[0][:2], (2, *prepared.shape)))
        model = convert_network(fitted.model, sample, fitted.mean if numbers else None, fitted.deviation)
    else:
        raw, output = convert_estimator(fitted.model, fitted.kind, prepared.shape[0])
        classes = len(fitted.classes)
        known = getattr(fitted.model, "classes_", range(classes))
        places = None if numbers else [int(place) for place in known]
        model = finish(raw, output, places, classes, fitted.mean, fitted.deviation)
    if model.ByteSize() > LARGEST:
        raise TooLarge(
            f"This model takes {model.ByteSize() / 1e9:.1f} GB, and a model file holds at most 2.1. "
            "Train with fewer trees, or with more rows per leaf."
        )
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
