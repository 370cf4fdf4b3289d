"""One machine: what is asked of it, read from it and done on it."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from testinfra.host import Host

from labproof.connection.base import Command, CommandResult, Purpose
from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import ActionFailed, CheckFailed, DeadlineExceeded, TransportError, Unreachable
from labproof.lab.machine import Lab, Machine, Phase, quoted
from tests.local_shell import LocalShell


@pytest.fixture
def here() -> Machine:
    """A machine that is this one."""
    return Machine("here", "127.0.0.1", LocalShell(), Phase())


NASTY = ["plain", "two words", "it's", '"x"', "$HOME `id` $(id)", "a;b|c&d", "-n", "", "line\nbreak", "%s", "*"]


@pytest.mark.parametrize("word", NASTY)
def test_arguments_reach_the_command_as_they_are(here: Machine, word: str) -> None:
    """An argument reaches the command as one word, whatever is in it."""
    assert here.ask("printf '[%%s]' %s", word).output == f"[{word}]"


def test_line_without_arguments_is_left_alone() -> None:
    """A line without arguments may hold any sign."""
    assert quoted("date +%s; echo 100%") == "date +%s; echo 100%"


def test_missing_file_is_none(here: Machine, tmp_path: Path) -> None:
    """A file that is not there, a folder and a dangling link are None, which is not an empty file."""
    (tmp_path / "empty").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    assert here.read(str(tmp_path / "empty")) == ""
    for name in ("nothing", "dangling", ""):
        assert here.read(str(tmp_path / name)) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=300))
def test_text_is_read_as_it_is(here: Machine, tmp_path: Path, text: str) -> None:
    """A file's text is read as it is: backslashes, blanks, tabs and quotes too; a missing last line end is added."""
    path = tmp_path / "it's a file"
    path.write_text(text, encoding="utf-8", newline="")
    expected = text if text.endswith("\n") or not text else f"{text}\n"
    assert here.read(str(path)) == expected


@pytest.mark.parametrize("line", ["x" * 99, "x" * 400_000])
def test_big_file_is_not_read_by_halves(here: Machine, tmp_path: Path, line: str) -> None:
    """What stands behind more text than we read could be just what matters: that file was not seen."""
    path = tmp_path / "big"
    path.write_text(f"{line}\n" * 1_000, encoding="ascii")
    with pytest.raises(TransportError, match=r"is longer than 64 KiB|printed more than can be read"):
        here.read(str(path))


def test_file_name_with_a_line_break_forges_nothing(here: Machine, tmp_path: Path) -> None:
    """A name that looks like another file and its text is refused, not taken for them."""
    (tmp_path / "a\n=forged\n>text\n.conf").touch()
    (tmp_path / "b.conf").write_text("own", encoding="ascii")
    with pytest.raises(TransportError, match="line break in its name"):
        here.read_all(f"{tmp_path}/*.conf")
    assert here.read_all(f"{tmp_path}/b*.conf") == {f"{tmp_path}/b.conf": "own\n"}


@pytest.mark.parametrize("sign", ["\r", "\x0c", "\x85", "\u2028"])
def test_text_of_a_file_forges_no_other_file(here: Machine, tmp_path: Path, sign: str) -> None:
    """A sign that Python takes for the end of a line is part of its line: it begins no file, and is kept."""
    text = f"# {sign}={tmp_path}/b.conf{sign}>forged{sign}\n"
    (tmp_path / "a.conf").write_text(text, encoding="utf-8")
    assert here.read_all(f"{tmp_path}/*.conf") == {f"{tmp_path}/a.conf": text}


def test_file_that_may_not_be_read(fake: FakeConnection, pair: Lab) -> None:
    """A file that is there and cannot be read is blindness, not an empty file."""
    fake.answer("master", "/etc/shadow", Reply("", 2, "/bin/sh: cannot open /etc/shadow: Permission denied"))
    with pytest.raises(TransportError, match=r"/etc/shadow cannot be read: .*Permission denied"):
        pair["master"].read("/etc/shadow")


def test_file_of_a_pattern_that_may_not_be_read(fake: FakeConnection, pair: Lab) -> None:
    """A file of a pattern that is there and cannot be read is blindness, too."""
    fake.answer("master", "for f in /etc/x/*", Reply("=/etc/x/a\n", 1, "/bin/sh: /etc/x/a: Input/output error"))
    with pytest.raises(TransportError, match=r"one of /etc/x/\* cannot be read: .*Input/output error"):
        pair["master"].read_all("/etc/x/*")


def test_all_files_of_a_pattern_are_read(here: Machine, tmp_path: Path) -> None:
    """Every file of a pattern is read, links followed, folders and what is not there left out."""
    (tmp_path / "a.conf").write_text("x = 1\n\n  y = \\2", encoding="ascii")
    (tmp_path / "b.conf").mkdir()
    (tmp_path / "c.conf").symlink_to("a.conf")
    (tmp_path / "d.conf").touch()
    (tmp_path / "e.conf").write_text("=/etc/passwd\n>forged\n", encoding="ascii")
    read = here.read_all(f"{tmp_path}/*.conf {tmp_path}/*.nothing")
    assert read == {
        f"{tmp_path}/a.conf": "x = 1\n\n  y = \\2\n",
        f"{tmp_path}/c.conf": "x = 1\n\n  y = \\2\n",
        f"{tmp_path}/d.conf": "",
        f"{tmp_path}/e.conf": "=/etc/passwd\n>forged\n",
    }


