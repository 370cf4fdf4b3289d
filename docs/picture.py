"""Makes `docs/report.png`, the report that the README shows: a recorded lab with one mistake, in Chromium."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "tests" / "recordings" / "broken-nginx-target-port"
PICTURE = ROOT / "docs" / "report.png"
WIDTH, HEIGHT = 1000, 1620


def main() -> None:
    """Grade the recording, and take a picture of its report."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LABPROOF_RUNS": f"{folder}/runs"}
        graded = [sys.executable, "-m", "labproof", "regrade", str(RECORDING)]
        # Its exit status says that points are lost, which is what the picture shows.
        subprocess.run(graded, env=environment, cwd=ROOT, timeout=120, check=False)
        (report,) = Path(folder, "runs").glob("*-regrade/report.html")
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        page = [f"--user-data-dir={folder}/profile", f"--screenshot={PICTURE}", f"--window-size={WIDTH},{HEIGHT}"]
        subprocess.run([*browser, *page, report.as_uri()], timeout=120, check=True, capture_output=True)


if __name__ == "__main__":
    main()
