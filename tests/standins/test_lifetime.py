import subprocess
import sys

import pytest

PROGRAM = """
import os, signal
from standins.lifetime import begin, wait_for_end
stop = begin()
os.kill(os.getpid(), signal.{name})
wait_for_end(stop)
print(stop.is_set())
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signal_before_the_wait_counts(name: str) -> None:
    """A signal that comes before anybody waits for it still ends the program, in good order."""
    argv = [sys.executable, "-c", PROGRAM.format(name=name)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stdout) == (0, "True\n")


STAYING = """
import os, signal
from standins.lifetime import begin, stay
begin()
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGINT)
stay()
print("ended by SIGINT")
"""


def test_who_stays_does_not_end_by_sigterm() -> None:
    """SIGTERM is ignored, even one that came before; SIGINT ends the program."""
    done = subprocess.run([sys.executable, "-c", STAYING], capture_output=True, text=True, timeout=10, check=False)
    assert (done.returncode, done.stdout) == (0, "ended by SIGINT\n")
