"""The pytest plugin: options, fixtures and hooks. Everything is delegated."""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from labproof.errors import ConfigError, LabError
from labproof.places import course_dir

# What pytest-bdd, the API client and the machines' door import is only needed by the course itself:
# a session of unit tests must not pay for it.

EXIT_USAGE, EXIT_OURS, EXIT_INTERRUPTED = 2, 3, 130
pytest_plugins = ["labproof.course_faults"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the course."""
    group = parser.getgroup("labproof", "running and grading the course")
    group.addoption("--mode", choices=("perform", "verify"), default="perform", help="act and verify, or only verify")
    group.addoption("--section", action="append", default=[], metavar="ID", help="only this section; repeatable")
    group.addoption("--from", dest="start", default="", metavar="ID", help="this section and all after it")
    group.addoption("--provider", default=os.environ.get("LAB_PROVIDER", ""), help="virtualbox, libvirt or lxc")
    group.addoption("--inventory", type=Path, metavar="FILE", help="use these machines instead of making some")
    group.addoption("--profile", default=os.environ.get("LAB_PROFILE", ""), help="handout or rehearsal")
    group.addoption("--rubric", type=Path, metavar="FILE", help="an instructor's own weights")
    group.addoption(
        "--patience",
        type=float,
        default=15.0,
        metavar="SECONDS",
        help="how long verifying waits at most for a state to come about",
    )
    group.addoption("--milestones", action="store_true", help="save both machines after every section that passed")
    group.addoption("--reboot", action="store_true", help="restart both machines and verify what must last")
    group.addoption("--concepts", action="store_true", help="show on the cluster what the handout teaches first")
    group.addoption("--undetermined", default="", metavar="RUN", help="ask again what that run could not see")
    group.addoption("--replay", default="", metavar="RUN", help="answer from the evidence of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    """Make every section a marker."""
    for path in sorted((course_dir() / "exercises").glob("*/exercise.toml")):
        config.addinivalue_line("markers", f"{path.parent.name.split('-', 1)[-1]}: section of the course")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Check the whole course before any of it is collected: what is wrong in it is told with its file."""
    from labproof import course_faults

    if not course_faults.is_about_course(session.config):
        return
    from labproof import running

    try:
        running.check_course(session.config)
    except ConfigError as problem:
        _stop(session.config, f"error: {problem}", EXIT_USAGE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the scenarios and make sure, before a machine is touched, that course and rubric fit together."""
    if not any(_is_scenario(item) for item in items):
        return
    from labproof import running

    try:
        running.prepare(config, items)
    except ConfigError as problem:
        _stop(config, f"error: {problem}", EXIT_USAGE)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, Any]:
    """Open the lab before the first scenario; close the run after the last, whatever happened in between."""
    from labproof import running

    if not running.is_prepared(session.config) or session.config.option.collectonly:
        return (yield)
    try:
        running.open_lab(session.config)
    except ConfigError as problem:
        _stop(session.config, f"error: {problem}", EXIT_USAGE)
    except LabError as problem:
        _stop(session.config, f"error: {problem}", EXIT_OURS)
    except KeyboardInterrupt:
        _stop(session.config, "interrupted before the first scenario; run it again, or labproof down", EXIT_INTERRUPTED)
    ended = "interrupted"
    try:
        outcome = yield
        ended = "finished"
        return outcome
    except (session.Failed, pytest.exit.Exception):
        raise
    except Exception as problem:
        ended = running.broken(session.config, problem, session.items)
        return True
    finally:
        running.close_lab(session.config, ended)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the exit status that the records call for."""
    from labproof import running

    status = running.exit_status(session.config)
    if status is not None:
        session.exitstatus = status


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Fail a scenario at its end when one of its criteria was not met."""
    outcome = yield
    if _is_scenario(pyfuncitem):
        from labproof import running

        running.raise_failures(pyfuncitem.config)
    return outcome


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Keep pytest's own marks out of the progress that a person watches."""
    if report.when == "call" and report.nodeid.startswith("features/"):
        return report.outcome, "", ""
    return None


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Any, scenario: Any) -> None:
    """Start the record of a scenario and look at what is done already."""
    from labproof import running

    running.before_scenario(request, feature, scenario)


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Close the record of a scenario."""
    from labproof import running

    running.after_scenario(request)


def pytest_bdd_before_step(request: pytest.FixtureRequest, step: Any) -> None:
    """Tell the recording which sentence comes next."""
    from labproof import running

    running.before_sentence(request, step)


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Any:
    """The machines of the lab."""
    return _session(request).lab


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Any:
    """The Kubernetes API of the lab."""
    return _session(request).cluster


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Any:
    """The web pages of the lab."""
    return _session(request).browser


@pytest.fixture(scope="session")
def probe_pods(request: pytest.FixtureRequest) -> Any:
    """Pods of our own that look at the cluster from inside."""
    return _session(request).probe_pods


@pytest.fixture(scope="session")
def course(request: pytest.FixtureRequest) -> Any:
    """The course's versions, addresses and ports."""
    return _session(request).course


@pytest.fixture(scope="session")
def judge(request: pytest.FixtureRequest) -> Any:
    """The judge of one criterion at a time."""
    return _session(request).judge


@pytest.fixture(scope="session")
def restart(request: pytest.FixtureRequest) -> Any:
    """Restarts both machines."""
    return _session(request).restart


@pytest.fixture
def performer(request: pytest.FixtureRequest) -> Any:
    """Who does the work of a When."""
    from labproof import running

    return running.performer(request.node)


def _session(request: pytest.FixtureRequest) -> Any:
    from labproof import running

    return running.session_of(request.config)


def _is_scenario(item: pytest.Item) -> bool:
    return item.path.is_relative_to(course_dir() / "features")


def _stop(config: pytest.Config, message: str, status: int) -> None:
    sys.stderr.write(f"{message}\n")
    pytest.exit(message.splitlines()[0], returncode=status)
