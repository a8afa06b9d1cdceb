"""Logs of seats that recovery sheets made: their roster stands in the log itself, which no roster here admits yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import groupby

from vault.access.session import Session
from vault.errors import BrokenSealError, MalformedError, VerificationError
from vault.log.checks.list_check import version_id
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.log.header import Header
from vault.log.items import Item, ItemKind, decode_items
from vault.log.rosters.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster
from vault.log.rosters.roster_rules import check_succession, signers_of
from vault.log.signatures import signed_message
from vault.records.versions import open_version
from vault.seal.signing import is_signed_raw
from vault.store.rowtypes import SealedVersion
from vault.sync.admitting import WRAPS_PER_PLACE
from vault.sync.opening import Bundle
from vault.sync.pages import PageKind, SentOperation, SentVersion, SentVersionKey
from vault.sync.proving import Offered, prove

_Wraps = dict[tuple[bytes, int], list[tuple[bytes, bytes]]]


def recovered_logs(session: Session, bundle: Bundle, origins: Collection[bytes]) -> set[bytes]:
    """Return those of some logs of unknown seats that go on by the root from what is known here (FORMAT.md 8).

    Entry 0 of such a log passes C1 to C3, names a roster, and lists it in the directory. That roster follows from those
    that are valid here, the root alone signed it, and it is the first that certifies the seat, with this very log.
    """
    claims = _claims(session, bundle, _wraps(session, bundle, origins))
    if not claims:
        return set()
    offered = _offered(bundle, claims)
    found = set()
    with session.database.reading() as rows:
        for origin, group in groupby(bundle.pages(PageKind.OPERATION), key=lambda page: page.origin):
            if origin not in offered:
                continue
            first: list[SentOperation] = []
            entries = _noting_first((sent for page in group for sent in page.of(SentOperation)), first)
            if prove(rows, offered[origin], entries).size and first and _names(first[0], claims[origin]):
                found.add(origin)
    return found


def _noting_first(entries: Iterator[SentOperation], first: list[SentOperation]) -> Iterator[SentOperation]:
    for sent in entries:
        if not first:
            first.append(sent)
        yield sent


def _names(entry: SentOperation, claim: tuple[Roster, int, Item]) -> bool:
    """Say whether an entry 0 names the roster and lists it at its place."""
    roster, n, item = claim
    with suppress(MalformedError):
        items = decode_items(entry.list)
        return entry.seq == 0 and Header.decode(entry.header).roster == roster.root and items[n : n + 1] == (item,)
    return False


def _wraps(session: Session, bundle: Bundle, origins: Collection[bytes]) -> _Wraps:
    """Return (log, place in entry 0) -> wrapped keys of the directory that this seat can open."""
    epochs = set(session.keyring.epochs_of(session.directory.compartment))
    found: _Wraps = defaultdict(list)
    for page in bundle.pages(PageKind.VERSION_KEY):
        if page.origin in origins:
            for sent in page.of(SentVersionKey):
                held = found[page.origin, sent.n] if sent.seq == 0 and sent.epoch in epochs else None
                if held is not None and len(held) < WRAPS_PER_PLACE:
                    held.append((sent.epoch, sent.wrap))
    return found


def _claims(session: Session, bundle: Bundle, wraps: _Wraps) -> dict[bytes, tuple[Roster, int, Item]]:
    """Return the roster, by log, that a place in entry 0 claims, where the root signed it and it admits that log."""
    home, found = session.directory.compartment, {}
    for page in bundle.pages(PageKind.VERSION) if wraps else ():
        for sent in page.of(SentVersion):
            if sent.seq == 0 and (sent.compartment, sent.record) == (home, ROSTER_RECORD):
                roster = _opened(session, page.origin, sent, wraps.get((page.origin, sent.n), []))
                if roster is not None and _admits(session, roster, page.origin):
                    item = Item.in_compartment(ItemKind.VERSION, home, version_id(home, sent.record, sent.blob))
                    found[page.origin] = (roster, sent.n, item)
    return found


def _opened(session: Session, origin: bytes, sent: SentVersion, wraps: list[tuple[bytes, bytes]]) -> Roster | None:
    identity = version_id(sent.compartment, sent.record, sent.blob)
    for epoch, wrap in wraps:
        sealed = SealedVersion(origin, 0, sent.n, identity, sent.compartment, sent.record, sent.blob, epoch, wrap)
        with suppress(BrokenSealError, MalformedError):
            version = open_version(sealed, vault=session.vault, keyring=session.keyring)
            return None if version is None else Roster.from_content(version.content.kind, version.content.fields)
    return None


def _admits(session: Session, roster: Roster, origin: bytes) -> bool:
    """Say whether a roster follows by the root alone, and is the first to certify the seat of this log.

    By the root in effect: sheets that were replaced bring nobody in, whatever old copy they were joined on.
    """
    seat = next(
        (certificate.seat for certificate in roster.certificates.values() if certificate.genesis == origin), None
    )
    if seat is None or session.directory.certificate_of(seat) is not None:
        return False
    with suppress(VerificationError):
        before = session.directory.chain.line.before(roster)
        known = {before.root_public, *(certificate.identity for certificate in before.certificates.values())}
        message = signed_message(ROSTER_PURPOSE, roster.root)
        signers = signers_of(message, roster.signatures, known, is_signed_raw)
        check_succession(before, roster, signers)
        return signers == {before.root_public} == {session.directory.effective.root_public}
    return False


def _offered(bundle: Bundle, claims: dict[bytes, tuple[Roster, int, Item]]) -> dict[bytes, Offered]:
    """Return the beginnings and checkpoints of the claimed logs, each of the key that its roster certifies."""
    geneses: dict[bytes, tuple[bytes, Genesis]] = {}
    notes: dict[bytes, list[bytes]] = defaultdict(list)
    for page in bundle.pages(PageKind.GENESIS, PageKind.CHECKPOINT):
        for value in page.of(bytes):
            if page.kind is PageKind.CHECKPOINT and page.origin in claims:
                notes[page.origin].append(value)
            elif page.kind is PageKind.GENESIS and (origin := origin_of(value)) in claims:
                with suppress(VerificationError):
                    genesis = verify_genesis(value, is_signed_raw)
                    certificate = claims[origin][0].certificates.get(genesis.seat)
                    certified = None if certificate is None else (certificate.genesis, certificate.identity)
                    if genesis.vault == bundle.manifest.vault and certified == (origin, genesis.identity):
                        geneses[origin] = (value, genesis)
    return {
        origin: Offered(origin, value, genesis, tuple(notes[origin]))
        for origin, (value, genesis) in geneses.items()
        if genesis.is_first
    }
