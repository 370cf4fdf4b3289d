"""Judging: an expectation compares what was observed with what the handout asks for.

Nothing else in Labproof judges. An expectation says in words what it expects and how what it found reads.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Generic, TypeVar

from labproof.lab.browser import PageState
from labproof.lab.service import ServiceState as UnitState
from labproof.pods.probe_pods import PodReport
from steps.probes.account import AccountState
from steps.probes.cluster_dns import Resolved
from steps.probes.dashboard import BothLogins
from steps.probes.docker import ContainerRun, DaemonSettings, Images
from steps.probes.kubeconfig import FileState, KubeconfigState
from steps.probes.kuboard import BothTokens, ImageState
from steps.probes.package import RepositoryState
from steps.probes.pod import PodState
from steps.probes.selinux import SelinuxConfig
from steps.probes.ssh_key import KeyLogin
from steps.probes.workload import Origin, ServiceState, WorkloadState

T = TypeVar("T")


@dataclass(frozen=True)
class Expectation(Generic[T]):
    """What should be, in words and as a predicate; `is_final` tells that waiting cannot change it."""

    expected: str
    is_met: Callable[[T], bool]
    found: Callable[[T], str] = str
    is_final: Callable[[T], bool] = lambda _: False


def equal(expected: T) -> Expectation[T | None]:
    """Expect exactly this value; None is how a probe says that there is none."""
    return Expectation(show(expected), lambda value: value == expected, show)


def all_equal(expected: Mapping[str, str]) -> Expectation[Mapping[str, str | None]]:
    """Expect each of these values under its name; other names do not matter."""

    def differing(values: Mapping[str, str | None]) -> dict[str, str | None]:
        return {name: values.get(name) for name, wanted in expected.items() if values.get(name) != wanted}

    def found(values: Mapping[str, str | None]) -> str:
        shown = differing(values) or {name: values.get(name) for name in expected}
        return ", ".join(f"{name} is {show(value)}" for name, value in shown.items())

    wanted = ", ".join(f"{name} is {show(value)}" for name, value in expected.items())
    return Expectation(wanted, lambda values: not differing(values), found)


def nothing(what: str) -> Expectation[Collection[str]]:
    """Expect that there is none of these."""
    return Expectation(f"no {what}", lambda found: not found, lambda found: "; ".join(found) or f"no {what}")


def something(what: str) -> Expectation[Collection[str]]:
    """Expect at least one."""
    return Expectation(what, lambda found: bool(found), lambda found: ", ".join(found) or "none")


def no_problem(expected: str) -> Expectation[Collection[str]]:
    """Expect that a list of problems is empty; `expected` says what that means."""
    return Expectation(expected, lambda problems: not problems, lambda problems: "; ".join(problems) or expected)


def all_of(wanted: Collection[str], what: str) -> Expectation[Collection[str]]:
    """Expect that all of these are there; more may be."""

    def found(present: Collection[str]) -> str:
        missing = [name for name in wanted if name not in present]
        return f"missing: {', '.join(missing)}" if missing else f"all {len(wanted)} {what}"

    return Expectation(f"{what}: {', '.join(wanted)}", lambda present: set(wanted) <= set(present), found)


def images(wanted: Collection[str]) -> Expectation[Images]:
    """Expect a daemon that holds all of these images."""
    names = all_of(wanted, "images")
    return Expectation(
        names.expected,
        lambda held: not held.problem and names.is_met(held.names),
        lambda held: held.problem or names.found(held.names),
    )


def loaded_image() -> Expectation[ImageState]:
    """Expect an image on the machine that should run it."""
    return Expectation("the image that Kuboard's Deployment names, on its machine", lambda state: state.is_held)


def loaded(name: str) -> Expectation[bool]:
    """Expect that something is loaded."""
    return Expectation(f"{name} loaded", lambda is_loaded: is_loaded, lambda yes: "loaded" if yes else "not loaded")


def off(name: str) -> Expectation[UnitState]:
    """Expect that a service neither runs nor starts at boot; one that is not installed is off."""
    return Expectation(f"{name} neither running nor enabled", lambda unit: not (unit.is_running or unit.is_enabled))


def running(name: str) -> Expectation[UnitState]:
    """Expect that a service runs."""
    return Expectation(f"{name} running", lambda unit: unit.is_running)


def enabled(name: str) -> Expectation[UnitState]:
    """Expect that a service starts at boot."""
    return Expectation(f"{name} enabled at boot", lambda unit: unit.is_enabled)


def shell_on(machine: str) -> Expectation[KeyLogin]:
    """Expect a login that ended in a shell on this machine."""
    return Expectation(f"a shell on {machine}", lambda login: login.is_open)


def selinux_not_enforcing() -> Expectation[str]:
    """Expect that SELinux stops nothing now."""
    return Expectation("Permissive or Disabled", lambda mode: mode in ("Permissive", "Disabled"))


def selinux_not_enforcing_at_boot() -> Expectation[SelinuxConfig]:
    """Expect that SELinux will stop nothing after a reboot."""
    return Expectation(
        "SELINUX=disabled or SELINUX=permissive", lambda config: config.mode in ("disabled", "permissive")
    )


def usable_repository(baseurl: str) -> Expectation[RepositoryState]:
    """Expect that yum finds a repository there."""
    return Expectation(
        f"baseurl {baseurl}, enabled, with metadata there",
        lambda state: state.baseurl == baseurl and state.is_enabled and state.has_metadata,
    )


def daemon(wanted: DaemonSettings) -> Expectation[DaemonSettings]:
    """Expect these settings of Docker's daemon; further mirrors do not matter."""

    def is_met(found: DaemonSettings) -> bool:
        return found.cgroup_driver == wanted.cgroup_driver and set(wanted.mirrors) <= set(found.mirrors)

    return Expectation(str(wanted), is_met)


