"""Root's shell over SSH, against a real server whose machine is this one's /bin/sh."""

import socket
import threading
import time
from pathlib import Path

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection import ssh as module
from labproof.connection.base import OUTPUT_KEPT, Command, CommandResult
from labproof.connection.shell import Framed
from labproof.connection.ssh import Ssh
from labproof.ground.errors import DeadlineExceeded, TransportError, Unreachable
from labproof.ground.wait import Deadline, wait_until
from tests.connection.shell_server import ShellServer

NONCE = "0123456789abcdef01234567"


def run(shell: Ssh, line: str, timeout: float = 5.0, **answers: str) -> CommandResult:
    return shell.run(Command("master", line, timeout, answers=answers))


def test_output_error_and_status(shell: Ssh) -> None:
    """A command's output, its errors and its exit status come back apart, byte for byte."""
    result = run(shell, "printf 'out'; printf 'err\\n' >&2; exit 3")
    assert (result.output, result.error, result.status) == ("out", "err\n", 3)


def test_commands_share_a_shell_but_no_state(shell: Ssh, server: ShellServer) -> None:
    """Commands come one after another through one login, and none sees what another left."""
    assert run(shell, 'cd /tmp; x=1; printf "$PWD$x"').output == "/tmp1"
    assert run(shell, 'printf "[$x]"; exit 0').output == "[]"
    assert server.logins == 1


