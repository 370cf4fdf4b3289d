"""Screenshots of a run: taken to show what is there, kept beside the result, and never judged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from labproof.connection.secrets import mask
from labproof.connection.visit import Sight, Step
from labproof.grading.recording import Recording
from labproof.ground.errors import LabError, TransportError
from labproof.ground.places import Progress
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine
from labproof.records import pictures
from labproof.records.evidence import now
from labproof.records.model import Screenshot
from labproof.records.store import RunFolder

_GONE = "there is no picture: what lies beside the run that is judged again is not the one that its evidence names"


@dataclass(frozen=True)
class Subject:
    """What is to be shown: a page of a machine, with what is done on it first.

    `state` returns sentences that the API makes true at that moment; it may raise TransportError.
    """

    section: str
    what: str
    machine: Machine
    scheme: str
    port: int
    path: str = "/"
    steps: Sequence[Step] = ()
    state: Callable[[], Iterable[str]] = tuple


class Album:
    """Takes screenshots and puts them into the run.

    A run that is judged again has its pictures already: `kept` are those, by their SHA-256, and its evidence says
    which of them is which. `tell` is told where screenshots of a section begin.
    """

    def __init__(
        self,
        folder: RunFolder,
        browser: Browser,
        recording: Recording,
        tell: Progress = lambda text: None,
        kept: Mapping[str, bytes] | None = None,
    ) -> None:
        self._folder = folder
        self._browser = browser
        self._recording = recording
        self._tell = tell
        self._kept_pictures = kept

    def take(self, subject: Subject) -> Screenshot:
        """Take one screenshot; a page that cannot be seen is kept with the reason instead of a picture."""
        url = f"{subject.scheme}://{subject.machine.address}:{subject.port}{subject.path}"
        shot = Screenshot(subject.section, subject.what, mask(url), now())
        with self._recording.showing():
            try:
                sight = self._browser.visit(subject.machine, subject.scheme, subject.port, subject.path, subject.steps)
                shot = self._kept(replace(shot, taken=sight.started or shot.taken), sight)
            except TransportError as problem:
                said = mask(f"there is no picture: {problem}")
                shot = replace(shot, taken=problem.started or shot.taken, problem=said)
            shot = replace(shot, state=_state_of(subject))
        self._recording.show(shot)
        return shot

    def gathered(self, section: str, subjects: Callable[[], Iterable[Subject]]) -> list[Subject]:
        """Return what is to be shown of a section; nothing where the API does not answer, which is kept then."""
        if self._kept_pictures is None:
            self._tell(f"screenshots of {section}")
        with self._recording.showing():
            try:
                return list(subjects())
            except TransportError as problem:
                said = mask(f"there is no picture: the API does not say what is to be shown: {problem}")
                self._recording.show(Screenshot(section, "Its pages", "", now(), problem=said))
                return []

    def _kept(self, shot: Screenshot, sight: Sight) -> Screenshot:
        """Return a screenshot with what was seen; a picture that cannot be written is said, not raised."""
        problem, picture = sight.problem, sight.picture
        if self._kept_pictures is not None:
            picture = self._kept_pictures.get(sight.digest, b"")
        if not picture and sight.digest:
            return replace(shot, title=mask(sight.title), problem=_GONE)
        name = f"{shot.section}-{sum(1 for s in self._recording.run.screenshots if s.section == shot.section) + 1}.webp"
        try:
            pictures.save(self._folder.path, name, picture)
        except LabError as unwritable:
            name, problem = "", str(unwritable)
        return replace(
            shot,
            file=name,
            sha256=sight.digest if name else "",
            entry=sight.entry,
            title=mask(sight.title),
            problem=mask(problem),
        )


def _state_of(subject: Subject) -> tuple[str, ...]:
    try:
        return tuple(subject.state())
    except TransportError as problem:
        return (f"it could not be asked: {problem}",)
