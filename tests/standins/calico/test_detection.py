"""Which address Calico takes on a machine with several network cards."""

import json

import pytest

from standins.calico.detection import InvalidMethod, detect

LISTING = json.dumps(
    [
        {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]},
        {"ifname": "eth0", "addr_info": [{"local": "10.0.2.15", "prefixlen": 24}]},
        {"ifname": "eth1", "addr_info": [{"local": "192.168.200.10", "prefixlen": 24}]},
        {"ifname": "eth2", "addr_info": [{"local": "169.254.7.7", "prefixlen": 16}]},
        {"ifname": "eth3", "addr_info": []},
        {"ifname": "docker0", "addr_info": [{"local": "172.17.0.1", "prefixlen": 16}]},
        {"ifname": "vetheth0", "addr_info": [{"local": "10.122.0.1", "prefixlen": 32}]},
    ]
)


def source_to(destination: str) -> str:
    """Stand for the kernel's choice of a source address."""
    return {"8.8.8.8": "10.0.2.15"}.get(destination, "")


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("", "eth1 192.168.200.10/24"),
        ("first-found", "eth1 192.168.200.10/24"),
        ("interface=eth0", "eth0 10.0.2.15/24"),
        ("interface=wlan.*, eth1", "eth1 192.168.200.10/24"),
        ("interface=wlan0", None),
        ("skip-interface=eth1", "eth0 10.0.2.15/24"),
        ("cidr=10.0.0.0/8", "eth0 10.0.2.15/24"),
        ("cidr=10.0.2.0/24,192.168.0.0/16", "eth1 192.168.200.10/24"),
        ("can-reach=8.8.8.8", "eth0 10.0.2.15/24"),
        ("can-reach=nobody", None),
    ],
)
def test_methods(method: str, found: str | None) -> None:
    """Each method finds its address: unasked the newest card's that is no program's own and leads somewhere.

    A Pod's link is none, whatever it is called: Calico's own have no address.
    """
    taken = detect(method, LISTING, source_to)
    assert (taken and f"{taken.interface} {taken.cidr}") == found


def test_unknown_method_is_named() -> None:
    """A method that Calico does not know is repeated in its words."""
    with pytest.raises(InvalidMethod, match="Invalid IP autodetection method: eth1"):
        detect("eth1", LISTING, source_to)
