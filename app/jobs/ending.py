"""How work on a job ends: with an outcome, a pause, or in silence. Each is one transaction on its row."""

import signal
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app.db import now
from app.jobs.follow import take_over_all
from app.jobs.record import move
from app.jobs.service import KEEPING, PAUSED, RESUMED, find_last
from app.jobs.tables import Job
from trainer.contract.folder import JobFolder
from trainer.contract.outcome import Outcome

Endings = Mapping[str, Callable[[Session, Job, Outcome], None]]
"""Verb -> what the package that owns it enters, in the transaction of the end."""

LOSSES = {"train": 3}
LOSSES_OF_OTHERS = 1
GOING_ON = "its work is taken up again."
AGAIN = "starting again."
CAUSES = {
    signal.SIGKILL: "was killed, often because memory ran out",
    signal.SIGSEGV: "crashed in native code (segmentation fault)",
    signal.SIGBUS: "crashed in native code (bus error: often a full disk or a file that vanished)",
    signal.SIGABRT: "gave up in native code (abort)",
    signal.SIGFPE: "crashed in native code (arithmetic error)",
    signal.SIGILL: "used an instruction that this processor does not have",
    signal.SIGXCPU: "used more processor time than it may",
    signal.SIGXFSZ: "wrote a larger file than it may",
}


def finish(db: Session, folder: JobFolder, job: Job, outcome: Outcome, endings: Endings) -> None:
    """Enter an end: the last events, the state, and what its kind keeps of it."""
    if outcome.state == "paused":
        raise ValueError("A pause is no end.")
    take_over_all(db, job, folder)
    job.wants = None
    job.ended_at = now()
    job.outcome = outcome.model_dump(mode="json")
    move(db, job, outcome.state, outcome.sentence)
    ending = endings.get(job.verb)
    if ending is not None:
        ending(db, job, outcome)
    db.flush()


def set_aside(db: Session, folder: JobFolder, job: Job, sentence: str | None = None) -> None:
    """Its process has left at a checkpoint: paused if its owner asked for that, else queued to go on."""
    take_over_all(db, job, folder)
    if job.wants == "pause" or (sentence is not None and job.wants is None):
        job.wants = None
        move(db, job, "paused", sentence or PAUSED)
    else:
        move(db, job, "queued", KEEPING if job.wants == "stop" else RESUMED)


def lose(db: Session, folder: JobFolder, job: Job, how: str, endings: Endings, *, again: bool = True) -> None:
    """Its process is gone without a word: queued again, or failed in words when that happened too often.

    ``how`` completes the sentence "The process that trained this ..."; ``again=False``: trying again is
    pointless. The term ends here, so a process that only slept is refused from now on.
    """
    doing, most = DOING.get(job.verb, "did this"), LOSSES.get(job.verb, LOSSES_OF_OTHERS)
    job.losses += 1
    job.term += 1
    again = again and job.losses <= most
    take_over_all(db, job, folder)
    if job.wants is None and again:
        tail = GOING_ON if job.verb == "train" else AGAIN
        move(db, job, "queued", f"The process that {doing} {how}; {tail}")
    elif job.wants == "pause":
        set_aside(db, folder, job)
    elif job.wants == "stop" and again and job.verb == "train" and find_last(db, job.id, "points"):
        move(db, job, "queued", KEEPING)
    elif job.wants == "stop":
        sentence = f"Stopped. The process that {doing} {how}, so nothing after its last checkpoint was kept."
        finish(db, folder, job, left(folder, "stopped", sentence), endings)
    else:
        times = "" if job.losses == 1 else f" This happened {job.losses} times, so it is not tried again."
        sentence = f"The process that {doing} {how}.{times} {ADVICE.get(job.verb, 'Try it once more.')}"
        finish(db, folder, job, left(folder, "failed", sentence), endings)


DOING = {
    "train": "trained this",
    "import": "read this file",
    "baseline": "scored the baselines",
    "mend": "did the steps",
    "audit": "looked deeper",
    "map": "laid the rows out",
}
ADVICE = {
    "train": "Clone the run with a smaller model or fewer rows, or use a machine with more memory.",
    "import": "Try a part of the file; if that works, the whole is too large for this machine or damaged.",
    "baseline": "Ask the question again; if it fails again, use fewer columns.",
    "mend": "Do it once more; if it fails again, the table is too large for this machine.",
    "map": "Draw the map once more, or by PCA, which needs the least.",
    "audit": "Look once more; if it fails again, the table is too large for this machine.",
}


def left(folder: JobFolder, state: str, sentence: str) -> Outcome:
    """The outcome of a process that left none, with the end of its log as trace; written into the folder."""
    outcome = Outcome.model_validate({"state": state, "sentence": sentence, "trace": read_tail(folder)})
    folder.end(outcome)
    return outcome


def read_tail(folder: JobFolder, size: int = 4000) -> str | None:
    """The end of what the process printed."""
    try:
        with folder.log_file.open("rb") as file:
            file.seek(max(0, folder.log_file.stat().st_size - size))
            return file.read().decode(errors="replace") or None
    except FileNotFoundError:
        return None


def name_cause(code: int | None) -> str:
    """What an exit code means, in words that complete "The process ..."."""
    if code is not None and code < 0:
        try:
            found = signal.Signals(-code)
        except ValueError:
            return f"was ended by signal {-code}"
        return CAUSES.get(found, f"was ended by the signal {found.name}")
    if code in (None, 255):
        return "was lost"
    return f"left without an outcome (code {code})"
