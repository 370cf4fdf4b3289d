"""What every scenario starts from."""

from labproof.gherkin import given
from labproof.machine import Lab
from labproof.probes import reach


@given("both machines are reachable")
def machines_are_reachable(lab: Lab) -> None:
    reach.every(lab.all)