def test_asking_is_for_the_phase(fake: FakeConnection, phase: Phase) -> None:
    """What is asked is asked for the purpose of the moment; what is done is always done to act."""
    fake.answer("master", "", "")
    machine = Machine("master", "192.168.200.10", fake, phase)
    machine.ask("one")
    phase.purpose = Purpose.BEFORE
    machine.ask("two")
    machine.act("three")
    machine.tell("four")
    assert [purpose for _, purpose in fake.commands] == [Purpose.OBSERVE, Purpose.BEFORE, Purpose.ACT, Purpose.ACT]


def test_actions_run_in_the_students_shell(fake: FakeConnection, pair: Lab) -> None:
    """What the handout says runs in bash, with the time and the answers that it was given."""
    fake.answer("node", "", "")
    pair["node"].act("yum install -y %s", "lvm2", timeout=7, answers={"? ": "y"})
    ((command, _),) = fake.commands
    assert (command.line, command.shell, command.timeout) == ("yum install -y lvm2", "/bin/bash", 7)
    assert command.answers == {"? ": "y"}


@pytest.mark.parametrize("how", ["act", "tell"])
def test_failed_action_says_what_happened(fake: FakeConnection, pair: Lab, how: str) -> None:
    """A command that does not succeed is raised with machine, line, status and the end of what it said."""
    fake.answer("node", "yum", Reply("out", 1, f"{'x' * 1000} No package lvm2 available."))
    with pytest.raises(ActionFailed) as raised:
        getattr(pair["node"], how)("yum install lvm2")
    text = str(raised.value)
    for part in ("on node: yum install lvm2", "1", "No package lvm2 available."):
        assert part in text
    assert len(text) < 800


def test_told_is_returned(fake: FakeConnection, pair: Lab) -> None:
    """What a command printed is returned as it is."""
    fake.answer("master", "kubeadm", "kubeadm join\n")
    assert pair["master"].tell("kubeadm token create") == "kubeadm join\n"


@pytest.mark.parametrize(
    ("reply", "expected"), [("", True), (Unreachable("lost"), False), (DeadlineExceeded("slow"), False)], ids=repr
)
def test_reachable_is_a_sign_of_life(fake: FakeConnection, pair: Lab, reply: str | Unreachable, expected: bool) -> None:
    """A machine is reachable when it answers, and not when it does not; asking never raises."""
    fake.answer("master", ":", reply)
    assert pair["master"].is_reachable() is expected


@pytest.mark.parametrize(
    "answer",
    [Reply("", 127, "systemctl: not found"), Reply("no such line"), Reply("ActiveState")],
    ids=["gone", "no fact", "cut off"],
)
def test_fact_that_cannot_be_read_was_not_seen(fake: FakeConnection, pair: Lab, answer: Reply) -> None:
    """Where a machine's own program gives no fact, nobody has seen it; it is no crash of ours."""
    fake.answer("node", "systemctl show", answer)
    with pytest.raises(TransportError, match="node: its programs gave no fact that could be read: "):
        pair["node"].fact(lambda host: host.service("docker").systemd_properties)


@pytest.mark.parametrize(
    "problem",
    [CheckFailed("the state is wrong"), AssertionError("a bug"), ValueError("a bug"), KeyError("a bug")],
    ids=repr,
)
def test_error_of_ours_is_no_missing_fact(here: Machine, problem: Exception) -> None:
    """Only what testinfra itself raises is a fact that could not be read; an error of ours is left as it is."""

    def look(host: Host) -> bool:
        assert host.file("/").exists
        raise problem

    with pytest.raises(type(problem)) as raised:
        here.fact(look)
    assert raised.value is problem


class Faulty(FakeConnection):
    """A connection with a bug."""

    def __init__(self, kind: type[Exception]) -> None:
        super().__init__()
        self._kind = kind

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Fail as only a bug of ours does."""
        raise self._kind(f"a bug of the connection, at {command.line}")


@pytest.mark.parametrize("kind", [AssertionError, ValueError, KeyError])
def test_error_below_testinfra_is_no_missing_fact(phase: Phase, kind: type[Exception]) -> None:
    """Nor is one of the connection that testinfra asks through, which is ours again."""
    machine = Machine("node", "192.168.200.20", Faulty(kind), phase)
    with pytest.raises(kind, match="a bug of the connection"):
        machine.fact(lambda host: host.service("docker").systemd_properties)


def test_facts_of_testinfra_come_through_the_seam(here: Machine, tmp_path: Path) -> None:
    """testinfra's facts are asked through our connection and are right."""
    path = tmp_path / "file"
    path.touch(mode=0o640)
    path.chmod(0o640)
    assert here.host.file(str(path)).exists
    assert not here.host.file(str(tmp_path / "nothing")).exists
    assert here.host.file(str(path)).mode == 0o640
    assert here.host.file(str(path)).uid == os.getuid()


def test_two_machines_have_facts_of_their_own(fake: FakeConnection, pair: Lab) -> None:
    """Facts of one machine are never those of the other."""
    fake.answer("master", "test -e /x", "")
    fake.answer("node", "test -e /x", Reply(status=1))
    assert pair["master"].host.file("/x").exists
    assert not pair["node"].host.file("/x").exists


def test_lab_knows_its_machines(pair: Lab) -> None:
    """Machines are found by name and by role, master first; a password does not show."""
    assert [m.name for m in pair.all] == ["master", "node"]
    assert (pair["node"], pair["node"], pair["master"]) == (pair.all[1], pair.all[1], pair.all[0])
    assert "secret" not in repr(pair["master"])
