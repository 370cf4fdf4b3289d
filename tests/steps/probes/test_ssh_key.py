"""Logging in from one machine to another by key."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import DeadlineExceeded, TransportError
from labproof.lab.machine import Lab
from steps.probes import ssh_key

FRAME = 59 * "@"
READABLE = (
    f"{FRAME}\n@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n{FRAME}\n"
    "Permissions 0644 for '/root/.ssh/id_rsa' are too open.\n"
    "It is required that your private key files are NOT accessible by others.\n"
    "This private key will be ignored.\n"
    'Load key "/root/.ssh/id_rsa": bad permissions\n'
    "root@192.168.200.20: Permission denied (publickey,gssapi-keyex,gssapi-with-mic,password).\n"
)
IDENTITY = "cat /proc/sys/kernel/random/boot_id /etc/machine-id"


def test_shell_of_the_right_machine(fake: FakeConnection, pair: Lab) -> None:
    """A login that ends on the very machine is open."""
    fake.answer("master", "ssh -n", "boot-7\nid-7\n")
    fake.answer("node", IDENTITY, "boot-7\nid-7\n")
    login = ssh_key.log_in(pair["master"], pair["node"])
    assert (login.is_open, str(login)) == (True, "a shell on node")


def test_login_file_that_prints_costs_nothing(fake: FakeConnection, pair: Lab) -> None:
    """What a login file prints before the answer is not the answer."""
    fake.answer("master", "ssh -n", "Welcome! enabled ok\nboot-7\nid-7\n")
    fake.answer("node", IDENTITY, "boot-7\nid-7\n")
    assert ssh_key.log_in(pair["master"], pair["node"]).is_open


@pytest.mark.parametrize("identity", ["", "\n"])
def test_machine_without_an_identity_is_not_reached(fake: FakeConnection, pair: Lab, identity: str) -> None:
    """Two answers that say nothing are not the same machine."""
    fake.answer("master", "ssh -n", "")
    fake.answer("node", IDENTITY, identity)
    assert not ssh_key.log_in(pair["master"], pair["node"]).is_open


def test_shell_of_another_machine(fake: FakeConnection, pair: Lab) -> None:
    """A login that ends on another machine is not open."""
    fake.answer("master", "ssh -n", "boot-1\nid-1\n")
    fake.answer("node", IDENTITY, "boot-7\nid-7\n")
    login = ssh_key.log_in(pair["master"], pair["node"])
    assert (login.is_open, str(login)) == (False, "no shell: another machine answered")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply("", 255, "root@192.168.200.20: Permission denied (publickey).\n"), "Permission denied (publickey)."),
        (Reply("", 255), "exit status 255"),
        (
            Reply("", 255, READABLE),
            "no shell: @         WARNING: UNPROTECTED PRIVATE KEY FILE!          @ Permissions 0644",
        ),
    ],
)
def test_no_shell(fake: FakeConnection, pair: Lab, reply: Reply, says: str) -> None:
    """A login that is refused says why."""
    fake.answer("master", "ssh -n", reply)
    login = ssh_key.log_in(pair["master"], pair["node"])
    assert not login.is_open
    assert says in str(login)


def test_nothing_may_ask_and_nothing_is_written(fake: FakeConnection, pair: Lab) -> None:
    """The login may not ask for anything, uses a key only, and writes no known hosts."""
    fake.answer("master", "ssh -n", Reply("", 255))
    ssh_key.log_in(pair["master"], pair["node"])
    (line,) = fake.lines("master")
    for option in ("BatchMode=yes", "PreferredAuthentications=publickey", "UserKnownHostsFile=/dev/null"):
        assert option in line
    assert "root@192.168.200.20" in line


def test_slow_login_is_waited_for(fake: FakeConnection, pair: Lab) -> None:
    """sshd with UseDNS and a dead resolver takes up to 30 s: the login has longer than that."""
    fake.answer("master", "ssh -n", Reply("", 255))
    ssh_key.log_in(pair["master"], pair["node"])
    assert fake.commands[-1][0].timeout > 30


def test_login_without_end_is_not_a_lost_machine(fake: FakeConnection, pair: Lab) -> None:
    """A login that never ends is the finding while the machine that tries it answers."""
    fake.answer("master", "ssh -n", DeadlineExceeded("master: no answer within 45 s"))
    fake.answer("master", ":", "")
    assert str(ssh_key.log_in(pair["master"], pair["node"])) == "no shell: node let nobody in within 45 s"
    fake.lose("master")
    with pytest.raises(TransportError):
        ssh_key.log_in(pair["master"], pair["node"])
