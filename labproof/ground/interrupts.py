"""Signals that end a program, as the interrupt that a run knows how to end on: with its result and its report."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""Windows has no SIGHUP: there, closing the window is SIGBREAK."""


@contextmanager
def as_interrupt() -> Iterator[None]:
    """Let SIGTERM, SIGHUP and SIGBREAK raise KeyboardInterrupt in the block, as Ctrl-C does; an ignored one stays so.

    Signals reach the main thread only: in another one the block changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _interrupt) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            # A handler that was not set from Python cannot be set again from here.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second one must not cut off the writing of the report; children do not inherit this.
    signal.signal(number, _nothing)
    raise KeyboardInterrupt


def _nothing(number: int, frame: FrameType | None) -> None:
    """Go on."""
