"""The handout as data: nothing of it is orphaned, and what it says of the course is filled in from the course."""

from pathlib import Path
from typing import Any

import pytest

from labproof.ground.errors import ConfigError
from labproof.teaching import handout as handouts
from labproof.teaching import orphans
from labproof.teaching.coverage import lines
from tests.teaching.courses import WORDS, course, instruction

WHOLE = (instruction("one.begin", "one.first"), instruction("one.end", "one.second"))


def test_a_whole_handout_has_no_orphans(tmp_path: Path) -> None:
    """Where every instruction has its criteria and every criterion its instruction, nothing is told."""
    found = orphans.load(course(tmp_path, *WHOLE))
    assert [i.id for i in found.of("one.first@node")] == ["one.begin"]
    assert orphans.problems(found) == []


def test_texts_are_filled_with_the_facts_of_the_course(tmp_path: Path) -> None:
    """A text and a command name what the course fixes, and other braces stay as they are."""
    first = instruction("one.begin", "one.first", run="ping {machines.node}; awk '{print $1}' {{.data.token}}")
    found = orphans.load(course(tmp_path, first, WHOLE[1]))
    assert found.say(found.instructions[0].do, "en") == "Do it on 192.168.200.10 with `true`."
    assert found.say(found.instructions[0].do, "zh") == "照着做。"
    assert found.commands(found.instructions[0]) == "ping 192.168.200.20; awk '{print $1}' {{.data.token}}"


@pytest.mark.parametrize(
    ("instructions", "told"),
    [
        (WHOLE[:1], "criterion one.second: no instruction of the handout asks for it; name it in handout.toml"),
        ((*WHOLE, instruction("one.more")), "instruction one.more: no criterion proves it; name its criteria, or"),
        ((*WHOLE, instruction("one.end", "one.second")), "instruction one.end: this id stands twice"),
        ((*WHOLE, instruction("two.x", "one.second")), "instruction two.x: id: expected one that begins with one."),
        ((*WHOLE, instruction("one.x", "one.third")), "instruction one.x: criteria: no criterion 'one.third'"),
        ((*WHOLE, instruction("one.x", "one.first", paragraphs=[])), "instruction one.x: paragraphs: empty"),
        ((*WHOLE, instruction("one.x", "one.first", machines=["moon"])), "one.x: machines: no machine 'moon'"),
        ((*WHOLE, instruction("one.x", "one.first", run="{cluster.x}")), "one.x: run: {cluster.x}: no such fact"),
        ((*WHOLE, instruction("one.x", "one.first", ungraded=WORDS)), "one.x: ungraded: it has criteria"),
        ((*WHOLE, instruction("one.x", "one.first", do={"en": "x", "zh": " "})), "one.x: do.zh: empty; write it"),
        ((*WHOLE, instruction("one.x", "one.first", do={"en": "{a.b}", "zh": "x"})), "one.x: do.en: {a.b}: no such"),
    ],
)
def test_what_is_orphaned_or_wrong_is_told(tmp_path: Path, instructions: tuple[Any, ...], told: str) -> None:
    """Everything that proves nothing, is proven by nothing or names what is not there is told with its file."""
    rubric = course(tmp_path, *instructions)
    with pytest.raises(ConfigError) as refused:
        orphans.load(rubric)
    problems = refused.value.problems
    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith(str(tmp_path)) for problem in problems)


def test_a_reason_stands_for_criteria(tmp_path: Path) -> None:
    """An instruction that nothing proves is no orphan when it says why, and the coverage shows the reason."""
    found = orphans.load(course(tmp_path, *WHOLE, instruction("one.look", ungraded=WORDS)))
    said = lines(found)
    assert "    not graded: Do it on 192.168.200.10 with `true`." in said
    assert said[-2:] == [
        "3 instructions: 2 proven by criteria, 1 not graded",
        "2 criteria: 2 asked for by an instruction",
    ]


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """A key that no instruction has is told with its place."""
    rubric = course(tmp_path, *WHOLE, instruction("one.x", "one.first", note="x"))
    with pytest.raises(ConfigError, match=r"instruction\.2\.note: unknown key"):
        orphans.load(rubric)


def test_a_course_may_have_no_handout(tmp_path: Path) -> None:
    """A course without instructions has no orphans; only who asks for its handout is told that there is none."""
    rubric = course(tmp_path)
    assert orphans.problems(handouts.read(rubric)) == []
    assert lines(handouts.read(rubric)) == ["this course has no handout: no section has a handout.toml"]
    with pytest.raises(ConfigError, match=r"no section of this course has a handout\.toml"):
        orphans.load(rubric)


def test_a_section_without_its_file_is_told(tmp_path: Path) -> None:
    """Where one section has instructions, every section must."""
    from labproof.grading import rubric
    from tests.tiny_course import Section, criterion, write

    course(tmp_path, *WHOLE)
    write(tmp_path, Section("two", 2, [criterion("two.first", 0)]))
    with pytest.raises(ConfigError) as refused:
        orphans.load(rubric.load(tmp_path / "exercises"))
    assert f"{tmp_path / 'exercises' / '02-two' / 'handout.toml'}: missing" in str(refused.value)
