"""What needs no learning, scored on the validation part."""

from typing import Any

import numpy as np

from trainer.baselines import read_target, score_baselines
from trainer.contract.dataset import VersionFolder
from trainer.contract.events import ProgressPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import BaselineOrder
from trainer.split import split


def run(order: BaselineOrder, job: JobFolder, tell: EventWriter) -> dict[str, Any]:  # noqa: ARG001 - every verb has this shape
    """Split as every run of this question will, learn and score. Raises ValueError in words with too few
    rows.
    """
    version = VersionFolder(order.version)
    target = read_target(version, order.question)
    usable = ~np.isnan(target.values)
    labels = target.values if target.classes else None
    parts = split(len(usable), usable, labels, order.question.split)
    tell.write("progress", ProgressPayload(phase="scoring", done=0, total=3, unit="baselines"))
    results = score_baselines(version, order.question, parts, on="validation")
    tell.write("progress", ProgressPayload(phase="scoring", done=3, total=3, unit="baselines"))
    return results.model_dump(mode="json")
