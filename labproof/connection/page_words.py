"""Words for what keeps a browser from a page: Chromium's own name of the trouble is kept in brackets."""

import re

_CODE = re.compile(r"net::(ERR_\w+)")
_ENDED = ("has been closed", "crashed")
"""What Playwright says of a browser, or a page, that is no more."""


def unopened(problem: str, seconds: float) -> str:
    """Return why a page did not open, from the first line of Playwright's error; `seconds` is how long it had.

    The names are Chromium's: https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h
    """
    found = _CODE.search(problem)
    code = found[1] if found else ""
    if code.startswith("ERR_CERT_") or code == "ERR_BAD_SSL_CLIENT_AUTH_CERT":
        return f"the page did not open: the browser, which takes any certificate here, does not take this one ({code})"
    if code.startswith("ERR_SSL_") or code == "ERR_TUNNEL_CONNECTION_FAILED":
        return f"the page did not open: what answers there speaks no TLS that a browser takes ({code})"
    if code in ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION_CLOSED", "ERR_CONNECTION_RESET"):
        return f"the page did not open: the connection was ended before there was an answer ({code})"
    if code in ("ERR_INVALID_HTTP_RESPONSE", "ERR_INVALID_RESPONSE"):
        return f"the page did not open: what came back is no answer over HTTP ({code})"
    if "Timeout" in problem or code in ("ERR_TIMED_OUT", "ERR_CONNECTION_TIMED_OUT"):
        return f"the page did not open within {seconds:.0f} s"
    return f"the page did not open: {problem}"


def tells_of_an_end(problem: str) -> bool:
    """Tell whether Playwright's error says that the browser, or its page, is no more."""
    return any(word in problem for word in _ENDED)


def failed(program: str, problem: str, seconds: float, is_early: bool) -> str:
    """Return how Chromium failed: it ended before its time was up, or it had `seconds` and was not done."""
    if is_early and tells_of_an_end(problem):
        return f"{program} ended by itself before it had seen the page: {problem}"
    return f"{program} did not do its part within {seconds:.0f} s: {problem}"
