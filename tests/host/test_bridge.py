"""Nothing is sent to the lab's addresses unless they are on the lab's own network."""

import pytest

from labproof.ground.errors import HostError
from labproof.host import bridge, table


def test_a_route_past_the_bridge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where packets would leave by another interface, the guard stops before anything is sent."""
    monkeypatch.setattr(bridge, "source_address", lambda destination: "10.0.2.15")
    with pytest.raises(HostError, match=r"from 192\.168\.200\.1 on labproof0, found 10\.0\.2\.15"):
        bridge.require(table.load())


def test_no_route_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no way to the machines, the guard says so."""
    monkeypatch.setattr(bridge, "source_address", lambda destination: "")
    with pytest.raises(HostError, match="no way there"):
        bridge.require(table.load())


def test_the_bridges_own_address_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packets that come from the bridge's address stay on it."""
    monkeypatch.setattr(bridge, "source_address", lambda destination: "192.168.200.1")
    bridge.require(table.load())


def test_the_source_of_a_local_destination_is_found() -> None:
    """The look at the routes answers for the loopback, too."""
    assert bridge.source_address("127.0.0.1") == "127.0.0.1"
