"""What an auditor reads of a log: where it is in bad hands, a hole in the place of a payload, and never another."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import ZERO_ID, CompartmentKind, Origin, SeatId, make_id
from vault.log.items import Item, ItemKind, decode_items, encode_items
from vault.log.operation import Header
from vault.log.payload import commitment, encode_plaintext
from vault.records.epochs import read_notice
from vault.seal.envelope import VersionContext, seal
from vault.seal.keyring import derive_entry_key, derive_next_ratchet, make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, grant_digest, open_from, seal_to
from vault.services.cases import cases, notes
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GenesisRow, GrantRow, OperationRow
from vault.validity import audit_payloads
from vault.validity.audit_payloads import AuditEntry, Auditor, read_payloads

ACTS = ["log.genesis", "unlock.ok", "case.create", "note.create", "note.create"]


@dataclass
class Shown:
    """The rows of a log as somebody shows them; stands for `Rows`."""

    entries: list[OperationRow]
    notices: dict[bytes, EpochRow]
    grants: dict[bytes, list[GrantRow]]

    def operations(self, _origin: bytes, start: int = 0) -> list[OperationRow]:
        return [row for row in self.entries if row.seq >= start]

    def epoch(self, digest: bytes) -> EpochRow | None:
        return self.notices.get(digest)

    def grants_of(self, epoch: bytes) -> list[GrantRow]:
        return self.grants.get(epoch, [])

    def geneses(self) -> list[GenesisRow]:
        return []  # no other log lists a grant


@dataclass
class Log:
    """A founder's log of five entries, and who reads it."""

    auditor: Auditor
    origin: Origin
    rows: Shown

    def read(self, rejected: Container[tuple[int, bytes]] = frozenset()) -> list[AuditEntry]:
        return list(read_payloads(cast("Rows", self.rows), self.auditor, self.origin, rejected))

    def told(self) -> list[str]:
        """Return the act of each entry, or why it is not there."""
        return [str(entry.fault) if entry.payload is None else entry.payload.act for entry in self.read()]

    def at(self, seq: int) -> int:
        return next(place for place, row in enumerate(self.rows.entries) if row.seq == seq)

    def change(self, seq: int, **fields: Any) -> None:
        row = self.rows.entries[self.at(seq)]
        self.rows.entries[self.at(seq)] = row._replace(**fields)

    def epoch(self) -> tuple[bytes, bytes]:
        """Return (compartment, epoch) of the audit key that entry 0 opens."""
        notices = (read_notice(self.rows.notices[item.digest]) for item in self.listed(ItemKind.EPOCH))
        audit = next(notice for notice in notices if notice is not None and notice.kind is CompartmentKind.AUDIT)
        return audit.compartment, audit.epoch

    def listed(self, kind: ItemKind) -> list[Item]:
        return [item for item in decode_items(self.rows.entries[0].list) if item.kind == kind]

    def context(self, giver: bytes) -> GrantContext:
        compartment, epoch = self.epoch()
        return GrantContext(Purpose.GRANT, self.auditor.vault, compartment, epoch, giver, self.auditor.seat)

    def grant(self) -> GrantRow:
        return next(row for row in self.rows.grants[self.epoch()[1]] if row.seat == self.auditor.seat)

    def audit_key(self) -> bytes:
        return open_from(self.auditor.kem, self.grant().sealed, self.context(self.grant().giver))

    def sealed_at(self, seq: int, plaintext: bytes) -> bytes:
        """Seal anything as the payload of an entry, as its own author could."""
        key = self.audit_key()
        for _ in range(seq):
            key = derive_next_ratchet(key)
        context = VersionContext(self.auditor.vault, self.epoch()[0], ZERO_ID, self.origin, seq, purpose=Purpose.AUDIT)
        return seal(derive_entry_key(key), plaintext, context)


@pytest.fixture
def log(session: Session) -> Log:
    case = cases.create(session, title="A case", kind="other").case
    for number in range(2):
        notes.add(session, case, Note(NoteKind.CONTACT, f"note {number}"))
    with session.database.reading() as rows:
        epochs = rows.epochs()
        notices = [read_notice(row) for row in epochs]
        shown = Shown(
            list(rows.operations(session.log.origin)),
            {row.digest: row for row in epochs},
            {notice.epoch: rows.grants_of(notice.epoch) for notice in notices if notice is not None},
        )
    return Log(session.auditor(), session.log.origin, shown)


def test_every_entry_is_read_in_order(log: Log) -> None:
    assert log.told() == ACTS
    assert [(entry.origin, entry.seq, entry.fault) for entry in log.read()] == [(log.origin, n, None) for n in range(5)]


