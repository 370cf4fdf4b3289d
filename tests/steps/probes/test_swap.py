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
        ("", False),
    ],
)
def test_lines_of_fstab(line: str, is_active: bool) -> None:
    """A line is active swap when its third field says so and it is no comment, parted by blanks or tabs."""
    assert swap.parse_fstab(f"/dev/sda1 / xfs defaults 0 0\n{line}\n") == ([line.strip()] if is_active else [])


def test_files_are_the_right_ones(fake: FakeConnection, pair: Lab) -> None:
    """What is in use is read from the kernel, what comes at boot from fstab; a missing file holds nothing."""
    fake.answer("master", "/proc/swaps", f"{HEADER}/swapfile file 1 0 -2\n")
    fake.answer("master", "/etc/fstab", Reply(status=44))
    assert swap.in_use(pair["master"]) == ["/swapfile"]
    assert swap.at_boot(pair["master"]) == []


@given(texts("/swapfile", " swap", "#"))
def test_any_text_is_read(text: str) -> None:
    """Whatever the files hold, reading them does not break."""
    swap.parse_swaps(text)
    swap.parse_fstab(text)
