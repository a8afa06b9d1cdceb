"""Does every act that needs two persons have its approval, once? As `log verify` asks it of all logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.approving import Approving
from vault.errors import MalformedError
from vault.ids import MemberId, Origin, SeatId
from vault.log.approvals import APPROVE_ACT, Approval, Listing, approval_id, judge, judge_unread
from vault.log.header import Header
from vault.log.items import ItemKind, decode_items
from vault.log.payload import Payload
from vault.log.roster import Roster
from vault.log.roster_entries import Certificate
from vault.policy.roles import ALLOWED, Action
from vault.records.content import Content
from vault.records.logs import genesis_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

ACTS = frozenset({"export.begin", "break.glass"})
JUDGED_ACTS = ACTS | {APPROVE_ACT}
_APPROVERS = frozenset(role.value for role in ALLOWED[Action.APPROVE])

Place = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class ApprovalFault:
    """An operation that needed an approval, or used one, in a way that does not count."""

    origin: Origin
    seq: int
    text: str


def listings_of(
    session: Session, rows: Rows, payloads: Mapping[Place, Payload] | None = None
) -> dict[bytes, list[Listing]]:
    """Return, for each approval that some list names, the entries that do, as the rosters that they name judge them.

    Args:
        session: whose directory judges.
        rows: of the vault.
        payloads: what this seat can read of the payloads, by place.
    """
    authority = session.authority(rows)
    found: dict[bytes, list[Listing]] = {}
    for digest, places in session.learned.listings.of(rows, ItemKind.APPROVAL).items():
        for origin, seq in places:
            entry = authority.entry(origin, seq)
            payload = (payloads or {}).get((origin, seq))
            act, at_ms = (None, None) if payload is None else (payload.act, payload.t)
            if entry is None:
                genesis = genesis_of(rows, Origin(origin))
                seat = b"" if genesis is None else genesis.seat
                listing = Listing(origin, seq, seat, None, frozenset(), act=act, at_ms=at_ms)
            else:
                certificate = _certificate(session, entry.seat)
                member = None if certificate is None else MemberId(certificate.member)
                identity = b"" if certificate is None else certificate.identity
                roles = frozenset(role.value for role in entry.roles)
                listing = Listing(origin, seq, entry.seat, member, roles, identity, act, at_ms)
            found.setdefault(digest, []).append(listing)
    return found


def approval_faults(
    session: Session, rows: Rows, approvals: Mapping[bytes, bytes], payloads: Mapping[Place, Payload]
) -> Iterator[ApprovalFault]:
    """Yield what does not count: uses of an approval, and acts without one as far as payloads can be read.

    Args:
        session: who verifies.
        rows: of the vault.
        approvals: digest -> bytes, of those in cases that this seat holds.
        payloads: place -> payload, of all that this seat can read.
    """
    for digest, listings in sorted(listings_of(session, rows, payloads).items()):
        approval = _decoded(approvals.get(digest, b""))
        if approval is None:
            judged = judge_unread(listings)
        else:
            judged = judge(
                approval, listings, vault=session.vault, approvers=_APPROVERS, verify_signature=is_signed_raw
            )
        for use, reason in judged.refused:
            yield ApprovalFault(Origin(use.origin), use.seq, f"it lists an approval that was {reason}")
    for (origin, seq), payload in sorted(payloads.items(), key=lambda one: one[0]):
        if payload.act in ACTS and payload.out.startswith("ok"):
            for row in rows.operations(origin, seq, seq + 1):
                if not _lists_approval(row) and _needed_second(session, rows, row, payload.act):
                    text = f"{payload.act} without the approval of a second person"
                    yield ApprovalFault(Origin(origin), seq, text)


def approvals_in(content: Content) -> dict[bytes, bytes]:
    """Return the approval that a version of its kind keeps, by the digest that lists name."""
    encoded = content.fields.get("approval") if content.kind == Approving.KIND else None
    return {approval_id(encoded): encoded} if isinstance(encoded, bytes) and encoded else {}


def _certificate(session: Session, seat: SeatId) -> Certificate | None:
    """Return the newest certificate of a seat, of whatever counted roster: an ended one wrote too."""
    rosters = reversed(session.directory.chain.accepted)
    return next((one.certificates[seat] for one in rosters if seat in one.certificates), None)


def _decoded(untrusted: bytes) -> Approval | None:
    try:
        return Approval.decode(untrusted)
    except MalformedError:
        return None


def _lists_approval(row: OperationRow) -> bool:
    try:
        return any(item.kind == ItemKind.APPROVAL for item in decode_items(row.list))
    except MalformedError:
        return False


def _needed_second(session: Session, rows: Rows, row: OperationRow, act: str) -> bool:
    """Say whether, when this was written, another member could have approved: by the roster that the header names."""
    genesis = genesis_of(rows, Origin(row.origin))
    try:
        roster = session.directory.chain.by_root(Header.decode(row.header).roster)
    except MalformedError:
        return False
    if genesis is None or roster is None:
        return False
    # Whom a break-glass lets in may not approve it, and its payload does not tell whom.
    enough = 2 if act == "break.glass" else 1
    return len(_others(roster, SeatId(genesis.seat))) >= enough


def _others(roster: Roster, seat: SeatId) -> set[bytes]:
    own = roster.certificates.get(seat)
    with_seats = {certificate.member for certificate in roster.certificates.values()}
    return {
        member
        for member, roles in roster.members.items()
        if roles & _APPROVERS and member in with_seats and (own is None or member != own.member)
    }
