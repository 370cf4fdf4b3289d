"""What was asked for on the command line of a session."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from labproof.ground import slowness
from labproof.ground.errors import ConfigError
from labproof.records.model import Mode
from labproof.session import browser_option, option_rules, optional

_LONGEST_STUDENT = 80
"""Characters of a student's id or name that a report's foot has room for."""


@dataclass(frozen=True)
class Options:
    """The options of one session; `extras` are those that ask for a section, `base` is a run to merge into.

    `student` says whose machines they are; it comes from `LABPROOF_STUDENT`, which the grading of a class sets.
    """

    mode: str = Mode.PERFORM
    provider: str = ""
    inventory: Path | None = None
    profile: str = ""
    rubric: Path | None = None
    replay: str = ""
    base: str = ""
    undetermined: str = ""
    is_demo: bool = False
    accept_broken: bool = False
    patience: float = 15.0
    student: str = ""
    browser: bool = False
    extras: frozenset[str] = frozenset()


def provider_wished() -> str:
    """Return the provider that the environment asks for, where no option does."""
    return os.environ.get("LAB_PROVIDER", "")


def may_stop(config: pytest.Config) -> bool:
    """Tell whether a failure may end the session before all was looked at, as -x or --stepwise ask for."""
    return bool(config.getoption("maxfail", 0) or config.getoption("stepwise", False))


def needs_order(config: pytest.Config) -> bool:
    """Tell whether a section must be judged before the next: to save the machines then, or to stop where it failed."""
    return bool(config.option.milestones) or may_stop(config)


def of(config: pytest.Config) -> Options:
    """Return the options as they were given to pytest. Raises ConfigError for what cannot be followed."""
    # What it says is refused here, and not in the middle of a run.
    slowness.factor()
    chosen, sections = config.option, optional.sections()
    asked = [section for section in sections if getattr(chosen, section.option, False)]
    problems = [
        f"--{section.option}: it takes away what a student has made; use it with --mode perform"
        for section in asked
        if section.takes_away and chosen.mode != Mode.PERFORM
    ]
    for name in ("demo", "accept_broken"):
        if getattr(chosen, name) and not chosen.replay:
            problems.append(f"--{name.replace('_', '-')}: it says something of a recording; give --replay, too")
    if problems:
        raise ConfigError(problems)
    if chosen.provider and chosen.inventory:
        raise ConfigError(["--provider: an inventory names its machines; leave out --provider or --inventory"])
    provider, profile = chosen.provider or provider_wished(), chosen.profile or os.environ.get("LAB_PROFILE", "")
    switches = {section.option for section in asked if section.restarts} | (
        {"milestones"} if chosen.milestones else set()
    )
    option_rules.require(profile, provider, chosen.patience, chosen.inventory, frozenset(switches))
    return Options(
        mode=chosen.mode,
        provider=provider,
        inventory=chosen.inventory,
        profile=profile,
        rubric=chosen.rubric,
        replay=chosen.replay,
        undetermined=chosen.undetermined,
        is_demo=chosen.demo,
        accept_broken=chosen.accept_broken,
        patience=chosen.patience,
        student=os.environ.get("LABPROOF_STUDENT", "")[:_LONGEST_STUDENT],
        browser=browser_option.is_asked_for(chosen),
        extras=frozenset(section.option for section in asked),
    )
