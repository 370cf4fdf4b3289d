"""Work on a page: in a real browser where one is there, otherwise over HTTP as the page itself would ask."""

from collections.abc import Callable

from labproof.connection.secrets import mask
from labproof.connection.visit import Sight
from labproof.ground.errors import NoBrowser
from labproof.lab.browser import Browser


def in_browser_or_not(browser: Browser, page: Callable[[], Sight], http: Callable[[], None]) -> str:
    """Do the work in the page if there is a real browser, and otherwise over HTTP; return how it was done.

    A browser that fails is nobody's fault and keeps nothing from being done.
    """
    if not browser.is_real:
        http()
        return "done over HTTP, as the page does it: there was no real browser"
    try:
        seen = page()
    except NoBrowser as problem:
        http()
        return f"done over HTTP, as the page does it, since the real browser failed: {problem}"
    return f"done in a real browser, which saw the page “{mask(seen.title)}” at the end"
