"""What this course adds to a session: its cluster, its probe Pods, and what is wrong in its facts."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from labproof.connection.base import Connection
from labproof.connection.endpoint import Endpoint
from labproof.connection.fake import FakeConnection
from labproof.connection.recorder import Recorder
from labproof.grading.judging import Judge
from labproof.grading.recording import PERFORM, VERIFY, Recording
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Phase
from labproof.records import store
from labproof.records.evidence import EvidenceLog
from labproof.records.model import Mode
from labproof.session.opening import Session
from labproof.session.options import Options
from labproof.session.outlook import Outlook
from steps import early, fixtures
from steps.pods.probe_pods import ProbePods
from tests.golden import samples
from tests.session.conftest import COURSE, load


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Between which machines looks were begun ahead."""
    begun: list[tuple[str, str]] = []
    monkeypatch.setattr(ProbePods, "begin_ahead", lambda pods, first, second: begun.append((first, second)))
    return begun


def opened(folder: Path, fake: Connection, pair: Lab, mode: str, is_live: bool = True) -> Session:
    """Return a session with two machines that answer from a script."""
    plan, run = load(folder, *COURSE), store.create(Mode(mode), folder / "runs")
    ends = tuple(Endpoint(m.name, m.address, m.address, 22, "root", None) for m in pair.all)
    log, phase, judge = EvidenceLog(run.evidence), Phase(), Judge()
    seen = Outlook(ends, log, Recorder(fake, log), phase, pair)
    session = Session(
        options=Options(mode),
        plan=plan,
        profile="rehearsal",
        folder=run,
        outlook=seen,
        browser=Browser(fake, phase),
        judge=judge,
        recording=Recording(samples.FULL, plan, judge, phase, log),
    )
    # Anything but none will do: only a recording has no provider.
    session.provider = object() if is_live else None  # type: ignore[assignment]
    return session


def test_grading_a_finished_lab_begins_the_slow_looks_ahead(
    tmp_path: Path, fake: FakeConnection, pair: Lab, ahead: list[tuple[str, str]], pytestconfig: pytest.Config
) -> None:
    """Who only grades machines has the slow looks begun ahead; who performs, or replays, has not."""
    for number, (mode, is_live) in enumerate([(PERFORM, True), (VERIFY, False), (VERIFY, True)]):
        session = opened(tmp_path / str(number), fake, pair, mode, is_live)
        fixtures.pytest_labproof_opened(pytestconfig, session)
        session.close()
    assert ahead == [("master", "node")]


def test_what_was_begun_early_is_handed_out(
    tmp_path: Path, fake: FakeConnection, pair: Lab, ahead: list[tuple[str, str]], pytestconfig: pytest.Config
) -> None:
    """What the course began before the session was open is the session's own then, and begun once."""
    session = opened(tmp_path, fake, pair, VERIFY)
    session.begun = early.begin(session.outlook, "rehearsal")
    fixtures.pytest_labproof_opened(pytestconfig, session)
    assert pytestconfig.stash[fixtures._KUBERNETES] is session.begun
    assert ahead == [("master", "node")]
    session.close()


def test_cluster_that_was_well_can_be_lost(
    tmp_path: Path, fake: FakeConnection, pair: Lab, pytestconfig: pytest.Config
) -> None:
    """Whether the API was well earlier is asked of the session's own cluster."""
    session = opened(tmp_path, fake, pair, PERFORM)
    fixtures.pytest_labproof_opened(pytestconfig, session)
    assert not session.cluster.is_lost()
    pytestconfig.stash[fixtures._KUBERNETES].cluster.was_healthy = True
    assert session.cluster.is_lost()
    session.close()


def test_facts_are_checked() -> None:
    """The course as it is shipped has no problem in its facts; a lab in the Pods' range would be one."""
    assert fixtures.pytest_labproof_problems(IPv4Network("192.168.200.0/24")) == []
    (problem,) = fixtures.pytest_labproof_problems(IPv4Network("10.122.5.0/24"))
    assert "cluster.pod_cidr: 10.122.0.0/16 overlaps the lab's network" in problem
