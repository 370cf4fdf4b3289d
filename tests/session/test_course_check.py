"""The check of a whole course: every problem of every file at once, each with its file, its key and the fix."""

from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.session import course_check
from tests.tiny_course import Section, criterion, write_whole

BOTH = ["master", "node"]


def problems(root: Path, *sections: Section) -> list[str]:
    """Return what is wrong with a course of these sections."""
    with pytest.raises(ConfigError) as refused:
        course_check.load(root=write_whole(root, *sections), binds=False)
    return refused.value.problems


def base(*criteria: dict[str, object], **more: object) -> Section:
    return Section("base", 1, list(criteria) or [criterion("base.x", 100)], **more)  # type: ignore[arg-type]


def nothing(id: str, order: int, *criteria: dict[str, object], **more: object) -> Section:
    """Return a section that is worth nothing."""
    return Section(id, order, list(criteria) or [criterion(f"{id}.x", 0)], **more)  # type: ignore[arg-type]


def test_course_of_this_checkout_is_right() -> None:
    """The course as it is shipped has no problem, and a run without wishes leaves two sections out."""
    plan = course_check.load(binds=False)
    assert plan.rubric.left_out == {"09_reboot.feature", "10_concepts.feature"}
    assert {s.section for s in plan.scenarios} == {e.id for e in plan.rubric.exercises}


def test_right_course_is_a_plan(tmp_path: Path) -> None:
    """A small course without a mistake is returned as a plan."""
    root = write_whole(tmp_path, base(criterion("base.x", 50, machines=BOTH)))
    assert [e.id for e in course_check.load(root=root, binds=False).rubric.entries.values()] == [
        "base.x@master",
        "base.x@node",
    ]


