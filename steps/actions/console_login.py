"""Handout 4.1.5 and 5: opening the consoles with a token, in a real browser or as their pages ask."""

from labproof.connection.visit import Sight
from labproof.ground.errors import ActionFailed
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine
from steps.actions.in_browser import in_browser_or_not
from steps.cluster.api import Cluster
from steps.course import page_steps
from steps.probes import account, dashboard, kuboard


def dashboard_as_admin(browser: Browser, cluster: Cluster, master: Machine, port: int) -> str:
    """Log in to the Dashboard with the token of dashboard-admin, and see its first page; return how it was done.

    Raises ActionFailed with what is in the way.
    """
    token = _token(cluster, "kubernetes-dashboard", "dashboard-admin")
    return in_browser_or_not(
        browser,
        lambda: _dashboard_page(browser, master, port, token),
        lambda: _dashboard_http(browser, master, port, token),
    )


def kuboard_as_user(browser: Browser, cluster: Cluster, master: Machine, port: int) -> str:
    """Open Kuboard's console with the token of kuboard-user, and see the cluster there; return how it was done.

    Raises ActionFailed with what is in the way.
    """
    token = _token(cluster, "kube-system", "kuboard-user")
    return in_browser_or_not(
        browser,
        lambda: _kuboard_page(browser, master, port, token),
        lambda: _kuboard_http(browser, master, port, token),
    )


def _token(cluster: Cluster, namespace: str, name: str) -> str:
    if token := account.token(cluster, namespace, name):
        return token
    raise ActionFailed(f"there is no token of {name} to log in with")


def _dashboard_page(browser: Browser, master: Machine, port: int, token: str) -> Sight:
    steps = (*page_steps.log_in(token), page_steps.see_overview())
    sight = browser.visit(master, "https", port, steps=steps)
    if sight.problem:
        raise ActionFailed(f"the Dashboard's page did not let dashboard-admin in: {sight.problem}")
    return sight


def _dashboard_http(browser: Browser, master: Machine, port: int, token: str) -> None:
    login = dashboard.log_in(browser, master, port, token)
    if not login.is_in:
        raise ActionFailed(f"the Dashboard on {master.address}:{port}: {login}")


def _kuboard_page(browser: Browser, master: Machine, port: int, token: str) -> Sight:
    """Log in as the handout says; by Kuboard's documented link where its page has no box and button that we know."""
    console = page_steps.see_console(master.name)
    sight = browser.visit(master, "http", port, steps=(*page_steps.log_in_to_kuboard(token), console))
    if page_steps.KUBOARD_TOKEN in sight.problem or page_steps.KUBOARD_SIGN_IN in sight.problem:
        sight = browser.visit(master, "http", port, page_steps.kuboard_path(token), (console,))
    if sight.problem:
        raise ActionFailed(f"Kuboard's page did not open the console: {sight.problem}")
    return sight


def _kuboard_http(browser: Browser, master: Machine, port: int, token: str) -> None:
    seen = kuboard.console(browser, master, port, token)
    if not seen.nodes:
        raise ActionFailed(f"Kuboard's console on {master.address}:{port}: {seen}")
