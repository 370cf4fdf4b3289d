"""Sentences about restarting the machines."""

from collections.abc import Callable

from labproof import expect
from labproof.gherkin import then, when
from labproof.judging import Judge
from labproof.machine import Lab
from labproof.probes import service


@when("both machines are restarted")
def restart_machines(restart: Callable[[], None]) -> None:
    restart()


@then('on "{machine}" kubelet is running')
def kubelet_runs(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service.read(lab[machine], "kubelet"), expect.running("kubelet"), machine)
