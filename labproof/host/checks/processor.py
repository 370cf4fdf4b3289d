"""The processor: CentOS 7.6 is made for x86-64, and a hypervisor needs its virtualization."""

from labproof.host.checks import windows
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.computer import Computer

X86 = {"x86_64", "amd64"}
FIRMWARE = (
    "switch on Intel VT-x, or AMD-V (SVM), in the BIOS or UEFI set-up; in a virtual machine, nested virtualization"
)
ELSEWHERE = "run the lab on a computer with an Intel or AMD processor, or name machines with --inventory"


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the processor can run the machines."""
    if computer.machine.lower() not in X86:
        return problem(f"an {computer.machine} processor; the machines are x86-64", ELSEWHERE)
    look = {"Linux": _linux, "Darwin": _macos, "Windows": _windows}.get(computer.system)
    if look is None:
        return unknown(f"a system that is not known here: {computer.system}", ELSEWHERE)
    return look(computer)


def _linux(computer: Computer) -> Finding:
    text = computer.read("/proc/cpuinfo")
    if text is None:
        return unknown("/proc/cpuinfo cannot be read")
    flags = {flag for line in text.splitlines() if line.startswith("flags") for flag in line.split()}
    if found := flags & {"vmx", "svm"}:
        return ok(f"x86-64 with {' and '.join(sorted(found))}")
    # A hypervisor around us may hide the flag and run guests all the same: a guest that runs is what counts.
    if computer.exists("/dev/kvm") and computer.try_guest().status == 0:
        return ok("x86-64 without vmx or svm, and KVM runs a guest all the same")
    return problem("x86-64 without vmx or svm", FIRMWARE)


def _macos(computer: Computer) -> Finding:
    if computer.run("sysctl", "-n", "sysctl.proc_translated").output.strip() == "1":
        return problem("an Apple processor, with Python translated for Intel; the machines are x86-64", ELSEWHERE)
    answer = computer.run("sysctl", "-n", "kern.hv_support")
    if answer.status != 0:
        return unknown("sysctl does not say whether the processor virtualizes")
    if answer.output.strip() == "1":
        return ok("x86-64 with virtualization")
    return problem("x86-64 without virtualization", FIRMWARE)


def _windows(computer: Computer) -> Finding:
    seen = windows.look(computer)
    if seen is None or (seen.has_virtualization is None and not seen.has_hypervisor):
        return unknown("PowerShell does not say whether the processor virtualizes", "run `systeminfo` and look there")
    # Where Windows runs its own hypervisor it says that the firmware offers nothing.
    if seen.has_virtualization or seen.has_hypervisor:
        return ok("x86-64 with virtualization")
    return problem("x86-64 without virtualization", FIRMWARE)
