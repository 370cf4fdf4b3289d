"""What a grading asks ahead: what the last one on this computer asked, or what comes with the course."""

from pathlib import Path

from labproof.connection import foresight
from labproof.connection.foresight import Question
from labproof.ground.places import cache_dir, course_dir

NAME = "questions.json"


def known(profile: str, rubric: str) -> tuple[Question, ...]:
    """Return the questions for a profile and the digest of a rubric, in the order in which they are asked."""
    return foresight.load(kept(profile, rubric)) or foresight.load(of_course())


def kept(profile: str, rubric: str) -> Path:
    """Return where the questions of the last grading are kept."""
    return cache_dir() / "questions" / f"{profile}-{rubric[:16]}.json"


def of_course() -> Path:
    """Return the file that may come with a course: `labproof author questions` makes it of a grading."""
    return course_dir() / "exercises" / NAME


def problems() -> list[str]:
    """Return what is wrong with the file that comes with the course, which need not have one."""
    path, fix = of_course(), "make it anew with labproof author questions, or remove it"
    if not path.exists() or foresight.load(path):
        return []
    return [f"{path}: expected the questions of a grading, found none that can be read; {fix}"]
