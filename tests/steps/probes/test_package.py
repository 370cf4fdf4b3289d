"""The offline repository and the packages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import TransportError
from labproof.lab.machine import Lab
from steps.probes import package
from steps.probes.package import RepositoryState
from tests.anything import texts

GOOD = "[k8s-docker]\nname=k8s-docker\nbaseurl=file:///opt/k8s-docker\nenabled=1\ngpgcheck=0\n"
URL = "file:///opt/k8s-docker"


@pytest.mark.parametrize(
    ("text", "baseurl", "is_enabled"),
    [
        (GOOD, URL, True),
        (GOOD.replace("docker\nenabled", "docker/\nenabled"), URL, True),
        (GOOD.replace("=", " = "), URL, True),
        (GOOD.replace("enabled=1\n", ""), URL, True),
        (GOOD.replace("enabled=1", "enabled=True"), URL, True),
        (GOOD.replace("enabled=1", "enabled=0"), URL, False),
        (GOOD.replace("file:///", "file://"), "file://opt/k8s-docker", True),
        (GOOD.replace("baseurl", "#baseurl"), "", True),
        (GOOD.replace("baseurl", "BaseURL"), URL, True),
        (f"# the course's own\n\n{GOOD}", URL, True),
        ("[base]\nbaseurl=http://x\n" + GOOD, URL, True),
        (GOOD + GOOD, URL, True),
        (GOOD + "enabled=0\n", URL, False),
        (GOOD + "name=100%(x)s\n", URL, True),
    ],
)
def test_repository_file(text: str, baseurl: str, is_enabled: bool) -> None:
    """A repository file is read as yum reads it: of what stands twice the last counts."""
    state = package.parse_repository(text, True)
    assert (state.baseurl, state.is_enabled, state.problem) == (baseurl, is_enabled, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace("[k8s-docker]", "k8s-docker"), "is not valid"),
        (GOOD.replace("[k8s-docker]", "[k8s-docker"), "is not valid"),
        (GOOD.replace("name=k8s-docker", "name"), "is not valid"),
        (GOOD.replace("[k8s-docker]", "[docker]"), "has no section [k8s-docker]"),
        ("", "has no section [k8s-docker]"),
    ],
)
def test_broken_repository_file(text: str, problem: str) -> None:
    """What is wrong with a repository file is told."""
    state = package.parse_repository(text, True)
    assert problem in str(state)
    assert state.baseurl is None


def test_repository_of_a_machine(fake: FakeConnection, pair: Lab) -> None:
    """The file and the metadata where it points are both looked for."""
    fake.answer("node", "/etc/yum.repos.d/k8s-docker.repo", GOOD)
    fake.answer("node", "test -e /opt/k8s-docker/repodata/repomd.xml", "", Reply(status=1))
    assert package.repository(pair["node"]) == RepositoryState(URL, True, True)
    assert str(package.repository(pair["node"])) == f"baseurl {URL}, enabled, without metadata there"
    fake.answer("node", "/etc/yum.repos.d/k8s-docker.repo", Reply(status=44))
    assert str(package.repository(pair["node"])) == "/etc/yum.repos.d/k8s-docker.repo is not there"


def test_versions_of_packages(fake: FakeConnection, pair: Lab) -> None:
    """Each package has its version, and one that is not installed has none."""
    fake.answer(
        "node",
        "rpm -q --queryformat '%{NAME} %{VERSION}\\n' kubelet kubeadm kubectl",
        Reply("kubelet 1.20.2\npackage kubeadm is not installed\nkubectl 1.20.4\n", 1),
    )
    assert package.versions(pair["node"], ("kubelet", "kubeadm", "kubectl")) == {
        "kubelet": "1.20.2",
        "kubeadm": None,
        "kubectl": "1.20.4",
    }


NAMES = ("docker-ce", "docker-ce-cli")
OFFERED = "/opt/k8s-docker/docker-ce-20.rpm\n/opt/k8s-docker/docker-ce-cli-20.rpm\n/opt/k8s-docker/lvm2.rpm\n"


@pytest.mark.parametrize(
    ("installed", "problems"),
    [
        ("docker-ce aa\ndocker-ce-cli bb\n", []),
        ("docker-ce aa\ndocker-ce-cli ff\n", ["docker-ce-cli comes from elsewhere"]),
        ("docker-ce bb\ndocker-ce-cli bb\n", ["docker-ce comes from elsewhere"]),
        ("docker-ce aa\npackage docker-ce-cli is not installed\n", ["docker-ce-cli is not installed"]),
        (
            "未安装软件包 docker-ce \n未安装软件包 docker-ce-cli \n",
            ["docker-ce is not installed", "docker-ce-cli is not installed"],
        ),
    ],
)
def test_packages_from_elsewhere(fake: FakeConnection, pair: Lab, installed: str, problems: list[str]) -> None:
    """A package counts when its very build is one of the repository's."""
    fake.answer("node", "rpm -q --queryformat", installed)
    fake.answer("node", "for f in", OFFERED)
    fake.answer("node", "rpm -qp", "docker-ce aa\ndocker-ce-cli bb\n")
    assert package.foreign(pair["node"], NAMES) == problems


