"""The report as a whole: one golden page, the same for the same run, and written whole or not at all.

To write the golden page anew: LABPROOF_GOLDEN=write pytest tests/showing/test_report.py
"""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from labproof.records.model import LabDescription, Mode, Outcome, SectionRecord, Source
from labproof.showing import report
from tests.golden import samples
from tests.showing.pages import page

GOLDEN = Path(__file__).parents[1] / "golden" / "every-outcome.html"


def test_golden_page(tmp_path: Path) -> None:
    """The page of a run with every outcome is, byte for byte, the one that was looked at and found good."""
    text = report.write(samples.EVERY_OUTCOME, tmp_path).read_text(encoding="utf-8")
    if os.environ.get("LABPROOF_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_page_of_a_run_is_always_the_same(tmp_path: Path) -> None:
    """Rendering a run again gives the very bytes that were written."""
    written = report.write(samples.HOSTILE, tmp_path).read_bytes()
    assert written == report.render(samples.HOSTILE).encode()


def test_failing_page_leaves_the_old_one(tmp_path: Path) -> None:
    """A page that cannot be written leaves the one before as it was, and no draft behind."""
    before = report.write(samples.FULL, tmp_path).read_bytes()
    broken = replace(samples.FULL, sections=(object(),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        report.write(broken, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_bytes() == before


@pytest.mark.parametrize("sections", [(), (replace(samples.FULL.sections[0], scenarios=()),)])
@pytest.mark.parametrize(("ended", "words"), [("running", "has not ended yet"), ("interrupted", "(interrupted)")])
def test_unfinished_run_has_a_page(tmp_path: Path, sections: tuple[SectionRecord, ...], ended: str, words: str) -> None:
    """A run that was stopped before anything was judged still has a valid page that says so."""
    run = replace(samples.FULL, sections=sections, ended=ended, finished="", lab=LabDescription("real", "libvirt"))
    shown = page(run, tmp_path)
    assert shown.open == []
    assert words in shown.text


def test_broken_run_says_whose_fault_it_is(tmp_path: Path) -> None:
    """A run in which our own code failed says so above its score."""
    text = page(replace(samples.EVERY_OUTCOME, ended="broken"), tmp_path).text
    assert "Labproof itself failed in this run" in text


def test_regrade_shows_its_source(tmp_path: Path) -> None:
    """The header of a regrade names its source and day, and broken evidence stands before the score."""
    source = Source("first", Mode.VERIFY, "", "", "2026-03-01T10:00:00+00:00", "", "entry <3> was changed")
    shown = page(replace(samples.FULL, mode=Mode.REGRADE, source=source), tmp_path).text
    assert "This run: regraded from first, graded 2026-03-01 10:00:00 UTC" in shown
    assert 0 < shown.index("proves nothing: entry <3> was changed") < shown.index("points earned")


def test_every_printed_page_says_whose_it_is(tmp_path: Path) -> None:
    """The foot of each page on paper has student, run and score, and its number; without a student there is a line."""
    text = report.render(samples.EVERY_OUTCOME)
    assert 'content: "Labproof · s001 · 2026-03-01T10-00-00 · 2.5/12"' in text
    assert 'content: counter(page) " / " counter(pages)' in text
    assert "____" not in text
    assert "____" in report.render(samples.FULL)


def test_lines_join_a_sentence_and_its_criterion() -> None:
    """A Then stands once, with its criterion; a criterion without a sentence stands last."""
    scenario = samples.EVERY_OUTCOME.sections[0].scenarios[0]
    extra = samples.criterion("x", "an extra one", 1, Outcome.PASSED)
    joined = report.lines(replace(scenario, criteria=(*scenario.criteria, extra)))
    assert [(s.keyword if s else None, c.id if c else None) for s, c in joined] == [
        ("Given", None),
        ("When", None),
        ("Then", "docker.runs"),
        ("And", "docker.daemon-agrees"),
        ("And", "docker.container"),
        (None, "x"),
    ]


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [("2026-03-01T10:00:04+00:00", "2026-03-01 10:00:04 UTC"), ("2026-03-01T10:00:04", "2026-03-01 10:00:04"),
     ("", ""), ("soon", "soon")],
)  # fmt: skip
def test_moment(stamp: str, shown: str) -> None:
    """ISO times are shown as people read them, and anything else as it is."""
    assert report.moment(stamp) == shown


def test_what_cannot_be_prepared_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a template is met by the first page: a thread of ours would break whatever runs just then."""
    begun = threading.Event()

    def broken() -> None:
        begun.set()
        raise OSError("no templates")

    monkeypatch.setattr(report, "prepare", broken)
    report.prepare_in_background()
    assert begun.wait(10)
