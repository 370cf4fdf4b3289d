"""Sections that are only there when an option asks for them."""

from pathlib import Path

import pytest

from labproof.session.optional import OptionalSection, options, sections
from tests.tiny_course import Section, criterion, write


def test_options_come_from_the_course(tmp_path: Path) -> None:
    """A section names its option and what it does to the machines; the engine knows no section by its name."""
    more = 'only_with = "again"\nrestarts = true'
    write(tmp_path, Section("base", 1, [criterion("base.x", 100)]), Section("re", 2, [criterion("re.x", 0)], more=more))
    assert sections(tmp_path) == (OptionalSection("re", "again", "Section re", restarts=True),)


@pytest.mark.parametrize("text", ["only_with = ", "only_with = 3", 'only_with = "a b"', "\xff"])
def test_file_that_cannot_be_read_gives_no_option(tmp_path: Path, text: str) -> None:
    """What is wrong in a section is told by the check of the course, and not by missing options."""
    folder = tmp_path / "exercises" / "01-x"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(text, encoding="latin-1")
    assert sections(tmp_path) == ()


def test_this_course_has_two() -> None:
    """The course of this checkout restarts its machines, and shows what its handout teaches, only when asked."""
    assert options() == {"reboot", "concepts"}
