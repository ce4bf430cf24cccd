"""A job is a folder, and this class owns every name in it."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from trainer.contract import VERSION
from trainer.contract.documents import DocumentFromTheFuture, read_document, write_document, write_whole
from trainer.contract.events import Event, Kind
from trainer.contract.order import Order
from trainer.contract.outcome import Outcome
from trainer.contract.results import ResultFiles

Word = Literal["stop", "pause"]


class JobFolder:
    """Names, and the rules of who writes what, of one job's folder.

    ``order.json`` is written by the app before the row says *queued*; ``events.jsonl``, ``results/``,
    ``checkpoints/`` and ``pulse.json`` by the trainer; ``outcome.json`` last: it is the only sign of an end.
    ``word`` (stop, pause), ``grant.json`` (threads) and ``child.json`` (which process is at
    work) are written by the worker.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.order_file = path / "order.json"
        self.events_file = path / "events.jsonl"
        self.outcome_file = path / "outcome.json"
        self.word_file = path / "word"
        self.grant_file = path / "grant.json"
        self.pulse_file = path / "pulse.json"
        self.log_file = path / "log.txt"
        self.child_file = path / "child.json"
        self.checkpoints = path / "checkpoints"
        self.results = ResultFiles(path / "results")

    def create(self, order: Order) -> None:
        """Make the folder and its order."""
        for folder in (self.path, self.checkpoints, self.results.path):
            folder.mkdir(parents=True, exist_ok=True)
        write_document(self.order_file, order)

    def order(self) -> Order:
        """Read the order; raises DocumentFromTheFuture in words when it comes from a newer Skillet."""
        found = json.loads(self.order_file.read_bytes()).get("version")
        if isinstance(found, int) and found > VERSION:
            raise DocumentFromTheFuture(
                f"This order was written by a newer Skillet (contract {found}); this one knows {VERSION}. "
                "Upgrade the worker, then start the job again."
            )
        return read_document(self.order_file, Order)

    def outcome(self) -> Outcome | None:
        """The end, if there is one."""
        return read_document(self.outcome_file, Outcome) if self.outcome_file.exists() else None

    def end(self, outcome: Outcome) -> None:
        """Write the outcome: the last thing that happens in a folder."""
        write_document(self.outcome_file, outcome)

    def reopen(self) -> None:
        """Before a job is claimed again: forget the last word and the end of the last process."""
        for file in (self.outcome_file, self.word_file, self.pulse_file):
            file.unlink(missing_ok=True)

    def say(self, word: Word) -> None:
        """Leave a word for the trainer, which finishes its step, saves and leaves an outcome."""
        write_whole(self.word_file, word)

    def word(self) -> Word | None:
        """The word left for the trainer, if any."""
        try:
            text = self.word_file.read_text()
        except FileNotFoundError:
            return None
        return "stop" if text == "stop" else "pause"

    def grant(self, threads: int) -> None:
        """Allow this many threads; the trainer takes it up at its next window and shows it in its pulse."""
        write_whole(self.grant_file, json.dumps({"threads": threads}))

    def granted(self) -> int:
        """Threads allowed; 1 where nothing was said."""
        try:
            return int(json.loads(self.grant_file.read_bytes())["threads"])
        except FileNotFoundError:
            return 1

    def pulse(self, step: int, threads: int) -> None:
        """Sign of life: the trainer writes it at most once a second. Not synced: losing one means nothing."""
        temporary = self.pulse_file.with_suffix(".new")
        temporary.write_text(json.dumps({"step": step, "threads": threads, "time": time.time()}))
        temporary.replace(self.pulse_file)

    def last_pulse(self) -> dict[str, Any] | None:
        """The last sign of life: step, threads, time."""
        try:
            found: dict[str, Any] = json.loads(self.pulse_file.read_bytes())
        except FileNotFoundError:
            return None
        return found

    def read_events(self, offset: int = 0) -> Iterator[tuple[Event, int]]:
        """Events from byte ``offset``, each with the offset after it. An unfinished last line is left for later."""
        try:
            with self.events_file.open("rb") as file:
                file.seek(offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    offset += len(line)
                    yield Event.model_validate_json(line), offset
        except FileNotFoundError:
            return


class EventWriter:
    """Appends events to a job's ``events.jsonl``, gap-free, going on where an earlier process ended."""

    def __init__(self, folder: JobFolder) -> None:
        self.seq = 0
        end = 0
        for event, after in folder.read_events():
            self.seq, end = event.seq, after
        self._file = folder.events_file.open("ab")
        self._file.truncate(
            end
        )  # a line that a killed process left unfinished would hide everything after it

    def write(self, kind: Kind, payload: BaseModel | dict[str, Any]) -> Event:
        """Append one event; it is in the file (not necessarily on the platter) when this returns."""
        body = payload.model_dump(mode="json") if isinstance(payload, BaseModel) else payload
        event = Event(seq=self.seq + 1, time=time.time(), kind=kind, payload=body)
        self._file.write(event.model_dump_json().encode() + b"\n")
        self._file.flush()
        self.seq = event.seq
        return event

    def sync(self) -> None:
        """Make all events so far survive a loss of power: called before a checkpoint that they belong to."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def sha256(path: Path) -> str:
    """Hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
