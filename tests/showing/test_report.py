"""The report: one golden page, and what must be true of every page.

To write the golden page anew: LABPROOF_GOLDEN=write pytest tests/showing/test_report.py
"""

import os
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from labproof.ground.places import course_dir
from labproof.records.model import LabDescription, Mode, Outcome, RunRecord, SectionRecord, Source
from labproof.showing import report
from labproof.showing.looks import SHOWN_CHARACTERS
from tests.golden import samples

GOLDEN = Path(__file__).parents[1] / "golden" / "every-outcome.html"
RUNS = {"full": samples.FULL, "every outcome": samples.EVERY_OUTCOME, "hostile": samples.HOSTILE}
VOID = {"meta", "br", "hr", "img", "link", "input", "wbr"}


class Page(HTMLParser):
    """What a browser would find in a page: tags, attributes, text; and whether the tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append("zh" if dict(attrs).get("class") == "zh" else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() in (tag, "zh")

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "zh"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


def page(run: RunRecord, folder: Path) -> Page:
    return Page(report.write(run, folder).read_text(encoding="utf-8"))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=list(RUNS))
def any_page(request: pytest.FixtureRequest, tmp_path: Path) -> Page:
    return page(RUNS[request.param], tmp_path)


@pytest.fixture
def every(tmp_path: Path) -> Page:
    return page(samples.EVERY_OUTCOME, tmp_path)


def test_golden_page(tmp_path: Path) -> None:
    """The page of a run with every outcome is, byte for byte, the one that was looked at and found good."""
    text = report.write(samples.EVERY_OUTCOME, tmp_path).read_text(encoding="utf-8")
    if os.environ.get("LABPROOF_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_tags_are_closed(any_page: Page) -> None:
    """Every element is closed where it should be."""
    assert any_page.open == []


def test_nothing_loads(any_page: Page) -> None:
    """No page has an event handler, a form or anything that a browser would fetch; a script has no source."""
    assert not {"img", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in any_page.tags}
    assert not [name for _, attrs in any_page.tags for name in attrs if name.startswith("on") or name == "src"]
    assert all(link.startswith("#") for link in any_page.values("href"))
    assert "default-src 'none'" in any_page.values("content")[0]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_only_our_own_script_may_run(run: RunRecord) -> None:
    """The policy allows one script by its hash: the page's own, which stands in it once and to the byte."""
    text = report.render(run)
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert text.count("<script") == 1
    assert re.findall(r"script-src ([^;]*);", text) == [f"'sha256-{digest}'"]


def test_script_asks_for_nothing() -> None:
    """The script reads and hides what stands in the page: it fetches, stores and writes no markup."""
    forbidden = (
        "fetch",
        "XMLHttp",
        "innerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "Storage",
        "cookie",
        "http",
    )
    assert [word for word in forbidden if word in report.script()] == []


def test_page_is_whole_without_the_script(any_page: Page) -> None:
    """What the script works with is hidden until it runs, and nothing else is."""
    assert [attrs.get("id") for _, attrs in any_page.tags if "hidden" in attrs] == ["language", "find"]


def test_page_is_found_through_by_keyboard(any_page: Page) -> None:
    """The first link skips to the score; navigation, main part and search are landmarks; nothing else takes a tab."""
    links = [attrs["href"] for tag, attrs in any_page.tags if tag == "a"]
    assert links[0] == "#score"
    assert Counter(tag for tag, _ in any_page.tags if tag in {"header", "nav", "search", "main", "footer"}) == Counter(
        ["header", "nav", "search", "main", "footer"]
    )
    assert any_page.values("tabindex") == []


def test_style_loads_nothing(tmp_path: Path) -> None:
    """The style sheet names no address."""
    text = report.write(samples.FULL, tmp_path).read_text(encoding="utf-8")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert style.strip()
    assert "url(" not in style
    assert "@import" not in style


