"""Words for a page that a browser does not come to, from what Playwright says of it."""

import pytest

from labproof.connection import page_words


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("Page.goto: net::ERR_CERT_AUTHORITY_INVALID at https://x/", "the browser, which takes any certificate here"),
        ("Page.goto: net::ERR_SSL_PROTOCOL_ERROR at https://x/", "speaks no TLS that a browser takes"),
        ("Page.goto: net::ERR_CONNECTION_RESET at http://x/", "ended before there was an answer"),
        ("Page.goto: net::ERR_INVALID_HTTP_RESPONSE at http://x/", "no answer over HTTP (ERR_INVALID_HTTP_RESPONSE)"),
        ("Page.goto: net::ERR_TIMED_OUT at http://x/", "the page did not open within 20 s"),
        ("Page.goto: Timeout 20000ms exceeded.", "the page did not open within 20 s"),
        ("Page.goto: net::ERR_NEW at http://x/", "the page did not open: Page.goto: net::ERR_NEW"),
    ],
)
def test_each_trouble_has_its_words(problem: str, said: str) -> None:
    """A certificate, TLS, a connection that ends and a page that is slow are told apart."""
    assert said in page_words.unopened(problem, 20.0)


def test_browser_that_ends_is_told_from_one_that_is_slow() -> None:
    """A browser that is gone before its time has ended by itself; later, its time was up."""
    gone = "Target page, context or browser has been closed"
    assert "ended by itself" in page_words.failed("chromium", gone, 45, is_early=True)
    assert "did not do its part within 45 s" in page_words.failed("chromium", gone, 45, is_early=False)
    assert "did not do its part within 45 s" in page_words.failed("chromium", "slow", 45, is_early=True)
