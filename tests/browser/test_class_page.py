"""The pages of a class in a real browser: sorted, filtered, gone through by keyboard, and whole without a script."""

from pathlib import Path

import pytest

from labproof.gradebook import instructor_report, what_if_page
from labproof.gradebook import page as class_page
from labproof.gradebook.comparison import compare
from tests.browser.axe import violations_in_every_language
from tests.browser.conftest import Open, Opened
from tests.gradebook import classes


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    books = {"large": classes.large(60), "small": classes.small(), "tiny": classes.tiny()}
    folder = tmp_path_factory.mktemp("classes")
    for name, book in books.items():
        (folder / f"{name}.html").write_text(class_page.render(book), encoding="utf-8")
    for name, text in {"instructor": instructors(), "what-if": what_if()}.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in NAMES}


def instructors() -> str:
    """Return the instructor's report of a student who has made one mistake."""
    run = "broken-base-swap-tab"
    (graded,) = classes.book([classes.student(1, questions=["why so fast?"])], [classes.recorded(run)]).students
    return instructor_report.render(
        graded, classes.recorded(run), instructor_report.questions(classes.RECORDINGS / run)
    )


def what_if() -> str:
    """Return the page of a class in which one goes up and one is not judged."""
    students = [classes.student(number) for number in range(1, 4)]
    full, broken = classes.recorded("full"), classes.recorded("broken-base-swap-tab")
    before, after = classes.book(students, [full, broken, full]), classes.book(students, [full, full, "late"])
    return what_if_page.render(compare(before, after), "weights.toml")


NAMES = ("large", "small", "tiny", "instructor", "what-if")
FIRST = "#matrix tbody tr:not([hidden])"


@pytest.fixture
def large(open_page: Open, files: dict[str, Path]) -> Opened:
    return open_page(files["large"])


def points(opened: Opened) -> list[float]:
    """Return the students' shares in the order of the rows."""
    return [
        float(v) for v in opened.page.locator(FIRST).evaluate_all("(rows) => rows.map((r) => r.cells[1].dataset.value)")
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_and_loads_nothing(open_page: Open, files: dict[str, Path], name: str, width: int) -> None:
    """The page itself is as wide as its window; no script fails, and nothing but the file itself is asked for."""
    opened = open_page(files[name], width)
    assert (opened.overflows(), opened.errors, opened.requests) == (False, [], [files[name].as_uri()])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, files: dict[str, Path], name: str, scheme: str) -> None:
    """axe-core finds no violation, by day or by night, in one language or the other."""
    opened = open_page(files[name], color_scheme=scheme, bypass_csp=True)
    assert violations_in_every_language(opened.page) == []


@pytest.mark.parametrize("name", NAMES)
def test_language_is_changed_and_kept(open_page: Open, files: dict[str, Path], name: str) -> None:
    """One button changes the language of the whole page, and the window keeps it when the page is drawn again."""
    opened = open_page(files[name])
    heading = opened.page.locator("h2").first
    english = heading.inner_text()
    opened.page.click("#language")
    chinese = heading.inner_text()
    assert english.isascii()
    assert not chinese.isascii()
    opened.page.reload()
    assert (heading.inner_text(), opened.page.inner_text("#language")) == (chinese, "English")
    opened.page.click("#language")
    assert (heading.inner_text(), opened.errors) == (english, [])


def test_order_is_told_in_both_languages(large: Opened) -> None:
    """The line that tells the order names the column in the language of the page."""
    large.page.locator('#matrix th[data-name="points"] button').click()
    large.page.click("#language")
    assert "分" in large.page.inner_text("#status").partition("按")[2]


def test_changes_are_sorted_and_filtered(open_page: Open, files: dict[str, Path]) -> None:
    """The page of another rubric's changes sorts as the matrix does, and leaves those whose score changes."""
    opened = open_page(files["what-if"])
    opened.page.locator("#table thead button").nth(3).click()
    assert opened.page.locator("#table thead th").nth(3).get_attribute("aria-sort") == "descending"
    assert opened.page.inner_text("#status") == "2 of 2 students shown sorted by change, most first"
    opened.page.check("#changed")
    assert opened.page.locator("#table tbody tr:not([hidden])").count() == 1


def test_column_sorts_the_students(large: Opened) -> None:
    """A click on the points puts the best first, another one the worst; the order is told to a screen reader."""
    before = points(large)
    head = large.page.locator('#matrix th[data-name="points"]')
    head.locator("button").click()
    assert points(large) == sorted(before, reverse=True) != before
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert points(large) == sorted(before)
    assert "sorted by points, least first" in large.page.inner_text("#status")


