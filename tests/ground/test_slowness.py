"""How slow the machines are, as the environment says."""

import pytest

from labproof.ground import slowness
from labproof.ground.errors import ConfigError


def test_machines_are_not_slow_unless_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable, or with an empty one, a deadline is what it is."""
    monkeypatch.delenv(slowness.VARIABLE, raising=False)
    assert slowness.stretched(15) == 15
    monkeypatch.setenv(slowness.VARIABLE, "")
    assert slowness.stretched(15) == 15


def test_every_deadline_is_multiplied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines that are four times as slow have four times as long."""
    monkeypatch.setenv(slowness.VARIABLE, "4")
    assert slowness.stretched(15) == 60


@pytest.mark.parametrize("said", ["slow", "0.5", "-4", "nan", "inf", "1e9"])
def test_what_is_no_factor_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline is never shorter than the course says, and never endless; the words name the variable."""
    monkeypatch.setenv(slowness.VARIABLE, said)
    with pytest.raises(ConfigError, match=f"LABPROOF_SLOWNESS: expected a number from 1 to 100, found '{said}'"):
        slowness.factor()
