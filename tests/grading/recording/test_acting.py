"""What changes a lab is recorded as an act, wherever it goes through."""

import pytest

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection, Page
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine
from labproof.session.performing import Runner
from tests.grading.recording.driver import Run


def test_form_that_is_sent_is_an_act(run: Run, fake: FakeConnection) -> None:
    """What the runner sends through a page is recorded as an act, and what is asked afterwards as an observation."""
    pages, server = Browser(fake, run.phase), Machine("server", "192.168.200.10", fake, run.phase)
    fake.serve("POST", "https://192.168.200.10:30000/form", Page("sent", 201))
    fake.serve("GET", "https://192.168.200.10:30000/", Page("seen"))
    runner = Runner(lambda: False, run.recording.acting)
    runner(pages.post, server, "https", 30000, "/form", {})
    pages.get(server, "https", 30000)
    assert [purpose for _, purpose in fake.requests] == [Purpose.ACT, Purpose.OBSERVE]


def test_failed_work_ends_the_acting(run: Run) -> None:
    """Also after work that failed, what is asked next is an observation again."""

    def fail() -> None:
        raise RuntimeError

    runner = Runner(lambda: False, run.recording.acting)
    with pytest.raises(RuntimeError):
        runner(fail)
    assert run.phase.purpose is Purpose.OBSERVE
