"""The table of the packages in the bundle's yum repository: where every file of theirs comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KUBERNETES = "kubernetes"
OURS = "ours"
FILES = Path(__file__).resolve().parent / "files"


@dataclass(frozen=True)
class Rpm:
    """A package to build: `files` maps a target path to ORIGIN:PATH, a file or a whole folder."""

    name: str
    origin: str
    summary: str
    licence: str
    files: Mapping[str, str]
    requires: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    release: str = "1"
    before: str = ""
    has_units: bool = False


UNITS = "/usr/lib/systemd/system"
LABPROOF = "/usr/libexec/labproof"
APACHE = "Apache-2.0"

CONTAINER_RPMS = (
    Rpm(
        "docker-ce",
        "docker.io",
        "The Docker daemon",
        APACHE,
        {
            "/usr/sbin/dockerd": "docker.io:usr/sbin/dockerd",
            "/usr/sbin/docker-proxy": "docker.io:usr/sbin/docker-proxy",
            "/usr/bin/docker-init": "tini:usr/bin/tini-static",
            f"{UNITS}/docker.service": "docker.io:lib/systemd/system/docker.service",
            f"{UNITS}/docker.socket": "docker.io:lib/systemd/system/docker.socket",
        },
        ("docker-ce-cli", "containerd.io"),
        before="getent group docker >/dev/null || groupadd --system docker",
        has_units=True,
    ),
    Rpm(
        "docker-ce-cli",
        "docker.io",
        "The docker command",
        APACHE,
        {"/usr/bin/docker": "docker.io:usr/bin/docker"},
    ),
    Rpm(
        "containerd.io",
        "containerd",
        "containerd, and runc behind a wrapper for machines without CAP_SYS_RESOURCE",
        APACHE,
        {
            "/usr/bin/containerd": "containerd:usr/bin/containerd",
            "/usr/bin/containerd-shim-runc-v2": "containerd:usr/bin/containerd-shim-runc-v2",
            "/usr/bin/ctr": "containerd:usr/bin/ctr",
            "/usr/bin/runc": f"{OURS}:runc",
            f"{LABPROOF}/runc": "runc:usr/sbin/runc",
            f"{LABPROOF}/fit_container.py": f"{OURS}:../fit_container.py",
            f"{UNITS}/containerd.service": "containerd:lib/systemd/system/containerd.service",
            "/etc/containerd/config.toml": f"{OURS}:containerd.toml",
        },
        has_units=True,
    ),
)

KUBERNETES_RPMS = (
    Rpm(
        "kubelet",
        KUBERNETES,
        "The Kubernetes node agent",
        APACHE,
        {
            "/usr/bin/kubelet": f"{KUBERNETES}:bin/kubelet",
            f"{UNITS}/kubelet.service": f"{OURS}:kubelet.service",
            "/etc/sysconfig/kubelet": f"{OURS}:kubelet.sysconfig",
        },
        ("kubernetes-cni",),
        folders=("/etc/kubernetes/manifests", "/var/lib/kubelet"),
        release="0",
        has_units=True,
    ),
    Rpm(
        "kubeadm",
        KUBERNETES,
        "Sets up a Kubernetes cluster",
        APACHE,
        {
            "/usr/bin/kubeadm": f"{KUBERNETES}:bin/kubeadm",
            f"{UNITS}/kubelet.service.d/10-kubeadm.conf": f"{OURS}:10-kubeadm.conf",
        },
        ("kubelet", "kubectl", "kubernetes-cni"),
        release="0",
        has_units=True,
    ),
    Rpm(
        "kubectl",
        KUBERNETES,
        "The Kubernetes command line",
        APACHE,
        {"/usr/bin/kubectl": f"{KUBERNETES}:bin/kubectl"},
        release="0",
    ),
    Rpm(
        "kubernetes-cni",
        "containernetworking-plugins",
        "The basic plugins for Pod networks",
        APACHE,
        {"/opt/cni/bin": "containernetworking-plugins:usr/lib/cni"},
    ),
)

STORAGE_RPMS = (
    Rpm(
        "device-mapper-persistent-data",
        "thin-provisioning-tools",
        "Tools for thin volumes",
        "GPL-3.0-only",
        {"/usr/sbin": "thin-provisioning-tools:usr/sbin"},
    ),
    Rpm(
        "device-mapper",
        "dmsetup",
        "The device mapper's command line",
        "GPL-2.0-only",
        {"/usr/sbin": "dmsetup:sbin", "/usr/lib/udev/rules.d": "dmsetup:lib/udev/rules.d"},
    ),
    Rpm(
        "lvm2",
        "lvm2",
        "Logical volumes",
        "GPL-2.0-only AND LGPL-2.1-only",
        {
            "/usr/sbin": "lvm2:sbin",
            "/etc/lvm": "lvm2:etc/lvm",
            UNITS: "lvm2:lib/systemd/system",
            "/usr/lib/udev/rules.d": "lvm2:lib/udev/rules.d",
            "/usr/lib/tmpfiles.d": "lvm2:usr/lib/tmpfiles.d",
        },
        ("device-mapper", "device-mapper-persistent-data"),
        has_units=True,
    ),
    Rpm(
        "yum-utils",
        "dnf-plugins-core",
        "yum-config-manager",
        "GPL-2.0-or-later",
        {
            "/usr/libexec/dnf-utils-3": "dnf-plugins-core:usr/libexec/dnf-utils-3",
            # Each plugin costs every yum command time; the course has use for this one.
            "/usr/lib/python3/dist-packages/dnf-plugins/config_manager.py": (
                "dnf-plugins-core:usr/lib/python3/dist-packages/dnf-plugins/config_manager.py"
            ),
            "/usr/lib/python3/dist-packages/dnfpluginscore": (
                "dnf-plugins-core:usr/lib/python3/dist-packages/dnfpluginscore"
            ),
        },
        links={"/usr/bin/yum-config-manager": "../libexec/dnf-utils-3"},
    ),
)

RPMS = (*CONTAINER_RPMS, *KUBERNETES_RPMS, *STORAGE_RPMS)

BOX_PACKAGES: tuple[str, ...] = (
    # What the programs look for when they run.
    "conntrack",
    "ebtables",
    "ethtool",
    "iproute2",
    "iptables",
    "kmod",
    "mount",
    "passwd",
    "pigz",
    "procps",
    "python3",
    "python3-dnf",
    "socat",
    "util-linux",
    # What they are linked with (the NEEDED entries of each program in the repository).
    "libaio1",
    "libblkid1",
    "libc6",
    "libdevmapper-event1.02.1",
    "libdevmapper1.02.1",
    "libedit2",
    "libexpat1",
    "libgcc-s1",
    "libseccomp2",
    "libselinux1",
    "libstdc++6",
    "libsystemd0",
    "libudev1",
)
"""Debian packages that a machine must hold already for these packages to work: yum does not know of them."""
