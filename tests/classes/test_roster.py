"""The roster of a class: the files that people have, and everything that is wrong in them."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labproof.classes import roster
from labproof.ground.errors import ConfigError
from tests.classes.rosters import CHINESE, ENGLISH, HEADER, MACHINES, ROW, problems, read, table, wide
from tests.handins import samples


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", [ENGLISH, CHINESE])
def test_files_that_spreadsheets_export(tmp_path: Path, delimiter: str, encoding: str, header: tuple[str, ...]) -> None:
    """Whatever encoding, delimiter and language an export has, the same student comes out of it."""
    [student] = read(tmp_path, table(delimiter, header, ROW).encode(encoding))
    assert (student.id, student.name, student.email, student.group) == ROW[:4]
    assert [machine.host for machine in student.inventory.machines.values()] == ["10.0.0.1", "10.0.0.2"]


def test_german_export_of_excel(tmp_path: Path) -> None:
    """Umlauts in the Windows encoding are not taken for Chinese."""
    text = "Matrikelnummer;Name;Gruppe;master.host;node.host\r\n007;Jörg Müller;A;a;b\r\n"
    assert read(tmp_path, text.encode("cp1252"))[0].name == "Jörg Müller"


def test_rare_characters_are_chinese(tmp_path: Path) -> None:
    """A name that GB18030 writes in four bytes is read, with a header in either language."""
    for header in ("学号,姓名,master.host,node.host", "id,name,master.host,node.host"):
        for name in ("镕𠮷", "㐀"):
            text = f"{header}\n007,{name},a,b\n"
            assert read(tmp_path, text.encode("gb18030"))[0].name == name


@pytest.mark.parametrize("comma", ["\N{FULLWIDTH COMMA}", "\N{FULLWIDTH SEMICOLON}"])
def test_wide_commas_part_cells(tmp_path: Path, comma: str) -> None:
    """A table that was typed with a Chinese keyboard's commas is one."""
    [student] = read(tmp_path, table(comma, CHINESE, ROW).encode())
    assert (student.id, student.name, student.group) == ("0012345", "王磊", "一班")


