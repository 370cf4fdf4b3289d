"""A session with machines: what is begun ahead, learnt and told of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labproof.connection import foresight
from labproof.connection.base import Command, CommandResult
from labproof.connection.endpoint import Endpoint
from labproof.connection.fake import FakeConnection
from labproof.connection.foresight import Foresight, Question
from labproof.grading.recording import VERIFY
from labproof.grading.syllabus import Sentence, Syllabus
from labproof.ground.errors import ProvisionError
from labproof.records.model import LabDescription
from labproof.session import questions
from labproof.session.connecting import Reached
from labproof.session.opening import Options, begin
from tests.session.conftest import LAB


class Machines:
    """A provider that keeps what it was asked for."""

    name, profile = "made up", "rehearsal"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def up(self, progress: Callable[[str], None]) -> None:
        self.asked.append("up")

    def require_network(self) -> None:
        self.asked.append("network")

    def endpoints(self) -> tuple[Endpoint, ...]:
        self.asked.append("endpoints")
        return tuple(Endpoint(n, f"10.0.0.{i}", "host", 22, "root", None) for i, n in enumerate(("master", "node"), 1))

    def describe(self, profile: str) -> LabDescription:
        return replace(LAB, profile=profile)

    def reload(self) -> None:
        self.asked.append("reload")

    def save(self, milestone: str) -> None:
        self.asked.append(f"save {milestone}")


class Answering(FakeConnection):
    """A connection without a network, which keeps the batches that it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[str, list[str]]] = []

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        self.batches.append((machine, [command.line for command in commands]))
        return iter(())


def reached(provider: Machines, connection: Answering) -> Reached:
    """Return machines as a session finds them."""
    return Reached(provider, provider.endpoints(), Foresight(connection))  # type: ignore[arg-type]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Answering:
    """What a session with machines is connected to."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(questions, "of_course", lambda: tmp_path / "none.json")
    return Answering()


def grade(course: Syllabus, live: Answering, *lines: str, **options: str) -> None:
    """Run a whole session that asks master these lines, and let it learn from that."""
    begun = begin(Options(VERIFY, **options), course, lambda: reached(Machines(), live))  # type: ignore[arg-type]
    for line in lines:
        begun.lab["master"].ask(line)
    begun.learn()
    begun.close()


def test_next_grading_fetches_ahead_what_the_last_one_asked(course: Syllabus, live: Answering) -> None:
    """A whole run keeps its questions, and the next one sends them before any is asked."""
    live.answer("master", "hostname", "master\n")
    grade(course, live, "hostname")
    assert live.batches == []
    grade(course, live, "hostname")
    assert live.batches == [("master", ["hostname"])]


@pytest.fixture
def brought_along(live: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course that comes with two questions."""
    monkeypatch.setattr(questions, "of_course", lambda: tmp_path / "questions.json")
    foresight.save(tmp_path / "questions.json", [Question("master", line, 15.0, "/bin/sh", 0.1) for line in ("a", "b")])
    live.answer("master", "", "")


@pytest.mark.usefixtures("brought_along")
def test_first_grading_asks_what_comes_with_the_course(course: Syllabus, live: Answering) -> None:
    """Where nothing was learnt yet, the course's own questions are asked ahead; what is learnt goes before them."""
    grade(course, live, "a", "b", "c")
    assert sorted(line for _, lines in live.batches for line in lines) == ["a", "b"]
    live.batches.clear()
    grade(course, live, "a", "b", "c")
    assert sorted(line for _, lines in live.batches for line in lines) == ["a", "b", "c"]


@pytest.mark.usefixtures("brought_along")
def test_unfinished_lab_forgets_nothing_of_the_course(course: Syllabus, live: Answering) -> None:
    """A first lab that is asked less leaves the course's other questions to be asked ahead."""
    grade(course, live, "a")
    live.batches.clear()
    grade(course, live, "a")
    assert sorted(line for _, lines in live.batches for line in lines) == ["a", "b"]


