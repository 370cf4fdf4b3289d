"""Two languages in one page: each text in both, and nothing that people read in one alone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from labproof.authoring import catalogues
from labproof.gradebook import instructor_report, page, what_if_page
from labproof.gradebook.book import Book
from labproof.gradebook.comparison import compare
from labproof.ground import language, po_file, wording
from labproof.ground.phrases import Phrasebook
from labproof.ground.places import engine_dir
from labproof.proving import matrix
from labproof.proving.check import Proof
from labproof.records import result
from labproof.records.model import RunRecord
from labproof.showing import both, report
from tests.golden import samples
from tests.gradebook import classes
from tests.proving import proofs
from tests.showing.pages import Page

RECORDINGS = engine_dir() / "tests" / "recordings"
MOST_BYTES = 1_500_000


def recorded(name: str) -> RunRecord:
    return result.load(RECORDINGS / name / "result.json")


class Chinese(Page):
    """What a reader of Chinese reads."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        name = dict(attrs).get("class")
        if self.open and name in language.LANGUAGES:
            self.open[-1] = "zh" if name == "en" else tag


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put a third catalogue in the place of the Chinese one: each text in brackets, its blanks kept."""
    paths = (wording.engine_catalogue("zh"), wording.course_catalogue("zh", engine_dir()))
    texts = {said: other for path in paths for said, other in po_file.read(path).items()}
    marked = {said: said if said == other else f"⟦{other}⟧" for said, other in texts.items()}
    book = Phrasebook(marked)
    monkeypatch.setattr(wording, "book", lambda _: book)
    monkeypatch.setattr(both, "book", lambda _: book)
    for cached in (both._counting, both._tip, both._remembered):
        cached.cache_clear()
    yield
    for cached in (both._counting, both._tip, both._remembered):
        cached.cache_clear()


def test_a_text_stands_in_both_languages() -> None:
    """A text is there twice, each with its language; one that is the same in both is there once."""
    text = both.words("Expected")
    assert text.__html__() == '<span class="en" lang="en">Expected</span><span class="zh" lang="zh">应为</span>'
    assert both.said("192.168.200.10").__html__() == "192.168.200.10"


def test_fillings_are_escaped_and_speak_their_language() -> None:
    """What fills a blank is text unless it is markup, and says in each language what it says there."""
    text = both.words("{amount} lost", amount=both.words("{points} points", points="<3>"))
    assert text.spoken("en") == "&lt;3&gt; points lost"
    assert "&lt;3&gt;" in text.spoken("zh")
    assert both.words("{amount} lost", amount=Markup("<b>3</b>")).spoken("en") == "<b>3</b> lost"


def test_what_has_no_translation_says_that_it_is_english() -> None:
    """A sentence that nobody translated carries its language in the page of another one."""
    assert both.said("no book has this sentence").spoken("zh") == '<span lang="en">no book has this sentence</span>'
    assert both.said("Enforcing").spoken("zh") == "Enforcing"


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_page_is_made_in_a_language(tmp_path: Path, spoken: str) -> None:
    """The page names the language that it was made in, which the style sheet shows, and keeps it when drawn again."""
    with language.spoken(spoken):
        text = report.write(samples.EVERY_OUTCOME, tmp_path).read_text(encoding="utf-8")
    assert text.startswith(f'<!doctype html>\n<html lang="{spoken}">')
    assert report.language_of(text) == spoken
    assert report.render(samples.EVERY_OUTCOME, spoken=report.language_of(text)) == text


def test_languages_differ_in_the_first_line_alone() -> None:
    """Both languages stand in either page: without its name, and the labels that follow it, they are one."""
    english, chinese = (report.render(samples.FULL, spoken=spoken) for spoken in language.LANGUAGES)
    label = re.compile(r'(<html lang|aria-label|placeholder)="[^"]*"|>[^<]*</title>')
    assert label.sub("", english) == label.sub("", chinese)


@pytest.mark.parametrize("name", ["full", "untouched"])
def test_page_with_both_languages_is_small(name: str) -> None:
    """A page of a real run stays under 1.5 MB with both languages in it."""
    assert len(report.render(recorded(name)).encode()) < MOST_BYTES


class Prose(Chinese):
    """What is read and was not quoted from a machine: no code, no preformatted text."""

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self.open):
            super().handle_data(data)


def escaped(text: str) -> set[str]:
    """Return what of a page nobody has translated: English words outside of the brackets and of what was quoted."""
    text = re.sub(r"<span lang=\"en\">.*?</span>", "", text, flags=re.DOTALL)
    left = "|".join(Prose(text).words)
    while (fewer := re.sub(r"⟦[^⟦⟧]*⟧", " ", left)) != left:
        left = fewer
    return set(re.findall(r"\b[A-Za-z][a-z]+ [a-z]{2,}\b", left))


def test_what_escapes_is_found() -> None:
    """A sentence that stands in a page without its catalogue is seen, and code, ids and translations are not."""
    told = (
        '<p>⟦译 {x}⟧ plain words</p><code>rm it now</code><b>docker.file</b><span class="en" lang="en">in both</span>'
    )
    assert escaped(told) == {"plain words"}


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("name", ["untouched", "broken-init-scheduler-gone"])
def test_nothing_escapes_on_the_report(name: str) -> None:
    """On the report of a real run nothing that people read has passed by the catalogues, whatever became of it."""
    # What a machine printed stands behind a text of ours as it is: `docker: not found`.
    assert escaped(report.render(recorded(name), spoken="zh")) - {"not found"} == set()


@pytest.mark.usefixtures("pseudo")
def test_nothing_escapes_on_the_page_of_a_class() -> None:
    """Nor on the page of a class."""
    students = [classes.student(number) for number in range(1, 4)]
    book = classes.book(students, [classes.recorded(name) for name in ("full", "untouched", "broken-base-swap-tab")])
    assert escaped(page.render(book, "zh")) == set()


def small() -> Book:
    """Return a class of three, of whom one has done nothing and one has made a mistake."""
    students = [classes.student(number, questions=["why so fast?"]) for number in range(1, 4)]
    return classes.book(students, [classes.recorded(name) for name in ("full", "untouched", "broken-base-swap-tab")])


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(("place", "name"), [(0, "full"), (1, "untouched")])
def test_nothing_escapes_on_the_instructors_report(place: int, name: str) -> None:
    """Nor on the instructor's report of a student."""
    asked = instructor_report.questions(RECORDINGS / name)
    with language.spoken("zh"):
        told = instructor_report.render(small().students[place], recorded(name), asked)
    # What a machine printed, behind a text of ours.
    assert escaped(told) - {"not found"} == set()


