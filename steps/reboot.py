"""Sentences about restarting the machines."""

from collections.abc import Callable

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab import service
from labproof.lab.machine import Lab
from labproof.session.sentences import then, when


@when("both machines are restarted")
def restart_machines(restart: Callable[[], None]) -> None:
    restart()


@then('on "{machine}" kubelet is running')
def kubelet_runs(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service.read(lab[machine], "kubelet"), expectation.running("kubelet"), machine)
