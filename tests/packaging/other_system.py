"""Runs `labproof` as on a computer that is no Unix: modules, functions and signals that only Unix has are not there.

Python's own library keeps them, because on such a computer it would not ask for them.
"""

import builtins
import os
import runpy
import signal
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix", "crypt", "nis", "spwd"}
SIGNALS = ("SIGHUP", "SIGKILL", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGCHLD", "SIGWINCH")
FUNCTIONS = ("geteuid", "getegid", "setsid", "killpg", "getpgid", "fork", "chown", "mkfifo", "O_NONBLOCK", "uname")
STANDARD = sysconfig.get_path("stdlib")
_import = builtins.__import__


def _is_standard(name: str) -> bool:
    return name.startswith("<") or (name.startswith(STANDARD) and "-packages" not in name)


def guarded(name: str, globals_: Any = None, *rest: Any, **more: Any) -> ModuleType:
    """Import a module, unless it is one of Unix that somebody else than Python's library asks for."""
    if name.split(".")[0] in MODULES and not _is_standard((globals_ or {}).get("__file__") or ""):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, globals_, *rest, **more)


def refused(*arguments: object, **more: object) -> None:
    """Refuse to make a link, as Windows does for most people."""
    raise OSError(22, "a required privilege is not held by the client")


builtins.__import__ = guarded
for name in SIGNALS:
    delattr(signal, name)
for name in FUNCTIONS:
    delattr(os, name)
os.symlink = refused  # type: ignore[assignment]
Path.symlink_to = refused  # type: ignore[assignment, method-assign]
sys.argv[0] = "labproof"
runpy.run_module("labproof", run_name="__main__", alter_sys=True)
