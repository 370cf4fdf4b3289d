"""Whose hand-in it is, by the names that learning platforms give to what they hand out."""

import pytest
from hypothesis import given

from labproof.classes.roster import Student
from labproof.handins import platforms
from labproof.handins.platforms import Hint, Person
from labproof.providers.inventory_file import Inventory
from tests.anything import texts

CLASS = tuple(
    Student(id_, name, f"{id_}@example.org", "", Inventory({}))
    for id_, name in (("s001", "Student One"), ("s002", "Anna-Maria Two"), ("0012", "学生三"), ("s004", "Student Four"))
)


@pytest.mark.parametrize(
    ("place", "student"),
    [
        # Moodle, with a folder for each and without, with a group before the name, and anonymous.
        ("Student One_4711_assignsubmission_file/hand-in.zip", "s001"),
        ("Student One_4711_assignsubmission_file_/hand-in.zip", "s001"),
        ("Student One_4711_assignsubmission_file_hand-in-s002-run.zip", "s001"),
        ("Group A-Student One_4711_assignsubmission_file/hand-in.zip", "s001"),
        ("Anna-Maria Two_4712_assignsubmission_file/hand-in.zip", "s002"),
        ("Group A-Anna-Maria Two_4712_assignsubmission_file/hand-in.zip", "s002"),
        ("学生三_4713_assignsubmission_file/hand-in.zip", "0012"),
        ("Participant_4711_assignsubmission_file/hand-in.zip", ""),
        # Canvas: the family's name first, without spaces.
        ("onestudent_12345_67890_hand-in.zip", "s001"),
        ("onestudent_LATE_12345_67890_hand-in-s001-run-1.zip", "s001"),
        ("twoannamaria_12346_67891_hand-in.zip", "s002"),
        ("学生三_12347_67892_hand-in.zip", "0012"),
        ("somebodyelse_1_2_hand-in.zip", ""),
        ("hand-in-s001.zip", ""),
    ],
)
def test_name_of_a_platform_leads_to_its_student(place: str, student: str) -> None:
    """Moodle's and Canvas's names lead to the one student whom they can mean, and to nobody otherwise."""
    assert platforms.student(platforms.hint(place.split("/"), {}), CLASS) == student


def test_canvas_tells_that_it_was_late() -> None:
    """Canvas writes LATE into the name, and that is kept."""
    assert platforms.hint(["onestudent_LATE_1_2_hand-in.zip"], {}).is_late
    assert not platforms.hint(["onestudent_1_2_hand-in.zip"], {}).is_late


METADATA = """---
submission_11:
  :submitters:
  - :name: Whoever
    :sid: '0012'
    :email: other@example.org
  :created_at: 2026-11-30 10:11:12.000000000 Z
submission_12:
  :submitters:
  - :name: One Student
    :sid:
    :email: S001@example.org
submission_13:
  :submitters: none
submission_14: 3
"""


def test_gradescope_names_its_folders_in_a_file() -> None:
    """An id counts more than an address, that more than a name; when it came is kept."""
    told = platforms.metadata(METADATA)
    found = {name: platforms.student(platforms.hint(["x", name], told), CLASS) for name in told}
    assert found == {"submission_11": "0012", "submission_12": "s001", "submission_13": ""}
    assert told["submission_11"].received.startswith("2026-11-30T10:11:12")


@pytest.mark.parametrize(
    ("place", "student"),
    [
        # What lies within a platform's name is the student's own, who may call it by any name.
        ("Student One_1_assignsubmission_file/Student Four_4_assignsubmission_file_h.zip", "s001"),
        ("Student One_1_assignsubmission_file/submission_11/h.zip", "s001"),
        ("onestudent_1_2_h.zip", "s001"),
        ("submission_12/Student Four_4_assignsubmission_file/h.zip", "s001"),
        # An instructor's own folder may look as Canvas's files do.
        ("lab_2026_11_25/Student One_1_assignsubmission_file/h.zip", "s001"),
        ("lab_2026_11_25/onestudent_1_2_h.zip", "s001"),
        ("lab_2026_11_25/submission_12/h.zip", "s001"),
        ("onestudent_1_2_h/my lab/h", "s001"),
    ],
)
def test_outermost_name_counts(place: str, student: str) -> None:
    """Nobody gets a hand-in, or gets rid of one, by a name of another student's within what was uploaded."""
    assert platforms.student(platforms.hint(place.split("/"), platforms.metadata(METADATA)), CLASS) == student


def test_what_is_told_further_within_counts_where_nothing_is_certain() -> None:
    """In a zip of all that lies in a folder of one's own the names in it count; in a student's zip they do not."""
    four = platforms.hint(["Student Four_4_assignsubmission_file", "h.zip"], {})
    for outer, student in (("all.zip", "s004"), ("lab_2026_11_25/all.zip", "s004"), ("onestudent_1_2_h.zip", "s001")):
        hinted = platforms.further(platforms.hint(outer.split("/"), {}), four)
        assert platforms.student(hinted, CLASS) == student, outer


def test_whole_name_goes_before_a_part_of_it() -> None:
    """A name with a dash in it is no group's and another student's."""
    both = [Student(id_, name, "", "", Inventory({})) for id_, name in (("a", "Anna-Maria"), ("b", "Maria"))]
    found = [platforms.student(Hint((Person(name),)), both) for name in ("Anna-Maria", "Maria", "Group-Maria")]
    assert found == ["a", "b", "b"]


def test_name_that_two_have_leads_to_nobody() -> None:
    """Of two students of one name neither is guessed."""
    twins = [Student(id_, "Student One", "", "", Inventory({})) for id_ in ("a", "b")]
    assert platforms.student(Hint((Person("Student One"),)), twins) == ""


@given(texts("submission_1:", "\n", "  :submitters:", "  - :sid: ", ":created_at: 2026-01-01"))
def test_any_metadata_is_read(text: str) -> None:
    """Whatever stands in the file, what can be understood of it is kept, and nothing ends the reading."""
    assert isinstance(platforms.metadata(text), dict)
