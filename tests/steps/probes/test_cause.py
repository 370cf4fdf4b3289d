"""What a long message comes to, in the words of the real parts."""

import pytest
from hypothesis import given

from steps.cluster.cause import SHOWN, cause
from steps.probes.container_log import telling_line
from tests.anything import texts

ID = "0123456789ab" + 52 * "f"
SANDBOX = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "
    f'"{ID}" network for pod "coredns-7f89b7bc75-xk2lp": networkPlugin cni failed to set up pod '
    '"coredns-7f89b7bc75-xk2lp_kube-system" network: '
)
READINESS = (
    "Readiness probe failed: 2021-01-04 17:24:47.807 [INFO][436] confd/health.go 180: Number of node(s) with BGP"
    " peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 10.0.2.15\n"
)
NODENAME = (
    "stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and"
    " has mounted /var/lib/calico/"
)


@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        (SANDBOX + NODENAME, f"Failed to create pod sandbox: the network plugin: {NODENAME}"),
        (
            SANDBOX + 'failed to find plugin "calico" in path [/opt/cni/bin]',
            'Failed to create pod sandbox: the network plugin: failed to find plugin "calico" in path [/opt/cni/bin]',
        ),
        (
            READINESS,
            "Readiness probe failed: Number of node(s) with BGP peering established = 0 calico/node is not ready:"
            " BIRD is not ready: BGP not established with 10.0.2.15",
        ),
        (f"(combined from similar events): {READINESS}", cause(READINESS)),
        (
            "back-off 10s restarting failed container=coredns"
            " pod=coredns-7f89b7bc75-9dtrz_kube-system(bbcbf372-6669-41cd-9cd2-625cab70e504)",
            "back-off 10s restarting failed container",
        ),
        (f"container {ID} died", "container 0123456789ab died"),
        ("", ""),
    ],
    ids=["nodename", "no plugin", "BGP", "combined", "back-off", "id", "nothing"],
)
def test_message_comes_to_its_cause(text: str, comes_to: str) -> None:
    """Prefixes of logs, ids and what every such message says are left out; the cause is there in full."""
    assert cause(text) == comes_to


def test_end_is_kept() -> None:
    """Of a message that is too long the beginning goes, and the gap shows."""
    said = cause("a" * 1000 + " the cause")
    assert (len(said), said[:4], said[-10:]) == (SHOWN, "...a", " the cause")


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (
            "F0301 07:53:09.113       1 server.go:487] no kubeconfig\ngoroutine 1 [running]:\nx.error(0xc)",
            "no kubeconfig",
        ),
        (
            "Error: unknown flag: --foo\nUsage:\n  kube-scheduler [flags]\n  --fail-swap-on  error",
            "Error: unknown flag: --foo",
        ),
        (
            "[ERROR][8] a.go 1: no API\n[WARNING][8] b.go 2: Terminating\nCalico node failed to start",
            "[ERROR][8] a.go 1: no API",
        ),
        ("Calico node failed to start\n", "Calico node failed to start"),
    ],
    ids=["klog", "flag", "calico-node", "nothing else"],
)
def test_word_of_the_end_comes_before_what_follows_it(log: str, told: str) -> None:
    """What a program gives up with is told, and neither its stack, its usage nor that it has ended."""
    assert telling_line(log) == told


@given(texts("rpc error: code = ", 'network for pod "', "[INFO][1] a 1: ", "f" * 64))
def test_any_message_is_read(text: str) -> None:
    """Whatever the message is, what is shown is short."""
    assert len(cause(text)) <= SHOWN


def test_own_word_of_readiness_comes_before_an_older_error() -> None:
    """What a program says of its own readiness tells more than an error that it has got over, but not than its end."""
    lost = "2026-11-25 23:15:39.694 [WARNING][1] standins/mirroring.py 108: Connection refused; trying again"
    unready = (
        "2026-11-25 23:16:17.882 [INFO][1] standins/node.py 178: BIRD is not ready: BGP not established with 10.0.0.2"
    )
    said = "BIRD is not ready: BGP not established with 10.0.0.2"
    assert telling_line(f"{unready}\n{lost}\n") == telling_line(f"{lost}\n{unready}\n") == said
    assert telling_line(f"panic: no way\n{unready}\n") == "panic: no way"
