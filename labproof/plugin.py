"""The pytest plugin: options, fixtures and hooks. Everything is delegated."""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from labproof.ground import fault, language
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.exit_status import ExitStatus, status_of
from labproof.ground.interrupts import as_interrupt
from labproof.ground.places import course_dir
from labproof.ground.wording import say
from labproof.providers.table import NAMES
from labproof.session import browser_option, optional, pages_fixture

if TYPE_CHECKING:
    from labproof.session.course_run import CourseRun

# What pytest-bdd, the API client and the machines' door import is only needed by the course itself:
# a session of unit tests must not pay for it.

# By its name: pytest imports it, and would warn of one that is imported already.
pytest_plugins = ["labproof.session.course_faults"]
_PYTESTS_OWN: dict[int, ExitStatus] = {
    pytest.ExitCode.INTERRUPTED: ExitStatus.INTERRUPTED,
    pytest.ExitCode.INTERNAL_ERROR: ExitStatus.OURS,
    pytest.ExitCode.USAGE_ERROR: ExitStatus.USAGE,
    pytest.ExitCode.NO_TESTS_COLLECTED: ExitStatus.USAGE,
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options of the course."""
    group = parser.getgroup("labproof", "running and grading the course")
    group.addoption("--mode", choices=("perform", "verify"), default="perform", help="act and verify, or only verify")
    group.addoption(
        "--section",
        action="append",
        default=[],
        metavar="ID",
        help="this section and what it needs; performing it also verifies what builds on it; repeatable",
    )
    group.addoption("--from", dest="start", default="", metavar="ID", help="this section and all after it")
    group.addoption("--provider", default="", help=f"one of {', '.join(NAMES)}")
    group.addoption("--inventory", type=Path, metavar="FILE", help="use these machines instead of making some")
    group.addoption("--profile", default="", help="handout, rehearsal or official")
    group.addoption("--rubric", type=Path, metavar="FILE", help="an instructor's own weights")
    group.addoption(
        "--patience",
        type=float,
        default=15.0,
        metavar="SECONDS",
        help="how long verifying waits at most for a state to come about",
    )
    group.addoption("--milestones", action="store_true", help="save the machines after every section that passed")
    browser_option.add(group, pluginmanager)
    for section in optional.sections():
        group.addoption(f"--{section.option}", action="store_true", help=f"with the section: {section.title}")
    group.addoption("--undetermined", default="", metavar="RUN", help="ask again what that run could not see")
    group.addoption("--replay", default="", metavar="RUN", help="answer from the evidence of an earlier run")
    group.addoption("--demo", action="store_true", help="say of a replay that it is a demonstration")
    group.addoption("--accept-broken", action="store_true", help="replay evidence that was changed, and say so")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let a course add to a session."""
    from labproof.session import hooks

    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make every section a marker, and the lab's pages a fixture that no other plugin replaces."""
    config.pluginmanager.register(pages_fixture)
    config.addinivalue_line("markers", "later: looked at after what follows it, when the course is performed")
    config.addinivalue_line("markers", "last: looked at after all that does not need it, when it is only verified")
    for path in sorted((course_dir() / "exercises").glob("*/exercise.toml")):
        config.addinivalue_line("markers", f"{path.parent.name.split('-', 1)[-1]}: section of the course")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Refuse, before anything is collected or touched, a session of the course that cannot be run as it was asked."""
    from labproof.session import course_faults

    if not course_faults.is_about_course(config):
        return None
    language.use_reader(os.environ)
    from labproof.session import course_run, loggers, selection, sentences

    loggers.make_safe()
    try:
        _require_one_process(config)
        config.pluginmanager.register(sentences)
        features = course_dir() / "features"
        module = features / "test_features.py"
        config.args[:], picks = selection.picks_in(config.args, features, module, config.invocation_params.dir)
        config.stash[course_run.RUN] = course_run.prepare(config, picks)
    except LabError as problem:
        sys.stderr.write(say(f"error: {problem}") + "\n")
        return status_of(problem)
    except Exception as problem:
        sys.stderr.write(say(f"error: {fault.describe(problem)}") + "\n")
        return ExitStatus.OURS
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the scenarios and make sure, before a machine is touched, that steps and features fit together."""
    if (run := _run(config)) is not None:
        try:
            run.choose(items)
        except ConfigError as problem:
            run.refuse(problem)
            items.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Put the scenarios into the course's order, after all that has chosen and reordered them."""
    run = _run(session.config)
    if run is not None and run.refused is None:
        try:
            run.settle(session.items)
        except ConfigError as problem:
            run.refuse(problem)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, Any]:
    """Open the lab before the first scenario; close the run after the last, whatever happened in between."""
    run = _run(session.config)
    if run is None or session.config.option.collectonly:
        return (yield)
    with as_interrupt():
        return (yield from _run_loop(session, run))


