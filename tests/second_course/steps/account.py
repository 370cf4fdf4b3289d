"""Sentences about the keeper's account."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.machine import Lab, Machine
from labproof.session.performing import Performer
from labproof.session.sentences import then, when

KEEPER, FOLDER = "keeper", "/srv/www"


def make(machine: Machine) -> None:
    """Make the account and give it the folder, unless that is done."""
    machine.act("id %s || useradd --create-home --shell /bin/bash %s", KEEPER, KEEPER)
    machine.act("chown %s %s", KEEPER, FOLDER)


def shell(machine: Machine) -> str | None:
    """Return the shell of the keeper's account, None when there is no account (passwd(5))."""
    rows = [row.split(":") for row in (machine.read("/etc/passwd") or "").splitlines()]
    return next((row[6] for row in rows if row[0] == KEEPER and len(row) == 7), None)


def owner(machine: Machine) -> str | None:
    """Return who owns the folder of the page, None when there is no folder."""
    return machine.fact(lambda host: host.file(FOLDER).user if host.file(FOLDER).exists else None)


@when("the account of the keeper is made on server")
def make_account(performer: Performer, lab: Lab) -> None:
    performer(make, lab["server"])


@then("the keeper has an account with a shell")
def has_account(judge: Judge, lab: Lab) -> None:
    judge(lambda: shell(lab["server"]), expectation.equal("/bin/bash"), "server")


@then("the folder of the page belongs to the keeper")
def owns_folder(judge: Judge, lab: Lab) -> None:
    judge(lambda: owner(lab["server"]), expectation.equal(KEEPER), "server")
