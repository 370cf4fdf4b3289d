"""Whose each hand-in is: the answer to the assignment says it, and where there is none, the platform's word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from labproof.classes.header import plain
from labproof.classes.roster import Student, folder_problem
from labproof.handins import manifest, platforms, suspicion, unpacking
from labproof.handins.archive import Unfit
from labproof.handins.challenge import Challenge, moment
from labproof.handins.finding import Found
from labproof.handins.manifest import Manifest
from labproof.handins.platforms import Hint
from labproof.providers.inventory_file import Inventory
from labproof.records.model import HandIn

UNANSWERED = "it holds no answer to an assignment"
_LONGEST = 600
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Placed:
    """A hand-in and whose it is; `problem` says why it cannot be judged, `late` by how many seconds it came late."""

    student: str
    found: Found
    said: Manifest | None = None
    problem: str = ""
    doubt: str = ""
    questions: tuple[str, ...] = ()
    late: int = 0

    @property
    def came(self) -> HandIn:
        """Return how it came, as its report says it."""
        lateness = f"{suspicion.span(self.late)} after the closing time" if self.late else ""
        assignment = self.said.assignment if self.said else ""
        return HandIn(self.found.name, self.student, assignment, self.doubt, lateness)


@dataclass
class Places:
    """The hand-in of each student that counts, and what could not be given to anybody."""

    students: dict[str, Student]
    counting: dict[str, Placed] = field(default_factory=dict)
    left_over: list[str] = field(default_factory=list)


def place(found: Iterable[Found], students: Sequence[Student], challenge: Challenge | None) -> Places:
    """Give every hand-in to its student. Without a list of students, the hand-ins themselves say who there is."""
    places = Places({one.id: one for one in students})
    is_open, first = not students, dict[str, str]()
    of_each: dict[str, list[Placed]] = {}
    for one in found:
        placed = _placed(one, places.students, challenge, is_open)
        if not placed.student:
            places.left_over.append(f"{one.place}: {placed.problem or 'nobody knows whose it is'}")
            continue
        if is_open:
            # Some file systems take two ids for one that differ in their letters' case alone.
            placed = replace(placed, student=first.setdefault(placed.student.casefold(), placed.student))
            places.students.setdefault(placed.student, _newcomer(placed.student, placed.found))
        of_each.setdefault(placed.student, []).append(placed)
    places.counting = {student: _counting(own) for student, own in of_each.items()}
    return places


def _placed(one: Found, students: Mapping[str, Student], challenge: Challenge | None, is_open: bool) -> Placed:
    hint, hinted = platforms.meant(one.hint, tuple(students.values()))
    hinted = hinted or next((part for part in map(plain, one.folders) if part in students), "")
    if is_open:
        hint, hinted = one.hint.innermost, _name_of(one.hint.innermost)
    one = replace(one, hint=hint)
    if one.problem:
        return Placed(hinted, one, problem=one.problem)
    try:
        said = unpacking.read_manifest(one)
    except Unfit as problem:
        return Placed(hinted, one, problem=str(problem))
    doubt = _doubt(said, challenge)
    claimed = plain(said.student) if is_open else said.student
    claimed = claimed if claimed in students or (is_open and not folder_problem(claimed or ".")) else ""
    # An answer that fits is better than any name of a file; without one, the platform knows who was logged in.
    whose = claimed if not doubt or not hinted else hinted
    questions = tuple(_questions(said, claimed, hinted, whose, doubt, challenge))
    late = _late(said, one, challenge)
    if one.hint.is_late and not late:
        questions = (*questions, "the platform marks it as late, its own times do not: when did it come?")
    return Placed(whose, one, said, "" if whose else _unknown(said), doubt, questions, late)


def _questions(
    said: Manifest, claimed: str, hinted: str, whose: str, doubt: str, challenge: Challenge | None
) -> Iterable[str]:
    if claimed and hinted and claimed != hinted:
        yield f"it says that it is of {claimed}, and was handed in by {hinted}: whose is it?"
    if doubt and whose:
        yield f"nothing but its place binds it to {whose}: {doubt}"
    if challenge and said.course_digest != challenge.course_digest:
        yield "it was graded with another state of the course than the assignment's; it is judged by the one here"


def _doubt(said: Manifest, challenge: Challenge | None) -> str:
    """Return why a hand-in is not bound to the student that it names, nothing where it is."""
    if challenge is None:
        return UNANSWERED if not said.answer else "no file with the assignment's secrets was given to check its answer"
    if not said.answer:
        return UNANSWERED
    if said.assignment != challenge.assignment:
        return f"it answers another assignment, {said.assignment[:80]!a}"
    secret = challenge.secret(said.student)
    if secret is None:
        return f"it names {said.student[:80]!a}, whom the assignment does not know"
    return "" if manifest.is_answered(said, secret.secret) else "its answer was not made with that student's secret"


def _late(said: Manifest, one: Found, challenge: Challenge | None) -> int:
    """Return by how many seconds the evidence was finished, or the platform got it, after the closing time."""
    closes = moment(challenge.closes) if challenge else None
    times = [time for text in (said.finished, one.hint.received) if (time := moment(text))]
    if closes is None or not times:
        return 0
    return max(0, round((max(times) - closes).total_seconds()))


def _counting(own: Sequence[Placed]) -> Placed:
    """Return the hand-in that counts: of those that are bound, or else of all, the newest that can be judged."""
    fit = [one for one in own if not one.problem]
    if not fit:
        return own[-1]
    best = max(fit, key=lambda one: (not one.doubt, (one.said and moment(one.said.finished)) or _EARLIEST))
    if len(own) == 1:
        return best
    others = ", ".join(
        f"{one.found.place}{f' ({one.problem})' if one.problem else ''}" for one in own if one is not best
    )
    more = f"handed in {len(own)} times; the newest counts, and not {others}"
    return replace(best, questions=(*best.questions, more[:_LONGEST]))


def _newcomer(id_: str, one: Found) -> Student:
    person = one.hint.people[0] if one.hint.people else platforms.Person()
    return Student(id_, person.name, person.email, "", Inventory({}))


def _name_of(hint: Hint) -> str:
    """Return what a student is called whom only the platform knows: an id, or else the name that it writes."""
    for person in hint.people:
        for text in map(plain, (person.id, person.name)):
            if text and not folder_problem(text):
                return text
    return ""


def _unknown(said: Manifest) -> str:
    whom = f"it names {said.student[:80]!a}, who is not in the class" if said.student else "it names nobody"
    return f"nobody knows whose it is: {whom}, and neither does the platform's name for it"
