"""One vault, locked until `unlock`, and the subjects that screens ask it about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from tui.gateway.acts_and_packages import Acting, Approvals, Safety
from tui.gateway.case_access import Sections, Sharing
from tui.gateway.case_contents import Casework, People
from tui.gateway.case_story import Papers, Story, Writing
from tui.gateway.log_and_exchange import Evidence, Exchange
from tui.gateway.organisation import Members
from tui.gateway.search_and_calls import Finding, Intake
from tui.gateway.unlocked_vault import UnlockedVault
from tui.gateway.ways_in import OwnAccess, Recovery
from tui.values.cases_shown import Alert, VaultStatus
from vault.access.pins.delays import counting_down
from vault.access.session import Session
from vault.policy.roles import Action
from vault.services import health, this_computer
from vault.services.cases.story_records import times_due
from vault.services.credentials.entering import unlock_with_factors
from vault.services.projection import authors
from vault.store.folder import VaultFolder
from vault.words.message import Message

P = ParamSpec("P")
T = TypeVar("T")


class Gateway:
    """Lets in, says how the vault stands, reads, and locks. All else is a subject."""

    def __init__(self, path: Path, *, state: Path | None = None) -> None:
        self._unlocked = door = UnlockedVault(path, state)
        self.keyfile, self.pin = "", ""  # beside the passphrase, as typed
        self._exposures: tuple[Message, ...] = ()
        self.turn = threading.RLock()
        """Held by each act but the long ones and drafts, so that acts follow one another."""

        self.acting = Acting(door)
        self.casework = Casework(door)
        self.people = People(door)
        self.writing = Writing(door)
        self.finding = Finding(door)
        self.intake = Intake(door, self.finding)
        self.evidence = Evidence(door)
        self.members = Members(door)
        self.sharing = Sharing(door)
        self.sections = Sections(door)
        self.own = OwnAccess(door)
        self.recovery = Recovery(door)
        self.exchange = Exchange(door)
        self.approvals = Approvals(door)
        self.story = Story(door)
        self.papers = Papers(door)
        self.safety = Safety(door)

    def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
        """Open the vault; the passphrase is wiped; `waiting` is told the seconds that earlier wrong attempts cost."""
        path, state, wait = self._unlocked.path, self._unlocked.state, counting_down(waiting)
        self.own.came_in_with(self.keyfile, self.pin)
        self._unlocked.open(
            unlock_with_factors(path, member, passphrase, self.keyfile, self.pin, state=state, wait=wait), member
        )
        self._exposures = this_computer.exposures()

    def require_closed(self) -> None:
        """Raise where another window or command has the vault open: told before anybody types a passphrase."""
        VaultFolder(self._unlocked.path).require_closed()

    def before(self) -> tuple[int | None, int]:
        """Return when this account last opened the vault here (ms UTC), and how many tries failed since."""
        return health.before_unlock(self._unlocked.path, state=self._unlocked.state)

    def read(self, service: Callable[Concatenate[Session, P], T], *asked: P.args, **more: P.kwargs) -> T:
        """Return what a reading service finds for the open session, which no screen gets to hold."""
        return service(self._unlocked.session, *asked, **more)

    def may(self, *actions: Action) -> frozenset[str]:
        """Return the codes of those acts that this member's roles allow, on a case that they hold."""
        return self._unlocked.may(*actions)

    def hide_names(self, yes: bool) -> None:
        """Give lists the first letters of names alone, or whole names."""
        self._unlocked.hides_names = yes

    def times_due(self, now_s: int) -> tuple[int, ...]:
        """Return when something is due in the days to come, without a word of what; see `reminders.times_due`."""
        return times_due(self._unlocked.session, now_s=now_s)

    def close(self) -> None:
        """Lock: close every file. Closing twice does nothing."""
        self._unlocked.close()

    def status(self) -> VaultStatus:
        """Return how the vault stands now, after doing what this seat owes to others."""
        self._unlocked.settle()
        session = self._unlocked.session
        known = session.dates
        may_admit = bool(self._unlocked.may(Action.MEMBER_ADMIT))
        is_told = may_admit and not known.separated  # nobody else can do anything about it
        lacks = [Alert(Message("no auditor who does nothing else"), "members")] if is_told else []
        lacks += [] if known.lack_of_sheets is None else [Alert(known.lack_of_sheets, "own_access")]
        return VaultStatus(
            member=authors.name_in(authors.names_of_members(session), session.member),
            backup_ms=known.backup,
            alarms=(*session.warnings, *self._exposures),
            lacks=tuple(lacks),
            drafts=len(self._unlocked.shelf.list()) + len(self._unlocked.shelf.forms()),
            may=self._unlocked.may(Action.CASE_CREATE),
        )
