"""libvirt's daemon, with programs that are scripts of the test's own."""

import grp
import os
import stat
from pathlib import Path

import pytest

from labproof.ground.errors import DeadlineExceeded, HostError
from labproof.host import libvirt_daemon
from labproof.host.libvirt_daemon import PROGRAMS, LibvirtDaemon


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer without systemd whose libvirt answers once its daemon was started."""
    for program in PROGRAMS:
        # A process is known by the name of its program's file.
        (tmp_path / "bin").mkdir(exist_ok=True)
        script = tmp_path / program
        script.write_text(
            f'#!/bin/sh\necho "{program} $*" >> {tmp_path}/asked\ncp /bin/sleep {tmp_path}/bin/{program}\n'
            f"{tmp_path}/bin/{program} 60 >/dev/null 2>&1 &\necho $! > {tmp_path}/{program}.pid\n"
        )
        script.chmod(0o755)
    virsh = tmp_path / "virsh"
    virsh.write_text(f"#!/bin/sh\ntest -e {tmp_path}/libvirtd.pid\n")
    virsh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(libvirt_daemon, "SECONDS", 5.0)
    return tmp_path


def daemon(folder: Path) -> LibvirtDaemon:
    """Return the daemon of a computer without systemd."""
    return LibvirtDaemon(folder, folder / "no-systemd", folder / "kvm")


def test_it_is_started_in_order_and_stopped_again(folder: Path) -> None:
    """The one that keeps the logs comes first; both end, and libvirt's own list of processes is believed."""
    ours = daemon(folder)
    assert ours.start()
    assert (folder / "asked").read_text() == "virtlogd -d\nlibvirtd -d\n"
    processes = [int((folder / f"{program}.pid").read_text()) for program in PROGRAMS]
    ours.stop()
    for process in processes:
        stat = Path(f"/proc/{process}/stat")
        assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_one_that_runs_is_left_alone(folder: Path) -> None:
    """What somebody else has started is neither started nor stopped."""
    (folder / "libvirtd.pid").write_text("1\n")
    ours = daemon(folder)
    assert not ours.start()
    ours.stop()
    assert not (folder / "asked").exists()


def test_one_that_does_not_come_up_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that never answers is an error in time, and what was started is still stopped."""
    monkeypatch.setattr(libvirt_daemon, "SECONDS", 0.1)
    (folder / "virsh").write_text("#!/bin/sh\nexit 1\n")
    ours = daemon(folder)
    with pytest.raises(DeadlineExceeded, match="libvirt's daemon to answer"):
        ours.start()
    assert ours.started == list(PROGRAMS)
    monkeypatch.setattr(libvirt_daemon, "SECONDS", 5.0)
    ours.stop()


def test_systemd_is_asked_where_it_runs(folder: Path) -> None:
    """Where systemd runs, it starts and stops what it knows."""
    systemctl = folder / "systemctl"
    systemctl.write_text(f"#!/bin/sh\necho systemctl $* >> {folder}/asked\ntouch {folder}/libvirtd.pid\n")
    systemctl.chmod(0o755)
    (folder / "systemd").mkdir()
    ours = LibvirtDaemon(folder, folder / "systemd", folder / "kvm")
    ours.start()
    ours.stop()
    assert (folder / "asked").read_text().splitlines() == [
        "systemctl start virtlogd",
        "systemctl start libvirtd",
        "systemctl stop libvirtd",
        "systemctl stop virtlogd",
    ]


def test_a_program_that_is_missing_says_what_to_install(folder: Path) -> None:
    """Without libvirt's programs the package is named."""
    (folder / "virtlogd").unlink()
    with pytest.raises(HostError, match=r"(?s)virtlogd is not installed.*libvirt-daemon-system"):
        daemon(folder).start()


def test_kvm_is_given_to_its_group_for_the_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without udev only root may use it, and libvirt would try at every question what QEMU can."""
    monkeypatch.setattr(libvirt_daemon, "GROUP", grp.getgrgid(os.getegid()).gr_name)
    device = folder / "kvm"
    device.touch(0o600)
    ours = daemon(folder)
    ours.start()
    assert stat.S_IMODE(device.stat().st_mode) == 0o660
    ours.stop()
    assert stat.S_IMODE(device.stat().st_mode) == 0o600


def test_kvm_that_its_group_may_use_is_left_alone(folder: Path) -> None:
    """Where udev has done it, nothing is changed and nothing put back."""
    device = folder / "kvm"
    device.touch()
    device.chmod(0o666)
    ours = daemon(folder)
    ours.start()
    ours.stop()
    assert stat.S_IMODE(device.stat().st_mode) == 0o666
