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
        "-P OUTPUT DROP",
        "-N IN_my-zone_allow",
        "-N FWD_public",
        "-A INPUT ! -i lo -j DROP",
        "-A INPUT -i eth1 -j REJECT --reject-with icmp-port-unreachable",
        "-A INPUT -i enp0s8 -m comment --comment lab -j DROP",
        "-A FORWARD -o ens+ -j DROP",
        "-A INPUT -p tcp -m tcp ! --dport 22 -j DROP",
        "-A INPUT -p tcp -m multiport ! --dports 22,80,443 -j DROP",
        "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset",
        "-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP",
        "-A INPUT ! -s 192.168.200.0/24 -j DROP",
        "-A INPUT -s 192.168.200.0/24 -j DROP",
        "-A INPUT -s 192.168.0.0/16 -p tcp -j DROP",
        "-A INPUT -p ipencap -j DROP",
        "-A INPUT -p 4 -j REJECT --reject-with icmp-proto-unreachable",
        "-A INPUT ! -p icmp -j DROP",
        "-A OUTPUT -j DROP",
        "-A OUTPUT -p tcp -m tcp --dport 6443 -j REJECT --reject-with icmp-port-unreachable",
        "-A INPUT -m addrtype --dst-type LOCAL -j DROP",
    ],
)
def test_leftovers_are_told(rule: str) -> None:
    """firewalld's chains, a final REJECT or DROP, and a closed policy are leftovers, word for word."""
    chain = " ".join(rule.split()[:2])
    others = "".join(f"{line}\n" for line in f"{DOCKER}{KUBERNETES}".splitlines() if not line.startswith("-P"))
    policies = "".join(f"{line}\n" for line in CLEAN.splitlines() if not line.startswith(chain))
    assert firewall.parse_leftovers(f"{policies}{others}{rule}\n", "192.168.200.10") == [rule]


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
        "-A FORWARD -i virbr0 -j REJECT --reject-with icmp-port-unreachable\n",
        "-A INPUT -s 192.168.200.77/32 -j DROP\n",
        "-A FORWARD -s 10.122.0.0/16 -d 10.122.0.0/16 -p tcp -j DROP\n",
        "-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP\n",
        "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP\n",
        "-A INPUT -p tcp -m tcp --tcp-flags\n-A INPUT !\n-A INPUT ! -i\n-A INPUT -s what/ever -j DROP\n",
        "-A INPUT -m limit --limit 5/min -j LOG\n-A INPUT -m conntrack ! --ctstate NEW -j DROP\n",
        "-A INPUT ! -s 0.0.0.0/0 -j DROP\n",
    ],
    ids=[
        "only of one port",
        "never come to",
        "Calico's",
        "of one address",
        "of one protocol",
        "one Pod's",
        "another port",
        "libvirt's",
        "of a machine outside",
        "Pods' own",
        "what is new and does not begin",
        "broken packets",
        "cut in the middle",
        "of what goes on",
        "of nobody",
    ],
)
def test_rule_for_some_packets_is_no_leftover(rules: str) -> None:
    """A rule that stops only some packets does not close the machine."""
    assert firewall.parse_leftovers(CLEAN + rules, "192.168.200.10") == []


def test_chain_of_firewalld_is_told_by_its_name_alone() -> None:
    """What a chain of firewalld does with packets is not told beside the chain itself."""
    rules = "-N FWD_public\n-A FORWARD -i eth1 -g FWD_public\n-A FWD_public -j REJECT\n"
    assert firewall.parse_leftovers(CLEAN + rules) == ["-N FWD_public"]


def test_chain_that_is_gone_to_closes_the_machine_too(fake: FakeConnection, pair: Lab) -> None:
    """It does not matter whether packets are sent to a chain with a way back or without one."""
    fake.answer("node", "iptables -w 5 -S", CLEAN + "-N MINE\n-A INPUT -i eth1 -g MINE\n-A MINE -j DROP\n")
    assert firewall.leftover_rules(pair["node"]) == ["-A MINE -j DROP"]


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


@given(texts("-A INPUT", "-P INPUT", "-j REJECT", "-N IN_public", " ! ", " --tcp-flags ", " -s ", " --dport "))
def test_any_text_is_read(text: str) -> None:
    """Whatever iptables prints, reading it does not break."""
    firewall.parse_leftovers(text, "192.168.200.10")
