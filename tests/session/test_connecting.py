"""How a session comes to its machines."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from labproof.connection.endpoint import Endpoint
from labproof.connection.foresight import Foresight, Question, questions_file
from labproof.ground.errors import HostError, ProvisionError
from labproof.ground.places import Progress
from labproof.session import connecting as reach
from labproof.session.connecting import EarlyReach, MachineChoice


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
    reached = reach.bring_up(MachineChoice(), lambda _: None)
    assert provider.asked[:3] == ["up", "network", "endpoints"]
    assert [e.name for e in reached.endpoints] == ["master", "node"]
    reached.connection.close()


def test_verify_leaves_machines_as_they_are(provider: Provider) -> None:
    """Grading never brings a machine up."""
    reach.find(MachineChoice()).connection.close()
    assert "up" not in provider.asked


def test_nothing_is_said_to_an_unsafe_network(provider: Provider) -> None:
    """Without the lab's own network not even a connection is opened."""
    provider.is_safe = False
    with pytest.raises(HostError, match="bridge"):
        reach.find(MachineChoice())
    assert "endpoints" not in provider.asked


def test_early_reach_hands_over_machines(provider: Provider) -> None:
    """What was begun early is there when it is asked for."""
    reached = EarlyReach(MachineChoice()).result()
    assert reached.provider is provider
    reached.connection.close()


def test_early_reach_hands_over_what_is_wrong(provider: Provider) -> None:
    """What went wrong early is told where the machines are needed, with its own words."""
    provider.is_up = False
    with pytest.raises(ProvisionError, match="not up"):
        EarlyReach(MachineChoice()).result()


@pytest.mark.parametrize(("is_whole", "begun"), [(True, 1), (False, 0)])
def test_whole_grading_is_foreseen_early(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_whole: bool, begun: int
) -> None:
    """Facts are asked for while the rest is imported, but only where all of them will be needed; the session's are."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path))
    asked: list[Iterable[Question]] = []
    monkeypatch.setattr(Foresight, "fetch_ahead", lambda self, questions: asked.append(questions))
    reached = EarlyReach(MachineChoice(), is_whole).result()
    assert len(asked) == begun
    reached.connection.begin(questions_file("handout", "x"), {"master"})
    assert len(asked) == 1
    reached.connection.close()


def test_spoilt_rubric_is_told_by_the_session(provider: Provider, tmp_path: Path) -> None:
    """A settings file that is wrong is no reason not to find the machines: the session tells all that is wrong."""
    (tmp_path / "rubric.toml").write_text("[")
    EarlyReach(MachineChoice(rubric=tmp_path / "rubric.toml"), is_whole=True).result().connection.close()


def test_reaching_imports_nothing_heavy() -> None:
    """Connecting begins while the rest is imported: it must not need the rest."""
    code = "import sys, labproof.session.connecting; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pytest", "pytest_bdd", "testinfra", "kubernetes", "jinja2", "rich"} & set(loaded)
