"""What a run is, in words: on machines or made from a recording, whole or put together. Report and terminal say it."""

from collections import Counter
from datetime import datetime

from labproof.records.model import HandIn, Mode, RunRecord


def notes(run: RunRecord) -> list[str]:
    """Return a sentence for each thing that makes a run more, or less, than a look at machines."""
    said = []
    if run.source and run.mode is Mode.DEMO:
        said.append(f"demo: a recording of a real lab, graded {moment(run.source.started)}; it says nothing of yours")
    elif run.source:
        said.append(f"regraded from {run.source.run}, graded {moment(run.source.started)}; no machine was looked at")
    if run.source and run.source.hand_in:
        said += _handed_in(run.source.hand_in)
    if run.mode is Mode.RESET:
        said.append(f"set back to {run.milestone or 'an earlier state'}; what came after it is to be graded again")
    if run.browser and run.browser.is_used:
        said.append(f"pages were opened in a real browser, too: {run.browser.says}")
    elif run.browser:
        said.append(f"a real browser was asked for and is not there, so pages were only asked: {run.browser.says}")
    if run.weights:
        total = f"{float(run.weights.total):g}"
        said.append(f"weights of {run.weights.file}, which add up to {total}, and not the course's own")
    return said + [f"{_criteria(count)} known from {name}" for name, count in _elsewhere(run).items()]


def warning(run: RunRecord) -> str:
    """Return what is wrong with the evidence that a run was made from, or an empty text."""
    if run.source is None or not run.source.evidence_problem:
        return ""
    return f"The evidence is broken, and this score proves nothing: {run.source.evidence_problem}"


def moment(stamp: str) -> str:
    """Return an ISO time as people read it; anything else unchanged."""
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{time:%Y-%m-%d %H:%M:%S} {time.tzname() or ''}".rstrip()


def _handed_in(came: HandIn) -> list[str]:
    """Return what evidence proves that a student has made."""
    said = [
        f"handed in as {came.file}: the evidence was made on the student's own computer, and judged here anew; it shows"
        " what that computer wrote down, and who has root there can write down anything"
    ]
    if came.doubt:
        said.append(f"not bound to {came.student}: {came.doubt}")
    else:
        bound = f"bound to {came.student} and to assignment {came.assignment} by the secret of that student"
        said.append(f"{bound}: unchanged since somebody who has it packed it")
    return said + ([f"late: {came.lateness}"] if came.lateness else [])


def _criteria(count: int) -> str:
    return f"{count} criteria are" if count != 1 else "1 criterion is"


def _elsewhere(run: RunRecord) -> Counter[str]:
    """Return the earlier runs whose judgements stand in this one, and how many."""
    return Counter(c.as_of for c in run.criteria if run.based_on and c.as_of)
