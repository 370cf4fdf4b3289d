"""Why no answer came, in words."""

import inspect

import pytest

from labproof.ground import errors
from labproof.showing import silence


def test_every_way_to_see_nothing_has_words() -> None:
    """Each error of transport is told in words, and what is none of them stands as it is."""
    kinds = [
        name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, errors.TransportError)
    ]
    assert kinds
    assert [name for name in kinds if silence.reason(name) == name] == []
    assert silence.reason("<script>") == "<script>"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("Unreachable: node: no route to host", "we could not see: node: no route to host"),
        ("ActionFailed: on node: exit status 1", "on node: exit status 1"),
        ("the student's own work is graded", "the student's own work is graded"),
        ("docker: not found", "docker: not found"),
    ],
)
def test_a_note_begins_with_no_name_of_an_error(note: str, said: str) -> None:
    """The name of an error is for the record: a reader is told what it means."""
    assert silence.plain(note) == said
