"""Saying in an error what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from labproof.ground.errors import ActionFailed

TRY = "\n  try: "
"""What stands in an error before what to do about it."""


@contextmanager
def way_out(try_this: str) -> Iterator[None]:
    """Have an action that fails say what to do about it."""
    try:
        yield
    except ActionFailed as problem:
        raise ActionFailed(f"{problem}{TRY}{try_this}") from problem
