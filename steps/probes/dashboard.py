"""The Dashboard's own HTTP interface, as its page uses it (kubernetes/dashboard v2.2.0)."""

from dataclasses import dataclass

from labproof.lab.browser import Browser
from labproof.lab.machine import Machine

WRONG_TOKEN = "not-a-token-of-this-cluster"


@dataclass(frozen=True)
class LoginState:
    """Whether the login took a token, and what it said when it did not."""

    is_in: bool
    says: str
    session: str = ""

    def __str__(self) -> str:
        return "logged in" if self.is_in else f"not logged in: {self.says}"


def log_in(browser: Browser, machine: Machine, port: int, token: str) -> LoginState:
    """Log in as the page does: fetch a CSRF token, post the bearer token, read the answer's own verdict."""
    csrf = browser.get(machine, "https", port, "/api/v1/csrftoken/login")
    value = csrf.json().get("token")
    if csrf.status != 200 or not value:
        return LoginState(False, f"no CSRF token: {csrf}")
    answer = browser.post(
        machine, "https", port, "/api/v1/login", {"token": token.strip()}, **{"X-CSRF-TOKEN": str(value)}
    )
    # A wrong token is answered with 200 too: only jweToken and errors tell (auth/manager.go).
    session, errors = answer.json().get("jweToken"), answer.json().get("errors")
    if answer.status == 200 and session and errors == []:
        return LoginState(True, "", str(session))
    return LoginState(False, str(errors or answer)[:300])


@dataclass(frozen=True)
class BothLogins:
    """What became of a login with the right token and of one with a wrong token."""

    right: LoginState
    wrong: LoginState

    def __str__(self) -> str:
        return f"with the right token: {self.right}; with a wrong one: {self.wrong}"


def try_both(browser: Browser, machine: Machine, port: int, token: str | None) -> BothLogins:
    """Log in with a token and with a wrong one; without a token nothing is tried."""
    if token is None:
        nobody = LoginState(False, "there is no token to try")
        return BothLogins(nobody, nobody)
    return BothLogins(log_in(browser, machine, port, token), log_in(browser, machine, port, WRONG_TOKEN))
