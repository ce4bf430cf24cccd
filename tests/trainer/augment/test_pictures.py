"""Pictures changed on purpose: the same on numpy and torch, by seed and step alone, as each one says."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.learners.small import a_prepared
from trainer.augment import change_pictures, change_rows
from trainer.augment.arrays import NumpyArrays
from trainer.augment.draws import Draws
from trainer.augment.pictures.placing import Placing
from trainer.augment.torch_arrays import TorchArrays, find_change, find_numbers
from trainer.contract.augmentations import AUGMENTATIONS, list_cards, on, read_augmentation
from trainer.contract.recipe import Augmentation

PICTURES = [card.key for card in list_cards("image")]
HOST, DEVICE = NumpyArrays(), TorchArrays(torch.device("cpu"))


def some_pictures(count: int = 12, side: int = 20, colours: int = 3) -> np.ndarray:
    """Smooth blobs with some noise, uint8 [B, S, S, C]."""
    dice = np.random.default_rng(1)
    y, x = np.mgrid[0:side, 0:side] / side
    waves = 127 + 80 * np.sin(6 * x + dice.uniform(0, 6, (count, 1, 1))) * np.cos(5 * y)
    noisy = waves[..., None] + dice.normal(0, 12, (count, side, side, colours))
    return noisy.clip(0, 255).astype(np.uint8)


def change(x: Any, augmentation: Augmentation, seed: int = 0, step: int = 0) -> Any:
    return change_pictures(x, read_augmentation(augmentation), Draws(seed, step), HOST)


def test_unknown_ones_and_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="No augmentation is called ‘melt’"):
        read_augmentation(Augmentation(changes={"melt": {}}))
    with pytest.raises(ValueError, match="less than or equal to 180"):
        read_augmentation(Augmentation(changes={"rotate": {"degrees": 270}}))


@pytest.mark.parametrize("keys", [*([key] for key in PICTURES), PICTURES])
def test_a_preview_shows_what_the_loop_does(keys: list[str]) -> None:
    x = some_pictures()
    chosen = read_augmentation(on(*keys))
    for step in range(3):
        host = np.asarray(change_pictures(x, chosen, Draws(7, step), HOST), dtype=np.float32)
        device = change_pictures(torch.from_numpy(x), chosen, Draws(7, step), DEVICE)
        assert np.abs(host - device.float().numpy()).max() < 0.05, keys  # of 255: nobody sees it
        assert not np.array_equal(host, x.astype(np.float32))


@pytest.mark.parametrize("key", PICTURES)
def test_draws_follow_from_seed_and_step_and_from_nothing_else(key: str) -> None:
    x = some_pictures()
    first = change(x, on(key), seed=3, step=5)
    np.random.seed(9)
    torch.manual_seed(9)
    assert np.array_equal(first, change(x, on(key), seed=3, step=5))
    assert not np.array_equal(first, change(x, on(key), seed=3, step=6))
    assert not np.array_equal(first, change(x, on(key), seed=4, step=5))


def test_switching_one_on_leaves_the_draws_of_others() -> None:
    x = some_pictures()
    assert np.array_equal(change(x, on("mirror", "grain")), change(change(x, on("mirror")), on("grain")))


def test_shifting_moves_by_whole_pixels_everywhere_within_reach_and_never_invents() -> None:
    picture = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1).repeat(300, 0)
    moved = change(picture, on(shift={"reach": 0.25}))
    assert moved.dtype == np.uint8
    places = {(int(one[4, 4, 0]) // 8 - 4, int(one[4, 4, 0]) % 8 - 4) for one in moved}
    assert places == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}
    for key, other in (("mirror", picture[0, :, ::-1]), ("upside_down", picture[0, ::-1])):
        kinds = {one.tobytes() for one in change(picture, on(key))}
        assert kinds == {picture[0].tobytes(), np.ascontiguousarray(other).tobytes()}


def test_turns_and_zooms_are_about_the_middle() -> None:
    x = some_pictures(1)
    quarter = Placing(1, 20, 20)
    quarter.compose(np.array([[[0.0, -1.0], [1.0, 0.0]]]), exact=False)
    turned = quarter.apply(x, HOST)
    assert (
        np.abs(turned[0] - np.rot90(x[0], -1)).max() < 0.01 or np.abs(turned[0] - np.rot90(x[0])).max() < 0.01
    )
    ramp = np.tile(np.arange(20, dtype=np.float32)[None, :, None, None] * 10, (1, 1, 20, 1))
    twice = Placing(1, 20, 20)
    twice.compose(np.eye(2)[None] / 2, exact=False)
    expected = ((np.arange(20) - 9.5) / 2 + 9.5) * 10
    assert np.abs(twice.apply(ramp, HOST)[0, :, 7, 0] - expected).max() < 0.01
    turns = change(np.tile(x, (200, 1, 1, 1)), on(rotate={"degrees": 30.0}))
    assert len({one.tobytes() for one in turns}) == 200


def test_light_blur_grain_and_erase_do_what_they_say() -> None:
    x = some_pictures(400)
    lit = change(x, on(light={"brightness": 0.5, "contrast": 0.0, "saturation": 0.0}))
    factor = lit.mean(axis=(1, 2, 3)) / x.mean(axis=(1, 2, 3))
    assert 0.5 <= factor.min() < 0.6 < 1.3 < factor.max() <= 1.5
    grey = change(x, on(light={"brightness": 0.0, "contrast": 0.0, "saturation": 1.0}))
    assert np.std(grey, axis=3).mean(axis=(1, 2)).min() < 1
    rough = np.abs(np.diff(x.astype(float), axis=2)).mean(axis=(1, 2, 3))
    smooth = np.abs(np.diff(change(x, on(blur={"share": 1.0, "amount": 2.0})), axis=2)).mean(axis=(1, 2, 3))
    assert (smooth <= rough + 1e-3).all()
    assert (smooth < 0.7 * rough).mean() > 0.5
    noise = change(x, on(grain={"amount": 0.1})) - x
    assert 5 < noise.std() < 20
    hidden = (change(x, on(erase={"share": 1.0, "side": 0.5})) != x).any(axis=3).mean(axis=(1, 2))
    assert hidden.max() <= 0.31
    assert 0.02 < hidden.mean() < 0.12


def test_grey_pictures_have_one_colour_and_work_too() -> None:
    x = some_pictures(colours=1)
    for key in PICTURES:
        assert change(x, on(key)).shape == x.shape


def test_only_numbers_of_a_row_tremble() -> None:
    x = np.zeros((500, 4), np.float32)
    numeric = np.array([1, 0, 0, 1], np.float32)
    chosen = read_augmentation(on(jitter={"amount": 0.2}))
    host = change_rows(x, numeric, chosen, Draws(0, 0), HOST)
    assert (host[:, 1:3] == 0).all()
    assert host[:, [0, 3]].std() == pytest.approx(0.2, abs=0.02)
    device = change_rows(torch.from_numpy(x), numeric, chosen, Draws(0, 0), DEVICE)
    assert np.array_equal(device.numpy(), host)


def test_marks_and_categories_are_no_numbers(tmp_path: Any) -> None:
    prepared = a_prepared(tmp_path)
    number = prepared.specs[0]
    specs = [
        number | {"flag": True},
        {"kind": "category", "column": "c1", "name": "town", "categories": ["a", "b"]},
        number | {"kind": "datetime"},
        number | {"mode": "raw"},
    ]
    found = find_numbers(type(prepared)(**(prepared.__dict__ | {"specs": specs})))
    assert found.tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_nothing_is_done_where_nothing_fits(tmp_path: Any) -> None:
    device = torch.device("cpu")
    table = a_prepared(tmp_path / "t")
    pictures = a_prepared(tmp_path / "p", pictures=True)
    assert find_change(read_augmentation(on("mirror")), table, 0, device) is None
    assert find_change(read_augmentation(on("jitter")), pictures, 0, device) is None
    assert find_change({}, pictures, 0, device) is None
    everything = read_augmentation(on(*AUGMENTATIONS))
    x = torch.from_numpy(some_pictures().transpose(0, 3, 1, 2))
    alter = find_change(everything, pictures, 0, device)
    assert alter is not None
    assert alter(x, 0).shape == x.shape
