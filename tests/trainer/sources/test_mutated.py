"""Damaged pictures, sounds, masks and archives: read, or told in words; nothing else ever comes out."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.importing import a_csv, a_mask, a_picture, a_sound, a_tar, a_zip, an_import
from tests.support.mutated import mutations
from trainer.sources.masks import mask_values
from trainer.sources.pictures import Unreadable, read_picture, strict_pillow
from trainer.sources.refusal import Refused
from trainer.sources.sounds import read_sound

EXAMPLES = 60
PICTURES = [a_picture(form) for form in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")]
SOUNDS = [
    a_sound(0.05, form=form, subtype=kind)
    for form, kind in (("WAV", "FLOAT"), ("FLAC", None), ("OGG", "VORBIS"), ("MP3", None))
]
MASKS = [a_mask([0, 1, 2]), a_mask([0, 255])]
FILES = {
    "a/1.png": a_picture(), "b/2.jpg": a_picture("JPEG"), "b/2.txt": b"0 0.5 0.5 1 1", "c/3.wav": a_sound(0.02),
    "d/metadata.csv": a_csv("file_name,x", "1.png,1"), "n.json": b'{"images": [], "annotations": [], "categories": []}',
    "d/note.xml": b"<annotation><filename>1.png</filename></annotation>",
}  # fmt: skip
ARCHIVES = [a_zip(FILES), a_tar(FILES), a_tar(FILES, "w:gz")]
quick = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check_picture(data: bytes) -> None:
    with strict_pillow():
        try:
            assert read_picture(data).data.startswith((b"\x89PNG", b"\xff\xd8"))
        except Unreadable as error:
            assert str(error)


def check_sound(data: bytes) -> None:
    try:
        found = read_sound(data)
    except Unreadable as error:
        assert str(error)
    else:
        assert found.data.startswith(b"fLaC")
        assert found.frames > 0


def check_mask(data: bytes) -> None:
    with strict_pillow():
        try:
            assert mask_values(data)
        except Unreadable as error:
            assert str(error)


@quick
@given(data=mutations(PICTURES))
def test_pictures(data: bytes) -> None:
    check_picture(data)


@quick
@given(data=mutations(SOUNDS))
def test_sounds(data: bytes) -> None:
    check_sound(data)


@quick
@given(data=mutations(MASKS))
def test_masks(data: bytes) -> None:
    check_mask(data)


@settings(quick, max_examples=40)
@given(data=mutations(ARCHIVES))
def test_archives(data: bytes, tmp_path: Path) -> None:
    try:
        found = an_import(tmp_path, data)
    except Refused as error:
        assert str(error).endswith(".")
    else:
        assert found.schema.rows > 0


NAMES = st.lists(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12), min_size=1, max_size=5
)


ENDINGS = st.lists(st.sampled_from(["png", "txt", "xml", "json", "csv", "wav", ""]), min_size=5, max_size=5)


@settings(quick, max_examples=20)
@given(paths=st.lists(NAMES, min_size=1, max_size=5), endings=ENDINGS)
def test_any_tree_of_names_is_read_or_refused(
    paths: list[list[str]], endings: list[str], tmp_path: Path
) -> None:
    contents = {"png": a_picture(size=(3, 3)), "wav": a_sound(0.01), "": b"x"}
    entries: dict[str, bytes] = {}
    for parts, ending in zip(paths, endings, strict=False):
        name = "/".join(parts).replace("\0", "0") + (f".{ending}" if ending else "")
        entries[name] = contents.get(ending, b"one,two\n1,2\n")
    try:
        found = an_import(tmp_path, a_tar(entries))
    except Refused as error:
        assert str(error).endswith(".")
    else:
        assert found.schema.rows > 0
        told = {reject["file"] for reject in found.rejects()}
        assert all(isinstance(name, str) and name.isprintable() for name in told)


NO_SOUNDS = [
    b"", b"RIFF", b"fLaC", b"OggS" * 20, b"ID3" + b"\0" * 40, b"\xff\xfb\x90\0" * 9, b"FORMxxxxAIFF",
    b"\0\0\0\x20ftypM4A ",
]  # fmt: skip


@pytest.mark.parametrize("data", NO_SOUNDS)
def test_what_is_no_sound_is_told_in_plain_words(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_sound(data)
    assert not any(word in str(refused.value) for word in ("Error", "libsndfile", "psf_", "unspecified"))
