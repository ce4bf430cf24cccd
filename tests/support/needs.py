"""What a test needs of its machine."""

import os
from typing import NoReturn

import pytest


def missing(sentence: str) -> NoReturn:
    """Leave a test out, in words; where everything must be there (SKILLET_TEST_COMPLETE=1) that is
    an error.
    """
    if os.environ.get("SKILLET_TEST_COMPLETE") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
