"""How a session comes to its machines."""

import subprocess
import sys
from pathlib import Path

import pytest

from labproof import reach
from labproof.errors import HostError, ProvisionError
from labproof.places import Progress
from labproof.providers.base import Endpoint
from labproof.reach import EarlyReach, Wishes


class Provider:
    """A provider of two machines that nobody answers on; keeps what was asked of it."""

    name, profile = "fake", "handout"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_up = True
        self.is_safe = True

    def up(self, progress: Progress) -> None:
        self.asked.append("up")

    def require_network(self) -> None:
        self.asked.append("network")
        if not self.is_safe:
            raise HostError("the bridge is not up")

    def endpoints(self) -> tuple[Endpoint, ...]:
        self.asked.append("endpoints")
        if not self.is_up:
            raise ProvisionError("the machines are not up")
        return tuple(Endpoint(name, "10.0.0.1", "127.0.0.1", 1, "root", Path("/none")) for name in ("master", "node"))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    monkeypatch.setattr(reach, "choose", lambda wishes: provider)
    return provider


def test_perform_brings_machines_up_first(provider: Provider) -> None:
    """Machines are brought up, then the network is checked, and only then does anything speak to them."""
    reached = reach.bring_up(Wishes(), lambda _: None)
    assert provider.asked[:3] == ["up", "network", "endpoints"]
    assert [e.name for e in reached.endpoints] == ["master", "node"]
    reached.connection.close()


def test_verify_leaves_machines_as_they_are(provider: Provider) -> None:
    """Grading never brings a machine up."""
    reach.find(Wishes()).connection.close()
    assert "up" not in provider.asked


def test_nothing_is_said_to_an_unsafe_network(provider: Provider) -> None:
    """Without the lab's own network not even a connection is opened."""
    provider.is_safe = False
    with pytest.raises(HostError, match="bridge"):
        reach.find(Wishes())
    assert "endpoints" not in provider.asked


def test_early_reach_hands_over_machines(provider: Provider) -> None:
    """What was begun early is there when it is asked for."""
    reached = EarlyReach(Wishes()).result()
    assert reached.provider is provider
    reached.connection.close()


def test_early_reach_hands_over_what_is_wrong(provider: Provider) -> None:
    """What went wrong early is told where the machines are needed, with its own words."""
    provider.is_up = False
    with pytest.raises(ProvisionError, match="not up"):
        EarlyReach(Wishes()).result()


def test_reaching_imports_nothing_heavy() -> None:
    """Connecting begins while the rest is imported: it must not need the rest."""
    code = "import sys, labproof.reach; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pytest", "pytest_bdd", "testinfra", "kubernetes", "jinja2", "rich"} & set(loaded)
