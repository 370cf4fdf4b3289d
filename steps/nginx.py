"""Sentences about the application that is created in the Dashboard's form."""

from labproof import expect
from labproof.actions import web_form
from labproof.course import Course
from labproof.gherkin import then, when
from labproof.judging import Judge
from labproof.kube import Cluster
from labproof.machine import Lab
from labproof.performing import Performer
from labproof.probes import workload
from labproof.probes.page import Browser
from steps import conditions

NAMESPACE = "default"
NAME = "nginx"


@when("nginx is created in the Dashboard's form")
def deploy_nginx(performer: Performer, browser: Browser, cluster: Cluster, lab: Lab, course: Course) -> None:
    performer(web_form.deploy_as_admin, browser, cluster, lab.master, course, NAME)


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
        expect.page("Welcome to nginx!"),
        lab[machine].address,
        (conditions.form_label(cluster, NAMESPACE, NAME), *conditions.traffic(cluster, lab)),
    )
