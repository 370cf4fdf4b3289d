"""One decision of an instructor, as it stands in `decisions.toml`."""

import datetime
from dataclasses import dataclass
from fractions import Fraction

from labproof.records.ruling import Kind


@dataclass(frozen=True)
class Decision:
    """One decision as it stands in the file; which fields are set depends on its kind.

    `percent` is of a criterion's points in an override, of the points possible in a penalty and, for each `each` that
    is begun, in the rule for what is late. `place` is its entry, such as `override 2`, counted from 1.
    """

    kind: Kind
    place: str
    reason: str
    author: str
    date: datetime.date
    expires: datetime.date | None = None
    student: str = ""
    criterion: str = ""
    points: Fraction | None = None
    percent: Fraction | None = None
    each: str = ""
    cap: Fraction = Fraction(100)
    grace_minutes: Fraction = Fraction(0)

    def is_in_force(self, today: datetime.date) -> bool:
        """Tell whether it counts on a day: its last one is `expires`."""
        return self.expires is None or today <= self.expires
