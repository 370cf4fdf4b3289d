"""Answers that are fetched before they are asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import paramiko
import pytest

from labproof.connection import foresight
from labproof.connection import ssh as module
from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.foresight import Foresight, Question
from labproof.connection.ssh import Ssh
from labproof.ground.errors import DeadlineExceeded, Unreachable
from labproof.ground.wait import Clock, Deadline, wait_until

FAILURES = {"fail": Unreachable("gone"), "break": paramiko.ChannelException(1, "a mistake of ours")}


class Machines:
    """Machines that count what they are asked; a line that says `fail` breaks its batch."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_closed = False

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        self.asked.append(command.line)
        return CommandResult(command.machine, command.line, 0, f"asked {command.line}", seconds=0.5)

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        for command in commands:
            if command.line in FAILURES:
                raise FAILURES[command.line]
            yield CommandResult(machine, command.line, 0, f"fetched {command.line}", started="then", seconds=0.1)

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        return HttpResponse(200, {}, "page")

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def machines() -> Machines:
    return Machines()


@pytest.fixture
def seeing(machines: Machines) -> Foresight:
    return Foresight(machines)


def question(line: str, machine: str = "master", seconds: float = 0.1) -> Question:
    """Return a question as an earlier grading asked it."""
    return Question(machine, line, 15.0, "/bin/sh", seconds)


def ask(seeing: Foresight, line: str, purpose: Purpose = Purpose.OBSERVE) -> CommandResult:
    """Ask master."""
    return seeing.run(Command("master", line), purpose)


def test_known_question_is_not_asked_again(seeing: Foresight, machines: Machines) -> None:
    """What was fetched ahead is answered from there, and says when it was read."""
    seeing.fetch_ahead([question("uname"), question("id")])
    assert [ask(seeing, line).output for line in ("id", "uname")] == ["fetched id", "fetched uname"]
    assert machines.asked == []


def test_unknown_question_is_asked(seeing: Foresight) -> None:
    """Another machine, another line or another time limit is another question."""
    seeing.fetch_ahead([question("uname")])
    assert ask(seeing, "uname -m").output == "asked uname -m"
    assert seeing.run(Command("node", "uname"), Purpose.OBSERVE).output == "asked uname"
    assert seeing.run(Command("master", "uname", 1.0), Purpose.OBSERVE).output == "asked uname"


def test_second_look_is_a_new_question(seeing: Foresight) -> None:
    """Whoever looks again wants to know what is there now."""
    seeing.fetch_ahead([question("uname")])
    assert [ask(seeing, "uname").output for _ in range(2)] == ["fetched uname", "asked uname"]


def test_an_answer_serves_every_sentence_once(seeing: Foresight, machines: Machines) -> None:
    """What one sentence was told the next one is told, too: it has not looked yet."""
    seeing.fetch_ahead([question("uname")])
    for _ in range(3):
        seeing.begin_sentence()
        assert ask(seeing, "uname").output == "fetched uname"
    assert machines.asked == []


def test_an_old_answer_serves_nobody(machines: Machines) -> None:
    """Where a lab was waited for, what was read before that is asked anew."""
    time = [0.0]
    seeing = Foresight(machines, Clock(lambda: time[0]))  # type: ignore[arg-type]
    seeing.fetch_ahead([question("uname")])
    assert ask(seeing, "uname").output == "fetched uname"
    for seconds, said in ((foresight.FRESH_SECONDS - 1, "fetched uname"), (foresight.FRESH_SECONDS, "asked uname")):
        time[0] = seconds
        seeing.begin_sentence()
        assert ask(seeing, "uname").output == said


def test_who_looks_again_ends_it_for_all(seeing: Foresight) -> None:
    """Once a sentence has looked again, what was fetched is of the past for those behind it as well."""
    seeing.fetch_ahead([question("uname"), question("id")])
    assert [ask(seeing, "uname").output for _ in range(2)] == ["fetched uname", "asked uname"]
    seeing.begin_sentence()
    assert [ask(seeing, line).output for line in ("uname", "id")] == ["asked uname", "fetched id"]


def test_change_makes_what_was_read_worthless(seeing: Foresight) -> None:
    """After an action nothing that was read before it is handed out."""
    seeing.fetch_ahead([question("uname")])
    ask(seeing, "hostname other", Purpose.ACT)
    assert ask(seeing, "uname").output == "asked uname"


@pytest.mark.parametrize("how", FAILURES)
def test_lost_batch_is_asked_one_by_one(seeing: Foresight, how: str) -> None:
    """When a batch breaks, what it did not come to is asked as ever: that meets what is wrong, whatever it is."""
    busy = [question(f"busy {n}", seconds=9) for n in range(foresight.SHELLS - 1)]
    seeing.fetch_ahead([*busy, question("uname", seconds=5), question(how), question("id")])
    assert ask(seeing, "busy 0").output == "fetched busy 0"
    assert ask(seeing, "uname").output == "fetched uname"
    assert [ask(seeing, line).output for line in (how, "id")] == [f"asked {how}", "asked id"]


