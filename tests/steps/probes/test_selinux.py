"""SELinux, now and at the next boot."""

import pytest
from hypothesis import given

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import NotRecorded, TransportError
from labproof.lab.machine import Lab
from steps.probes import selinux
from tests.anything import texts

COMMENTS = "# This file controls the state of SELinux on the system.\n# SELINUX= can take one of these three values:\n"


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (COMMENTS + "SELINUX=disabled\nSELINUXTYPE=targeted\n", "disabled"),
        (COMMENTS + "SELINUX=enforcing\n", "enforcing"),
        ("SELINUX=Permissive \n", "permissive"),
        ("SELINUX=enforcing\nSELINUX=disabled\n", "enforcing"),
        ("SELINUX=disabled\nSELINUX=enforcing\n", "disabled"),
        ("  SELINUX=disabled\nSELINUX=enforcing\n", "enforcing"),
        ("SELINUX = disabled\nSELINUX=enforcing\n", "enforcing"),
        ("SELINUX=off\nSELINUX=enforcing\n", "enforcing"),
        ("SELINUX=DISABLED #for kubernetes\n", "disabled"),
        ("#SELINUX=disabled\n", "permissive"),
        ("SELINUXTYPE=targeted\n", "permissive"),
        ("SELINUX=disable\n", "permissive"),
        ("SELINUX=\n", "permissive"),
        ("", "permissive"),
    ],
)
def test_mode_at_boot(text: str, mode: str) -> None:
    """The first valid line that begins with SELINUX= counts, as libselinux reads it; without one it is permissive."""
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
    assert selinux.mode(pair["node"]) == mode


def test_failing_getenforce_says_nothing(fake: FakeConnection, pair: Lab) -> None:
    """A getenforce that breaks does not say that SELinux is disabled."""
    fake.answer("node", "/sys/fs/selinux/enforce", Reply(status=44))
    fake.answer("node", "getenforce", Reply("", 2, "getenforce: getenforce() failed"))
    with pytest.raises(TransportError, match=r"ended with 2: getenforce: getenforce\(\) failed"):
        selinux.mode(pair["node"])


def test_missing_file_means_permissive(fake: FakeConnection, pair: Lab) -> None:
    """Without the file the kernel starts permissive, and what is found says that nothing was said."""
    fake.answer("node", "/etc/selinux/config", Reply(status=44))
    found = selinux.configured(pair["node"])
    assert str(found) == "SELINUX=permissive, as no line of /etc/selinux/config says otherwise"


@given(texts("SELINUX=", "disabled"))
def test_any_text_is_read(text: str) -> None:
    """Whatever the file holds, reading it does not break."""
    str(selinux.parse_config(text))


MENU = "menuentry 'CentOS Linux' {\n\tlinux16 /vmlinuz-3.10.0-957.el7.x86_64 root=/dev/sda1 ro crashkernel=auto %s\n}\n"
ABSENT = Reply(status=44)


@pytest.mark.parametrize(
    ("cmdline", "menu", "mode"),
    [
        ("ro quiet selinux=0\n", MENU % "quiet selinux=0", "disabled"),
        ("ro enforcing=0\n", MENU % "enforcing=0", "permissive"),
        ("ro quiet\n", MENU % "quiet selinux=0", "enforcing"),
        ("ro quiet selinux=0\n", MENU % "quiet", "enforcing"),
        ("ro selinux=0 selinux=1\n", MENU % "selinux=0 selinux=1", "enforcing"),
        ("ro quiet selinux=0\n", f"# selinux=0\n{MENU % 'quiet'}", "enforcing"),
        ("ro quiet selinux=0\n", None, "enforcing"),
    ],
    ids=["off", "permissive", "not yet booted so", "for one boot", "and on again", "a comment", "no boot loader"],
)
def test_kernel_may_be_told_otherwise(
    fake: FakeConnection, pair: Lab, cmdline: str, menu: str | None, mode: str
) -> None:
    """What the kernel was told, and the boot loader will tell it again, goes before the file."""
    fake.answer("node", "/etc/selinux/config", Reply("SELINUX=enforcing\n"))
    fake.answer("node", "/proc/cmdline", Reply(cmdline))
    fake.answer("node", "/boot/grub2/grub.cfg", Reply(menu) if menu is not None else ABSENT)
    for other in ("/boot/efi/EFI/centos/grub.cfg", "/boot/grub/grub.cfg"):
        fake.answer("node", other, ABSENT)
    found = selinux.configured(pair["node"])
    assert found.mode == mode
    assert ("on the kernel's command line" in str(found)) == (mode != "enforcing")


def test_recording_of_before_it_was_asked(fake: FakeConnection, pair: Lab) -> None:
    """A recording that has no answer for the kernel's command line is judged by the file, as it was then."""
    fake.answer("node", "/etc/selinux/config", Reply("SELINUX=enforcing\n"))
    fake.answer("node", "/proc/cmdline", NotRecorded("not asked then"))
    assert selinux.configured(pair["node"]).mode == "enforcing"
