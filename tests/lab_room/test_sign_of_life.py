"""Whether the machines answer at all."""

import pytest

from labproof.connection.fake import FakeConnection
from labproof.ground.errors import Unreachable
from labproof.lab import sign_of_life as reach
from labproof.lab.machine import Lab


def test_every_machine_is_asked(fake: FakeConnection, pair: Lab) -> None:
    """Every machine is asked for a sign of life."""
    for name in ("master", "node"):
        fake.answer(name, ":", "")
    reach.every(pair.all)
    assert fake.lines("master") == fake.lines("node") == [":"]


def test_lost_machine_is_told(fake: FakeConnection, pair: Lab) -> None:
    """One machine that gives no sign is enough."""
    fake.answer("master", ":", "")
    fake.lose("node")
    with pytest.raises(Unreachable, match="node"):
        reach.every(pair.all)
