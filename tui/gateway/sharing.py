"""Who can open a case: shown, given until a day, taken back, and its keys."""

from __future__ import annotations

from tui.gateway.holders import STOPPED_AFTER_KEY, WITH_NEXT_BUNDLE, holder_lines
from tui.gateway.members import member_id
from tui.gateway.subject import Subject, case_id, telling
from tui.values.values_access import AccessShown
from tui.values.values_exchange import PeerShown, ResultText
from vault.casework.case import GrantReason
from vault.ids import CompartmentId
from vault.policy.roles import ALLOWED, Action
from vault.progress import CancelledError, Progress, Stopped
from vault.services.cases import cases
from vault.services.grants import key_changes, sharing, timed_grants
from vault.services.grants.sharing import KeyChanged
from vault.services.members import admissions, members
from vault.words.message import Message, plural

REASONS = (
    GrantReason.COLLEAGUE,
    GrantReason.DEPUTY,
    GrantReason.SUPERVISION,
    GrantReason.LEGAL_REFERRAL,
    GrantReason.FIELD,
    GrantReason.HANDOVER,
)


class Sharing(Subject):
    """Gives cases and takes them back. Each is done by a key, none by a flag."""

    reasons: tuple[str, ...] = tuple(reason.value for reason in REASONS)

    def who(self, case: str) -> AccessShown:
        """Return who can open a case, and how its keys stand."""
        session, compartment = self._session, case_id(case)
        held_by = sharing.holders_of(session, compartment)
        stand = key_changes.keys_of(session, compartment)
        may_share = bool(self._may(Action.CASE_SHARE))
        cost = (
            sharing.cost_of_change(session, compartment) if may_share else sharing.ChangeCost(0, 0, with_recovery=False)
        )
        return AccessShown(
            holders=holder_lines(session, held_by.members, timed_grants.terms_of(session, compartment)),
            sheets=cases.sheets_said(session.dates, held_by),
            only_you=cases.only_you(session, compartment) or "",
            keys=stand.epochs,
            current=stand.current,
            pending=stand.pending,
            cost_versions=cost.versions,
            cost_holders=cost.seats,
            may_share=may_share,
        )

    def candidates(self, case: str) -> tuple[PeerShown, ...]:
        """Return the members with a device and a role that opens cases who do not hold this one."""
        holders = sharing.holders_of(self._session, case_id(case)).members
        return tuple(
            PeerShown(member.member.hex(), member.name, tuple(sorted(role.value for role in member.roles)))
            for member in members.list_all(self._session)
            if member.seats and member.member not in holders and member.roles & ALLOWED[Action.CASE_READ]
        )

    def give(self, case: str, member: str, *, until: str, why: str) -> ResultText:
        """Give a case to a member, until the end of a day, or without an end for an empty one."""
        until_ms = timed_grants.end_of_day(until) if until else None
        timed_grants.give(self._session, case_id(case), [member_id(member)], until_ms=until_ms, why=why)
        done = Message("The case is open to them.")
        if until_ms is not None:
            last_day = timed_grants.last_day(until_ms)
            done = Message("The case is open to them until {day}; the day after, the key changes.", day=last_day)
        return ResultText((done, WITH_NEXT_BUNDLE, *admissions.said_of_devices(self._session, member_id(member))))

    def take_back(self, case: str, member: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Take a case from a member: a new key, and all versions under it, as far as nobody stops that."""
        compartment, tell = case_id(case), telling(progress, stopped)
        try:
            done = sharing.revoke(self._session, compartment, [member_id(member)], progress=tell)
        except CancelledError:
            done = None
        return ResultText((*self._key_lines(compartment, done), sharing.WHAT_MAY_BE_KEPT))

    def new_key(self, case: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Make a new key of a case for the same members."""
        compartment = case_id(case)
        try:
            done = sharing.rotate(self._session, compartment, progress=telling(progress, stopped))
        except CancelledError:
            done = None
        return ResultText(self._key_lines(compartment, done))

    def wrap_anew(self, case: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Bring versions that wait under the newest key; stopped, what was wrapped stays so."""
        compartment = case_id(case)
        self._session.require(Action.CASE_READ, compartment)
        done = sharing.rewrap_all(self._session, [compartment], progress=telling(progress, stopped))
        anew = plural("{count} saved change was rewrapped.", "{count} saved changes were rewrapped.", count=done.done)
        return ResultText((anew, *_waiting(done.left)))

    def _key_lines(self, case: CompartmentId, done: KeyChanged | None) -> tuple[Message, ...]:
        left = key_changes.keys_of(self._session, case).pending if done is None else done.left
        if done is None:
            waits = plural(
                "{count} saved change still has to be rewrapped: `r` does it.",
                "{count} saved changes still have to be rewrapped: `r` does it.",
                count=left,
            )
            return STOPPED_AFTER_KEY, waits
        made = plural(
            "The case has a new key; {count} saved change is under it.",
            "The case has a new key; {count} saved changes are under it.",
            count=done.versions,
        )
        return made, *_waiting(left)


def _waiting(left: int) -> tuple[Message, ...]:
    waits = plural(
        "{count} saved change waits for another member's device.",
        "{count} saved changes wait for another member's device.",
        count=left,
    )
    return (waits,) if left else ()
