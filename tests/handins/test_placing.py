"""Whose a hand-in is: its answer counts most, a platform's word next, its own word alone for nothing."""

from pathlib import Path
from typing import Any

from labproof.handins import finding, placing
from labproof.handins.challenge import Challenge
from labproof.handins.placing import Places
from tests.handins import samples
from tests.handins.samples import hand_in, packed, put, students

TASK = samples.challenge("s001", "s002")
CLASS = students("s001", "s002")
MOODLE = "{}_{}_assignsubmission_file/hand-in.zip"


def placed(root: Path, task: Challenge | None = TASK, known: Any = CLASS) -> Places:
    return placing.place(finding.find(root), known, task)


def test_answer_that_fits_is_believed(tmp_path: Path) -> None:
    """With the student's secret a hand-in needs no name of a platform, and there is nothing to ask."""
    put(tmp_path, "a.zip", hand_in("s002", TASK))
    found = placed(tmp_path).counting
    assert set(found) == {"s002"}
    assert (found["s002"].doubt, found["s002"].questions) == ("", ())


def test_answer_of_another_is_not(tmp_path: Path) -> None:
    """One that claims to be another's, without that one's secret, stays with whoever handed it in, as a question."""
    put(tmp_path, MOODLE.format("Student Two", 2), hand_in("s002", TASK, said={"student": "s001"}))
    found = placed(tmp_path).counting
    assert set(found) == {"s002"}
    assert found["s002"].doubt == "its answer was not made with that student's secret"
    assert "it says that it is of s001, and was handed in by s002: whose is it?" in found["s002"].questions


def test_secret_of_another_is_a_question(tmp_path: Path) -> None:
    """An answer that fits, in the place of another student, is that student's by the answer, and asked about."""
    put(tmp_path, MOODLE.format("Student Two", 2), hand_in("s001", TASK))
    found = placed(tmp_path).counting
    assert set(found) == {"s001"}
    assert found["s001"].questions == ("it says that it is of s001, and was handed in by s002: whose is it?",)


def test_without_an_answer_the_platform_says_whose_it_is(tmp_path: Path) -> None:
    """A hand-in without the assignment's answer is given to whom the platform names, and its report says so."""
    put(tmp_path, MOODLE.format("Student One", 1), hand_in())
    put(tmp_path, "nobody.zip", hand_in())
    found = placed(tmp_path)
    assert found.counting["s001"].came.doubt == placing.UNANSWERED
    assert len(found.left_over) == 1
    assert "nobody.zip: nobody knows whose it is" in found.left_over[0]


def test_answers_that_do_not_count_say_why(tmp_path: Path) -> None:
    """Another assignment, a student whom it does not know, and a missing file with secrets: each has its word."""
    put(tmp_path, MOODLE.format("Student One", 1), hand_in("s001", TASK, said={"assignment": "other"}))
    assert "answers another assignment, 'other'" in placed(tmp_path).counting["s001"].doubt
    put(tmp_path, MOODLE.format("Student One", 1), hand_in("s001", TASK, said={"student": "s009"}))
    assert "names 's009', whom the assignment does not know" in placed(tmp_path).counting["s001"].doubt
    assert "no file with the assignment's secrets" in placed(tmp_path, task=None).counting["s001"].doubt


def test_late_hand_in_says_how_late(tmp_path: Path) -> None:
    """Its end, or when the platform got it, is compared with the closing time; the later one counts."""
    task = samples.challenge("s001", "s002", closes=samples.after(samples.recorded()[1].finished, seconds=-3900))
    put(tmp_path, "a.zip", hand_in("s001", task))
    late = placed(tmp_path, task).counting["s001"]
    assert late.late == 3900
    assert late.came.lateness == "1 h 5 min after the closing time"
    got = samples.after(task.closes, days=1).replace("T", " ")[:19]
    put(tmp_path, "submission_metadata.yml", f"submission_1:\n  :created_at: {got} Z\n".encode())
    put(tmp_path, "submission_1/a.zip", hand_in("s002", task))
    assert placed(tmp_path, task).counting["s002"].came.lateness == "1 d after the closing time"


