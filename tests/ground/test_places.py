"""Where things lie on the host."""

from pathlib import Path

import pytest

from labproof.ground import places


def test_course_is_the_checkout() -> None:
    """The course lies where the checkout does."""
    assert (places.course_dir() / "exercises" / "course.toml").is_file()


def test_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies where it was asked for, else where the desktop's rules have it, else at home."""
    monkeypatch.setenv("HOME", "/home/student")
    monkeypatch.delenv("LABPROOF_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.cache_dir() == Path("/home/student/.cache/labproof")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/x")
    assert places.cache_dir() == Path("/var/cache/x/labproof")
    monkeypatch.setenv("LABPROOF_CACHE", "/srv/labproof")
    assert places.cache_dir() == Path("/srv/labproof")


def test_state_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state of the host's lab lies where it was asked for, else in the system's place."""
    monkeypatch.delenv("LABPROOF_STATE", raising=False)
    assert places.state_dir() == Path("/var/lib/labproof")
    monkeypatch.setenv("LABPROOF_STATE", "/srv/state")
    assert places.state_dir() == Path("/srv/state")
