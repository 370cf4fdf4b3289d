"""Sentences about the Dashboard and Kuboard."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps import conditions
from steps.actions import console_login, manifest
from steps.actions import docker as daemon
from steps.cluster.api import Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.probes import account, dashboard, kuboard, workload

DASHBOARD = "kubernetes-dashboard"
KUBOARD, SYSTEM = "kuboard", "kube-system"
ADMIN = "dashboard-admin"
DASHBOARD_PAGE = "<title>Kubernetes Dashboard"
"""How the title of the Dashboard's page begins, in every language (v2.2.0, index.html)."""
KUBOARD_PAGE = "kuboard"
"""What Kuboard's page has in its title and its texts, and another server's has not."""


@when("recommended.yaml is given its node port and its administrator and applied")
def apply_dashboard(performer: Performer, lab: Lab, course: Course) -> None:
    performer(manifest.open_dashboard_port, lab["master"], course.cluster.dashboard_port)
    performer(manifest.add_dashboard_admin, lab["master"])
    performer(manifest.apply, lab["master"], "recommended.yaml")


@then("the Dashboard is available")
def dashboard_is_available(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    rests_on = (*conditions.pods(cluster, lab), conditions.api_from(cluster, lab, DASHBOARD, DASHBOARD))
    judge(lambda: workload.deployment(cluster, DASHBOARD, DASHBOARD), expect.available(DASHBOARD), rests_on=rests_on)


@then("the Dashboard's Service has node port 30000")
def dashboard_service(judge: Judge, cluster: Cluster, course: Course) -> None:
    wanted = expect.node_port(course.cluster.dashboard_port)
    judge(lambda: workload.service(cluster, DASHBOARD, DASHBOARD), wanted)


@then("the Dashboard answers over TLS at master's address")
def dashboard_answers_at_master(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    _dashboard_answers(judge, browser, cluster, lab, course, "master")


@then("the Dashboard answers over TLS at the node's address")
def dashboard_answers_at_node(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    _dashboard_answers(judge, browser, cluster, lab, course, "node")


def _dashboard_answers(
    judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course, machine: str
) -> None:
    port, rests_on = course.cluster.dashboard_port, conditions.console(cluster, lab, DASHBOARD, DASHBOARD)
    page = expectation.page(DASHBOARD_PAGE)
    judge(lambda: browser.get(lab[machine], "https", port), page, lab[machine].address, rests_on)


@then("dashboard-admin exists and is bound to cluster-admin")
def admin_is_bound(judge: Judge, cluster: Cluster) -> None:
    wanted = expect.bound_to("cluster-admin")
    judge(lambda: account.read(cluster, DASHBOARD, ADMIN), wanted)


@then("the token of dashboard-admin may do everything")
def token_is_almighty(judge: Judge, cluster: Cluster) -> None:
    wanted = account.TokenState(f"system:serviceaccount:{DASHBOARD}:{ADMIN}", True)
    judge(lambda: account.token_state(cluster, DASHBOARD, ADMIN), expectation.equal(wanted))


@when("dashboard-admin logs in on the Dashboard's page")
def log_in_to_dashboard(performer: Performer, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    port = course.cluster.dashboard_port
    performer.visit(console_login.dashboard_as_admin, browser, cluster, lab["master"], port)


@then("the Dashboard takes this token and refuses a wrong one")
def dashboard_login(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    port = course.cluster.dashboard_port
    judge(
        lambda: dashboard.try_both(browser, lab["master"], port, account.token(cluster, DASHBOARD, ADMIN)),
        expect.right_login(),
        lab["master"].address,
        conditions.console(cluster, lab, DASHBOARD, DASHBOARD),
    )


@when("kuboard.tar is loaded and kuboard.yaml edited and applied on master")
def apply_kuboard(performer: Performer, lab: Lab) -> None:
    performer(daemon.load_images, lab["master"], "kuboard.tar")
    performer(manifest.edit_kuboard, lab["master"])
    performer(manifest.apply, lab["master"], "kuboard.yaml")


@then("the image of Kuboard is loaded on master")
def kuboard_image(judge: Judge, lab: Lab, cluster: Cluster, course: Course) -> None:
    judge(lambda: kuboard.image(lab, cluster, course.profile.kuboard_image), expect.loaded_image())


@then("Kuboard is available")
def kuboard_is_available(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    rests_on = conditions.pods(cluster, lab)
    judge(lambda: workload.deployment(cluster, SYSTEM, KUBOARD), expect.available(KUBOARD), rests_on=rests_on)


@then("Kuboard's Service has node port 32567")
def kuboard_service(judge: Judge, cluster: Cluster, course: Course) -> None:
    wanted = expect.node_port(course.cluster.kuboard_port)
    judge(lambda: workload.service(cluster, SYSTEM, KUBOARD), wanted)


@then('Kuboard\'s page opens at "{machine}"')
def kuboard_page(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course, machine: str) -> None:
    port, rests_on = course.cluster.kuboard_port, conditions.console(cluster, lab, SYSTEM, KUBOARD)
    judge(
        lambda: browser.get(lab[machine], "http", port), expectation.page(KUBOARD_PAGE), lab[machine].address, rests_on
    )


@when("Kuboard's console is opened with the token of kuboard-user")
def open_kuboard(performer: Performer, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    performer.visit(console_login.kuboard_as_user, browser, cluster, lab["master"], course.cluster.kuboard_port)


@then("Kuboard opens its console for a token and not for a wrong one")
def kuboard_console(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    port = course.cluster.kuboard_port
    judge(
        lambda: kuboard.try_both(browser, lab["master"], port, account.token(cluster, SYSTEM, "kuboard-user")),
        expect.right_console(),
        lab["master"].address,
        conditions.console(cluster, lab, SYSTEM, KUBOARD),
    )
