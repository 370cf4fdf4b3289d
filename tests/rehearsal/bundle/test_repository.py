"""The yum repository's packages: their table and their spec files."""

from pathlib import Path

import pytest

from labproof.rehearsal.bundle import debian
from labproof.rehearsal.bundle.repository import describe, spec
from labproof.rehearsal.bundle.rpms import BOX_PACKAGES, FILES, KUBERNETES, OURS, RPMS, Rpm

HANDOUT = (
    *("docker-ce", "docker-ce-cli", "containerd.io"),
    *("yum-utils", "device-mapper-persistent-data", "lvm2", "kubelet", "kubeadm", "kubectl"),
)


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """Return a folder with staged files: a program, a setting and a link."""
    for name in ("usr/bin/kubelet", "etc/sysconfig/kubelet"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "usr/bin/link").symlink_to("kubelet")
    return tmp_path


def by_name(name: str) -> Rpm:
    """Return a package of the table."""
    return next(rpm for rpm in RPMS if rpm.name == name)


def test_spec_of_kubelet(stage: Path) -> None:
    """The spec says name, version, needs and honest origin, and lists files without owning their folders."""
    text = spec(by_name("kubelet"), "1.20.5+really1.20.2-1.1+deb12u1", stage)
    lines = text.splitlines()
    for line in (
        "Name: kubelet",
        "Version: 1.20.2",
        "Release: 0",
        "AutoReqProv: no",
        "Requires: kubernetes-cni",
    ):
        assert line in lines
    assert "built from Debian's source of Kubernetes 1.20.5+really1.20.2-1.1+deb12u1" in text
    listed = lines[lines.index("%files") + 2 :]
    assert listed == [
        *("%dir /etc/kubernetes/manifests", "%dir /var/lib/kubelet"),
        *("%config(noreplace) /etc/sysconfig/kubelet", "/usr/bin/kubelet", "/usr/bin/link"),
    ]


def test_nothing_starts_by_itself(stage: Path) -> None:
    """Installing a package neither starts nor enables a unit."""
    for rpm in RPMS:
        text = spec(rpm, "1.0-1", stage)
        assert "systemctl start" not in text
        assert "systemctl enable" not in text
        assert "preset" not in text


def test_docker_makes_its_group_first(stage: Path) -> None:
    """The group of Docker's socket exists before its units do."""
    text = spec(by_name("docker-ce"), "20.10.24+dfsg1-1", stage)
    assert text.index("groupadd --system docker") < text.index("daemon-reload") < text.index("%files")


def test_handouts_packages_are_there() -> None:
    """Every package that the handout installs is in the repository, and all that they require."""
    names = {rpm.name for rpm in RPMS}
    assert set(HANDOUT) <= names
    assert {need for rpm in RPMS for need in rpm.requires} <= names


def test_every_source_is_fetched() -> None:
    """Each file comes from a package that is fetched, from the compiled programs or from our own files."""
    for rpm in RPMS:
        assert rpm.origin in {*debian.PACKAGES, KUBERNETES}
        for source in rpm.files.values():
            where, path = source.split(":", 1)
            assert where in {*debian.PACKAGES, KUBERNETES, OURS}
            if where == OURS:
                assert (FILES / path).is_file()


def test_description_for_the_manifest() -> None:
    """The manifest's lines give rpm versions, and in words where the content is from."""
    found = {**dict.fromkeys(debian.PACKAGES, "2:1.6.20~ds1-1+deb12u3"), KUBERNETES: "1.20.2-1"}
    listed = {entry["name"]: entry for entry in describe(found)}
    assert listed["containerd.io"]["version"] == "1.6.20-1"
    assert listed["containerd.io"]["origin"] == "repackaged from Debian containerd 2:1.6.20~ds1-1+deb12u3"
    assert listed["kubeadm"]["version"] == "1.20.2-0"


def test_box_packages_are_sorted_out() -> None:
    """Each package that the machine must hold is named once."""
    assert len(BOX_PACKAGES) == len(set(BOX_PACKAGES))
