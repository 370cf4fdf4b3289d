"""What a firewall has left in the kernel's tables."""

import pytest
from hypothesis import given

from labproof.connection.fake import FakeConnection
from labproof.machine import Lab
from labproof.probes import firewall
from tests.anything import texts

CLEAN = "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n"
DOCKER = (
    "-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N DOCKER\n-N DOCKER-ISOLATION-STAGE-1\n-N DOCKER-USER\n"
    "-A FORWARD -j DOCKER-USER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n-A DOCKER-USER -j RETURN\n"
)
KUBERNETES = (
    "-N KUBE-FIREWALL\n-N KUBE-SERVICES\n-N cali-INPUT\n-A INPUT -j KUBE-FIREWALL\n"
    "-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP\n-A KUBE-SERVICES -d 10.10.0.1/32 -j REJECT\n"
    "-A FORWARD -m conntrack --ctstate INVALID -j DROP\n"
)


@pytest.mark.parametrize("rules", [CLEAN, DOCKER, CLEAN + KUBERNETES, "", "\n\n", "-P\n"])
def test_rules_of_others_are_no_leftovers(rules: str) -> None:
    """What Docker and Kubernetes put there is no leftover of a firewall."""
    assert firewall.parse_leftovers(rules) == []


@pytest.mark.parametrize(
    "rule",
    [
        "-N INPUT_ZONES",
        "-N IN_public",
        "-N FORWARD_IN_ZONES",
        "-N INPUT_direct",
        "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
        "-A FORWARD -j REJECT --reject-with icmp-host-prohibited",
        "-A INPUT -j DROP",
        "-P INPUT DROP",
    ],
)
def test_leftovers_are_told(rule: str) -> None:
    """firewalld's chains, a final REJECT or DROP, and a closed policy are leftovers, word for word."""
    accept = "" if rule.startswith("-P INPUT") else "-P INPUT ACCEPT\n"
    assert firewall.parse_leftovers(f"{accept}{DOCKER.split(chr(10), 1)[1]}{rule}\n{KUBERNETES}") == [rule]


def test_the_kernel_is_asked(fake: FakeConnection, pair: Lab) -> None:
    """The rules come from the machine's own kernel."""
    fake.answer("node", "iptables -w 5 -S", "-P INPUT DROP\n")
    assert firewall.leftover_rules(pair.node) == ["-P INPUT DROP"]


@given(texts("-A INPUT", "-P INPUT", "-j REJECT", "-N IN_public"))
def test_any_text_is_read(text: str) -> None:
    """Whatever iptables prints, reading it does not break."""
    firewall.parse_leftovers(text)
