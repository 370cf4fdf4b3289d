"""Which sections a session runs, and how."""

from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.grading.rubric import Rubric
from labproof.ground.errors import ConfigError
from labproof.session.selection import Pick, picks_in, select
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


def test_needed_and_dependent_sections_are_verified(course: Rubric) -> None:
    """With one section, what it needs and what builds on it is verified, and nothing else runs."""
    selection = select(course, "perform", ("init",), "")
    assert selection.uses == {"base": "verify", "init": "perform", "calico": "verify"}
    assert selection.use("side") is None


def test_several_sections(course: Rubric) -> None:
    """Several sections are all performed, also where one needs the other."""
    selection = select(course, "perform", ("base", "init"), "")
    assert selection.uses == {"base": "perform", "init": "perform", "side": "verify", "calico": "verify"}


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


def test_grading_a_section_leaves_out_what_builds_on_it(course: Rubric) -> None:
    """Grading a section looks at it and at what it needs: nothing was done that could have broken another one."""
    assert select(course, "verify", ("init",), "").uses == {"base": "verify", "init": "verify"}


@pytest.mark.parametrize(
    ("sections", "start", "option"),
    [(("nonsense",), "", "--section"), ((), "nonsense", "--from"), (("base", "nonsense"), "init", "--section")],
)
def test_unknown_section_names_the_known(course: Rubric, sections: tuple[str, ...], start: str, option: str) -> None:
    """A section that there is not is answered with those that there are, by the option that named it."""
    with pytest.raises(ConfigError, match=f"^{option}: no section 'nonsense'; there are: base, init, side, calico$"):
        select(course, "perform", sections, start)


def test_optional_section_names_its_option(tmp_path: Path) -> None:
    """A section that only runs when it is asked for is answered with the option that asks for it."""
    more = Section("extra", 2, [criterion("extra.x", 0)], more='only_with = "extras"')
    course = rubric.load(write(tmp_path, Section("base", 1, [criterion("base.x", 100)]), more))
    with pytest.raises(ConfigError, match="--section: section 'extra' only runs when it is asked for; add --extras"):
        select(course, "perform", ("extra",), "")


def test_features_are_picked_by_their_paths(tmp_path: Path) -> None:
    """A feature named as a path, with or without a scenario, becomes the module that runs it and a pick."""
    features = tmp_path / "features"
    features.mkdir()
    (features / "01_base.feature").touch()
    module = features / "test_features.py"
    asked = ["tests", "features/01_base.feature", "features/01_base.feature::it holds"]
    left, picks = picks_in(asked, features, module, tmp_path)
    assert left == ["tests", str(module)]
    assert picks == [Pick("01_base.feature"), Pick("01_base.feature", "it holds")]


def test_feature_that_is_not_there_names_the_known(tmp_path: Path) -> None:
    """A feature that there is not is answered with those that there are."""
    features = tmp_path / "features"
    features.mkdir()
    (features / "01_base.feature").touch()
    with pytest.raises(ConfigError, match=r"features/02_x.feature: no such feature; there are: 01_base.feature"):
        picks_in(["features/02_x.feature"], features, features / "test_features.py", tmp_path)
