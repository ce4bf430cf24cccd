"""A file packed by gzip, inflated with its real bytes counted."""

import gzip
import zlib
from pathlib import Path

from trainer.sources.refusal import Refused

RATIO = 200
"""Tables pack to a tenth or a fiftieth; deflate itself ends at about a thousandth."""
SMALL = 16 << 20
MOST_BYTES = 20 << 30
PIECE = 1 << 20


def unpack_gzip(path: Path, scratch: Path) -> Path:
    """Inflate into ``scratch``. Raises Refused for bombs and for what is damaged."""
    target = scratch / "unpacked"
    packed = path.stat().st_size
    seen = 0
    try:
        with gzip.open(path) as file, target.open("wb") as out:
            while piece := file.read(PIECE):
                seen += len(piece)
                if seen > MOST_BYTES or (seen > SMALL and seen > RATIO * packed):
                    raise Refused(
                        f"The gzip file of {packed:,} bytes unpacks to more than {RATIO} times as much. Real data "
                        "hardly ever does: it looks like a bomb and was not unpacked further. Bring it unpacked."
                    )
                out.write(piece)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Refused("The gzip file is damaged or cut off. Make it again and bring that.") from error
    return target
