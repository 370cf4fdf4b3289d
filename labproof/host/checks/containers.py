"""The rehearsal's containers: what they need of this computer, as bringing them up asks it."""

from labproof.host import preflight
from labproof.host.checks.finding import Finding, Wish, ok, problem
from labproof.host.computer import Computer


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether containers can run here."""
    if computer.system != "Linux":
        return problem(f"the rehearsal runs on Linux, and this is {computer.system}", "use --provider virtualbox")
    found = [said.removeprefix("- ") for said in preflight.problems(wish.table, preflight.look(wish.folders))]
    if found:
        return problem("; ".join(found), "see there")
    return ok("control groups, user namespaces, memory, disk and addresses are as the containers need them")


def check_installer(computer: Computer, wish: Wish) -> Finding:
    """Return whether what the rehearsal needs can be installed: its files are Debian's."""
    if computer.system == "Linux" and computer.run("dpkg-query", "--version").status == 0:
        return ok("Debian's packages can be installed")
    return problem("no Debian packages here", "run the rehearsal on Debian or Ubuntu; elsewhere, --provider virtualbox")
