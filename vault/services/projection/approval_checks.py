"""Does every act that needs two persons have its approval, once? As `log verify` asks it of all logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from vault.access.session import Session
from vault.casework.case import Access
from vault.casework.disclosure import Approving
from vault.errors import MalformedError
from vault.ids import ID_SIZE, MemberId, Origin, SeatId
from vault.log.approval import (
    APPROVE_ACT,
    Approval,
    Giver,
    Judged,
    Listing,
    Refusal,
    approval_id,
    approved_digest,
    flaw_of_use,
    judge,
)
from vault.log.items import ItemKind, kinds_in
from vault.log.payload import Payload
from vault.policy.roles import ALLOWED, Action
from vault.records.versions import Content, open_each
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.trust.trust_items import Admit, BySheets
from vault.validity.authority import Authority
from vault.validity.deciding_lines import Line
from vault.validity.proven import digests_in
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

BREAK_GLASS = "break.glass"
_EXPORT, _EXPORTED, _REVIEWED_BY = "export.begin", "export.done", "case.edit"
IN_HASTE = "emergency"
"""Why something left before a second person approved it, who reviews it then."""
ACTS = frozenset({_EXPORT, BREAK_GLASS})
CODES_OF_REASONS = ("legal-referral", "casework", "supervision", "subject-request", "handover", "deputy", "emergency")
ERASE = "erase"
UNDONE = "undo"
"""Why an erasure was made that took back one's own last words; people are told an undo (`evidence.logbook`)."""
# What one person may erase; above either a second one has to agree.
MOST_CASES_ALONE, MOST_RECORDS_ALONE = 1, 10
APPROVERS = frozenset(role.value for role in ALLOWED[Action.APPROVE])

Written = tuple[bytes, int, bytes]
"""Where an entry stands, and its digest: in a log that forked two entries have one place."""


def listings_of(
    session: Session,
    rows: Rows,
    authority: Authority,
    payloads: Mapping[Written, Payload] | None = None,
    *,
    approval: bytes | None = None,
) -> dict[bytes, list[Listing]]:
    """Return, for each approval that some list names, or for one, the entries that do, in the order of the logs.

    `payloads` is what this seat can read of the payloads, by entry.
    """
    places = session.learned.listings.of(rows, ItemKind.APPROVAL)
    wanted = places.keys() if approval is None else places.keys() & {approval}
    found: dict[bytes, list[Listing]] = {}
    # One entry may list a thousand: each is read once.
    for origin, seq in sorted({place for digest in wanted for place in places[digest]}):
        for row in rows.operations(origin, seq, seq + 1):
            if listed := digests_in(row, ItemKind.APPROVAL) & wanted:
                listing = _listing(session, authority, row, (payloads or {}).get((origin, seq, row.digest)))
                for digest in listed:
                    found.setdefault(digest, []).append(listing)
    return found


def _listing(session: Session, authority: Authority, row: OperationRow, payload: Payload | None) -> Listing:
    listing = _by_whom(session, authority, row)
    if payload is None:
        return listing
    return replace(listing, act=payload.act, at_ms=payload.t, digest=payload.dig, other_seat=payload.deleg)


def _by_whom(session: Session, authority: Authority, row: OperationRow) -> Listing:
    genesis = authority.genesis(row.origin)
    entry = next((each for each in authority.entries_at(row.origin, row.seq) if each.digest == row.digest), None)
    certificate = None if entry is None else session.directory.certificate_of(entry.seat)
    return Listing(
        row.origin,
        row.seq,
        b"" if genesis is None else genesis.seat,
        None if certificate is None else MemberId(certificate.member),
        frozenset() if entry is None else frozenset(role.value for role in entry.roles),
        kinds=kinds_in(row.list),
    )


def judge_listed(session: Session, listings: Sequence[Listing], approval: Approval | None) -> Judged:
    """Judge one approval by the entries that list it, and by its bytes where these are here."""
    certificate = None if approval is None else session.directory.certificate_of(SeatId(approval.approver))
    giver = None if certificate is None else Giver(certificate.member, certificate.identity)

    def flaw(use: Listing) -> Refusal | None:
        if approval is None:
            return None
        return flaw_of_use(
            approval, use, giver, vault=session.vault, approvers=APPROVERS, verify_signature=is_signed_raw
        )

    return judge(listings, approvers=APPROVERS, flaw=flaw, approval=approval)


