"""One session with a lab: from the choice of machines to the report on disk."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from labproof.connection import chromium, foresight
from labproof.connection.base import Connection
from labproof.connection.endpoint import Endpoint
from labproof.connection.foresight import Foresight
from labproof.connection.replay import Replay
from labproof.grading import syllabus, unjudged
from labproof.grading.judging import Judge
from labproof.grading.recording import PERFORM, Recording
from labproof.grading.surroundings import Surroundings
from labproof.grading.syllabus import Sentence, Syllabus
from labproof.ground.errors import LabError, NoBrowser, TransportError
from labproof.ground.places import Progress
from labproof.ground.wait import Clock, Deadline
from labproof.lab import identity
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Phase
from labproof.providers.base import Provider
from labproof.records import pictures
from labproof.records.evidence import EvidenceLog, now
from labproof.records.model import (
    BrowserUse,
    LabDescription,
    Mode,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
    Weights,
)
from labproof.records.store import RunFolder, create
from labproof.session import course_check, merging, outlook, questions
from labproof.session.album import Album
from labproof.session.connecting import Reached
from labproof.session.options import Options
from labproof.session.outlook import Outlook
from labproof.session.recorded_run import RecordedRun, open_recorded

SAVE_EVERY_SECONDS = 2.0


@dataclass
class CourseCluster:
    """What a course tells of the cluster that its machines form, when it has one: it fills this in once opened."""

    identify: Callable[[], dict[str, str]] = dict
    """Return what tells this cluster from another student's; raises TransportError where it cannot be seen."""

    is_lost: Callable[[], bool] = lambda: False
    """Tell whether its API answered once in this run: then a refusal means that it was lost."""


@dataclass
class Session:
    """Everything that steps and hooks need of one lab and one run."""

    options: Options
    plan: Syllabus
    profile: str
    folder: RunFolder
    outlook: Outlook
    browser: Browser
    judge: Judge
    recording: Recording
    cluster: CourseCluster = field(default_factory=CourseCluster)
    begun: object = None
    """What the course has begun before the session was open."""

    album: Album | None = None
    """Where screenshots go, when a real browser is there to take them."""

    provider: Provider | None = None
    foresight: Foresight | None = None
    unreached: dict[str, str] = field(default_factory=dict)
    """Why machines could not be reached that are graded, by their names."""

    recorded: RecordedRun | None = None
    """The run that is judged anew, where no machine is looked at."""

    _saved: Deadline | None = None

    @property
    def log(self) -> EvidenceLog:
        """Return what the machines' answers are written to."""
        return self.outlook.log

    @property
    def connection(self) -> Connection:
        """Return what asks the machines, and writes down what they answer."""
        return self.outlook.connection

    @property
    def phase(self) -> Phase:
        """Return why the lab is asked at the moment."""
        return self.outlook.phase

    @property
    def lab(self) -> Lab:
        """Return the machines."""
        return self.outlook.lab

    def begin_sentence(self, sentence: Sentence) -> None:
        """Say which sentence is carried out next."""
        if self.foresight is not None:
            self.foresight.begin_sentence()
        self.recording.begin_sentence(sentence)

    def save(self) -> None:
        """Bring the result on disk up to date, at most every other second: the evidence is there at once anyway."""
        if self._saved is None or self._saved.is_expired:
            # A full disk must not end the grading: what is on disk stays valid, and the end tries once more.
            with contextlib.suppress(OSError):
                self.folder.save(self.recording.run)
            self._saved = Deadline(SAVE_EVERY_SECONDS)

    def restart(self) -> None:
        """Restart the machines and forget every connection to them; a recording has nothing to restart."""
        if self.provider is not None:
            self.provider.reload()
            self.connection.close()
            self.provider.require_network()

    def save_milestone(self, name: str) -> None:
        """Save every machine as it is under a name; a recording has nothing to save."""
        if self.provider is not None:
            self.provider.save(name)
            # A machine that stands still for it loses its connections.
            self.connection.close()

    def identify(self) -> None:
        """Read what tells this lab from another student's; what cannot be read is left out."""
        machines: dict[str, dict[str, str]] = {}
        cluster: dict[str, str] = {}
        for machine in self.lab.all:
            if not machine.is_lost:
                with contextlib.suppress(TransportError):
                    machines[machine.name] = identity.machine(machine)
                    # What a recording says of the time says nothing of this moment.
                    machines[machine.name] |= identity.clock(machine) if self.provider else {}
        with contextlib.suppress(TransportError):
            cluster = self.cluster.identify()
        self.recording.describe(machines, cluster)

    def learn(self) -> None:
        """Keep what was asked for the next grading, which fetches it ahead; only a whole run has asked it all."""
        if self.foresight is None or self.is_replay or self.options.base:
            return
        rubric, learnt = self.plan.rubric.digest, self.foresight.learnt
        known = questions.known(self.profile, rubric)
        if len(learnt) < len(known):
            # A lab that is not finished raises fewer questions; that is no reason to forget the others.
            asked = {(question.machine, question.line) for question in learnt}
            learnt = (*learnt, *(question for question in known if (question.machine, question.line) not in asked))
        with contextlib.suppress(OSError):
            foresight.save(questions.kept(self.profile, rubric), learnt)

    @property
    def has_machines(self) -> bool:
        """Tell whether there is anything to grade: a machine that answers."""
        return len(self.unreached) < len(self.lab.all)

    def tell_unreached(self) -> None:
        """Put into the result which machines could not be reached, and why nothing was graded where that is so."""
        if not self.unreached:
            return
        self.recording.describe({name: {"not reached": problem} for name, problem in self.unreached.items()}, {})
        if not self.has_machines:
            self.recording.give_up(f"no machine of this lab could be reached: {'; '.join(self.unreached.values())}")

    def close(self) -> None:
        """Take away what the course has put into the lab, and let go of it."""
        try:
            self.outlook.closing.close()
        finally:
            self.connection.close()
            self.log.close()

    @property
    def is_finished_lab(self) -> bool:
        """Tell whether the lab is graded as it is, and every machine of it answers."""
        return self.options.mode != PERFORM and not self.unreached

    @property
    def is_replay(self) -> bool:
        """Tell whether a recording answers: it takes no time, and nothing can be left behind in it."""
        return self.provider is None


