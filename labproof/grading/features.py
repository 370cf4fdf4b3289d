"""Reading feature files one by one: each is a few scenarios, or everything that is wrong with it, line by line."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.feature import get_feature
from pytest_bdd.gherkin_parser import Feature as Document
from pytest_bdd.gherkin_parser import Scenario, Step, get_gherkin_document

from labproof.ground.errors import ConfigError

KEYWORDS = ("Feature", "Background", "Scenario", "Given", "When", "Then", "And", "But")
"""The keywords of Gherkin that a course may use."""

LATER = "later"
"""The tag of a scenario whose criteria take their time to come about, while other work can go on."""

LAST = "last"
"""The tag of a scenario whose criteria take their time to be seen, while others can be looked at."""

_HEADINGS = (*KEYWORDS[:3], "Rule", "Example", "Examples", "Scenario Outline")
# As the parser has it: https://github.com/cucumber/gherkin, token_matcher.
_LANGUAGE = re.compile(r"^\s*#\s*language\s*:\s*([a-zA-Z\-_]+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a scenario; `kind` is given, when or then, `keyword` the word that stands before it."""

    kind: str
    keyword: str
    text: str


@dataclass(frozen=True)
class FeatureScenario:
    """One scenario as its feature says it, the background's sentences first; `line` is where it begins.

    One that `is_later` may be looked at after what follows it, one that `is_last` after all that does not need it.
    """

    name: str
    line: int
    sentences: tuple[Sentence, ...]
    is_later: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class FeatureFile:
    """One feature file that can be used."""

    path: Path
    tags: tuple[str, ...]
    scenarios: tuple[FeatureScenario, ...]


def read_all(folder: Path) -> tuple[FeatureFile, ...]:
    """Read every feature of a folder. Raises ConfigError with everything that is wrong in any of them."""
    problems: list[str] = []
    found: list[FeatureFile] = []
    for path in sorted(folder.rglob("*.feature")):
        if path.parent != folder:
            problems.append(f"{path}: features lie in {folder} itself; move it there")
            continue
        try:
            found.append(read(path))
        except ConfigError as refused:
            problems += refused.problems
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def read(path: Path) -> FeatureFile:
    """Read one feature. Raises ConfigError with everything that is wrong in it, each with its line."""
    document = _document(path)
    if problems := list(_problems(path, document)):
        raise ConfigError(problems)
    # pytest-bdd keeps what it has parsed, so that collecting need not do it again.
    feature = get_feature(str(path.parent), path.name)
    scenarios = tuple(
        FeatureScenario(
            scenario.name,
            scenario.line_number,
            tuple(Sentence(step.type, step.keyword.strip(), step.name) for step in scenario.steps),
            LATER in scenario.tags,
            LAST in scenario.tags,
        )
        for scenario in feature.scenarios.values()
    )
    tags = {tag.name.lstrip("@") for tag in document.tags}
    own = {tag.name.lstrip("@") for child in document.children if child.scenario for tag in child.scenario.tags}
    return FeatureFile(path, tuple(sorted(tags | own - {LATER, LAST})), scenarios)


def _document(path: Path) -> Document:
    text = _text(path)
    language = _LANGUAGE.search(text)
    if language and language[1] != "en":
        line = text[: language.start(1)].count("\n") + 1
        raise ConfigError(
            [f"{path}:{line}: language {language[1]!r}: only English keywords are known; remove the line and use them"]
        )
    if not re.search(r"^\s*[^#\s]", text, re.MULTILINE):
        raise ConfigError([f"{path}:1: empty; write `Feature: ...` and its scenarios, or remove the file"])
    try:
        document = get_gherkin_document(str(path)).feature
        get_feature(str(path.parent), path.name)
    except GherkinParseError as problem:
        found = problem.line_content.strip()
        words = f"{problem.message.splitlines()[-1].rstrip('.')} (found {found!r})"
        raise ConfigError([f"{path}:{problem.line}: {words}; {_advice(found)}"]) from problem
    except (KeyError, TypeError, ValueError) as problem:
        # A document without a Feature makes pytest-bdd stumble over what is not there.
        raise ConfigError([f"{path}:1: no `Feature:` line; write one ({type(problem).__name__})"]) from problem
    return document


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw.startswith(b"\xef\xbb\xbf"):
            raise ConfigError([f"{path}:1: a byte order mark stands before the text; save it as UTF-8 without BOM"])
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8 text ({problem.reason}); save it as UTF-8"]) from problem
    except OSError as problem:
        raise ConfigError([f"{path}: {problem.strerror}; make it a file that can be read"]) from problem


def _advice(line: str) -> str:
    word = line.split(":")[0] if ":" in line else line.split(" ")[0]
    near = difflib.get_close_matches(word, KEYWORDS, n=1, cutoff=0.6)
    if near and near[0] != word:
        return f"is {near[0]!r} meant?"
    return f"correct the line; a line begins with one of {', '.join(KEYWORDS)}"


def _problems(path: Path, document: Document) -> Iterator[str]:
    yield from _misspelt(path, document)
    seen: set[str] = set()
    if not any(child.scenario for child in document.children):
        yield f"{path}:{document.location.line}: no scenario; write one, and check the word `Scenario:`"
    for child in document.children:
        if child.rule:
            yield f"{path}: Rule {child.rule.name!r} is not supported; write its scenarios without it"
        if child.background:
            yield from _loose_text(path, child.background.location.line, child.background.description)
            yield from _step_problems(path, child.background.steps)
        if child.scenario:
            yield from _scenario_problems(path, child.scenario, seen)


def _misspelt(path: Path, document: Document) -> Iterator[str]:
    """Yield each line that the parser takes for prose though it looks like a heading."""
    for line in document.description.splitlines():
        word, colon, _ = line.strip().partition(":")
        if colon and (near := difflib.get_close_matches(word, _HEADINGS, n=1, cutoff=0.75)):
            yield f"{path}: {line.strip()!r} is no heading of Gherkin; is {near[0] + ':'!r} meant?"


def _scenario_problems(path: Path, scenario: Scenario, seen: set[str]) -> Iterator[str]:
    line, name = scenario.location.line, scenario.name
    if scenario.examples or scenario.keyword.strip() not in ("Scenario", "Example"):
        yield f"{path}:{line}: {scenario.keyword} {name!r} is not supported; write one Scenario for each example"
    if not name:
        yield f"{path}:{line}: a scenario without a name; write what it shows behind `Scenario:`"
    if name in seen:
        yield f"{path}:{line}: scenario {name!r}: the name stands twice in this feature; give each its own"
    seen.add(name)
    yield from _loose_text(path, line, scenario.description)
    yield from _step_problems(path, scenario.steps)


def _loose_text(path: Path, line: int, description: str) -> Iterator[str]:
    for text in filter(None, map(str.strip, description.splitlines())):
        yield f"{path}:{line}: {text!r} below this line begins with no keyword and is never run; {_advice(text)}"


def _step_problems(path: Path, steps: list[Step]) -> Iterator[str]:
    for step in steps:
        for name, more in (("table", step.datatable), ("text block", step.docstring)):
            if more is not None:
                place = f"{path}:{step.location.line}: {step.text!r}"
                yield f"{place}: no step reads a {name}; say it in the sentence itself"