def test_search_and_filter_leave_some(large: Opened) -> None:
    """A name leaves its student, a kind those of that kind, and Show all brings everybody back in the first order."""
    everybody = large.page.locator(FIRST).count()
    # What is out of sight is not laid out, so it has no inner text yet.
    name = (large.page.locator(f"{FIRST} th").nth(3).text_content() or "").strip()
    large.page.fill("#search", name)
    assert 1 <= large.page.locator(FIRST).count() < everybody
    large.page.click("#reset")
    large.page.select_option("#kind", "full")
    left = large.page.locator(FIRST)
    assert left.evaluate_all("(rows) => rows.every((row) => row.dataset.full === '1')")
    assert large.page.inner_text("#status").startswith(f"{left.count()} of {everybody} students shown")
    large.page.click("#reset")
    assert large.page.locator(FIRST).count() == everybody


def test_section_leaves_its_columns(large: Opened) -> None:
    """A section leaves its own criteria's columns, and no row becomes shorter than the head."""
    large.page.select_option("#section", "docker")
    heads = large.page.locator("#matrix thead tr:nth-child(2) th:not([hidden])[data-section]")
    assert {heads.nth(n).get_attribute("data-section") for n in range(heads.count())} == {"docker"}
    cells = large.page.locator("#matrix tbody tr:first-child > :not([hidden])").count()
    assert cells == heads.count() + 2


def test_keyboard_goes_from_cell_to_cell(large: Opened) -> None:
    """The matrix is one stop of Tab; arrows go through it, and Enter sorts."""
    focus = "document.activeElement"
    large.page.locator('#matrix th[data-name="student"] button').focus()
    large.page.keyboard.press("ArrowRight")
    assert large.page.evaluate(f"{focus}.closest('th').dataset.name") == "points"
    large.page.keyboard.press("Enter")
    assert large.page.locator('#matrix th[data-name="points"]').get_attribute("aria-sort") == "descending"
    large.page.keyboard.press("ArrowRight")
    assert large.page.evaluate(f"{focus}.closest('th').dataset.section") is not None
    assert large.page.locator("#matrix [tabindex='0']").count() == 1


def test_keyboard_goes_down_from_the_points(large: Opened) -> None:
    """From the head of the points an arrow leads to the points of a student, and on to the next one's."""
    focus = "document.activeElement"
    large.page.locator('#matrix th[data-name="points"] button').focus()
    for row in (0, 1):
        large.page.keyboard.press("ArrowDown")
        assert large.page.evaluate(f"{focus}.closest('td').matches('.n')")
        assert (
            large.page.evaluate(f"[...document.querySelectorAll('#matrix tbody tr')].indexOf({focus}.closest('tr'))")
            == row
        )


def test_columns_stand_below_their_heads(large: Opened) -> None:
    """Each cell is as wide as its head and stands below it, a section's name spans its columns, filtered or not."""
    edges = """() => {
      const [groups, heads] = [...document.querySelectorAll('#matrix thead tr')].map((row) => [...row.cells]);
      const cells = [...document.querySelector('#matrix tbody tr').cells];
      const edge = (cell) => [cell.getBoundingClientRect().left, cell.getBoundingClientRect().right].map(Math.round);
      const shown = heads.map((head, place) => [edge(head), edge(cells[place])]).filter((_, at) => !heads[at].hidden);
      const last = groups.filter((group) => !group.hidden).at(-1);
      return [shown.filter(([a, b]) => String(a) !== String(b)).length, edge(last)[1] - shown.at(-1)[0][1]];
    }"""
    assert large.page.evaluate(edges) == [0, 0]
    large.page.select_option("#section", "docker")
    assert large.page.evaluate(edges) == [0, 0]


def test_rows_that_nobody_sees_are_not_laid_out(large: Opened) -> None:
    """Most rows of a class are out of sight, and cost nothing when they are sorted; each is still found and reached."""
    hidden = """[...document.querySelectorAll('#matrix tbody tr')].filter(
      (row) => !row.cells[1].firstElementChild.checkVisibility({contentVisibilityAuto: true})).length"""
    rows = large.page.locator("#matrix tbody tr")
    large.page.evaluate("scrollTo(0, 0)")
    large.page.wait_for_function(f"{hidden} > 20")
    rows.last.locator("a").first.focus()
    assert rows.last.locator("a").first.evaluate("(link) => link === document.activeElement")


def test_page_is_whole_without_its_script(open_page: Open, files: dict[str, Path]) -> None:
    """Without scripts every student is there, and what only a script could do is not."""
    opened = open_page(files["large"], with_script=False)
    assert opened.page.locator("#controls").is_hidden()
    assert opened.page.locator("#matrix tbody tr").count() == 60
    assert opened.page.locator("#matrix thead button").count() == 0
