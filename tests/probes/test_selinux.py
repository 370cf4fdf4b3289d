"""SELinux, now and at the next boot."""

import pytest
from hypothesis import given

from labproof.connection.fake import FakeConnection, Reply
from labproof.machine import Lab
from labproof.probes import selinux
from tests.anything import texts

COMMENTS = "# This file controls the state of SELinux on the system.\n# SELINUX= can take one of these three values:\n"


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (COMMENTS + "SELINUX=disabled\nSELINUXTYPE=targeted\n", "disabled"),
        (COMMENTS + "SELINUX=enforcing\n", "enforcing"),
        ("SELINUX=Permissive \n", "permissive"),
        ("SELINUX=enforcing\nSELINUX=disabled\n", "disabled"),
        ("SELINUX=disabled\nSELINUX=enforcing\n", "enforcing"),
        ("#SELINUX=disabled\n", None),
        ("SELINUXTYPE=targeted\n", None),
        ("SELINUX=disable\n", "disable"),
        ("SELINUX=\n", ""),
        ("", None),
    ],
)
def test_mode_at_boot(text: str, mode: str | None) -> None:
    """The last SELINUX= line that is no comment counts."""
    assert selinux.parse_config(text).mode == mode


@pytest.mark.parametrize("text", ["SELINUX=disabled", "", "SELINUX="])
def test_mode_at_boot_reads_as_words(text: str) -> None:
    """What the file says can be read in a sentence."""
    assert "SELINUX=" in str(selinux.parse_config(text))


@pytest.mark.parametrize(
    ("enforce", "getenforce", "mode"),
    [
        (Reply("1\n"), Reply("Permissive"), "Enforcing"),
        (Reply("1"), Reply("Permissive"), "Enforcing"),
        (Reply("0\n"), Reply("Enforcing"), "Permissive"),
        (Reply(status=44), Reply("Disabled\n"), "Disabled"),
        (Reply(status=44), Reply("", 127, "getenforce: not found"), "Disabled"),
        (Reply(status=44), Reply("Enforcing\n"), "Enforcing"),
    ],
    ids=["enforcing", "no line end", "permissive", "no kernel file", "no SELinux at all", "simulated"],
)
def test_mode_now(fake: FakeConnection, pair: Lab, enforce: Reply, getenforce: Reply, mode: str) -> None:
    """The kernel says what is enforced; where it does not know SELinux, getenforce does, or it is disabled."""
    fake.answer("node", "/sys/fs/selinux/enforce", enforce)
    fake.answer("node", "getenforce", getenforce)
    assert selinux.mode(pair.node) == mode


def test_missing_file_says_nothing(fake: FakeConnection, pair: Lab) -> None:
    """Without the file nothing is configured."""
    fake.answer("node", "/etc/selinux/config", Reply(status=44))
    assert selinux.configured(pair.node).mode is None


@given(texts("SELINUX=", "disabled"))
def test_any_text_is_read(text: str) -> None:
    """Whatever the file holds, reading it does not break."""
    str(selinux.parse_config(text))
