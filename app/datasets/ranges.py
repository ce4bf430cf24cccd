"""One range of bytes, as a browser's player asks for it (RFC 9110, section 14)."""

import re

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
MOST_DIGITS = 18


def find_part(wanted: str | None, length: int) -> tuple[int, int] | None:
    """First and last byte of one range (RFC 9110, 14.2); None for the whole, also where the header asks for more."""
    found = RANGE.fullmatch(wanted.strip()) if wanted else None
    if found is None or not (found[1] or found[2]) or max(map(len, found.groups())) > MOST_DIGITS:
        return None
    if not found[1]:
        return max(0, length - int(found[2])), length - 1 if int(found[2]) else -1
    return int(found[1]), min(int(found[2] or length - 1), length - 1)
