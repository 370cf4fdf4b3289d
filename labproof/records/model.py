"""What a run is made of: outcomes, records of what happened, and the score they add up to.

Everything here is plain data. Nothing here judges, reads a machine or knows a course.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction


class Outcome(StrEnum):
    """What became of one criterion; the members stand in the order best to worst."""

    PASSED = "passed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    UNDETERMINED = "undetermined"
    FAILED = "failed"

    @classmethod
    def worst(cls, outcomes: Iterable["Outcome"]) -> "Outcome":
        """Return the worst outcome; nothing at all counts as skipped."""
        order = list(cls)
        return max(outcomes, key=order.index, default=cls.SKIPPED)


class Mode(StrEnum):
    """What a run did: work and judge, only judge, judge a recording again, show one, or set machines back."""

    PERFORM = "perform"
    VERIFY = "verify"
    REGRADE = "regrade"
    DEMO = "demo"
    RESET = "reset"

    @property
    def is_on_machines(self) -> bool:
        """Tell whether such a run had to do with machines, and not with a recording of some."""
        return self not in (Mode.REGRADE, Mode.DEMO)


class StepOutcome(StrEnum):
    """What became of one sentence: a Then has the outcome of its criterion, a When may have been left out."""

    PASSED = "passed"
    NOT_PERFORMED = "not performed"
    NOTHING_TO_DO = "nothing to do"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    UNDETERMINED = "undetermined"
    FAILED = "failed"


class Authorship(StrEnum):
    """Who brought a criterion about."""

    FOUND = "found"
    RUNNER = "runner"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Exchange:
    """One question put to the lab, or one command run there, and what came back.

    `kind` is command, api, page or browser. `status` is an exit status or an HTTP status, None when no answer came.
    `problem` names the transport error then (a class of labproof.ground.errors). `output` and `error` are bounded;
    `dropped` counts the bytes that are not kept and `digest` is the SHA-256 of the whole output.
    """

    number: int
    machine: str
    kind: str
    request: str
    purpose: str
    started: str
    seconds: float
    status: int | None
    output: str = ""
    error: str = ""
    problem: str = ""
    dropped: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Slip:
    """A known mistake that the evidence shows, and what to do about it."""

    id: str
    says: str
    try_this: str
    seen: str


@dataclass(frozen=True)
class CriterionRecord:
    """What became of one criterion, with everything that explains it."""

    id: str
    text: str
    points: Fraction
    outcome: Outcome = Outcome.UNDETERMINED
    authorship: Authorship = Authorship.NOBODY
    expected: str = ""
    found: str = "it was not looked at"
    where: str = ""
    blocked_by: str = ""
    reason: str = ""
    why: str = ""
    hints: tuple[str, ...] = ()
    try_this: str = ""
    slips: tuple[Slip, ...] = ()
    started: str = ""
    waited: float = 0.0
    looks: int = 0
    as_of: str = ""
    evidence: tuple[Exchange, ...] = ()

    @property
    def earned(self) -> Fraction:
        """Return the points that count: all of them when it passed, otherwise none."""
        return self.points if self.outcome is Outcome.PASSED else Fraction(0)


@dataclass(frozen=True)
class StepRecord:
    """One sentence of a scenario as it was carried out.

    `outcome` of a Then is that of its criterion. `note` says why a step did not do its part.
    """

    keyword: str
    text: str
    outcome: StepOutcome
    seconds: float = 0.0
    note: str = ""
    evidence: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class ScenarioRecord:
    """One scenario: its sentences in order, and the criteria that its Then sentences are."""

    name: str
    use: str
    started: str = ""
    seconds: float = 0.0
    steps: tuple[StepRecord, ...] = ()
    criteria: tuple[CriterionRecord, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome of its criteria."""
        return Outcome.worst(c.outcome for c in self.criteria)

    def known_from(self, run: str) -> "ScenarioRecord":
        """Return the scenario as another run takes it over: each criterion names the run that looked at it."""
        criteria = tuple(replace(c, as_of=c.as_of or (run if c.looks else "")) for c in self.criteria)
        return replace(self, criteria=criteria)


@dataclass(frozen=True)
class SectionRecord:
    """One section of the handout with the scenarios that grade it."""

    id: str
    title: dict[str, str]
    handout: str
    scenarios: tuple[ScenarioRecord, ...] = ()

    @property
    def criteria(self) -> tuple[CriterionRecord, ...]:
        """Return all criteria of the section in order."""
        return tuple(c for s in self.scenarios for c in s.criteria)


@dataclass(frozen=True)
class Score:
    """Points by what became of them; the five parts add up to `possible` plus `skipped`."""

    earned: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    blocked: Fraction = Fraction(0)
    undetermined: Fraction = Fraction(0)
    skipped: Fraction = Fraction(0)

    @property
    def possible(self) -> Fraction:
        """Return the points that could be had in this lab."""
        return self.earned + self.lost + self.blocked + self.undetermined

    @property
    def is_full(self) -> bool:
        """Tell whether there were points to be had and all of them were earned."""
        return self.possible > 0 and self.earned == self.possible

    def __str__(self) -> str:
        missed = [f"{number(self.lost)} lost"] if self.lost else []
        missed += [f"{number(self.blocked)} blocked"] if self.blocked else []
        missed += [f"{number(self.undetermined)} undetermined"] if self.undetermined else []
        earned, possible = number(self.earned), number(self.possible)
        return f"{earned} earned, {', '.join(missed)} of {possible}" if missed else f"{earned} earned of {possible}"


