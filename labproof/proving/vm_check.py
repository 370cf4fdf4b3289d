"""The proof on virtual machines: all that a container can only simulate, stage after stage, each with its time.

Machines come up, earn nothing untouched, are worked through, really restarted, spoiled and set back; at the end this
computer is as it was. A stage that fails ends the proof; nothing is left out silently.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from labproof.ground.errors import LabError
from labproof.ground.places import Progress
from labproof.host import doctor
from labproof.host.computer import ThisComputer
from labproof.providers import wishes
from labproof.proving import compare, restart
from labproof.proving.bench import Bench
from labproof.proving.catalogue import Trial
from labproof.proving.seeding import GREEN_PATIENCE, PATIENCE, Seeding
from labproof.proving.virtual_host import UNHURRIED, VirtualHost
from labproof.records.model import Mode, Outcome, RunRecord

FINISHED = "finished"
"""The run of the work."""

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
"""What a kernel has had since its start, and never twice."""


@dataclass(frozen=True)
class Stage:
    """What was proven, how long it took in seconds, and what stood in the way."""

    name: str
    seconds: float
    problem: str = ""


@dataclass
class VmCheck:
    """One proof. `sections` are those that are worked through, all where none is named; the runs go into `folder`."""

    host: VirtualHost
    bench: Bench
    mistakes: tuple[Trial, ...]
    tell: Progress
    stages: list[Stage] = field(default_factory=list)
    _done: tuple[str, ...] = ()
    """The sections that were worked through."""

    def prove(self) -> list[Stage]:
        """Go through all stages, and take everything down whatever came of them."""
        try:
            self._go_through()
        except LabError:
            self.tell("the stages after this one were not run")
        finally:
            self._take_down()
        return self.stages

    def _go_through(self) -> None:
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("what is needed is installed", lambda: self.host.install(self.tell)),
            ("libvirt's daemon answers", lambda: self.host.start_daemon(self.tell)),
            ("bundle and box are there", lambda: self.host.prepare(self.tell)),
            ("no machine is left of an earlier run", lambda: self.host.take_down(self.tell)),
            ("the machines have a network that leads nowhere", lambda: self.host.make_network(self.tell)),
            ("the doctor lets the machines come up", self._examine),
            ("the machines come up", lambda: self.host.lab.up(self.tell)),
            ("kubelet is given time", self._give_time),
            ("untouched machines earn nothing", self._untouched),
            ("the handout's work earns every point", self._perform),
            ("every mistake is caught", self._seed),
            ("all of it outlasts a restart", self._restart),
            ("the machines are set back, and forward again", self._set_back),
        )
        for name, act in steps:
            with self._stage(name):
                act()

    def _take_down(self) -> None:
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("the machines are gone", lambda: self.host.take_down(self.tell)),
            ("this computer is as it was", lambda: self.host.put_back(self.tell)),
        )
        for name, act in steps:
            try:
                with self._stage(name):
                    self.bench.close()
                    act()
            except LabError:
                # It is told and kept; what else can be taken down is taken down.
                continue

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started, clock = datetime.now(UTC), time.monotonic()
        self.tell(f"{started:%H:%M:%S} {name} ...")
        problem = ""
        try:
            yield
        except LabError as failed:
            problem = str(failed)
            raise
        except BaseException as ended:
            problem = f"it did not come to its end: {type(ended).__name__}"
            raise
        finally:
            stage = Stage(name, round(time.monotonic() - clock, 1), problem)
            self.stages.append(stage)
            self.tell(_line(stage))

    def _examine(self) -> None:
        examination = doctor.examine(ThisComputer(), wishes.wish(self.host.lab.name))
        examination.require()
        for name, finding in examination.findings.items():
            self.tell(f"  {finding.state}: {name}: {finding.found}")

    def _give_time(self) -> None:
        if self.host.slowness > 1:
            self.bench.carry_out({end.name: UNHURRIED for end in self.host.lab.endpoints()})
        else:
            self.tell("  these machines are not said to be slow; --slowness says so")

    def _untouched(self) -> None:
        run = self.bench.grade("untouched", PATIENCE)
        passing = compare.passing(run)
        self.tell(f"  {run.score}; {len(passing)} criteria pass")
        if passing:
            raise LabError(f"expected no criterion to pass on untouched machines, found {', '.join(passing)}")
        _require_seen(compare.unseen(run))

    def _perform(self) -> None:
        run = self.bench.perform(FINISHED, keeps_milestones=True)
        self._done = tuple(section.id for section in run.sections)
        self._require_full(run)

    def _restart(self) -> None:
        before = self._boot_ids()
        self._have_restarted()
        after = self._boot_ids()
        if same := [name for name in before if before[name] == after[name]]:
            raise LabError(f"expected another boot after the restart, found the same on {', '.join(same)}")
        self._require_full(self.bench.grade("restarted", GREEN_PATIENCE))

    def _have_restarted(self) -> None:
        """Restart the machines as a student does, by a grading that asks for it; else as the provider does."""
        if (asked := restart.section()) is None:
            self.bench.restart()
            return
        # What was never done is not waited for; a whole course takes its time to come up again.
        patience = GREEN_PATIENCE if restart.rests_on(asked, self._done) else PATIENCE
        run = self.bench.restart_and_grade(f"with-{asked.option}", asked.option, patience)
        due = restart.due(asked, self._done)
        fine = [c.id for c in run.criteria if c.id in due and c.outcome in compare.FINE]
        self.tell(f"  --{asked.option}: {len(fine)} of {len(due)} criteria pass that rest on what was done")
        seen = compare.not_fine(run)
        if left := {id_: seen.get(id_, "not in the run") for id_ in due if id_ not in fine}:
            raise LabError("\n".join((f"expected all of section {asked.id} that can pass, found:", *_lines(left))))

    def _seed(self) -> None:
        if not self.mistakes:
            self.tell("  none was asked for; --mistake names them")
        tried = Seeding(self.bench, lambda text: self.tell(f"  {text}")).all(self.mistakes)
        if unproven := [f"{one.mistake.id}: {'; '.join(one.problems)}" for one in tried if one.problems]:
            raise LabError("\n".join(("expected every mistake to be caught, found:", *unproven)))

    def _set_back(self) -> None:
        known = self.host.lab.milestones()
        if len(known) < 2:
            raise LabError(f"expected a milestone of each section, found {', '.join(known) or 'none'}")
        first, last = known[0], known[-1]
        self._forgets(self.bench.reset(f"reset-to-{first}", first, FINISHED), first)
        run = self.bench.grade(f"back-to-{first}", PATIENCE)
        self.tell(f"  after {first}: {run.score}")
        left = {id_.partition(".")[0] for id_ in compare.not_fine(run)}
        if first in left or last not in left:
            raise LabError(
                f"expected {first} done and {last} undone again, found not done: {', '.join(left) or 'none'}"
            )
        self.bench.reset(f"reset-to-{last}", last, f"back-to-{first}")
        self._require_full(self.bench.grade(f"forward-to-{last}", GREEN_PATIENCE))

    def _forgets(self, run: RunRecord, milestone: str) -> None:
        """Raise LabError unless what the reset leaves of a run says of all after the milestone that it is unknown."""
        after = self._done[self._done.index(milestone) + 1 :]
        outcomes = {section.id: {c.outcome for s in section.scenarios for c in s.criteria} for section in run.sections}
        kept = [id_ for id_ in after if outcomes.get(id_) != {Outcome.UNDETERMINED}]
        set_back_to, knows = run.milestone or "nothing", ", ".join(kept) or "nothing"
        if run.mode is not Mode.RESET or run.milestone != milestone or kept:
            raise LabError(
                f"expected the reset to leave a result of its own that knows nothing after {milestone}, found one of"
                f" mode {run.mode}, set back to {set_back_to}, that knows {knows}"
            )

    def _require_full(self, run: RunRecord) -> None:
        self.tell(f"  {run.score}")
        if left := compare.not_fine(run):
            raise LabError("\n".join(("expected every criterion to pass, found:", *_lines(left))))

    def _boot_ids(self) -> dict[str, str]:
        return {end.name: self.bench.ask(end.name, BOOT_ID).strip() for end in self.host.lab.endpoints()}


def _require_seen(unseen: dict[str, str]) -> None:
    if unseen:
        raise LabError("\n".join(("expected every criterion to be seen, found:", *_lines(unseen))))


def _lines(seen: Mapping[str, str]) -> list[str]:
    return [f"{id_}: {found}" for id_, found in seen.items()]


def _line(stage: Stage) -> str:
    said = "FAILED" if stage.problem else "ok"
    return f"{said}: {stage.name} ({stage.seconds:.0f} s)" + (f"\n{stage.problem}" if stage.problem else "")