@pytest.mark.parametrize(
    ("header", "row", "student"),
    [
        # Moodle's participants in three languages, Gradescope's roster, Canvas' gradebook, a German list.
        ("First name,Last name,ID number,Email address,Groups", "Lei,Wang,07,w@x.cn,A", ("07", "Lei Wang", "A")),
        ("Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen", "Jörg,Müller,07,,A", ("07", "Jörg Müller", "A")),
        ("名,姓,学号,Email地址,组", "磊,王,07,,A", ("07", "王磊", "A")),
        ("First Name,Last Name,SID,Email,Sections", "Lei,Wang,07,w@x.cn,A", ("07", "Lei Wang", "A")),
        ("Name,Vorname,Matrikelnr.,Gruppe", "Müller,Jörg,07,A", ("07", "Jörg Müller", "A")),
        ("Student,ID,SIS User ID,SIS Login ID,Section", '"Wang, Lei",4711,07,wl,A', ("07", "Wang, Lei", "A")),
        ("Student,ID,SIS User ID,SIS Login ID,Section", '"Wang, Lei",4711,,wl,A', ("4711", "Wang, Lei", "A")),
        ("学号\uff08必填\uff09,姓名 [必填],班级(选填)", "07,王磊,A", ("07", "王磊", "A")),
        ("\ufeff学号\u200b,\u00a0姓名,组", "07,王磊,A", ("07", "王磊", "A")),
        ("学号", "07", ("07", "", "")),
        ("学号,姓名,班级,小组", "07,王磊,A,3", ("07", "王磊", "A")),
    ],
)
def test_tables_of_platforms_and_schools(tmp_path: Path, header: str, row: str, student: tuple[str, str, str]) -> None:
    """Whatever a platform or a school calls its columns, id, name and group come out of them."""
    (tmp_path / "class.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    [found] = roster.read_names(tmp_path / "class.csv", MACHINES)
    assert (found.id, found.name, found.group) == student


def test_rows_that_are_no_student(tmp_path: Path) -> None:
    """The header on every printed page, and Canvas' row of the points that can be had, are nobody."""
    text = f"{HEADER}\n,    Points Possible,,,,\n7,A,,,a,b\n{HEADER}\n8,B,,,c,d\n"
    assert [student.id for student in read(tmp_path, text.encode())] == ["7", "8"]


def test_marks_that_cannot_be_seen(tmp_path: Path) -> None:
    """Around a text they are left out, as blanks are; a name keeps those that its letters need."""
    text = f"{HEADER}\n\u200b007\ufeff,\u200f\u0645\u06cc\u200c\u062e\u200f,\u202aa@x.cn\u202c,,\u00a0a,b\n"
    [student] = read(tmp_path, text.encode())
    assert (student.id, student.name, student.email) == ("007", "\u0645\u06cc\u200c\u062e", "a@x.cn")
    assert student.inventory.machines["master"].host == "a"


def test_export_of_a_learning_platform(tmp_path: Path) -> None:
    """Columns that a roster has no use for are passed over, and `Student` beside `ID` is a name."""
    text = "Student,ID,SIS Login ID,Section,master.host,node.host\nWang Lei,0012,wl,A,a,b\n"
    [student] = read(tmp_path, text.encode())
    assert (student.id, student.name) == ("0012", "Wang Lei")


def test_title_above_the_header_and_blank_lines(tmp_path: Path) -> None:
    """A title and Excel's own line about the delimiter are passed over, and so is a blank line."""
    text = f"sep=,\nLinux 2026, Friday,,,,\n\n{HEADER}\n7,A,,,a,b\n,,,,,\n8,B,,,c,d\n"
    assert [student.id for student in read(tmp_path, text.encode())] == ["7", "8"]


@pytest.mark.parametrize(
    ("written", "meant"), [(wide("0012"), "0012"), ("0012", "0012"), ('"=""0012"""', "0012"), (" s-12 ", "s-12")]
)
def test_ids_stay_as_they_are_meant(tmp_path: Path, written: str, meant: str) -> None:
    """Full-width digits become plain ones, leading zeros stay, and so does what a formula was to keep."""
    assert read(tmp_path, f"{HEADER}\n{written},A,,,a,b\n".encode())[0].id == meant


def test_quotes_commas_and_lines_in_a_name(tmp_path: Path) -> None:
    """A name keeps its commas and its quotes, and stands in one line."""
    text = f'{HEADER}\n7,"Wang ""Leo"", \nLei",,,a,b\n'
    assert read(tmp_path, text.encode())[0].name == 'Wang "Leo", Lei'


def test_every_setting_of_a_machine(tmp_path: Path) -> None:
    """Port, user, key, password and address have columns; a key is looked for beside the roster."""
    (tmp_path / "key").write_text("")
    names = [f"{m}.{k}" for m in MACHINES for k in ("host", "port", "user", "key", "password", "address")]
    row = ["h", "2201", "vagrant", "key", " p,w ", "10.1.0.1", "h", wide("2202"), "", "", "", "10.1.0.2"]
    text = table(",", ["id", *names], ["7", *(f'"{cell}"' for cell in row)])
    master, node = read(tmp_path, text.encode())[0].inventory.machines.values()
    assert (master.port, master.user, master.key, master.password) == (2201, "vagrant", tmp_path / "key", " p,w ")
    assert (node.port, node.user, node.key, node.address) == (2202, "root", None, "10.1.0.2")


def test_inventory_of_each_student(tmp_path: Path) -> None:
    """A column may name a student's inventory instead, beside the roster."""
    (tmp_path / "wang.toml").write_text('[master]\nhost = "a"\n[node]\nhost = "b"\n')
    [student] = read(tmp_path, b"id,inventory\n7,wang.toml\n")
    assert student.inventory.machines["node"].host == "b"
    told = problems(tmp_path, "id,inventory\n7,none.toml\n")
    assert told == [f"row 2, column B (inventory): {tmp_path / 'none.toml'}: no such file; check the path"]


def test_jump_host_of_a_machine(tmp_path: Path) -> None:
    """A machine may be behind a jump host; at one address behind two of them there are two machines."""
    text = "id,master.host,master.jump,node.host,node.跳板机\n"
    text += "1,10.0.0.1,me@a:22,10.0.0.2,me@a:22\n2,10.0.0.1,me@b:22,10.0.0.2,me@b:22\n"
    one, two = (student.inventory.machines["master"] for student in read(tmp_path, text.encode()))
    assert (one.jump, two.jump) == ("me@a:22", "me@b:22")
    told = problems(tmp_path, text.replace("@b:22", "@a:22"))
    assert "10.0.0.1 port 22 through me@a:22 is master of row 2, too" in told[0]
    told = problems(tmp_path, text.replace("me@a:22", "me@a:0"))
    assert told[0].startswith("row 2, column C (master.jump): expected user@host:port, found 'me@a:0'; name the host")


SAVED = "Host master\n HostName 127.0.0.1\n Port {}\nHost node\n HostName 127.0.0.1\n Port {}\n"


def test_vagrant_of_each_student(tmp_path: Path) -> None:
    """A column may name a Vagrant folder, or what was saved of its ssh settings; what is wrong there has its place."""
    (tmp_path / "1.txt").write_text(SAVED.format(2200, 2201))
    (tmp_path / "2.txt").write_text(SAVED.format(2202, 2203))
    students = read(tmp_path, b"id,vagrant\n1,1.txt\n2,2.txt\n")
    assert [one.inventory.machines["node"].port for one in students] == [2201, 2203]
    (tmp_path / "2.txt").write_text(SAVED.format(2202, 2201))
    assert "node of row 2, too" in problems(tmp_path, "id,vagrant\n1,1.txt\n2,2.txt\n")[0]
    told = problems(tmp_path, "id,vagrant\n1,none\n")
    assert told == [f"row 2, column B (vagrant): {tmp_path / 'none'}: no such folder, and no such file; check the path"]
    told = problems(tmp_path, "id,vagrant,inventory\n1,1.txt,a.toml\n")
    assert told[0] == "row 2, column B (vagrant): inventory names the machines already; leave out one of the two"


TOML = """
[[student]]
id = "007"
name = "Wang Lei"
[student.master]
host = "a"
port = 2201
[student.node]
host = "b"
"""


def test_toml(tmp_path: Path) -> None:
    """A roster in TOML has a table for each student, and one in it for each machine."""
    [student] = read(tmp_path, TOML.encode(), "class.toml")
    assert (student.id, student.name, student.inventory.machines["master"].port) == ("007", "Wang Lei", 2201)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('id = "007"', "id = 7", "student 1, key id: expected a text, found 7; put it in quotes"),
        ('host = "a"', 'hots = "a"', "student 1, key 'master.?hots': unknown key; remove it, or correct its spelling"),
        ("name =", "nmae =", "student 1, key 'nmae': unknown key; remove it, or correct its spelling"),
        ("port = 2201", "port = 0", "student 1, key master.port (master.port): expected a port from 1 to 65535"),
        ("port = 2201", "password = 12", "student 1, key master.password: expected a text, found what is not shown"),
    ],
)
def test_problems_of_toml(tmp_path: Path, before: str, after: str, told: str) -> None:
    """What is wrong in TOML is told with the student and the key."""
    assert any(problem.startswith(told) for problem in problems(tmp_path, TOML.replace(before, after), "class.toml"))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",A,,,a,b", "row 2, column A (id): missing; give each student an id"),
        ("7,,,,a,b", "row 2, column B (name): missing; name the student"),
        ("7,A,,,,b", "row 2, column E (master.host): missing; say where the machine is"),
        ("7,A,,,a", "row 2, column F (node.host): missing; say where the machine is"),
        ("7,A,,,a,a", "row 2: master and node are both at a port 22: name two machines"),
        ("7,A,,,root@a,b", "row 2, column E (master.host): expected a name or an address, found 'root@a'; user and"),
        ("7,Wang, Lei,,x,a,b", "row 2, column G: 1 more than the header has columns; put a text that holds"),
        ("2.02E+11,A,,,a,b", "row 2, column A (id): 2.02E+11 is a number that a spreadsheet has rounded; make the"),
        ("7,A\u202eB,,,a,b", "row 2, column B (name): holds what cannot be seen; leave it out"),
        ("2023001.0,A,,,a,b", "row 2, column A (id): 2023001.0 is a number as a program writes it, perhaps without"),
        ("2.02301E11,A,,,a,b", "row 2, column A (id): 2.02301E11 is a number that a spreadsheet has rounded; make"),
        ("#REF!,A,,,a,b", "row 2, column A (id): #REF! is what a spreadsheet shows for want of a value; make the col"),
        ("7,#N/A,,,a,b", "row 2, column B (name): #N/A is what a spreadsheet shows for want of a value; correct the"),
        ("7,A,,,#NAME?,b", "row 2, column E (master.host): #NAME? is what a spreadsheet shows for want of a value; c"),
        ("7,A,,,127.0.0.1,localhost", "row 2, column F (node.host): localhost port 22 is master of the same student"),
    ],
)
def test_problems_of_a_row(tmp_path: Path, row: str, told: str) -> None:
    """What is wrong with a student is told with row, column and what to do."""
    assert any(problem.startswith(told) for problem in problems(tmp_path, f"{HEADER}\n{row}\n"))


