"""What tells one student's machine from another's."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.lab import identity
from labproof.lab.machine import Lab

ID = "0123456789abcdef0123456789abcdef"


def test_machine_has_an_id_and_an_age(fake: FakeConnection, pair: Lab) -> None:
    """The id and the time of the file that holds it are what the machine tells."""
    fake.answer("master", "/etc/machine-id", f"{ID}\n")
    fake.answer("master", "stat -c %Y", "1770000000\n")
    assert identity.machine(pair["master"]) == {"machine-id": ID, "since": "2026-02-02T02:40:00+00:00"}


@pytest.mark.parametrize("said", ["", "uninitialized", "<script>", ID.upper(), f"{ID}0"])
@pytest.mark.parametrize("since", ["", "soon", "-1", "9" * 5000, "²"])
def test_machine_that_tells_no_id(fake: FakeConnection, pair: Lab, said: str, since: str) -> None:
    """What is no id and no time is left out."""
    fake.answer("master", "/etc/machine-id", Reply(said))
    fake.answer("master", "stat -c %Y", since)
    assert identity.machine(pair["master"]) == {}


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (0, {}),
        (-299, {}),
        (365 * 86400, {"clock": "365 days, 0:00:00 ahead of the grader's"}),
        (-3600, {"clock": "1:00:00 behind the grader's"}),
    ],
)
def test_clock_is_told_when_it_is_off(
    fake: FakeConnection, pair: Lab, monkeypatch: pytest.MonkeyPatch, off: int, told: dict[str, str]
) -> None:
    """A clock that is far from the grader's is told, with how far and to which side."""
    monkeypatch.setattr(identity.time, "time", lambda: 1_800_000_000.0)
    fake.answer("master", "date", f"{1_800_000_000 + off}\n")
    assert identity.clock(pair["master"]) == told


@pytest.mark.parametrize("said", ["", "soon", "-1", "9" * 5000, "²", "1e9"])
def test_clock_that_tells_no_time(fake: FakeConnection, pair: Lab, said: str) -> None:
    """What is no time is left out."""
    fake.answer("master", "date", said)
    assert identity.clock(pair["master"]) == {}
