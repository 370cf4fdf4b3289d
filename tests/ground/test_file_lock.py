"""A lock that one process holds at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground import file_lock

HOLDS = """
import sys
from pathlib import Path
from labproof.ground import file_lock
with file_lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_at_once(tmp_path: Path) -> None:
    """Who comes second does not wait, and may have it once the first has ended, however it ended."""
    path = tmp_path / "锁 lock"
    argv = [sys.executable, "-c", HOLDS, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(file_lock.Busy), file_lock.held(path):
            pass
        other.kill()
    with file_lock.held(path):
        pass


def test_a_place_where_no_file_can_be_is_an_error_of_the_system(tmp_path: Path) -> None:
    """What keeps a lock from being made is not mistaken for somebody who holds it."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"), file_lock.held(tmp_path / "file" / "lock"):
        pass