def test_environment_is_ours(shell: Ssh, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command sees root's plain environment, not the one of the login."""
    monkeypatch.setenv("LD_PRELOAD_LIKE", "1")
    names = {line.partition("=")[0] for line in run(shell, "env").output.splitlines()}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {"HOME", "USER", "LOGNAME", "LANG", "TERM", "PATH"}


def test_command_cannot_read_the_frames(shell: Ssh) -> None:
    """A command that reads its input gets the end of it, not the frames of the next commands."""
    assert run(shell, "cat; echo read").output == "read\n"
    assert run(shell, "echo next").output == "next\n"


def test_quotes_and_lines_survive(shell: Ssh) -> None:
    """Quotes, several lines and a here-document reach the shell as they were written."""
    line = "cat << 'EOF'\nit's \"quoted\" $HOME `id`\nEOF"
    assert run(shell, line).output == 'it\'s "quoted" $HOME `id`\n'


def test_big_output_is_bounded_and_hashed(shell: Ssh) -> None:
    """Of a big output the head is kept, and the rest is counted."""
    result = run(shell, f"head -c {OUTPUT_KEPT + 1000} /dev/zero | tr '\\0' x")
    assert (len(result.output), result.dropped, set(result.output)) == (OUTPUT_KEPT, 1000, {"x"})


def test_both_streams_are_drained(shell: Ssh) -> None:
    """A command that fills both streams at once does not block itself."""
    result = run(shell, "for i in 1 2 3 4; do head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; done")
    assert result.status == 0
    assert result.dropped == 2 * (1_200_000 - OUTPUT_KEPT)


def test_endless_output_is_cut_off(shell: Ssh, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that prints without end is cut off at once, and the next one works."""
    monkeypatch.setattr(module.BoundedOutput, "is_flooded", property(lambda self: self.total > 1_000_000))
    started = time.monotonic()
    with pytest.raises(TransportError, match="sent more than we read"):
        run(shell, "yes", 60)
    assert time.monotonic() - started < 30
    assert run(shell, "echo well").output == "well\n"


def test_no_pipe_can_take_the_connection_along(
    shell: Ssh, server: ShellServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting opens none of paramiko's pipes, whose closing under a machine that still sends ends the connection."""

    def refuse() -> None:
        raise AssertionError("a pipe was opened")

    monkeypatch.setattr(paramiko.pipe, "make_pipe", refuse)
    assert run(shell, "sleep 0.1; echo out; echo err >&2").output == "out\n"
    assert run(shell, "sleep 0.1; echo shown", 5, never="asked").output == "shown\r\n"
    assert server.logins == 1


def test_hanging_command_ends(shell: Ssh) -> None:
    """A command that hangs ends at its deadline with what it printed, and the next one works."""
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"did not end within 1 s; it printed: 'so far"):
        run(shell, "echo so far; sleep 30", 1)
    assert time.monotonic() - started < 10
    assert run(shell, "echo well").output == "well\n"


def test_status_of_a_timeout_may_be_a_commands_own(shell: Ssh) -> None:
    """A command that ends at once with 124 has not hung."""
    assert run(shell, "exit 124", 5).status == 124


def test_machine_that_falls_silent(shell: Ssh, server: ShellServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes commands and answers nothing is left at the deadline."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    run(shell, ":")
    server.is_mute = True
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded, match="gave no answer"):
        run(shell, "echo anybody", 0.2)
    assert time.monotonic() - started < 10
    server.is_mute = False
    assert run(shell, "echo well").output == "well\n"


def test_noise_of_a_login_is_no_output(key_file: Path) -> None:
    """What a login file prints is never taken for the output of a command."""
    server = ShellServer("Welcome!\nYou have mail.")
    shell = Ssh("master", "127.0.0.1", server.port, "root", key_file)
    try:
        assert run(shell, "echo mine").output == "mine\n"
    finally:
        shell.close()
        server.close()


def test_connection_lost_in_the_middle(shell: Ssh, server: ShellServer, tmp_path: Path) -> None:
    """A connection that is lost while a command runs is out of reach, and the next command connects anew."""
    run(shell, ":")
    marker = tmp_path / "running"

    def cut_when_running() -> None:
        wait_until(marker.exists, bool, Deadline(5), "the command", every=0.02)
        server.cut()

    cutter = threading.Thread(target=cut_when_running, daemon=True)
    cutter.start()
    try:
        with pytest.raises(Unreachable):
            run(shell, f"touch {marker}; sleep 20", 20)
    finally:
        cutter.join(5)
    assert run(shell, "echo back").output == "back\n"
    assert server.logins == 2


def test_shell_that_is_killed(shell: Ssh) -> None:
    """A shell that ends under a command is out of reach, never an empty success."""
    with pytest.raises(Unreachable, match="ended in the middle"):
        run(shell, "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)")
    assert run(shell, "echo back").output == "back\n"


def test_nobody_listens(key_file: Path) -> None:
    """A machine that is not there is named with its address, and is not tried again for a while."""
    shell = Ssh("node", "127.0.0.1", 1, "root", key_file)
    with pytest.raises(Unreachable, match=r"node: no SSH connection to 127\.0\.0\.1:1") as first:
        run(shell, "uptime")
    with pytest.raises(Unreachable) as second:
        run(shell, "another")
    assert str(second.value) == str(first.value)


def test_silent_end_of_a_tunnel_is_no_lost_machine(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that gives the machine no answer, as behind a firewall that drops, says nothing of the machine."""

    class Silent(dict[tuple[str, int], tuple[str, int]]):
        def __getitem__(self, _: tuple[str, int]) -> tuple[str, int]:
            threading.Event().wait(1.0)
            raise KeyError

    server = ShellServer(routes=Silent())
    shell = Ssh("node", "127.0.0.1", server.port, "root", key_file)
    assert shell.open() == ""
    with pytest.raises(DeadlineExceeded, match=r"node: no answer from 192\.168\.200\.10:80"):
        shell.open_tunnel("192.168.200.10", 80, 0.2)
    assert run(shell, "echo well").output == "well\n"
    assert server.logins == 1
    shell.close()
    server.close()


def test_prompts_are_answered(shell: Ssh) -> None:
    """A command that asks on a terminal gets each answer after its prompt, once."""
    line = 'printf "sure (yes/no)? "; read a; printf "password: "; stty -echo; read b; echo "[$a][$b]"'
    result = run(shell, line, 5, **{"(yes/no": "yes", "assword:": "secret"})
    assert "[yes][secret]" in result.output
    assert result.status == 0


def test_terminal_keeps_the_status(shell: Ssh) -> None:
    """A command on a terminal keeps its exit status."""
    assert run(shell, "exit 5", 5, never="asked").status == 5


def test_unanswered_prompt_ends(shell: Ssh) -> None:
    """A prompt that nobody foresaw ends at the deadline, and its text is in the error."""
    with pytest.raises(DeadlineExceeded, match="one-time code:"):
        run(shell, 'printf "one-time code: "; read a', 0.7, password="x")


def test_endless_terminal_is_cut_off(shell: Ssh, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that prints without end on a terminal is cut off too."""
    monkeypatch.setattr(module.BoundedOutput, "is_flooded", property(lambda self: self.total > 300_000))
    with pytest.raises(TransportError, match="sent more than we read"):
        run(shell, "yes", 30, never="asked")


def test_terminal_lost_in_the_middle(shell: Ssh, server: ShellServer) -> None:
    """A terminal that is lost while a command runs is out of reach, never an exit status."""
    cutter = threading.Timer(0.4, server.cut)
    cutter.start()
    with pytest.raises(Unreachable):
        run(shell, "echo started; sleep 20", 20, never="asked")
    cutter.join()


def test_systems_own_programs_go_first(shell: Ssh) -> None:
    """A program that somebody put into /usr/local does not stand in for the system's own of that name."""
    folders = run(shell, "echo $PATH").output.strip().split(":")
    assert folders.index("/usr/bin") < folders.index("/usr/local/bin")
    assert folders.index("/usr/sbin") < folders.index("/usr/local/sbin")


def test_machine_without_a_shell_is_left_alone(
    shell: Ssh, server: ShellServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login that never comes to a shell is waited for once, not again by every question after it."""
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1.0)
    server.is_mute = True
    with pytest.raises(Unreachable, match="no shell came up within 1 s"):
        run(shell, "echo anybody")
    started = time.monotonic()
    with pytest.raises(Unreachable, match="no shell came up"):
        run(shell, "echo anybody")
    assert time.monotonic() - started < 0.9


def test_machine_is_asked_again_after_a_while(shell: Ssh, server: ShellServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that came back is asked again, at the latest when its time to be left alone is over."""
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(module, "RETRY_AFTER_SECONDS", 0.2)
    server.is_mute = True
    with pytest.raises(Unreachable):
        run(shell, "echo anybody")
    server.is_mute = False
    answer = wait_until(lambda: _asked(shell), bool, Deadline(5), "an answer of the machine that came back", every=0.05)
    assert answer == "back\n"


def _asked(shell: Ssh) -> str:
    try:
        return run(shell, "echo back").output
    except Unreachable:
        return ""


def frame(content: bytes, status: int | None = 0) -> bytes:
    return content + f"\n{NONCE}{'' if status is None else f' {status}'}\n".encode()


@given(
    st.lists(st.binary(max_size=40), max_size=6).map(b"".join),
    st.integers(0, 255),
    st.lists(st.integers(1, 30), min_size=1, max_size=60),
)
def test_frame_in_any_chunks(content: bytes, status: int, sizes: list[int]) -> None:
    """However a stream is cut into chunks, its content and its status are the same."""
    stream, framed = frame(content, status), Framed(NONCE)
    while stream:
        size = sizes[len(stream) % len(sizes)]
        framed.add(stream[:size])
        stream = stream[size:]
    assert framed.is_complete
    assert framed.content.text == content.decode(errors="backslashreplace")
    assert framed.status == status


@pytest.mark.parametrize("at", range(len(NONCE) + 5))
def test_frame_cut_within_its_mark(at: int) -> None:
    """A mark that lies across two chunks is found."""
    stream, framed = frame(b"text", 7), Framed(NONCE)
    framed.add(stream[: 4 + at])
    framed.add(stream[4 + at :])
    assert (framed.content.text, framed.status, framed.is_complete) == ("text", 7, True)


@pytest.mark.parametrize("junk", [b"junk", b"\n", frame(b"more", 9)[1:], frame(b"x", 9)])
def test_junk_after_the_mark(junk: bytes) -> None:
    """What a background process prints after the mark, at once or later, changes nothing."""
    stream = frame(b"text", 7)
    for cut in (len(stream), len(stream) - 1, len(stream) - 3, 2):
        framed = Framed(NONCE)
        framed.add(stream[:cut])
        framed.add(stream[cut:] + junk)
        framed.add(junk)
        assert (framed.content.text, framed.status) == ("text", 7)


def test_frame_without_a_line_end() -> None:
    """A last line without an end is kept as it is, and a mark without its end is not yet one."""
    framed = Framed(NONCE)
    framed.add(b"no line end" + f"\n{NONCE} 1".encode())
    assert not framed.is_complete
    framed.add(b"2\n")
    assert (framed.content.text, framed.status) == ("no line end", 12)


def test_flood_is_counted_before_the_mark() -> None:
    """A stream without a mark is counted as it comes, so that a flood is seen."""
    framed = Framed(NONCE)
    for _ in range(20):
        framed.add(b"y" * 1_000_000)
    assert framed.is_flooded
    assert not framed.is_complete


def test_flood_after_the_mark_is_seen() -> None:
    """A stream that goes on while the other one is waited for is a flood as well."""
    framed = Framed(NONCE)
    framed.add(frame(b"text", 0))
    for _ in range(20):
        framed.add(b"y" * 1_000_000)
    assert framed.is_flooded


@pytest.mark.parametrize("status", ["-1", "12x", "", "9" * 5000, "٣", " 1"])
def test_garbled_status_is_no_success(status: str) -> None:
    """A mark without a status that a shell could have told is not taken for success."""
    framed = Framed(NONCE)
    framed.add(f"text\n{NONCE} {status}\n".encode())
    assert (framed.is_complete, framed.status) == (True, -1)


def test_mark_of_the_other_stream_has_no_status() -> None:
    """The mark of the error stream carries no status."""
    framed = Framed(NONCE)
    framed.add(frame(b"warning", None))
    assert (framed.content.text, framed.is_complete) == ("warning", True)


def test_host_key_that_does_not_come_in_time_is_told_as_that() -> None:
    """A server that greets and then says nothing is too slow, and no server that is not there."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"SSH-2.0-slow\r\n")
        with pytest.raises(DeadlineExceeded, match=r"^no host key came from there within 1 s$"):
            module.offered_host_key(ours, 1.0)


def test_what_speaks_no_ssh_has_no_host_key() -> None:
    """What answers otherwise is no SSH server, in the words that say so, without a wait."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 200)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(Unreachable, match="no SSH server answers there: ") as raised:
            module.offered_host_key(ours, 10.0)
    assert "Errno" not in str(raised.value)
