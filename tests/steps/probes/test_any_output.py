"""Whatever a machine's programs print and however they end: a probe reads it, or says that it could not see."""

from collections.abc import Callable
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Reply
from labproof.grading import expectation
from labproof.ground.errors import TransportError
from labproof.lab import service
from labproof.lab.machine import Machine, Phase
from steps.probes import bridge, control_plane, docker, firewall, kubeconfig, names, package, selinux, ssh_key, swap
from tests.anything import is_a, texts
from tests.conftest import both_machines

TWO = ("docker-ce", "kubelet")


def log_in(machine: Machine) -> ssh_key.KeyLogin:
    return ssh_key.log_in(machine, machine)


READS: dict[Callable[..., Any], tuple[object, ...]] = {
    **dict.fromkeys((bridge.is_loaded, bridge.loaded_by, bridge.live, bridge.persisted), ()),
    **dict.fromkeys((docker.configured, docker.running, docker.images, docker.run_container), ()),
    **dict.fromkeys((control_plane.kubelet_cgroup_driver, firewall.leftover_rules, kubeconfig.file_state), ()),
    **dict.fromkeys((names.hostname, package.repository, selinux.mode, selinux.configured), ()),
    **dict.fromkeys((swap.in_use, swap.at_boot, log_in), ()),
    **dict.fromkeys((names.addresses, package.versions, package.foreign), (TWO,)),
    service.read: ("docker",),
}
"""Each probe of a machine, and what else it is given."""
WORDS = (
    *("LoadState=loaded\n", "ActiveState=active\n", "root", "640", "[k8s-docker]\n", "baseurl=", "enabled=1\n"),
    *(
        "SELINUX=",
        "cgroupDriver: ",
        "cgroupDriver: !!int ''",
        "--cgroup-driver=",
        '{"exec-opts": ["native.cgroupdriver=',
        '"]}',
        "\n=/etc/x\n>",
    ),
    *(
        "net.ipv4.ip_forward=1\n",
        "/swapfile swap swap\n",
        "Filename\n",
        "-N IN_public\n",
        "docker-ce 20\n",
        "modprobe ",
    ),
)
OUTPUT = texts(*WORDS)


@pytest.mark.parametrize("probe", READS, ids=lambda probe: f"{probe.__module__.split('.')[-1]}.{probe.__name__}")
@given(output=OUTPUT, error=OUTPUT, status=st.sampled_from([0, 1, 44, 127, 255]), is_of_system_too=st.booleans())
def test_any_output_is_read_or_not_seen(
    probe: Callable[..., Any], output: str, error: str, status: int, is_of_system_too: bool
) -> None:
    """A probe returns what it promises, which can be shown, or raises the one error that is nobody's fault."""
    fake = FakeConnection()
    lab = both_machines(fake, Phase())
    for name in ("master", "node"):
        fake.answer(name, "", Reply(output, status, error))
        if is_of_system_too:
            for line in ("uname -s", "uname -m", "cat /etc/os-release", "test -d /run/systemd/system/"):
                fake.answer(name, line, Reply(output, status, error))
    try:
        state = probe(lab["node"], *READS[probe])
    except TransportError:
        return
    assert is_a(state, get_type_hints(probe)["return"])
    assert isinstance(expectation.show(state), str)
