"""What every expectation accepts, refuses and says."""

from typing import Any

import pytest
from hypothesis import given

from labproof.grading import expectation
from labproof.grading.expectation import Expectation
from labproof.lab.browser import PageState
from labproof.lab.service import UnitState
from steps.course import expect
from steps.pods.report import PodReport
from steps.probes.account import AccountState
from steps.probes.dashboard import BothLogins, LoginState
from steps.probes.docker import ContainerRun, DaemonSettings, Images
from steps.probes.kubeconfig import FileState, KubeconfigState
from steps.probes.kuboard import BothTokens, ConsoleState, ImageState
from steps.probes.package import RepositoryState
from steps.probes.selinux import SelinuxConfig
from steps.probes.ssh_key import KeyLogin
from steps.probes.workload import Origin, ServiceState, WorkloadState
from tests.anything import texts

SERVER = "https://192.168.200.10:6443"
IN, OUT = LoginState(True, ""), LoginState(False, "MSG_LOGIN_UNAUTHORIZED_ERROR")
SHOWN, REFUSED = ConsoleState(200, ("master", "node"), ""), ConsoleState(401, (), "HTTP 401")
SYSTEMD = DaemonSettings(("https://m",), "systemd")


def unit(exists: bool, is_running: bool, is_enabled: bool) -> UnitState:
    return UnitState("docker", exists, is_running, is_enabled)


ACCEPTED: list[tuple[Expectation[Any], list[Any]]] = [
    (expectation.equal("10.10.0.0/16"), ["10.10.0.0/16"]),
    (expectation.equal({"master", "node"}), [{"node", "master"}]),
    (expectation.all_equal({"a": "1"}), [{"a": "1"}, {"a": "1", "b": None}]),
    (expectation.nothing("swap"), [[], set()]),
    (expectation.something("a file"), [["/etc/profile"]]),
    (expectation.no_problem("all well"), [[]]),
    (expectation.all_of(["a:1", "b:1"], "images"), [{"a:1", "b:1"}, ["b:1", "a:1", "c:1"]]),
    (expect.images(["a:1"]), [Images(frozenset({"a:1", "b:1"}))]),
    (expect.loaded_image(), [ImageState("kuboard:v2", "node", True)]),
    (expectation.loaded("br_netfilter"), [True]),
    (expectation.off("firewalld"), [unit(True, False, False), unit(False, False, False)]),
    (expectation.running("docker"), [unit(True, True, False)]),
    (expectation.enabled("docker"), [unit(True, False, True)]),
    (expect.shell_on("node"), [KeyLogin(True, "node", "")]),
    (expect.selinux_not_enforcing(), ["Permissive", "Disabled"]),
    (expect.selinux_not_enforcing_at_boot(), [SelinuxConfig("disabled"), SelinuxConfig("permissive")]),
    (expect.usable_repository("file:///opt/r"), [RepositoryState("file:///opt/r", True, True)]),
    (expect.daemon(SYSTEMD), [SYSTEMD, DaemonSettings(("https://other", "https://m"), "systemd")]),
    (expect.container_run(), [ContainerRun(True, "2 containers run")]),
    (expect.same_driver(), [("systemd", SYSTEMD), ("cgroupfs", DaemonSettings((), "cgroupfs"))]),
    (expect.opens(SERVER), [KubeconfigState(SERVER, True, True), KubeconfigState(f"{SERVER}/", True, True)]),
    (expect.opens(SERVER, "https://master:6443"), [KubeconfigState("https://master:6443", True, True)]),
    (expect.private_to("root"), [FileState(True, "root", "root", 0o600), FileState(True, "root", "wheel", 0o400)]),
    (expect.available("nginx"), [WorkloadState("nginx", True, 2, 2, 2, True)]),
    (
        expect.node_port(30000),
        [ServiceState("d", "NodePort", 443, 30000), ServiceState("d", "NodePort", 8443, 31111, (30000,))],
    ),
    (expect.any_node_port(), [ServiceState("n", "NodePort", 80, 31234), ServiceState("n", "LoadBalancer", 80, 31234)]),
    (expectation.page("<html"), [PageState(200, "x <html> y"), PageState(200, "<HTML>")]),
    (expect.address_in("10.122.0.0/16"), ["10.122.219.64", " 10.122.0.1\n"]),
    (expect.saw("Welcome"), [PodReport("Running", saw="<h1>Welcome to")]),
    (expect.bound_to("cluster-admin"), [AccountState(True, ("admin", "cluster-admin"))]),
    (expect.right_login(), [BothLogins(IN, OUT)]),
    (expect.right_console(), [BothTokens(SHOWN, REFUSED)]),
    (expect.made_by_dashboard(), [Origin(True, ("dashboard",), True)]),
]

