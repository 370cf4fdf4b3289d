"""What is up on this computer, what was graded, and what comes next, in lines for the terminal."""

from labproof.commands.explaining import table
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.places import runs_dir
from labproof.host import ownership
from labproof.providers import table as providers
from labproof.records.history import is_attempt
from labproof.records.model import FINISHED, RunRecord, number
from labproof.records.store import RunFolder, every, newest
from labproof.showing.fixes import ranked
from labproof.showing.progression import progression
from labproof.showing.provenance import moment

_UNREAD = "cannot be read"


def lines() -> list[str]:
    """Return the state of lab and grading, and one command to go on with."""
    run = newest(lambda _: True)
    is_up, lab = _lab()
    return [f"Lab:    {lab}", f"Graded: {_graded(run)}", f"Next:   {_next(run, is_up)}"]


def run_lines(most: int | None) -> list[str]:
    """Return a line for each run, the newest first; at most so many, all with None."""
    folders = every()
    if not folders:
        return [f"no run in {runs_dir()}; `labproof grade` makes one"]
    rows = [("Run", "Started", "Ended", "Attempt", "Turned", "Score"), *map(_row, folders[:most])]
    left = len(folders) - len(rows) + 1
    return table(rows) + ([f"{left} older; --all lists them"] if left else [])


def _lab() -> tuple[bool, str]:
    """Return whether machines of this checkout are up, and that in words."""
    record = ownership.current()
    if record is None:
        return False, "no machines of Labproof are up here"
    whose = "" if record.is_ours else f", of another checkout: {record.checkout}"
    said = f"{record.provider}, made {moment(record.since)}{whose}"
    if not record.is_ours or record.provider not in providers.NAMES:
        return False, said
    try:
        names = ", ".join(endpoint.name for endpoint in providers.named(record.provider).endpoints())
    except LabError as problem:
        return False, f"{said}; not up: {str(problem).splitlines()[0]}"
    return True, f"{names} are up ({said})"


def _graded(run: RunRecord | None) -> str:
    if run is None:
        return "nothing yet"
    ended = "" if run.ended == FINISHED else f", {run.ended}"
    return f"{run.score} points in {run.run} ({moment(run.started)}{ended}){_attempts(run)}"


def _attempts(run: RunRecord) -> str:
    """Return what a run is to the earlier ones of its machines, nothing for the first one."""
    if (found := progression(run)) is None:
        return ""
    turned = f"{len(found.green)} turned green and {len(found.red)} red since the one before"
    return f"; attempts: {found.count}, best: {number(found.best.earned)} of {number(found.best.possible)}; {turned}"


def _next(run: RunRecord | None, is_up: bool) -> str:
    if run is None:
        return "`labproof grade`" if is_up else "`labproof up`"
    if fixes := ranked(run):
        return f"{fixes[0].lead.text}; `labproof explain {fixes[0].lead.id}`, `labproof report --open`"
    if run.score.undetermined:
        return f"`labproof grade --undetermined {run.run}`"
    if run.ended != FINISHED or not run.score.is_full:
        return "`labproof grade`"
    return "nothing is left to do; `labproof report --open`"


def _row(folder: RunFolder) -> tuple[str, ...]:
    try:
        run = folder.load()
    except ConfigError:
        return (folder.path.name, "", _UNREAD, "", "", "")
    attempt, turned = _standing(run)
    return (folder.path.name, moment(run.started), run.ended, attempt, turned, str(run.score))


def _standing(run: RunRecord) -> tuple[str, str]:
    """Return which attempt on its machines a run is, and how many criteria it turned green and red."""
    found = progression(run)
    if found is None:
        return ("1" if is_attempt(run) else ""), ""
    turned = f"+{len(found.green)} -{len(found.red)}"
    return (str(found.count) if found.is_attempt else ""), turned
