"""The rubric: read whole, or refused with everything that is wrong."""

from fractions import Fraction
from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.grading.rubric import Rubric
from labproof.ground.errors import ConfigError
from tests.tiny_course import Section, criterion, write

BOTH = ["master", "node"]


def load(tmp_path: Path, *sections: Section, overrides: str = "") -> Rubric:
    own = None
    if overrides:
        own = tmp_path / "own.toml"
        own.write_text(overrides, encoding="utf-8")
    return rubric.load(write(tmp_path, *sections), own)


def problems(tmp_path: Path, *sections: Section, overrides: str = "") -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, *sections, overrides=overrides)
    return raised.value.problems


def base(*criteria: dict[str, object], **more: object) -> Section:
    return Section("base", 1, list(criteria) or [criterion("base.all", 100)], **more)  # type: ignore[arg-type]


def test_criteria_are_spelled_out(tmp_path: Path) -> None:
    """A criterion stands once for each machine, with its points, its sentence and an id of its own."""
    found = load(tmp_path, base(criterion("base.swap", 49.5, machines=BOTH), criterion("base.key", 1))).entries
    assert list(found) == ["base.swap@master", "base.swap@node", "base.key"]
    swap = found["base.swap@node"]
    assert (swap.text, swap.machine, swap.points) == ('on "node" base.swap holds', "node", Fraction("49.5"))


def test_sections_are_in_order(tmp_path: Path) -> None:
    """Sections stand in the order of the handout, whatever their folders are called."""
    late, early = Section("a", 2, [criterion("a.x", 50)]), Section("z", 1, [criterion("z.x", 50)])
    assert [e.id for e in load(tmp_path, late, early).exercises] == ["z", "a"]


def test_a_need_is_that_of_the_same_machine(tmp_path: Path) -> None:
    """A need that stands for several machines means the same machine's, or all of them where there is none."""
    found = load(
        tmp_path,
        base(
            criterion("base.swap", 20, machines=BOTH),
            criterion("base.file", 20, machines=BOTH, needs=["base.swap"]),
            criterion("base.all", 10, needs=["base.swap"]),
            criterion("base.one", 10, needs=["base.swap@node"]),
        ),
    ).entries
    assert found["base.file@node"].needs == ("base.swap@node",)
    assert found["base.all"].needs == ("base.swap@master", "base.swap@node")
    assert found["base.one"].needs == ("base.swap@node",)


def test_gate_stands_before_all_but_itself(tmp_path: Path) -> None:
    """What gates a section is needed by each of its criteria, and not by itself."""
    section = base(criterion("base.api", 50), criterion("base.x", 50), gates=("base.api",))
    found = load(tmp_path, section).entries
    assert found["base.x"].needs == ("base.api",)
    assert found["base.api"].needs == ()


def chain(tmp_path: Path) -> Rubric:
    return load(
        tmp_path,
        Section("a", 1, [criterion("a.x", 25)]),
        Section("b", 2, [criterion("b.x", 25)], needs=("a",)),
        Section("c", 3, [criterion("c.x", 25)], needs=("b", "a")),
        Section("d", 4, [criterion("d.x", 25)]),
    )


def test_needed_sections_are_found_through_others(tmp_path: Path) -> None:
    """What a section needs includes what those sections need, each once, the nearest last."""
    assert chain(tmp_path).needed_by("c") == ("a", "b")
    assert chain(tmp_path).needed_by("a") == ()


def test_dependents_are_found_through_others(tmp_path: Path) -> None:
    """What builds on a section includes what builds on that, in order."""
    assert chain(tmp_path).dependents_of("a") == ("b", "c")
    assert chain(tmp_path).dependents_of("d") == ()


