"""Files that harm: bombs, liars, links, and pickles in every dress; made here, so that none lies in the tree."""

import functools
import gzip
import io
import pickle
import struct
import tarfile
import zlib
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from tests.support.importing import a_picture, a_sound, a_tar, a_zip

ZEROS = b"\0" * 1_000_000


class Canary:
    """Writes a file when a pickle of it is loaded."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.place), "w")


def a_nested_zip() -> bytes:
    """Zips in zips in zips: ten levels of ten."""
    inner = a_zip({"a.png": ZEROS})
    for _ in range(10):
        inner = a_zip({f"{n}.zip": inner for n in range(10)})
    return inner


def a_flat_bomb() -> bytes:
    """100 MB of zeros in 100 kB."""
    return a_zip({f"cats/{n}.png": ZEROS * 10 for n in range(10)})


def a_lying_zip() -> bytes:
    """The directory says 100 bytes, the data inflates to 32 MB."""
    data = bytearray(a_zip({"cats/a.csv": b"a,b\n" + b"1,2\n" * 8_000_000}))
    for magic, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.find(magic) + offset, 100)
    return bytes(data)


def an_overlapping_zip() -> bytes:
    """Two entries of the directory share the same data."""
    data = bytearray(a_zip({"cats/a.png": a_picture(), "cats/b.png": a_picture(seed=1)}))
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 10)
    return bytes(data)


def a_quoted_overlap(entries: int = 200) -> bytes:
    """Each entry quotes the local header of the next in a stored block and goes on with its data (Fifield, 2019)."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(ZEROS) + squeeze.flush()
    blob, known = b"", []
    for name in reversed([f"a/{n:04}.png".encode() for n in range(entries)]):
        sizes = (len(packed), len(ZEROS))
        header = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, *sizes, len(name), 0) + name
        blob = header + packed
        known.append((name, sizes, len(blob)))
        packed = b"\0" + struct.pack("<HH", len(header), 0xFFFF ^ len(header)) + blob
    directory = b"".join(
        struct.pack("<4s6H3I5H", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, *sizes, len(name), 0, 0, 0, 0)
        + struct.pack("<2I", 0, len(blob) - length)
        + name
        for name, sizes, length in reversed(known)
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(blob), 0)
    return blob + directory + end


def a_zip_of_many(entries: int = 600_000) -> bytes:
    """Nothing but a directory of empty files."""
    one = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0)
        + b"a.png"
    )
    directory = one * entries
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


def a_gzip_bomb() -> bytes:
    """A tar of 120 MB of zeros, packed."""
    return gzip.compress(a_tar({f"cats/{n}.png": ZEROS * 12 for n in range(10)}), 1)


def a_tar_of_long_names() -> bytes:
    """A header that says its note is 900 MB long, packed."""
    info = tarfile.TarInfo("././@LongLink")
    info.size, info.type = 900_000_000, tarfile.GNUTYPE_LONGNAME
    return info.tobuf(tarfile.GNU_FORMAT) + b"a" * 2_000_000


def a_tar_that_lies() -> bytes:
    """A member that is longer than the archive."""
    info = tarfile.TarInfo("cats/a.png")
    info.size = 1 << 40
    return info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024


def a_tar_of_links() -> bytes:
    """Every kind of member that is no file, beside two pictures."""
    entries: list[tuple[tarfile.TarInfo, bytes]] = []
    for kind, name in (
        (tarfile.SYMTYPE, "symlink"), (tarfile.LNKTYPE, "hardlink"), (tarfile.CHRTYPE, "character"),
        (tarfile.BLKTYPE, "block"), (tarfile.FIFOTYPE, "fifo"),
    ):  # fmt: skip
        info = tarfile.TarInfo(f"cats/{name}.png")
        info.type, info.linkname = kind, "/etc/passwd"
        entries.append((info, b""))
    for name in ("cats/1.png", "dogs/2.png", "../out.png", "/etc/out.png"):
        info = tarfile.TarInfo(name)
        info.size = len(a_picture())
        entries.append((info, a_picture()))
    return a_tar(entries)


