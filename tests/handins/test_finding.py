"""Hand-ins are found in whatever a platform gives, and one that is broken stands in nobody's way."""

import io
import zipfile
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.handins import archive, finding, manifest, unpacking
from tests.handins import samples
from tests.handins.samples import hand_in, put


def bundle(**files: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return whole.getvalue()


def students_in(root: Path) -> dict[str, str]:
    """Return, by their places, whose the hand-ins say they are, or what is wrong with them."""
    return {one.place: one.problem or unpacking.read_manifest(one).student for one in finding.find(root)}


TASK = samples.challenge("s001", "s002")
ONE, TWO = hand_in("s001", TASK), hand_in("s002", TASK)


def test_folder_of_moodle(tmp_path: Path) -> None:
    """A folder for each student, as Moodle packs them, with a text and a desktop's litter beside the hand-in."""
    put(tmp_path, "Student One_1_assignsubmission_file/hand-in.zip", ONE)
    put(tmp_path, "Student One_1_assignsubmission_onlinetext/onlinetext.html", b"<p>Here it is</p>")
    put(tmp_path, "Student Two_2_assignsubmission_file_hand-in.zip", TWO)
    put(tmp_path, ".DS_Store", b"x")
    assert students_in(tmp_path) == {
        "Student One_1_assignsubmission_file/hand-in.zip": "s001",
        "Student Two_2_assignsubmission_file_hand-in.zip": "s002",
    }


def test_zip_of_all_and_zips_within(tmp_path: Path) -> None:
    """One zip of the class, in it a hand-in, a hand-in that was zipped again, and one that a Mac has packed."""
    again = bundle(**{"my lab/hand-in.zip": TWO})
    mac = bundle(
        **{f"lab/{name}": data for name, data in samples.files("s001", TASK).items()},
        **{"__MACOSX/lab/._evidence.jsonl": b"\x00", "lab/.DS_Store": b"x"},
    )
    path = put(
        tmp_path, "submissions.zip", bundle(**{"one_1_2_a.zip": ONE, "two_1_3_b.zip": again, "m_1_4_c.zip": mac})
    )
    assert students_in(path) == {
        "one_1_2_a.zip": "s001",
        "two_1_3_b.zip/my lab/hand-in.zip": "s002",
        "m_1_4_c.zip/lab": "s001",
    }


def test_hand_ins_that_gradescope_has_unpacked(tmp_path: Path) -> None:
    """Gradescope unpacks what is uploaded: a folder with the evidence is a hand-in, in its zip as well."""
    metadata = b"submission_1:\n  :submitters:\n  - :sid: s001\n    :name: Student One\n"
    inside = {f"a_export/submission_1/{name}": data for name, data in samples.files("s001", TASK).items()}
    path = put(tmp_path, "export.zip", bundle(**inside, **{"a_export/submission_metadata.yml": metadata}))
    found = finding.find(path)
    assert [one.place for one in found] == ["a_export/submission_1"]
    assert found[0].hint.people[0].id == "s001"
    with zipfile.ZipFile(path) as unpacked:
        unpacked.extractall(tmp_path / "folder")
    assert students_in(tmp_path / "folder") == {"a_export/submission_1": "s001"}


def test_names_in_every_encoding_of_a_zip(tmp_path: Path) -> None:
    """What macOS, a Chinese or a German Windows and PowerShell pack has the names that were meant."""
    for number, (name, encoding) in enumerate((("学生三", "utf-8"), ("学生三", "gb18030"), ("Jörg Müller", "cp437"))):
        written = f"{name}_1_assignsubmission_file/h.zip".encode(encoding)
        data = bundle(**{"N" * len(written): ONE}).replace(b"N" * len(written), written)
        path = put(tmp_path, f"{number}.zip", data)
        assert students_in(path) == {f"{name}_1_assignsubmission_file/h.zip": "s001"}, encoding
    files = samples.files("s001", TASK)
    names = {name: f"lab{'/' * 9}{name}" for name in files}
    data = bundle(**{names[name]: data for name, data in files.items()}).replace(b"/" * 9, rb"\my folder"[:8] + b"\\")
    path = put(tmp_path, "powershell.zip", data)
    assert students_in(path) == {"lab/my fold": "s001"}
    path = put(tmp_path, "dots.zip", bundle(**{f"./lab/./{name}": data for name, data in files.items()}))
    assert students_in(path) == {"lab": "s001"}


def test_metadata_that_a_student_uploads_says_nothing(tmp_path: Path) -> None:
    """Beside the folders of Gradescope its own file counts, and no file of that name within one of them."""
    told = "submission_{}:\n  :submitters:\n  - :sid: {}\n"
    put(tmp_path, "submission_metadata.yml", (told.format(1, "s001") + told.format(2, "s002")).encode())
    for number, student in ((1, "s001"), (2, "s002")):
        for name, data in samples.files(student, TASK).items():
            put(tmp_path, f"submission_{number}/lab/{name}", data)
    stolen = told.format(1, "s002").encode() + b"lab:\n  :submitters:\n  - :sid: s001\n"
    put(tmp_path, "submission_2/submission_metadata.yml", stolen)
    found = {one.place: one.hint.people[0].id for one in finding.find(tmp_path)}
    assert found == {"submission_1/lab": "s001", "submission_2/lab": "s002"}


def test_zips_within_a_students_zip_take_no_time(tmp_path: Path) -> None:
    """Of a zip with tens of thousands of zips in it, no more than some are looked into, and it has one word."""
    small = bundle(**{f"{number}.zip": bundle(x=b"") for number in range(100)})
    many = samples.packed({f"{number}.zip": small for number in range(100)})
    put(tmp_path, "Student Two_2_assignsubmission_file/many.zip", many)
    put(tmp_path, "Student One_1_assignsubmission_file/hand-in.zip", ONE)
    found = {one.place.split("_")[0]: one.problem for one in finding.find(tmp_path)}
    assert found["Student One"] == ""
    assert found["Student Two"].startswith("more than 2000 files in zips within it")
    assert len(finding.find(tmp_path)) == 2


def test_name_that_leads_out_of_a_class_is_told(tmp_path: Path) -> None:
    """In the zip of a class, too, an entry that leads out of it has its word, and is no litter."""
    path = put(tmp_path, "all.zip", bundle(**{"../../evidence.jsonl": b"x", "hand-in.zip": ONE}))
    found = students_in(path)
    assert found.pop("hand-in.zip") == "s001"
    assert "a name that leads out of the zip" in found.popitem()[1]


def test_results_beside_the_hand_ins_are_none(tmp_path: Path) -> None:
    """Where results go into a folder within that of the hand-ins, nothing of them is taken for one the next time."""
    put(tmp_path, "hand-in.zip", ONE)
    put(tmp_path, "out/s001/runs/r/evidence.jsonl", b"")
    assert [one.place for one in finding.find(tmp_path, tmp_path / "out")] == ["hand-in.zip"]
    with pytest.raises(ConfigError, match="is where the hand-ins are; name another folder"):
        finding.find(tmp_path, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "Student One_1_assignsubmission_onlinetext/onlinetext.html",
        "Student One_1_assignsubmission_onlinetext_onlinetext.html",
        "onestudent_1_text.html",
        "onestudent_LATE_1_link.html",
        ".gitkeep",
        "~$class.xlsx",
        "__MACOSX/._hand-in.zip",
    ],
)
def test_what_nobody_has_handed_in_is_passed_over(tmp_path: Path, name: str) -> None:
    """A platform's own forms and an operating system's files are no hand-in that could not be read."""
    put(tmp_path, name, b"x")
    put(tmp_path, "hand-in.zip", ONE)
    assert [one.place for one in finding.find(tmp_path)] == ["hand-in.zip"]


