"""Docker: its file, its running daemon, its images and a container."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Reply
from labproof.lab.machine import Lab
from steps.course import expect
from steps.probes import docker
from steps.probes.docker import DaemonSettings

MIRROR = "https://rncxm540.mirror.aliyuncs.com"
SYSTEMD = "native.cgroupdriver=systemd"
GOOD = json.dumps({"registry-mirrors": [MIRROR], "exec-opts": [SYSTEMD]})
INFO = {"CgroupDriver": "systemd", "RegistryConfig": {"Mirrors": [f"{MIRROR}/"]}, "ServerVersion": "20.10.24"}
DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, DaemonSettings((MIRROR,), "systemd")),
        (GOOD.replace(".com", ".com/"), DaemonSettings((MIRROR,), "systemd")),
        (json.dumps({"exec-opts": ["native.cgroupdriver=cgroupfs", SYSTEMD]}), DaemonSettings((), "cgroupfs")),
        ('{"exec-opts": ["native.umask=normal"]}', DaemonSettings()),
        ('{"registry-mirrors": {}, "exec-opts": "native.cgroupdriver=systemd"}', DaemonSettings()),
        ('{"registry-mirrors": [3, null]}', DaemonSettings(("3", "None"))),
        ("{}", DaemonSettings()),
    ],
)
def test_settings_of_a_file(text: str, expected: DaemonSettings) -> None:
    """A file's mirrors and cgroup driver are read; what is of another shape is not set."""
    assert docker.parse_file(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("]}", "],}"),
        GOOD.replace(",", "", 1),
        GOOD.replace('"', "'"),
        GOOD.replace('"', "“"),
        GOOD + GOOD,
        f"# comment\n{GOOD}",
        GOOD[:-1],
        "",
        "[" * 100_000,
        '{"a": ' * 100_000,
        f"\ufeff{GOOD}",
    ],
    ids=["last comma", "no comma", "single quotes", "typographic", "twice", "comment", "cut", "empty", "deep", "deeper",
         "byte order mark"],
)  # fmt: skip
def test_file_that_is_no_json(text: str) -> None:
    """The classic slips in daemon.json are told as what they are."""
    settings = docker.parse_file(text)
    assert settings.problem.startswith("/etc/docker/daemon.json is not valid JSON")
    assert (settings.mirrors, settings.cgroup_driver) == ((), "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n\xa0 "exec-opts": []}', "unexpected NO-BREAK SPACE: line 2 column 1 (char 2)"),
        ('{"exec-opts": [“a”]}', "unexpected LEFT DOUBLE QUOTATION MARK: line 1 column 16 (char 15)"),
        ('{"a": \ue000}', "unexpected U+E000: line 1 column 7 (char 6)"),
        ('{"a": b}', "Expecting value: line 1 column 7 (char 6)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_sign_of_a_web_page_is_named(text: str, says: str) -> None:
    """A sign that no JSON has outside a text is named, for it looks like another; other faults are Python's words."""
    assert docker.parse_file(text).problem == f"/etc/docker/daemon.json is not valid JSON: {says}"


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null"])
def test_file_of_another_shape(text: str) -> None:
    """JSON that is no object is told."""
    assert docker.parse_file(text).problem == "/etc/docker/daemon.json holds no JSON object"


def test_missing_file_is_told(fake: FakeConnection, pair: Lab) -> None:
    """A file that is not there, perhaps under another name, is told."""
    fake.answer("node", "/etc/docker/daemon.json", Reply(status=44))
    assert str(docker.configured(pair["node"])) == "/etc/docker/daemon.json is not there"
    fake.answer("node", "/etc/docker/daemon.json", GOOD)
    assert docker.configured(pair["node"]).cgroup_driver == "systemd"


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (INFO, DaemonSettings((MIRROR,), "systemd")),
        ({**INFO, "RegistryConfig": None}, DaemonSettings((), "systemd")),
        ({**INFO, "RegistryConfig": {"Mirrors": None}}, DaemonSettings((), "systemd")),
        ({"ServerErrors": [DOWN]}, DaemonSettings(problem=f"the daemon does not answer: {DOWN}")),
        ({"ServerErrors": DOWN, "CgroupDriver": ""}, DaemonSettings(problem=f"the daemon does not answer: {DOWN}")),
        ({}, DaemonSettings()),
        ([], DaemonSettings(problem="docker info gives no JSON object")),
    ],
)
def test_settings_of_the_running_daemon(info: object, expected: DaemonSettings) -> None:
    """What the running daemon says is read, and that there is none is told."""
    assert docker.parse_info(json.dumps(info)) == expected


def test_daemon_that_is_not_installed(fake: FakeConnection, pair: Lab) -> None:
    """Without docker its shell's words are told."""
    fake.answer("node", "docker info", Reply("", 127, "/bin/sh: docker: not found"))
    assert docker.running(pair["node"]).problem == "docker info says nothing: /bin/sh: docker: not found"
    assert docker.parse_info("Server:\n x").problem == "docker info gives no JSON"


def test_images_are_full_names(fake: FakeConnection, pair: Lab) -> None:
    """Images are known by repository and tag; one without a tag has no name that counts."""
    fake.answer("node", "docker image ls", "a/kube-proxy:v1.20.2\n<none>:<none>\nnginx:1.22\n")
    assert docker.images(pair["node"]).names >= {"a/kube-proxy:v1.20.2", "nginx:1.22"}


@pytest.mark.parametrize("reply", [Reply("", 1, DOWN), Reply("", 127, "/bin/sh: docker: not found")])
def test_daemon_that_lists_nothing_holds_no_known_images(fake: FakeConnection, pair: Lab, reply: Reply) -> None:
    """A docker that fails does not say that an image is missing: its own words are the finding."""
    fake.answer("node", "docker image ls", reply)
    assert docker.images(pair["node"]) == docker.Images(problem=f"docker could not list its images: {reply.error}")
    said = expect.images(["nginx:1.22"]).found(docker.images(pair["node"]))
    assert reply.error in said
    assert "missing" not in said


def test_running_containers_are_enough(fake: FakeConnection, pair: Lab) -> None:
    """Where containers run already, none is started to see it."""
    fake.answer("node", "docker container ls", "f00\nba5\n")
    assert docker.run_container(pair["node"]) == docker.ContainerRun(True, "2 containers run")
    assert len(fake.lines("node")) == 1


@pytest.mark.parametrize(
    ("reply", "has_run", "says"),
    [
        (Reply("ldconfig (GNU libc) 2.17\n"), True, "a container printed: ldconfig (GNU libc) 2.17"),
        (Reply("", 125, f"docker: {DOWN}\n"), False, f"docker: {DOWN}"),
    ],
)
def test_container_is_tried(fake: FakeConnection, pair: Lab, reply: Reply, has_run: bool, says: str) -> None:
    """Where no container runs one is run for a moment, and its image is taken away again."""
    fake.answer("node", "docker container ls", "")
    fake.answer("node", "docker run", reply)
    assert docker.run_container(pair["node"]) == docker.ContainerRun(has_run, says)
    assert "docker image rm" in fake.lines("node")[-1]
    assert not fake.commands[-1][0].is_fact


KEYS = st.sampled_from(["exec-opts", "registry-mirrors", "ServerErrors", "RegistryConfig", "Mirrors", "x"])
DATA = st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(KEYS, x))


@given(st.text(), DATA)
def test_any_text_is_read(text: str, data: object) -> None:
    """Whatever file and daemon say, reading it does not break and it can be told."""
    for parse in (docker.parse_file, docker.parse_info):
        str(parse(text))
        str(parse(json.dumps(data)))