REFUSED_STATES: list[tuple[Expectation[Any], list[Any]]] = [
    (expectation.equal("10.10.0.0/16"), ["10.96.0.0/12", None, ""]),
    (expectation.equal({"master", "node"}), [{"master"}, {"master", "node", "node2"}, set()]),
    (expectation.all_equal({"a": "1"}), [{"a": "0"}, {"a": None}, {}, {"b": "1"}]),
    (expectation.nothing("swap"), [["/swapfile"]]),
    (expectation.something("a file"), [[]]),
    (expectation.no_problem("all well"), [["docker-ce is not installed"]]),
    (expectation.all_of(["a:1", "b:1"], "images"), [{"a:1"}, {"a:1", "b:2"}, set()]),
    (expectation.loaded("br_netfilter"), [False]),
    (expectation.off("firewalld"), [unit(True, True, False), unit(True, False, True)]),
    (expectation.running("docker"), [unit(True, False, True), unit(False, False, False)]),
    (expectation.enabled("docker"), [unit(True, True, False)]),
    (expect.shell_on("node"), [KeyLogin(False, "", "Permission denied"), KeyLogin(False, "another machine", "x")]),
    (expect.selinux_not_enforcing(), ["Enforcing", "enforcing", ""]),
    (expect.selinux_not_enforcing_at_boot(), [SelinuxConfig("enforcing"), SelinuxConfig("strict")]),
    (
        expect.usable_repository("file:///opt/r"),
        [
            RepositoryState("file:///opt/x", True, True),
            RepositoryState("file:///opt/r", False, True),
            RepositoryState("file:///opt/r", True, False),
            RepositoryState(None, False, False, "not there"),
        ],
    ),
    (
        expect.daemon(SYSTEMD),
        [
            DaemonSettings(("https://m",), "cgroupfs"),
            DaemonSettings((), "systemd"),
            DaemonSettings(problem="not valid JSON"),
        ],
    ),
    (expect.container_run(), [ContainerRun(False, "no daemon")]),
    (
        expect.same_driver(),
        [
            ("systemd", DaemonSettings((), "cgroupfs")),
            (None, SYSTEMD),
            ("systemd", DaemonSettings(problem="docker info says nothing: no docker")),
            ("", DaemonSettings()),
        ],
    ),
    (expect.images(["a:1"]), [Images(frozenset({"b:1"})), Images(frozenset({"a:1"}), "no daemon")]),
    (expect.loaded_image(), [ImageState("kuboard:v2", "node", False), ImageState("k", "master", False, "no daemon")]),
    (
        expect.opens(SERVER),
        [
            KubeconfigState("https://127.0.0.1:6443", True, True),
            KubeconfigState(SERVER, False, True),
            KubeconfigState(SERVER, True, False),
            KubeconfigState(problem="not there"),
        ],
    ),
    (
        expect.private_to("root"),
        [
            FileState(True, "root", "root", 0o644),
            FileState(True, "root", "root", 0o640),
            FileState(True, "root", "root", 0o601),
            FileState(True, "vagrant", "root", 0o600),
            FileState(False),
        ],
    ),
    (
        expect.available("nginx"),
        [
            WorkloadState("nginx"),
            WorkloadState("nginx", True, 0, 0, 0, True),
            WorkloadState("nginx", True, 2, 2, 1, True),
            WorkloadState("nginx", True, 2, 1, 2, True),
            WorkloadState("nginx", True, 1, 1, 1, False),
            WorkloadState("nginx", True, 1, 1, 1, True, unsteady="nginx was started again 5 times"),
        ],
    ),
    (expect.node_port(30000), [ServiceState("d", "ClusterIP", 443), ServiceState("d", "NodePort", 443, 30001)]),
    (expect.node_port(30000), [ServiceState("d", "LoadBalancer", 443, 30000), ServiceState("d")]),
    (expect.node_port(30000), [ServiceState("d", "NodePort", 443, 30001, (30002,))]),
    (expect.any_node_port(), [ServiceState("n", "ClusterIP", 80), ServiceState("n")]),
    (expectation.page("<html"), [PageState(404, "<html"), PageState(200, "plain"), PageState(None, problem="refused")]),
    (expect.address_in("10.122.0.0/16"), ["10.123.0.1", "", "a Pod on master is Pending", "10.122.0.1 x", "::1"]),
    (expect.saw("Welcome"), [PodReport("Failed", trouble="Welcome")]),
    (expect.bound_to("cluster-admin"), [AccountState(False, ("cluster-admin",)), AccountState(True, ("view",))]),
    (expect.right_login(), [BothLogins(OUT, OUT), BothLogins(IN, IN), BothLogins(OUT, IN)]),
    (
        expect.right_console(),
        [
            BothTokens(SHOWN, SHOWN),
            BothTokens(REFUSED, REFUSED),
            BothTokens(SHOWN, ConsoleState(None, (), "no answer")),
            BothTokens(SHOWN, ConsoleState(403, (), "HTTP 403")),
        ],
    ),
    (
        expect.made_by_dashboard(),
        [
            Origin(False),
            Origin(True, ("kubectl-create",), True),
            Origin(True, ("dashboard",), False),
            Origin(True, (), True),
        ],
    ),
]


