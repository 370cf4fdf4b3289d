"""How a stand-in begins and ends: logging to standard error, and SIGTERM obeyed at once."""

import logging
import signal
import sys
from threading import Event

ENDING = frozenset({signal.SIGTERM, signal.SIGINT})


def begin() -> Event:
    """Set up logging, hold back the ending signals for wait_for_end; return the event that it sets.

    Called before any thread starts. The signals are held back rather than handled for two reasons. A
    handler runs in the midst of the main thread, where setting the event that is just being waited for can
    lock up for ever. And the kernel drops what process 1 of a container neither handles nor holds back.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    return Event()


def wait_for_end(stop: Event) -> None:
    """Wait for SIGTERM or SIGINT, one that came since begin included; then set the event."""
    signal.sigwait(ENDING)
    stop.set()
