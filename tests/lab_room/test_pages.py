"""Pages, the Dashboard's login and Kuboard's console."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import DeadlineExceeded, Refused, Unreachable
from labproof.lab.browser import Browser, PageState
from labproof.lab.machine import Lab
from steps.probes import dashboard, kuboard
from tests.anything import texts


def test_refused_page_is_a_fact(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A page that nobody serves is a fact about the lab."""
    fake.serve("GET", "http://", Refused("nobody"))
    assert str(pages.get(pair["node"], "http", 80)) == "connection refused by 192.168.200.20"


@pytest.mark.parametrize("problem", [DeadlineExceeded("slow"), Unreachable("reset")])
def test_silent_page_of_a_living_machine(fake: FakeConnection, pair: Lab, pages: Browser, problem: Unreachable) -> None:
    """A silent page is a fact while its machine answers, and blindness when that is silent too."""
    fake.serve("GET", "http://", problem)
    fake.answer("node", ":", "")
    assert pages.get(pair["node"], "http", 80).status is None
    fake.lose("node")
    with pytest.raises(type(problem)):
        pages.get(pair["node"], "http", 80)


def test_service_without_a_port_is_not_asked(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """Without a node port there is nothing to ask."""
    assert pages.get_service(pair["node"], 0).problem == "there is no node port to ask"
    assert fake.requests == []


OUT = Page({"errors": ["MSG_LOGIN_UNAUTHORIZED_ERROR"], "jweToken": ""})
IN = Page({"jweToken": "session", "errors": []})


@pytest.mark.parametrize(
    ("answer", "is_in"),
    [
        (IN, True),
        (OUT, False),
        (Page({"jweToken": "session", "errors": ["x"]}), False),
        (Page({"jweToken": "", "errors": []}), False),
        (Page({"jweToken": "session", "errors": []}, 500), False),
        (Page("<html>"), False),
    ],
)
def test_login_of_the_dashboard(fake: FakeConnection, pair: Lab, pages: Browser, answer: Page, is_in: bool) -> None:
    """A login is in when the Dashboard says so: its status alone proves nothing."""
    fake.serve("GET", "/csrftoken/login", Page({"token": "csrf"}))
    fake.serve("POST", "/api/v1/login", answer)
    assert dashboard.log_in(pages, pair["master"], 30000, "t\n").is_in is is_in
    assert fake.requests[-1][0].headers["X-CSRF-TOKEN"] == "csrf"
    assert fake.requests[-1][0].body == b'{"token": "t"}'


@pytest.mark.parametrize(
    ("answer", "nodes"),
    [
        (Page({"items": [{"metadata": {"name": "node"}}, {"metadata": {"name": "master"}}]}), ("master", "node")),
        (Page({"items": []}), ()),
        (Page({"items": 3}), ()),
        (Page({"items": [3, None, {"metadata": 3}, {"metadata": {"name": 7}}]}), ()),
        (Page("<html>"), ()),
        (Page({}, 401), ()),
    ],
)
def test_console_of_kuboard(
    fake: FakeConnection, pair: Lab, pages: Browser, answer: Page, nodes: tuple[str, ...]
) -> None:
    """The console shows the nodes' names; an answer of another shape shows none and is no crash."""
    fake.serve("GET", "/k8s-api/api/v1/nodes", answer)
    assert kuboard.console(pages, pair["master"], 32567, "t").nodes == nodes


def test_without_a_token_nothing_is_tried(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """Without a token nobody logs in and nothing is asked."""
    assert not dashboard.try_both(pages, pair["master"], 30000, None).right.is_in
    assert kuboard.try_both(pages, pair["master"], 32567, None).right.nodes == ()
    assert fake.requests == []


HANGING = DeadlineExceeded("POST: no answer within 10 s")


def test_hanging_login_is_named_and_tried_once(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A login that hangs is told as that, and no wrong token is tried after it: a look takes 10 s, not 20."""
    fake.serve("GET", "/csrftoken/login", Page({"token": "csrf"}))
    fake.serve("POST", "/api/v1/login", HANGING)
    fake.answer("master", ":", "")
    both = dashboard.try_both(pages, pair["master"], 30000, "t")
    assert str(both).startswith("with the right token: not logged in: the login hangs (master answers, but not this")
    assert str(both).endswith("; a wrong one was not tried")
    assert len([r for r, _ in fake.requests if r.url.endswith("/login") and r.method == "POST"]) == 1


def test_refused_login_does_not_hang(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A connection that is refused after the page has answered is told as refused."""
    fake.serve("GET", "/csrftoken/login", Page({"token": "csrf"}))
    fake.serve("POST", "/api/v1/login", Refused("nobody"))
    assert dashboard.log_in(pages, pair["master"], 30000, "t").says == "connection refused by 192.168.200.10"


def test_page_that_hangs_is_no_hanging_login(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """Where not even the CSRF token comes, which needs no API, it is the page that does not answer."""
    fake.serve("GET", "/csrftoken/login", HANGING)
    fake.answer("master", ":", "")
    said = dashboard.log_in(pages, pair["master"], 30000, "t").says
    assert said.startswith("no CSRF token: master answers, but not this page")


def test_wrong_token_is_tried_after_the_right_one(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """Where the right token is taken, the wrong one is tried as well, at both consoles."""
    fake.serve("GET", "/csrftoken/login", Page({"token": "csrf"}))
    fake.serve("POST", "/api/v1/login", IN)
    fake.serve("GET", "/k8s-api/api/v1/nodes", Page({"items": [{"metadata": {"name": "master"}}]}))
    assert dashboard.try_both(pages, pair["master"], 30000, "t").wrong.is_in
    assert kuboard.try_both(pages, pair["master"], 32567, "t").wrong.nodes == ("master",)


def test_hanging_console_is_named_and_tried_once(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A console that hangs is told as that, and no wrong token is tried after it."""
    fake.serve("GET", "/k8s-api/api/v1/nodes", HANGING)
    fake.answer("master", ":", "")
    both = kuboard.try_both(pages, pair["master"], 32567, "t")
    assert str(both).startswith("with the right token it shows no node: it hangs (master answers, but not this page")
    assert str(both).endswith("; a wrong one was not tried")
    assert len([r for r, _ in fake.requests if "/k8s-api/" in r.url]) == 1


@given(texts() | st.sampled_from(["[" * 100_000, "[1]", "3"]))
def test_any_body_is_read(body: str) -> None:
    """Whatever a page holds, reading it does not break."""
    state = PageState(200, body)
    assert isinstance(state.json(), dict)
    str(state)
