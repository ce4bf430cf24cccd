"""The readers of tables under files that go bad, for as long as the soak may last."""

import os
import time

import pytest

from tests.support.damaged_tables import read_in_children

SECONDS = float(os.environ.get("SKILLET_SOAK_SECONDS", "120"))
BATCH = 300


@pytest.mark.timeout(3600)
def test_nothing_but_tables_and_refusals() -> None:
    end = time.monotonic() + SECONDS
    first = int(time.time()) * 1_000  # other files each time; a number says which
    odd = []
    while time.monotonic() < end:
        odd += [line for line in read_in_children(first, BATCH) if line[2] not in ("a table", "refused")]
        first += BATCH
    assert odd == []
