"""How a stand-in begins and ends: logging to standard error, and SIGTERM obeyed at once, or never."""

import logging
import signal
import sys
from threading import Event

ENDING = frozenset({signal.SIGTERM, signal.SIGINT})


def begin(formatter: logging.Formatter | None = None) -> Event:
    """Set up logging, in a form of its own or ours, and hold back the ending signals for wait_for_end.

    Returns the event that wait_for_end sets.

    Called before any thread starts. The signals are held back rather than handled for two reasons. A
    handler runs in the midst of the main thread, where setting the event that is just being waited for can
    lock up for ever. And the kernel drops what process 1 of a container neither handles nor holds back.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter or logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    return Event()


def wait_for_end(stop: Event) -> None:
    """Wait for SIGTERM or SIGINT, one that came since begin included; then set the event."""
    signal.sigwait(ENDING)
    stop.set()


def stay() -> None:
    """Wait for SIGINT; SIGTERM is ignored, one that came since begin included.

    So ends, or rather does not end, a program that is process 1 of its container and handles no signal: kubelet
    kills it when the Pod's grace period is over, 30 s after it asked.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.sigwait(ENDING - {signal.SIGTERM})
