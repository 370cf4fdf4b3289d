"""Whether container machines can work with a bundle that somebody gives, by what is in its files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.ground.places import engine_dir
from labproof.rehearsal.bundle.rpms import RPMS
from labproof.rehearsal.given import fitness
from labproof.rehearsal.given.examine import Examined, examine
from labproof.rehearsal.judging import expected
from labproof.rehearsal.judging.rpm_header import Package
from tests.rehearsal.given.bundles_given import (
    ARCHIVE,
    CLUSTER_DNS,
    FITTING,
    OFFICIAL,
    REPOSITORY,
    handout,
    images_only,
    rehearsal,
)
from tests.rehearsal.judging.small_bundle import CALICO, DASHBOARD, IMAGES, seal, write_images, write_repository

TUNNELS = CALICO.replace("{name: IP, value: autodetect}", "{name: CALICO_IPV4POOL_IPIP, value: Always}")
BPF = CALICO.replace("{name: IP, value: autodetect}", "{name: FELIX_BPFENABLED, value: 'true'}")


def examined(folder: Path, *lacks: str) -> Examined:
    """Examine a bundle for machines whose kernel lacks some parts."""
    return examine(folder, engine_dir(), lambda part: part not in lacks, lambda _: None)


def problems(folder: Path, *lacks: str) -> list[tuple[str, str, str]]:
    """Return what keeps a lab from coming to its end, as file, expected and found."""
    return [(f.file, f.expected, f.found) for f in examined(folder, *lacks).problems()]


def headers(folder: Path) -> list[str]:
    """Return what the report's header says of a lab with this bundle."""
    return [said.header for said in examined(folder).instead]


def test_images_only(tmp_path: Path) -> None:
    """A bundle without packages makes a lab: those of the rehearsal are added, and nothing else."""
    found = examined(images_only(tmp_path / "given"))
    assert (found.problems(), found.adds_packages, found.kubernetes) == ([], True, ())
    assert (found.expected.edition, found.verdict.stand_ins) == ("official", {})
    assert headers(tmp_path / "given") == [
        "packages: those of the rehearsal's own bundle; the bundle that was given has none"
    ]


def test_rehearsals_kind(tmp_path: Path) -> None:
    """A bundle of the rehearsal's kind needs nothing of the rehearsal's own, whatever its manifest is called."""
    folder = rehearsal(tmp_path / "given")
    (folder / "manifest.json").unlink()
    found = examined(folder)
    assert (found.problems(), found.instead, found.expected.edition) == ([], (), "rehearsal")
    assert {package.name for package in found.packages} == set(FITTING)
    assert found.verdict.stand_ins == {CLUSTER_DNS: "CoreDNS 1.7.0"}


def test_packages_for_centos(tmp_path: Path) -> None:
    """Packages that need what a container machine has not are told by their headers, and what takes their place."""
    folder = handout(tmp_path / "given")
    found = examined(folder)
    assert found.problems() == []
    assert (found.adds_packages, found.image_archive) == (True, "k8s-images-v1.20.4.tar.gz")
    packages, images = headers(folder)
    assert "docker-ce needs libc.so.6(GLIBC_2.17)(64bit)" in packages
    assert "kubelet" not in packages
    assert images.endswith("v1.20.2 of the rehearsal's own bundle; the bundle that was given has v1.20.4")
    assert [name.rpartition("/")[2] for name in found.kubernetes] == [
        "kube-apiserver:v1.20.2",
        "kube-controller-manager:v1.20.2",
        "kube-scheduler:v1.20.2",
        "kube-proxy:v1.20.2",
    ]


def test_packages_that_fit_are_judged(tmp_path: Path) -> None:
    """Packages that a machine could install, of another version than the course's, are refused and not exchanged."""
    folder = images_only(tmp_path / "given")
    write_repository(folder / REPOSITORY, {**FITTING, "kubelet": "1.20.4"}, {})
    seal(folder, "official")
    assert (REPOSITORY, "the package kubelet 1.20.2", "1.20.4") in problems(folder)


def test_own_packages_fit() -> None:
    """What the rehearsal's own packages need stands among them, or in a container machine."""
    own = [
        Package(rpm.name, "1", "1", "x86_64", frozenset({rpm.name}), frozenset({*rpm.requires, "/bin/sh"}))
        for rpm in RPMS
    ]
    assert fitness.unmet(own, fitness.provided()) == {}


def test_packages_that_nobody_installs() -> None:
    """A package that is not drawn in by the handout's may need what it likes."""
    packages = [
        Package("lvm2", "1", "1", "x86_64", frozenset(), frozenset({"device-mapper"})),
        Package("device-mapper", "1", "1", "x86_64", frozenset(), frozenset({"libudev.so.1"})),
        Package("game", "1", "1", "x86_64", frozenset(), frozenset({"libSDL.so.1"})),
    ]
    assert fitness.unmet(packages, ()) == {"device-mapper": ["libudev.so.1"]}


