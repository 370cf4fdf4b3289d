"""The kubelet's cgroup driver, as its command line and its file decide it."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.lab.machine import Lab
from steps.probes import control_plane

KUBEADM = 'KUBELET_KUBEADM_ARGS="--network-plugin=cni --cgroup-driver=cgroupfs --pod-infra-container-image=p"\n'
EXTRA = "KUBELET_EXTRA_ARGS="


@pytest.mark.parametrize(
    ("kubeadm", "extra", "config", "driver"),
    [
        ("", EXTRA, "cgroupDriver: systemd\n", "systemd"),
        (KUBEADM, EXTRA, "cgroupDriver: systemd\n", "cgroupfs"),
        (KUBEADM, f"{EXTRA}--cgroup-driver=systemd\n", "cgroupDriver: cgroupfs\n", "systemd"),
        ("", f'{EXTRA}"--node-ip=192.168.200.10 --cgroup-driver systemd"\n', "cgroupDriver: cgroupfs\n", "systemd"),
        ("", f"#{EXTRA}--cgroup-driver=systemd\n", "cgroupDriver: cgroupfs\n", "cgroupfs"),
        ("", "OTHER=--cgroup-driver=systemd\n", "cgroupDriver: cgroupfs\n", "cgroupfs"),
        ("", f"{EXTRA}--cgroup-driver=systemd\n{EXTRA}\n", "cgroupDriver: cgroupfs\n", "cgroupfs"),
        ("", "", 'cgroupDriver: ""\n', "cgroupfs"),
        ("", "", "kind: KubeletConfiguration\n", "cgroupfs"),
        ("", "", None, None),
    ],
    ids=[
        *("file", "kubeadm's flag", "extra flag", "extra flag with a space", "comment", "other variable"),
        *("last line", "empty", "not said", "no file"),
    ],
)
def test_driver_of_the_kubelet(
    fake: FakeConnection, pair: Lab, kubeadm: str, extra: str, config: str | None, driver: str | None
) -> None:
    """The extra flags win over kubeadm's, and both over the file; what nobody says is cgroupfs."""
    fake.answer("master", "/var/lib/kubelet/kubeadm-flags.env", kubeadm)
    fake.answer("master", "/etc/sysconfig/kubelet", extra)
    fake.answer("master", "/var/lib/kubelet/config.yaml", Reply(status=44) if config is None else config)
    assert control_plane.kubelet_cgroup_driver(pair["master"]) == driver
