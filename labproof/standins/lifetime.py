"""How a stand-in begins and ends: logging to standard error, and SIGTERM obeyed at once."""

import logging
import signal
import sys
from threading import Event


def begin() -> Event:
    """Set up logging and return the event that SIGTERM or SIGINT sets.

    A program that is process 1 of its container gets no default signal actions: without a handler, SIGTERM
    would be ignored and every Pod deleted only after its grace period.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