@pytest.mark.parametrize(
    "id_",
    ["a/b", "..", ".hidden", "a:b", "con", "COM1.txt", "nul", "a\\b", "x.", "what?", "-rf", "class.json", "x" * 201],
)
def test_ids_that_name_no_folder(tmp_path: Path, id_: str) -> None:
    """An id that could be no folder's name on some operating system is refused."""
    assert [p.split(": ")[0] for p in problems(tmp_path, f"{HEADER}\n{id_},A,,,a,b\n")] == ["row 2, column A (id)"]


def test_two_students_with_one_id(tmp_path: Path) -> None:
    """An id may stand once, capital or small: some file systems would give both one folder."""
    told = problems(tmp_path, f"{HEADER}\nab,A,,,a,b\nAB,B,,,c,d\n")
    assert told == ["row 3, column A (id): AB is the id of row 2, too; give each student one of their own"]


def test_two_students_on_one_machine(tmp_path: Path) -> None:
    """A machine that two students are said to have is told with both of their rows."""
    told = problems(tmp_path, f"{HEADER}\n7,A,,,a,b\n8,B,,,c,A\n")
    assert told == ["row 3, column F (node.host): A port 22 is master of row 2, too; name each student's own machine"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("localhost", "127.0.0.1"),
        ("lab.example.org", "LAB.example.org."),
        ("::1", "0:0:0:0:0:0:0:1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("FE80::1", "fe80:0::1"),
    ],
)
def test_one_machine_in_two_ways_of_writing(tmp_path: Path, one: str, other: str) -> None:
    """However a machine is written, two students cannot have it."""
    told = problems(tmp_path, f"{HEADER}\n7,A,,,{one},b\n8,B,,,{other},c\n")
    assert told == [
        f"row 3, column E (master.host): {other} port 22 is master of row 2, too; name each student's own machine"
    ]