def test_platform_that_says_late_is_heard(tmp_path: Path) -> None:
    """Canvas marks as late what says of itself that it is in time: that is asked."""
    put(tmp_path, "onestudent_LATE_1_2_hand-in.zip", hand_in("s001", TASK))
    assert "the platform marks it as late" in placed(tmp_path).counting["s001"].questions[0]


def test_newest_that_can_be_judged_counts(tmp_path: Path) -> None:
    """Of several hand-ins the newest counts, a broken one never does, and that there were more is told."""
    put(tmp_path, MOODLE.format("Student One", 1).replace("hand-in", "1"), hand_in("s001", TASK))
    newer = {"finished": samples.after(samples.recorded()[1].finished, hours=5)}
    put(tmp_path, MOODLE.format("Student One", 1).replace("hand-in", "2"), hand_in("s001", TASK, said=newer))
    put(tmp_path, MOODLE.format("Student One", 1).replace("hand-in", "3"), b"broken")
    found = placed(tmp_path).counting["s001"]
    assert found.found.name == "2.zip"
    assert "handed in 3 times; the newest counts" in found.questions[0]
    assert "3.zip (not a zip" in found.questions[0]


def test_one_that_claims_to_be_anothers_takes_no_place(tmp_path: Path) -> None:
    """A newer hand-in that only says whose it is does not count where one is bound by the secret."""
    put(tmp_path, "a.zip", hand_in("s001", TASK))
    forged = {"student": "s001", "finished": "2026-11-30T00:00:00+00:00"}
    put(tmp_path, "b.zip", hand_in("s002", TASK, said=forged))
    assert placed(tmp_path).counting["s001"].found.name == "a.zip"


def test_without_a_list_the_hand_ins_say_who_there_is(tmp_path: Path) -> None:
    """Without roster and assignment, students are those whom the platform names, and nothing binds them."""
    put(tmp_path, MOODLE.format("Student One", 1), hand_in())
    put(tmp_path, MOODLE.format("Student Two", 2), b"broken")
    found = placed(tmp_path, None, ())
    assert set(found.students) == {"Student One", "Student Two"}
    assert found.counting["Student Two"].problem.startswith("not a zip")


def test_ids_that_differ_in_nothing_that_a_folder_could_show_are_one(tmp_path: Path) -> None:
    """Without a list, what two hand-ins call the same student in capital and small letters is one student's folder."""
    for number, id_ in enumerate(("s001", "S001", " s001 ")):
        put(tmp_path, f"{number}.zip", hand_in(id_, samples.challenge(id_)))
    found = placed(tmp_path, None, ())
    assert set(found.students) == set(found.counting) == {"s001"}
    assert "handed in 3 times" in found.counting["s001"].questions[1]


def test_folder_with_a_students_id_is_that_students(tmp_path: Path) -> None:
    """Who has made a folder for each student is understood; a folder in a student's own zip says nothing."""
    put(tmp_path, "labs/s001/hand-in.zip", hand_in())
    inside = put(tmp_path, "lab/s002/hand-in.zip", hand_in()).read_bytes()
    (tmp_path / "lab/s002/hand-in.zip").unlink()
    put(tmp_path, "somebody.zip", packed({"s002/hand-in.zip": inside}))
    found = placed(tmp_path, None)
    assert set(found.counting) == {"s001"}
    assert found.left_over[0].startswith("somebody.zip/s002/hand-in.zip: nobody knows whose it is")


def test_course_of_another_state_is_a_question(tmp_path: Path) -> None:
    """What was graded with other files of the course is judged by those here, and told."""
    put(tmp_path, "a.zip", hand_in("s001", TASK, said={"course_digest": "0" * 64}))
    assert "another state of the course" in placed(tmp_path).counting["s001"].questions[0]