def test_ids_are_unique_and_links_lead_somewhere(any_page: Page) -> None:
    """No two elements share an id, and every link has a place to go to."""
    ids = Counter(any_page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    assert {link[1:] for link in any_page.values("href")} <= ids.keys()


def test_headings_skip_no_level(any_page: Page) -> None:
    """A screen reader finds one h1 and no heading that is two levels below the one before."""
    levels = [int(tag[1]) for tag, _ in any_page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_table_headers_have_a_scope(any_page: Page) -> None:
    """Every table header says whether it heads a row or a column."""
    headers = [attrs for tag, attrs in any_page.tags if tag == "th"]
    assert headers
    assert all(attrs.get("scope") in {"row", "col"} for attrs in headers)


def test_invisible_characters_are_shown(any_page: Page) -> None:
    """No control character, bidi override or lone surrogate reaches the page."""
    assert not [c for c in any_page.text if not c.isprintable()]


def test_hostile_text_is_shown(tmp_path: Path) -> None:
    """What a machine wrote is read as text: markup as it stands, control bytes as escapes."""
    text = page(samples.HOSTILE, tmp_path).text
    assert "<script>alert(1)</script>\\x1b[31mred\\x1b[0m\\x00 \\u202egnp.exe\\u202c" in text
    assert "\\udcff" in text


def test_long_output_is_cut_and_says_so(tmp_path: Path) -> None:
    """Of a hundred kilobytes the beginning and the end are shown, and how much is left out."""
    path = report.write(samples.HOSTILE, tmp_path)
    left_out = len(samples.HUGE) - SHOWN_CHARACTERS
    text = Page(path.read_text(encoding="utf-8")).text
    assert f"[{left_out} characters are left out here; result.json has them]" in text
    assert "THE-END" in text
    assert path.stat().st_size < 200_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: str) -> None:
    """Every text colour has a contrast of at least 4.5 to 1 with what it stands on."""
    style = (course_dir() / "reports" / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colour = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[("light", "dark").index(scheme)]))
    pairs = [(text, ground) for text in ("ink", "soft", "link") for ground in ("page", "card", "code")]
    outcomes = ("earned", "lost", "blocked", "undetermined", "skipped")
    pairs += [(text, f"{name}-tint") for name in outcomes for text in (name, "ink", "soft")]
    assert not {pair for pair in pairs if contrast(colour[pair[0]], colour[pair[1]]) < 4.5}


def test_score_stands_first(every: Page) -> None:
    """The first section of the page is the score with its four parts, and the next one all sections."""
    sections = [attrs.get("id") for tag, attrs in every.tags if tag == "section"]
    assert sections[:4] == ["score", "sections", "fix", "unseen"]
    assert "2.5 of 12 points earned" in every.text
    for part in ("earned2.5", "lost3", "blocked2.5", "undetermined4"):
        assert part in every.text


def test_failure_teaches(every: Page) -> None:
    """A failed criterion shows expected, found, the slip, why, hints, what to try and the paragraph."""
    for words in (
        "cgroup driver systemd",
        "cgroup driver cgroupfs",
        "Known slip: daemon.json is right, docker still runs with the old one",
        "Why it matters: kubelet and docker",
        "Hint 1: the idea",
        "Hint 2: the field",
        "Try this: restart docker",
        "handout 2.4, 2.6",
        "21 looks in 10.5 s",
    ):
        assert words in every.text


def test_blocked_is_no_second_mistake(every: Page) -> None:
    """A blocked criterion links to what blocks it, shows no found, and is not among what to fix."""
    assert "#criterion-docker.daemon-agrees" in every.values("href")
    assert "Blocked by docker.daemon-agrees" in every.text
    assert "Blocked by calico" in every.text
    assert [i for i in every.values("id") if i.startswith("fix-")] == ["fix-heading", "fix-docker.daemon-agrees"]


def test_one_piece_of_advice(every: Page) -> None:
    """Where a slip says what to try, the criterion's own advice, which knows less, does not stand beside it."""
    assert every.text.count("Try this:") == 1
    assert "systemctl daemon-reload && systemctl restart docker" not in every.text.partition("What we could not")[0]


