"""A long fuzz of what reads strangers' pictures, sounds and masks, in children that may die: none does.

``make soak``; SKILLET_SOAK_MINUTES says how long.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.timeout(7200)]
MINUTES = float(os.environ.get("SKILLET_SOAK_MINUTES", "10"))
FUZZ = """
from hypothesis import given, settings
from tests.support.mutated import mutations
from tests.trainer.sources import test_mutated as those

for check, originals in (
    (those.check_picture, those.PICTURES), (those.check_sound, those.SOUNDS), (those.check_mask, those.MASKS),
):
    def fuzz(data):
        check(data)
    settings(max_examples=100, deadline=None, database=None)(given(data=mutations(originals, 30))(fuzz))()
"""


def test_no_reader_dies() -> None:
    until = time.monotonic() + MINUTES * 60
    while time.monotonic() < until:
        ended = subprocess.run(
            [sys.executable, "-c", FUZZ],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
        assert ended.returncode == 0, ended.stderr[-4000:]
