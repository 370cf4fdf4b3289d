"""Services of systemd."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import TransportError
from labproof.lab import service
from labproof.lab.machine import Lab

RUNNING = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled"}


@pytest.mark.parametrize(
    ("changes", "is_running", "is_enabled"),
    [
        ({}, True, True),
        ({"UnitFileState": "disabled"}, True, False),
        ({"UnitFileState": "enabled-runtime"}, True, False),
        ({"UnitFileState": "static"}, True, False),
        ({"ActiveState": "inactive", "SubState": "dead"}, False, True),
        ({"ActiveState": "failed", "SubState": "failed"}, False, True),
        ({"ActiveState": "activating", "SubState": "auto-restart"}, False, True),
        ({"ActiveState": "activating", "SubState": "start"}, False, True),
        ({"ActiveState": "active", "SubState": "exited"}, True, True),
        ({"ActiveState": "reloading", "SubState": "reload"}, True, True),
        ({"LoadState": "masked", "ActiveState": "inactive", "UnitFileState": "masked"}, False, False),
    ],
)
def test_state_of_a_unit(changes: dict[str, str], is_running: bool, is_enabled: bool) -> None:
    """A unit runs or does not, and starts at the next boot or does not: what is enabled until then does not."""
    state = service.parse("docker", {**RUNNING, **changes})
    assert (state.exists, state.is_running, state.is_enabled) == (True, is_running, is_enabled)


@pytest.mark.parametrize("properties", [{"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead"}, {}])
def test_unit_that_is_not_installed(properties: dict[str, str]) -> None:
    """A unit that there is not neither runs nor starts at boot."""
    state = service.parse("firewalld", properties)
    assert (state.exists, state.is_running, state.is_enabled) == (False, False, False)
    assert str(state) == "firewalld is not installed"


def test_removed_unit_may_still_run() -> None:
    """A service whose file was removed while it runs still runs."""
    state = service.parse("firewalld", {"LoadState": "not-found", "ActiveState": "active", "SubState": "running"})
    assert state.is_running
    assert "running" in str(state)


def test_systemd_is_asked(fake: FakeConnection, pair: Lab) -> None:
    """systemd's own properties are read."""
    fake.answer("node", "systemctl show docker", "".join(f"{k}={v}\n" for k, v in RUNNING.items()) + "Env=A=B\n")
    assert str(service.read(pair["node"], "docker")) == "docker is running and enabled at boot"


def test_systemd_that_does_not_answer_is_no_missing_unit(fake: FakeConnection, pair: Lab) -> None:
    """A systemctl that fails has not said that a unit is absent."""
    fake.answer("node", "systemctl show", Reply("", 1, "Failed to get properties: Connection timed out"))
    with pytest.raises(TransportError, match="no fact that could be read"):
        service.read(pair["node"], "docker")


@pytest.mark.parametrize("where", ["LoadState", "UnitFileState"])
def test_masked_unit_is_told(where: str) -> None:
    """A unit that is masked cannot be enabled before that is undone: it is told with the rest."""
    state = service.parse(
        "docker", {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", where: "masked"}
    )
    assert str(state) == "docker is running and not enabled at boot; it is masked"
