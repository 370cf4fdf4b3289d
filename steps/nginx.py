"""Sentences about the application that is created in the Dashboard's form."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps import conditions
from steps.actions import web_form
from steps.cluster.api import Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.probes import workload

NAMESPACE = "default"
NAME = "nginx"


@when("nginx is created in the Dashboard's form")
def deploy_nginx(performer: Performer, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    performer(web_form.deploy_as_admin, browser, cluster, lab["master"], course, NAME)


@then("nginx is available")
def nginx_is_available(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    rests_on = conditions.pods(cluster, lab)
    judge(lambda: workload.deployment(cluster, NAMESPACE, NAME), expect.available(NAME), rests_on=rests_on)


@then("nginx was made by the Dashboard")
def nginx_is_from_dashboard(judge: Judge, cluster: Cluster) -> None:
    judge(lambda: workload.origin(cluster, NAMESPACE, NAME), expect.made_by_dashboard())


@then("nginx has a Service with a node port")
def nginx_has_port(judge: Judge, cluster: Cluster) -> None:
    judge(lambda: workload.service(cluster, NAMESPACE, NAME), expect.any_node_port())


@then('the welcome page of nginx opens at "{machine}"')
def welcome_page(judge: Judge, browser: Browser, cluster: Cluster, lab: Lab, machine: str) -> None:
    judge(
        lambda: browser.get_service(lab[machine], workload.service(cluster, NAMESPACE, NAME).node_port),
        expectation.page("Welcome to nginx!"),
        lab[machine].address,
        (conditions.form_label(cluster, NAMESPACE, NAME), *conditions.traffic(cluster, lab)),
    )