@pytest.mark.parametrize(
    ("sections", "file", "problem"),
    [
        ([base(), nothing("two", 1)], "01-two/exercise.toml", "order 1: this number stands twice, first in"),
        (
            [base(criterion("base.x", 100, needs=["base.x"]))],
            "01-base/exercise.toml",
            "criterion base.x: needs 'base.x', which is itself; remove it",
        ),
        (
            [base(criterion("base.x", 50, machines=BOTH, needs=["base.x@node"]))],
            "01-base/exercise.toml",
            "needs 'base.x@node', which is itself",
        ),
        (
            [base(criterion("base.x", 100, needs=["two.x"])), nothing("two", 2)],
            "01-base/exercise.toml",
            "criterion base.x: needs 'two.x' of the later section two",
        ),
        (
            [base(criterion("base.x", 50, needs=["base.y"]), criterion("base.y", 50))],
            "01-base/exercise.toml",
            "criterion base.x: needs base.y, which the features judge later",
        ),
        (
            [base(criterion("base.x", 50, needs=["base.y"]), criterion("base.y", 50, needs=["base.x"]))],
            "01-base/exercise.toml",
            "criterion base.x: needs base.y, which the features judge later",
        ),
        (
            [base(criterion("base.x", 50), criterion("base.y", 50), gates=("base.y",))],
            "01-base/exercise.toml",
            "criterion base.x: needs base.y, which the features judge later",
        ),
        (
            [base(gates=("two.x",)), nothing("two", 2)],
            "01-base/exercise.toml",
            "criterion base.x: needs 'two.x' of the later section two",
        ),
        (
            [base(), nothing("two", 2, criterion("two.x", 0, needs=["base.x"]))],
            "02-two/exercise.toml",
            "needs base.x of another section; add 'base' to the section's own `needs`",
        ),
        (
            [nothing("re", 1, more='only_with = "reboot"'), Section("b", 2, [criterion("b.x", 100, needs=["re.x"])])],
            "02-b/exercise.toml",
            "needs 're.x', which is there only with --reboot",
        ),
        (
            [base(), nothing("two", 2, more='only_with = "re boot"')],
            "02-two/exercise.toml",
            "only_with: 're boot' can be no option; use letters, such as reboot",
        ),
        (
            [base(criterion("base.x", 50, machines=["master", "nod"]))],
            "01-base/exercise.toml",
            "criterion base.x: machines: no machine 'nod'; there are: master, node",
        ),
        (
            [base(criterion("base.x", 50, machines=["master", "master"]))],
            "01-base/exercise.toml",
            "machines: one stands twice and would be worth twice",
        ),
        (
            [
                base(feature="Feature: b\n  Scenario: s\n    Then base.x holds\n"),
                nothing("two", 2, feature="Feat: x\n"),
            ],
            "02_two.feature",
            ":1: Unexpected token found",
        ),
        (
            [
                base(feature="Feature: b\n  Scenario: s\n    Then base.x holds\n"),
                nothing("two", 2, feature="Feature: b\n  Scenario: s\n    Then two.x holds\n"),
            ],
            "02_two.feature",
            "scenario 's': 01_base.feature has a scenario of this name too; give each its own",
        ),
        (
            [base(feature="@other\nFeature: b\n  Scenario: s\n    Then base.x holds\n")],
            "01_base.feature",
            "tag @other: expected @base, the section's id, or none",
        ),
        ([base(criterion("base.x", 0))], "exercises", "the points add up to 0, expected 100"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_problem_is_told_with_its_file(tmp_path: Path, sections: list[Section], file: str, problem: str) -> None:
    """Each mistake is told with the file that it stands in, as a path that can be opened."""
    found = problems(tmp_path, *sections)
    assert any(problem in line and f"{file}:" in line and line.startswith(str(tmp_path)) for line in found), found
    assert not any("*" in line.split(": ")[0] for line in found)


@pytest.mark.parametrize(
    ("key", "old", "new", "problem"),
    [
        ("title", 'en = "Section base"', 'zh = "基础"', "title.en: missing or empty; add it"),
        ("title", 'en = "Section base"', 'en = " "', "title.en: missing or empty; add it"),
        ("hints", '"a command"', '""', "criterion base.x: hints: number 2: empty"),
        ("hints", '"a command"', '"an idea"', "criterion base.x: hints: both are the same"),
        ("why", 'why = "because"', 'why = ""', "criterion base.x: why: empty"),
        ("id", 'id = "base"', 'id = "other"', "the folder is called 01-base, expected 01-other; rename one of them"),
        ("order", "order = 1", "order = 7", "the folder is called 01-base, expected 07-base; rename one of them"),
        (
            "feature",
            '"01_base.feature"',
            '"01_bas.feature"',
            "01_bas.feature is not there; write it, or correct the name",
        ),
        ("feature", '"01_base.feature"', '"01_bas.feature"', "no exercise.toml names this feature"),
        ("points", "points = 100", "points = -1", "criterion.0.points: Input should be greater than or equal to 0"),
        ("points", "points = 100", "points = nan", "criterion.0.points"),
        ("key", "points = 100", "points = 100\nwiegt = 3", "criterion.0.wiegt: unknown key"),
    ],
)
def test_slip_of_the_pen_is_told(tmp_path: Path, key: str, old: str, new: str, problem: str) -> None:
    """A slip in an exercise.toml is told with the key and what to do."""
    root = write_whole(tmp_path, base())
    path = root / "exercises" / "01-base" / "exercise.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        course_check.load(root=root, binds=False)
    assert any(problem in line for line in refused.value.problems), refused.value.problems


def test_absence_that_can_never_be_is_told(tmp_path: Path) -> None:
    """A criterion that is absent at a provider that nobody has would cost every student its points."""
    section = base()
    root = write_whole(tmp_path, section)
    path = root / "exercises" / "01-base" / "exercise.toml"
    path.write_text(path.read_text("utf-8") + '[criterion.absent_in]\nlxd = "no"\nlxc = ""\n', "utf-8")
    with pytest.raises(ConfigError) as refused:
        course_check.load(root=root, binds=False)
    assert [line.split("base.x: ")[1].split(";")[0] for line in refused.value.problems] == [
        "absent_in: no provider 'lxd'",
        "absent_in.lxc: empty",
    ]


def test_mistake_that_stands_twice_is_told(tmp_path: Path) -> None:
    """The id of a known mistake stands once in the whole course."""
    slip = {"id": "s", "criteria": ["base.x"], "symptom": "x", "says": "x", "try": "x"}
    found = problems(tmp_path, base(slips=(slip,)), nothing("two", 2, slips=({**slip, "criteria": ["two.x"]},)))
    assert any("02-two/exercise.toml: slip s: this id stands twice, first in" in line for line in found), found


def test_section_that_stands_twice_is_told(tmp_path: Path) -> None:
    """Two sections of one id, or of one feature, would be graded as one."""
    root = write_whole(tmp_path, base(), nothing("two", 2))
    path = root / "exercises" / "02-two" / "exercise.toml"
    text = path.read_text("utf-8").replace('id = "two"', 'id = "base"').replace("02_two.feature", "01_base.feature")
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        course_check.load(root=root, binds=False)
    found = "\n".join(refused.value.problems)
    assert f"{path}: id base: this id stands twice, first in {root}/exercises/01-base/exercise.toml" in found
    assert f"{path}: feature 01_base.feature: this name stands twice, first in" in found


def test_folder_without_its_file_is_told(tmp_path: Path) -> None:
    """A section's folder without an exercise.toml would be a section that silently is not graded."""
    (write_whole(tmp_path, base()) / "exercises" / "02-docker").mkdir()
    with pytest.raises(ConfigError, match=r"02-docker/exercise.toml: missing, though its folder is there"):
        course_check.load(root=tmp_path, binds=False)


def test_every_file_is_told_at_once(tmp_path: Path) -> None:
    """The course's facts, a feature and the weights can all be wrong, and all are told together."""
    root = write_whole(tmp_path, base(), nothing("two", 2, feature=""))
    facts = root / "exercises" / "course.toml"
    own = tmp_path / "own.toml"
    own.write_text('[points]\n"base.z" = 1\n', encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        course_check.load(own, root=root, binds=False, told=[f"{facts}: cluster.pod_cidr: wrong"])
    assert [line.split(":")[0].split("/")[-1] for line in refused.value.problems] == [
        "course.toml",
        "02_two.feature",
        "own.toml",
    ]


def test_section_that_a_run_leaves_out_is_checked_too(tmp_path: Path) -> None:
    """What is wrong with a section for those who ask is told to those who do not ask as well."""
    found = problems(tmp_path, base(), nothing("re", 2, more='only_with = "reboot"', feature="Feature: r\n"))
    assert any("02_re.feature:1: no scenario" in line for line in found), found


def test_sentence_without_a_step_is_told(tmp_path: Path) -> None:
    """With the steps loaded, a sentence that none of them reads is told with its feature."""
    root = write_whole(tmp_path, base(criterion("base.x", 100, then="nobody has bound this")))
    with pytest.raises(ConfigError, match=r"01_base.feature: 'nobody has bound this': bound to nothing; bind it to"):
        course_check.load(root=root)


def test_check_reads_this_checkout_unless_told() -> None:
    """Without another folder it is the checkout's own course that is read."""
    assert course_check.load(binds=False).folder == course_dir() / "features"
