"""The header of a roster: which column holds what, in the words that people use for it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_DEEPEST = 20
"""How many lines of title may stand above the header."""
_WORDS = {
    "id": "id studentid studentnumber studentno idnumber idnummer sid matrikelnummer matrikelnr matrnr"
    " 学号 编号 学生编号 学生学号 學號",
    "sis": "sisuserid",
    "name": "name fullname student studentname 姓名 名字 学生姓名",
    "first": "firstname givenname forename vorname 名",
    "last": "lastname surname familyname nachname familienname 姓",
    "email": "email mail emailaddress e-mail emailadresse 邮箱 电子邮箱 邮件 电子邮件 邮箱地址 email地址 電子郵件",
    "group": "group groups class section sections team gruppe gruppen 组 组别 小组 分组 班级",
    "inventory": "inventory inventar 清单 机器清单",
    "vagrant": "vagrant vagrantfolder vagrantordner vagrant文件夹",
    "host": "host hostname 主机 主机名",
    "port": "port 端口",
    "user": "user username benutzer 用户 用户名",
    "key": "key keyfile schlüssel 密钥 私钥",
    "password": "password passwort 密码 口令",
    "address": "address adresse 地址",
    "jump": "jump jumphost proxyjump bastion sprunghost 跳板机 跳板",
}
_AROUND = re.compile(r"\A[\s{0}]+|[\s{0}]+\Z".format("\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"))
_REMARK = re.compile(r"[(\[【][^)\]】]*(必填|必须|选填|可选|文本|required|optional|pflicht)[^)\]】]*[)\]】]")
"""What a template says of a column, behind its word."""
_KEY = {unicodedata.normalize("NFKC", word).casefold(): key for key, words in _WORDS.items() for word in words.split()}
OF_STUDENT = ("id", "name", "email", "group", "inventory", "vagrant")
IN_PARTS = ("sis", "first", "last")
"""What a learning platform's table has in place of an id and a name."""
OF_MACHINE = ("host", "port", "user", "key", "password", "address", "jump")


def plain(text: str) -> str:
    """Return a text with full-width letters and digits as ASCII has them, and nothing around it."""
    narrow = (
        chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text.replace("\N{IDEOGRAPHIC SPACE}", " ")
    )
    return trimmed(unicodedata.normalize("NFC", "".join(narrow)))


def trimmed(text: str) -> str:
    """Return a text without blanks around it, nor marks that cannot be seen: they come along from pages and e-mails."""
    return _AROUND.sub("", text)


def key_of(word: str, machines: Sequence[str]) -> str:
    """Return what a word of a header means: `id`, or `master.host` for a machine; nothing where it says nothing here.

    Raises ValueError for a word that begins with a machine's name and goes on with what no machine has.
    """
    said = plain(_REMARK.sub("", unicodedata.normalize("NFKC", plain(word)).casefold()))
    for machine in sorted(machines, key=len, reverse=True):
        if found := re.fullmatch(rf"{re.escape(machine.casefold())}[\s._:/-]+(.+)", said):
            key = _KEY.get(_bare(found[1]), "")
            if key not in OF_MACHINE:
                raise ValueError(f"{machine}.{found[1]}")
            return f"{machine}.{key}"
    key = _KEY.get(said) or _KEY.get(_bare(said), "")
    return key if key in OF_STUDENT or key in IN_PARTS else ""


def find(sheet: Sequence[Sequence[str]], machines: Sequence[str]) -> int | None:
    """Return which row is the header: the first that names an id and something else, or nothing but an id."""
    for number, row in enumerate(sheet[:_DEEPEST]):
        keys = {key for _, key in _known(row, machines)}
        is_alone = sum(bool(text.strip()) for text in row) == 1
        if not keys.isdisjoint(("id", "sis")) and (len(keys) > 1 or is_alone):
            return number
    return None


def columns(row: Sequence[str], machines: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Return in which column each thing stands, and what is wrong with the header."""
    found: dict[str, int] = {}
    problems = []
    for number, key in _known(row, machines):
        if key.startswith("?"):
            known = ", ".join(OF_MACHINE)
            problems.append(f"{letter(number)}: no machine has {key[1:][:80]!r}; there are: {known}")
        # Many a school has a class and a group in it; either says what an instructor wants to see.
        elif key in found and key != "group":
            problems.append(f"{letter(number)}: {key} stands in {letter(found[key])}, too; rename or remove one")
        else:
            found.setdefault(key, number)
    return found, problems


def letter(number: int) -> str:
    """Return a column as a spreadsheet names it: `column A` is number 0."""
    name, left = "", number + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(ord("A") + digit) + name
    return f"column {name}"


def _known(row: Sequence[str], machines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield every column that says something, with its key; `?` and a word for one that no machine has."""
    for number, word in enumerate(row):
        try:
            key = key_of(word, machines)
        except ValueError as unknown:
            key = f"?{unknown}"
        if key:
            yield number, key


def _bare(word: str) -> str:
    """Return a word without what people put between and behind its parts."""
    return re.sub(r"[\s._:*()-]+", "", word)