def test_one_image_of_kubernetes_is_missing(tmp_path: Path) -> None:
    """Where some of Kubernetes' images are of the right version, one that is missing is not added in silence."""
    folder = images_only(tmp_path / "given", tuple(name for name in OFFICIAL if "scheduler" not in name))
    [(file, expected, found)] = problems(folder)
    assert (file, found) == (ARCHIVE, "no archive of the bundle has it")
    assert "kube-scheduler:v1.20.2, which kubeadm init asks for" in expected


def no_cluster_dns(folder: Path) -> None:
    write_images(folder / ARCHIVE, [name for name in OFFICIAL if "coredns" not in name])


def other_nginx(folder: Path) -> None:
    write_images(folder / ARCHIVE, [name.replace("nginx:1.20", "nginx:latest") for name in OFFICIAL])


def asks_a_registry(folder: Path) -> None:
    (folder / "recommended.yaml").write_text(DASHBOARD.replace("IfNotPresent", "Always"))


def new_calico(folder: Path) -> None:
    (folder / "calico.yaml").write_text(CALICO.replace("v3.20.6", "v3.25.0"))
    write_images(folder / ARCHIVE, [name.replace("v3.20.6", "v3.25.0") for name in OFFICIAL])


def other_processor(folder: Path) -> None:
    write_images(folder / ARCHIVE, OFFICIAL, "arm64")


def other_name_of_the_archive(folder: Path) -> None:
    (folder / ARCHIVE).rename(folder / "images.tar.gz")


def cut_off(folder: Path) -> None:
    (folder / ARCHIVE).write_bytes((folder / ARCHIVE).read_bytes()[:-200])


def wants_programs_in_the_kernel(folder: Path) -> None:
    (folder / "calico.yaml").write_text(BPF)


BROKEN: dict[Callable[[Path], None], tuple[str, str, str]] = {
    no_cluster_dns: (ARCHIVE, "coredns:1.7.0, which kubeadm init asks for", "no archive of the bundle has it"),
    other_nginx: (ARCHIVE, "the image nginx:1.20, which is typed", "only docker.io/library/nginx:latest"),
    asks_a_registry: ("recommended.yaml", "imagePullPolicy: IfNotPresent for kubernetesui/dashboard", "Always"),
    new_calico: ("calico.yaml", "Calico 3.18 to 3.21", "docker.io/calico/node:v3.25.0"),
    other_processor: (ARCHIVE, "for linux/amd64", "linux/arm64"),
    other_name_of_the_archive: (ARCHIVE, "a file of this name", "no such file"),
    cut_off: (ARCHIVE, "an archive of images", "it is cut off before its end"),
    wants_programs_in_the_kernel: ("calico.yaml", "FELIX_BPFENABLED false", "a container may not"),
}
"""What is done to a whole bundle, and the file, what was expected and what was found that must be told of it."""


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
def test_broken_copy(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """Each broken copy is refused in words, with the file, what was expected and found, and what to do."""
    folder = images_only(tmp_path / "given")
    damage(folder)
    seal(folder, "official")
    file, expected, found = BROKEN[damage]
    with pytest.raises(ConfigError) as raised:
        examined(folder).require()
    blamed = [f for f in examined(folder).problems() if f.file == file and expected in f.expected and found in f.found]
    assert blamed, raised.value
    assert f"- {file}: expected " in str(raised.value)
    assert blamed[0].fix in str(raised.value)


def test_calico_without_its_kernel(tmp_path: Path) -> None:
    """A Calico that wants tunnels is refused where the kernel has none, and works where it has them, or wants none."""
    folder = images_only(tmp_path / "given", calico=TUNNELS)
    assert problems(folder) == []
    [(file, expected, found)] = problems(folder, "ipip")
    assert (file, found) == ("calico.yaml", "this computer's kernel has no ipip")
    assert "CALICO_IPV4POOL_IPIP=Always" in expected
    assert problems(images_only(tmp_path / "other"), "ipip") == []
    assert any("ip_set" in expected for _, expected, _ in problems(tmp_path / "other", "ip_set"))


def test_stand_in_of_calico_needs_no_kernel(tmp_path: Path) -> None:
    """By its label an image under Calico's own name is known for a stand-in, which asks nothing of the kernel."""
    calico = {name: "Calico" for name in IMAGES if name.startswith("calico/")}
    folder = images_only(tmp_path / "given", stand_ins=calico, calico=TUNNELS)
    assert problems(folder, "ipip", "ip_set") == []
    assert set(examined(folder).verdict.stand_ins) == {f"docker.io/{name}" for name in calico}


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is an error of whoever asked."""
    with pytest.raises(ConfigError, match="expected a folder with a bundle"):
        examined(tmp_path / "nothing")


def test_course_without_such_a_bundle(tmp_path: Path) -> None:
    """A course that names no official images is told so, and its other bundles are judged as ever."""
    settings = (engine_dir() / "exercises" / "course.toml").read_text(encoding="utf-8")
    (tmp_path / "exercises").mkdir()
    head, official = settings.split("[official]")
    (tmp_path / "exercises" / "course.toml").write_text(f"{head}[cluster]{official.split('[cluster]')[1]}")
    assert expected.load(tmp_path, "rehearsal").kubernetes == "1.20.2"
    with pytest.raises(ConfigError, match=r"expected \[official\]"):
        expected.load(tmp_path, "official")
