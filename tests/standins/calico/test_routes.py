import pytest

from standins.calico.commands import CommandFailed
from standins.calico.routes import RouteChanges, changes, parse, with_prefix

A, B, C = "10.122.1.0/24", "10.122.2.0/24", "10.122.3.0/24"


@pytest.mark.parametrize(
    ("wanted", "present", "expected"),
    [
        ({}, {}, RouteChanges({}, ())),
        ({A: "1.1.1.1"}, {}, RouteChanges({A: "1.1.1.1"}, ())),
        ({A: "1.1.1.1"}, {A: "1.1.1.1"}, RouteChanges({}, ())),
        ({A: "1.1.1.2"}, {A: "1.1.1.1"}, RouteChanges({A: "1.1.1.2"}, ())),
        ({A: "1.1.1.1"}, {C: "3.3.3.3", B: "2.2.2.2"}, RouteChanges({A: "1.1.1.1"}, (B, C))),
    ],
)
def test_changes(wanted: dict[str, str], present: dict[str, str], expected: RouteChanges) -> None:
    """Missing and moved routes are set, stale ones removed, right ones left alone."""
    assert changes(wanted, present) == expected


def test_listing_is_parsed() -> None:
    """Ranges and gateways come from ip's JSON; no routes are no output at all."""
    listing = '[{"dst":"10.122.1.0/24","gateway":"192.168.200.20","dev":"eth0","protocol":"bird","flags":[]}]'
    assert parse(listing) == {A: "192.168.200.20"}
    assert parse("") == {}


def test_prefix_length_is_found() -> None:
    """A Node's address gets the prefix length of the interface that has it."""
    listing = '[{"ifname":"lo","addr_info":[]},{"addr_info":[{"local":"192.168.200.10","prefixlen":24}]}]'
    assert with_prefix("192.168.200.10", listing) == "192.168.200.10/24"
    with pytest.raises(CommandFailed, match=r"192\.168\.200\.11"):
        with_prefix("192.168.200.11", listing)
