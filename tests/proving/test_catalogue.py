"""The catalogue of mistakes as it is written, and how it is read."""

from collections import Counter
from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.proving import catalogue

RUBRIC = rubric.load()
MISTAKES = catalogue.load(RUBRIC)
GOOD = """id = "base.good"
what = "A student forgot it."
costs = ["base.key@master"]
hint = "no shell"
make.master = ["true"]
undo.master = ["true"]
"""


def test_catalogue_has_sixty_mistakes_over_all_sections() -> None:
    """There are at least sixty mistakes, and every section has its share."""
    assert len(MISTAKES) >= 60
    assert set(Counter(m.section for m in MISTAKES)) == {e.id for e in RUBRIC.exercises}


def test_every_criterion_has_its_mistake() -> None:
    """Every criterion, on each machine that it concerns, is turned red by some mistake."""
    assert catalogue.uncovered(MISTAKES, RUBRIC) == ()


def test_a_mistake_costs_its_own_section() -> None:
    """The first criterion that a mistake costs is of its own section."""
    assert [m.id for m in MISTAKES if m.costs[0].partition(".")[0] != m.section] == []


def test_what_is_put_aside_is_put_back() -> None:
    """An in-place mistake undoes on the machines that it was made on; a file that was put aside comes back."""
    for mistake in MISTAKES:
        made, undone = str(mistake.make), str(mistake.undo)
        if mistake.kind == "in-place":
            assert set(mistake.undo) <= set(mistake.make), mistake.id
            assert ".before" not in made or ".before" in undone or made.count(".before") >= 2, mistake.id


def test_names_say_what_and_nobody() -> None:
    """A mistake is told as a sentence."""
    assert [m.id for m in MISTAKES if not m.what.endswith(".")] == []


def _written(root: Path, name: str, text: str) -> Path:
    folder = root / "01-base" / "mistakes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return root


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("base.good", "base.other"), "expected 'base.good'"),
        (("base.key@master", "base.keys"), "costs: no criterion 'base.keys'"),
        (("no shell", "base.no-such-slip"), "hint: no slip"),
        (("make.master", "make.worker"), "no machine 'worker'"),
        (('undo.master = ["true"]\n', ""), "undo: needed"),
        (('hint = "no shell"', 'hint = "no shell"\nkind = "reset"'), "undo: needed"),
        (('hint = "no shell"', 'hint = "no shell"\nfollows = ["base.zzz*"]'), "follows: 'base.zzz*'"),
        (('hint = "no shell"', 'hint = "no shell"\ncolour = "red"'), "colour: unknown key"),
    ],
)
def test_wrong_files_are_told(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    """Every wrong key, id, pattern, machine or missing undo is an error that names the file."""
    root = _written(tmp_path, "good", GOOD.replace(*change))
    with pytest.raises(ConfigError, match=r"good\.toml") as caught:
        catalogue.load(RUBRIC, root)
    assert problem in str(caught.value)


def test_all_files_are_read_before_anything_is_told(tmp_path: Path) -> None:
    """The problems of two files are told at once."""
    _written(tmp_path, "one", "id = 1")
    root = _written(tmp_path, "two", GOOD)
    with pytest.raises(ConfigError) as caught:
        catalogue.load(RUBRIC, root)
    assert "one.toml" in str(caught.value)
    assert "two.toml" in str(caught.value)


def test_order_puts_slow_ones_late_and_resets_last() -> None:
    """All mistakes are tried, those that recover slowly after the others, those behind a reset at the end."""
    ordered = catalogue.in_order(MISTAKES)
    assert sorted(m.id for m in ordered) == sorted(m.id for m in MISTAKES)
    weights = [(m.kind == "reset", m.recover > 0) for m in ordered]
    assert weights == sorted(weights)


def test_choosing_by_section_and_id() -> None:
    """A section or an id narrows the catalogue; an unknown one is an error."""
    assert {m.section for m in catalogue.choose(MISTAKES, ("docker",))} == {"docker"}
    assert [m.id for m in catalogue.choose(MISTAKES, (), ("base.swap-tab",))] == ["base.swap-tab"]
    with pytest.raises(ConfigError, match="no mistake 'x'"):
        catalogue.choose(MISTAKES, (), ("x",))
    with pytest.raises(ConfigError, match="no mistakes for 'y'"):
        catalogue.choose(MISTAKES, ("y",))


def test_quick_takes_one_of_each_section_that_is_undone_at_once() -> None:
    """The quick subset has one mistake of every section, none of which needs time to recover."""
    chosen = catalogue.choose(MISTAKES, is_quick=True)
    assert [m.section for m in chosen] == [e.id for e in RUBRIC.exercises]
    assert not any(m.recover or m.settle or m.kind == "reset" for m in chosen)


def test_mistakes_lie_beside_their_exercise() -> None:
    """Each section's folder has its mistakes."""
    for path in (course_dir() / "exercises").glob("*/exercise.toml"):
        if path.parent.name[:2] <= "08":
            assert list(path.parent.glob("mistakes/*.toml"))


ALL = catalogue.everything(RUBRIC)
PAIRS = tuple(trial for trial in ALL if isinstance(trial, catalogue.Combination))


def test_thirty_combinations_that_differ() -> None:
    """There are thirty pairs of mistakes, each of two that can be told apart by what they cost."""
    assert len(PAIRS) >= 30
    assert [p.id for p in PAIRS if set(p.parts[0].costs) == set(p.parts[1].costs)] == []
    sections = [frozenset(part.section for part in pair.parts) for pair in PAIRS]
    assert {len(names) for names in sections} == {1, 2}


def test_combination_is_made_of_its_parts() -> None:
    """A combination costs the union, settles and recovers as the slower part, and is named after both."""
    stopped = next(p for p in PAIRS if p.id == "join.kubelet-stopped+nginx.target-port")
    assert stopped.costs == ("join.ready", "nginx.page@master", "nginx.page@node")
    assert stopped.recover == 60
    assert catalogue.choose(ALL, ids=(stopped.id,)) == (stopped,)
    assert catalogue.choose(ALL, sections=("combined",)) == PAIRS


def test_combinations_come_last() -> None:
    """Combinations are tried after all single mistakes."""
    ids = [trial.id for trial in catalogue.in_order(ALL)]
    assert set(ids[-len(PAIRS) :]) == {pair.id for pair in PAIRS}


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ('[[pair]]\nof = ["base.good", "base.gone"]\nwhat = "Both at once."', "no mistake 'base.gone'"),
        ('[[pair]]\nof = ["base.good", "base.good"]\nwhat = "Both at once."', "expected two mistakes"),
        ('[[pair]]\nof = ["base.good"]\nwhat = "Both at once."', "of"),
        ('[[pair]]\nof = ["base.good", "base.gone"]\nwhat = "Both at once."\ncolour = 1', "colour: unknown key"),
    ],
)
def test_wrong_combinations_are_told(tmp_path: Path, pairs: str, problem: str) -> None:
    """An unknown mistake, one mistake twice and an unknown key are errors that name the file."""
    root = _written(tmp_path, "good", GOOD)
    (root / "combinations.toml").write_text(pairs)
    with pytest.raises(ConfigError, match=r"combinations\.toml") as caught:
        catalogue.everything(RUBRIC, root)
    assert problem in str(caught.value)
