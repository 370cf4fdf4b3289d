"""How a session comes to its machines."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from labproof.connection.endpoint import Endpoint
from labproof.connection.foresight import Foresight, Question
from labproof.connection.live import LiveConnection
from labproof.ground.errors import HostError, ProvisionError
from labproof.ground.places import Progress, course_dir
from labproof.records.evidence import find_break, read
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
    reached.connection.begin(lambda: (), {"master"})
    assert len(asked) == 1
    reached.connection.close()


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A course with something to begin early, that nobody has imported yet; what came of it."""
    import steps

    # Of another test's course nothing is left that could be taken for this one's.
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "steps"}
    shutil.copytree(course_dir() / "exercises", tmp_path / "exercises")
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "__init__.py").touch()
    (tmp_path / "steps" / "early.py").write_text(
        "from labproof.ground.errors import ConfigError\n"
        "TOLD = []\n"
        "def begin(seen, profile):\n"
        "    if profile == 'rehearsal': raise ConfigError(['course.toml'])\n"
        "    seen.closing.callback(TOLD.append, 'taken away')\n"
        "    seen.log.append(machine='master', kind='command', request='ls', purpose='observe', started='',"
        " seconds=0.0, status=0)\n"
        "    TOLD.append(profile)\n"
        "    return 'begun'\n"
    )
    monkeypatch.setenv("LABPROOF_COURSE", str(tmp_path))
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    told: list[str] = []
    yield told
    for name in [name for name in sys.modules if name.split(".")[0] == "steps"]:
        del sys.modules[name]
    sys.modules.update(kept)
    assert steps is sys.modules["steps"]


def told() -> list[str]:
    """Return what the course's early part was told."""
    return list(sys.modules["steps.early"].TOLD)


@pytest.fixture
def all_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every machine answer."""
    monkeypatch.setattr(LiveConnection, "unreached", lambda self: {})


@pytest.mark.usefixtures("course", "all_answer")
def test_course_begins_what_takes_longest(provider: Provider, tmp_path: Path) -> None:
    """As soon as all machines answer the course may begin; what it asked is evidence once the run has its folder."""
    reached = EarlyReach(MachineChoice(), is_whole=True).result()
    assert (reached.begun, told()) == ("begun", ["handout"])
    assert reached.outlook is not None
    reached.outlook.log.open(tmp_path / "evidence.jsonl")
    reached.outlook.log.close()
    assert [one.request for one in read(tmp_path / "evidence.jsonl")] == ["ls"]
    assert find_break(tmp_path / "evidence.jsonl", reached.outlook.log.head) == ""
    reached.connection.close()


@pytest.mark.usefixtures("course", "all_answer")
def test_what_was_begun_for_nothing_is_taken_away(provider: Provider) -> None:
    """A session that never came to be leaves nothing behind, and what has been taken away is so once."""
    early = EarlyReach(MachineChoice(), is_whole=True)
    early.result().connection.close()
    for _ in range(2):
        early.pytest_unconfigure()
    assert told() == ["handout", "taken away"]


@pytest.mark.usefixtures("course", "all_answer")
def test_nothing_is_begun_for_a_session_that_has_ended(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that was refused while the machines were still looked for leaves them alone."""
    is_refused, endpoints = threading.Event(), provider.endpoints

    def late() -> tuple[Endpoint, ...]:
        assert is_refused.wait(10)
        return endpoints()

    monkeypatch.setattr(provider, "endpoints", late)
    early = EarlyReach(MachineChoice(), is_whole=True)
    early.pytest_unconfigure()
    is_refused.set()
    assert early.result().begun is None


@pytest.mark.usefixtures("course")
def test_nothing_is_begun_where_a_machine_keeps_silent(provider: Provider) -> None:
    """A lab of which a part does not answer is looked at by the session, which says so first."""
    reached = EarlyReach(MachineChoice(), is_whole=True).result()
    assert (reached.begun, reached.outlook, told()) == (None, None, [])


@pytest.mark.usefixtures("course", "all_answer")
def test_nothing_is_begun_for_a_part(provider: Provider) -> None:
    """Where only a part is graded, or the settings are wrong, the session alone decides what is asked."""
    assert EarlyReach(MachineChoice()).result().begun is None
    assert EarlyReach(MachineChoice(rubric=Path("none.toml")), is_whole=True).result().begun is None


@pytest.mark.usefixtures("course", "all_answer")
def test_what_is_wrong_with_the_course_is_told_by_the_session(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the course cannot begin with keeps nobody from the machines."""
    monkeypatch.setenv("LAB_PROFILE", "rehearsal")
    assert EarlyReach(MachineChoice(), is_whole=True).result().begun is None


def test_spoilt_rubric_is_told_by_the_session(provider: Provider, tmp_path: Path) -> None:
    """A settings file that is wrong is no reason not to find the machines: the session tells all that is wrong."""
    (tmp_path / "rubric.toml").write_text("[")
    EarlyReach(MachineChoice(rubric=tmp_path / "rubric.toml"), is_whole=True).result().connection.close()


def test_reaching_imports_nothing_heavy() -> None:
    """Connecting begins while the rest is imported: it must not need the rest."""
    code = "import sys, labproof.session.connecting, labproof.providers.embedded; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pytest", "pytest_bdd", "testinfra", "kubernetes", "jinja2", "rich", "yaml", "filelock"} & set(loaded)
    assert not {"labproof.rehearsal.bundle.assemble", "labproof.rehearsal.box.build"} & set(loaded)
