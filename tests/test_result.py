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

from labproof import result
from labproof.errors import ConfigError
from labproof.model import Authorship, CriterionRecord, Outcome, RunRecord, SectionRecord
from labproof.places import course_dir
from tests.anything import spoilt, texts
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


def test_points_stay_exact() -> None:
    """Thirds of a point survive the way through JSON numbers."""
    criterion = samples.criterion("a", "a", "1/3", Outcome.PASSED)
    section = SectionRecord("s", {"en": "S"}, "1", (samples.scenario("a", criterion),))
    run = replace(samples.FULL, sections=(section,))
    assert result.from_json(as_on_disk(run), Path("r")).score.earned == Fraction(1, 3)


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
