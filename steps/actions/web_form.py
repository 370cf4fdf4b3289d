"""Handout 4.3: creating an application in the Dashboard's form, in a real browser or as its page asks the Dashboard."""

from labproof.connection.visit import Sight
from labproof.ground.advice import TRY
from labproof.ground.errors import ActionFailed
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine
from steps.actions.in_browser import in_browser_or_not
from steps.cluster.api import Cluster
from steps.course import page_steps
from steps.course.expect import made_by_dashboard
from steps.course.facts import Course
from steps.probes import account, dashboard, workload
from steps.probes.workload import Origin, ServiceState

_NAMESPACE = "default"


def deploy(browser: Browser, machine: Machine, port: int, token: str, name: str, image: str) -> None:
    """Log in with a token, fill in the form with an external service on port 80, and press Deploy."""
    login = dashboard.log_in(browser, machine, port, token)
    if not login.is_in:
        raise ActionFailed(f"the Dashboard on {machine.address}:{port}: {login}")
    csrf = browser.get(machine, "https", port, "/api/v1/csrftoken/appdeployment", jweToken=login.session)
    form = {
        "name": name,
        "containerImage": image,
        "imagePullSecret": None,
        "containerCommand": None,
        "containerCommandArgs": None,
        "replicas": 1,
        "portMappings": [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
        "variables": [],
        "isExternal": True,
        "description": None,
        "namespace": _NAMESPACE,
        "memoryRequirement": None,
        "cpuRequirement": None,
        "labels": [{"key": "k8s-app", "value": name}],
        "runAsPrivileged": False,
    }
    headers = {"jweToken": login.session, "X-CSRF-TOKEN": str(csrf.json().get("token", ""))}
    answer = browser.post(machine, "https", port, "/api/v1/appdeployment", form, **headers)
    if answer.status != 201:
        raise ActionFailed(f"the Dashboard did not deploy {name}: {answer}")


def deploy_in_page(browser: Browser, machine: Machine, port: int, token: str, name: str, image: str) -> Sight:
    """Do the same in the page itself, in a real browser: log in, "+", "Create from form", Deploy.

    Raises ActionFailed with the step that could not be done.
    """
    steps = (*page_steps.log_in(token), *page_steps.create_from_form(name, image))
    sight = browser.visit(machine, "https", port, steps=steps)
    if sight.problem:
        raise ActionFailed(f"the Dashboard's page did not deploy {name}: {sight.problem}")
    return sight


def deploy_as_admin(browser: Browser, cluster: Cluster, master: Machine, course: Course, name: str) -> str:
    """Deploy the course's nginx with the token of dashboard-admin; what the form has made already is left alone.

    Returns how it was done. Raises ActionFailed with what is in the way, who made it, and how to take it away.
    """
    token = account.token(cluster, "kubernetes-dashboard", "dashboard-admin")
    if token is None:
        raise ActionFailed("there is no token of dashboard-admin to log in with")
    try:
        port, image = course.cluster.dashboard_port, course.profile.nginx_image
        return in_browser_or_not(
            browser,
            lambda: deploy_in_page(browser, master, port, token, name, image),
            lambda: deploy(browser, master, port, token, name, image),
        )
    except ActionFailed as problem:
        origin, service = workload.origin(cluster, _NAMESPACE, name), workload.service(cluster, _NAMESPACE, name)
        if made_by_dashboard().is_met(origin) and service.type is not None:
            return "it was there already, as the form makes it"
        if not origin.exists and service.type is None:
            raise
        raise ActionFailed(f"{problem}\n{_in_the_way(name, origin, service)}") from problem


def _in_the_way(name: str, origin: Origin, service: ServiceState) -> str:
    """Return what is there of an application, who made it, and how to take it away."""
    there = [f"the Deployment {name}, {origin}"] if origin.exists else []
    there += [f"the Service {service}"] if service.type is not None else []
    return (
        f"in the namespace {_NAMESPACE} there is already: {'; '.join(there)}"
        f"{TRY}kubectl delete deployment,service {name}, and run it again; or labproof reset --to join"
    )
