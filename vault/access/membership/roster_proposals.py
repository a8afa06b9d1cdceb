"""A roster on its way to those who have to sign it: a file that opens for members alone (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.casework.organisation_records import Member
from vault.display import is_one_line
from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import ID_SIZE, ZERO_ID, EpochId, MemberId
from vault.log.roster import Roster
from vault.names.normal import as_seen
from vault.records.seatlog import decoded
from vault.seal.envelope import LocalContext, open_sealed, seal
from vault.seal.keyring import derive_proposal_key
from vault.seal.purposes import Purpose
from vault.words.message import Message

PROPOSAL_LIMIT = 1024 * 1024
_NUMBER_SIZE = 8


@dataclass(frozen=True, slots=True)
class Proposal:
    """A roster that may lack signatures, and what the directory is to say of the members whom it admits."""

    roster: Roster
    members: tuple[Member, ...] = ()


class StoredMember(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is said of a member, as it is stored and sent."""

    member: bytes
    name: str
    until: int | None = None


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entries: list[bytes]
    sigs: list[tuple[bytes, bytes]]
    members: list[StoredMember]


def seal_proposal(session: Session, proposal: Proposal, *, came: bytes | None = None) -> bytes:
    """Return the file: whoever holds the directory can read and sign it.

    `came` is the file that it came in, where somebody else began it: it goes on under the same key, which those who
    have it can open.

    Raises:
        RefusedError: no key of the directory is here that no ended seat knows.
    """
    if came is None:
        epoch, key = _epoch_to_seal(session)
    else:
        epoch, key = EpochId(came[:ID_SIZE]), _key_of(session, came)
    fields: Mapping[str, Any] = proposal.roster.fields()
    members = [StoredMember(member.member, member.name, member.until) for member in proposal.members]
    wire = _Wire(list(fields["entries"]), [(pair[0], pair[1]) for pair in fields["sigs"]], members)
    number = proposal.roster.head.number
    sealed = seal(derive_proposal_key(key), msgspec.msgpack.encode(wire), _context(session, number))
    return bytes(epoch) + number.to_bytes(_NUMBER_SIZE, "big") + sealed


def _epoch_to_seal(session: Session) -> tuple[EpochId, bytes]:
    """Return the epoch of the directory to seal under, and its key (FORMAT.md 2).

    Keys are joined only where there is none: one that was made just now is with none of those who are to sign.
    """
    found = _fit_to_seal(session)
    if not found:
        session.settle_keys(session.directory.compartment)
        found = _fit_to_seal(session)
    if not found:
        state = session.state_of(session.directory.compartment)
        if state is None or not any(session.keyring.get(epoch) is not None for epoch in state.epochs):
            text = Message("this device does not hold the directory's key")
        else:
            text = Message("a revoked device knows every key of the directory that is here")
        raise RefusedError(text, next_step=Message("Ask an admin to open the vault once, and exchange with them."))
    _, _, epoch, key = max(found)
    return epoch, key


def _fit_to_seal(session: Session) -> list[tuple[int, bool, EpochId, bytes]]:
    state = session.state_of(session.directory.compartment)
    live = session.directory.effective.certificates.keys() | {RECOVERY}
    found = []
    for epoch, counted in () if state is None else state.epochs.items():
        key = session.keyring.get(epoch)
        knowing = counted.granted | {made.entry.seat for made in counted.made}
        if state is not None and key is not None and knowing <= live:
            found.append((len(counted.granted & state.holders), epoch in state.current, epoch, key))
    return found


def _key_of(session: Session, untrusted: bytes) -> bytes:
    epoch = untrusted[:ID_SIZE]
    is_ours = session.keyring.compartment_of(epoch) == session.directory.compartment
    key = session.keyring.get(epoch) if is_ours else None
    if key is None:
        raise RefusedError(
            Message("this proposal is for another vault, or newer than what this device knows"),
            next_step=Message("Import the newest bundle first, then repeat."),
        )
    return key


def open_proposal(session: Session, untrusted: bytes) -> Proposal:
    """Return what a proposal says. Whether it follows from what stands, signing and committing ask.

    Raises:
        MalformedError: no proposal.
        BrokenSealError: altered, or of another vault.
        RefusedError: it was made under a key of the directory that this seat does not hold.
    """
    if not ID_SIZE + _NUMBER_SIZE < len(untrusted) <= PROPOSAL_LIMIT:
        raise MalformedError(Message("this is not a proposal"), next_step=Message("Check the path."))
    number = int.from_bytes(untrusted[ID_SIZE : ID_SIZE + _NUMBER_SIZE], "big")
    key = _key_of(session, untrusted)
    content = open_sealed(derive_proposal_key(key), untrusted[ID_SIZE + _NUMBER_SIZE :], _context(session, number))
    wire = decoded(content, _Wire, Message("the proposal cannot be read"))
    roster = Roster.from_fields({"entries": wire.entries, "sigs": [list(pair) for pair in wire.sigs]})
    if roster.head.number != number:
        raise BrokenSealError(
            Message("the proposal is not the proposal that its file names"), next_step=Message("Ask for it again.")
        )
    members = tuple(Member(MemberId(member.member), member.name, member.until) for member in wire.members)
    _require_fitting(roster, members)
    return Proposal(roster, members)


def _require_fitting(roster: Roster, members: Sequence[Member]) -> None:
    for member in members:
        if member.member not in roster.members or not is_one_line(member.name):
            raise MalformedError(
                Message("the proposal names somebody whom its list of members does not admit, or gives no name")
            )
    for called in ({member.member for member in members}, {as_seen(member.name) for member in members}):
        if len(called) < len(members):
            raise MalformedError(Message("the proposal names a member twice, or gives two members the same name"))


def _context(session: Session, number: int) -> LocalContext:
    return LocalContext(Purpose.PROPOSAL, session.vault, ZERO_ID, number)
