"""Sentences about what the handout teaches first."""

import pytest

from labproof.grading.judging import Judge
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps.actions import concepts
from steps.actions.concepts import Remembered
from steps.cluster.api import Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.probes import pod

ENVIRONMENT = {"MYSQL_SERVICE_HOST": "mysql", "MYSQL_SERVICE_PORT": "3306"}


@pytest.fixture(scope="session")
def remembered() -> Remembered:
    """What the scenarios took away."""
    return Remembered()


@when("the Pod myweb of the handout is created")
def create_myweb(performer: Performer, lab: Lab, course: Course) -> None:
    performer(concepts.create_pod, lab["master"], lab["node"], course)


@then("the Pod myweb runs with its label and its environment")
def myweb_is_as_said(judge: Judge, cluster: Cluster) -> None:
    wanted = expect.pod_with(labels={"name": "myweb"}, environment=ENVIRONMENT)
    judge(lambda: pod.read(cluster, "default", concepts.POD), wanted)


@when("a container of the Pod myweb is killed")
def kill_container(performer: Performer, lab: Lab, remembered: Remembered) -> None:
    performer(concepts.kill_container, lab["master"], lab["node"], remembered)


@then("the Pod myweb is the same and its container was started again")
def container_is_back(judge: Judge, cluster: Cluster, remembered: Remembered) -> None:
    wanted = expect.restarted(remembered.before.get(concepts.POD, ""))
    judge(lambda: pod.read(cluster, "default", concepts.POD), wanted)


@when("the Pod myweb and a Pod of nginx are deleted")
def delete_pods(performer: Performer, lab: Lab, remembered: Remembered) -> None:
    performer(concepts.delete_pods, lab["master"], remembered)


@then("the Pod myweb is gone for good")
def myweb_is_gone(judge: Judge, cluster: Cluster, remembered: Remembered) -> None:
    judge(lambda: pod.read(cluster, "default", concepts.POD), expect.gone(remembered.before.get(concepts.POD, "")))


@then("nginx has a new Pod in place of the one that was deleted")
def nginx_is_back(judge: Judge, cluster: Cluster, remembered: Remembered) -> None:
    wanted = expect.replaced(remembered.before.get("nginx", ""))
    judge(lambda: pod.labelled(cluster, "default", "k8s-app=nginx"), wanted)


@when("the Pod of the scheduler is deleted through the API")
def delete_scheduler(performer: Performer, lab: Lab, remembered: Remembered) -> None:
    performer(concepts.delete_static_pod, lab["master"], remembered)


@then("the Pod of the scheduler is there again")
def scheduler_is_back(judge: Judge, cluster: Cluster, lab: Lab, remembered: Remembered) -> None:
    wanted = expect.came_back(remembered.before.get("scheduler", ""))
    judge(lambda: pod.read(cluster, "kube-system", f"kube-scheduler-{lab['master'].name}"), wanted)
