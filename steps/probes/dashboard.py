"""The Dashboard's own HTTP interface, as its page uses it (kubernetes/dashboard v2.2.0)."""

from dataclasses import dataclass

from labproof.lab.browser import Browser, PageState
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


NOT_TRIED = LoginState(False, "it was not tried")


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
    return LoginState(False, _said(answer, errors))


def _said(answer: PageState, errors: object) -> str:
    """Return what a login ended with. One that hangs is named: the page has given its CSRF token just before."""
    if _is_silent(answer):
        return f"the login hangs ({answer})"
    if isinstance(errors, list) and errors:
        return "; ".join(map(_message, errors))[:300]
    return str(answer)[:300]


def _message(error: object) -> str:
    """Return what one error of a login says, without the form that the Dashboard gives it (errors/errors.go)."""
    status = error.get("ErrStatus") if isinstance(error, dict) else None
    return f"{status.get('message')} ({status.get('code')})" if isinstance(status, dict) else str(error)


def _is_silent(answer: PageState) -> bool:
    """Tell whether a connection was taken and nothing came back in time."""
    return answer.status is None and "no answer within" in answer.problem


@dataclass(frozen=True)
class BothLogins:
    """What became of a login with the right token and of one with a wrong token."""

    right: LoginState
    wrong: LoginState

    def __str__(self) -> str:
        wrong = "a wrong one was not tried" if self.wrong == NOT_TRIED else f"with a wrong one: {self.wrong}"
        return f"with the right token: {self.right}; {wrong}"


def try_both(browser: Browser, machine: Machine, port: int, token: str | None) -> BothLogins:
    """Log in with a token, and with a wrong one if the right one is taken; without a token nothing is tried.

    A second login that hangs would double the time of a look and tell nothing.
    """
    if token is None:
        return BothLogins(LoginState(False, "there is no token to try"), NOT_TRIED)
    right = log_in(browser, machine, port, token)
    return BothLogins(right, log_in(browser, machine, port, WRONG_TOKEN) if right.is_in else NOT_TRIED)
