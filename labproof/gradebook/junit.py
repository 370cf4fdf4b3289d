"""A class as JUnit XML: a suite for each student and a case for each criterion, as CI systems show them."""

from xml.etree import ElementTree as ET

from labproof.gradebook.book import Book, Graded, Item, Mark
from labproof.gradebook.cells import plain
from labproof.records.model import Outcome

_ELEMENTS = {
    Outcome.FAILED: "failure",
    Outcome.UNDETERMINED: "error",
    Outcome.BLOCKED: "skipped",
    Outcome.SKIPPED: "skipped",
}
"""Blocked is no failure: it would count one mistake twice. What we could not see is an error, as in xunit."""


def as_xml(book: Book) -> str:
    """Return the class as XML that any parser reads, whatever is in it."""
    root = ET.Element("testsuites", name=plain(book.course) or "Labproof")
    for graded in book.students:
        root.append(_suite(book, graded))
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(book: Book, graded: Graded) -> ET.Element:
    cases = [_case(item, mark) for item in book.items if (mark := graded.marks.get(item.id))] or [_missing(graded)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = ET.Element("testsuite", name=plain(graded.student.id), time=f"{graded.seconds:.3f}")
    for name, count in counts.items():
        suite.set(name, str(count))
    suite.extend(cases)
    if graded.rulings:
        ET.SubElement(suite, "system-out").text = plain("\n".join(map(str, graded.rulings)))
    return suite


def _case(item: Item, mark: Mark) -> ET.Element:
    case = ET.Element("testcase", classname=plain(item.section), name=plain(item.id))
    if element := _element(mark):
        told = f"blocked by {mark.blocked_by}" if mark.outcome is Outcome.BLOCKED else mark.found
        told = str(mark.ruling) if mark.ruling else told
        ET.SubElement(case, element, message=plain(told) or str(mark.outcome)).text = plain(item.text)
    elif mark.ruling:
        ET.SubElement(case, "system-out").text = plain(str(mark.ruling))
    return case


def _element(mark: Mark) -> str:
    """Return what a case is besides passed, by the instructor's word where there is one."""
    if mark.ruling is None:
        return _ELEMENTS.get(mark.outcome, "")
    return "skipped" if mark.counts is None else "failure" if mark.counts < mark.points else ""


def _missing(graded: Graded) -> ET.Element:
    case = ET.Element("testcase", classname="labproof", name="grading")
    ET.SubElement(case, "error", message=plain(graded.withheld))
    return case
