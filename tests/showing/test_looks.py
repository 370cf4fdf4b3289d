"""Evidence in the page: each answer once, the looks of a wait as the first and the last."""

from dataclasses import replace
from pathlib import Path

import pytest

from labproof.records.model import Exchange, RunRecord
from labproof.showing import looks, report
from tests.golden import samples


def look(number: int, output: str, request: str = "GET /nodes") -> Exchange:
    """Return one look of a wait."""
    return samples.exchange(number, "api", request, 200, output=output)


def waited(*exchanges: Exchange) -> RunRecord:
    """Return a run with a criterion that looked so often."""
    section = samples.FULL.sections[0]
    [scenario] = section.scenarios
    criterion = replace(scenario.criteria[0], evidence=exchanges)
    return replace(samples.FULL, sections=(replace(section, scenarios=(replace(scenario, criteria=(criterion,)),)),))


def test_looks_of_a_wait_are_one_series() -> None:
    """Many looks of one question are together, also with another between them; two are no wait."""
    items = [look(1, "a"), look(2, "b", "GET /pods"), look(3, "a"), look(4, "c"), look(5, "d", "GET /pods")]
    found = looks.series(items)
    assert [[e.number for e in part.exchanges] for part in found] == [[1, 3, 4], [2], [5]]
    assert [part.is_wait for part in found] == [True, False, False]
    assert (found[0].answers, [e.number for e in found[0].shown]) == (2, [1, 4])


def test_same_answers_are_shown_once() -> None:
    """A wait in which nothing changed shows its first look alone."""
    [part] = looks.series(look(n, "a") for n in range(4))
    assert ([e.number for e in part.shown], part.gone, part.new) == ([0], [], [])


def test_what_changed_is_named() -> None:
    """Of two long answers the parts are told that only one of them has."""
    [part] = looks.series([look(1, '{"a":1,"ready":false}'), look(2, "x"), look(3, '{"a":1,"ready":true}')])
    assert (part.gone, part.new) == (['"ready":false'], ['"ready":true'])


def test_a_wait_is_one_line_in_the_page() -> None:
    """The page says how many looks there were, from when to when, and shows none between the first and the last."""
    text = report.render(waited(*(look(n, f"answer {n}") for n in range(1, 541))))
    assert "540 looks of one kind" in text
    assert "#540" in text
    assert "answer 540" in text
    assert "answer 270" not in text


@pytest.mark.parametrize("character", ["x", '"', "中", "\x01"])
def test_page_stays_under_a_megabyte_and_a_half(tmp_path: Path, character: str) -> None:
    """However much was recorded, and whatever it is, a page can be sent and opened: later answers are cut shorter."""
    run = waited(*(look(n, f"{n} " + character * 15_000, f"GET /{n}") for n in range(300)))
    path = report.write(run, tmp_path)
    assert path.stat().st_size < 1_500_000
    assert "characters are left out here; result.json has them" in path.read_text(encoding="utf-8")
