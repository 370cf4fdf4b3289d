"""What every scenario starts from."""

from labproof.lab import sign_of_life as reach
from labproof.lab.machine import Lab
from labproof.session.sentences import given


@given("both machines are reachable")
def machines_are_reachable(lab: Lab) -> None:
    reach.every(lab.all)
