"""A lab that nobody has to bring up: two machines, their API and their pages, all answered from a script."""

import base64
import os
import resource

import pytest
from hypothesis import HealthCheck, settings

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection, Page
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Machine, Phase
from steps.cluster.api import ADMIN_CONF, EVERY_SECRET, Cluster

# A course of its own, with features, steps and a conftest of its own: it is run by `labproof`.
collect_ignore = ["second_course"]

# Texts are compared in English, whatever the locale of who runs the tests.
os.environ["LC_ALL"] = "C.UTF-8"

# Hostile input is fed to parsers here, perhaps beside a lab that runs: one that takes all memory must end as
# an error of this process, not as the kernel's choice of whom to kill.
MEMORY = 3 * 1024**3
if resource.getrlimit(resource.RLIMIT_AS)[1] == resource.RLIM_INFINITY:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))

# The same examples every time: a build must not turn red by chance. `--hypothesis-seed` looks further.
settings.register_profile(
    "labproof",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("labproof")


def encoded(text: str) -> str:
    """Return a text as a kubeconfig or a Secret holds it."""
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def fake() -> FakeConnection:
    return FakeConnection()


@pytest.fixture
def phase() -> Phase:
    return Phase(Purpose.OBSERVE)


@pytest.fixture
def pair(fake: FakeConnection, phase: Phase) -> Lab:
    return both_machines(fake, phase)


def both_machines(fake: FakeConnection, phase: Phase) -> Lab:
    """Return both machines of the lab, with what testinfra asks first."""
    for name in ("master", "node"):
        fake.answer(name, "uname -s", "Linux")
        fake.answer(name, "uname -m", "x86_64")
        fake.answer(name, "cat /etc/os-release", 'ID="centos"\nVERSION_ID="7"\nNAME="CentOS Linux"\n')
        fake.answer(name, "test -d /run/systemd/system/", "")
    addresses = {"master": "192.168.200.10", "node": "192.168.200.20"}
    return Lab({name: Machine(name, address, fake, phase, "secret") for name, address in addresses.items()})


@pytest.fixture
def api(fake: FakeConnection, pair: Lab, phase: Phase) -> Cluster:
    return cluster_on(pair, fake, phase)


def cluster_on(pair: Lab, fake: FakeConnection, phase: Phase) -> Cluster:
    """Return the API of a cluster that kubeadm has made."""
    lines = [
        "clusters: [{name: kubernetes, cluster: {certificate-authority-data: " + encoded("AUTHORITY") + "}}]",
        "users: [{name: admin, user: {client-certificate-data: " + encoded("CERTIFICATE") + ", "
        "client-key-data: " + encoded("KEY") + "}}]",
    ]
    fake.answer("master", ADMIN_CONF, "\n".join(lines))
    fake.serve("GET", f"https://192.168.200.10:6443{EVERY_SECRET}", Page({"code": 403}, 403))
    return Cluster(fake, pair["master"], phase)


@pytest.fixture
def pages(fake: FakeConnection, phase: Phase) -> Browser:
    """The lab's web pages."""
    return Browser(fake, phase)
