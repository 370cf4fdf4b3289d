"""The lab's LXC containers as such: what state they are in, starting, stopping and removing them."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import ProvisionError
from labproof.host.command import run_checked, succeeds

HOME = Path("/var/lib/lxc")
PREFIX = "labproof-"
STOP_SECONDS = 60


@dataclass(frozen=True)
class Container:
    """The container of one machine of the lab."""

    machine: str

    @property
    def name(self) -> str:
        """Return what LXC calls it; the Vagrantfile gives it this name."""
        return f"{PREFIX}{self.machine}"

    @property
    def home(self) -> Path:
        """Return the folder with its configuration and its root file system."""
        return HOME / self.name

    @property
    def rootfs(self) -> Path:
        """Return its root file system as the host sees it."""
        return self.home / "rootfs"

    @property
    def exists(self) -> bool:
        """Tell whether anything of it is there."""
        return self.home.exists()

    @property
    def is_complete(self) -> bool:
        """Tell whether it was provisioned to the end: the grader's key is the last thing that it gets."""
        return (self.rootfs / "etc/ssh/grader_keys").exists()

    @property
    def is_running(self) -> bool:
        """Tell whether it runs."""
        return self.exists and succeeds([*self._lxc("lxc-wait"), "-s", "RUNNING", "-t", "0"], seconds=10)

    def start(self) -> None:
        """Start it; it boots as a machine does. Raises ProvisionError with LXC's own words."""
        log = self.home / "start.log"
        log.unlink(missing_ok=True)
        argv = [*self._lxc("lxc-start"), "-d", "-o", str(log), "-l", "WARN"]
        run_checked(argv, seconds=60, error=ProvisionError, hint=f"read {log}, then labproof down and labproof up")

    def stop(self) -> None:
        """Shut it down as a machine is; after a minute it is cut off."""
        if self.is_running:
            argv = [*self._lxc("lxc-stop"), "-t", str(STOP_SECONDS)]
            run_checked(argv, seconds=STOP_SECONDS + 30, error=ProvisionError)

    def cut_off(self) -> None:
        """Stop it as a power cut does."""
        if self.is_running:
            run_checked([*self._lxc("lxc-stop"), "-k"], seconds=60, error=ProvisionError)

    def freeze(self) -> None:
        """Halt every process in it where it stands."""
        run_checked([*self._lxc("lxc-freeze")], seconds=30, error=ProvisionError)

    def thaw(self) -> None:
        """Let its processes go on; one that runs is left as it is."""
        run_checked([*self._lxc("lxc-unfreeze")], seconds=30, error=ProvisionError)

    def remove(self) -> None:
        """Take it away, running or half made."""
        if not self.exists:
            return
        succeeds([*self._lxc("lxc-stop"), "-k"], seconds=60)
        succeeds([*self._lxc("lxc-destroy"), "-f"], seconds=120)
        if self.exists:
            # Half made: LXC does not know it.
            shutil.rmtree(self.home)

    def _lxc(self, program: str) -> tuple[str, ...]:
        # The folder is named, so that a name alone never reaches a container elsewhere.
        return (program, "-P", str(self.home.parent), "-n", self.name)


def at_once(containers: list[Container], action: str) -> None:
    """Do the same with several containers side by side."""
    with ThreadPoolExecutor(max_workers=len(containers) or 1) as pool:
        for done in [pool.submit(getattr(container, action)) for container in containers]:
            done.result()