def test_first_fix_stands_with_the_score(every: Page) -> None:
    """Before any table the page says how much is to put right and links to what comes first, with what it brings."""
    start = every.text.partition("SectionsPoints")[0]
    assert "1 thing to put right: 3 points lost, and 2.5 points that cannot be judged before that." in start
    assert "First: the running daemon uses the systemd driver (3 points; 2 more wait for it)" in start


def test_commands_are_code(tmp_path: Path) -> None:
    """What stands in backticks in the course's own texts is code, and markup in it stays text."""
    section = samples.EVERY_OUTCOME.sections[0]
    [scenario] = section.scenarios
    failed = replace(scenario.criteria[1], why="Run `cat <x>` now.", slips=(), try_this="a ` b", found="`id`")
    run = replace(samples.FULL, sections=(replace(section, scenarios=(replace(scenario, criteria=(failed,)),)),))
    text = report.render(run)
    assert "Run <code>cat &lt;x&gt;</code> now." in text
    assert "a ` b" in text
    assert "<dd>`id`</dd>" in text


def test_evidence_is_shown_once(every: Page) -> None:
    """A reading that proves two criteria is shown in full once and linked from the other."""
    assert every.values("id").count("exchange-7") == 1
    assert every.values("href").count("#exchange-7") == 1
    assert every.text.count(samples.READING.digest) == 1


def test_evidence_tells_how_it_ended(every: Page) -> None:
    """Exit status, HTTP status, a missing answer and dropped bytes are all told apart."""
    for words in ("exit 1", "HTTP 503", "no answer: DeadlineExceeded", "4096 more bytes were not kept"):
        assert words in every.text


def test_full_score_has_nothing_to_fix(tmp_path: Path) -> None:
    """A full score says so, lists eight sections and asks for nothing."""
    full = page(samples.FULL, tmp_path)
    assert "100 of 100 points earned" in full.text
    assert "Full score" in full.text
    assert "fix" not in full.values("id")
    assert sum(i.startswith("section-") for i in full.values("id")) == 8


def test_lab_is_described(every: Page) -> None:
    """The page says on which lab it was run, what was a stand-in and what simulated."""
    assert "4 parts are stand-ins, not the originals: see the last part, what the lab was" in every.text
    assert "originals' names cluster DNS Calico Dashboard Kuboard" in every.text
    for words in ("rehearsal lab on lxc", "20.10.24", "192.168.200.20", "swap: a line in /etc/fstab", "sha256:77aa"):
        assert words in every.text


@pytest.mark.parametrize("sections", [(), (replace(samples.FULL.sections[0], scenarios=()),)])
@pytest.mark.parametrize(("ended", "words"), [("running", "has not ended yet"), ("interrupted", "(interrupted)")])
def test_unfinished_run_has_a_page(tmp_path: Path, sections: tuple[SectionRecord, ...], ended: str, words: str) -> None:
    """A run that was stopped before anything was judged still has a valid page that says so."""
    run = replace(samples.FULL, sections=sections, ended=ended, finished="", lab=LabDescription("real", "libvirt"))
    shown = page(run, tmp_path)
    assert shown.open == []
    assert words in shown.text