def test_repository_may_have_deeper_folders(fake: FakeConnection, pair: Lab) -> None:
    """Packages count wherever below the repository they lie; how deep they lie is looked for only then."""
    fake.answer("node", "rpm -q --queryformat", "docker-ce aa\ndocker-ce-cli bb\n")
    fake.answer("node", "for f in", "/opt/k8s-docker/Packages/lvm2.rpm\n")
    deep = "/opt/k8s-docker/x86_64/Packages/d"
    fake.answer("node", "find /opt/k8s-docker", Reply(f"{deep}/docker-ce-20.rpm\n{deep}/docker-ce-cli-20.rpm\n", 1))
    fake.answer("node", "rpm -qp", "docker-ce aa\ndocker-ce-cli bb\n")
    assert package.foreign(pair["node"], NAMES) == []
    assert f"{deep}/docker-ce-cli-20.rpm" in fake.lines("node")[-1]


def test_repository_that_offers_nothing(fake: FakeConnection, pair: Lab) -> None:
    """Where the repository is empty nothing can come from it."""
    fake.answer("node", "rpm -q", "docker-ce aa\ndocker-ce-cli bb\n")
    fake.answer("node", "for f in", "")
    assert package.foreign(pair["node"], NAMES) == ["/opt/k8s-docker offers none of them"]


BROKEN = (
    "error: rpmdb: BDB0113 Thread/process 1234/140 failed: BDB1507 Thread died in Berkeley DB library\n"
    "error: cannot open Packages database in /var/lib/rpm\n"
)


@pytest.mark.parametrize(
    "reply",
    [
        Reply("package docker-ce is not installed\npackage docker-ce-cli is not installed\n", 2, BROKEN),
        Reply("", 127, "/bin/sh: rpm: command not found"),
        Reply("", 1, ""),
    ],
    ids=["broken database", "no rpm", "nothing said"],
)
def test_failing_rpm_has_not_said_that_nothing_is_installed(fake: FakeConnection, pair: Lab, reply: Reply) -> None:
    """A broken database also prints that a package is not installed: what it says on stderr is told instead."""
    fake.answer("node", "rpm -q", reply)
    fake.answer("node", "for f in", OFFERED)
    for ask in (package.versions, package.foreign):
        with pytest.raises(TransportError, match="rpm could not tell what is installed") as caught:
            ask(pair["node"], NAMES)
        assert reply.error.strip() in str(caught.value)


def test_complete_answer_counts_whatever_rpm_says_beside_it(fake: FakeConnection, pair: Lab) -> None:
    """A warning beside the versions of all packages takes nothing away from them."""
    fake.answer("node", "rpm -q", Reply("docker-ce 20\ndocker-ce-cli 20\n", 0, "warning: NOKEY"))
    assert package.versions(pair["node"], NAMES) == {"docker-ce": "20", "docker-ce-cli": "20"}


def test_package_file_that_cannot_be_read_accuses_nobody(fake: FakeConnection, pair: Lab) -> None:
    """Where rpm cannot read the repository's packages, none that is installed is said to come from elsewhere."""
    fake.answer("node", "rpm -q --queryformat", "docker-ce aa\ndocker-ce-cli bb\n")
    fake.answer("node", "for f in", OFFERED)
    fake.answer("node", "rpm -qp", Reply("docker-ce aa\n", 1, "error: docker-ce-cli-20.rpm: not an rpm package"))
    with pytest.raises(TransportError, match="not an rpm package"):
        package.foreign(pair["node"], NAMES)


PIECES = ["[k8s-docker]", "[", "]", "\n", "\n ", "a", "=", ":", "b\n", "%", "#"]


@given(texts("[k8s-docker]\n", "baseurl", "enabled", "%(x)s", ";"), st.lists(st.sampled_from(PIECES)))
def test_any_text_is_read(text: str, pieces: list[str]) -> None:
    """Whatever the file holds, reading it does not break and it can be told."""
    for content in (text, "".join(pieces), "[k8s-docker]\n" + "".join(pieces)):
        str(package.parse_repository(content, False))