def test_two_students_with_one_address(tmp_path: Path) -> None:
    """An e-mail address is one student's; what is none may stand in every row."""
    told = problems(tmp_path, f"{HEADER}\n7,A,a@x.cn,,a,b\n8,B,A@x.cn,,c,d\n9,C,-,,e,f\n10,D,-,,g,h\n")
    assert told == ["row 3, column C (email): A@x.cn is that of row 2, too; correct one, or leave it out"]


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    """Problems of different rows, and of the header, come in one error."""
    assert len(problems(tmp_path, f"{HEADER},master.prot\n,A,,,a,b\n8,,,,c,d\n")) == 3


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "id,master.prot,master.host,node.host",
            "row 1, column B: no machine has 'master.prot'; there are: host, port",
        ),
        ("id,学号,master.host,node.host", "row 1, column B: id stands in column A, too; rename or remove one"),
    ],
)
def test_problems_of_the_header(tmp_path: Path, header: str, told: str) -> None:
    """A word of the header that means nothing, or the same as another, is told with its column."""
    assert any(problem.startswith(told) for problem in problems(tmp_path, f"{header}\n7,a,b,c\n"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"name,email\nA,B\n", "no header with an id"),
        (b"id,name,master.host,node.host\n", "no student in it"),
        (b"\xff\xfe\x00", "neither UTF-8"),
        (b"PK\x03\x04 and no more", "a damaged workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            r"an old workbook \(.xls\), or one with a password; save it",
        ),
        (samples.packed({"Index/Document.iwa": b""}), "a zip, and no workbook"),
        (b"<html><table><tr><td>id</td></tr></table>", "a page, whatever its name says; open it in a spreadsheet"),
        (b"id|name\n7|A\n", r"no header with an id .* found 'id\|name'; begin the table with"),
        (b'id,name\n7,"A\n', r"row 2: no table from here on \(unexpected end of"),
    ],
)
def test_what_is_no_roster(tmp_path: Path, data: bytes, told: str) -> None:
    """A file that holds no class is refused in words."""
    with pytest.raises(ConfigError, match=told):
        read(tmp_path, data)


def test_no_such_roster(tmp_path: Path) -> None:
    """A roster that is not there, and a folder in its place, are errors of whoever named it."""
    with pytest.raises(ConfigError, match="no such file"):
        roster.read(tmp_path / "none.csv", MACHINES)
    with pytest.raises(ConfigError, match="expected a file"):
        roster.read(tmp_path, MACHINES)


PIECES = [
    *(HEADER.encode(), "学号".encode("gb18030"), b"7", b"9" * 5000, wide("0").encode()),
    *(b"\n", b",", b";", b"\t", b'"', b"=", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04"),
    *(b"[[student]]", b"[student.master]", b"id=", b"a.b", b'"a"'),
]


@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=30).map(b"".join),
    st.sampled_from(["csv", "toml", "xlsx"]),
)
@example(b"[[student]]\n'a.b' = 1\n", "toml")
@example(b"[[student]]\nid = 0x" + b"f" * 9000, "toml")
def test_any_bytes_are_a_roster_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    """Whatever the bytes, they are a class of students with ids, or an error that says what is wrong."""
    folder = tmp_path_factory.mktemp("roster")
    try:
        students = read(folder, data, f"class.{ending}")
    except ConfigError as problem:
        students, told = (), problem.problems
    else:
        told = []
    assert bool(students) != bool(told)
    assert all(student.id and not roster.folder_problem(student.id) for student in students)
