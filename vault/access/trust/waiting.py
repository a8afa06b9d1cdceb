"""Who waits for what: a record that is listed and not here stops what leaves, is given or erased (FORMAT.md 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from vault.errors import VerificationError
from vault.ids import CompartmentId, SeatId
from vault.records.logs import Absent
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.validity.authority import Authority
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory
from vault.validity.version_validity import Quarantined
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message
from vault.words.next_step import NextStep


class Waiter(Protocol):
    """What of a session is asked here."""

    seat: SeatId
    database: Database
    directory: Directory
    quarantine: list[Quarantined]
    alarms: tuple[Finding, ...]

    def faults(self, *, taken_from: Collection[SeatId] = ()) -> list[Finding]:
        """Return what stops any act."""

    def authority(self, rows: Rows) -> Authority:
        """Return the judge of who wrote an entry."""

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return who is in a compartment."""


def waits_for(session: Waiter, compartment: CompartmentId, *, taken_from: Collection[SeatId] = ()) -> list[Absent]:
    """Return what is not here and holds up acts in a compartment.

    From `taken_from` the act takes the compartment, and gives nothing to them.
    """
    found = [
        Absent(compartment, finding.origin, finding.seq, finding.n, is_closed=finding.check != "missing")
        for finding in session.quarantine
        if finding.compartment == compartment and is_absence(finding)
    ]
    return owed(session, found, taken_from) if found else []


def require_sound(session: Waiter, compartments: Sequence[CompartmentId], taken_from: Collection[SeatId]) -> None:
    """Let nothing leave, be granted or be erased while the log contradicts itself or what this device saw.

    Args:
        session: who acts.
        compartments: where the act leaves, gives or erases something. What is listed and not here stops acts in its own
            compartment; of the directory, in all. None: the act is about nothing but the log.
        taken_from: seats that the act ends or takes a case from: what they did to their own logs does not stop it.

    Raises:
        VerificationError: there is a contradiction, or something is not here.
    """
    if faults := session.faults(taken_from=taken_from):
        if faults[0].code is Code.VALID_AGAIN:
            raise VerificationError(
                Message("this waits until what is valid again here has ended again"),
                next_step=faults[0].message,
            )
        raise VerificationError(
            Message("this waits until the log is sound"),
            next_step=Message(
                "{reason} Run {verify_log}; reading and notes go on.",
                reason=faults[0].message,
                verify_log=NextStep.VERIFY_LOG,
            ),
        )
    for compartment in (session.directory.compartment, *compartments) if compartments else ():
        require_here(session, compartment, taken_from=taken_from)


def is_absence(finding: Quarantined) -> bool:
    """Say whether a finding is that something is not here: itself, or a key that opens it."""
    return finding.compartment is not None and not (finding.is_unentitled or finding.says_nothing)


def require_here(session: Waiter, compartment: CompartmentId, *, taken_from: Collection[SeatId] = ()) -> None:
    """Let an act in a compartment wait for what is listed there and not here; see `waits_for`.

    Raises:
        VerificationError: something is not here.
    """
    about = [alarm for alarm in session.alarms if alarm.subject == compartment]
    lost = [alarm for alarm in about if alarm.severity is Severity.ABSENCE]
    if lost or waits_for(session, compartment, taken_from=taken_from):
        told = [*(alarm for alarm in about if alarm.code is Code.NOT_HERE), *lost]
        way_out = Message("Import a bundle from somebody who has the case, or restore a backup.")
        raise VerificationError(
            Message("this waits until everything that is missing has arrived"),
            next_step=Message("{reason} {way_out}", reason=told[0].message, way_out=way_out) if told else way_out,
        )


def owed(session: Waiter, found: Iterable[Absent], taken_from: Collection[SeatId] = ()) -> list[Absent]:
    """Return what others may wait for: its author is in, here and in the case, and nothing is taken from them."""
    wanted = dict.fromkeys(found)
    states = {home: session.state_of(home) for home in {absent.compartment for absent in wanted}}
    with session.database.reading() as rows:
        authority = session.authority(rows)
        return [each for each in wanted if _is_owed(session, authority, each, states[each.compartment], taken_from)]


def _is_owed(
    session: Waiter,
    authority: Authority,
    absent: Absent,
    state: CompartmentState | None,
    taken_from: Collection[SeatId],
) -> bool:
    genesis = authority.genesis(absent.origin)
    if genesis is None or genesis.seat == session.seat:
        return True
    directory = session.directory
    case = None if state is None else state.case
    return any(
        entry.seat not in taken_from
        and (
            absent.was_here
            or (
                entry.seat in directory.certificates
                and (case is None or directory.member_of(entry.seat) in case.members)
            )
        )
        for entry in authority.entries_at(absent.origin, absent.seq)
    )
