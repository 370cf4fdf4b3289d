"""Puts the course and the report's templates into a wheel; everything else stands in pyproject.toml.

A checkout has them beside the package, where whoever edits a course finds them.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
CARRIED = (
    "conftest.py",
    "exercises",
    "features",
    "reports",
    "standins",
    "steps",
    "vagrant",
    "tests/recordings/full",
)
"""What `labproof/ground/places.py` looks for in an installed Labproof; the recording is that of `labproof demo`."""

PYTEST = """[pytest]
pythonpath = .
addopts = --strict-markers --import-mode=importlib
"""
"""A checkout's own settings make every warning an error, which is for whoever works on it and not for a grading."""

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "runs", ".vagrant", ".*cache")


class WithCourse(build_py):
    """Builds the package and puts what it carries inside; an editable installation leaves it where it is."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "labproof", "carried")
        # What an earlier build has left there may be gone from the checkout.
        shutil.rmtree(target, ignore_errors=True)
        for name in CARRIED:
            _copy(ROOT / name, target / name)
        (target / "pytest.ini").write_text(PYTEST, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copyfile(source, target)


setup(cmdclass={"build_py": WithCourse})
