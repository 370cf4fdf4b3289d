"""The class as one HTML file that an instructor can sort, filter, print and keep, with no network."""

from urllib.parse import quote

from markupsafe import Markup, escape

from labproof.gradebook.book import Book, Graded, Item, Mark
from labproof.gradebook.distribution import distribution
from labproof.gradebook.item_analysis import FEW, SOME, ItemAnalysis, analyse
from labproof.gradebook.lessons import FEWEST, WEAKEST, lessons, together
from labproof.gradebook.said import tries, unheard, words
from labproof.gradebook.shared_identity import shared
from labproof.gradebook.student_reports import INSTRUCTOR, folder_of
from labproof.ground import language
from labproof.records.model import Outcome
from labproof.showing.both import tip
from labproof.showing.labels import SIGNS
from labproof.showing.report import _environment as environment
from labproof.showing.scripts import script

HARDEST = 15
"""How many of the hardest criteria, and of the lessons, are told one by one."""

# In the order of its legend; what only a sentence can come to is none of a criterion.
_SIGNS = {Outcome(name): sign for name, sign in SIGNS.items() if name in tuple(Outcome)}
_LONGEST = 80
"""Characters of what was found that a cell tells."""
_LETTERS = {outcome: outcome[0] for outcome in Outcome}
"""The class of a cell, a letter each: there are tens of thousands of them."""


def render(book: Book, spoken: str = language.ENGLISH) -> str:
    """Return the page of a class, made in a language: the same one for the same results, always."""
    with language.spoken(spoken):
        return _rendered(book)


def _rendered(book: Book) -> str:
    analysis, said = analyse(book), words(book)
    return (
        environment()
        .get_template("class.html.j2")
        .render(
            book=book,
            spoken=language.current(),
            script=script("language", "sorting", "class"),
            spread=distribution([g.share for g in book.final]),
            withheld=[g for g in book.students if not g.is_final],
            asked=[(g, g.student.questions) for g in book.students if g.student.questions],
            shared=shared(book),
            words=said,
            tries=tries(book),
            unheard=unheard(book, said),
            sections=list(book.sections),
            cells=_cells,
            signs=_SIGNS,
            letters=_LETTERS,
            analysis=analysis,
            hardest=hardest(analysis),
            lessons=lessons(book)[:HARDEST],
            pairs=together(book),
            limits={"few": FEW, "some": SOME, "fewest": FEWEST, "weakest": WEAKEST},
            anchors={item.id: f"item-{place}" for place, item in enumerate(book.items, 1)},
            rows={id(g): f"student-{place}" for place, g in enumerate(book.students, 1)},
            row=id,
            report=report_link,
        )
    )


def hardest(analysis: tuple[ItemAnalysis, ...]) -> list[ItemAnalysis]:
    """Return the criteria that those who reached them failed most often, the hardest first."""
    failed = [a for a in analysis if a.failed]
    return sorted(failed, key=lambda a: (a.passed / a.reached, -a.failed))[:HARDEST]


def report_link(graded: Graded) -> str:
    """Return the address of the instructor's report of a student from the page on, empty where there is none.

    It begins with ./ because a folder's name may look like a scheme.
    """
    return f"./{quote(folder_of(graded.student))}/{INSTRUCTOR}" if graded.marks else ""


def _cells(graded: Graded, items: tuple[Item, ...]) -> Markup:
    """Return the cells of a student for these criteria; made here, because a template takes ten times as long."""
    link = report_link(graded)
    return Markup("\n").join(_cell(graded.marks.get(item.id), item, link) for item in items)


def _cell(mark: Mark | None, item: Item, link: str) -> Markup:
    if mark is None:
        return Markup("<td></td>")
    target = f"{link}#criterion-{quote(item.id.encode('utf-8', 'backslashreplace'), safe='@')}"
    letter, sign = _LETTERS[mark.outcome], _SIGNS[mark.outcome]
    title = _title(mark, item)
    # The instructor's word stands beside what the evidence gave, never in its place.
    word = " data-word" if mark.ruling else ""
    # Markup.format takes ten times as long: what is put in here is escaped, or a text of ours.
    return Markup(f'<td class="{letter}"{word}><a href="{escape(target)}" {title}>{sign}</a></td>')


def _title(mark: Mark, item: Item) -> Markup:
    """Return the attribute that tells why a cell is what it is; nothing for a pass."""
    if mark.ruling:
        return tip(str(mark.ruling))
    if mark.outcome is Outcome.PASSED:
        return Markup("")
    told = f"blocked by {mark.blocked_by}" if mark.outcome is Outcome.BLOCKED else mark.found
    return tip(told, f"{item.id}: ", _LONGEST)