@pytest.mark.usefixtures("pseudo")
def test_nothing_escapes_on_the_page_of_what_if() -> None:
    """Nor on the page that says what other weights would change."""
    students = [classes.student(number) for number in range(1, 4)]
    other = classes.book(students, [classes.recorded(name) for name in ("full", "full", "untouched")])
    with language.spoken("zh"):
        told = what_if_page.render(compare(small(), other), "")
    assert escaped(told) == set()


@pytest.mark.parametrize("made", ["class", "instructor", "what-if"])
def test_every_page_of_a_class_speaks_both_languages(made: str) -> None:
    """A page of a class is the same in either language but for its name and the labels that follow it."""
    book = small()
    asked = instructor_report.questions(RECORDINGS / "untouched")
    render = {
        "class": lambda: page.render(book, language.current()),
        "instructor": lambda: instructor_report.render(book.students[1], recorded("untouched"), asked),
        "what-if": lambda: what_if_page.render(compare(book, book), ""),
    }[made]
    texts = []
    for name in language.LANGUAGES:
        with language.spoken(name):
            texts.append(render())
    label = re.compile(r'(<html lang|aria-label|title|data-title-\w+)="[^"]*"|>[^<]*</(title|option)>')
    assert texts[0] != texts[1]
    assert label.sub("", texts[0]) == label.sub("", texts[1])


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("made", [proofs.whole, proofs.broken])
def test_nothing_escapes_on_the_page_of_the_proof(made: Callable[[], Proof]) -> None:
    """Nor on the proof of the grader, with the mistakes' own texts, and with what is wrong where it is none."""
    # What the machines and the commands of a mistake printed.
    printed = {"such file", "connection refused", "Permission denied"}
    assert escaped(matrix.page(made(), "zh")) - printed == set()


def test_catalogue_is_found_in_templates() -> None:
    """Babel finds what a template says, with its plural and its attributes."""
    found = catalogues.engine_texts()
    for text in ("What to fix first", "{count} thing to put right:", "This page", "any criterion"):
        assert any(name.startswith("reports/") for name in found[text]), text
