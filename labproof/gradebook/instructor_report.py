"""What an instructor reads of one student: the same result as the student's report, with all of its evidence."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from labproof.gradebook.book import Graded
from labproof.gradebook.exchanges import anchor, folded, status
from labproof.ground import language
from labproof.ground.errors import ConfigError
from labproof.records import evidence
from labproof.records.model import Exchange, RunRecord
from labproof.showing.provenance import notes, warning
from labproof.showing.report import _environment as environment
from labproof.showing.scripts import script

SLOWEST = 10
"""Questions that took longest, which are told one by one."""
LINKS = 12
"""Questions that a criterion links to."""


@dataclass(frozen=True)
class Questions:
    """What a run asked, as far as its evidence can be read; `problem` says why there is none."""

    all: Sequence[Exchange] = ()
    problem: str = ""

    @property
    def seconds(self) -> float:
        """Return how long all answers took together."""
        return sum(e.seconds for e in self.all)

    @property
    def by_machine(self) -> list[tuple[str, int, float]]:
        """Return each machine with how many questions it was asked, and how long it took."""
        counts = Counter(e.machine for e in self.all)
        seconds: defaultdict[str, float] = defaultdict(float)
        for e in self.all:
            seconds[e.machine] += e.seconds
        return [(name, count, seconds[name]) for name, count in sorted(counts.items())[:20]]

    @property
    def slowest(self) -> list[Exchange]:
        """Return the questions that took longest."""
        return sorted(self.all, key=lambda e: -e.seconds)[:SLOWEST]


def questions(folder: Path) -> Questions:
    """Return what a run asked, from the evidence in its folder."""
    try:
        return Questions(evidence.read(folder / "evidence.jsonl"))
    except ConfigError as problem:
        return Questions(problem=str(problem))


def render(graded: Graded, run: RunRecord, asked: Questions, alike: tuple[str, ...] = ()) -> str:
    """Return the page: the same one for the same result, always. `alike` is what other labs share with this one."""
    asked_by: defaultdict[int, list[str]] = defaultdict(list)
    links: dict[str, list[int]] = {}
    for criterion in run.criteria:
        # What is known from another run has its evidence there.
        links[criterion.id] = [] if criterion.as_of else sorted({e.number for e in criterion.evidence})
        for number in links[criterion.id]:
            asked_by[number].append(criterion.id)
    told = folded(asked.all, asked_by)
    return (
        environment()
        .get_template("instructor.html.j2")
        .render(
            spoken=language.current(),
            script=script("language", "times"),
            graded=graded,
            student=graded.student,
            run=run,
            notes=notes(run),
            warning=warning(run),
            decided=graded.decided,
            alike=alike,
            asked=asked,
            told=told,
            links={id_: _links([n for n in numbers if n in told.numbers]) for id_, numbers in links.items()},
            anchor=anchor,
            status=status,
        )
    )


def _links(numbers: Sequence[int]) -> Markup:
    """Return links to the questions that a criterion rests on; made here, as a page has hundreds of them."""
    links = [f' <a href="#{escape(anchor(number))}">#{escape(number)}</a>' for number in numbers[:LINKS]]
    return Markup("".join(links) + ("…" if len(numbers) > LINKS else ""))