def test_whoever_answers_ahead_hears_of_each_sentence(
    course: Syllabus, live: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new sentence has looked at nothing yet: the session says when one begins."""
    heard: list[str] = []
    monkeypatch.setattr(Foresight, "begin_sentence", lambda self: heard.append("foresight"))
    begun = begin(Options(VERIFY), course, lambda: reached(Machines(), live))
    monkeypatch.setattr(begun.recording, "begin_sentence", lambda sentence: heard.append(sentence.text))
    begun.begin_sentence(Sentence("given", "Given", "a sentence"))
    begun.close()
    assert heard == ["foresight", "a sentence"]


def test_a_recording_teaches_nothing(course: Syllabus, live: Answering) -> None:
    """What a recording was asked may be of another time: only machines say what is asked of machines."""
    live.answer("master", "hostname", "master\n")
    begun = begin(Options(VERIFY), course, lambda: reached(Machines(), live))
    begun.lab["master"].ask("hostname")
    begun.provider = None
    begun.learn()
    begun.close()
    assert not questions.kept(begun.profile, course.rubric.digest).exists()


def test_part_of_a_run_teaches_nothing(course: Syllabus, live: Answering) -> None:
    """A section that is graded again has not asked everything: what is known stays."""
    live.answer("master", "hostname", "master\n")
    grade(course, live, "hostname", base="latest")
    grade(course, live, "hostname")
    assert live.batches == []


def test_unfinished_lab_unlearns_nothing(course: Syllabus, live: Answering) -> None:
    """A run that came to fewer questions adds its own and keeps the others."""
    live.answer("master", "", "")
    grade(course, live, "a", "b", "c")
    grade(course, live, "d")
    live.batches.clear()
    grade(course, live, "a", "b", "c", "d")
    assert sorted(line for _, lines in live.batches for line in lines) == ["a", "b", "c", "d"]


def test_lab_is_told_from_others(course: Syllabus, live: Answering) -> None:
    """What machines and cluster say of themselves goes into the result; what cannot be had is left out."""
    live.answer("master", "/etc/machine-id", f"{'a' * 32}\n")
    live.answer("master", "stat", "1770000000\n")
    live.lose("node")
    begun = begin(Options(VERIFY), course, lambda: reached(Machines(), live))
    begun.identify()
    run = begun.recording.run
    begun.close()
    assert run.lab.machines["master"] == {
        **LAB.machines["master"],
        "machine-id": "a" * 32,
        "since": "2026-02-02T02:40:00+00:00",
    }
    assert run.lab.machines["node"] == LAB.machines["node"]
    assert run.lab.cluster == LAB.cluster


def test_machine_that_has_gone_is_found_out(course: Syllabus, live: Answering) -> None:
    """Before a point is lost every machine is asked for a sign of life: facts that were read ahead are none."""
    begun = begin(Options(VERIFY), course, lambda: reached(Machines(), live))
    live.answer("master", ":", "")
    live.answer("node", ":", "")
    assert begun.recording.surroundings.lost_machines() == []
    live.lose("node")
    assert begun.recording.surroundings.lost_machines() == ["node"]
    begun.close()


class Silent:
    """Machines of which some cannot be reached; keeps which were given up."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.given_up: list[str] = []

    def unreached(self) -> dict[str, str]:
        return {name: f"{name}: no SSH connection" for name in self.names}

    def give_up(self, names: Iterable[str]) -> None:
        self.given_up += names


@pytest.mark.parametrize("names", [(), ("node",), ("master", "node")])
def test_machines_are_reached_first(course: Syllabus, live: Answering, names: tuple[str, ...]) -> None:
    """A machine that cannot be reached is told in the result and given up; with none at all, that is the reason."""
    silent = Silent(*names)
    session = begin(Options(VERIFY), course, lambda: replace(reached(Machines(), live), live=silent))
    run = session.recording.run
    session.close()
    assert silent.given_up == list(names)
    told = {name: facts["not reached"] for name, facts in run.lab.machines.items() if "not reached" in facts}
    assert told == {name: f"{name}: no SSH connection" for name in names}
    assert session.has_machines is (len(names) < 2)
    assert session.is_finished_lab is not bool(names)
    reason = "no machine of this lab could be reached: master: no SSH connection; node: no SSH connection"
    assert {c.reason for c in run.criteria} == {reason if len(names) == 2 else "this run did not come to it"}


def test_one_machine_for_two_is_refused(course: Syllabus, live: Answering) -> None:
    """What is wrong with the machines themselves ends the session before anything is written, and lets go of them."""

    class Same(Silent):
        def unreached(self) -> dict[str, str]:
            raise ProvisionError("one machine cannot be both")

    with pytest.raises(ProvisionError):
        begin(Options(VERIFY), course, lambda: replace(reached(Machines(), live), live=Same()))
    assert live.is_closed


def test_profile_can_be_chosen(course: Syllabus, live: Answering) -> None:
    """The profile that was asked for counts, and otherwise that of the machines."""
    chosen = begin(Options(profile="handout"), course, lambda: reached(Machines(), live))
    chosen.close()
    assert chosen.profile == "handout"


def test_restart_forgets_the_connections(course: Syllabus, live: Answering) -> None:
    """After a restart every connection is new, and the network is looked at again before anything is asked."""
    provider = Machines()
    begun = begin(Options(), course, lambda: reached(provider, live))
    provider.asked.clear()
    begun.restart()
    assert provider.asked == ["reload", "network"]
    assert live.is_closed
    begun.save_milestone("base")
    assert provider.asked[-1] == "save base"
    begun.close()


@pytest.mark.parametrize(("now", "is_continued"), [("a" * 32, True), ("b" * 32, False), ("", True)])
def test_part_goes_on_from_the_same_machines_only(
    course: Syllabus, live: Answering, now: str, is_continued: bool
) -> None:
    """A part of a run continues the lab's latest one, unless another machine stands in the place of one of its own."""
    live.answer("master", "/etc/machine-id", f"{'a' * 32}\n")
    live.answer("master", "stat", "1770000000\n")
    live.lose("node")
    first = begin(Options(VERIFY), course, lambda: reached(Machines(), live))
    first.identify()
    first.folder.save(first.recording.finish("finished"))
    first.close()
    live.answer("master", "/etc/machine-id", f"{now}\n")
    second = begin(Options(VERIFY, base="latest"), course, lambda: reached(Machines(), live))
    run = second.recording.run
    second.close()
    assert bool(run.based_on) is is_continued
    assert ("not continued" in run.lab.machines["master"]) is not is_continued