def refused_uses(
    session: Session, rows: Rows, approvals: Mapping[bytes, bytes], payloads: Mapping[Written, Payload]
) -> list[tuple[Listing, Refusal]]:
    """Return each use of an approval that is not valid, with the reason; what is `NOT_GIVEN` may be on its way.

    `approvals` goes by digest, of those in cases that this seat holds; `payloads` by entry, of all that this seat can
    read.
    """
    authority = session.authority(rows)
    found: list[tuple[Listing, Refusal]] = []
    for digest, listings in sorted(listings_of(session, rows, authority, payloads).items()):
        approval = _decoded(approvals.get(digest, b""))
        judged = judge_listed(session, listings, approval)
        found += judged.refused
        if approval is None:
            found += ((use, Refusal.NOT_KEPT) for use in listings if _keeps_none(session, rows, authority, use, digest))
            continue
        for use in (judged.use, *(use for use, reason in judged.refused if reason is Refusal.NOT_GIVEN)):
            if use is not None and (other := _is_for_another(session, rows, authority, use, approval)):
                found.append((use, other))
    return found


def approval_faults(
    session: Session, rows: Rows, refused: Iterable[tuple[Listing, Refusal]], payloads: Mapping[Written, Payload]
) -> Iterator[Finding]:
    """Yield uses of an approval that is not valid, and acts without one as far as payloads can be read.

    What left in haste needs none before: it is named until somebody else reviewed it.
    """
    reviewed = _reviewed(session, rows, payloads)
    for use, reason in refused:
        if reason is not Refusal.NOT_GIVEN:
            yield not_approved(use.origin, use.seq, lists_one(reason))
    for (origin, seq, digest), payload in sorted(payloads.items(), key=lambda item: item[0]):
        if takes_two(payload) and payload.out.startswith("ok"):
            for row in rows.operations(origin, seq, seq + 1):
                if row.digest == digest and not lists_approval(row) and needed_second(session, row, payload.act):
                    in_haste = payload.act == _EXPORT and payload.why == IN_HASTE and payload.out == "ok:alone"
                    if in_haste and (origin, seq) in reviewed:
                        continue
                    message = Message("{act} without the approval of a second person", act=payload.act)
                    if in_haste:
                        message = Message("an urgent export that no second person has reviewed yet")
                    yield not_approved(origin, seq, message)


def _reviewed(session: Session, rows: Rows, payloads: Mapping[Written, Payload]) -> set[tuple[bytes, int]]:
    """Return where exports begin that a member reviewed who could have approved them, and did not make them.

    Who reviews says in an entry which package it is, by the digest that is in the entry by which the export ended.
    """
    reviews: dict[bytes, list[Written]] = {}
    for written, payload in payloads.items():
        if payload.act == _REVIEWED_BY and payload.dig is not None:
            reviews.setdefault(payload.dig, []).append(written)
    if not reviews:
        return set()
    authority, found = session.authority(rows), set[tuple[bytes, int]]()
    for (origin, seq, digest), payload in payloads.items():
        if payload.act != _EXPORTED or not isinstance(payload.cause, int) or payload.dig not in reviews:
            continue
        sender = _author(session, rows, authority, (origin, seq, digest))
        by = (_author(session, rows, authority, written) for written in reviews[payload.dig])
        if any(each.member not in {None, sender.member} and each.roles & APPROVERS for each in by):
            found.add((origin, payload.cause))
    return found


def _author(session: Session, rows: Rows, authority: Authority, written: Written) -> Listing:
    origin, seq, digest = written
    row = next(row for row in rows.operations(Origin(origin), seq, seq + 1) if row.digest == digest)
    return _by_whom(session, authority, row)


def lists_one(reason: Refusal) -> Message:
    """Say of an entry why the approval that it lists is not valid."""
    return Message("it lists an approval that was {reason}", reason=reason.value)


def not_approved(origin: bytes, seq: int, message: Message) -> Finding:
    """Return what is wrong with an approval. It is named and stops nothing: an honest colleague may be the one named.

    What came of the act is done, and whoever may list anything could otherwise stop the acts of all.
    """
    return Finding(Code.APPROVAL, message, Origin(origin), seq, severity=Severity.ABSENCE)


