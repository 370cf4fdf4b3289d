"""The scripted connection that other tests stand on."""

import pytest

from labproof.connection.base import Command, HttpRequest, Purpose
from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.ground.errors import DeadlineExceeded, NotRecorded, Unreachable

LOOK = Purpose.OBSERVE


def run(fake: FakeConnection, line: str, machine: str = "master") -> str:
    return fake.run(Command(machine, line), LOOK).output


def test_replies_come_in_order(fake: FakeConnection) -> None:
    """Replies come in the order of the script, and the last one stays."""
    fake.answer("master", "uptime", "first", "second")
    assert [run(fake, "uptime") for _ in range(3)] == ["first", "second", "second"]


def test_whole_lines_go_before_parts(fake: FakeConnection) -> None:
    """The script of a whole line goes before that of a part, and a later part before an earlier one."""
    fake.answer("master", "cat", "part")
    fake.answer("master", "cat /etc/fstab", "whole")
    fake.answer("master", "/etc", "later part")
    assert run(fake, "cat /etc/fstab") == "whole"
    assert run(fake, "cat /etc/hosts") == "later part"
    assert run(fake, "cat /proc/swaps") == "part"


def test_errors_are_raised_in_turn(fake: FakeConnection) -> None:
    """A scripted error is raised in its turn, as a real connection would."""
    fake.answer("master", "uptime", DeadlineExceeded("too late"), Reply(status=1, error="no"))
    with pytest.raises(DeadlineExceeded, match="too late"):
        run(fake, "uptime")
    assert fake.run(Command("master", "uptime"), LOOK).status == 1


def test_unscripted_is_not_made_up(fake: FakeConnection) -> None:
    """What has no script is never answered, on another machine either."""
    fake.answer("node", "uptime", "up")
    with pytest.raises(NotRecorded, match="uptime"):
        run(fake, "uptime")
    with pytest.raises(NotRecorded, match="/healthz"):
        fake.fetch(HttpRequest("GET", "http://192.168.200.10/healthz"), LOOK)


def test_lost_machine_answers_nothing(fake: FakeConnection) -> None:
    """A machine that is lost answers no command, and no request goes through it; the other one answers."""
    fake.answer("master", "uptime", "up")
    fake.answer("node", "uptime", "up")
    fake.serve("GET", "/", Page("hello"))
    fake.lose("master")
    with pytest.raises(Unreachable):
        run(fake, "uptime")
    with pytest.raises(Unreachable):
        fake.fetch(HttpRequest("GET", "https://x/", via="master"), LOOK)
    assert run(fake, "uptime", "node") == "up"
    assert fake.fetch(HttpRequest("GET", "https://x/"), LOOK).body == "hello"


def test_what_was_asked_is_kept(fake: FakeConnection) -> None:
    """Every question is kept with its purpose, answered or not."""
    fake.answer("master", "one", "")
    run(fake, "one")
    with pytest.raises(NotRecorded):
        fake.run(Command("master", "two"), Purpose.ACT)
    assert fake.lines("master") == ["one", "two"]
    assert [purpose for _, purpose in fake.commands] == [LOOK, Purpose.ACT]
    fake.close()
    assert fake.is_closed
