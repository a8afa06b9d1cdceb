"""A holder who writes the record of a case or a section anew gives it no other case and no other name in the logs."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.services.organisation import AMINA, JOEL, NOOR, TOMAS, Organisation, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.cases import cases, notes, sections
from vault.services.evidence import logbook
from vault.services.grants import sharing
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.store import tables

NEW_ADDRESS = "Thistledown Wharf 5"


def head_of(session: Session, compartment: CompartmentId, kind: str) -> OpenedVersion:
    """Return the newest version of this kind there, by its author's clock."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(compartment), vault=session.vault, keyring=session.keyring)
    return max((found for found in opened if found.content.kind == kind), key=lambda found: found.content.clock)


def say_anew(
    session: Session, compartment: CompartmentId, kind: str, *, beside: bool = False, **fields: object
) -> None:
    """Write the record of a case or a section with other fields, as a patched program does."""
    head = head_of(session, compartment, kind)
    record, parents = (RecordId(make_id()), []) if beside else (head.record, [VersionId(head.id)])
    with session.work(compartment) as work:
        work.write(compartment, record, kind, {**head.content.fields, **fields}, parents)
        work.commit(Entry(act="case.edit"))


def found_case(session: Session, title: str) -> CompartmentId:
    return cases.create(session, title=title, kind="asylum", alone_reason="nobody stands in").case


@pytest.mark.parametrize("beside", [False, True], ids=["in its place", "beside it"])
def test_who_was_withdrawn_from_a_case_reads_nothing_new_of_a_section_that_he_gave_another_case(
    organisation: Organisation, tmp_path: Path, beside: bool
) -> None:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.at(TOMAS, JOEL) as (holder, withdrawn):
        case = found_case(holder, "C")
        sharing.grant(holder, case, [joel])
        section = sections.create(holder, case, what="location", title="where", members=[joel])
        give(holder, withdrawn, tmp_path)
        other = found_case(withdrawn, "C")
        sharing.grant(withdrawn, other, [tomas])
        say_anew(withdrawn, section, "section", beside=beside, case=other)
        give(withdrawn, holder, tmp_path)
        sharing.revoke(holder, case, [joel])
        housekeeping.settle(holder)
        assert [line.section for line in sections.list_of(holder, case)] == [section]
        assert sections.list_of(holder, other) == []
        sections.add_note(holder, section, Note(NoteKind.SAFETY, NEW_ADDRESS))
        give(holder, withdrawn, tmp_path)
        with pytest.raises((NotFoundError, RefusedError)):
            sections.open_section(withdrawn, section)
        with withdrawn.database.reading() as rows:
            opened, _ = open_each(rows.versions(section), vault=withdrawn.vault, keyring=withdrawn.keyring)
        assert not any(NEW_ADDRESS in str(version.content.fields) for version in opened)


def test_a_holder_makes_no_colleagues_log_say_that_they_opened_another_case(
    organisation: Organisation, tmp_path: Path
) -> None:
    (amina,) = organisation.members(AMINA)
    with organisation.at(JOEL, AMINA, NOOR) as (holder, colleague, auditor):
        shared, secret = found_case(holder, "K1"), found_case(holder, "K2")
        named, blamed = audit_of(holder, shared), audit_of(holder, secret)
        sharing.grant(holder, shared, [amina])
        say_anew(holder, shared, "case", audit=blamed)
        give(holder, colleague, tmp_path)
        cases.open_case(colleague, shared)
        notes.add(colleague, shared, Note(NoteKind.CONTACT, "hello"))
        give(colleague, auditor, tmp_path)
        lines = logbook.newest(auditor).lines
        theirs = [line.payload for line in lines if line.origin == colleague.log.origin and line.payload]
        assert {payload.obj for payload in theirs if payload.act in ("case.view", "note.create")} == {named}
        assert {(found.origin, found.check) for found in colleague.quarantine} == {(holder.log.origin, "C5")}


def test_a_case_whose_record_is_written_anew_with_the_same_name_goes_on(organisation: Organisation) -> None:
    with organisation.open(JOEL) as holder:
        case = found_case(holder, "K1")
        say_anew(holder, case, "case", title="K1, later")
        assert cases.open_case(holder, case).head.value.title == "K1, later"


def test_while_what_was_said_first_is_not_here_later_words_wait_and_then_hold(organisation: Organisation) -> None:
    with organisation.open(JOEL) as holder:
        case = found_case(holder, "K1")
        first = head_of(holder, case, "case")
        say_anew(holder, case, "case", title="K1, later")
        row = (tables.version_key.c.origin == first.origin, tables.version_key.c.seq == first.seq)
        with holder.database.transaction() as rows:
            taken = rows.connection.execute(sa.select(tables.version_key).where(*row)).mappings().all()
            rows.connection.execute(sa.delete(tables.version_key).where(*row))
        holder.remake_index()
        up_to_date_index(holder)
        assert {found.check for found in holder.quarantine if found.seq > first.seq} == {"C7"}
        with holder.database.transaction() as rows:
            rows.connection.execute(sa.insert(tables.version_key), [dict(found) for found in taken])
    with organisation.open(JOEL) as holder:
        assert cases.open_case(holder, case).head.value.title == "K1, later"
        assert holder.quarantine == []
