"""Does every act that needs two persons have its approval, once? As `log verify` asks it of all logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from vault.access.session import Session
from vault.casework.access import Access
from vault.casework.approving import Approving
from vault.errors import MalformedError
from vault.ids import MemberId, Origin, SeatId
from vault.log.approvals import (
    APPROVE_ACT,
    Approval,
    Listing,
    Refusal,
    approval_id,
    approved_digest,
    judge,
    judge_unread,
    unproven_uses,
)
from vault.log.items import ITEM_SIZE, ItemKind, decode_items
from vault.log.payload import Payload
from vault.log.rosters.roster import Roster
from vault.policy.roles import ALLOWED, Action
from vault.records.content import Content
from vault.records.logs import genesis_of
from vault.records.versions import open_each
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, digests_in
from vault.validity.named_rosters import NamedRosters
from vault.words.finding import Code, Finding
from vault.words.message import Message

BREAK_GLASS = "break.glass"
ACTS = frozenset({"export.begin", BREAK_GLASS})
CODES_OF_REASONS = ("legal-referral", "casework", "supervision", "subject-request", "handover", "deputy", "emergency")
ERASE = "erase"
# What one person may erase; above either a second one has to agree.
MOST_CASES_ALONE, MOST_RECORDS_ALONE = 1, 10
JUDGED_ACTS = ACTS | {APPROVE_ACT, ERASE}
APPROVERS = frozenset(role.value for role in ALLOWED[Action.APPROVE])

Written = tuple[bytes, int, bytes]
"""Where an entry stands, and its digest: in a log that forked two entries have one place."""


def listings_of(
    session: Session, rows: Rows, payloads: Mapping[Written, Payload] | None = None
) -> dict[bytes, list[Listing]]:
    """Return, for each approval that some list names, the entries that do, as the rosters that they name judge them.

    `payloads` is what this seat can read of the payloads, by entry.
    """
    authority = session.authority(rows)
    found: dict[bytes, list[Listing]] = {}
    for digest, places in session.learned.listings.of(rows, ItemKind.APPROVAL).items():
        for origin, seq in dict.fromkeys(places):
            for row in rows.operations(origin, seq, seq + 1):
                if digest in digests_in(row, ItemKind.APPROVAL):
                    payload = (payloads or {}).get((origin, seq, row.digest))
                    found.setdefault(digest, []).append(_listing(session, authority, row, payload))
    return found


def _listing(session: Session, authority: Authority, row: OperationRow, payload: Payload | None) -> Listing:
    listing = _by_whom(session, authority, row)
    if payload is None:
        return listing
    return replace(listing, act=payload.act, at_ms=payload.t, digest=payload.dig, other_seat=payload.deleg)


def _by_whom(session: Session, authority: Authority, row: OperationRow) -> Listing:
    kinds = frozenset(row.list[::ITEM_SIZE])
    entry = next((each for each in authority.entries_at(row.origin, row.seq) if each.digest == row.digest), None)
    if entry is None:
        genesis = authority.genesis(row.origin)
        seat = b"" if genesis is None else genesis.seat
        return Listing(row.origin, row.seq, seat, None, frozenset(), kinds=kinds)
    certificate = session.directory.certificate_of(entry.seat)
    member = None if certificate is None else MemberId(certificate.member)
    identity = b"" if certificate is None else certificate.identity
    roles = frozenset(role.value for role in entry.roles)
    return Listing(row.origin, row.seq, entry.seat, member, roles, identity, kinds=kinds)


def approval_faults(
    session: Session,
    rows: Rows,
    approvals: Mapping[bytes, bytes],
    payloads: Mapping[Written, Payload],
    named: NamedRosters,
) -> Iterator[Finding]:
    """Yield what is not valid: uses of an approval, and acts without one as far as payloads can be read.

    `approvals` goes by digest, of those in cases that this seat holds; `payloads` by entry, of all that this seat can
    read; `named` says which rosters the logs had named.
    """
    for digest, listings in sorted(listings_of(session, rows, payloads).items()):
        approval = _decoded(approvals.get(digest, b""))
        if approval is None:
            judged = judge_unread(listings)
            kept_nowhere = (use for use in listings if _keeps_none(session, rows, use, digest))
            refused = [*judged.refused, *((use, Refusal.NOT_KEPT) for use in kept_nowhere)]
        else:
            judged = judge(approval, listings, vault=session.vault, approvers=APPROVERS, verify_signature=is_signed_raw)
            refused = list(judged.refused)
        if approval is not None and judged.use is not None and _is_for_another(session, rows, judged.use, approval):
            refused.append((judged.use, Refusal.OTHER_THING))
        for use, reason in refused:
            message = Message("it lists an approval that was {reason}", reason=reason.value)
            yield Finding(Code.APPROVAL, message, use.origin, use.seq)
    for (origin, seq, digest), payload in sorted(payloads.items(), key=lambda item: item[0]):
        if takes_two(payload) and payload.out.startswith("ok"):
            roster = named.newest_at(origin, seq, digest)
            for row in rows.operations(origin, seq, seq + 1):
                if row.digest == digest and not lists_approval(row) and needed_second(rows, row, payload.act, roster):
                    message = Message("{act} without the approval of a second person", act=payload.act)
                    yield Finding(Code.APPROVAL, message, origin, seq)


def unproven(
    session: Session, rows: Rows, approvals: Mapping[bytes, bytes], payloads: Mapping[Written, Payload]
) -> list[Listing]:
    """Return the uses of approvals that this seat cannot read and that no other log that is here lists as given."""
    return [
        use
        for digest, listings in sorted(listings_of(session, rows, payloads).items())
        if _decoded(approvals.get(digest, b"")) is None
        for use in unproven_uses(listings, approvers=APPROVERS)
    ]


def takes_two(payload: Payload) -> bool:
    """Say whether an act needs a second person; how much was erased, its own payload says."""
    if payload.act != ERASE:
        return payload.act in ACTS
    cases = len(payload.objs) + (payload.obj is not None)
    return cases > MOST_CASES_ALONE or sum(payload.covers.values()) > MOST_RECORDS_ALONE


def approvals_in(content: Content) -> dict[bytes, bytes]:
    """Return the approval that a version of its kind keeps, by the digest that lists name."""
    encoded = content.fields.get("approval") if content.kind == Approving.KIND else None
    return {approval_id(encoded): encoded} if isinstance(encoded, bytes) and encoded else {}


def _is_for_another(session: Session, rows: Rows, use: Listing, approval: Approval) -> bool:
    """Say whether a break-glass did something else than what its approval is for, as far as this seat can read it.

    Of an export the files have left: whoever has them compares.
    """
    listing = (ItemKind.APPROVAL, approval_id(approval.encode()))
    entry = session.authority(rows).entry(use.origin, use.seq, listing)
    if entry is None or approval.act != BREAK_GLASS:
        return False
    listed = {item.digest for item in entry.items if item.kind == ItemKind.GRANT}
    places = [n for n, item in enumerate(entry.items) if item.kind == ItemKind.VERSION]
    sealed = [row for n in places for row in rows.version_at(use.origin, use.seq, n)]
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    digests = set()
    for version in (version for version in opened if version.content.kind == Access.KIND):
        epochs = session.keyring.epochs_of(version.compartment)
        granted = {row.seat for epoch in epochs for row in rows.grants_of(epoch) if row.digest in listed}
        done = {"case": version.compartment, "seats": sorted(granted), "until": version.content.fields.get("until")}
        digests |= {approved_digest(BREAK_GLASS, {**done, "why": why}) for why in CODES_OF_REASONS}
        let_in = {
            certificate.member
            for seat in granted
            if (certificate := session.directory.certificate_of(seat)) is not None
        }
        giver = session.directory.certificate_of(approval.approver)
        if giver is not None and giver.member in let_in:
            return True
    return bool(digests) and approval.digest not in digests


def _keeps_none(session: Session, rows: Rows, use: Listing, approval: bytes) -> bool:
    """Say whether a use that has to keep the bytes of an approval does not: this seat opens all versions it lists.

    Of an erasure nothing is kept: what it was about is gone.
    """
    entry = session.authority(rows).entry(use.origin, use.seq, (ItemKind.APPROVAL, approval))
    if entry is None or not use.is_use or ItemKind.ERASED in use.kinds:
        return False
    for n, item in enumerate(entry.items):
        if item.kind == ItemKind.VERSION:
            sealed = [row for row in rows.version_at(use.origin, use.seq, n) if row.id == item.digest]
            opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
            if not opened:
                return False
    return True


def _decoded(untrusted: bytes) -> Approval | None:
    try:
        return Approval.decode(untrusted)
    except MalformedError:
        return None


def lists_approval(row: OperationRow) -> bool:
    """Say whether an entry lists an approval."""
    try:
        return any(item.kind == ItemKind.APPROVAL for item in decode_items(row.list))
    except MalformedError:
        return False


def needed_second(rows: Rows, row: OperationRow, act: str, roster: Roster | None) -> bool:
    """Say whether another member could have approved it then, by the newest roster that its log had named."""
    genesis = genesis_of(rows, Origin(row.origin))
    if genesis is None or roster is None:
        return False
    # Whom a break-glass lets in may not approve it, and its payload does not tell whom.
    enough = 2 if act == BREAK_GLASS else 1
    return len(_others(roster, SeatId(genesis.seat))) >= enough


def _others(roster: Roster, seat: SeatId) -> set[bytes]:
    own = roster.certificates.get(seat)
    with_seats = {certificate.member for certificate in roster.certificates.values()}
    return {
        member
        for member, roles in roster.members.items()
        if roles & APPROVERS and member in with_seats and (own is None or member != own.member)
    }
