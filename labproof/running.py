"""What the plugin's hooks do: choose scenarios, drive the recording, close the run."""

import os
import sys
from dataclasses import replace
from typing import Any, TextIO

import pytest
from pytest_bdd.scenario import get_step_function, parse_step_arguments
from pytest_bdd.steps import step_function_context_registry
from pytest_bdd.utils import get_required_args

from labproof import report
from labproof.errors import ConfigError, LabError
from labproof.model import Outcome, RunRecord
from labproof.performing import Onlooker, Performer, Runner
from labproof.plan import Plan, Sentence
from labproof.progress import Display, failed_work
from labproof.reach import EarlyReach, Reached, Wishes, bring_up
from labproof.reach import find as find_machines
from labproof.recording import PERFORM, RECORDING
from labproof.selection import Selection, is_partial, select
from labproof.session import Options, Session, begin, load_plan
from labproof.store import LATEST, find

UNWRITTEN = "the result could not be written"
_PLAN = pytest.StashKey[Plan]()
_SELECTION = pytest.StashKey[Selection]()
_SESSION = pytest.StashKey[Session]()
_DISPLAY = pytest.StashKey[Display]()
_TERMINAL = pytest.StashKey[TextIO]()
_FINAL = pytest.StashKey[RunRecord]()
_USE = pytest.StashKey[str]()
_ENDS_SECTION = pytest.StashKey[bool]()
_FAILURES = pytest.StashKey[list[str]]()


def options_of(config: pytest.Config) -> Options:
    """Return the options of the course as they were given to pytest."""
    chosen = config.option
    return Options(
        mode=chosen.mode,
        provider=chosen.provider,
        inventory=chosen.inventory,
        profile=chosen.profile,
        rubric=chosen.rubric,
        replay=chosen.replay,
        undetermined=chosen.undetermined,
        patience=chosen.patience,
        wishes=frozenset(name for name in ("reboot", "concepts") if getattr(chosen, name)),
    )


