"""The edge of the trainer: a job's folder in, an outcome out. One file a verb."""

import errno
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import ValidationError

from trainer.contract.events import StatePayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import (
    AuditOrder,
    BaselineOrder,
    Body,
    ImportOrder,
    MapOrder,
    MendOrder,
    RankOrder,
    TrainOrder,
)
from trainer.contract.outcome import Outcome

Results = dict[str, Any] | Outcome
"""What a verb leaves: results of a job that is done, or the whole outcome of one that ended otherwise."""
STARTING = {
    "import": "Reading the file.",
    "baseline": "Scoring what needs no learning.",
    "train": "Getting ready.",
    "audit": "Looking deeper.",
    "mend": "Doing the steps.",
    "map": "Laying the rows out.",
    "rank": "Learning from the labels.",
}
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def carry_out(folder: Path, confined: bool = False) -> Outcome:  # noqa: FBT001, FBT002 - the door's own signature
    """Do what the order in this folder says, and leave ``outcome.json`` last. Never raises for what the order
    holds.

    ``confined`` says that this process is for this job alone, so that an import may give up network and
    memory for good. A SIGTERM counts as the word *pause* where nothing else was said.
    """
    job = JobFolder(folder)
    with heed_terminate(job):
        outcome = attempt(job, confined=confined)
    try:
        job.end(outcome)
    except OSError as error:
        if error.errno not in FULL:
            raise
        for checkpoint in sorted(job.checkpoints.glob("*.safetensors"))[:-1]:
            checkpoint.unlink()  # the older generation makes room for the one file that must be written
        job.end(outcome)
    return outcome


def attempt(job: JobFolder, *, confined: bool) -> Outcome:  # noqa: PLR0911 - as many as there are ways to end
    """Every way a job may end, as a value."""
    try:
        order = job.order()
        tell = EventWriter(job)
        try:
            tell.write("state", StatePayload(state="running", sentence=STARTING[order.body.verb]))
            left = find_verb(order.body, confined=confined)(order.body, job, tell)
        finally:
            tell.close()
    except MemoryError:
        return Outcome(
            state="failed",
            passing=True,
            trace=traceback.format_exc(),
            sentence="The machine ran out of memory. Free some, or train with smaller batches or fewer rows, "
            "then start again.",
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        return Outcome(
            state="failed",
            trace=traceback.format_exc(),
            sentence=f"The order of this job is not complete: at ‘{place}’: {error.errors()[0]['msg']}.",
        )
    except ValueError as error:
        if type(error).__module__.startswith("trainer") or raised_by_us(error):
            return Outcome(state="failed", sentence=str(error), trace=traceback.format_exc())
        return unknown()
    except OSError as error:
        if error.errno not in FULL:
            return unknown()
        return Outcome(
            state="failed",
            passing=True,
            trace=traceback.format_exc(),
            sentence="The disk is full. Free some space, then start again: finished work is kept.",
        )
    except Exception:  # noqa: BLE001 - the process edge: every job ends as a value
        return unknown()
    if isinstance(left, Outcome):
        return left
    return Outcome(state="done", sentence="Done.", results=left)


def raised_by_us(error: BaseException) -> bool:
    """Whether a refusal was raised in our own code: then it is a sentence for people."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    return last is not None and str(last.tb_frame.f_globals.get("__name__", "")).startswith("trainer")


def unknown() -> Outcome:
    """Something that nobody foresaw: the trace is for us."""
    return Outcome(
        state="failed",
        trace=traceback.format_exc(),
        sentence="Something went wrong inside Skillet, not with your data. The details are in the job's "
        "record, and trying again is safe.",
    )


def find_verb(body: Body, *, confined: bool) -> Callable[[Any, JobFolder, EventWriter], Results]:
    """The function of a verb. Each is loaded when it is needed: an import must not pay for torch."""
    match body:
        case ImportOrder():
            from trainer.work import import_dataset  # noqa: PLC0415 - see above

            return lambda order, job, tell: import_dataset.run(order, job, tell, confined=confined)
        case BaselineOrder():
            from trainer.work.baseline import run  # noqa: PLC0415

            return run
        case TrainOrder():
            from trainer.work import train  # noqa: PLC0415

            return train.run
        case AuditOrder():
            from trainer.work import audit  # noqa: PLC0415

            return lambda order, job, tell: audit.run(order, job, tell, confined=confined)
        case MapOrder():
            from trainer.work import map  # noqa: PLC0415 - the verb's name

            return lambda order, job, tell: map.run(order, job, tell, confined=confined)
        case MendOrder():
            from trainer.work import mend  # noqa: PLC0415

            return mend.run
        case RankOrder():
            from trainer.work import rank  # noqa: PLC0415

            return rank.run


@contextmanager
def heed_terminate(job: JobFolder) -> Iterator[None]:
    """While inside, SIGTERM leaves the word *pause* where no word was left. Only a main thread can listen."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave_word(_: int, __: FrameType | None) -> None:
        if job.word() is None:
            job.say("pause")

    before = signal.signal(signal.SIGTERM, leave_word)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
