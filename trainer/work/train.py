"""One training, from cells to a judged and exported model."""

import threading
import time
from typing import Literal

from trainer.baselines import score_baselines
from trainer.contract.augmentations import read_augmentation
from trainer.contract.catalog import LEARNERS as CARDS
from trainer.contract.dataset import VersionFolder
from trainer.contract.events import (
    FindingPayload,
    Kind,
    PointsPayload,
    ProgressPayload,
    ResultPayload,
    RewindPayload,
    StatePayload,
)
from trainer.contract.folder import EventWriter, JobFolder, Word
from trainer.contract.order import TrainOrder
from trainer.contract.outcome import Outcome
from trainer.evaluate import evaluate
from trainer.exports import export
from trainer.fit.checkpoint import list_checkpoints
from trainer.fit.lesson import End, Lesson, Telling, Told
from trainer.fit.outbox import EVERY
from trainer.learners import LEARNERS, Fitted, Learned
from trainer.prepare import PARTS, Prepared, Tell, prepare

KINDS: dict[type[Told], Kind] = {
    PointsPayload: "points",
    ProgressPayload: "progress",
    RewindPayload: "rewind",
    FindingPayload: "finding",
}
STATES: dict[End, Literal["done", "stopped", "paused", "diverged", "failed"]] = {
    "done": "done",
    "stopped": "stopped",
    "paused": "paused",
    "diverged": "diverged",
    "full": "failed",
}

FROM_THE_BEGINNING = (
    "Nothing had been saved yet when its process ended, so training starts again from the beginning."
)


LONGEST_STEP = 900.0
"""Seconds that one step of judging or exporting may take before it no longer counts as a sign of life."""


class Halt(Exception):
    """A word came while there was nothing yet to save."""

    def __init__(self, word: Word) -> None:
        self.word = word
        super().__init__(word)


def run(body: TrainOrder, job: JobFolder, tell: EventWriter) -> Outcome:
    """Prepare, learn, judge, export. A run that was stopped keeps what it has, judged and exported all the
    same."""
    resumed = tell.seq > 1
    recipe, version = body.recipe, VersionFolder(body.version)
    card = CARDS.get(recipe.learner)
    if card is None:
        raise ValueError(f"No learner is called ‘{recipe.learner}’; this Skillet knows {', '.join(CARDS)}.")
    try:
        listener = Listener(job, tell)
        prepared = prepare(version, recipe.question, recipe.encoding, body.prepared, listener.hear)
        listener.listen()
    except Halt as halt:
        words = "Stopped before learning began." if halt.word == "stop" else "Paused before learning began."
        return Outcome(state="stopped" if halt.word == "stop" else "paused", sentence=words)
    if not resumed:
        tell.write("state", StatePayload(state="running", sentence=describe(prepared, card.name)))
    elif not list_checkpoints(job.checkpoints) and any(e.kind == "points" for e, _ in job.read_events()):
        tell.write("finding", FindingPayload(what="checkpoint", sentence=FROM_THE_BEGINNING, since=0))
    lesson = Lesson(
        prepared=prepared,
        learner=recipe.learner,
        params=card.params.model_validate(recipe.params),
        seed=recipe.seed,
        augmentation=read_augmentation(recipe.augmentation),
        control=job,
        checkpoints=job.checkpoints,
        checkpoint_seconds=body.checkpoint_seconds,
        measurements=body.prepared / "arithmetic.json",
        resumed=resumed,
        sync=tell.sync,
    )
    learned = pass_on(LEARNERS[recipe.learner](lesson), tell)
    if learned.fitted is None:
        return Outcome(state=STATES[learned.end], sentence=learned.sentence, passing=learned.end == "full")
    with Ticking(job, tell) as ticking:
        result = judge(body, job, ticking.hear, prepared, learned, learned.fitted)
    tell.write("result", result)
    return Outcome(
        state=STATES[learned.end],
        sentence=learned.sentence,
        results=result.model_dump(mode="json"),
    )


def pass_on(events: Telling[Learned], tell: EventWriter) -> Learned:
    """Write every event of a learner; returns what it leaves."""
    while True:
        try:
            told: Told = next(events)
        except StopIteration as end:
            learned: Learned = end.value
            return learned
        tell.write(KINDS[type(told)], told)


def judge(
    body: TrainOrder, job: JobFolder, tell: Tell, prepared: Prepared, learned: Learned, fitted: Fitted
) -> ResultPayload:
    """Scores on the validation and the locked test part, the rules beside them, and the files to take
    away."""
    version, question = VersionFolder(body.version), body.recipe.question
    tell(ProgressPayload(phase="evaluate", done=0, sentence="judging on unseen rows"))
    parts = {part: prepared.part(part)[2] for part in PARTS}
    rules = {on: score_baselines(version, question, parts, on=on).baselines for on in ("validation", "test")}
    report = evaluate(
        job.results, version, question, prepared, fitted, rules["validation"], rules["test"], learned.seconds
    )
    proof = export(job.results, version, body.recipe, prepared, fitted, report, tell)
    return ResultPayload(
        scores=report.scores,
        validation=report.validation,
        baselines=rules["test"],
        best_step=learned.best_step,
        seconds=learned.seconds,
        model_bytes=proof.bytes,
        parameters=fitted.parameters,
    )


def describe(prepared: Prepared, learner: str) -> str:
    """What begins, in words."""
    kind = "pictures" if prepared.pictures else "rows"
    out = f" {prepared.left_out:,} without an answer are left out." if prepared.left_out else ""
    return f"{learner} learns from {prepared.rows['train']:,} {kind}.{out}"


class Ticking:
    """Passes on progress, and repeats it once a second with its seconds while a step takes longer."""

    def __init__(self, job: JobFolder, tell: EventWriter, every: float = 1.0) -> None:
        self.job, self.tell, self.every = job, tell, every
        self.lock, self.over = threading.Lock(), threading.Event()
        self.last: ProgressPayload | None = None
        self.since = self.told = 0.0
        self.thread = threading.Thread(target=self.repeat, name="ticking", daemon=True)

    def hear(self, progress: ProgressPayload) -> None:
        """A step begins."""
        with self.lock:
            self.last, self.since = progress, time.monotonic()
            self.told = self.since
            self.tell.write("progress", progress)

    def repeat(self) -> None:
        """Until the end: what goes on, and for how long."""
        while not self.over.wait(self.every / 4):
            with self.lock:
                now = time.monotonic()
                if self.last is not None and now - self.told >= self.every and not self.over.is_set():
                    self.told = now
                    if now - self.since < LONGEST_STEP:
                        self.job.pulse(0, 1)
                    words = f"{self.last.sentence} · {now - self.since:.0f} s"
                    self.tell.write("progress", self.last.model_copy(update={"sentence": words}))

    def __enter__(self) -> "Ticking":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


class Listener:
    """Passes on the progress of preparing, not too often, and hears the words left meanwhile."""

    def __init__(self, job: JobFolder, tell: EventWriter) -> None:
        self.job, self.tell, self.last = job, tell, 0.0

    def hear(self, progress: ProgressPayload) -> None:
        """Called at every small step. Raises Halt when a word was left."""
        now = time.monotonic()
        if now - self.last < EVERY and progress.done != progress.total:
            return
        self.last = now
        self.tell.write("progress", progress)
        self.job.pulse(0, 1)
        self.listen()

    def listen(self) -> None:
        """Raise Halt when a word was left."""
        if word := self.job.word():
            raise Halt(word)
