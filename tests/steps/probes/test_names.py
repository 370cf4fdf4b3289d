"""Names of a machine and of others on it."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import DeadlineExceeded, TransportError
from labproof.lab.machine import Lab
from steps.probes import names


def test_hostname_now_and_at_boot(fake: FakeConnection, pair: Lab) -> None:
    """The name in use and the name that is stored are two facts."""
    fake.answer("node", "/proc/sys/kernel/hostname", "node\n")
    fake.answer("node", "/etc/hostname", "localhost.localdomain\n")
    assert names.hostname(pair["node"]) == {"the hostname": "node", "/etc/hostname": "localhost.localdomain"}
    fake.answer("node", "/etc/hostname", Reply(status=44))
    assert names.hostname(pair["node"])["/etc/hostname"] is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("node\r\n", "node"),
        ("# set by hand\n\nnode\n", "node"),
        ("node\nmaster\n", "node"),
        ("#node\n", ""),
        ("", ""),
    ],
)
def test_stored_hostname_is_the_first_that_is_no_comment(fake: FakeConnection, pair: Lab, text: str, name: str) -> None:
    """The next boot takes the first line of /etc/hostname that says anything."""
    fake.answer("node", "/proc/sys/kernel/hostname", "node\n")
    fake.answer("node", "/etc/hostname", text)
    assert names.hostname(pair["node"])["/etc/hostname"] == name


def test_first_address_of_each_name(fake: FakeConnection, pair: Lab) -> None:
    """Each name has the first IPv4 address that the machine itself finds, or none."""
    fake.answer("node", "getent ahostsv4 master", "127.0.1.1 STREAM master\n127.0.1.1 DGRAM\n192.168.200.10 STREAM\n")
    fake.answer("node", "getent ahostsv4 node", Reply("", 2))
    assert names.addresses(pair["node"], ("master", "node")) == {"master": "127.0.1.1", "node": None}


def test_failing_getent_is_no_missing_name(fake: FakeConnection, pair: Lab) -> None:
    """A getent that fails has not said that a name is unknown."""
    fake.answer("node", "getent ahostsv4", Reply("", 127, "getent: not found"))
    with pytest.raises(TransportError, match="ended with 127 and told no address: getent: not found"):
        names.addresses(pair["node"], ("master",))


def test_lookup_without_end_is_not_a_lost_machine(fake: FakeConnection, pair: Lab) -> None:
    """A name that is looked up longer than any resolver needs is not found; a machine that is silent is lost."""
    fake.answer("node", ":", "")
    fake.answer("node", "getent ahostsv4", DeadlineExceeded("node: no answer within 45 s"))
    assert names.addresses(pair["node"], ("master",)) == {"master": "not found within 45 s"}
    fake.answer("node", ":", DeadlineExceeded("node: no answer within 5 s"))
    with pytest.raises(DeadlineExceeded):
        names.addresses(pair["node"], ("master",))


def test_dead_resolver_has_its_time(fake: FakeConnection, pair: Lab) -> None:
    """A missing name takes up to 20 s with a dead resolver: the question waits longer than that."""
    fake.answer("node", "getent ahostsv4", Reply("", 2))
    names.addresses(pair["node"], ("master",))
    assert fake.commands[-1][0].timeout > 30
