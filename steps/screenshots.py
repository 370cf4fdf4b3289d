"""Which pages are shown in the report when a real browser is there: both consoles, and nginx."""

from collections.abc import Callable, Iterator

import pytest

from labproof.connection.visit import Step
from labproof.session.album import Subject
from labproof.session.opening import Session
from steps.cluster.api import Cluster
from steps.consoles import ADMIN, DASHBOARD, KUBOARD, SYSTEM
from steps.course import page_steps
from steps.course.facts import Course
from steps.early import MASTER, NODE
from steps.fixtures import kubernetes_of
from steps.nginx import NAME, NAMESPACE
from steps.probes import account, workload


def pytest_labproof_section_ended(config: pytest.Config, opened: Session, section: str) -> None:
    """Take the screenshots of a section that has a page."""
    album, subjects = opened.album, _SUBJECTS.get(section)
    if album is None or subjects is None:
        return
    kubernetes = kubernetes_of(config)
    for subject in album.gathered(section, lambda: subjects(opened, kubernetes.cluster, kubernetes.course)):
        album.take(subject)


def _dashboard(opened: Session, cluster: Cluster, course: Course) -> Iterator[Subject]:
    yield _dashboard_at(opened, cluster, course, "dashboard", MASTER)


def _join(opened: Session, cluster: Cluster, course: Course) -> Iterator[Subject]:
    # Before it has joined, no node port opens at the node.
    yield _dashboard_at(opened, cluster, course, "join", NODE)


def _dashboard_at(opened: Session, cluster: Cluster, course: Course, section: str, name: str) -> Subject:
    return Subject(
        section=section,
        what=f"The Dashboard at {name}'s address",
        machine=opened.lab[name],
        scheme="https",
        port=course.cluster.dashboard_port,
        steps=_logged_in(cluster),
        state=_state(cluster, DASHBOARD, DASHBOARD),
    )


def _nginx(opened: Session, cluster: Cluster, course: Course) -> Iterator[Subject]:
    master, state = opened.lab[MASTER], _state(cluster, NAMESPACE, NAME)
    yield Subject(
        section="nginx",
        what="nginx in the Dashboard",
        machine=master,
        scheme="https",
        port=course.cluster.dashboard_port,
        steps=(*_logged_in(cluster), page_steps.see_deployment(NAME, "1 / 1")),
        state=lambda: (*state(), f"{NAME}: {workload.origin(cluster, NAMESPACE, NAME)}"),
    )
    if port := workload.service(cluster, NAMESPACE, NAME).node_port:
        yield Subject("nginx", "The page of nginx at master's address", master, "http", port, state=state)


def _kuboard(opened: Session, cluster: Cluster, course: Course) -> Iterator[Subject]:
    token = account.token(cluster, SYSTEM, "kuboard-user")
    yield Subject(
        section="kuboard",
        what="Kuboard's console at master's address",
        machine=opened.lab[MASTER],
        scheme="http",
        port=course.cluster.kuboard_port,
        path=page_steps.kuboard_path(token) if token else "/",
        state=_state(cluster, SYSTEM, KUBOARD),
    )


_SUBJECTS = {"dashboard": _dashboard, "join": _join, "nginx": _nginx, "kuboard": _kuboard}


def _logged_in(cluster: Cluster) -> tuple[Step, ...]:
    token = account.token(cluster, DASHBOARD, ADMIN)
    return page_steps.log_in(token) if token else ()


def _state(cluster: Cluster, namespace: str, name: str) -> Callable[[], tuple[str, ...]]:
    return lambda: (
        str(workload.deployment(cluster, namespace, name)),
        str(workload.service(cluster, namespace, name)),
    )
