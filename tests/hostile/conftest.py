"""A finished lab that is made hostile: only with LABPROOF_LAB=1, because it needs the lab for itself."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labproof.providers.table import choose
from labproof.proving.bench import TERMINAL, Bench
from labproof.proving.compare import not_fine
from labproof.records.model import CriterionRecord, Outcome, RunRecord
from labproof.session.opening import Options

HERE = Path(__file__).parent
GRADER = "192.168.200.1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests out unless the lab is there for them."""
    if os.environ.get("LABPROOF_LAB") != "1":
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="needs a finished lab of its own: LABPROOF_LAB=1"))


class Listener:
    """Counts who connects to the grader's own address."""

    def __init__(self) -> None:
        self._socket = socket.create_server((GRADER, 0))
        self.port = self._socket.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


class Graded:
    """A run of the grader: what it said on its terminal, and what became of each criterion."""

    def __init__(self, run: RunRecord, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.said = (folder / TERMINAL).read_text(encoding="utf-8")
        self._records = {c.id: c for c in run.criteria}

    def __getitem__(self, id_: str) -> CriterionRecord:
        return self._records[id_]

    def gained(self, *ids: str) -> list[str]:
        """Return those of the criteria that passed."""
        return [id_ for id_ in ids if self[id_].outcome is Outcome.PASSED]

    def spoilt(self, *expected: str) -> dict[str, str]:
        """Return what did not pass beside the criteria that are expected not to."""
        return {id_: seen for id_, seen in not_fine(self.run).items() if id_ not in expected}


class HostileLab:
    """The lab, which is made hostile for a while and graded then."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self._bench = bench
        self._folder = folder

    def served(self, name: str, code: str) -> tuple[str, ...]:
        """Return the commands that run a small Python server on a machine, as a unit of systemd of that name."""
        return (
            f"cat > /root/{name}.py << 'PY'\n{code}\nPY",
            f"systemd-run --quiet --collect --unit={name} /usr/bin/python3 /root/{name}.py",
            f"timeout 10 sh -c 'until systemctl is-active -q {name}; do sleep 0.1; done'; sleep 0.5",
        )

    def from_host(self, machine: str, line: str) -> None:
        """Run a command in a machine of the rehearsal from the host, when nobody can log in there."""
        subprocess.run(["lxc-attach", "-n", f"labproof-{machine}", "--", "/bin/sh", "-c", line], check=True, timeout=30)

    @contextmanager
    def made(self, machine: str, *lines: str, undo: tuple[str, ...]) -> Iterator[None]:
        """Run commands as root on a machine, and in the end those that undo them."""
        try:
            self._bench.carry_out({machine: lines})
            yield
        finally:
            for line in undo:
                self._bench.carry_out({machine: (f"{line} || true",)})

    def ask(self, machine: str, line: str) -> str:
        """Return what a command prints on a machine."""
        return self._bench.ask(machine, line)

    def grade(self, name: str, patience: float = 2.0) -> Graded:
        """Grade the lab as it is."""
        return Graded(self._bench.grade(name, patience), self._folder / "runs" / name)

    def regrade(self, name: str, recorded: Path) -> Graded:
        """Grade a recorded run again."""
        return Graded(self._bench.regrade(name, recorded), self._folder / "runs" / name)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileLab]:
    """The finished lab."""
    folder = tmp_path_factory.mktemp("hostile")
    bench = Bench(choose(Options()), folder)
    yield HostileLab(bench, folder)
    bench.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A port of the grader that nobody should be led to."""
    opened = Listener()
    yield opened
    opened.close()
