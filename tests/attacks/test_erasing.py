"""Erasing without authority: who lists a version as erased and takes its row away has removed it, and is told.

What is listed for a seat, not here and not rightly erased is missing. To erase takes the role of a caseworker or
supervisor and a counted grant of the compartment, as to write does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.attacks.conftest import AGE
from tests.attacks.test_papers import case_with_papers, named
from tests.attacks.test_wasted_work import lines_of
from tests.english import in_english
from tests.services.colleague import Colleague
from tests.services.founded import Filled
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, SELIN, Organisation, full_name, give
from tests.services.test_erasing_told import erase, later
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, VersionId, make_id
from vault.records.versions import open_each
from vault.records.work import Entry, Work
from vault.services import case_papers, housekeeping
from vault.services.approvals import by_file, erasing
from vault.services.cases import cases, notes, story_records
from vault.services.cases.editing import Place
from vault.services.erasures import arrived
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.grants import sharing
from vault.services.members import admitting
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.safety import person_pack
from vault.store import tables
from vault.store.rowtypes import PlacedVersion

PlaceInCase = tuple[bytes, int, int]


def placed_notes(session: Session, case: CompartmentId) -> list[tuple[VersionId, PlaceInCase]]:
    """Return the ids of the notes of a case, and where each is listed, in order of place."""
    shown = {note.version for note in cases.open_case(session, case).notes}
    with session.database.reading() as rows:
        found = {one.id: (one.origin, one.seq, one.n) for one in rows.versions(case) if one.id in shown}
    return sorted(((VersionId(one), place) for one, place in found.items()), key=lambda one: one[1])


def erase_now(
    session: Session, case: CompartmentId, version: VersionId, place: PlaceInCase, *, act: str = "erase"
) -> None:
    """Do what the program has no command for: list the version as erased, then take its rows away."""
    with Work(session.log) as work:
        work.erase(case, version)
        work.commit(Entry(act=act))
    origin, seq, n = place
    with session.database.transaction() as rows:
        for table in (tables.version, tables.version_key):
            rows.connection.execute(
                sa.delete(table).where(table.c.origin == origin, table.c.seq == seq, table.c.n == n)
            )


def forget_indexes(short: Filled) -> None:
    """Have every member read the logs anew, as on another device."""
    shutil.rmtree(short.path / "index")


@dataclass(frozen=True, slots=True)
class Office:
    """The short vault with six more people in it, of whom none may erase in its first case; and one who may."""

    filled: Filled
    strangers: tuple[Colleague, ...]
    volunteer: Colleague
    holder: Colleague


# Role, whether the case was granted, whether that was withdrawn again.
WITHOUT_AUTHORITY = {
    "a caseworker to whom the case was not given": ("caseworker", False, False),
    "a supervisor without the case": ("supervisor", False, False),
    "a reviewer who may read the case": ("legal-reviewer", True, False),
    "a volunteer": ("intake", False, False),
    "an admin": ("admin", False, False),
    "a supervisor whose access was withdrawn": ("supervisor", True, True),
}


def admit(owner: Session, name: str, role: str, passphrase: bytes) -> Colleague:
    new = admitting.admit_here(owner, like=role, name=name, passphrase=bytearray(passphrase), by_sheets=True)
    return Colleague(name, passphrase, new.member, new.seat)


@pytest.fixture(scope="module")
def office_template(short_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> Office:
    place = short_template.place.copied_to(tmp_path_factory.mktemp("erasing"))
    made: dict[str, Colleague] = {}
    with place.open() as owner:
        for number, (name, (role, granted, withdrawn)) in enumerate(WITHOUT_AUTHORITY.items()):
            made[name] = admit(owner, name, role, b"attacker %d" % number)
            if granted:
                sharing.grant(owner, short_template.cases[0], [made[name].member])
            if withdrawn:
                sharing.revoke(owner, short_template.cases[0], [made[name].member])
        holder = admit(owner, "another holder", "supervisor", b"who may")
        sharing.grant(owner, short_template.cases[0], [holder.member])
    return Office(replace(short_template, place=place), tuple(made.values()), made["a volunteer"], holder)


@pytest.fixture
def office(office_template: Office, tmp_path: Path) -> Office:
    place = office_template.filled.place.copied_to(tmp_path / "erasing")
    return replace(office_template, filled=replace(office_template.filled, place=place))


def test_what_is_erased_without_authority_is_missing(office: Office) -> None:
    """Each of the six takes another note away."""
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        notes = placed_notes(owner, case)
    assert len(notes) == len(office.strangers)
    for attacker, (version, place) in zip(office.strangers, notes, strict=True):
        with attacker.open(short.place) as session:
            erase_now(session, case, version, place)
    forget_indexes(short)
    with short.open() as owner:
        up_to_date_index(owner)
        places = [place for _, place in notes]
        assert sorted((one.origin, one.seq, one.n) for one in owner.quarantine if one.check == "missing") == places
        assert cases.open_case(owner, case).notes == ()
        found = log_checking.verify(owner)
        assert [(one.origin, one.seq, one.n) for one in found.faults if one.code == "absent"] == places
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            owner.require_sound_log(case)


def test_an_erasure_of_a_row_that_stays_hides_nothing(office: Office) -> None:
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        before = placed_notes(owner, case)
    with office.strangers[0].open(short.place) as session, Work(session.log) as work:
        for version, _ in before:
            work.erase(case, version)
        work.commit(Entry(act="erase"))
    forget_indexes(short)
    with short.open() as owner:
        assert placed_notes(owner, case) == before
        assert log_checking.verify(owner).verified


def test_a_volunteer_erases_a_slip_where_they_may_write_and_nobody_misses_it(office: Office) -> None:
    short = office.filled
    with office.volunteer.open(short.place) as session:
        where = the_one_of_kind(session, CompartmentKind.INTAKE)  # where they may write
        with Work(session.log) as work:
            version = work.write(where, RecordId(make_id()), "slip", {})
            receipt = work.commit(Entry(act="intake.edit"))
        with session.database.reading() as rows:
            place = next(
                (receipt.origin, receipt.seq, one.n) for one in rows.version_rows(receipt.origin) if one.id == version
            )
        erase_now(session, where, version, place, act="intake.edit")
    with short.open() as owner:
        assert place not in [(one.origin, one.seq, one.n) for one in log_checking.verify(owner).faults]


@pytest.mark.parametrize("by_another", [False, True], ids=["its author", "another who holds the case"])
def test_what_is_rightly_erased_is_missed_by_nobody(office: Office, by_another: bool) -> None:
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        version, place = placed_notes(owner, case)[-1]
        if not by_another:
            erase_now(owner, case, version, place)
    if by_another:
        with office.holder.open(short.place) as session:
            erase_now(session, case, version, place)
    forget_indexes(short)
    with short.open() as owner:
        up_to_date_index(owner)
        assert owner.quarantine == []
        assert log_checking.verify(owner).faults == ()


@pytest.mark.parametrize("role", ["caseworker", "supervisor"])
def test_nobody_erases_a_recipient(office: Office, role: str) -> None:
    """All hold the directory, and a supervisor may write some of it: what is withheld there is missing all the same."""
    attacker = office.strangers[["caseworker", "supervisor"].index(role)]
    with office.filled.open() as owner:
        partners.add(owner, name="Advocate Fennimore", age_recipient=AGE, compared=True)
        home = owner.directory.compartment
        with owner.database.reading() as rows:
            opened, _ = open_each(rows.versions(home), vault=owner.vault, keyring=owner.keyring)
    partner = next(version for version in opened if version.content.kind == "partner")
    place = (partner.origin, partner.seq, partner.n)
    with attacker.open(office.filled.place) as session:
        erase_now(session, home, partner.id, place)
    forget_indexes(office.filled)
    with office.filled.open() as owner:
        up_to_date_index(owner)
        assert [(one.origin, one.seq, one.n) for one in owner.quarantine if one.check == "missing"] == [place]


# Who may not erase starts no time by which a true erasure goes unannounced, and is not named for it.
def list_versions_as_erased(session: Session, home: CompartmentId, versions: list[PlacedVersion]) -> None:
    with session.work() as work:
        for each in versions:
            work.erase(home, VersionId(each.id), (Origin(each.origin), each.seq, each.n))
        work.commit(Entry(act="erase", why="mistake", covers={"note": 1}))


def look(session: Session) -> str:
    arrived.note(session, arrived.look(session))
    return " ".join(in_english(arrived.untold(session)))


def test_the_time_runs_from_the_entry_of_somebody_who_may_erase_there(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL, DANA) as (amina, joel, dana):
        case = cases.create(joel, title="C", kind="other", alone_reason="nobody").case
        note = notes.add(joel, case, Note(NoteKind.INTERVIEW, "text"))
        sharing.grant(joel, case, organisation.members(AMINA))
        give(joel, amina)
        with joel.database.reading() as rows:
            versions = rows.placed(case, note)
        list_versions_as_erased(dana, case, versions)
        give(dana, joel)
        assert look(joel) == ""
        assert arrived.waiting(joel) == []
        later(monkeypatch, joel, 73)
        assert arrived.carry_out(joel) == 0
        list_versions_as_erased(amina, case, versions)
        give(amina, joel)
        assert look(joel).startswith("Amina Raskolda erased 1 record")
        assert arrived.carry_out(joel) == 0
        later(monkeypatch, joel, 73)
        assert arrived.carry_out(joel) == 1


# A member lists as erased what nobody has, or what stands elsewhere: it costs others little, and keeps nothing out.
_IN_ONE_ENTRY = 800
# Lines for each digest: its list is read a few times. Where each is judged, it is thousands.
_AT_IMPORT, _AT_UNLOCK = 200, 30


def list_invented_as_erased(session: Session, entries: int) -> None:
    home = the_one_of_kind(session, CompartmentKind.REGISTER)
    for _ in range(entries):
        with session.work() as work:
            for _ in range(_IN_ONE_ENTRY):
                work.erase(home, VersionId(os.urandom(32)))
            work.commit(Entry(act="erase", why="mistake", covers={"register-entry": 1}))


def lines_at_unlock(organisation: Organisation, name: str) -> int:
    with organisation.open(name) as session:
        return lines_of(lambda: housekeeping.settle(session))


@pytest.mark.long
def test_digests_that_nobody_has_cost_others_a_few_lines_each_and_once(organisation: Organisation) -> None:
    entries = 4
    lines_at_unlock(organisation, JOEL)
    before = lines_at_unlock(organisation, JOEL)
    with organisation.at(DANA, JOEL) as (dana, joel):
        list_invented_as_erased(dana, entries)
        at_import = lines_of(lambda: give(dana, joel))
    first, second = lines_at_unlock(organisation, JOEL), lines_at_unlock(organisation, JOEL)
    listed = entries * _IN_ONE_ENTRY
    assert at_import < _AT_IMPORT * listed
    assert max(first, second) < before + _AT_UNLOCK * listed


def test_a_note_comes_in_though_somebody_lists_it_as_erased_of_another_place(organisation: Organisation) -> None:
    with organisation.at(JOEL, DANA, MIRA) as (joel, dana, mira):
        case = cases.create(joel, title="C", kind="other", alone_reason="nobody").case
        note = notes.add(joel, case, Note(NoteKind.INTERVIEW, "what she said"))
        sharing.grant(joel, case, organisation.members(MIRA))
        with joel.database.reading() as rows:
            versions = rows.placed(case, note)
        with dana.work() as work:
            for version in versions:
                work.erase(the_one_of_kind(dana, CompartmentKind.REGISTER), VersionId(version.id))
            work.commit(Entry(act="erase", why="mistake", covers={"register-entry": 1}))
        give(dana, mira)
        give(joel, mira)
        assert [note.value.text for note in cases.open_case(mira, case).notes] == ["what she said"]
        with mira.database.transaction() as rows:
            rows.erase_versions([(version.origin, version.seq, version.n) for version in versions])
        assert "missing" in " ".join(str(fault.message) for fault in log_checking.verify(mira).faults)


# Who lost a case goes on writing into it: an erasure there grows no larger, and stays the one that was approved.
def goes_on_naming(session: Session, case: CompartmentId, count: int) -> None:
    """Add records that name the content of a paper of the case."""
    paper = case_papers.list_in(session, case)[0].value
    with session.work(case) as work:
        for _ in range(count):
            work.keep(case, replace(paper, title="x"))
        work.commit(Entry(act="document.add", covers={"document": count}))


def goes_on_writing_over(session: Session, case: CompartmentId, count: int) -> None:
    """Add a version to each record of the case, and new records."""
    found = [each.record for each in case_papers.list_in(session, case)] + [
        RecordId(bytes([n] * 16)) for n in range(count)
    ]
    with session.work(case) as work:
        for record in found:
            work.keep(case, Note(NoteKind.CONTACT, "x"), record, [])
        work.commit(Entry(act="note.create", covers={"note": len(found)}))


def accounts_of(session: Session) -> list[str]:
    arrived.note(session, arrived.look(session))
    return [str(fault.message) for fault in log_checking.verify(session).faults]


def attachments(session: Session) -> int:
    with session.database.reading() as rows:
        return len(rows.attachments())


@pytest.mark.long
def test_junk_of_who_lost_the_case_makes_one_paper_no_erasure_of_two_people(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL, MIRA) as (amina, joel, mira):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL, MIRA))
        give(amina, joel)
        sharing.revoke(amina, case, organisation.members(JOEL))
        goes_on_naming(joel, case, 23)
        give(joel, amina)
        give(amina, mira)
        going = what_goes(amina, named(amina, case, "Order 0"))
        assert (going.records, len(going.quarantined), erasing.needs_second(going)) == (1, 23, False)
        erasing.erase(amina, going, why="mistake")
        assert (attachments(amina), accounts_of(amina)) == (0, [])
        give(amina, mira)
        assert accounts_of(mira) == []
        assert arrived.carry_out(mira, at_once=True) == 24
        assert (attachments(mira), accounts_of(mira)) == (0, [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("goes_on", "is_whole"),
    [
        pytest.param(goes_on_naming, False, id="eleven papers are named"),
        pytest.param(goes_on_writing_over, True, id="the whole case is written over"),
        pytest.param(goes_on_writing_over, False, id="eleven papers are written over", marks=pytest.mark.long),
        pytest.param(goes_on_naming, True, id="the whole case is named", marks=pytest.mark.long),
    ],
)
def test_junk_of_who_lost_the_case_outdates_no_approval(
    organisation: Organisation, tmp_path: Path, goes_on: Callable[[Session, CompartmentId, int], None], is_whole: bool
) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = case_with_papers(amina, tmp_path, 11)
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel)
        sharing.revoke(amina, case, organisation.members(JOEL))
        goes_on(joel, case, 2)
        give(joel, amina)
        give(amina, selin)
        asked = [case.hex()] if is_whole else [named(amina, case, f"Order {n}") for n in range(11)]
        question, answer = tmp_path / "question", tmp_path / "answer"
        erasing.ask(amina, what_goes(amina, *asked), why="mistake", out=question, approver=full_name(SELIN))
        by_file.give(selin, question, answer, why="mistake")
        give(selin, amina)
        goes_on(joel, case, 3)
        give(joel, amina)
        approval = by_file.read_answer(amina, answer)
        going = what_goes(amina, *asked)
        assert len(going.quarantined) >= 5
        assert erasing.erase(amina, going, why="mistake", second=lambda _: approval).rule == "two-person"
        assert (attachments(amina), accounts_of(amina)) == (0, [])
        give(amina, selin)
        assert accounts_of(selin) == []


def test_what_a_member_writes_who_holds_the_case_outdates_an_approval(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        before = what_goes(amina, case.hex())
        notes.add(joel, case, Note(NoteKind.CONTACT, "They called again."))
        give(joel, amina)
        after = what_goes(amina, case.hex())
        assert (len(after.shown), after.quarantined) == (len(before.shown) + 1, frozenset())


# The newest version of a record, erased alone by somebody else, brings back nothing that it replaced.
Shared = tuple[Organisation, CompartmentId, RecordId, RecordId]


@pytest.fixture
def shared(organisation: Organisation) -> Shared:
    """What Amina took back: a confirmed fact, and a note. Joel has both."""
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        taken = Incident(IncidentKind.ABDUCTION, at="2026-11-01", by_whom="Captain Osmonov", confirmed="two witnesses")
        fact = story_records.add(amina, case, taken)
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, "Her brother hides her."))
        sharing.grant(amina, case, organisation.members(JOEL))
        story_records.change(amina, Place(case, fact, Incident.KIND), {"by_whom": "somebody in plain clothes"})
        notes.withdraw(amina, note.hex(), reason="false and dangerous")
        give(amina, joel)
    return organisation, case, fact, note


def erase_newest_alone(session: Session, case: CompartmentId, *records: RecordId) -> None:
    with session.database.reading() as rows:
        newest = [max(rows.placed(case, record), key=lambda version: version.seq) for record in records]
    with session.work() as work:
        for each in newest:
            work.erase(case, VersionId(each.id), (Origin(each.origin), each.seq, each.n))
        work.commit(Entry(act="erase", why="mistake", obj=audit_of(session, case), covers={"incident": 1, "note": 1}))


def test_a_fact_that_was_corrected_is_not_confirmed_again_and_a_withdrawn_note_stays_so(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, fact, note = shared
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase_newest_alone(joel, case, fact, note)
        give(joel, amina)
        (line,) = [line for line in in_english(arrived.untold(amina)) if "erased" in line]
        assert line.startswith("Joel Brandvik erased the newest version of 2 records of")
        assert "They stay: otherwise the versions of" in line
        assert [(each.records, each.brings_back_ms is None) for each in arrived.waiting(amina)] == [(2, False)]
        later(monkeypatch, amina, 73)
        housekeeping.settle(amina)
        assert arrived.carry_out(amina, at_once=True) == 0
        assert person_pack.facts(amina, case).confirmed == ()
        assert [each.value.withdrawn for each in cases.open_case(amina, case).notes] == ["false and dangerous"]
        assert log_checking.verify(amina).verified
        erase(amina, note.hex())
        assert cases.open_case(amina, case).notes == ()
        assert [each.records for each in arrived.waiting(amina)] == [1]


def test_what_a_colleague_erased_goes_although_a_newer_version_stands_beside_it(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, fact, _ = shared
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase(joel, fact.hex())
        story_records.change(amina, Place(case, fact, Incident.KIND), {"place": "Osh"})
        give(joel, amina)
        later(monkeypatch, amina, 73)
        assert arrived.carry_out(amina) == 1
        assert [each.value.place for each in person_pack.facts(amina, case).unconfirmed] == ["Osh"]
        with amina.database.reading() as rows:
            assert len(rows.placed(case, fact)) == 1


@pytest.mark.long
def test_a_device_that_gets_the_case_afterwards_gets_the_newest_version_too(shared: Shared) -> None:
    organisation, case, fact, note = shared
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        erase_newest_alone(joel, case, fact, note)
        sharing.grant(amina, case, organisation.members(SELIN))
        give(joel, selin)
        give(amina, selin)
        housekeeping.settle(selin)
        assert person_pack.facts(selin, case).confirmed == ()
        assert [each.value.withdrawn for each in cases.open_case(selin, case).notes] == ["false and dangerous"]