def load_plan(options: Options, told: Iterable[str] = ()) -> Syllabus:
    """Read the whole course. Raises ConfigError with everything that is wrong in it or does not fit together.

    `told` is what the course itself has found wrong with its facts.
    """
    return course_check.load(options.rubric, options.extras, told=told)


def begin(
    options: Options, plan: Syllabus, reach: Callable[[], Reached], tell: Progress = lambda text: None
) -> Session:
    """Start a run on the machines that are reached, or on a recording of some."""
    if options.replay:
        return _replayed(options, plan)
    reached = reach()
    profile = options.profile or reached.provider.profile
    if options.mode != PERFORM and not options.base:
        known = partial(questions.known, profile, plan.rubric.digest)
        reached.connection.begin(known, {endpoint.name for endpoint in reached.endpoints})
    unreached = _unreached(options, reached)
    description = reached.provider.describe(profile)
    session = _assemble(
        options,
        plan,
        reached.outlook or outlook.on(reached.endpoints, reached.connection),
        description,
        Clock(),
        Surroundings(options.patience),
    )
    if session.browser.is_real:
        session.album = Album(session.folder, session.browser, session.recording, tell)
    session.provider, session.foresight, session.unreached = reached.provider, reached.connection, unreached
    session.begun = reached.begun
    session.tell_unreached()
    return session


def _unreached(options: Options, reached: Reached) -> dict[str, str]:
    """Return the machines that are graded and cannot be reached; they are left alone from then on."""
    if reached.live is None:
        return {}
    try:
        unreached = reached.live.unreached()
    except LabError:
        reached.connection.close()
        raise
    if options.mode == PERFORM:
        # They were brought up just now: work on one that is late meets it when it is there.
        return {}
    reached.live.give_up(unreached)
    return unreached


def _replayed(options: Options, plan: Syllabus) -> Session:
    source = open_recorded(options.replay, options.accept_broken)
    recorded = source.run
    endpoints = tuple(
        Endpoint(name=name, address=facts["address"], host=facts["address"], port=22, user="replay", key_file=None)
        for name, facts in recorded.lab.machines.items()
        if facts.get("address")
    )
    replay = Replay(source.exchanges, source.source.started)
    around = Surroundings(
        options.patience, now=replay.now, clock=replay.elapsed, pause=replay.pause, resumed=replay.resumed
    )
    asked = Foresight(replay)
    seen = outlook.on(endpoints, asked)
    session = _assemble(options, plan, seen, recorded.lab, _instant_clock(), around, source)
    session.foresight = asked
    if session.browser.is_real and recorded.screenshots:
        kept = pictures.by_digest(source.folder.path, recorded)
        session.album = Album(session.folder, session.browser, session.recording, kept=kept)
    return session


