"""The course's own handout: every paragraph is there, and what it has students type is what the course fixes."""

import re

import pytest

from labproof.grading import rubric
from labproof.ground.places import course_dir
from labproof.teaching import orphans
from labproof.teaching.handout import texts
from labproof.teaching.handout_file import LANGUAGES

HANDOUT = orphans.load(rubric.load(extras=frozenset({"reboot", "concepts"})))
PARAGRAPHS = (
    "1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3", "4.1.1", "4.1.2", "4.1.3",
    "4.1.4", "4.1.5", "4.2.1", "4.2.2", "4.2.3", "4.3.1", "4.3.2", "4.3.3", "4.3.4", "5",
)  # fmt: skip
"""Every paragraph of the handout that says or asks something, by its number."""


def test_every_paragraph_is_taught_and_no_other() -> None:
    """The instructions' paragraphs are those of the handout."""
    assert {p for i in HANDOUT.instructions for p in i.paragraphs} == set(PARAGRAPHS)


def test_instructions_follow_the_handout() -> None:
    """In the eight sections of the handout each instruction stands in its section's order."""
    for lesson in HANDOUT.lessons[:8]:
        numbers = [PARAGRAPHS.index(i.paragraphs[0]) for i in lesson.text.instruction]
        assert numbers == sorted(numbers), lesson.path


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_in_their_language(language: str) -> None:
    """A Chinese text has Chinese characters in it, and an English one has none."""
    for lesson in HANDOUT.lessons:
        for place, text in texts(lesson):
            has_chinese = bool(re.search(r"[\u4e00-\u9fff]", text.said(language)))
            assert has_chinese == (language == "zh"), f"{lesson.path}: {place}"


def test_backticks_come_in_pairs() -> None:
    """A command in a text begins and ends."""
    for lesson in HANDOUT.lessons:
        for place, text in texts(lesson):
            assert all(text.said(language).count("`") % 2 == 0 for language in LANGUAGES), f"{lesson.path}: {place}"


def test_kubeadm_is_given_what_the_course_fixes() -> None:
    """The command that makes the cluster has the values that are graded."""
    command = HANDOUT.commands(next(i for i in HANDOUT.instructions if i.id == "init.run-kubeadm"))
    for value in (
        "--kubernetes-version=1.20.4",
        "--apiserver-advertise-address=192.168.200.10",
        "--image-repository registry.aliyuncs.com/google_containers",
        "--service-cidr=10.10.0.0/16",
        "--pod-network-cidr=10.122.0.0/16",
    ):
        assert value in command


def test_readme_of_a_section_is_made_from_its_handout() -> None:
    """Beside each handout.toml lies the README that is made from it; `make docs` writes it anew."""
    from labproof.teaching.readme import readme

    for lesson in HANDOUT.lessons:
        path = lesson.path.with_name("README.md")
        assert path.read_text(encoding="utf-8") == readme(HANDOUT, lesson), f"{path}: run make docs"
        assert path.is_relative_to(course_dir())
