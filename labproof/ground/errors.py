"""Every error that Labproof raises on purpose.

LabError                   our side or the surroundings; never counted against a student
├── ConfigError            a settings file, an option or a rubric is wrong
├── HostError              this computer cannot run the lab as it is
├── BundleError            the offline bundle is missing, damaged or could not be built
├── ProvisionError         machines could not be brought up, down, saved or restored
├── ResetError             a milestone could not be restored as promised
└── TransportError         a machine, the API or a page could not be seen
    ├── Unreachable        no connection, or a connection lost
    │   ├── MachineAway    nobody is let in by the machine itself, or it does not answer
    │   └── Unproven       what answers at a machine's address was not shown to be that machine
    ├── DeadlineExceeded   an answer did not come in time
    ├── Refused            the machine answers, but nothing listens there
    │   └── NotTaken       seen from another machine: refused there, or no way to it
    ├── NoCluster          the machine answers, but it was never made a control plane
    ├── NoBrowser          a real browser could not be started, or ended before it had seen its page
    └── NotRecorded        a replay has no answer to this question
ActionFailed               a command of the handout did not succeed when we ran it
CheckFailed                the student's state is wrong; the only one counted against a student
"""

import traceback


class LabError(Exception):
    """Report that our side, or the surroundings, could not do its part."""


class ConfigError(LabError):
    """Report everything that is wrong in the settings, all problems at once.

    Each problem is one line that names the file, the key and the fix.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class HostError(LabError):
    """Report that this computer cannot run the lab as it is, and what would help."""


class BundleError(LabError):
    """Report that the offline bundle is missing, damaged or could not be built."""


class ProvisionError(LabError):
    """Report that the machines could not be brought up, down, saved or restored."""


class ResetError(LabError):
    """Report that a milestone could not be restored as promised."""


class TransportError(LabError):
    """Report that a machine, the API or a page could not be seen.

    `started` (UTC, ISO) and `seconds` say when that was, where it is not simply now.
    """

    started = ""
    seconds = 0.0


class Unreachable(TransportError):
    """Report that there is no connection, or that one was lost."""


class MachineAway(Unreachable):
    """Report that a machine itself does not answer, or lets nobody in: whatever is looked at through it is lost."""


class Unproven(Unreachable):
    """Report that what answers at a machine's address was not shown to be that machine."""


class DeadlineExceeded(TransportError):
    """Report that an answer did not come in time."""


class Refused(TransportError):
    """Report that the machine answers but that nothing listens where we asked."""


class NotTaken(Refused):
    """Report that another machine could not connect where we asked: refused, or no way; SSH does not tell which."""


class NoCluster(TransportError):
    """Report that a machine answers but holds no cluster that could be asked."""


class NoBrowser(TransportError):
    """Report that a real browser could not be started, or that it ended before it had seen its page."""


class NotRecorded(TransportError):
    """Report that a replay holds no answer to this question."""


class ActionFailed(Exception):
    """Report that a command of the handout did not succeed when we ran it."""


class CheckFailed(AssertionError):
    """Report that the student's state is wrong; the only error that is counted against a student."""


def crash(problem: BaseException) -> str:
    """Return an error that nobody expected as one line: its kind, what it says, and the place that it came from."""
    frames = traceback.extract_tb(problem.__traceback__)
    place = f" ({frames[-1].name}, {frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(problem).__name__}: {problem}{place}"