def test_answer_on_a_terminal_is_never_foreseen(seeing: Foresight) -> None:
    """A command that is typed answers is a conversation, not a fact."""
    seeing.fetch_ahead([question("passwd")])
    command = Command("master", "passwd", answers={"new": "x"})
    assert seeing.run(command, Purpose.OBSERVE).output == "asked passwd"


def test_look_that_tries_something_is_made_only_when_needed(seeing: Foresight) -> None:
    """What starts a container, say, is neither learnt nor answered from what was fetched."""
    command = Command("master", "docker run", is_fact=False)
    seeing.fetch_ahead([question("docker run")])
    assert seeing.run(command, Purpose.OBSERVE).output == "asked docker run"
    assert seeing.learnt == ()


def test_questions_are_learnt_in_order_once(seeing: Foresight) -> None:
    """What was asked is what the next grading fetches ahead; work on the machines is not."""
    for line, purpose in (("b", Purpose.OBSERVE), ("a", Purpose.OBSERVE), ("b", Purpose.OBSERVE), ("x", Purpose.ACT)):
        ask(seeing, line, purpose)
    assert [q.line for q in seeing.learnt] == ["b", "a"]
    assert seeing.learnt[0].seconds == 0.5


def test_slow_questions_do_not_queue_behind_each_other() -> None:
    """Two slow questions go to different shells."""
    shares = foresight._shared([question("slow", seconds=3), question("x"), question("slow too", seconds=3)])
    slow = [{c.line for c in share} & {"slow", "slow too"} for share in shares["master"]]
    assert sorted(map(len, slow))[-2:] == [1, 1]


def test_pages_pass_through(seeing: Foresight, machines: Machines) -> None:
    """Pages are not foreseen; closing closes what is behind."""
    assert seeing.fetch(HttpRequest("GET", "http://master/"), Purpose.OBSERVE).body == "page"
    seeing.close()
    assert machines.is_closed


def test_questions_are_kept_for_the_grader_alone(tmp_path: Path) -> None:
    """The file comes back as it was written, and only its owner may write what will be run as root."""
    path = tmp_path / "questions" / "x.json"
    foresight.save(path, [question("uname"), question("é")])
    assert foresight.load(path) == (question("uname"), question("é"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


MISSHAPEN = '[{"machine": "a", "line": "b", "timeout": "soon", "shell": "/bin/sh", "seconds": 1}]'


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"machine": "a"}]', MISSHAPEN, "[" * 100_000, '{"a": 1}', "null"])
def test_spoilt_file_is_no_file(tmp_path: Path, text: str) -> None:
    """A file that says something else costs a slower grading, nothing more."""
    path = tmp_path / "x.json"
    path.write_text(text)
    assert foresight.load(path) == ()


def test_batch_runs_in_order_on_a_real_shell(shell: Ssh) -> None:
    """A real shell answers many commands that were sent at once, each with its own output and status."""
    commands = [Command("master", f"echo out{n}; echo err{n} >&2; exit {n}") for n in range(20)]
    commands.append(Command("master", "cat <<E\n$0\nE", shell="/bin/bash"))
    *results, last = shell.run_all(commands)
    assert last.output == "/bin/bash\n"
    assert [(r.status, r.output, r.error) for r in results] == [(n, f"out{n}\n", f"err{n}\n") for n in range(20)]
    assert all(r.started for r in results)


def test_commands_of_a_batch_leave_nothing_to_each_other(shell: Ssh) -> None:
    """A folder, a variable, an exit or unread input of one is nothing to the next."""
    lines = ("cd /tmp; x=1; exit 3", "pwd", 'printf "[$x]"', "cat; echo read")
    first, *others = shell.run_all([Command("master", line) for line in lines])
    assert first.status == 3
    assert [r.output for r in others][1:] == ["[]", "read\n"]
    assert others[0].output != "/tmp\n"


def test_what_a_batch_leaves_running_is_ended(shell: Ssh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine itself ends a batch that hangs: nothing of ours goes on there."""
    monkeypatch.setattr(module, "ALL_SECONDS", 1)
    own = tmp_path / "pid"
    with pytest.raises(DeadlineExceeded):
        list(shell.run_all([Command("master", f"sh -c 'echo $$ >{own}; exec sleep 30'", 0.5)]))
    wait_until(lambda: is_alive(own.read_text().strip()), lambda alive: not alive, Deadline(10), "the end", every=0.1)


def is_alive(pid: str) -> bool:
    """Tell whether a process runs; one that has ended and waits to be taken note of does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_batch_ends_at_a_command_that_hangs(shell: Ssh) -> None:
    """What comes before a command that does not end is there; that one raises."""
    batch = shell.run_all([Command("master", "echo first"), Command("master", "sleep 30", 1.0)])
    assert next(batch).output == "first\n"
    with pytest.raises(DeadlineExceeded, match=r"sleep 30.* gave no answer within"):
        next(batch)
