"""VirtualBox: is it there, can Vagrant use this version, and is its driver loaded."""

from pathlib import PureWindowsPath

from labproof.host.checks import versions
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.checks.versions import Version, shown
from labproof.host.computer import Answer, Computer

INSTALL = "install VirtualBox 7.0 or newer from virtualbox.org"
DRIVER = "/dev/vboxdrv"
AGAIN = "end VBoxSVC, or restart this computer; then the same command again"
IN_WINDOWS = "in Windows' own PowerShell: `py -m labproof doctor --provider virtualbox`"
KERNEL = "/proc/sys/kernel/osrelease"


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether VirtualBox can be used."""
    if is_in_windows(computer):
        return problem("this is Linux inside Windows (WSL), where VirtualBox can start nothing", IN_WINDOWS)
    answer = manage(computer, "--version")
    if answer.is_missing:
        return problem("VBoxManage is not installed", INSTALL)
    if answer.is_late:
        return unknown("VBoxManage --version did not end in time", AGAIN)
    found = versions.of_virtualbox(answer.output)
    if computer.system == "Linux" and not computer.exists(DRIVER):
        return problem(
            f"VirtualBox {shown(found)} without its kernel driver ({DRIVER})",
            "`sudo /sbin/vboxconfig`; where Secure Boot is on, sign the driver as it says",
        )
    if answer.status != 0 or not found:
        return problem(f"VBoxManage --version failed: {_first(answer)}", INSTALL)
    if found < versions.VIRTUALBOX_OLDEST:
        return problem(f"VirtualBox {shown(found)}, older than {shown(versions.VIRTUALBOX_OLDEST)}", INSTALL)
    if versions.vagrant_wanted(found) is None:
        return unknown(
            f"VirtualBox {shown(found)}, a series that Labproof does not know",
            "go on; if Vagrant refuses it, install a newer Vagrant",
        )
    return ok(f"VirtualBox {shown(found)}")


def version(computer: Computer) -> Version:
    """Return VirtualBox's version; empty where there is none."""
    return versions.of_virtualbox(manage(computer, "--version").output)


def is_in_windows(computer: Computer) -> bool:
    """Tell whether this Linux is one of Windows' (WSL): both of its kernels have their maker's name."""
    return computer.system == "Linux" and "microsoft" in (computer.read(KERNEL) or "").lower()


def manage(computer: Computer, *arguments: str) -> Answer:
    """Run VBoxManage where Vagrant, too, looks for it: Windows' installer puts it into no path."""
    answer = Answer(None)
    for program in _programs(computer):
        answer = computer.run(program, *arguments)
        if not answer.is_missing:
            break
    return answer


def _programs(computer: Computer) -> list[str]:
    if computer.system != "Windows":
        return ["VBoxManage"]
    told = [computer.variable(name) for name in ("VBOX_MSI_INSTALL_PATH", "VBOX_INSTALL_PATH")]
    folders = [folder for folder in (*told, r"C:\Program Files\Oracle\VirtualBox") if folder]
    return ["VBoxManage", *(str(PureWindowsPath(folder, "VBoxManage.exe")) for folder in folders)]


def _first(answer: Answer) -> str:
    return next((line.strip() for line in answer.output.splitlines() if line.strip()), f"exit status {answer.status}")
