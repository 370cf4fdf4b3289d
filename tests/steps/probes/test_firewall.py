"""What a firewall has left in the kernel's tables."""

import pytest
from hypothesis import given

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import TransportError
from labproof.lab.machine import Lab
from steps.probes import firewall
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
        "-N FWDO_internal",
        "-N FWDI_work_allow",
        "-N IN_dmz_deny",
        "-N FORWARD_direct",
        "-N OUTPUT_direct",
        "-N INPUT_ZONES_SOURCE",
        '-A INPUT -m comment --comment "nothing else" -j DROP',
        "-A FORWARD -p all -j REJECT --reject-with icmp-port-unreachable",
        "-A INPUT -m conntrack --ctstate NEW -j REJECT --reject-with icmp-port-unreachable",
        "-A INPUT -p tcp -m tcp --dport 6443 -j DROP",
        "-A INPUT -p tcp -m multiport --dports 443,10250:10252 -j REJECT --reject-with tcp-reset",
        "-A INPUT -p tcp -m tcp --dport 30000:32767 -j DROP",
        "-A FORWARD -p tcp -j DROP",
        "-P INPUT DROP",
    ],
)
def test_leftovers_are_told(rule: str) -> None:
    """firewalld's chains, a final REJECT or DROP, and a closed policy are leftovers, word for word."""
    accept = "" if rule.startswith("-P INPUT") else "-P INPUT ACCEPT\n"
    assert firewall.parse_leftovers(f"{accept}{DOCKER.split(chr(10), 1)[1]}{rule}\n{KUBERNETES}") == [rule]


@pytest.mark.parametrize("chain", ["RH-Firewall-1-INPUT", "MINE"])
def test_own_chain_that_ends_in_reject_is_told(chain: str) -> None:
    """A chain that every packet runs through, and that ends in REJECT, closes the machine like INPUT itself."""
    last = f"-A {chain} -j REJECT --reject-with icmp-host-prohibited"
    rules = f"-N {chain}\n-A INPUT -j {chain}\n-A {chain} -i lo -j ACCEPT\n{last}\n"
    assert firewall.parse_leftovers(CLEAN + rules) == [last]


@pytest.mark.parametrize(
    "rules",
    [
        "-N f2b-sshd\n-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd\n-A f2b-sshd -s 10.0.0.9/32 -j REJECT\n",
        "-N unused\n-A unused -j DROP\n",
        '-N cali-fw-cali1\n-A FORWARD -j cali-fw-cali1\n-A cali-fw-cali1 -m comment --comment "cali:x" -j DROP\n',
        "-A INPUT -s 10.0.0.9/32 -j DROP\n",
        "-A INPUT -p icmp -j REJECT\n",
        "-A INPUT -s 10.122.1.5/32 -p tcp -m tcp --dport 6443 -j REJECT\n",
        "-A INPUT -p tcp -m tcp --dport 3306 -j DROP\n",
    ],
    ids=[
        "only of one port",
        "never come to",
        "Calico's",
        "of one address",
        "of one protocol",
        "one Pod's",
        "another port",
    ],
)
def test_rule_for_some_packets_is_no_leftover(rules: str) -> None:
    """A rule that stops only some packets does not close the machine."""
    assert firewall.parse_leftovers(CLEAN + rules) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply("", 4, "Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance"),
        Reply("", 3, "iptables v1.4.21: can't initialize iptables table `filter': Permission denied"),
        Reply("", 2, 'iptables v1.4.21: unknown option "-w"'),
        Reply("", 127, "/bin/sh: iptables: command not found"),
    ],
    ids=lambda reply: str(reply.status),
)
def test_failing_iptables_is_no_empty_table(fake: FakeConnection, pair: Lab, reply: Reply) -> None:
    """An iptables that fails has not said that there are no rules; its words are told."""
    fake.answer("node", "iptables -w 5 -S", reply)
    with pytest.raises(TransportError, match=f"ended with {reply.status}") as caught:
        firewall.leftover_rules(pair["node"])
    assert reply.error in str(caught.value)


def test_the_kernel_is_asked(fake: FakeConnection, pair: Lab) -> None:
    """The rules come from the machine's own kernel."""
    fake.answer("node", "iptables -w 5 -S", "-P INPUT DROP\n")
    assert firewall.leftover_rules(pair["node"]) == ["-P INPUT DROP"]


@given(texts("-A INPUT", "-P INPUT", "-j REJECT", "-N IN_public"))
def test_any_text_is_read(text: str) -> None:
    """Whatever iptables prints, reading it does not break."""
    firewall.parse_leftovers(text)
