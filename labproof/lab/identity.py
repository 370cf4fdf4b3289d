"""What tells one student's machine from another's: read once a run, never judged.

The same twice in a class means one machine for two students, or a copy; see docs/threat-model.md.
"""

import re
import time
from datetime import UTC, datetime, timedelta

from labproof.lab.machine import Machine

_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_CLOCK_SECONDS = 300
"""How far a clock may be from ours before that is told; Kerberos, for one, allows as much."""


def machine(asked: Machine) -> dict[str, str]:
    """Return a machine's own id (machine-id(5)) and since when it has one, as far as it tells.

    A `stat` that fails prints nothing, and then nothing is told: it is never judged.
    """
    found = {}
    if _MACHINE_ID.fullmatch(said := (asked.read("/etc/machine-id") or "").strip()):
        found["machine-id"] = said
    since = asked.ask("stat -c %%Y -- %s", "/etc/machine-id").output.strip()
    if since.isascii() and since.isdigit() and len(since) <= 10:
        found["since"] = datetime.fromtimestamp(int(since), UTC).isoformat()
    return found


def clock(asked: Machine) -> dict[str, str]:
    """Return how far a machine's clock is from ours, or nothing where that is little."""
    ours = time.time()
    told = asked.ask("date +%s", is_fact=False).output.strip()
    if not (told.isascii() and told.isdigit() and len(told) <= 12) or abs(off := int(told) - ours) <= _CLOCK_SECONDS:
        return {}
    return {"clock": f"{timedelta(minutes=round(abs(off) / 60))} {'ahead of' if off > 0 else 'behind'} the grader's"}
