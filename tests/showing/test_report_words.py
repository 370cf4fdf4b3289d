"""What a report says: the score first, what to put right and why, and the evidence once."""

from dataclasses import replace
from pathlib import Path

from labproof.showing import report
from tests.golden import samples
from tests.showing.pages import Page, page


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
    for words in ("exit 1", "HTTP 503", "no answer: none came in time", "4096 more bytes were not kept"):
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


def test_paper_names_the_fix(every: Page) -> None:
    """Where paper has no links, a criterion that is lost names the fix above, and a blocked one what it waits for."""
    assert "see fix 1" in every.text
    assert "after fix 1" in every.text


def test_what_was_not_performed_carries_no_tick(every: Page, tmp_path: Path) -> None:
    """A When that nobody carried out has a mark of its own, without the green of what has passed."""
    text = report.write(samples.EVERY_OUTCOME, tmp_path).read_text(encoding="utf-8")
    assert '<span class="badge not-performed"><span aria-hidden="true">○</span>' in text
    assert '<span class="badge nothing-to-do"><span aria-hidden="true">○</span>' in text
    assert "○ not performed" in every.text
    assert "○ nothing to do" in every.text
