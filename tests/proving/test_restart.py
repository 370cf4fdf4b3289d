"""What a restart must show where not every section was worked through."""

from labproof.grading import rubric
from labproof.proving import restart

REBOOT = "reboot"


def test_the_section_that_restarts_the_machines_is_found() -> None:
    """The course says itself which of its sections restarts the machines, and by which option."""
    found = restart.section()
    assert found is not None
    assert (found.id, found.option) == (REBOOT, "reboot")


def test_what_rests_on_nothing_that_was_left_out_is_due() -> None:
    """After two sections their own settings must outlast the restart, and nothing of a cluster that was never made."""
    found = restart.section()
    assert found is not None
    due = {id_.partition("@")[0] for id_ in restart.due(found, ("base", "docker"))}
    assert due == {f"{REBOOT}.{name}" for name in ("swap", "selinux", "firewalld", "module", "sysctl", "docker")}


def test_after_all_sections_everything_is_due() -> None:
    """Where the whole course was worked through, no criterion of the section is left out."""
    course = rubric.load(extras=frozenset({REBOOT}))
    done = [exercise.id for exercise in course.exercises if exercise.id != REBOOT]
    own = tuple(entry.id for entry in course.entries.values() if entry.section == REBOOT)
    assert restart.resting_on(course, REBOOT, done) == own


def test_only_a_whole_course_is_waited_for() -> None:
    """Two sections are not all that the restart asks about; the whole course is."""
    found = restart.section()
    assert found is not None
    course = rubric.load(extras=frozenset({REBOOT}))
    whole = [exercise.id for exercise in course.exercises if exercise.id != REBOOT]
    assert (restart.rests_on(found, ("base", "docker")), restart.rests_on(found, whole)) == (False, True)
