"""Names of a machine and of others on it."""

from labproof.connection.fake import FakeConnection, Reply
from labproof.machine import Lab
from labproof.probes import names


def test_hostname_now_and_at_boot(fake: FakeConnection, pair: Lab) -> None:
    """The name in use and the name that is stored are two facts."""
    fake.answer("node", "/proc/sys/kernel/hostname", "node\n")
    fake.answer("node", "/etc/hostname", "localhost.localdomain\n")
    assert names.hostname(pair.node) == {"the hostname": "node", "/etc/hostname": "localhost.localdomain"}
    fake.answer("node", "/etc/hostname", Reply(status=44))
    assert names.hostname(pair.node)["/etc/hostname"] is None


def test_first_address_of_each_name(fake: FakeConnection, pair: Lab) -> None:
    """Each name has the first IPv4 address that the machine itself finds, or none."""
    fake.answer("node", "getent ahostsv4 master", "127.0.1.1 STREAM master\n127.0.1.1 DGRAM\n192.168.200.10 STREAM\n")
    fake.answer("node", "getent ahostsv4 node", Reply("", 2))
    assert names.addresses(pair.node, ("master", "node")) == {"master": "127.0.1.1", "node": None}
