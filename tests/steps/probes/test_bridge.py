"""Bridged traffic: the module and the three kernel settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Reply
from labproof.lab.machine import Lab
from steps.probes import bridge, module_files
from tests.anything import texts

ALL = dict.fromkeys(bridge.KEYS, "1")
ON, OFF = "net.ipv4.ip_forward = 1", "net.ipv4.ip_forward = 0"
TEXT = "".join(f"{key} = 1\n" for key in bridge.KEYS)


@pytest.mark.parametrize(
    ("reply", "is_loaded"), [(Reply("1\n"), True), (Reply("0\n"), True), (Reply(status=44), False)], ids=repr
)
def test_module_is_loaded(fake: FakeConnection, pair: Lab, reply: Reply, is_loaded: bool) -> None:
    """The module is loaded when its settings are there, whatever they say."""
    fake.answer("master", "/proc/sys/net/bridge/bridge-nf-call-iptables", reply)
    assert bridge.is_loaded(pair["master"]) is is_loaded


@pytest.mark.parametrize(
    ("line", "is_loading"),
    [
        ("modprobe br_netfilter", True),
        ("  modprobe br_netfilter  # for kubernetes", True),
        ("/sbin/modprobe br_netfilter", True),
        ("modprobe -a overlay br_netfilter", True),
        ("modprobe br_netfilter;", True),
        ("modprobe overlay; modprobe br_netfilter", True),
        ("modprobe overlay&&modprobe br_netfilter", True),
        ("modprobe br-netfilter", True),
        ("[ -d /proc/sys/net/bridge ] || modprobe br_netfilter", True),
        ("sudo modprobe br_netfilter", True),
        ("sudo -n /sbin/modprobe br_netfilter >/dev/null 2>&1", True),
        ("if [ ! -d /proc/sys/net/bridge ]; then modprobe br_netfilter; fi", True),
        ("if ! lsmod | grep -q br_netfilter\nthen\n  modprobe br_netfilter\nfi", True),
        ("(modprobe br_netfilter)", True),
        ("modprobe \\\n  br_netfilter", True),
        ("[ -f /run/skip ] && exit 0\nmodprobe br_netfilter", True),
        ("if [ -f /run/skip ]; then\nexit 0\nfi\nmodprobe br_netfilter", True),
        ("exec 2>/tmp/rc.log\nmodprobe br_netfilter", True),
        ("exec > /tmp/rc.log 2>&1\nmodprobe br_netfilter", True),
        ("exec modprobe br_netfilter", True),
        ("function load {\n  return 1\n}\nmodprobe br_netfilter", True),
        ("load() {\n  return 1\n}\nmodprobe br_netfilter", True),
        ('[ -z "$PS1" ] && return\nmodprobe br_netfilter', True),
        ("case $- in *i*) ;; *) return;; esac\nmodprobe br_netfilter", True),
        ("exec /usr/local/bin/start\nmodprobe br_netfilter", False),
        ("return\nmodprobe br_netfilter", False),
        ("modprobe overlay > br_netfilter", False),
        ("grep -q x <<< text && echo y\nmodprobe br_netfilter", True),
        ("cat >>/etc/x <<\\EOF\nmodprobe br_netfilter\nEOF", False),
        ("exit 0\nmodprobe br_netfilter", False),
        ("cat >>/etc/x <<EOF\nmodprobe br_netfilter\nEOF", False),
        ("modprobe -n br_netfilter", False),
        ("# modprobe br_netfilter", False),
        ("#modprobe br_netfilter", False),
        ("echo modprobe br_netfilter", False),
        ("echo 'modprobe br_netfilter' >> /etc/profile", False),
        ("modprobe br_netfilter2", False),
        ("for m in overlay br_netfilter; do modprobe $m; done", True),
        ('for m in overlay br_netfilter\ndo\n  modprobe -- "${m}"\ndone', True),
        ("MODULES='overlay br_netfilter'\nfor m in $MODULES; do /sbin/modprobe $m; done", True),
        ("MODULES='overlay br_netfilter'; modprobe -a $MODULES", True),
        ("modprobe br_netfilter>/dev/null 2>&1", True),
        ("/usr/bin/sudo /usr/sbin/modprobe br_netfilter &>/dev/null", True),
        ("sh -c 'modprobe br_netfilter'", True),
        ('bash -lc "modprobe overlay && modprobe br_netfilter"', True),
        ("nohup nice modprobe br_netfilter &", True),
        ("modprobe -av overlay br_netfilter", True),
        ("modprobe overlay br_netfilter", False),
        ("MODULES='overlay br_netfilter'; modprobe $MODULES", False),
        ("for m in overlay br_netfilter; do echo $m; done", False),
        ("modprobe -rv br_netfilter", False),
        ("modprobe --show-depends br_netfilter", False),
        ("modprobe br_netfilter\r", False),
        ("# a sign that Python ends a line at \x0cmodprobe br_netfilter", False),
        ("sh /root/modprobe br_netfilter", False),
        ("modprobe -r br_netfilter", False),
        ("rmmod br_netfilter", False),
        ("modprobe 'br_netfilter", False),
        ("modprobe overlay; echo br_netfilter", False),
        ("br_netfilter", False),
        ("", False),
    ],
)
def test_shell_lines_that_load_it(line: str, is_loading: bool) -> None:
    """A shell line loads the module when one of its commands is modprobe with its name, and it is no comment."""
    assert module_files.loads_it(f"export PATH\n{line}\n") is is_loading


@pytest.mark.parametrize(
    ("line", "is_named"),
    [
        ("br_netfilter", True),
        ("  br_netfilter ", True),
        ("br-netfilter", True),
        ("br_netfilter\r", True),
        ("#br_netfilter", False),
        ("# it is not \x0cbr_netfilter", False),
        ("overlay br_netfilter", False),
        ("; br_netfilter", False),
        ("modprobe br_netfilter", False),
        ("overlay", False),
    ],
)
def test_boot_lines_that_name_it(line: str, is_named: bool) -> None:
    """A line of modules-load.d names the module and nothing else."""
    assert module_files.names_module(f"overlay\n{line}\n") is is_named


def test_files_that_load_it(fake: FakeConnection, pair: Lab) -> None:
    """Boot files and login files are each read by their own rules."""
    fake.answer(
        "node",
        "/etc/modules-load.d/",
        "=/etc/modules-load.d/k8s.conf\n>br_netfilter\n=/usr/lib/modules-load.d/x.conf\n>modprobe br_netfilter\n",
    )
    fake.answer("node", "/etc/profile", "=/etc/profile\n>modprobe br_netfilter\n=/root/.bashrc\n>br_netfilter\n")
    assert bridge.loaded_by(pair["node"]) == ["/etc/modules-load.d/k8s.conf", "/etc/profile"]


RC_LOCAL = "=/etc/rc.d/rc.local\n>modprobe br_netfilter\n=/etc/rc.local\n>modprobe br_netfilter\n"


@pytest.mark.parametrize(
    ("text", "executable", "found"),
    [
        ("=/etc/sysconfig/modules/k8s.modules\n>modprobe br_netfilter\n", "/etc/sysconfig/modules/k8s.modules", True),
        ("=/etc/sysconfig/modules/k8s.modules\n>modprobe br_netfilter\n", "", False),
        ("=/etc/rc.modules\n>modprobe br_netfilter\n", "/etc/rc.modules", True),
        ("=/etc/bashrc\n>modprobe br_netfilter\n", "", True),
        (RC_LOCAL, "/etc/rc.d/rc.local\n/etc/rc.local", True),
        (RC_LOCAL, "", False),
        ("=/etc/rc.d/rc.local\n>exit 0\n>modprobe br_netfilter\n", "/etc/rc.d/rc.local", False),
    ],
    ids=["modules", "modules, not executable", "rc.modules", "bashrc", "rc.local", "rc.local, not executable", "exit"],
)
def test_rarer_files_that_load_it(fake: FakeConnection, pair: Lab, text: str, executable: str, found: bool) -> None:
    """Scripts that CentOS runs at boot count while they are executable, rarer login files always."""
    fake.answer("node", "for f in", "")
    fake.answer("node", "/etc/sysconfig/modules/*.modules", text)
    fake.answer("node", "[ -x", executable)
    assert bool(bridge.loaded_by(pair["node"])) is found


def test_usual_files_settle_it(fake: FakeConnection, pair: Lab) -> None:
    """Where the usual files load the module nothing more is asked; rc.local is not one of them."""
    fake.answer("node", "/etc/modules-load.d/", "")
    fake.answer("node", "/etc/profile", f"{RC_LOCAL}=/etc/profile\n>modprobe br_netfilter\n")
    assert bridge.loaded_by(pair["node"]) == ["/etc/profile"]
    assert len(fake.lines("node")) == 2


def test_recording_of_an_earlier_time_has_none_of_the_rarest(fake: FakeConnection, pair: Lab) -> None:
    """Where the rarest places were not asked for, nothing is made up of them."""
    for line in ("for f in", "/etc/sysconfig/modules/*.modules", "[ -x"):
        fake.answer("node", line, "")
    assert bridge.loaded_by(pair["node"]) == []


def test_settings_in_force(fake: FakeConnection, pair: Lab) -> None:
    """The kernel's values are read one by one; one that it does not have is None."""
    fake.answer("node", "/proc/sys/net/bridge/bridge-nf-call-ip6tables", Reply(status=44))
    fake.answer("node", "/proc/sys/net/bridge/bridge-nf-call-iptables", "0\n")
    fake.answer("node", "/proc/sys/net/ipv4/ip_forward", "1\n")
    assert list(bridge.live(pair["node"]).values()) == [None, "0", "1"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace(" ", ""),
        TEXT.replace("net.bridge.", "net/bridge/"),
        "# comment\n; comment\n\n" + TEXT,
        TEXT.replace("net.", "-net."),
        "  " + TEXT.replace(" = ", "\t=\t"),
        TEXT.replace("1", "0") + TEXT,
        TEXT.replace("1", "1  # for Kubernetes"),
        TEXT.replace("\n", "\r\n"),
    ],
    ids=["plain", "tight", "slashes", "comments", "ignore errors", "tabs", "twice", "with comment", "of Windows"],
)
def test_settings_in_one_file(text: str) -> None:
    """All ways of writing a setting are understood; in one file the last one counts."""
    assert bridge.merge({"/etc/sysctl.d/k8s.conf": text}) == ALL


