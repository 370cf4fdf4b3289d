"""A firewall of this computer that would cut the machines off from each other."""

import pytest

from labproof.host import firewall


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ("-P FORWARD ACCEPT\n", False),
        ("-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n", True),
        ("-P FORWARD ACCEPT\n-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n", True),
        ("-P FORWARD ACCEPT\n-A FORWARD -s 10.0.0.1/32 -j DROP\n", True),
        ("-P FORWARD ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n", False),
    ],
)
def test_a_firewall_that_may_drop_is_noticed(listing: str, expected: bool) -> None:
    """A dropping policy or rule counts, an open one does not."""
    assert firewall.drops(listing) is expected


def test_the_rule_opens_no_way_in_or_out() -> None:
    """It names the lab's bridge as the way in and as the way out."""
    rule = firewall.between("labproof0")
    assert rule[:4] == ["-i", "labproof0", "-o", "labproof0"]
