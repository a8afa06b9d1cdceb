"""Who can open a case: shown, given until a day, taken back, and its keys."""

from __future__ import annotations

from tui.gateway.holders import holder_lines
from tui.gateway.members import member_id
from tui.gateway.subject import Progress, Stopped, StoppedError, Subject, case_id, telling
from tui.text.in_words import in_words
from tui.values.values_access import AccessShown, CandidateShown
from tui.values.values_exchange import ResultText
from vault.casework.access import GrantReason
from vault.ids import CompartmentId
from vault.policy.roles import ALLOWED, Action
from vault.services.cases import cases
from vault.services.grants import epoch_keys, sharing, timed_grants
from vault.services.grants.sharing import KeyChanged
from vault.services.members import members

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
        stand = epoch_keys.keys_of(session, compartment)
        may_share = bool(self._may(Action.CASE_SHARE))
        cost = (
            sharing.cost_of_change(session, compartment) if may_share else sharing.ChangeCost(0, 0, with_recovery=False)
        )
        return AccessShown(
            holders=holder_lines(session, held_by.members, timed_grants.terms_of(session, compartment)),
            with_recovery=held_by.with_recovery,
            only_you=in_words(cases.only_you(session, compartment) or ""),
            keys=stand.epochs,
            current=stand.current,
            pending=stand.pending,
            cost_versions=cost.versions,
            cost_holders=cost.seats,
            may_share=may_share,
        )

    def candidates(self, case: str) -> tuple[CandidateShown, ...]:
        """Return the members with a device and a role that opens cases who do not hold this one."""
        holders = sharing.holders_of(self._session, case_id(case)).members
        return tuple(
            CandidateShown(member.member.hex(), member.name, tuple(sorted(role.value for role in member.roles)))
            for member in members.list_all(self._session)
            if member.seats and member.member not in holders and member.roles & ALLOWED[Action.CASE_READ]
        )

    def give(self, case: str, member: str, *, until: str, why: str) -> ResultText:
        """Give a case to a member, until the end of a day, or without an end for an empty one."""
        until_ms = timed_grants.end_of_day(until) if until else None
        timed_grants.give(self._session, case_id(case), [member_id(member)], until_ms=until_ms, why=why)
        end = "" if until_ms is None else f" until {timed_grants.last_day(until_ms)}; the day after, the key changes"
        return ResultText(
            (f"The case is open to them{end}.", "It reaches another device with your next bundle for them.")
        )

    def take_back(self, case: str, member: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Take a case from a member: a new key, and all versions under it, as far as nobody stops that."""
        compartment, tell = case_id(case), telling(progress, stopped)
        try:
            done = sharing.revoke(self._session, compartment, [member_id(member)], progress=tell)
        except StoppedError:
            done = None
        return ResultText((*self._key_lines(compartment, done), in_words(sharing.WHAT_MAY_BE_KEPT)))

    def new_key(self, case: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Make a new key of a case for the same members."""
        compartment = case_id(case)
        try:
            done = sharing.rotate(self._session, compartment, progress=telling(progress, stopped))
        except StoppedError:
            done = None
        return ResultText(self._key_lines(compartment, done))

    def wrap_anew(self, case: str, progress: Progress, stopped: Stopped) -> ResultText | None:
        """Bring versions that wait under the newest key; None when it was stopped: what was wrapped stays so."""
        compartment = case_id(case)
        self._session.require(Action.CASE_READ, compartment)
        try:
            done = sharing.rewrap_all(self._session, [compartment], progress=telling(progress, stopped))
        except StoppedError:
            return None
        left = f"; {done.left} wait for another member's device" if done.left else ""
        return ResultText((f"{done.done} versions were wrapped anew{left}.",))

    def _key_lines(self, case: CompartmentId, done: KeyChanged | None) -> tuple[str, ...]:
        left = epoch_keys.keys_of(self._session, case).pending if done is None else done.left
        if done is None:
            waits = f"{left} versions still wait to lie under it: `r` brings them there."
            return ("Stopped, but the new key counts already: it was made first.", waits)
        waits = f" {left} wait for another member's device." if left else ""
        return (f"The case has a new key; {done.versions} versions lie under it.{waits}",)