def cases(table: list[tuple[Expectation[Any], list[Any]]]) -> list[Any]:
    return [
        pytest.param(wanted, value, id=f"{wanted.expected}: {value}") for wanted, values in table for value in values
    ]


@pytest.mark.parametrize(("wanted", "value"), cases(ACCEPTED))
def test_right_state_is_accepted(wanted: Expectation[Any], value: Any) -> None:
    """A state as the handout leaves it is accepted, and it can be said."""
    assert wanted.is_met(value)
    assert wanted.found(value)


@pytest.mark.parametrize(("wanted", "value"), cases(REFUSED_STATES))
def test_wrong_state_is_refused(wanted: Expectation[Any], value: Any) -> None:
    """A state that is wrong is refused, and what was found does not read like what was expected."""
    assert not wanted.is_met(value)
    assert isinstance(wanted.found(value), str)
    assert wanted.found(value) != wanted.expected


def test_only_what_differs_is_told() -> None:
    """Of several values the wrong ones are told, or the wanted ones when all are right; others never."""
    wanted = expectation.all_equal({"a": "1", "b": "1"})
    assert wanted.expected == "a is 1, b is 1"
    assert wanted.found({"a": "1", "b": None, "c": "5"}) == "b is absent"
    assert wanted.found({"a": "1", "b": "1", "c": "5"}) == "a is 1, b is 1"


def test_missing_ones_are_named() -> None:
    """Of a list the missing ones are named."""
    assert expectation.all_of(["a", "b", "c"], "images").found(["b"]) == "missing: a, c"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "absent"),
        (True, "yes"),
        (False, "no"),
        ({"b", "a"}, "a, b"),
        ((), "none"),
        (3, "3"),
        ("x", "x"),
    ],
    ids=repr,
)
def test_values_read_as_words(value: object, text: str) -> None:
    """A value reads as it would in a sentence."""
    assert expectation.show(value) == text


@given(texts("10.122.0.1", "/", "::1", "%eth0"))
def test_any_text_may_stand_for_an_address(text: str) -> None:
    """Whatever a Pod says of its address, judging it does not break."""
    expect.address_in("10.122.0.0/16").is_met(text)
