"""Whatever stands in a settings file: it is read, or every problem names the file; never anything else."""

import json
import math
import tomllib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labproof.grading import rubric
from labproof.ground.errors import ConfigError, ProvisionError
from labproof.ground.places import course_dir
from labproof.host import table
from labproof.providers.inventory import InventoryLab
from labproof.proving import catalogue
from steps.course import facts as course
from tests.anything import TOO_LONG, VALUES, spoilt, texts
from tests.tiny_course import Section, criterion, write

HUGE = f"a{{{10**20}}}"
IN_TOML = (
    *(value for value in VALUES if value is not None),
    *(TOO_LONG, [TOO_LONG], {"a": TOO_LONG}, "~nobody-has-this-name/x", "\x00", "y" * 5000, "(" * 3000, HUGE, "[z-a]"),
)
SLIP = {"id": "s", "criteria": ["base.x"], "symptom": "swap", "says": "it is on", "try": "switch it off"}
BASE = Section("base", 1, [criterion("base.x", 60, wait=3, needs=["base.y"]), criterion("base.y", 40)], slips=(SLIP,))
COURSE = tomllib.loads((course_dir() / "exercises" / "course.toml").read_text(encoding="utf-8"))
MACHINES = json.loads((course_dir() / "vagrant" / "machines.json").read_text(encoding="utf-8"))
ENTRY = {"host": "a", "port": 22, "user": "root", "password": "p", "address": "192.168.200.10", "key": __file__}
OTHER = {**ENTRY, "host": "b", "address": "192.168.200.20"}
MISTAKE = {
    "id": "base.good",
    "what": "A student forgot it.",
    "costs": ["base.key@master"],
    "follows": ["base.*"],
    "hint": "no shell",
    "settle": 1,
    "recover": 2.5,
    "make": {"master": ["true"]},
    "undo": {"master": ["true"]},
}
RUBRIC = rubric.load()
fits = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def toml(data: dict[str, Any]) -> str:
    """Write data as TOML; a number too long for decimal digits in hexadecimal ones."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in data.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value) if value >= 0 else str(value)
    if isinstance(value, float):
        return "nan" if math.isnan(value) else str(value)
    return json.dumps(value)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    return path


def read_or_refused(path: Path, read: Callable[[], Any]) -> Any:
    """Return what was read, or None when all problems were told, each with the file's place."""
    problems = [str(path)]
    found = None
    try:
        found = read()
    except ConfigError as refused:
        problems = refused.problems
    assert problems
    assert all(line.startswith(str(path)) for line in problems), problems
    return found


@pytest.fixture
def section(tmp_path: Path) -> Path:
    """The file of the one section of a small course."""
    (path,) = write(tmp_path, BASE).glob("*/exercise.toml")
    return path


EXERCISE_WORDS = ("[[criterion]]\n", "id = ", "points = ", '"x"\n', "order = 1\n", "needs = [", "]\n")


def as_toml(good: dict[str, Any]) -> st.SearchStrategy[str]:
    return spoilt(good, IN_TOML).map(toml) | texts(*EXERCISE_WORDS)


def exercise() -> dict[str, Any]:
    """Return the small course's section as data."""
    base = {"id": "base", "order": 1, "feature": "01_base.feature", "handout": "1", "title": {"en": "Base"}}
    lists = {"needs": [], "gates": ["base.y"], "only_with": ""}
    criteria = [{**c, "absent_in": {"lxc": "it has none"}, "machines": []} for c in BASE.criteria]
    return {**base, **lists, "criterion": criteria, "slip": [SLIP]}


@fits
@given(text=as_toml(exercise()))
def test_any_section(section: Path, text: str) -> None:
    """A rubric that is read has points that are none below zero and add up to what was promised."""
    root = section.parent.parent
    written(section, text)
    found = read_or_refused(root, lambda: rubric.load(root))
    assert found is None or found.left_out or sum(e.points for e in found.entries.values()) == 100
    assert found is None or all(e.points >= 0 for e in found.entries.values())


def test_what_is_spoilt_here_is_right(section: Path, tmp_path: Path) -> None:
    """Every file that the other tests spoil is read as it is: what they refuse is what they spoilt."""
    written(section, toml(exercise()))
    assert list(rubric.load(section.parent.parent).entries) == ["base.x", "base.y"]
    assert course.load("handout", written(tmp_path / "course.toml", toml(COURSE)).parent).images
    machines = written(tmp_path / "machines.toml", toml({"master": ENTRY, "node": OTHER}))
    assert InventoryLab.read(machines).endpoints()
    written(tmp_path / "01-base" / "mistakes" / "good.toml", toml(MISTAKE))
    assert [m.id for m in catalogue.load(RUBRIC, tmp_path)] == ["base.good"]


