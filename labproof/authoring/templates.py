"""What the files of a new section hold; `FILL IN` marks what only the author can know."""

from string import Template

MARK = "FILL IN"

CRITERION = Template(
    """
[[criterion]]
id = "$id"
then = "$then"
points = 0
why = "FILL IN: why it matters, in one sentence"
hints = ["FILL IN: the idea", "FILL IN: the place"]
try = "FILL IN: the command that shows or mends it"
"""
)

EXERCISE = Template(
    """handout = "FILL IN: the paragraphs of the handout"

[title]
en = "$title"
"""
)

HANDOUT = Template(
    """[intro]
en = "FILL IN: what this section is about"
zh = "FILL IN: the same in Chinese"

[done]
en = "FILL IN: when it is done"
zh = "FILL IN: the same in Chinese"
"""
)

INSTRUCTION = Template(
    """
[[instruction]]
id = "$id"
paragraphs = ["FILL IN: the paragraph of the handout"]
criteria = ["$id"]
do.en = "FILL IN: what the student does"
do.zh = "FILL IN: the same in Chinese"
"""
)

README = Template(
    """# $number. $title

FILL IN: what the student does, step by step, and when it is done.
"""
)

FEATURE = Template(
    """@$name
Feature: $title
  FILL IN: what this section is about, in the student's words.

  Scenario: $title is done
    When the work of $name is done
    Then $then
"""
)

MISTAKE = Template(
    """id = "$id"
what = "FILL IN: what a student does wrong"
costs = ["$criterion"]
hint = "FILL IN: words that the report must show"

[make]
$machine = ["FILL IN: the commands that make the mistake"]

[undo]
$machine = ["FILL IN: the commands that undo it"]
"""
)

STEPS = Template(
    '''"""Sentences about $name."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.machine import Lab, Machine
from labproof.session.performing import Performer
from labproof.session.sentences import then, when


def set_up_$function(machine: Machine) -> None:
    """FILL IN: do what the handout says."""
    machine.act("true")


@when("the work of $name is done")
def do_$function(performer: Performer, lab: Lab) -> None:
    performer(set_up_$function, lab.first)
'''
)

STEP_IMPORTS = """from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.machine import Lab, Machine
from labproof.session.sentences import then
"""

STEP = Template(
    '''

def read_$function(machine: Machine) -> str:
    """FILL IN: read what shows it."""
    return machine.ask("true").output.strip()


@then('$then')
def judge_$function(judge: Judge, lab: Lab) -> None:
    judge(lambda: read_$function(lab.first), expectation.equal("FILL IN: what it reads"), lab.first.name)
'''
)
