"""The course's own facts."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from steps.course import facts as course


def test_rehearsal_has_its_versions() -> None:
    """The rehearsal is the course with the versions that can be built."""
    rehearsal = course.load("rehearsal")
    assert rehearsal.kubernetes == "1.20.2"
    assert rehearsal.profile.image_archive == "k8s-images-v1.20.2.tar.gz"


def test_handout_has_its_versions() -> None:
    """The course as its text has it."""
    handout = course.load("handout")
    assert handout.kubernetes == "1.20.4"
    assert (handout.cluster.service_cidr, handout.cluster.pod_cidr) == ("10.10.0.0/16", "10.122.0.0/16")
    assert (handout.cluster.dashboard_port, handout.cluster.kuboard_port) == (30000, 32567)


def test_images_are_what_kubeadm_wants() -> None:
    """The names of the images are those that kubeadm asks for under the handout's repository."""
    repository = "registry.aliyuncs.com/google_containers"
    assert set(course.load("handout").images) == {
        f"{repository}/{name}"
        for name in (
            "kube-apiserver:v1.20.4",
            "kube-controller-manager:v1.20.4",
            "kube-scheduler:v1.20.4",
            "kube-proxy:v1.20.4",
            "pause:3.2",
            "etcd:3.4.13-0",
            "coredns:1.7.0",
        )
    }
    worker = course.load("rehearsal").worker_images
    assert worker == (f"{repository}/kube-proxy:v1.20.2", f"{repository}/pause:3.2")


def test_unknown_profile_names_the_known() -> None:
    """A profile that there is not is answered with those that there are."""
    with pytest.raises(ConfigError, match="choose handout or rehearsal or official"):
        course.load("cluster")


def test_course_without_its_file(tmp_path: Path) -> None:
    """A folder that is no course is named."""
    with pytest.raises(ConfigError, match=r"course\.toml: no such file"):
        course.load("handout", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"10.122.0.0/16"', '"10.122.0.0/33"', "cluster.pod_cidr: '10.122.0.0/33' is no range of IPv4 addresses"),
        ('"10.122.0.0/16"', '"10.122.0.1/16"', "has host bits set"),
        ('"10.122.0.0/16"', '"10.122.0.0"', "cluster.pod_cidr: '10.122.0.0' is not how kubeadm takes it"),
        ('"10.122.0.0/16"', '"10.122.0.0/255.255.0.0"', "is not how kubeadm takes it; write 10.122.0.0/16"),
        ('"10.122.0.0/16"', '"10.122.0.0/30"', "has /30; a cluster takes /12 to /24"),
        ('"10.122.0.0/16"', '"127.0.0.0/16"', "has addresses that no machine can have"),
        ('"10.122.0.0/16"', '"10.10.128.0/17"', "overlaps cluster.pod_cidr, 10.10.128.0/17; choose ranges apart"),
        ('"10.10.0.0/16"', '"192.168.0.0/16"', "cluster.service_cidr: 192.168.0.0/16 overlaps the lab's network"),
        ('"10.10.0.0/16"', '""', "cluster.service_cidr: '' is no range"),
        ("= 30000", "= 8080", "cluster.dashboard_port: Input should be greater than or equal to 30000"),
        ("= 30000", "= 32567", "cluster.kuboard_port: 32567 is the dashboard's port too"),
        ('"1.20.4"', '"v1.20.4"', "handout.kubernetes: 'v1.20.4' is no version"),
        ('"1.20.2"', '"1.20"', "rehearsal.kubernetes: '1.20' is no version"),
        ('"https://rncxm540', '"rncxm540', "cluster.registry_mirror: 'rncxm540.mirror.aliyuncs.com' is no address"),
        ('"https://rncxm540', '"https:// rncxm540', "is no address; write one such as https://mirror.example"),
        ('"nginx:latest"', '""', "handout.nginx_image: '' is no name of an image"),
        ('"kube-proxy", "pause:3.2"]', '"Kube Proxy"]', "cluster.worker_images: 'Kube Proxy' is no name of an image"),
        ('"pause:3.2", "etcd', '"pause", "etcd', "cluster.other_images: 'pause' has no tag; add one"),
        ('"kube-scheduler",', '"kube-scheduler:v1",', "cluster.images: 'kube-scheduler:v1' has a tag; remove it"),
        ('worker_images = ["kube-proxy", "pause:3.2"]', "worker_images = []", "cluster.worker_images: empty"),
        ('"k8s-images-v1.20.4', '"root/k8s', "handout.image_archive: 'root/k8s.tar.gz' is no name of a file"),
        ("kuboard_port", "kuboard_prot", "cluster.kuboard_prot: unknown key"),
    ],
)
def test_wrong_value_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """A value that no cluster could have is told with its key before a student pays for it."""
    text = (course_dir() / "exercises" / "course.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "course.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = course.problems(IPv4Network("192.168.200.0/24"), tmp_path)
    assert any(problem in line and line.startswith(str(path)) for line in found), found