def is_judged(payload: Payload) -> bool:
    """Say whether an entry is looked at when second persons are: it needs one, or is by one, or names a package."""
    names_package = payload.act in {_EXPORTED, _REVIEWED_BY} and payload.dig is not None
    return names_package or payload.act in ACTS | {APPROVE_ACT, ERASE}


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


def _is_for_another(
    session: Session, rows: Rows, authority: Authority, use: Listing, approval: Approval
) -> Refusal | None:
    """Say whether a break-glass did something else than what its approval is for, as far as this seat can read it.

    Whoever lists an `access` record let somebody in, whatever act the approval names. Of an export the files have
    left: whoever has them compares.
    """
    entry = authority.entry(use.origin, use.seq, (ItemKind.APPROVAL, approval_id(approval.encode())))
    if entry is None:
        return None
    listed = {item.digest for item in entry.items if item.kind == ItemKind.GRANT}
    places = [n for n, item in enumerate(entry.items) if item.kind == ItemKind.VERSION]
    sealed = [row for n in places for row in rows.version_at(use.origin, use.seq, n)]
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    digests = set()
    for version in (version for version in opened if version.content.kind == Access.KIND):
        keys = set(session.keyring.epochs_of(version.compartment))
        granted = {SeatId(given[ID_SIZE:]) for given in listed if given[:ID_SIZE] in keys}
        done = {"case": version.compartment, "seats": sorted(granted), "until": version.content.fields.get("until")}
        digests |= {approved_digest(BREAK_GLASS, {**done, "why": why}) for why in CODES_OF_REASONS}
        let_in = {
            certificate.member
            for seat in granted
            if (certificate := session.directory.certificate_of(seat)) is not None
        }
        giver = session.directory.certificate_of(approval.approver)
        if giver is not None and giver.member in let_in:
            return Refusal.OTHER_THING
    if not digests or approval.digest in digests:
        return None
    return Refusal.OTHER_THING if approval.act == BREAK_GLASS else Refusal.OTHER_ACT


def _keeps_none(session: Session, rows: Rows, authority: Authority, use: Listing, approval: bytes) -> bool:
    """Say whether a use that has to keep the bytes of an approval does not: this seat opens all versions it lists.

    Of an erasure nothing is kept: what it was about is gone.
    """
    if not use.is_use or ItemKind.ERASED in use.kinds:
        return False
    entry = authority.entry(use.origin, use.seq, (ItemKind.APPROVAL, approval))
    if entry is None:
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
    return bool(digests_in(row, ItemKind.APPROVAL))


def needed_second(session: Session, row: OperationRow, act: str) -> bool:
    """Say whether another member could have approved it, by whom its author knew to be in.

    That is who began the vault, whom the logs that let the author in had let in by then, and whom its own logs had.
    What else its author had heard, no list says: so nobody is accused of having had nobody to ask.
    """
    directory = session.directory
    seat = directory.places.seat_of(row.origin)
    if seat is None:
        return False
    own = directory.organisation.members.get(seat)
    let_in = [(line, _let_in_by(session, line)) for line in directory.lines.lines]
    knew = {(directory.founding_log, 1), (row.origin, row.seq)}
    knew |= {(line.origin, line.seq + 1) for line, acts in let_in for act in acts if act.certificate.seat == seat}
    found = set[MemberId]()
    for line, acts in let_in:
        is_before = line.origin != row.origin and directory.places.seat_of(line.origin) == seat
        if is_before or any(line.origin == origin and line.seq < size for origin, size in knew):
            able = (act for act in acts if {role.value for role in act.roles} & APPROVERS)
            found |= {act.certificate.member for act in able}
    # Whom a break-glass lets in may not approve it, and its payload does not tell whom.
    enough = 2 if act == BREAK_GLASS else 1
    return len(found & directory.members.keys() - {own}) >= enough


def _let_in_by(session: Session, line: Line) -> list[Admit]:
    acts = (act.act if isinstance(act, BySheets) else act for act in line.acts(session.vault))
    return [act for act in acts if isinstance(act, Admit) and act in session.directory.organisation.admits]
