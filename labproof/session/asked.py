"""What a session asks of the machines, for whoever keeps it with the course."""

from typing import TYPE_CHECKING

from labproof.connection.foresight import Question

if TYPE_CHECKING:
    from labproof.session.opening import Session


class Asked:
    """Knows afterwards what a session has asked. It is handed to pytest as a plugin."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def pytest_labproof_opened(self, opened: "Session") -> None:
        """Remember the session."""
        self._session = opened

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return the commands that only read, in the order in which they were asked; none where no session began."""
        foresight = self._session.foresight if self._session else None
        return foresight.learnt if foresight else ()
