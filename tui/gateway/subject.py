"""What the subjects behind the gateway have in common: the open vault, and how long work tells how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from tui.gateway.draft_shelf import DraftShelf
from tui.values.shaping import names_hidden
from vault.access.session import Session
from vault.errors import InternalError, NotFoundError
from vault.ids import CompartmentId, RecordId
from vault.policy.decide import may
from vault.policy.roles import Action, Role
from vault.progress import Progress, Stopped, Working
from vault.services import housekeeping
from vault.words.message import Message

T = TypeVar("T")


class UnlockedVault:
    """What is behind the gateway: nothing until somebody was let in."""

    def __init__(self, path: Path, state: Path | None) -> None:
        self.path = path
        self.state = state
        self._session: Session | None = None
        self._shelf: DraftShelf | None = None
        self.name = ""
        """The member's, as typed."""
        self.hides_names = False
        """Whether lists get the first letters of names alone."""
        self._is_settled = False

    def open(self, session: Session, name: str) -> None:
        """Stand open on this session of a member."""
        self._session, self._shelf, self.name = session, DraftShelf(session.drafts()), name

    def close(self) -> None:
        """Close every file. Closing twice does nothing."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def settle(self) -> None:
        """Do, once in a session, what this seat owes to others; what a person should hear of it becomes an alarm."""
        if not self._is_settled:
            self._is_settled = True
            housekeeping.settle_aloud(self.session)

    def may(self, *actions: Action) -> frozenset[str]:
        """Return the codes of those acts that this member's roles allow, on a case that they hold."""
        roles = frozenset[Role]() if self.session.is_expired else self.session.roles
        return frozenset(action.value for action in actions if may(roles, action, holds_case=True).allowed)

    @property
    def session(self) -> Session:
        """The open session."""
        if self._session is None:
            raise InternalError(Message("the vault is locked"))
        return self._session

    @property
    def shelf(self) -> DraftShelf:
        """The member's drafts."""
        if self._shelf is None:
            raise InternalError(Message("the vault is locked"))
        return self._shelf


class Subject:
    """A part of what screens can ask for."""

    def __init__(self, door: UnlockedVault) -> None:
        self._unlocked = door

    @property
    def _session(self) -> Session:
        return self._unlocked.session

    def _as_listed(self, row: T) -> T:
        """Return a row of a list with the names of its people as lists show them."""
        return names_hidden(row) if self._unlocked.hides_names else row

    def _may(self, *actions: Action) -> frozenset[str]:
        """Return the codes of those acts that this member's roles allow, on a case that they hold."""
        return self._unlocked.may(*actions)


def telling(progress: Progress, stopped: Stopped) -> Working:
    """Return what long work tells how far it is; it raises CancelledError once somebody stopped the work."""
    return Working(lambda _what, done, total: progress(done, total), stopped)


def case_id(case: str) -> CompartmentId:
    """Return the id that a screen got in hexadecimal.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return CompartmentId(bytes.fromhex(case))
    except ValueError:
        raise NotFoundError(Message("there is no such case among yours")) from None


def record_id(record: str) -> RecordId:
    """Return the id that a screen got in hexadecimal.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return RecordId(bytes.fromhex(record))
    except ValueError:
        raise NotFoundError(Message("there is no such record among yours")) from None
