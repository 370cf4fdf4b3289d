"""When the course takes its screenshots: once a section has ended, and without a word in what is graded."""

import pytest

from labproof.ground import fault
from labproof.ground.places import Progress
from labproof.session import course_faults
from labproof.session.opening import Session


def take(config: pytest.Config, opened: Session, section: str, tell: Progress) -> None:
    """Let the course take screenshots of a section that has ended; nothing that goes wrong there costs a point."""
    if opened.album is None:
        return
    try:
        config.hook.pytest_labproof_section_ended(config=config, opened=opened, section=section)
    except Exception as problem:
        course_faults.keep(config, problem)
        tell(f"no screenshots of {section}: {fault.describe(problem)}")
