"""Sentences about the offline repository, packages and Docker."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab import service as service_probe
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps.actions import docker as daemon
from steps.actions import package, repository, service
from steps.course import expect
from steps.course.facts import Course
from steps.probes import docker as docker_probe
from steps.probes import package as package_probe

DEPENDENCIES = ("yum-utils", "device-mapper-persistent-data", "lvm2")
PACKAGES = ("docker-ce", "docker-ce-cli", "containerd.io")


@when("the repository is unpacked on master and sent to the node")
def unpack_repository(performer: Performer, lab: Lab) -> None:
    performer(repository.unpack, lab["master"])
    performer(repository.send, lab["master"], lab["node"])


@then('"{machine}" has the offline repository')
def has_repository(judge: Judge, lab: Lab, machine: str) -> None:
    wanted = expect.usable_repository(f"file://{package_probe.REPOSITORY}")
    judge(lambda: package_probe.repository(lab[machine]), wanted, machine)


@when("Docker is installed, started and enabled on both machines")
def install_docker(performer: Performer, lab: Lab) -> None:
    performer.each(package.install, lab.all, *DEPENDENCIES)
    performer.each(package.install, lab.all, *PACKAGES)
    performer.each(service.start_and_enable, lab.all, "docker")


@then('on "{machine}" Docker\'s packages come from the offline repository')
def packages_are_offline(judge: Judge, lab: Lab, machine: str) -> None:
    wanted = expectation.no_problem(f"{', '.join(PACKAGES)} from the offline repository")
    judge(lambda: package_probe.foreign(lab[machine], PACKAGES), wanted, machine)


@then('on "{machine}" Docker is running')
def docker_runs(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service_probe.read(lab[machine], "docker"), expectation.running("docker"), machine)


@then('on "{machine}" Docker starts at boot')
def docker_is_enabled(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service_probe.read(lab[machine], "docker"), expectation.enabled("docker"), machine)


@when("daemon.json is written and Docker restarted on both machines")
def configure_daemon(performer: Performer, lab: Lab, course: Course) -> None:
    performer.each(daemon.configure, lab.all, course.cluster.registry_mirror)
    performer.each(daemon.restart, lab.all)


@then('on "{machine}" daemon.json names the mirror and the systemd driver')
def daemon_file_is_right(judge: Judge, lab: Lab, course: Course, machine: str) -> None:
    wanted = docker_probe.DaemonSettings((course.cluster.registry_mirror,), "systemd")
    judge(lambda: docker_probe.configured(lab[machine]), expect.daemon(wanted), machine)


@then('on "{machine}" the running daemon uses the mirror and the systemd driver')
def daemon_is_right(judge: Judge, lab: Lab, course: Course, machine: str) -> None:
    wanted = docker_probe.DaemonSettings((course.cluster.registry_mirror,), "systemd")
    judge(lambda: docker_probe.running(lab[machine]), expect.daemon(wanted), machine)


@then('on "{machine}" a container runs')
def container_runs(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: docker_probe.run_container(lab[machine]), expect.container_run(), machine)
