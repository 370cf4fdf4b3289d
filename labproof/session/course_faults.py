"""A pytest plugin: an error of our own, while collecting or in a run, is told with its place and is nobody's score."""

import sys
import traceback
from collections.abc import Generator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from labproof.ground import fault
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir
from labproof.ground.wording import say


class Traceback(StrEnum):
    """When pytest itself shows the traceback of an error."""

    ALWAYS = "always"
    IN_SUMMARY = "in its summary"
    NEVER = "never"


_FAULTS = pytest.StashKey[list[tuple[BaseException, Traceback]]]()


class NotMet(pytest.fail.Exception):  # type: ignore[name-defined, misc]
    """Ends a scenario in which a criterion was not met: the one error of a scenario that is not our own."""


def is_about_course(config: pytest.Config) -> bool:
    """Tell whether a session was asked for features of the course."""
    return any(_is_about_course(argument, config.invocation_params.dir) for argument in config.args)


def keep(config: pytest.Config, problem: BaseException, shown: Traceback = Traceback.NEVER) -> None:
    """Keep an error of ours, to be told at the end of the session; `shown` says what pytest tells of it."""
    faults = config.stash.setdefault(_FAULTS, [])
    if not any(known is problem for known, _ in faults):
        faults.append((problem, shown))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Tell the cause when the steps cannot be imported."""
    try:
        return (yield)
    except Exception as problem:
        options = early_config.known_args_namespace
        if isinstance(problem, pytest.UsageError) or not _wants_course(options, early_config.invocation_params.dir):
            raise
        _tell(_cause(problem), with_traceback=options.tbstyle != "no")
        raise SystemExit(ExitStatus.OURS) from problem


def pytest_exception_interact(node: Any, call: pytest.CallInfo[Any]) -> None:
    """Keep the cause when a part of the course cannot be collected."""
    if call.when == "collect" and call.excinfo is not None and _is_of_course(node):
        keep(node.config, _cause(call.excinfo.value), Traceback.IN_SUMMARY)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Tell an error of ours apart from criteria that are not met."""
    report = yield
    problem = call.excinfo.value if call.excinfo else None
    if problem is not None and _is_of_course(item) and not isinstance(problem, NotMet | pytest.exit.Exception):
        _blame(item, problem, has_ended=True)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Keep an error of ours that ends a scenario, before its record is closed."""
    # pytest-bdd calls this in a `finally`: what is raised at the moment is what ends the scenario.
    problem = sys.exc_info()[1]
    if problem is not None:
        _blame(request.node, problem)


def pytest_configure(config: pytest.Config) -> None:
    """Have errors of hooks kept too, which end the session."""
    config.pluginmanager.register(_InternalErrors(config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Tell every error of ours, and let the session end as one that broke."""
    yield
    faults = session.config.stash.get(_FAULTS, [])
    if not faults or not (is_about_course(session.config) or _run(session.config) is not None):
        return
    option = session.config.option
    # One mistake of ours can break many criteria: it is told once.
    for problem, shown in {fault.describe(problem): (problem, shown) for problem, shown in faults}.values():
        is_hidden = shown is Traceback.NEVER or (shown is Traceback.IN_SUMMARY and option.no_summary)
        _tell(problem, with_traceback=is_hidden and option.tbstyle != "no")
    if session.exitstatus != ExitStatus.INTERRUPTED:
        session.exitstatus = ExitStatus.OURS


class _InternalErrors:
    """Knows the session's config, which the hook for internal errors is not given."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep an error of a hook."""
        keep(self._config, excinfo.value, Traceback.ALWAYS)


def _blame(item: pytest.Item, problem: BaseException, has_ended: bool = False) -> None:
    if not _is_of_course(item) or isinstance(problem, KeyboardInterrupt | SystemExit | pytest.exit.Exception):
        return
    keep(item.config, problem, Traceback.IN_SUMMARY)
    if (run := _run(item.config)) is not None:
        run.blame(item, problem, has_ended)


def _run(config: pytest.Config) -> Any:
    """Return the run of the course, None in a session that runs none; whoever has put it there has imported it."""
    module = sys.modules.get("labproof.session.course_run")
    return config.stash.get(module.RUN, None) if module else None


def _tell(problem: BaseException, with_traceback: bool) -> None:
    sys.stderr.write(say(f"error: {fault.describe(problem)}") + "\n")
    if with_traceback:
        sys.stderr.write("".join(traceback.format_exception(problem)))


def _cause(problem: BaseException) -> BaseException:
    """Return the error that pytest has wrapped in one of its own."""
    is_of_pytest = type(problem).__module__.partition(".")[0] == "_pytest" or isinstance(problem, ImportError)
    wrapped = getattr(problem, "cause", None) or (problem.__cause__ if is_of_pytest else None)
    return _cause(wrapped) if isinstance(wrapped, BaseException) else problem


def _is_of_course(node: Any) -> bool:
    path = getattr(node, "path", None)
    return path is not None and Path(path).is_relative_to(course_dir() / "features")


def _wants_course(options: Any, folder: Path) -> bool:
    return any(_is_about_course(argument, folder) for argument in options.file_or_dir)


def _is_about_course(argument: str, folder: Path) -> bool:
    path = (folder / str(argument).partition("::")[0]).resolve()
    features = course_dir() / "features"
    return path.is_relative_to(features) or features.is_relative_to(path)