def test_section_is_left_out_unless_wished_for(tmp_path: Path) -> None:
    """A section for those who ask is left out, its feature too, until somebody asks."""
    folder = write(tmp_path, base(), Section("reboot", 2, [criterion("reboot.x", 0)], more='only_with = "reboot"'))
    assert rubric.load(folder).left_out == {"02_reboot.feature"}
    assert "reboot.x" not in rubric.load(folder).entries
    wished = rubric.load(folder, extras=frozenset({"reboot"}))
    assert "reboot.x" in wished.entries
    assert wished.left_out == frozenset()


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (base(needs=("nothing",)), "needs: no section 'nothing'"),
        (base(needs=("base",)), "needs: 'base' does not come before it"),
        (base(criterion("base.x", 50), criterion("base.x", 50)), "criterion base.x: this id stands twice"),
        (base(criterion("base.x", 100, then="no machine", machines=BOTH)), "`machines` and {machine} in `then` go"),
        (base(criterion("base.x", 100, then="on {machine}")), "`machines` and {machine} in `then` go together"),
        (base(criterion("base.x", 100, needs=["base.y"])), "criterion base.x: needs 'base.y', which no section has"),
        (base(gates=("base.y",)), "gates: needs 'base.y', which no section has"),
        (base(criterion("base.x", 99)), "the points add up to 99, expected 100"),
        (base(criterion("base.x", -1)), "criterion.0.points: Input should be greater than or equal to 0"),
        (base(criterion("base.x", 100, wait=601)), "criterion.0.wait: Input should be less than or equal to 600"),
        (base(criterion("base.x", 100, hints=["only one"])), "criterion.0.hints"),
        (base(criterion("base.x", 100, weight=3)), "criterion.0.weight: unknown key"),
        (base(more="points = inf"), "points: unknown key"),
        (
            base(slips=({"id": "s", "criteria": ["base.y"], "symptom": "x", "says": "x", "try": "x"},)),
            "slip s: no criterion 'base.y' in this section or a later one",
        ),
        (
            base(slips=({"id": "s", "criteria": ["base.all"], "symptom": "(", "says": "x", "try": "x"},)),
            "slip s: symptom: not a regular expression",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_problem_is_told(tmp_path: Path, section: Section, problem: str) -> None:
    """Each problem is told with its section, its key and what to do."""
    found = problems(tmp_path, section)
    assert any(problem in line and str(tmp_path / "exercises") in line for line in found), found


def test_mistake_is_looked_for_from_its_section_on(tmp_path: Path) -> None:
    """A known mistake may name criteria of a later section, an optional one too, and none of an earlier one."""
    slip = {"id": "a.s", "criteria": ["a.x", "b.y", "c.z"], "symptom": "x", "says": "x", "try": "x"}
    a = Section("a", 1, [criterion("a.x", 60)], slips=(slip,))
    b = Section("b", 2, [criterion("b.y", 40)])
    c = Section("c", 3, [criterion("c.z", 0)], more='only_with = "reboot"')
    assert [s.id for s in load(tmp_path, a, b, c).slips] == ["a.s"]
    early = Section("b", 2, [criterion("b.y", 40)], slips=({**slip, "id": "b.s", "criteria": ["b.y", "a.x"]},))
    assert [line.partition(": ")[2] for line in problems(tmp_path, a, early, c)] == [
        "slip b.s: no criterion 'a.x' in this section or a later one; correct it"
    ]


def test_sections_that_need_each_other(tmp_path: Path) -> None:
    """Sections that need each other are refused, not followed for ever."""
    a, b = Section("a", 1, [criterion("a.x", 50)], needs=("b",)), Section("b", 2, [criterion("b.x", 50)], needs=("a",))
    assert any("'b' does not come before it" in line for line in problems(tmp_path, a, b))


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """What is wrong in several files is told at once, each problem with its file."""
    folder = write(tmp_path, base(more="typo = 1"), Section("b", 2, [criterion("b.x", 1, wiat=2)]))
    with pytest.raises(ConfigError) as raised:
        rubric.load(folder)
    assert [line.split(": ")[1] for line in raised.value.problems] == ["typo", "criterion.0.wiat"]
    assert all("exercise.toml" in line for line in raised.value.problems)


def test_folder_without_sections(tmp_path: Path) -> None:
    """A folder without a section is no course."""
    with pytest.raises(ConfigError, match="is this a Labproof checkout"):
        rubric.load(tmp_path)


WEIGHED = base(criterion("base.x", 60), criterion("base.y", 40))


def test_own_weights_replace_the_courses(tmp_path: Path) -> None:
    """An instructor's weights replace those that they name, and the total is theirs."""
    own = load(tmp_path, WEIGHED, overrides='total = 50\n[points]\n"base.x" = 10\n')
    assert [e.points for e in own.entries.values()] == [10, 40]


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        ('[points]\n"base.z" = 1', "points.base.z: no such criterion"),
        ('[points]\n"base.x" = 10', "own.toml: the points add up to 50, expected 100"),
        ('[points]\n"base.x" = -60\n"base.y" = 160', "points.base.x: Input should be greater than or equal to 0"),
        ('[points]\n"base.x" = nan', "points.base.x"),
        ('[points]\n"base.x" = inf', "points.base.x"),
        ('[weights]\n"base.x" = 1', "weights: unknown key"),
        ("[points]\nbase.x = 10", 'points.base.x: without quotes TOML takes this id for tables; write "base.x" = 10'),
        ("[points]\nbase.x.y = 10", 'points.base.x.y: without quotes TOML takes this id for tables; write "base.x.y"'),
        ('[points]\n"base.xx" = 10', 'points.base.xx: no such criterion; is "base.x" meant?'),
        ('[points]\n"nothing" = 10', "points.nothing: no such criterion; correct the id"),
        ('[points]\n"base.x@node" = 10', 'points are given to a criterion, not to one machine of it; write "base.x"'),
        ('total = 0\n[points]\n"base.x" = 0\n"base.y" = 0', "total: Input should be greater than 0"),
        ('total = nan\n[points]\n"base.x" = 0', "total: "),
        ('total = inf\n[points]\n"base.x" = 0', "total: "),
    ],
)
def test_wrong_own_weights_are_refused(tmp_path: Path, overrides: str, problem: str) -> None:
    """Weights that do not fit the course are refused with file and key."""
    found = problems(tmp_path, WEIGHED, overrides=overrides)
    assert any(problem in line and "own.toml" in line for line in found), found


