"""Swap, from /proc/swaps and /etc/fstab."""

import pytest
from hypothesis import given

from labproof.connection.fake import FakeConnection, Reply
from labproof.lab.machine import Lab
from steps.probes import swap
from tests.anything import texts

HEADER = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        (HEADER, []),
        ("", []),
        (HEADER + "/swapfile                               file\t\t2097148\t\t0\t\t-2\n", ["/swapfile"]),
        (HEADER + "/dev/dm-1  partition\t1\t0\t-2\n\n/dev/zram0 partition 1 0 100\n", ["/dev/dm-1", "/dev/zram0"]),
    ],
    ids=["header only", "empty", "a file", "two areas"],
)
def test_areas_in_use(text: str, areas: list[str]) -> None:
    """The areas below the header are in use."""
    assert swap.parse_swaps(text) == areas


@pytest.mark.parametrize(
    ("line", "is_active"),
    [
        ("/swapfile none swap defaults 0 0", True),
        ("/dev/mapper/centos-swap swap                    swap    defaults        0 0", True),
        ("/swapfile\tnone\tswap\tsw\t0\t0", True),
        ("   UUID=1 none swap", True),
        ("#/swapfile none swap defaults 0 0", False),
        ("##/swapfile none swap defaults 0 0", False),
        ("  # /swapfile none swap defaults 0 0", False),
        ("/dev/sda1 / ext4 defaults 0 1", False),
        ("/dev/sda2 /srv/swap ext4 defaults 0 1", False),
        ("LABEL=swap /swap xfs noswap 0 0", False),
        ("/dev/sda2 swap ext4 defaults 0 0", False),
        ("/swapfile none", False),
        ("/swapfile none swap noauto 0 0", False),
        ("/swapfile none swap defaults,noauto,pri=5 0 0", False),
        ("/swapfile none swap noauto,auto 0 0", True),
        ("/swapfile none swap defaults,nofail,discard=noauto 0 0", True),
        ("/swapfile none swap defaults 0 0\r", True),
        ("", False),
    ],
)
def test_lines_of_fstab(line: str, is_active: bool) -> None:
    """A line is active swap when its third field says so, and it is neither a comment nor left out at boot."""
    assert swap.parse_fstab(f"/dev/sda1 / xfs defaults 0 0\n{line}\n") == ([line.strip()] if is_active else [])


def test_files_are_the_right_ones(fake: FakeConnection, pair: Lab) -> None:
    """What is in use is read from the kernel, what comes at boot from fstab; a missing file holds nothing."""
    fake.answer("master", "/proc/swaps", f"{HEADER}/swapfile file 1 0 -2\n")
    fake.answer("master", "/etc/fstab", Reply(status=44))
    assert swap.in_use(pair["master"]) == ["/swapfile"]
    assert swap.at_boot(pair["master"]) == []


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("/swapfile none swap sw", "swapfile.swap"),
        ("/dev/mapper/centos-swap swap swap defaults 0 0", r"dev-mapper-centos\x2dswap.swap"),
        ("UUID=ab-cd none swap sw", r"dev-disk-by\x2duuid-ab\x2dcd.swap"),
        ('LABEL="swap" none swap sw', r"dev-disk-by\x2dlabel-swap.swap"),
        ("/.swap none swap sw", r"\x2eswap.swap"),
    ],
)
def test_unit_of_a_line(line: str, unit: str) -> None:
    """systemd names the unit of a swap line by what the line says, with signs of its own escaped."""
    assert swap.unit(line) == unit


@pytest.mark.parametrize(
    "told", [Reply("", 1, "Failed to get D-Bus connection"), Reply("LoadState=loaded\n"), None], ids=repr
)
def test_line_counts_while_nothing_is_known_to_be_masked(fake: FakeConnection, pair: Lab, told: Reply | None) -> None:
    """Without a word of systemd, as in a recording of an earlier time, fstab alone decides."""
    fake.answer("master", "/etc/fstab", "/swapfile none swap defaults 0 0\n")
    if told:
        fake.answer("master", "systemctl show", told)
    assert swap.at_boot(pair["master"]) == ["/swapfile none swap defaults 0 0"]


@given(texts("/swapfile", " swap", "#"))
def test_any_text_is_read(text: str) -> None:
    """Whatever the files hold, reading them does not break."""
    swap.parse_swaps(text)
    for line in swap.parse_fstab(text):
        swap.unit(line)
