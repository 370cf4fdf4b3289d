"""Programs are run with a deadline and an error that says what happened."""

import itertools
import os
import threading

import pytest

from labproof.ground.errors import HostError, ProvisionError
from labproof.host.command import run_checked, succeeds, tail


def test_the_output_is_returned() -> None:
    """What a program prints comes back."""
    assert run_checked(["printf", "%s", "hello"], seconds=5) == "hello"


def test_a_failure_shows_its_last_words_and_what_to_try() -> None:
    """The command, its exit status, its last line and the hint are in the message."""
    with pytest.raises(ProvisionError) as raised:
        run_checked(["sh", "-c", "echo broken >&2; exit 7"], seconds=5, error=ProvisionError, hint="mend it")
    for part in ("exit status 7", "broken", "try: mend it"):
        assert part in str(raised.value)


def test_a_missing_program_is_named() -> None:
    """A program that is not installed is an error of ours, not a traceback."""
    with pytest.raises(HostError, match="no-such-program is not installed"):
        run_checked(["no-such-program"], seconds=5)


def test_a_program_that_does_not_end_is_cut_off() -> None:
    """The deadline is kept and named."""
    with pytest.raises(HostError, match="no end after 0 s"):
        run_checked(["sleep", "9"], seconds=0.05)


def test_success_is_a_yes_or_no() -> None:
    """Neither failure nor absence raises."""
    assert succeeds(["true"], seconds=5)
    assert not succeeds(["false"], seconds=5)
    assert not succeeds(["no-such-program"], seconds=5)


def test_only_the_last_lines_are_kept() -> None:
    """A long output does not bury the message."""
    assert tail("a\n\nb\nc\n", 2) == "  b\n  c"


def test_a_program_starts_while_the_environment_changes() -> None:
    """Another thread that changes the environment, as pytest does all the time, keeps no program from its start."""
    problems: list[OSError] = []
    is_over = threading.Event()

    def start_many() -> None:
        try:
            for _ in range(300):
                succeeds(["true"], seconds=30)
                run_checked(["true"], seconds=30)
        except OSError as problem:
            problems.append(problem)
        finally:
            is_over.set()

    starting = threading.Thread(target=start_many)
    starting.start()
    for length in itertools.count():
        os.environ["CHANGES_ALL_THE_TIME"] = "x" * (length % 200)
        del os.environ["CHANGES_ALL_THE_TIME"]
        if is_over.is_set():
            break
    starting.join()
    assert problems == []