def _assemble(
    options: Options,
    plan: Syllabus,
    seen: Outlook,
    description: LabDescription,
    clock: Clock,
    around: Surroundings,
    recorded: RecordedRun | None = None,
) -> Session:
    # Before the new run becomes the latest one.
    earlier = merging.earlier_run(options, plan, description)
    folder = create(_mode(options))
    seen.log.open(folder.evidence)
    lab, phase = seen.lab, seen.phase
    description, earlier = _continued(description, earlier, lab)
    judge = Judge(clock)
    run = _blank(folder, options, plan, description, earlier, recorded)
    cluster = CourseCluster()
    around = replace(around, lost_machines=lambda: _lost(lab), is_cluster_lost=lambda: cluster.is_lost())
    recording = Recording(run, plan, judge, phase, seen.log, around)
    return Session(
        options=options,
        plan=plan,
        profile=description.profile,
        folder=folder,
        outlook=seen,
        browser=Browser(seen.connection, phase, is_real=run.browser is not None and run.browser.is_used),
        judge=judge,
        recording=recording,
        cluster=cluster,
        recorded=recorded,
    )


def _browser_use(options: Options) -> BrowserUse | None:
    """Return which real browser the run has, or why it has none; None for one that asked for none."""
    if not options.browser:
        return None
    try:
        return BrowserUse(True, str(chromium.find()))
    except NoBrowser as problem:
        return BrowserUse(False, str(problem))


def _continued(
    description: LabDescription, earlier: RunRecord | None, lab: Lab
) -> tuple[LabDescription, RunRecord | None]:
    """Return the run that this one goes on from, if its machines are the same, and the lab with a word on others."""
    if earlier and (others := merging.machines_that_differ(earlier, lab)):
        return replace(description, machines=_noted(description, others, earlier)), None
    return description, earlier


def _noted(lab: LabDescription, others: Iterable[str], earlier: RunRecord) -> dict[str, dict[str, str]]:
    """Return the facts of the machines; those that are others than in an earlier run say so."""
    word = f"run {earlier.run} was of another machine in this place: nothing of it counts here"
    return {name: {**facts, "not continued": word} if name in others else facts for name, facts in lab.machines.items()}


def _lost(lab: Lab) -> list[str]:
    """Return the machines that do not answer at the moment; one whose facts were read ahead is asked for that."""
    for machine in lab.all:
        if not machine.is_lost:
            # A machine that does not answer knows it afterwards.
            machine.is_reachable()
    return [machine.name for machine in lab.all if machine.is_lost]


def _blank(
    folder: RunFolder,
    options: Options,
    plan: Syllabus,
    lab: LabDescription,
    earlier: RunRecord | None,
    recorded: RecordedRun | None,
) -> RunRecord:
    """Return a run in which nothing was looked at yet, or what an earlier run of this lab knows already."""
    return RunRecord(
        run=folder.path.name,
        mode=_mode(options),
        started=now(),
        lab=lab,
        rubric=plan.rubric.digest,
        weights=_weights(options, plan),
        based_on=earlier.run if earlier else "",
        sections=merging.merged(_sections(plan), earlier),
        source=recorded.source if recorded else None,
        student=recorded.run.student if recorded else options.student,
        browser=recorded.run.browser if recorded else _browser_use(options),
    )


def _mode(options: Options) -> Mode:
    if options.replay:
        return Mode.DEMO if options.is_demo else Mode.REGRADE
    return Mode(options.mode)


def _weights(options: Options, plan: Syllabus) -> Weights | None:
    if options.rubric is None:
        return None
    return Weights(options.rubric.name, sum((e.points for e in plan.rubric.entries.values()), Fraction(0)))


def _sections(plan: Syllabus) -> tuple[SectionRecord, ...]:
    return tuple(
        SectionRecord(e.id, e.title, e.handout, tuple(_unseen(plan, s) for s in plan.of(e.id)))
        for e in plan.rubric.exercises
    )


def _unseen(plan: Syllabus, scenario: syllabus.ScenarioPlan) -> ScenarioRecord:
    criteria = tuple(unjudged.record(e, "this run did not come to it") for e in plan.entries(scenario))
    return ScenarioRecord(scenario.name, "none", criteria=criteria)


def _instant_clock() -> Clock:
    """Return a clock on which waiting takes no time: a recording does not change while we wait."""
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    return Clock(now=lambda: time[0], sleep=sleep)