def test_failing_page_leaves_the_old_one(tmp_path: Path) -> None:
    """A page that cannot be written leaves the one before as it was, and no draft behind."""
    before = report.write(samples.FULL, tmp_path).read_bytes()
    broken = replace(samples.FULL, sections=(object(),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        report.write(broken, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_bytes() == before


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


def test_regrade_shows_its_source(tmp_path: Path) -> None:
    """The header of a regrade names its source and day, and broken evidence stands before the score."""
    source = Source("first", Mode.VERIFY, "", "", "2026-03-01T10:00:00+00:00", "", "entry <3> was changed")
    shown = page(replace(samples.FULL, mode=Mode.REGRADE, source=source), tmp_path).text
    assert "This run: regraded from first, graded 2026-03-01 10:00:00 UTC" in shown
    assert 0 < shown.index("proves nothing: entry <3> was changed") < shown.index("points earned")


def test_timeline_stands_in_the_page(every: Page) -> None:
    """What took how long is drawn for each section, and stands as a table for whoever does not see it."""
    assert "time" in every.values("id")
    drawn = [attrs for tag, attrs in every.tags if tag == "svg" and attrs.get("class") == "strip"]
    assert drawn
    assert all(attrs.get("aria-hidden") == "true" for attrs in drawn if "aria-hidden" in attrs)
    assert "work: I restart docker on master" in every.text
    assert "The daemon uses the systemd driver0 s1 min 15 s1.9 s" in every.text


def test_history_stands_in_the_page(every: Page) -> None:
    """What turned since the attempt before is said with the score, and each criterion and attempt further down."""
    start, _, rest = every.text.partition("Points by section")
    assert "Since the attempt before (3 of 12 points): 1 turned green, 1 red" in start
    assert "3 attempts on these machines. Best: 6.5 of 12 points." in rest
    for words in (
        "Turned green: 1 docker is running on master",
        "Turned red: 1 the running",
        "Not seen this time: 1 both",
    ):
        assert words in rest
    assert "2.5 of 12 2 2026-02-28 09:00:00 UTCverify 3 of 12" in rest


def test_first_run_has_no_history_in_its_page(tmp_path: Path) -> None:
    """Where nothing was graded before, the page does not speak of it."""
    first = page(samples.FULL, tmp_path)
    assert "history" not in first.values("id")
    assert "attempt" not in first.text


def test_every_printed_page_says_whose_it_is(tmp_path: Path) -> None:
    """The foot of each page on paper has student, run and score, and its number; without a student there is a line."""
    text = report.render(samples.EVERY_OUTCOME)
    assert 'content: "Labproof · s001 · 2026-03-01T10-00-00 · 2.5/12"' in text
    assert 'content: counter(page) " / " counter(pages)' in text
    assert "____" not in text
    assert "____" in report.render(samples.FULL)


def test_hostile_foot_stays_in_its_string() -> None:
    """Whatever a student is called, it ends no string of the style sheet and begins no rule."""
    text = report.render(replace(samples.FULL, student='学生 1"; } * { display: none } </style> \\\n'))
    [foot] = re.findall(r'@bottom-left \{ content: "([^\n]*)"; \}', text)
    assert foot.startswith("Labproof · 学生 1 ")
    assert not set('"\\{};<>') & set(foot)


def test_paper_names_the_fix(every: Page) -> None:
    """Where paper has no links, a criterion that is lost names the fix above, and a blocked one what it waits for."""
    assert "see fix 1" in every.text
    assert "after fix 1" in every.text


def test_times_are_marked_for_the_reader(every: Page) -> None:
    """Every time is told in UTC and marked, so that the script can add the reader's; what is no time is not."""
    times = every.values("datetime")
    assert {"2026-03-01T10:00:00+00:00", "2026-03-01T10:02:30+00:00", samples.SECOND.started} <= set(times)
    hostile = Page(report.render(samples.HOSTILE)).values("datetime")
    assert all(re.fullmatch(r"2026-[\d:T+-]+", stamp) for stamp in hostile)


def test_page_of_a_run_is_always_the_same(tmp_path: Path) -> None:
    """Rendering a run again gives the very bytes that were written."""
    written = report.write(samples.HOSTILE, tmp_path).read_bytes()
    assert written == report.render(samples.HOSTILE).encode()


def test_what_was_not_performed_carries_no_tick(every: Page, tmp_path: Path) -> None:
    """A When that nobody carried out has a mark of its own, without the green of what has passed."""
    text = report.write(samples.EVERY_OUTCOME, tmp_path).read_text(encoding="utf-8")
    assert '<span class="badge not-performed"><span aria-hidden="true">○</span>' in text
    assert '<span class="badge nothing-to-do"><span aria-hidden="true">○</span>' in text
    assert "○ not performed" in every.text
    assert "○ nothing to do" in every.text


def test_broken_run_says_whose_fault_it_is(tmp_path: Path) -> None:
    """A run in which our own code failed says so above its score."""
    text = page(replace(samples.EVERY_OUTCOME, ended="broken"), tmp_path).text
    assert "Labproof itself failed in this run" in text
