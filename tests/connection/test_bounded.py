"""Collecting a stream of unknown length."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.bounded import BoundedOutput


@given(st.lists(st.binary(max_size=50)), st.integers(0, 100))
def test_head_is_kept_and_all_is_counted(chunks: list[bytes], kept: int) -> None:
    """However a stream comes in, its head is kept and all of it is counted and hashed."""
    output = BoundedOutput(kept=kept, limit=10_000)
    for chunk in chunks:
        output.add(chunk)
    whole = b"".join(chunks)
    assert output.text == whole[:kept].decode("utf-8", errors="backslashreplace")
    assert (output.total, output.dropped) == (len(whole), max(0, len(whole) - kept))
    assert output.digest == hashlib.sha256(whole).hexdigest()


def test_flood_begins_above_the_limit() -> None:
    """A stream is a flood once it has sent more than the limit, and not before."""
    output = BoundedOutput(kept=2, limit=4)
    output.add(b"1234")
    assert not output.is_flooded
    output.add(b"5")
    assert output.is_flooded


def test_bytes_that_are_no_text() -> None:
    """Bytes that are not UTF-8 are shown as escapes, and none is lost."""
    output = BoundedOutput()
    output.add("é".encode() + b"\xff\x00")
    assert output.text == "é\\xff\x00"