@pytest.mark.parametrize(
    ("files", "forward"),
    [
        ({"/etc/sysctl.d/k8s.conf": ON, "/etc/sysctl.conf": OFF}, "1"),
        ({"/etc/sysctl.d/10-a.conf": ON, "/etc/sysctl.conf": OFF}, "0"),
        ({"/etc/sysctl.d/99-sysctl.conf": OFF, "/etc/sysctl.d/k8s.conf": ON, "/etc/sysctl.conf": OFF}, "1"),
        ({"/usr/lib/sysctl.d/00-system.conf": OFF, "/etc/sysctl.conf": ON}, "1"),
        ({"/etc/sysctl.d/sysctl.conf": ON, "/etc/sysctl.conf": OFF}, "1"),
        ({"/etc/sysctl.d/10-a.conf": ON, "/etc/sysctl.d/k8s.conf": OFF}, "0"),
        ({"/etc/sysctl.d/k8s.conf": ON, "/usr/lib/sysctl.d/50.conf": OFF}, "1"),
        ({"/usr/lib/sysctl.d/z.conf": OFF, "/etc/sysctl.d/k8s.conf": ON}, "0"),
        ({"/usr/lib/sysctl.d/k8s.conf": OFF, "/etc/sysctl.d/k8s.conf": ON}, "1"),
        ({"/etc/sysctl.conf": f"#{ON}"}, None),
        ({"/etc/sysctl.conf": "net.ipv4.ip_forward"}, None),
        ({}, None),
    ],
)
def test_later_files_win(files: dict[str, str], forward: str | None) -> None:
    """A later file name wins wherever it lies, /etc hides a file of the same name, sysctl.conf counts as 99-sysctl."""
    assert bridge.merge(files)["net.ipv4.ip_forward"] == forward


def test_kept_settings_come_from_all_places(fake: FakeConnection, pair: Lab) -> None:
    """Every place that sysctl.d(5) names is read, and in its order."""
    fake.answer("node", "sysctl.d", "=/etc/sysctl.d/k8s.conf\n" + "".join(f">{line}\n" for line in TEXT.splitlines()))
    assert bridge.persisted(pair["node"]) == ALL
    (line,) = fake.lines("node")
    places = ["/usr/lib/sysctl.d/", "/run/sysctl.d/", "/etc/sysctl.d/", "/etc/sysctl.conf"]
    assert [line.index(place) for place in places] == sorted(line.index(place) for place in places)


TEXTS = texts("modprobe ", "br_netfilter", "net.ipv4.ip_forward", "-r", ";", "&&", "#", "/")


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_any_text_is_read(text: str, files: dict[str, str]) -> None:
    """Whatever the files hold and are called, reading them does not break."""
    module_files.names_module(text)
    module_files.loads_it(text)
    assert set(bridge.merge({**files, "/etc/sysctl.conf": text})) == set(bridge.KEYS)