def test_each_broken_hand_in_is_its_own_trouble(tmp_path: Path) -> None:
    """Hostile and broken files have their word each, and the good ones are found all the same."""
    deep = ONE
    for _ in range(finding._DEEPEST + 1):
        deep = bundle(**{"again.zip": deep})
    bad = {
        "a/notes.pdf": b"%PDF-1.7",
        "b/empty.zip": bundle(),
        "c/out.zip": bundle(**{"../evidence.jsonl": b"x", "evidence.jsonl": b"x"}),
        "d/bomb.zip": samples.packed({"evidence.jsonl": bytes(20 * archive.MIB)}),
        "e/deep.zip": deep,
        "f/none.zip": bundle(**{"evidence.jsonl": b"{}"}),
        "g/odd.zip": bundle(**{manifest.NAME: b"[1]", "evidence.jsonl": b""}),
    }
    for name, data in {**bad, "z/good.zip": ONE}.items():
        put(tmp_path, name, data)
    said = {}
    for one in finding.find(tmp_path):
        try:
            said[one.place[0]] = one.problem or unpacking.read_manifest(one).student
        except archive.Unfit as problem:
            said[one.place[0]] = str(problem)
    assert said["z"] == "s001"
    words = ("not a zip", "empty zip", "leads out", "bomb", "zips within zips", "missing", "expected 1, found None")
    for name, word in zip("abcdefg", words, strict=True):
        assert word in said[name], said


def test_folder_without_hand_ins_is_a_mistake(tmp_path: Path) -> None:
    """A folder where there is nothing, and one that is not there, are told before anything is judged."""
    for path, words in ((tmp_path, "nothing was handed in there"), (tmp_path / "x", "no such folder")):
        with pytest.raises(ConfigError, match=words):
            finding.find(path)
