"""The result file: its schema, and that nothing is lost on the way there and back."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.records import result
from labproof.records.model import Authorship, CriterionRecord, Mode, Outcome, RunRecord, SectionRecord, Source, Weights
from tests.anything import is_a, not_a_file, spoilt, texts
from tests.golden import samples

RUNS = {"full": samples.FULL, "every outcome": samples.EVERY_OUTCOME, "hostile": samples.HOSTILE}


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    text = (course_dir() / "reports" / "result.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def as_on_disk(run: RunRecord) -> Any:
    return json.loads(json.dumps(result.to_json(run)))


SMALL = as_on_disk(
    replace(samples.EVERY_OUTCOME, sections=tuple(s for s in samples.EVERY_OUTCOME.sections if s.criteria)[:1])
)


def test_schema_is_a_schema(schema: Draft202012Validator) -> None:
    """The schema is itself valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema.schema)


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_result_follows_the_schema(schema: Draft202012Validator, run: RunRecord) -> None:
    """What is written to disk is what the schema describes."""
    assert [e.message for e in schema.iter_errors(as_on_disk(run))] == []


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_result_round_trip(run: RunRecord) -> None:
    """A run that was written and read again is the same run."""
    assert result.from_json(as_on_disk(run), Path("result.json")) == run


def test_schema_knows_every_key(schema: Draft202012Validator) -> None:
    """A key that the schema does not know is an error at every level."""

    def dictionaries(node: Any) -> list[dict[str, Any]]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return ([node] if isinstance(node, dict) else []) + [d for child in inner for d in dictionaries(child)]

    data = as_on_disk(samples.EVERY_OUTCOME)
    free = [data["lab"]["versions"], data["lab"]["machines"], *data["lab"]["machines"].values()]
    free += [s["title"] for s in data["sections"]]
    for place in dictionaries(data):
        if not any(place is other for other in free):
            place["surprise"] = 1
            assert not schema.is_valid(data), place.keys()
            del place["surprise"]
    assert schema.is_valid(data)


@pytest.mark.parametrize("text", ["", "not json", "[1"])
def test_load_says_what_is_no_result(tmp_path: Path, text: str) -> None:
    """A file that is not JSON is named in the error."""
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"result\.json: not a result of Labproof"):
        result.load(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt(SMALL).map(json.dumps) | texts('{"schema": 1, ', '"lab": {', "}"))