def _run_loop(session: pytest.Session, run: "CourseRun") -> Generator[None, Any, Any]:
    if not _is_opened(run):
        session.items.clear()
        return (yield)
    from labproof.records.model import FINISHED, INTERRUPTED
    from labproof.session.course_run import STOPPED

    if not run.session.has_machines:
        # One reason for all of it is written down; nothing would answer any of the scenarios.
        session.items.clear()
    ended = INTERRUPTED
    try:
        outcome = yield
        ended = FINISHED
        return outcome
    except (session.Failed, session.Interrupted):
        ended = STOPPED
        raise
    except pytest.exit.Exception:
        raise
    except Exception as problem:
        ended = run.broken(problem, session.items)
        return True
    finally:
        run.close_lab(ended)


def _is_opened(run: "CourseRun") -> bool:
    """Open the lab; tell whether that went well, and say what is wrong where it did not."""
    if run.refused is not None or not run.is_wanted:
        return False
    try:
        run.open_lab()
    except Exception as problem:
        run.refuse(problem)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted before the first scenario; run it again, or labproof down\n")
        run.refused = ExitStatus.INTERRUPTED
    return run.refused is None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the exit status that the records call for."""
    if (run := _run(session.config)) is not None:
        status = run.exit_status()
        session.exitstatus = _PYTESTS_OWN.get(session.exitstatus, session.exitstatus) if status is None else status


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Fail a scenario at its end when one of its criteria was not met."""
    outcome = yield
    if (run := _run(pyfuncitem.config)) is not None:
        run.raise_failures()
    return outcome


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Keep pytest's own marks out of the progress that a person watches."""
    if report.when == "call" and report.nodeid.startswith("features/"):
        return report.outcome, "", ""
    return None


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
    """Start the record of a scenario and look at what is done already."""
    _existing(request).before_scenario(request, scenario)


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Close the record of a scenario."""
    _existing(request).after_scenario(request)


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    """Tell the recording which sentence comes next."""
    _existing(request).before_sentence(step)


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Any:
    """The machines of the lab."""
    return _existing(request).session.lab


@pytest.fixture(scope="session")
def lab_pages(request: pytest.FixtureRequest) -> Any:
    """The web pages of the lab, which `browser` hands out."""
    return _existing(request).session.browser


@pytest.fixture(scope="session")
def judge(request: pytest.FixtureRequest) -> Any:
    """The judge of one criterion at a time."""
    return _existing(request).session.judge


@pytest.fixture(scope="session")
def restart(request: pytest.FixtureRequest) -> Any:
    """Restarts the machines."""
    return _existing(request).session.restart


@pytest.fixture
def performer(request: pytest.FixtureRequest) -> Any:
    """Who does the work of a When."""
    return _existing(request).performer(request.node)


def _run(config: pytest.Config) -> "CourseRun | None":
    """Return the run of the course, None in a session that runs none."""
    # Imported by whoever has put a run there.
    module = sys.modules.get("labproof.session.course_run")
    return config.stash.get(module.RUN, None) if module else None


def _existing(request: pytest.FixtureRequest) -> "CourseRun":
    run = _run(request.config)
    assert run is not None
    return run


def _require_one_process(config: pytest.Config) -> None:
    """Raise ConfigError where the scenarios would be shared out: each process would act on the same lab."""
    if config.getoption("numprocesses", None) or config.getoption("tx", None) or hasattr(config, "workerinput"):
        raise ConfigError(["-n: one lab is worked on by one process at a time; leave -n (and --dist, --tx) out"])
