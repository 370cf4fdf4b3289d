"""The course's own facts."""

from pathlib import Path

import pytest

from labproof import course
from labproof.errors import ConfigError


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
    with pytest.raises(ConfigError, match="choose handout or rehearsal"):
        course.load("cluster")


def test_course_without_its_file(tmp_path: Path) -> None:
    """A folder that is no course is named."""
    with pytest.raises(ConfigError, match=r"course\.toml: no such file"):
        course.load("handout", tmp_path)
