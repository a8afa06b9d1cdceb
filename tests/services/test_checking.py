"""`log verify` and the checkpoint: what was covered, of how much, and a result that is in the log itself."""

from __future__ import annotations

import base64

import pytest

from tests.services.founded import Filled
from tests.services.office import Office
from tests.tables import refuses
from tests.vectors.independent.basis import is_signed_bare, sha256
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError, VerificationError
from vault.log.tree import verify_consistency
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking, logbook
from vault.validity.audit_payloads import read_payloads
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message


def test_a_sound_vault_is_covered_whole_and_progress_counts_up_to_all_entries(filled_session: Session) -> None:
    heard: list[tuple[int, int]] = []
    size = filled_session.log.size
    found = log_checking.verify(filled_session, progress=lambda done, total: heard.append((done, total)))
    assert found.verified
    assert (found.logs, found.entries, found.expected, found.size) == (1, size, size, size)
    # Four of the founding, two cases, three people, each with an entry of the register, seven notes.
    assert found.versions_opened == 4 + 2 + 3 + 3 + 7
    assert found.payloads_opened == size
    assert heard[-1] == (size, size)
    assert heard == sorted(heard)


@pytest.mark.parametrize("damaged", [False, True])
def test_the_result_is_in_the_log(filled_session: Session, *, damaged: bool) -> None:
    if damaged:
        with filled_session.database.transaction() as rows:
            rows.connection.exec_driver_sql("DELETE FROM version WHERE seq = 2")
    size = filled_session.log.size
    assert log_checking.verify(filled_session).verified != damaged
    with filled_session.database.reading() as rows:
        last = list(read_payloads(rows, filled_session.auditor(), filled_session.log.origin))[-1]
    assert last.seq == size
    assert last.payload is not None
    assert (last.payload.act, last.payload.out) == ("log.verify", "error:found" if damaged else "ok")


def test_what_was_found_stops_exports_until_it_is_gone(filled_session: Session) -> None:
    with filled_session.database.transaction() as rows:
        kept = rows.connection.exec_driver_sql("SELECT blob FROM version WHERE seq = 2").scalar_one()
        rows.connection.exec_driver_sql("UPDATE version SET blob = zeroblob(10) WHERE seq = 2")
    filled_session.require_sound_log()
    for _ in range(2):
        faults = log_checking.verify(filled_session).faults
        # Its own finding of before is not found a second time.
        assert {(fault.code, fault.seq) for fault in faults} == {("version-id", 2)}
        refuses(VerificationError, "waits until the log is sound", filled_session.require_sound_log)
    with filled_session.database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE version SET blob = ? WHERE seq = 2", (kept,))
    assert log_checking.verify(filled_session).verified
    filled_session.require_sound_log()


def test_what_unlock_noticed_is_among_what_verify_found(filled_session: Session) -> None:
    filled_session.alarms = (
        Finding(Code.ROLLBACK, Message("This vault is an older copy.")),
        Finding(Code.NO_PINS, Message("A new device."), severity=Severity.NEWS),
    )
    assert [(fault.code, str(fault.message)) for fault in log_checking.verify(filled_session).faults] == [
        ("rollback", "This vault is an older copy.")
    ]


def test_that_the_log_was_read_is_in_it(filled_session: Session) -> None:
    page = logbook.newest(filled_session, limit=3)
    assert len(page.lines) == 3
    assert page.scanned == page.total == filled_session.log.size
    first = page.lines[0].payload
    assert first is not None
    assert first.act == "log.read"
    acts = {line.payload.act for line in logbook.newest(filled_session, act="case").lines if line.payload}
    assert acts == {"case.create"}


def test_entries_name_cases_by_reference_to_a_member_who_holds_them_and_to_no_other(
    filled: Filled, filled_session: Session, office: Office
) -> None:
    assert set(logbook.references(filled_session, logbook.newest(filled_session).lines).values()) == set(filled.refs)
    with office.open(office.amina) as amina:
        cases.create(amina, title="Hearing", kind="other")
    with office.place.open() as founder:
        lines = logbook.newest(founder).lines
        assert any(line.payload is not None and line.payload.act == "case.create" for line in lines)
        assert logbook.references(founder, lines) == {}


# What others keep of a log: a note that other tools check, and the proof that the log only grew since.
def test_its_key_checks_it_by_the_rules_of_signed_notes(filled_session: Session) -> None:
    kept = logbook.checkpoint(filled_session)
    name, key_id, coded = kept.key.split("+", 2)
    algorithm_and_key = base64.b64decode(coded)
    assert algorithm_and_key[:1] == b"\x01"
    assert sha256(name.encode() + b"\n" + algorithm_and_key)[:4].hex() == key_id
    text, _, line = kept.note.partition("\n\n")
    dash, signer, signature = line.rstrip("\n").split(" ")
    assert (dash, signer) == ("\N{EM DASH}", name)
    signed = base64.b64decode(signature)
    assert signed[:4].hex() == key_id
    assert is_signed_bare(algorithm_and_key[1:], signed[4:], text.encode() + b"\n")


def test_a_later_checkpoint_proves_that_the_log_only_grew(filled: Filled) -> None:
    with filled.open() as session:
        before = logbook.checkpoint(session)
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "later"))
        after = logbook.checkpoint(session, since=before.size)
        assert after.since is not None
        assert (after.since.root, after.since.words) == (before.root, before.words)
        verify_consistency(before.size, after.size, after.since.proof, before.root, after.root)
        for size in (0, -1, after.size + 1):
            refuses(UsageError, "never had", logbook.checkpoint, session, since=size)


def test_a_false_note_is_not_handed_out(filled: Filled) -> None:
    with filled.open() as session:
        newest = logbook.checkpoint(session)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                "UPDATE checkpoint SET note = CAST(replace(CAST(note AS TEXT), ?, ?) AS BLOB) WHERE size = ?",
                (f"\n{newest.size}\n", f"\n{newest.size + 1}\n", newest.size),
            )
        with pytest.raises(VerificationError, match="the newest checkpoint here is not one that this session signed"):
            logbook.checkpoint(session)
