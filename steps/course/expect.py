"""What the handout asks for, as expectations of what the probes of this course read."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address, ip_network

from labproof.grading.expectation import Expectation, all_of, show
from steps.pods.report import PodReport
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


def opens(server: str, by_name: str = "") -> Expectation[KubeconfigState]:
    """Expect a kubeconfig that gives full rights in this lab's cluster at this address, or by the name of its machine.

    The name stands there where kubeadm was given a --control-plane-endpoint; its certificate is good for both.
    """
    wanted = {server, by_name} - {""}
    return Expectation(
        f"it leads to {server}, this cluster, and may do everything there",
        lambda state: (state.server or "").rstrip("/") in wanted and state.is_this_cluster and state.may_do_everything,
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
    """Expect a Service of type NodePort with this port; it may have others."""
    return Expectation(
        f"type NodePort, node port {port}",
        lambda state: state.type == "NodePort" and port in (state.node_port, *state.other_node_ports),
    )


def any_node_port() -> Expectation[ServiceState]:
    """Expect a Service that has a node port, whichever was allocated."""
    return Expectation("a Service with a node port", lambda state: state.node_port > 0)


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