_PART = {
    Outcome.PASSED: "earned",
    Outcome.FAILED: "lost",
    Outcome.BLOCKED: "blocked",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.SKIPPED: "skipped",
}


def score(criteria: Iterable[CriterionRecord]) -> Score:
    """Add up the points of the criteria by their outcome."""
    # Whole numbers, by their denominator: adding fractions one by one took a fortieth of judging a hand-in.
    counted: Counter[tuple[str, int]] = Counter()
    for criterion in criteria:
        counted[_PART[criterion.outcome], criterion.points.denominator] += criterion.points.numerator
    points = dict.fromkeys(_PART.values(), Fraction())
    for (part, denominator), numerator in counted.items():
        points[part] += Fraction(numerator, denominator)
    return Score(**points)


def number(points: Fraction) -> str:
    """Write points as people do: no needless zeros, at most two places."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


RUNNING = "running"
"""How a run has ended that has not."""
FINISHED = "finished"
"""How a run has ended that came to its end."""
INTERRUPTED = "interrupted"
BROKEN = "broken"
"""How a run has ended in which our own code has failed, wherever that was."""


@dataclass(frozen=True)
class LabDescription:
    """What the lab was: shown in the header of a report, so that nobody has to guess.

    `identity` tells the lab from another one on the computer that grades; `cluster` and the machines' ids tell
    it from those of other students.
    """

    profile: str
    provider: str
    box: str = ""
    identity: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    machines: dict[str, dict[str, str]] = field(default_factory=dict)
    cluster: dict[str, str] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandIn:
    """How evidence came to whoever judges it that was made on a student's own computer.

    `file` is the name under which it came. `doubt` says why it is not bound to `student` by the secret that the
    assignment gave them, and is empty where it is; `lateness` says how late it came, in words.
    """

    file: str
    student: str
    assignment: str = ""
    doubt: str = ""
    lateness: str = ""


@dataclass(frozen=True)
class Source:
    """The run that another one was made from, without any machine.

    `mode`, `started` and `finished` are those of the run on the machines, however often it was regraded since.
    `evidence_problem` says what is wrong with the evidence; it is empty where that is whole. `hand_in` is there where a
    student has made it.
    """

    run: str
    mode: Mode
    evidence_head: str
    rubric: str
    started: str
    finished: str
    evidence_problem: str = ""
    hand_in: HandIn | None = None


@dataclass(frozen=True)
class Weights:
    """An instructor's own weights: the name of their file, and what the criteria of the run add up to."""

    file: str
    total: Fraction


@dataclass(frozen=True)
class Attempt:
    """An earlier grading of the same machines that came about: its run, when it began, and what it gave."""

    run: str
    mode: Mode
    started: str
    earned: Fraction
    possible: Fraction


@dataclass(frozen=True)
class History:
    """What the same machines had come to before a run.

    `count` is how many attempts there were, `recent` are the last of them, the newest first, and `best` is the one
    that earned most, the newest of several. `was` says what became of a criterion in the newest, where that differs.
    """

    count: int
    best: Attempt
    recent: tuple[Attempt, ...]
    was: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BrowserUse:
    """Whether a real browser was there for a run that asked for one, and which; or why there was none."""

    is_used: bool
    says: str


@dataclass(frozen=True)
class Screenshot:
    """A page as a browser showed it: it shows something and is never judged.

    `file` lies in the run's folder and has that SHA-256, which stands in the evidence, too, as entry `entry`.
    `problem` says what was not as expected, or why there is no picture. `state` is what the API said just then.
    """

    section: str
    what: str
    url: str
    taken: str
    file: str = ""
    sha256: str = ""
    entry: int = 0
    title: str = ""
    problem: str = ""
    state: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunRecord:
    """A whole run: what was asked for, what the lab was, and what became of every criterion.

    `source` is the recording that was judged, `weights` are there when they are not the course's own, and
    `milestone` is what machines were set back to. `student` is how a class names whose machines they are, `history` is
    there when the same machines were graded before, and `browser` when a real one was asked for.
    """

    run: str
    mode: Mode
    started: str
    lab: LabDescription
    rubric: str
    sections: tuple[SectionRecord, ...] = ()
    finished: str = ""
    ended: str = RUNNING
    based_on: str = ""
    evidence_head: str = ""
    source: Source | None = None
    weights: Weights | None = None
    milestone: str = ""
    student: str = ""
    history: History | None = None
    browser: BrowserUse | None = None
    screenshots: tuple[Screenshot, ...] = ()

    @property
    def graded_by(self) -> Mode:
        """Return how the machines were graded, also when that was recorded and judged again since."""
        return self.source.mode if self.source else self.mode

    @property
    def criteria(self) -> Iterator[CriterionRecord]:
        """Yield every criterion of the run in order."""
        return (c for section in self.sections for c in section.criteria)

    @property
    def score(self) -> Score:
        """Return the score of the run."""
        return score(self.criteria)
