"""The folders of runs on disk."""

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.records import result, store
from labproof.records.model import Mode, Outcome, SectionRecord
from labproof.records.store import LATEST
from tests.golden import samples


def test_run_is_saved_and_loaded(tmp_path: Path) -> None:
    """A run that was saved is loaded as it was, and no draft is left."""
    folder = store.create(Mode.PERFORM, tmp_path)
    folder.save(samples.EVERY_OUTCOME)
    folder.save(samples.FULL)
    assert folder.load() == samples.FULL
    assert [p.name for p in folder.path.iterdir()] == ["result.json"]


def test_hostile_text_is_saved(tmp_path: Path) -> None:
    """Half a surrogate, as a hostile page may send it, does not keep a run from being saved."""
    criterion = samples.criterion("a", "a", 1, Outcome.FAILED, found="\ud800 half \x00")
    section = SectionRecord("s", {"en": "S"}, "1", (samples.scenario("a", criterion),))
    folder = store.create(Mode.PERFORM, tmp_path)
    run = replace(samples.FULL, sections=(section,))
    folder.save(run)
    assert folder.load() == run


def test_crash_leaves_the_old_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while saving leaves the result of before, whole."""
    folder = store.create(Mode.PERFORM, tmp_path)
    folder.save(samples.FULL)

    def crash(run: object) -> dict[str, object]:
        return {"half": "written", "then": object()}

    monkeypatch.setattr(result, "to_json", crash)
    with pytest.raises(TypeError):
        folder.save(samples.EVERY_OUTCOME)
    assert folder.load() == samples.FULL


def test_latest_is_the_newest(tmp_path: Path) -> None:
    """`latest` leads to the newest run, and runs of one second have names of their own."""
    first, second = store.create(Mode.PERFORM, tmp_path), store.create(Mode.VERIFY, tmp_path)
    third = store.create(Mode.VERIFY, tmp_path)
    assert len({first.path, second.path, third.path}) == 3
    assert (tmp_path / LATEST).resolve() == third.path.resolve()
    assert not (tmp_path / LATEST).readlink().is_absolute()


@pytest.mark.parametrize("name", ["latest", "by name", "by path"])
def test_run_is_found(tmp_path: Path, name: str) -> None:
    """A run is found as the latest, by its name and by its path."""
    folder = store.create(Mode.PERFORM, tmp_path)
    folder.save(samples.FULL)
    asked = {"latest": LATEST, "by name": folder.path.name, "by path": str(folder.path)}[name]
    assert store.find(asked, tmp_path).path == folder.path.resolve()


def test_run_without_a_result_is_found_by_its_evidence(tmp_path: Path) -> None:
    """A run that was killed before its first result is found by its evidence."""
    folder = store.create(Mode.PERFORM, tmp_path)
    folder.evidence.touch()
    assert store.find(LATEST, tmp_path).path == folder.path.resolve()


def test_unknown_run_names_the_known(tmp_path: Path) -> None:
    """A run that there is not is answered with the names that there are."""
    with pytest.raises(ConfigError, match="newest are: none"):
        store.find(LATEST, tmp_path)
    known = store.create(Mode.PERFORM, tmp_path).path.name
    with pytest.raises(ConfigError, match=f"no run 'nonsense' .* newest are: {known}"):
        store.find("nonsense", tmp_path)


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A place that cannot be written to is an error that names it."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written there"):
        store.create(Mode.PERFORM, tmp_path / "file" / "runs")


def test_result_is_readable_json(tmp_path: Path) -> None:
    """The result is JSON in UTF-8 that a person can read."""
    folder = store.create(Mode.PERFORM, tmp_path)
    folder.save(samples.FULL)
    text = folder.result.read_text("utf-8")
    assert "安装 docker" in text
    # A line for each criterion, which is what two results are compared by.
    lines = [line.strip() for line in text.splitlines()]
    assert {c.id for c in samples.FULL.criteria} == {
        json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('{"id"')
    }
    assert json.loads(text)["run"] == samples.FULL.run


@pytest.mark.parametrize("mode", [Mode.DEMO, Mode.REGRADE])
def test_recording_is_never_the_latest(tmp_path: Path, mode: Mode) -> None:
    """A demo or a regrade says nothing of how the machines are: `latest` stays at the newest run on machines."""
    assert not (tmp_path / LATEST).exists()
    store.create(mode, tmp_path)
    assert not (tmp_path / LATEST).is_symlink()
    graded = store.create(Mode.VERIFY, tmp_path)
    store.create(mode, tmp_path)
    assert (tmp_path / LATEST).resolve() == graded.path.resolve()


def begin_runs(root: str, count: int) -> None:
    """Begin runs one after the other, as fast as they come."""
    for _ in range(count):
        store.create(Mode.VERIFY, Path(root))


def test_many_processes_begin_runs_at_once(tmp_path: Path) -> None:
    """Each of many runs that begin in one moment gets a folder of its own, and nothing else is left behind."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=begin_runs, args=(str(tmp_path), 60)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 8
    assert len([p for p in tmp_path.iterdir() if not p.is_symlink()]) == 480
    assert [p.name for p in tmp_path.iterdir() if p.is_symlink()] == [LATEST]


def test_runs_folder_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LABPROOF_RUNS that names a file is said to be that, with what to do."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match=r"file: runs cannot be written there .* another folder in LABPROOF_RUNS"):
        store.create(Mode.PERFORM)
    with pytest.raises(ConfigError, match="newest are: none"):
        store.find(LATEST)


@pytest.mark.parametrize("name", ["taken", "taken/runs"])
def test_place_that_no_run_can_have_is_refused_first(tmp_path: Path, name: str) -> None:
    """Where a file stands in the place of the runs, or of a folder above them, that is said before anything begins."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match=r"runs cannot be written there .*LABPROOF_RUNS"):
        store.require_place(tmp_path / name)


def test_asking_for_a_place_makes_nothing(tmp_path: Path) -> None:
    """A place that can be made is fine, and is made only with the first run."""
    store.require_place(tmp_path / "new" / "runs")
    assert list(tmp_path.iterdir()) == []


def test_latest_is_a_file_where_links_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk or a system without links has the name of the run in a file; the newest is found by either."""
    linked = store.create(Mode.VERIFY, tmp_path)
    with monkeypatch.context() as refusing:

        def refused(*_: object) -> None:
            raise OSError(1314, "a required privilege is not held by the client")

        refusing.setattr(Path, "symlink_to", refused)
        written = store.create(Mode.VERIFY, tmp_path)
    assert not (tmp_path / LATEST).is_symlink()
    for folder in (linked, written):
        folder.result.write_text("{}")
    assert store.find(LATEST, tmp_path).path.name == written.path.name
    again = store.create(Mode.VERIFY, tmp_path)
    again.result.write_text("{}")
    assert (tmp_path / LATEST).is_symlink()
    assert store.find(LATEST, tmp_path).path.name == again.path.name


@pytest.mark.parametrize("text", ["", "../elsewhere", "a/b", "x" * 1000, "\x00"])
def test_a_latest_that_leads_elsewhere_leads_nowhere(tmp_path: Path, text: str) -> None:
    """What is written in the file is a name in this folder or nothing."""
    (tmp_path.parent / "elsewhere").mkdir(exist_ok=True)
    (tmp_path.parent / "elsewhere" / "result.json").write_text("{}")
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / LATEST).write_text(text)
    with pytest.raises(ConfigError, match="no run 'latest'"):
        store.find(LATEST, runs)