def test_digest_tells_rubrics_apart(tmp_path: Path) -> None:
    """The digest is the same for the same rubric, and another for other weights."""
    first = load(tmp_path, WEIGHED).digest
    assert load(tmp_path, WEIGHED).digest == first
    assert load(tmp_path, WEIGHED, overrides='[points]\n"base.x" = 50\n"base.y" = 50\n').digest != first


def test_thirds_of_a_point_add_up(tmp_path: Path) -> None:
    """Points with fractions add up exactly."""
    section = base(*(criterion(f"base.{n}", points) for n, points in enumerate((33.33, 33.33, 33.34))))
    assert sum(e.points for e in load(tmp_path, section).entries.values()) == 100


def test_sentence_leads_to_its_entry(tmp_path: Path) -> None:
    """A sentence leads to the entry of its own section, and a strange one to none."""
    found = load(
        tmp_path,
        Section("a", 1, [criterion("a.x", 50, then="it holds")]),
        Section("b", 2, [criterion("b.x", 50, then="it holds")]),
    )
    entry = found.by_text("b", "it holds")
    assert entry is not None
    assert entry.id == "b.x"
    assert found.by_text("b", "nobody says this") is None


def test_sum_says_how_it_is_made(tmp_path: Path) -> None:
    """Weights that do not add up are told as points times machines, with the biggest of them."""
    section = base(criterion("base.x", 40, machines=BOTH), criterion("base.y", 20))
    (found,) = problems(tmp_path, section, overrides='[points]\n"base.x" = 41\n')
    assert "the points add up to 102, expected 100; correct a weight" in found
    assert "points x machines of every criterion are added" in found
    assert "the biggest: base.x 41 x 2 machines = 82, base.y 20" in found


def test_weight_of_one_machine_is_told_which_id_to_use(tmp_path: Path) -> None:
    """The id that a report shows for one machine is answered with the id that counts, and for whom."""
    section = base(criterion("base.x", 50, machines=BOTH))
    (found,) = problems(tmp_path, section, overrides='[points]\n"base.x@node" = 10\n')
    assert 'write "base.x"; its points count for each of master, node' in found


def reboot(points: int) -> Section:
    return Section("reboot", 2, [criterion("reboot.x", points)], more='only_with = "reboot"')


def test_what_a_run_leaves_out_is_not_in_its_sum(tmp_path: Path) -> None:
    """The weights of what a run has add up to the total: a section that it leaves out gives it no points."""
    folder, own = write(tmp_path, WEIGHED, reboot(0)), tmp_path / "own.toml"
    own.write_text('[points]\n"base.x" = 50\n"reboot.x" = 10\n', encoding="utf-8")
    wished = rubric.load(folder, own, frozenset({"reboot"}))
    assert sum(e.points for e in wished.entries.values()) == 100
    with pytest.raises(ConfigError, match=r"add up to 90, .*because this run leaves its section out: reboot.x 10"):
        rubric.load(folder, own)


def test_gates_of_one_section_stand_behind_each_other(tmp_path: Path) -> None:
    """Of two gates the first does not need the second: each would block the other."""
    section = base(criterion("base.a", 50), criterion("base.b", 50), gates=("base.a", "base.b"))
    found = load(tmp_path, section).entries
    assert (found["base.a"].needs, found["base.b"].needs) == ((), ("base.a",))