@functools.cache
def a_huge_png(side: int = 50_000) -> bytes:
    """2.5 thousand million black pixels."""
    squeeze = zlib.compressobj(1)
    row = bytes(1 + side // 8) * 1000
    pixels = b"".join(squeeze.compress(row) for _ in range(side // 1000)) + squeeze.flush()
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)),
        (b"IDAT", pixels),
        (b"IEND", b""),
    ):
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def a_long_gif(frames: int = 100_000) -> bytes:
    """A picture of very many frames."""
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    data = out.getvalue()
    start = data.index(b"\x2c", 13)
    return data[:start] + data[start:-1] * frames + b"\x3b"


def a_looping_tiff() -> bytes:
    """The next directory is the first one again."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "TIFF")
    data = bytearray(out.getvalue())
    first = struct.unpack_from("<I", data, 4)[0]
    tags = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * tags, first)
    return bytes(data)


def a_gifar() -> bytes:
    """A GIF that is a zip as well."""
    return a_picture("GIF") + a_zip({"Evil.class": b"\xca\xfe\xba\xbe"})


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@functools.cache
def a_day_of_silence(*, says_so: bool) -> bytes:
    """24 hours in a few kilobytes of FLAC; unless it ``says_so``, its header leaves the length open."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", 1_000, 1, "PCM_16", format="FLAC") as file:
        for _ in range(24):
            file.write(np.zeros(3_600_000, np.int16))
    data = bytearray(out.getvalue())
    if not says_so:
        data[21] &= 0xF0
        data[22:26] = b"\0\0\0\0"
    return bytes(data)


def some_pickles(canary: Path) -> dict[str, bytes]:
    """The same pickle in every dress in which models travel."""
    bad = pickle.dumps(Canary(canary))
    array = io.BytesIO()
    np.save(array, np.asarray([Canary(canary)], dtype=object), allow_pickle=True)
    return {
        "bare": bad,
        "torch zip": a_zip({"archive/data.pkl": bad, "archive/version": b"3"}),
        "npy": array.getvalue(),
        "npz": a_zip({"x.npy": array.getvalue()}),
        "zip of pickles": a_zip({"a/x.pkl": bad, "b/y.pt": bad}),
        "pickle as a picture": a_zip({"a/x.png": bad, "b/y.png": bad}),
        "tar of pickles": a_tar({"a/x.joblib": bad, "b/y.npy": array.getvalue()}),
    }


def bombs(canary: Path) -> dict[str, bytes]:
    """Every file that must be refused as a whole, by what it is."""
    return {
        "nested zips": a_nested_zip(),
        "flat bomb": a_flat_bomb(),
        "lying sizes": a_lying_zip(),
        "overlapping entries": an_overlapping_zip(),
        "quoted overlap": a_quoted_overlap(),
        "many entries": a_zip_of_many(),
        "packed tar": a_gzip_bomb(),
        "long names": a_tar_of_long_names(),
        "lying tar": a_tar_that_lies(),
        "huge PNG": a_zip({"a/1.png": a_huge_png(), "b/1.png": a_huge_png()}),
        "GIFAR": a_gifar(),
        "SVG with a script": SVG,
        "web page as a picture": a_zip({"a/1.png": HTML, "b/2.jpg": SVG}),
        "silence that says so": a_zip({"a/1.flac": a_day_of_silence(says_so=True), "b/1.txt": b"x"}),
        "silence that does not": a_zip({"a/1.flac": a_day_of_silence(says_so=False), "b/1.txt": b"x"}),
        **{f"pickle: {dress}": data for dress, data in some_pickles(canary).items()},
    }


def survivors() -> dict[str, bytes]:
    """Files of which a part is read: the rest is told."""
    sound = a_sound()
    return {
        "many frames": a_tar({"a/1.gif": a_long_gif(), "b/1.gif": a_picture("GIF")}),
        "looping TIFF": a_zip({"a/1.tif": a_looping_tiff(), "b/1.png": a_picture()}),
        "links": a_tar_of_links(),
        "silence beside sounds": a_zip(
            {"a/1.flac": a_day_of_silence(says_so=True), "a/2.wav": sound, "b/1.wav": sound}
        ),
        "GIFAR beside pictures": a_zip({"a/1.gif": a_gifar(), "b/1.png": a_picture(), "b/2.png": SVG}),
    }
