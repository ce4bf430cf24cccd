"""What needs no learning, scored on the validation part."""

from typing import Any

from trainer.baselines import score_baselines
from trainer.contract.dataset import VersionFolder
from trainer.contract.events import ProgressPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import BaselineOrder
from trainer.split import divide
from trainer.split.facts import describe


def run(order: BaselineOrder, job: JobFolder, tell: EventWriter) -> dict[str, Any]:
    """Split as every run of this question will, learn and score. Raises ValueError in words with too few
    rows.
    """
    version = VersionFolder(order.version)
    division = divide(version, order.question)
    facts = describe(version, order.question, division, job.results.leaks)
    tell.write("progress", ProgressPayload(phase="scoring", done=0, total=3, unit="baselines"))
    results = score_baselines(version, order.question, division.parts, on="validation")
    tell.write("progress", ProgressPayload(phase="scoring", done=3, total=3, unit="baselines"))
    return results.model_copy(update={"split": facts}).model_dump(mode="json")