def test_from_an_entry_on_the_same_is_read_as_from_the_first(log: Log) -> None:
    rows, whole = cast("Rows", log.rows), log.read()
    for start in range(7):
        assert list(read_payloads(rows, log.auditor, log.origin, start=start)) == whole[start:]


def test_whoever_was_not_granted_the_key_is_told_of_each_entry_that_there_is_one(log: Log) -> None:
    log.auditor = replace(log.auditor, seat=SeatId(make_id()))
    assert log.read() == [AuditEntry(log.origin, seq, None, "not granted") for seq in range(5)]


def test_what_stands_behind_a_hole_is_still_read(log: Log) -> None:
    entries = log.rows.entries
    for gone in ({1}, {3}, {1, 2}, {1, 2, 3}):
        log.rows.entries = [row for row in entries if row.seq not in gone]
        assert log.told() == [act for seq, act in enumerate(ACTS) if seq not in gone]


def test_without_the_entry_that_opens_the_key_the_rest_is_not_granted(log: Log) -> None:
    del log.rows.entries[:2]
    assert log.told() == ["not granted"] * 3


def test_a_hole_longer_than_a_period_leads_into_a_key_that_nobody_listed(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    del log.rows.entries[1:4]
    for period, told in ((3, ACTS[4]), (2, "not granted")):
        monkeypatch.setattr(audit_payloads, "ENTRIES_PER_PERIOD", period)
        assert log.told() == [ACTS[0], told]


def test_a_payload_that_is_not_what_its_header_commits_to_is_broken_and_the_next_one_opens(log: Log) -> None:
    row, nothing_known = log.rows.entries[2], log.sealed_at(2, encode_plaintext(bytes(32), b"\x80"))
    header = replace(Header.decode(row.header), commitment=commitment(bytes(32), b"\x80")).encode()
    for change in ({"sealed": bytes(300)}, {"sealed": nothing_known}, {"sealed": nothing_known, "header": header}):
        log.change(2, **{"header": row.header} | change)
        assert log.read()[2] == AuditEntry(log.origin, 2, None, "broken")
        assert log.told() == [*ACTS[:2], "broken", *ACTS[3:]]


def test_a_rejected_row_beside_the_true_one_is_passed_over(log: Log) -> None:
    false = log.rows.entries[2]._replace(digest=bytes(32), sealed=bytes(300))
    log.rows.entries.insert(2, false)
    assert [entry.payload.act if entry.payload else entry.fault for entry in log.read({(2, false.digest)})] == ACTS


def test_a_false_grant_before_the_true_one_is_passed_over_and_alone_opens_nothing(log: Log) -> None:
    true, epoch = log.grant(), log.epoch()[1]
    sealed = seal_to(log.auditor.kem.public, make_key(), log.context(true.giver))
    for false in (
        true._replace(sealed=os.urandom(len(true.sealed))),
        true._replace(seat=make_id()),
        true._replace(sealed=sealed, digest=grant_digest(epoch, log.auditor.seat, sealed)),
    ):
        log.rows.grants[epoch] = [false, true]
        assert log.told() == ACTS
        log.rows.grants[epoch] = [false]
        assert log.told() == ["not granted"] * 5


def test_a_list_that_is_none_opens_no_key(log: Log) -> None:
    log.change(0, list=b"\x01")
    assert log.told() == ["not granted"] * 5


def test_what_else_an_entry_lists_and_notices_that_are_none_or_not_here_come_before_its_key(log: Log) -> None:
    junk = Item.in_compartment(ItemKind.EPOCH, make_id(), b"j" * 32)
    log.rows.notices[junk.digest] = EpochRow(junk.digest, junk.tag, b"no notice at all")
    elsewhere = Item.in_compartment(ItemKind.EPOCH, make_id(), bytes(32))
    version = Item.in_compartment(ItemKind.VERSION, make_id(), log.listed(ItemKind.EPOCH)[0].digest)
    items = decode_items(log.rows.entries[0].list)
    log.change(0, list=encode_items((version, elsewhere, junk, *items)))
    assert log.told() == ACTS


def test_the_key_of_an_audit_epoch_is_named_by_an_item_of_that_kind_alone(log: Log) -> None:
    items = [item._replace(kind=ItemKind.GRANT) if item.kind == ItemKind.EPOCH else item for item in
             decode_items(log.rows.entries[0].list)]  # fmt: skip
    log.change(0, list=encode_items(tuple(items)))
    assert log.told() == ["not granted"] * 5