@fits
@given(text=as_toml({"total": 100.0, "points": {"base.x": 50, "base.y": 50.0}}))
def test_any_weights(section: Path, text: str) -> None:
    """An instructor's weights are those of the rubric that is read, and add up to their own total."""
    own = written(section.parent.parent / "own.toml", text)
    found = read_or_refused(own, lambda: rubric.load(section.parent.parent, own))
    if found is not None:
        total = tomllib.loads(text).get("total", 100)
        assert sum(e.points for e in found.entries.values()) == Fraction(total).limit_denominator(100)
        assert all(e.points >= 0 for e in found.entries.values())


@pytest.mark.parametrize("symptom", [HUGE, "(" * 3000, "(", "[z-a]"], ids=lambda symptom: symptom[:10])
def test_symptom_that_is_no_expression(section: Path, symptom: str) -> None:
    """A symptom that Python cannot take for a regular expression, for whatever reason, is refused by its slip."""
    written(section, toml({**exercise(), "slip": [{**SLIP, "symptom": symptom}]}))
    with pytest.raises(ConfigError, match="slip s: symptom: not a regular expression"):
        rubric.load(section.parent.parent)


def test_weights_beyond_all_measure(section: Path) -> None:
    """Two weights whose sum is no number any more are refused, each by its key."""
    own = written(section.parent.parent / "own.toml", '[points]\n"base.x" = 1e308\n"base.y" = 1e308\n')
    with pytest.raises(ConfigError) as refused:
        rubric.load(section.parent.parent, own)
    assert [line.split(": ")[1] for line in refused.value.problems] == ["points.base.x", "points.base.y"]


@fits
@given(text=as_toml(COURSE))
def test_any_course(tmp_path: Path, text: str) -> None:
    """A course that is read can name its images and its ports."""
    path = written(tmp_path / "course.toml", text)
    found = read_or_refused(path, lambda: course.load("handout", tmp_path))
    if found is not None:
        assert all(isinstance(name, str) for name in (*found.images, *found.worker_images))
        assert 0 < found.cluster.dashboard_port < 2**16


@fits
@given(text=as_toml({"master": ENTRY, "node": OTHER}))
def test_any_inventory(tmp_path: Path, text: str) -> None:
    """An inventory that is read says of both machines how they are reached."""
    path = written(tmp_path / "machines.toml", text)
    found = read_or_refused(path, lambda: InventoryLab.read(path))
    assert found is None or [e.name for e in found.endpoints()] == ["master", "node"]
    assert found is None or all(0 < e.port < 2**16 for e in found.endpoints())


@pytest.mark.parametrize("key", ["~nobody-has-this-name/key", "y" * 5000, "\x00"], ids=lambda key: ascii(key[:20]))
def test_key_that_no_file_can_be(tmp_path: Path, key: str) -> None:
    """A key in the home of nobody, or under a name that no file can have, is a file that is not there."""
    path = written(tmp_path / "machines.toml", toml({"master": {**ENTRY, "key": key}, "node": OTHER}))
    with pytest.raises(ConfigError, match=r"master\.key: no such file"):
        InventoryLab.read(path)


def test_host_that_can_be_no_name(tmp_path: Path) -> None:
    """A host that no machine can have is told as a machine that does not answer."""
    entry = {**OTHER, "host": f"{'y' * 64}.example"}
    path = written(tmp_path / "machines.toml", toml({"master": {**ENTRY, "host": "y" * 64}, "node": entry}))
    with pytest.raises(ProvisionError, match=r"node: expected SSH on y+\.example port 22, found"):
        InventoryLab.read(path).up(lambda line: None)


@fits
@given(text=as_toml(MISTAKE))
def test_any_mistake(tmp_path: Path, text: str) -> None:
    """A mistake that is read costs something that there is, and says how it is made."""
    path = written(tmp_path / "01-base" / "mistakes" / "good.toml", text)
    found = read_or_refused(path, lambda: catalogue.load(RUBRIC, tmp_path))
    if found is not None:
        (mistake,) = found
        assert set(mistake.costs) <= set(RUBRIC.entries)
        assert mistake.make


@fits
@given(text=spoilt(MACHINES).map(json.dumps) | texts("{", '"network": ', "}"))
def test_any_table_of_machines(tmp_path: Path, text: str) -> None:
    """A table that is read has a name for every machine."""
    path = written(tmp_path / "machines.json", text)
    found = read_or_refused(path, lambda: table.load(path))
    assert found is None or all(isinstance(name, str) for name in found.names)


def test_number_too_long_to_be_shown(tmp_path: Path) -> None:
    """A value that Python cannot write down is refused by its key all the same."""
    path = written(tmp_path / "machines.toml", toml({"master": {**ENTRY, "port": TOO_LONG}, "node": OTHER}))
    with pytest.raises(ConfigError, match=r"master\.port: .* \(found int that is too long to be shown\)"):
        InventoryLab.read(path)
