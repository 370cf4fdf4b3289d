"""Labs of a class that answer as another student's do."""

from labproof.classes import likeness
from labproof.classes.likeness import Mark
from labproof.records.model import LabDescription, Mode, RunRecord

AUTHORITY = "c" * 64


def marks(machine_id: str, **cluster: str) -> tuple[Mark, ...]:
    lab = LabDescription("handout", "inventory", machines={"master": {"machine-id": machine_id}}, cluster=cluster)
    return likeness.marks(RunRecord("run", Mode.VERIFY, "", lab, "x"))


def test_same_authority_is_a_question_for_both() -> None:
    """Two clusters with one authority are asked about, each with the other student named."""
    asked = likeness.questions({"1": marks("a", authority=AUTHORITY), "2": marks("b", authority=AUTHORITY)})
    assert asked == {
        "1": ("authority of the cluster is that of 2, too: one lab for several, or a copy?",),
        "2": ("authority of the cluster is that of 1, too: one lab for several, or a copy?",),
    }


def test_same_time_is_no_question() -> None:
    """Two clusters may well be made in the same second."""
    asked = likeness.questions(
        {"1": marks("a", made="2026-01-01T00:00:00Z"), "2": marks("b", made="2026-01-01T00:00:00Z")}
    )
    assert asked == {"1": (), "2": ()}


def test_what_a_lab_does_not_tell_is_no_question() -> None:
    """Labs that tell nothing of themselves are not alike for that."""
    assert likeness.questions({"1": marks(""), "2": marks("")}) == {"1": (), "2": ()}


def test_class_made_from_one_image_gets_short_questions() -> None:
    """Where a whole class is alike, each question names three others and counts the rest."""
    asked = likeness.questions({str(number): marks("a" * 32) for number in range(300)})
    assert {len(said) for said in asked.values()} == {1}
    assert asked["299"] == (
        "master: the machine-id is that of 0 (master), 1 (master), 2 (master) and of 296 more, too: one lab for"
        " several, or a copy?",
    )
    assert "that of 0 (master), 2 (master), 3 (master) and" in asked["1"][0]
