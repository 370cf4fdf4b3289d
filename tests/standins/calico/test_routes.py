import pytest

from standins.calico.routes import RouteChanges, changes, parse

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
