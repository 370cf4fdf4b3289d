"""Snapshots of virtual machines through Vagrant: all of one moment, with their memory, and proven whole afterwards.

The machines are suspended together, saved, and go on: nothing restarts, and what a program has in memory (etcd above
all) is saved with what it has on disk. Nobody turns the clocks of machines that stood still, not even their hardware
clocks under VirtualBox, so they are set to this computer's time.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from labproof.ground.errors import LabError, ProvisionError, ResetError
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline, Waited, poll
from labproof.host.table import Row
from labproof.providers.vagrant import Vagrant

SNAPSHOT_SECONDS = 600.0
COMMAND_SECONDS = 120.0
ANSWER_SECONDS = 45.0
"""How long a machine may take, once it goes on, until it answers: two seconds are usual."""
LOOK_SECONDS = 3.0
WHOLE_SECONDS = 180.0
"""How long a machine may take, once it goes on, until what it runs answers again."""


def save(vagrant: Vagrant, machines: Sequence[Row], milestone: str, clock: Clock | None = None) -> None:
    """Save every machine as it is at one moment. Raises ProvisionError; the machines go on all the same.

    Machines of which one does not go on are set back to what was saved, once: an emulated processor can stand still
    for ever at that moment. Raises ResetError where they cannot be.
    """
    clock = clock or Clock()
    try:
        _at_once(machines, lambda row: vagrant.run("suspend", row.name, seconds=stretched(SNAPSHOT_SECONDS)))
        for row in machines:
            vagrant.run("snapshot", "save", row.name, milestone, "--force", seconds=stretched(SNAPSHOT_SECONDS))
    except BaseException:
        _go_on(vagrant, machines, clock)
        raise
    try:
        _go_on(vagrant, machines, clock)
    except ProvisionError as standing:
        vagrant.note(f"labproof: set back to {milestone}, which was just saved: a machine did not go on: {standing}")
        restore(vagrant, machines, milestone, clock)


def restore(vagrant: Vagrant, machines: Sequence[Row], milestone: str, clock: Clock | None = None) -> None:
    """Bring every machine back to what was saved, and show that it is whole. Raises ResetError where it is not."""
    clock = clock or Clock()
    known = names(vagrant, machines)
    if milestone not in known:
        found = ", ".join(known) or "none"
        raise ResetError(f"expected a milestone {milestone!r} of this lab, found none\n  milestones: {found}")
    try:
        for row in machines:
            argv = ("snapshot", "restore", row.name, milestone, "--no-provision", "--no-start")
            vagrant.run(*argv, seconds=stretched(SNAPSHOT_SECONDS))
        _go_on(vagrant, machines, clock)
    except LabError as problem:
        raise ResetError(f"restoring {milestone!r} did not end: {problem}\n  try: labproof reset again") from problem
    for row in machines:
        _require_whole(vagrant, row, Deadline(stretched(WHOLE_SECONDS), clock))


def names(vagrant: Vagrant, machines: Sequence[Row]) -> tuple[str, ...]:
    """Return the names that every machine can be restored to, in the order in which Vagrant has them."""
    lists = [parse(vagrant.run("snapshot", "list", row.name, seconds=stretched(COMMAND_SECONDS))) for row in machines]
    return tuple(name for name in lists[0] if all(name in other for other in lists))


def parse(listing: str) -> tuple[str, ...]:
    """Return the names in what `vagrant snapshot list MACHINE` prints, in its order."""
    lines = (line.strip() for line in listing.splitlines())
    # Whatever has blanks in it is said to a person.
    return tuple(line for line in lines if line and " " not in line and not line.startswith("==>"))


def _go_on(vagrant: Vagrant, machines: Sequence[Row], clock: Clock) -> None:
    """Let machines that stand still go on, with the clock of this moment. Raises ProvisionError where one does not."""
    _at_once(machines, lambda row: vagrant.run("resume", row.name, seconds=stretched(SNAPSHOT_SECONDS)))
    deadline = Deadline(stretched(ANSWER_SECONDS), clock)
    _at_once(machines, lambda row: _set_clock(vagrant, row, deadline))


def _set_clock(vagrant: Vagrant, row: Row, deadline: Deadline) -> None:
    """Give a machine this computer's time as soon as it answers. Raises ProvisionError when it does not in time."""
    # Vagrant takes a second or two to come through: that is how late it is.
    looked = _until_done(vagrant, row, lambda: f"sudo date --utc --set=@{time.time():.0f}", deadline)
    if not looked.is_met:
        raise ProvisionError(
            f"{row.name} goes on and did not answer within {looked.seconds:.0f} s: {looked.value}\n"
            f"  try: labproof reset to an earlier milestone"
        )


def _require_whole(vagrant: Vagrant, row: Row, deadline: Deadline) -> None:
    """Raise ResetError unless the machine shows in time, by the course's command for it, that it is whole."""
    if not row.whole:
        return
    looked = _until_done(vagrant, row, lambda: row.whole, deadline)
    if not looked.is_met:
        raise ResetError(
            f"{row.name} was restored and is not whole after {looked.seconds:.0f} s: {looked.value}\n"
            f"  try: labproof reset to an earlier milestone"
        )


def _until_done(vagrant: Vagrant, row: Row, command: Callable[[], str], deadline: Deadline) -> Waited[str]:
    """Ask a machine for a command until it succeeds; what was said last is why it did not, or nothing."""

    def problem() -> str:
        # A machine that stands still answers nothing at all: that must not take longer than is left.
        seconds = min(stretched(COMMAND_SECONDS), max(1.0, deadline.remaining))
        try:
            vagrant.run("ssh", row.name, "-c", command(), seconds=seconds)
        except ProvisionError as refused:
            return str(refused)
        return ""

    return poll(problem, lambda said: not said, deadline, every=LOOK_SECONDS)


def _at_once(machines: Sequence[Row], act: Callable[[Row], object]) -> None:
    """Do something with all machines at the same time, to the end with each; raises what failed first."""
    with ThreadPoolExecutor(max_workers=len(machines)) as pool:
        for done in [pool.submit(act, row) for row in machines]:
            done.result()
