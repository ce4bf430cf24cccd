"""Who may use how many cores: the threads of all jobs together never exceed them.

Trainings share evenly. Imports and baselines are short and take one thread each; so that a person who looks
at the page never waits behind an hour of training, one of them may stand beside trainings that hold every
core. That one borrowed thread is the only excess there is.
"""

from dataclasses import dataclass, field


@dataclass
class Cores:
    """The cores of this machine and what is granted of them."""

    total: int
    _threads: dict[str, int] = field(default_factory=dict)
    _short: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.total < 1:
            raise ValueError(f"A machine has at least one core, not {self.total}.")

    def room(self, *, short: bool) -> bool:
        """Whether one more job could start, after the trainings have moved together."""
        if len(self._threads) < self.total:
            return True
        return short and not self._short

    def start(self, job: str, *, short: bool) -> dict[str, int]:
        """Let a job start; answers the grants that are new or changed."""
        if not self.room(short=short):
            raise ValueError(f"No core is free for job {job}.")
        if short:
            self._short.add(job)
        return self._share({**self._threads, job: 1})

    def end(self, job: str) -> dict[str, int]:
        """Take a job's cores back; answers the grants that changed."""
        self._short.discard(job)
        return self._share({other: threads for other, threads in self._threads.items() if other != job})

    def threads(self, job: str) -> int:
        """Threads granted to a job."""
        return self._threads[job]

    @property
    def granted(self) -> int:
        """Threads granted in all."""
        return sum(self._threads.values())

    def _share(self, jobs: dict[str, int]) -> dict[str, int]:
        trainings = len(jobs) - len(self._short & jobs.keys())
        each = max(1, (self.total - len(self._short)) // trainings) if trainings else 1
        shares = {job: 1 if job in self._short else each for job in jobs}
        changed = {job: n for job, n in shares.items() if self._threads.get(job) != n}
        self._threads = shares
        return changed
