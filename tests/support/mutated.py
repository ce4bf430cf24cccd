"""Right files with wrong bytes in them: cut, flipped, doubled, filled."""

from hypothesis import strategies as st


@st.composite
def mutations(draw: st.DrawFn, originals: list[bytes], most: int = 6) -> bytes:
    """One of the files after a few changes."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, most))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(("flip", "cut", "double", "fill", "number"))):
            case "flip" if data:
                data[place] ^= draw(st.integers(1, 255))
            case "cut":
                del data[place : place + draw(st.integers(1, 200))]
            case "double":
                data[place:place] = data[place : place + draw(st.integers(1, 200))]
            case "fill":
                data[place : place + 4] = draw(
                    st.sampled_from((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
                )
            case _:
                data[place : place + 4] = draw(st.binary(min_size=4, max_size=4))
    return bytes(data)