def prepare(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose and order the scenarios. Raises ConfigError when course, rubric and options do not fit."""
    if config.option.concepts and config.option.mode != PERFORM:
        raise ConfigError(["--concepts: it takes Pods away to show that they come back; use it with --mode perform"])
    plan = load_plan(options_of(config))
    if problems := _unbound(plan):
        raise ConfigError(problems)
    selection = select(plan.rubric, config.option.mode, tuple(config.option.section), config.option.start)
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        use = selection.use(_section(plan, item))
        (kept if use else left_out).append(item)
        item.stash[_USE] = use or ""
    if config.option.undetermined:
        unseen = _unseen(config.option.undetermined)
        left_out += [item for item in kept if _name(item) not in unseen]
        kept = [item for item in kept if _name(item) in unseen]
    order = {scenario.name: number for number, scenario in enumerate(plan.scenarios)}
    items[:] = sorted(kept, key=lambda item: order.get(_name(item), 0))
    for item in {_section(plan, item): item for item in items}.values():
        item.stash[_ENDS_SECTION] = True
    config.hook.pytest_deselected(items=left_out)
    config.stash[_PLAN], config.stash[_SELECTION] = plan, selection


def is_prepared(config: pytest.Config) -> bool:
    """Tell whether this session runs the course."""
    return _PLAN in config.stash


def open_lab(config: pytest.Config) -> None:
    """Bring up the lab and start the run."""
    options, plan = options_of(config), config.stash[_PLAN]
    if options.undetermined:
        options = replace(options, base=options.undetermined)
    elif is_partial(config.stash[_SELECTION], plan.rubric) or config.option.lf or config.option.keyword:
        options = replace(options, base=LATEST)
    terminal = _terminal()
    display = Display(terminal)
    config.stash[_TERMINAL], config.stash[_DISPLAY] = terminal, display
    display.__enter__()
    try:
        session = begin(options, plan, lambda: _reach(config, options, display))
    except BaseException:
        display.__exit__(None, None, None)
        terminal.close()
        raise
    config.stash[_SESSION], config.stash[RECORDING] = session, session.recording
    display.stage(f"lab: {session.recording.run.lab.provider}, {session.recording.run.lab.profile}")


def close_lab(config: pytest.Config, ended: str) -> None:
    """Close the run: the result and the report are written whatever happened."""
    session, display = config.stash[_SESSION], config.stash[_DISPLAY]
    if ended == "finished":
        session.identify()
        session.learn()
    try:
        session.close()
    finally:
        run = session.recording.finish(ended)
        config.stash[_FINAL] = run
        try:
            session.folder.save(run)
            display.finished(run, report.write(run, session.folder.path))
        except OSError as problem:
            config.stash[_FINAL] = replace(run, ended=UNWRITTEN)
            display.stage(f"error: {session.folder.path}: {problem.strerror}; free some space and grade again")
            display.stage(f"score, not written down: {run.score}")
        display.__exit__(None, None, None)
        config.stash[_TERMINAL].close()


def _reach(config: pytest.Config, options: Options, display: Display) -> Reached:
    """Return the machines: brought up for a session that performs, otherwise found, perhaps begun already."""
    wishes = Wishes(options.provider, options.inventory)
    if options.mode == PERFORM:
        return bring_up(wishes, display.stage)
    early = next((p for p in config.pluginmanager.get_plugins() if isinstance(p, EarlyReach)), None)
    return early.result() if early else find_machines(wishes)


def exit_status(config: pytest.Config) -> int | None:
    """Return 0 for a full score, 1 for lost points, 3 for what we could not see, 130 after an interrupt."""
    if _FINAL not in config.stash:
        return None
    run = config.stash[_FINAL]
    if run.ended == "interrupted":
        return 130
    if run.ended == UNWRITTEN:
        return 3
    if run.score.undetermined or any(c.outcome is Outcome.UNDETERMINED for c in run.criteria):
        return 3
    return 0 if run.score.is_full else 1


def before_scenario(request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
    """Start a scenario's record; when it will be performed, look first at what is done already."""
    config = request.config
    recording, use = config.stash[RECORDING], request.node.stash[_USE]
    plan = config.stash[_PLAN].find(os.path.basename(feature.filename), scenario.name)
    assert plan is not None
    title = config.stash[_PLAN].rubric.exercise(plan.section).title["en"]
    config.stash[_DISPLAY].scenario_started(title, scenario.name)
    recording.begin_scenario(plan, use)
    if use != PERFORM or not plan.whens:
        return
    with recording.beforehand():
        for step in scenario.steps:
            if step.type == "then":
                _carry_out(request, step)


def before_sentence(request: pytest.FixtureRequest, step: Any) -> None:
    """Tell the recording which sentence comes next."""
    request.config.stash[RECORDING].begin_sentence(Sentence(step.type, step.keyword.strip(), step.name))


def after_scenario(request: pytest.FixtureRequest) -> None:
    """Close a scenario's record, show it and bring the result on disk up to date."""
    config = request.config
    record = config.stash[RECORDING].end_scenario()
    session = config.stash[_SESSION]
    config.stash[_DISPLAY].scenario_finished(record, session.recording.run.score)
    for criterion in session.recording.take_resettled():
        config.stash[_DISPLAY].resettled(criterion)
    session.save()
    if config.option.milestones and request.node.stash.get(_ENDS_SECTION, False):
        _keep_milestone(config, request.node.stash[_USE])
    config.stash[_FAILURES] = failed_work(record) + [
        f"{c.id}: {c.outcome}: expected {c.expected}; found {c.found}"
        + (f"; blocked by {c.blocked_by}" if c.blocked_by else "")
        + (f"; {c.reason}" if c.reason else "")
        for c in record.criteria
        if c.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
    ]


def raise_failures(config: pytest.Config) -> None:
    """Fail the scenario that has just ended when a criterion was not met."""
    failures = config.stash.get(_FAILURES, [])
    config.stash[_FAILURES] = []
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


def performer(item: pytest.Item) -> Performer:
    """Return who does the work in a scenario."""
    if item.stash[_USE] != PERFORM:
        return Onlooker()
    recording = item.config.stash[RECORDING]
    return Runner(lambda: recording.is_done_already)


def session_of(config: pytest.Config) -> Session:
    """Return the session with the lab."""
    return config.stash[_SESSION]


def _carry_out(request: pytest.FixtureRequest, step: Any) -> None:
    """Carry out a sentence outside of pytest-bdd's own order."""
    context = get_step_function(request=request, step=step)
    assert context is not None
    before_sentence(request, step)
    arguments = parse_step_arguments(step=step, context=context)
    needed = [name for name in get_required_args(context.step_func) if name not in arguments]
    context.step_func(**arguments, **{name: request.getfixturevalue(name) for name in needed})


def _unbound(plan: Plan) -> list[str]:
    """Return the sentences that no step, or more than one, is bound to."""
    contexts = list(step_function_context_registry.values())
    problems = []
    for scenario in plan.scenarios:
        for sentence in scenario.sentences:
            bound = [c for c in contexts if c.type in (None, sentence.kind) and c.parser.is_matching(sentence.text)]
            if len(bound) != 1:
                names = ", ".join(c.step_func.__qualname__ for c in bound) or "nothing"
                place = f"features/{scenario.feature}: {sentence.text!r}"
                problems.append(f"{place}: bound to {names}; bind it to exactly one step in steps/")
    return problems


def _section(plan: Plan, item: pytest.Item) -> str:
    return next((s.section for s in plan.scenarios if s.name == _name(item)), "")


def _name(item: pytest.Item) -> str:
    """Return the name of the scenario that an item runs."""
    from pytest_bdd.scenario import scenario_wrapper_template_registry

    template = scenario_wrapper_template_registry.get(item.function)  # type: ignore[attr-defined]
    return template.name if template else ""


def _keep_milestone(config: pytest.Config, use: str) -> None:
    """Save both machines when the section that has just ended passed in full."""
    session = config.stash[_SESSION]
    section = session.recording.last_section
    if use == PERFORM and all(c.outcome is Outcome.PASSED for c in section.criteria):
        config.stash[_DISPLAY].stage(f"saving both machines as they are after {section.id}")
        try:
            session.save_milestone(section.id)
        except LabError as problem:
            # The grading goes on: only `labproof reset` will miss this one.
            config.stash[_DISPLAY].stage(f"no milestone after {section.id}: {problem}")


def _unseen(run: str) -> set[str]:
    """Return the names of the scenarios in which a run could not see everything."""
    sections = find(run).load().sections
    return {
        scenario.name
        for section in sections
        for scenario in section.scenarios
        if any(c.outcome is Outcome.UNDETERMINED for c in scenario.criteria)
    }


def _terminal() -> TextIO:
    """Return a stream to the real standard output, which pytest captures: a person watches it."""
    return os.fdopen(os.dup(sys.__stdout__.fileno()), "w") if sys.__stdout__ else open(os.devnull, "w")
