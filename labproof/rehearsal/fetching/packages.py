"""Has yum resolve and fetch the packages, in a throw-away CentOS 7.6 machine that Vagrant makes."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress, engine_dir
from labproof.rehearsal.bundle.commands import BuildCommand, output, run
from labproof.rehearsal.fetching.sources import RepositorySource
from labproof.rehearsal.judging.expected import DOCKER, KUBERNETES_PACKAGES, NOT_ON_CENTOS, PACKAGES, REPOSITORY

GIVEN = "/tmp/labproof-packages"
MACHINE_SECONDS = 3600


def names(kubernetes: str) -> tuple[str, ...]:
    """Return what yum is asked for: with versions where the course has them."""
    docker = tuple(f"{name}-{DOCKER}.*" if name.startswith("docker-") else name for name in PACKAGES)
    # `conntrack` is what conntrack-tools provides, no package.
    more = tuple(name for name in NOT_ON_CENTOS if name != "conntrack")
    return (*docker, *(f"{name}-{kubernetes}" for name in KUBERNETES_PACKAGES), *more)


def repo_file(repositories: Sequence[RepositorySource]) -> str:
    """Return yum's settings for the repositories: every mirror in order, and no package without a signature."""
    return "\n".join(
        f"[{r.name}]\nname={r.name}\nbaseurl={f'{chr(10)}        '.join(r.urls)}\nfailovermethod=priority\n"
        f"enabled=1\ngpgcheck=1\ngpgkey=file://{GIVEN}/{r.name}.key\n"
        for r in repositories
    )


def require() -> None:
    """Raise BundleError when this computer has no Vagrant."""
    for program in ("vagrant", "scp"):
        if shutil.which(program) is None:
            raise BundleError(
                f"expected the program {program}: the packages are resolved in a CentOS 7.6 machine; found none\n"
                "  try: install Vagrant and VirtualBox; or --images-only for the images and manifests alone"
            )


@dataclass(frozen=True)
class Throwaway:
    """The machine in which yum runs: its folder on this computer, and its log."""

    folder: Path
    log: Path

    def fetch(
        self, repositories: Sequence[RepositorySource], keys: Mapping[str, Path], kubernetes: str, progress: Progress
    ) -> Path:
        """Return the packed repository. The machine is taken away, however this ends. Raises BundleError."""
        given = self.folder / "given"
        given.mkdir(parents=True, exist_ok=True)
        (given / "labproof.repo").write_text(repo_file(repositories))
        (given / "packages").write_text("".join(f"{name}\n" for name in names(kubernetes)))
        for name, key in keys.items():
            shutil.copyfile(key, given / f"{name}.key")
        try:
            progress("bringing up a throw-away CentOS 7.6 machine and fetching the packages in it")
            self._run(["vagrant", "up"], "fetching the packages", MACHINE_SECONDS)
            return self._copy_out()
        finally:
            self._run(["vagrant", "destroy", "--force"], "taking the throw-away machine away", 300)

    def _copy_out(self) -> Path:
        settings, target = self.folder / "ssh-config", self.folder / REPOSITORY
        # output() starts in this process's folder, so Vagrant is told where its file lies.
        asked = ["env", *(f"{k}={v}" for k, v in self._settings().items()), "vagrant", "ssh-config"]
        settings.write_text(output(asked, 120))
        part = target.with_name(f"{target.name}.part")
        copied = ["scp", "-F", str(settings), f"default:/var/tmp/{REPOSITORY}", str(part)]
        self._run(copied, "copying the packages out of the machine", 900)
        return part.replace(target)

    def _run(self, argv: list[str], what: str, seconds: float) -> None:
        env = {**os.environ, **self._settings()}
        hint = "read the log; where yum finds no package, correct `repositories` in the file of --sources"
        run(BuildCommand(argv, what, seconds, env=env, hint=hint), self.log)

    def _settings(self) -> dict[str, str]:
        return {
            "VAGRANT_CWD": str(engine_dir() / "vagrant" / "bundle"),
            "VAGRANT_DOTFILE_PATH": str(self.folder / ".vagrant"),
            "LABPROOF_PACKAGES": str(self.folder / "given"),
        }
