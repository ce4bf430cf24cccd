"""What is kept loaded is bounded, and the least recently asked goes first."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.trained import Trained
from trainer.predictor import sessions as module
from trainer.predictor.sessions import NoSuchModel, Sessions

World = Callable[[str, str], Trained]


def some_models(made: Trained, root: Path, count: int) -> list[str]:
    for place in range(count):
        shutil.copytree(made.results.model, root / str(place))
    return [str(root / str(place)) for place in range(count)]


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchModel, match="Train it again"):
        Sessions(tmp_path, 1).get_model(str(tmp_path / "gone"))


def test_only_so_many_are_kept(trained: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    names = some_models(trained("linear", "regression"), tmp_path, 5)
    sessions = Sessions(tmp_path, 1)
    first = sessions.get_model(names[0])
    for name in names[1:3]:
        sessions.get_model(name)
    assert sessions.get_model(names[0]) is first
    sessions.get_model(names[3])
    assert sessions.get_model(names[0]) is first
    assert [key[0].name for key in sessions.kept] == ["2", "3", "0"]


def test_large_models_push_others_out_but_not_themselves(
    trained: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 10)
    names = some_models(trained("linear", "regression"), tmp_path, 2)
    sessions = Sessions(tmp_path, 1)
    sessions.get_model(names[0])
    kept = sessions.get_model(names[1])
    assert [found[0] for found in sessions.kept.values()] == [kept]
