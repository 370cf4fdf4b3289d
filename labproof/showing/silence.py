"""Why no answer came, in words: what is kept of it is the name of an error (labproof.ground.errors)."""

_REASONS = {
    "Unreachable": "there is no connection",
    "MachineAway": "the machine does not answer, or lets nobody in",
    "Unproven": "nothing shows that it is this machine",
    "DeadlineExceeded": "none came in time",
    "Refused": "nothing listens there",
    "NotTaken": "the other machine could not connect there",
    "NoCluster": "there is no cluster",
    "NoBrowser": "no browser could be used",
    "NotRecorded": "the recording has none",
    "TransportError": "it could not be seen",
}
_OF_STUDENT = "ActionFailed"


def reason(problem: str) -> str:
    """Return why no answer came, by the name of the error; any other text as it is."""
    return _REASONS.get(problem, problem)


def plain(note: str) -> str:
    """Return a sentence's note without the name of the error that it begins with."""
    name, colon, problem = note.partition(": ")
    if not colon or (name not in _REASONS and name != _OF_STUDENT):
        return note
    return problem if name == _OF_STUDENT else f"we could not see: {problem}"
