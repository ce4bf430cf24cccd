"""Trained models that several tests look at; each is made once a session and never changed."""

from collections.abc import Callable

import pytest

from tests.support.trained import Trained, a_trained_model


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Trained]:
    """``trained(learner, task)``: a real model, its report and its export. Look, do not write."""
    kept: dict[tuple[str, str], Trained] = {}

    def get(learner: str, task: str) -> Trained:
        if (learner, task) not in kept:
            folder = tmp_path_factory.mktemp(f"{learner}-{task}")
            kept[learner, task] = a_trained_model(folder, learner, task)
        return kept[learner, task]

    return get
