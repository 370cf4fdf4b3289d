"""The two reports of each student in the class's folder: one for the student, one for the instructor."""

import contextlib
import functools
import gc
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from labproof.gradebook import instructor_report
from labproof.gradebook.book import Book, Graded
from labproof.gradebook.class_file import Student
from labproof.gradebook.shared_identity import shared
from labproof.ground import fault, language, whole_file
from labproof.ground.errors import ConfigError
from labproof.ground.places import engine_dir
from labproof.host import warm
from labproof.records import pictures, result
from labproof.records.model import RunRecord
from labproof.showing import report

STUDENT = "report.html"
INSTRUCTOR = "instructor.html"
MANY = 20
"""Students from whom on every CPU writes reports: for fewer, starting to takes longer."""
_PLAIN = re.compile(r"""[^<>:"/\\|?*%\x00-\x20\x7f.~-][^<>:"/\\|?*%\x00-\x1f\x7f]*(?<!\.)""")
_LONGEST = 200
_STAMP = "<!-- made from {} -->\n"
_Task = Callable[[Graded, tuple[str, ...]], tuple[int, str]]


@dataclass(frozen=True)
class Reports:
    """How many reports were written anew, and for whom there could be none."""

    written: int
    left_out: tuple[str, ...]


def folder_of(student: Student) -> str:
    """Return the name of a student's folder, whatever the id is: never a way out of the class's, never hidden."""
    name = student.id.encode("utf-8", "backslashreplace")
    if _PLAIN.fullmatch(student.id) and student.id.isprintable() and len(name) <= _LONGEST:
        return student.id
    return quote(name, safe="").replace(".", "%2E").replace("~", "%7E")[:_LONGEST]


def write(book: Book, folder: Path) -> Reports:
    """Write the reports that are not up to date. Raises ConfigError where the folder cannot be written."""
    with begun(book, folder) as reports:
        return reports()


@contextlib.contextmanager
def begun(book: Book, folder: Path) -> Iterator[Callable[[], Reports]]:
    """Begin to write the reports as `write` does, on every CPU; what is called in the block waits for them."""
    task = functools.partial(_told, folder=folder, spoken=language.current())
    alike = _alike(book)
    shared_by = [alike[place] for place in range(len(book.students))]
    if len(book.students) < MANY:
        yield lambda: _all(map(task, book.students, shared_by), folder)
        return
    with warm.pool() as pool:
        made = pool.map(functools.partial(_told_apart, task), book.students, shared_by, chunksize=4)
        yield lambda: _all(made, folder)


def _all(made: Iterable[tuple[int, str]], folder: Path) -> Reports:
    try:
        told = list(made)
    except OSError as problem:
        where, fix = problem.filename or folder, "free some space there, or correct its rights"
        raise ConfigError([f"{where}: cannot be written ({problem.strerror}); {fix}"]) from problem
    return Reports(sum(written for written, _ in told), tuple(problem for _, problem in told if problem))


def of_instructor(graded: Graded, folder: Path, book: Book) -> str:
    """Return the instructor's report of a student, made of the run on disk. Raises ConfigError where that is gone."""
    place = next(place for place, other in enumerate(book.students) if other is graded)
    source = _Source(folder / graded.student.run)
    return instructor_report.render(graded, source.run, instructor_report.questions(source.path), _alike(book)[place])


def _told_apart(task: _Task, graded: Graded, alike: tuple[str, ...]) -> tuple[int, str]:
    """Do a task in a process that does many of them, and leave nothing of it behind."""
    try:
        return task(graded, alike)
    finally:
        # What a template is rendered with refers to itself: a result of two MiB would stay for each student.
        gc.collect()


def _told(graded: Graded, alike: tuple[str, ...], folder: Path, spoken: str) -> tuple[int, str]:
    """Write a student's reports; return how many had to be, and why there could be none."""
    try:
        with language.spoken(spoken):
            return _write_both(graded, folder, alike), ""
    except ConfigError as problem:
        return 0, f"reports of {graded.student.id!a}: {problem}"
    except OSError:
        raise
    # What a hostile lab can bring into its result is no other student's trouble.
    except Exception as problem:
        return 0, f"reports of {graded.student.id!a}: {fault.describe(problem)}"


def _write_both(graded: Graded, folder: Path, alike: tuple[str, ...]) -> int:
    own = folder / folder_of(graded.student)
    if not graded.marks:
        # What was said of a result that can be read no more would contradict the class's page.
        for name in (STUDENT, INSTRUCTOR):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                (own / name).unlink()
        return 0
    source = _Source(folder / graded.student.run)
    seen = source.digest()
    decided = graded.decided
    student_made_from = _digest(seen, language.current(), repr(decided))
    instructor_made_from = _digest(seen, language.current(), repr((replace(graded, marks={}), decided, alike)))

    def instructors() -> str:
        asked = instructor_report.questions(source.path)
        return instructor_report.render(graded, source.run, asked, alike)

    def students() -> str:
        # Where nothing was decided the grading has made that page already.
        return ("" if decided else source.page()) or report.render(
            source.run, decided=decided, screenshots=pictures.load(source.path, source.run), spoken=language.current()
        )

    written = _bring_up_to_date(own / INSTRUCTOR, instructor_made_from, instructors)
    return written + _bring_up_to_date(own / STUDENT, student_made_from, students)


class _Source:
    """The run of a student on disk, read when it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def digest(self) -> str:
        try:
            return hashlib.sha256((self.path / "result.json").read_bytes()).hexdigest()
        except OSError as problem:
            raise ConfigError([f"{self.path}: its result cannot be read ({problem.strerror}); grade again"]) from None

    def page(self) -> str:
        """Return the report that lies beside the result, nothing where there is none."""
        try:
            return (self.path / "report.html").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    @functools.cached_property
    def run(self) -> RunRecord:
        return result.load(self.path / "result.json")


def _bring_up_to_date(path: Path, made_from: str, make: Callable[[], str]) -> int:
    stamp = _STAMP.format(made_from)
    if _end(path, len(stamp)) == stamp:
        return 0
    whole_file.replace(path, make() + stamp)
    return 1


def _end(path: Path, length: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - length))
            return file.read(length).decode("utf-8", "replace")
    except OSError:
        return ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join((*parts, _looks())).encode("utf-8", "backslashreplace")).hexdigest()


@functools.cache
def _looks() -> str:
    """Return the digest of what makes a page of a result: a page of an older Labproof is made anew."""
    files = [*sorted((engine_dir() / "reports").glob("*")), *sorted(Path(__file__).parent.glob("*.py"))]
    files += sorted(Path(report.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.is_file())).hexdigest()


def _alike(book: Book) -> defaultdict[int, tuple[str, ...]]:
    """Return what the labs of other students share with each one's, by the student's place."""
    places = {id(graded): place for place, graded in enumerate(book.students)}
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for group in shared(book):
        for graded in group.students:
            others = ", ".join(g.student.id for g in group.students[:10] if g is not graded)
            what = ", ".join(f"{name} {value[:23]}" for name, value in group.things[:5])
            found[places[id(graded)]] += (f"{what}: the same in the lab of {others}",)
    return found