def container_run() -> Expectation[ContainerRun]:
    """Expect that a container runs or has just run."""
    return Expectation("a container that runs", lambda run: run.has_run)


def same_driver() -> Expectation[tuple[str | None, DaemonSettings]]:
    """Expect one cgroup driver for the kubelet and for Docker."""
    return Expectation(
        "kubelet and Docker with the same cgroup driver",
        lambda pair: bool(pair[0]) and pair[0] == pair[1].cgroup_driver,
        lambda pair: (
            f"kubelet {show(pair[0] or None)}, Docker {pair[1].problem or show(pair[1].cgroup_driver or None)}"
        ),
    )


def opens(server: str) -> Expectation[KubeconfigState]:
    """Expect a kubeconfig that gives full rights in this lab's cluster at this address."""
    return Expectation(
        f"it leads to {server}, this cluster, and may do everything there",
        lambda state: state.server == server and state.is_this_cluster and state.may_do_everything,
    )


def private_to(owner: str) -> Expectation[FileState]:
    """Expect a file that belongs to a user and that nobody else may read."""
    return Expectation(
        f"owner {owner}, no rights for others",
        lambda state: state.exists and state.owner == owner and state.mode & 0o077 == 0,
    )


def available(name: str) -> Expectation[WorkloadState]:
    """Expect that the newest version of a workload runs everywhere it should."""
    return Expectation(f"{name} available everywhere it should run", lambda state: state.is_available)


def node_port(port: int) -> Expectation[ServiceState]:
    """Expect a Service of type NodePort with this port."""
    return Expectation(
        f"type NodePort, node port {port}", lambda state: state.type == "NodePort" and state.node_port == port
    )


def any_node_port() -> Expectation[ServiceState]:
    """Expect a Service that has a node port, whichever was allocated."""
    return Expectation("a Service with a node port", lambda state: state.node_port > 0)


def page(content: str) -> Expectation[PageState]:
    """Expect a page that was found and holds this text, in any letter case."""
    return Expectation(
        f"HTTP 200 with {content!r} in it",
        lambda state: state.status == 200 and content.lower() in state.body.lower(),
    )


def address_in(cidr: str) -> Expectation[str]:
    """Expect an address of this range."""

    def is_met(address: str) -> bool:
        try:
            return ip_address(address.strip()) in ip_network(cidr)
        except ValueError:
            return False

    return Expectation(f"an address in {cidr}", is_met)


def resolved_in(cidr: str) -> Expectation[Resolved]:
    """Expect that a name was found, at an address of this range."""
    wanted = address_in(cidr)
    return Expectation(
        wanted.expected, lambda found: wanted.is_met(found.address), is_final=lambda found: found.is_final
    )


def saw(content: str) -> Expectation[PodReport]:
    """Expect a Pod that saw this text."""
    return Expectation(f"a Pod that saw {content!r}", lambda report: content in report.saw)


def bound_to(role: str) -> Expectation[AccountState]:
    """Expect an account that exists and is bound to a cluster role."""
    return Expectation(f"an account bound to {role}", lambda state: state.exists and role in state.cluster_roles)


def right_login() -> Expectation[BothLogins]:
    """Expect that the right token logs in and a wrong one does not."""
    return Expectation(
        "the right token logs in, a wrong one does not", lambda both: both.right.is_in and not both.wrong.is_in
    )


def right_console() -> Expectation[BothTokens]:
    """Expect that the right token sees the nodes and a wrong one is refused."""
    return Expectation(
        "the right token shows the nodes, a wrong one is refused with 401",
        lambda both: bool(both.right.nodes) and both.wrong.status == 401,
    )


def made_by_dashboard() -> Expectation[Origin]:
    """Expect that the Dashboard created it, by its form; what changed it later does not matter."""
    return Expectation(
        "made by dashboard, with the form's k8s-app label",
        lambda origin: "dashboard" in origin.creators and origin.has_form_labels,
    )


def pod_with(labels: Mapping[str, str], environment: Mapping[str, str]) -> Expectation[PodState]:
    """Expect a ready Pod with these labels and variables."""

    def is_met(pod: PodState) -> bool:
        return pod.is_ready and set(labels.items()) <= pod.labels and set(environment.items()) <= pod.environment

    said = ", ".join(f"{k}={v}" for k, v in {**labels, **environment}.items())
    return Expectation(f"a ready Pod with {said}", is_met)


def restarted(uid: str) -> Expectation[PodState]:
    """Expect the same Pod, ready, with a container that was started again."""
    return Expectation(
        f"the same Pod ({uid}), ready, started again",
        lambda pod: bool(uid) and pod.uid == uid and pod.is_ready and pod.restarts > 0,
    )


def gone(uid: str) -> Expectation[PodState]:
    """Expect that a Pod that was there is not there any more."""
    return Expectation(f"no Pod after {uid}", lambda pod: bool(uid) and not pod.uid)


def replaced(uid: str) -> Expectation[list[PodState]]:
    """Expect a ready Pod, and that it is not the one that was there."""
    return Expectation(
        f"a ready Pod other than {uid}",
        lambda pods: bool(uid) and any(p.is_ready for p in pods) and all(p.uid != uid for p in pods),
        lambda pods: "; ".join(map(str, pods)) or "no Pod",
    )


def came_back(uid: str) -> Expectation[PodState]:
    """Expect a Pod of the same name that was made anew."""
    return Expectation(f"a new Pod in place of {uid}", lambda pod: bool(uid) and bool(pod.uid) and pod.uid != uid)


def show(value: object) -> str:
    """Write a value as it reads in a sentence."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, set | frozenset | list | tuple):
        return ", ".join(sorted(map(str, value))) or "none"
    return str(value)