def test_any_file_is_a_result_or_none(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file, it is a run or one error that names the file."""
    path = tmp_path / "result.json"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    run, problems = samples.FULL, [str(path)]
    try:
        run = result.load(path)
    except ConfigError as problem:
        problems = problem.problems
    assert all(str(path) in line for line in problems)
    assert sum(c.points for c in run.criteria) == run.score.possible + run.score.skipped


def test_load_says_that_there_is_no_result(tmp_path: Path) -> None:
    """A missing result says what to run first."""
    with pytest.raises(ConfigError, match="run `labproof grade` first"):
        result.load(tmp_path / "result.json")


def test_another_schema_version_is_refused() -> None:
    """A result of another schema version says which was found and which is expected."""
    with pytest.raises(ConfigError, match="found 99, expected 1"):
        result.from_json({"schema": 99}, Path("result.json"))


@given(
    st.lists(
        st.builds(
            CriterionRecord,
            id=st.text(),
            text=st.text(),
            points=st.fractions(0, 100, max_denominator=100),
            outcome=st.sampled_from(Outcome),
            authorship=st.sampled_from(Authorship),
            found=st.text(),
            hints=st.lists(st.text(), max_size=2).map(tuple),
        )
    )
)
def test_any_score_survives(criteria: list[CriterionRecord]) -> None:
    """Whatever a run came to, reading its result gives every criterion and the very same points."""
    section = SectionRecord("s", {"en": "S"}, "1", (samples.scenario("a", *criteria),))
    run = replace(samples.FULL, sections=(section,))
    again = result.from_json(as_on_disk(run), Path("r"))
    assert again == run
    assert again.score == run.score


@pytest.mark.parametrize("points", ["1/3", "2/997"])
def test_points_stay_exact(points: str) -> None:
    """Thirds of a point survive the way through JSON numbers, and so does what is finer."""
    criterion = samples.criterion("a", "a", points, Outcome.PASSED)
    section = SectionRecord("s", {"en": "S"}, "1", (samples.scenario("a", criterion),))
    run = replace(samples.FULL, sections=(section,))
    assert result.from_json(as_on_disk(run), Path("r")).score.earned == Fraction(points)


RECORDED = json.loads(
    (Path(__file__).parents[1] / "recordings" / "untouched" / "result.json").read_text(encoding="utf-8")
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt(RECORDED))
def test_any_mutation_of_a_real_result_is_a_result_or_none(data: Any) -> None:
    """A real result with a value changed or gone is a run with every value of its kind, or an error with the file."""
    run, problems = samples.FULL, ["result.json: "]
    try:
        run = result.from_json(data, Path("result.json"))
    except ConfigError as problem:
        problems = problem.problems
    assert is_a(run, RunRecord)
    assert all(line.startswith("result.json: ") for line in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mode": "banana"}, "mode: expected one of perform, verify, regrade, demo, reset, found 'banana'"),
        ({"mode": "regrade"}, "source: a regrade names the run that it was made from"),
        ({"lab": {}}, "lab.profile: expected a value"),
        ({"lab": {**as_on_disk(samples.FULL)["lab"], "machines": {"master": []}}}, "lab.machines.master: expected an"),
        ({"run": 3}, "run: expected a text, found 3"),
        ({"sections": {}}, "sections: expected a list, found an object of 0"),
        ({"surprise": 1}, "surprise: expected no such key"),
        ({"started": None}, "started: expected a text, found None"),
    ],
    ids=str,
)
def test_key_that_is_wrong_is_named(change: dict[str, Any], said: str) -> None:
    """A result that is not as it should be is refused with the file, the key, what was found and what to do."""
    with pytest.raises(ConfigError) as raised:
        result.from_json({**as_on_disk(samples.FULL), **change}, Path("result.json"))
    assert str(raised.value).startswith(f"result.json: {said}")
    assert str(raised.value).endswith("grade again")


@pytest.mark.parametrize("points", [-1, 10**7, True, "3", None, float("nan")], ids=str)
def test_points_are_points(points: object) -> None:
    """Points that no rubric gives are refused."""
    data = as_on_disk(samples.FULL)
    data["sections"][0]["scenarios"][0]["criteria"][0]["points"] = points
    with pytest.raises(ConfigError, match=r"sections\[0\]\.scenarios\[0\]\.criteria\[0\]\.points: expected"):
        result.from_json(data, Path("result.json"))


def test_the_way_to_a_wrong_value_counts_its_lists() -> None:
    """Of many sections, scenarios and criteria it is said which one is wrong."""
    data = as_on_disk(samples.FULL)
    data["sections"] += [{**data["sections"][0], "id": 3}]
    with pytest.raises(ConfigError, match=rf"sections\[{len(data['sections']) - 1}\]\.id: expected a text, found 3"):
        result.from_json(data, Path("result.json"))


def test_result_of_hundreds_of_megabytes_is_refused(tmp_path: Path) -> None:
    """A file that no run can have written is refused by its size, before it is read."""
    path = tmp_path / "result.json"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    with pytest.raises(ConfigError, match="expected at most 64 MiB, found 300 MiB; grade again"):
        result.load(path)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_result_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A folder, a pipe that nobody writes to and a device are refused at once."""
    not_a_file(path := tmp_path / "result.json", kind)
    with pytest.raises(ConfigError, match=r"result\.json: expected a file, found something else"):
        result.load(path)


def test_source_and_weights_survive(schema: Draft202012Validator) -> None:
    """What a run was made from, and with which weights, is in its result and comes back from it."""
    source = Source("first", Mode.VERIFY, "abc", "def", "2026-03-01", "2026-03-02", "entry 3 was changed")
    run = replace(samples.FULL, mode=Mode.REGRADE, source=source, weights=Weights("own.toml", Fraction(101, 2)))
    assert [e.message for e in schema.iter_errors(as_on_disk(run))] == []
    assert result.from_json(as_on_disk(run), Path("r")) == run


def test_result_of_before_is_read() -> None:
    """A result that was written before runs named their source is a run still."""
    data = {k: v for k, v in as_on_disk(samples.FULL).items() if k not in ("source", "weights", "milestone")}
    assert result.from_json(data, Path("r")) == samples.FULL


def test_result_of_before_step_outcomes_is_read(tmp_path: Path) -> None:
    """A result in which a When that nobody performed is called passed, as it once was, is read as it stands."""
    data = as_on_disk(samples.EVERY_OUTCOME)
    steps = [step for s in data["sections"] for scenario in s["scenarios"] for step in scenario["steps"]]
    left_out = [step for step in steps if step["outcome"] == "not performed"]
    assert left_out
    for step in left_out:
        step |= {"outcome": "passed", "note": "not performed: the student's own work is graded"}
    read = result.from_json(data, tmp_path)
    assert any(
        step.note.startswith("not performed") and step.outcome == "passed"
        for section in read.sections
        for scenario in section.scenarios
        for step in scenario.steps
    )
