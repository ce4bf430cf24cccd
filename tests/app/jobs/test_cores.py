"""Threads in sum never exceed the cores, whatever starts and ends in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.cores import Cores


def test_a_machine_without_cores_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one core"):
        Cores(0)


def test_a_job_without_room_is_refused() -> None:
    cores = Cores(1)
    cores.start("a", short=False)
    assert not cores.room(short=False)
    with pytest.raises(ValueError, match="No core is free"):
        cores.start("b", short=False)


def test_one_training_has_all_cores_and_gives_way() -> None:
    cores = Cores(8)
    assert cores.start("a", short=False) == {"a": 8}
    assert cores.start("b", short=False) == {"a": 4, "b": 4}
    assert cores.start("c", short=False) == {"a": 2, "b": 2, "c": 2}
    assert cores.start("d", short=True) == {"d": 1}
    assert cores.end("c") == {"a": 3, "b": 3}
    assert cores.end("d") == {"a": 4, "b": 4}
    assert cores.end("a") == {"b": 8}
    assert cores.end("b") == {}
    assert cores.end("never started") == {}


def test_a_short_job_never_waits_behind_trainings() -> None:
    cores = Cores(2)
    cores.start("a", short=False)
    cores.start("b", short=False)
    assert cores.room(short=True)
    cores.start("import", short=True)
    assert cores.granted == 3
    assert not cores.room(short=True)


@given(st.integers(1, 9), st.lists(st.tuples(st.integers(0, 11), st.booleans()), max_size=60))
def test_whatever_starts_and_ends(total: int, steps: list[tuple[int, bool]]) -> None:
    cores = Cores(total)
    at_work: dict[str, bool] = {}
    shown: dict[str, int] = {}
    for number, short in steps:
        job = str(number)
        if job in at_work:
            shown.update(cores.end(job))
            del at_work[job], shown[job]
        elif cores.room(short=short):
            shown.update(cores.start(job, short=short))
            at_work[job] = short
        assert shown == {job: cores.threads(job) for job in at_work}, "a grant changed and nobody was told"
        trainings = [threads for job, threads in shown.items() if not at_work[job]]
        assert all(threads >= 1 for threads in shown.values())
        assert sum(trainings) <= total
        assert max(trainings, default=1) == min(trainings, default=1)
        assert cores.granted <= total + (1 if any(at_work.values()) else 0)
        if not any(at_work.values()):
            assert cores.granted <= total
