"""Which sections a session runs, and how."""

from pathlib import Path

import pytest

from labproof import rubric
from labproof.errors import ConfigError
from labproof.rubric import Rubric
from labproof.selection import is_partial, select
from tests.tiny_course import Section, criterion, write


@pytest.fixture
def course(tmp_path: Path) -> Rubric:
    """Four sections in a chain, of which `side` stands apart."""
    needs = {"base": (), "init": ("base",), "side": ("base",), "calico": ("init",)}
    sections = [Section(id, n, [criterion(f"{id}.x", 25)], needs=need) for n, (id, need) in enumerate(needs.items(), 1)]
    return rubric.load(write(tmp_path, *sections))


@pytest.mark.parametrize("mode", ["perform", "verify"])
def test_everything_by_default(course: Rubric, mode: str) -> None:
    """Without a wish every section runs in the session's mode."""
    selection = select(course, mode, (), "")
    assert selection.uses == dict.fromkeys(["base", "init", "side", "calico"], mode)
    assert not is_partial(selection, course)


def test_needed_and_dependent_sections_are_verified(course: Rubric) -> None:
    """With one section, what it needs and what builds on it is verified, and nothing else runs."""
    selection = select(course, "perform", ("init",), "")
    assert selection.uses == {"base": "verify", "init": "perform", "calico": "verify"}
    assert selection.use("side") is None
    assert is_partial(selection, course)


def test_several_sections(course: Rubric) -> None:
    """Several sections are all performed, also where one needs the other."""
    selection = select(course, "perform", ("base", "init"), "")
    assert selection.uses == {"base": "perform", "init": "perform", "side": "verify", "calico": "verify"}
    assert is_partial(selection, course)


def test_from_a_section_on(course: Rubric) -> None:
    """From a section on, it and all after it are performed; what they need is verified."""
    assert select(course, "perform", (), "side").uses == {
        "base": "verify",
        "init": "verify",
        "side": "perform",
        "calico": "perform",
    }


def test_verifying_performs_nothing(course: Rubric) -> None:
    """A session that verifies performs nothing, whatever is selected."""
    assert set(select(course, "verify", ("init",), "").uses.values()) == {"verify"}
    assert not is_partial(select(course, "verify", ("base",), ""), course)


@pytest.mark.parametrize(("sections", "start"), [(("nonsense",), ""), ((), "nonsense"), (("base", "nonsense"), "init")])
def test_unknown_section_names_the_known(course: Rubric, sections: tuple[str, ...], start: str) -> None:
    """A section that there is not is answered with those that there are."""
    with pytest.raises(ConfigError, match="no section 'nonsense'; there are: base, init, side, calico"):
        select(course, "perform", sections, start)
