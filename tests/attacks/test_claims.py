"""What one member says of the keys, the compartments and the records of others takes nothing from anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.services.colleague import SUPERVISOR, admit
from tests.services.founded import PASSPHRASE, Filled
from tests.services.office import DAY_MS, forward
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Organisation,
    give,
    open_place,
    share,
)
from tests.tui.house import House, house, house_template
from vault.access.membership.act_listing import list_acts, shared_compartments
from vault.access.session import Session
from vault.casework.case import Access
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.organisation_records import Member
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, VersionId, make_id
from vault.index.heads import heads_in
from vault.log.act_bytes import admit as admission_of
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item, ItemKind
from vault.policy.roles import Role
from vault.records import work
from vault.records.epochs import notices_of
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry, Work
from vault.seal.named import access_record
from vault.services import case_papers, housekeeping
from vault.services.cases import cases, notes, sections
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking, logbook
from vault.services.exports import partners
from vault.services.exports.partners import partner_rows
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import admitting, members
from vault.services.members.admissions import certificate_bytes
from vault.services.members.changes import nonce
from vault.services.projection import authors
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.store import tables
from vault.store.rowtypes import EpochRow
from vault.sync.selecting import Place, Selection

TRUE = "Sealwort, granted by its founder"


def claim_grants(session: Session, compartment: CompartmentId) -> None:
    """List every grant of a compartment in the session's own log, as if its seat had given them."""
    with session.database.reading() as rows:
        given = {(row.epoch, row.seat) for one in notices_of(rows, compartment) for row in rows.grants_of(one.epoch)}
    with Work(session.log) as work:
        work._items += [Item.of_given(compartment, epoch, reader) for epoch, reader in sorted(given)]
        work.commit(Entry(act="grant.add"))


def pass_on_as_own(giver: Session, taker: Session) -> None:
    """Send a bundle whose grants stand at the giver's own places, wherever there is one."""
    find = Selection._find

    def only_own(self: Selection, wanted: Collection[bytes]) -> dict[bytes, list[Place]]:
        return {
            digest: [place for place in places if place[0] == giver.log.origin] or places
            for digest, places in find(self, wanted).items()
        }

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Selection, "_find", only_own)
        give(giver, taker)


def test_a_volunteer_who_claims_the_grants_of_the_directory_keeps_no_revocation_from_anybody(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, DANA, SELIN) as (mira, dana, selin):
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, dana)
        claim_grants(dana, dana.directory.compartment)
        pass_on_as_own(dana, selin)
        give(mira, selin)
        assert organisation[JOEL].seat not in selin.directory.certificates
        assert log_checking.verify(selin).verified


def test_a_revoked_member_who_claims_the_grants_of_a_case_takes_it_from_nobody(organisation: Organisation) -> None:
    with organisation.at(SELIN, AMINA, TOMAS) as (selin, amina, tomas):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, TOMAS, AMINA)
        notes.add(selin, case, Note(NoteKind.CONTACT, TRUE))
        give(selin, amina)
        sharing.revoke(selin, case, [amina.member])
        claim_grants(amina, case)
        pass_on_as_own(amina, tomas)
        give(selin, tomas)
        assert sharing.holders_of(tomas, case) == sharing.holders_of(selin, case)
        assert TRUE in {note.value.text for note in cases.open_case(tomas, case).notes}
        assert log_checking.verify(tomas).verified


# A colleague's junk says that it corrects or translates what others wrote: to erase it takes nothing of theirs.
__all__ = ["house", "house_template"]


@pytest.mark.long
def test_junk_that_says_what_it_corrects_or_translates_goes_alone(house: House, tmp_path: Path) -> None:
    scan = tmp_path / "scan.txt"
    scan.write_text("a decision", "utf-8")
    with house.open("Joel") as joel:
        note = notes.add(joel, house.case, Note(NoteKind.INTERVIEW, "She hid at the quarry."))
        notes.amend(joel, note.hex(), text="She hid at the mill.")
        paper = case_papers.add_paper(joel, house.case, scan, {"kind": DocumentKind.DECISION}).record
    with house.open("Amina") as amina:
        with amina.work(house.case) as work:
            junk = work.keep(house.case, Note(NoteKind.CONTACT, "junk", amends=note))
            work.commit(Entry(act="note.create", covers={Note.KIND: 1}))
        made = {"kind": DocumentKind.TRANSLATION, "translation_of": paper}
        translation = case_papers.add_paper(amina, house.case, scan, made).record
    with house.open("Joel") as joel:
        going = what_goes.what_goes(joel, junk.hex(), translation.hex())
    assert set(going.found) == {(house.case, junk), (house.case, translation)}


# Somebody who may write in a compartment names what they do not own as a parent: it stays where it was.
@pytest.fixture
def session(short: Filled) -> Iterator[Session]:
    with short.open() as opened:
        yield opened


def test_a_record_of_the_directory_hides_no_other_by_naming_it_as_parent(session: Session) -> None:
    ((row,), _) = partner_rows(session)
    with session.work() as work:
        work.write(session.directory.compartment, RecordId(make_id()), "rule", {}, parents=[row.stored.version])
        work.commit(Entry(act="rule.edit"))
    assert [kept.name for kept in partners.list_all(session)] == ["Advocate Orlova"]


def test_a_note_hides_no_other_by_naming_it_as_parent(session: Session, short: Filled) -> None:
    case = short.cases[0]
    before = cases.open_case(session, case).notes
    with session.work() as work:
        fields = {"kind": "contact", "text": "beside the others"}
        work.write(case, RecordId(make_id()), Note.KIND, fields, parents=[VersionId(note.version) for note in before])
        work.commit(Entry(act="note.create"))
    texts = [note.value.text for note in cases.open_case(session, case).notes]
    assert texts == [*(note.value.text for note in before), "beside the others"]


# A notice says of which kind its compartment is, and anybody can list one: that alone makes a compartment nothing.
def claim(session: Session, compartment: CompartmentId, kind: CompartmentKind) -> None:
    """List a notice which says that a compartment is of a kind."""
    notice = EpochNotice(1, session.vault, compartment, kind, session.log.origin, EpochId(make_id()))
    with session.database.transaction() as rows:
        rows.add_epochs([EpochRow(notice.digest(), compartment, notice.encode())])
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(ItemKind.EPOCH, compartment, notice.digest()))
        work.commit(Entry(act="key.rotate"))


def test_what_an_intake_volunteer_says_of_compartments_moves_no_compartment(short: Filled) -> None:
    with short.open() as owner:
        volunteer = admit(owner, roles=frozenset({Role.INTAKE}))
        before, home = shared_compartments(owner), owner.directory.compartment
    assert before.keys() == set(owner.directory.all_shared.values())
    with volunteer.open(short.place) as session:
        for kind in before.keys() - {CompartmentKind.DIRECTORY}:
            claim(session, home, kind)
            claim(session, before[kind], CompartmentKind.DIRECTORY)
    with short.open() as owner:
        assert owner.directory.compartment == home
        assert shared_compartments(owner) == before
        assert held_of_kind(owner, CompartmentKind.SENDING) == [before[CompartmentKind.SENDING]]
        assert not any(not alarm.is_news for alarm in owner.alarms)


# A version of one kind in the place of another: who may write approvals, devices or notes takes nothing else away.
def write_over(session: Session, compartment: CompartmentId, kind: str, fields: dict[str, object], act: str) -> None:
    """Replace each head there of any other kind by one of this kind, as a patched program would."""
    heads = [head for head in heads_in(up_to_date_index(session), compartment) if head.kind != kind]
    assert heads
    with session.work(compartment) as work:
        for head in heads:
            work.write(compartment, RecordId(head.record), kind, fields, parents=[VersionId(head.version)])
        work.commit(Entry(act=act))


def test_who_may_approve_takes_no_case_and_no_note_away(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        before = cases.open_case(owner, case)
        reviewer = admit(owner, roles=frozenset({Role.LEGAL_REVIEWER}))
        sharing.grant(owner, case, [reviewer.member])
    with reviewer.open(short.place) as session:
        write_over(session, case, "approval", {}, "case.edit")
    with short.open() as owner:
        after = cases.open_case(owner, case)
        assert after.head.value == before.head.value
        assert [note.value for note in after.notes] == [note.value for note in before.notes]
        assert {row.title for row in cases.list_all(owner)} >= {before.head.value.title}


def test_who_may_name_devices_takes_no_name_no_deputy_and_no_end_away(short: Filled) -> None:
    with short.open() as owner:
        helper = admit(owner, name="Ilka Brandstetter", roles=frozenset({Role.INTAKE}))
        supervisor = admit(owner, roles=SUPERVISOR, by_root=True)
        successors.set_deputy(owner, owner.member, supervisor.member)
        before = members.list_all(owner)
    with supervisor.open(short.place) as session:
        write_over(
            session, session.directory.compartment, "device", {"seat": session.seat, "name": "x"}, "config.change"
        )
    with short.open() as owner:
        assert members.list_all(owner) == before
        assert successors.deputy_of(owner, owner.member) == supervisor.member
        assert helper.name in {member.name for member in before}


def test_whose_right_ends_does_not_write_over_the_day(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        colleague = admit(owner, roles=frozenset({Role.CASEWORKER}))
        timed_grants.give(owner, case, [colleague.member], until_ms=owner.log.now_ms() + DAY_MS)
    with colleague.open(short.place) as session:
        write_over(session, case, "note", {"kind": "contact", "text": "."}, "note.create")
        forward(session, 2)
        up_to_date_index(session)
        assert case in session.hidden
    with short.open() as owner:
        forward(owner, 2)
        record = access_record(colleague.member)
        assert record in {head.record for head in heads_in(up_to_date_index(owner), case, Access.KIND)}
        assert colleague.member not in sharing.holders_of(owner, case).members
        assert not owner.faults()


# A holder who writes the record of a case or a section anew gives it no other case and no other name in the logs.
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
    organisation: Organisation, beside: bool
) -> None:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.at(TOMAS, JOEL) as (holder, withdrawn):
        case = found_case(holder, "C")
        sharing.grant(holder, case, [joel])
        section = sections.create(holder, case, what="location", title="where", members=[joel])
        give(holder, withdrawn)
        other = found_case(withdrawn, "C")
        sharing.grant(withdrawn, other, [tomas])
        say_anew(withdrawn, section, "section", beside=beside, case=other)
        give(withdrawn, holder)
        sharing.revoke(holder, case, [joel])
        housekeeping.settle(holder)
        assert [line.section for line in sections.list_of(holder, case)] == [section]
        assert sections.list_of(holder, other) == []
        sections.add_note(holder, section, Note(NoteKind.SAFETY, NEW_ADDRESS))
        give(holder, withdrawn)
        with pytest.raises((NotFoundError, RefusedError)):
            sections.open_section(withdrawn, section)
        with withdrawn.database.reading() as rows:
            opened, _ = open_each(rows.versions(section), vault=withdrawn.vault, keyring=withdrawn.keyring)
        assert not any(NEW_ADDRESS in str(version.content.fields) for version in opened)


def test_a_holder_makes_no_colleagues_log_say_that_they_opened_another_case(organisation: Organisation) -> None:
    (amina,) = organisation.members(AMINA)
    with organisation.at(JOEL, AMINA, NOOR) as (holder, colleague, auditor):
        shared, secret = found_case(holder, "K1"), found_case(holder, "K2")
        named, blamed = audit_of(holder, shared), audit_of(holder, secret)
        sharing.grant(holder, shared, [amina])
        say_anew(holder, shared, "case", audit=blamed)
        give(holder, colleague)
        cases.open_case(colleague, shared)
        notes.add(colleague, shared, Note(NoteKind.CONTACT, "hello"))
        give(colleague, auditor)
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


# A reference is a word of whoever wrote the case: one that two cases bear names neither of them.
def test_a_case_that_was_made_to_look_like_another_takes_nothing_that_is_written_by_reference(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        true = cases.create(amina, title="Where she hides", kind="asylum")
        # Joel holds no key of it, and heard the reference once.
        with monkeypatch.context() as patched:
            patched.setattr(cases, "make_case_ref", lambda: true.ref)
            patched.setattr(joel.log, "now_ms", lambda: 1)  # so that it is the first of its reference
            decoy = cases.create(joel, title="Where she hides", kind="asylum").case
        share(joel, decoy, organisation, AMINA)
        give(joel, amina)
        with pytest.raises(UsageError, match=f"2 cases have this reference: .*{true.case.hex()[:8]}") as refusal:
            cases.find(amina, true.ref)
        assert "who can open it" in str(refusal.value.next_step)
        # By its id the true one is found, whole or by its beginning; and each says that there is another.
        assert cases.find(amina, true.case.hex()) == cases.find(amina, true.case.hex()[:8]) == true.case
        notes.add(amina, true.case, Note(NoteKind.CONTACT, "Orchard road 5"))
        assert "1 other case has this reference" in str(cases.open_case(amina, true.case).namesakes)
        assert "Orchard" not in str([note.value.text for note in cases.open_case(joel, decoy).notes])


def test_a_note_of_the_same_id_in_another_case_takes_no_correction(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        true = cases.create(amina, title="Hers", kind="asylum")
        note = notes.add(amina, true.case, Note(NoteKind.CONTACT, "first words"))
        # Joel read the case once, and knows the id.
        decoy = cases.create(joel, title="Another", kind="asylum").case
        with monkeypatch.context() as patched:
            patched.setattr(work, "make_id", lambda: note)
            notes.add(joel, decoy, Note(NoteKind.CONTACT, "first words"))
        share(joel, decoy, organisation, AMINA)
        give(joel, amina)
        for typed in (note.hex(), note.hex()[:8]):
            with pytest.raises(UsageError, match="2 cases have a note with this id"):
                notes.amend(amina, typed, text="Orchard road 5")
        notes.amend(amina, f"{true.ref}/{note.hex()[:8]}", text="Orchard road 5")
        assert "Orchard" in str([one.value.text for one in cases.open_case(amina, true.case).notes])
        assert "Orchard" not in str([one.value.text for one in cases.open_case(amina, decoy).notes])


# A supervisor may write who a helper is whom they admit. What others said of a member they take back from nobody.
HELPER = "Piet Sunderlok"


def say_of(session: Session, member: MemberId, fields: dict[str, object], *, replaces: bool) -> None:
    """Write a record of a member, in the place of what was said of them at their admission or beside it."""
    home = session.directory.compartment
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    before = next(one for one in opened if one.content.kind == "member" and one.content.fields["member"] == member)
    record, parents = (before.record, [VersionId(before.id)]) if replaces else (RecordId(make_id()), [])
    with session.work(home) as work:
        work.write(home, record, Member.KIND, {"member": member, **fields}, parents)
        work.commit(Entry(act="member.change"))


@pytest.mark.parametrize("replaces", [True, False], ids=["in its place", "beside it"])
def test_a_supervisor_alone_gives_nobody_the_name_of_another_in_silence(
    organisation: Organisation, replaces: bool
) -> None:
    joel, accomplice = organisation[JOEL], organisation[AMINA]
    with organisation.at(SELIN, MIRA) as (selin, mira):
        say_of(selin, joel.member, {"name": "Somebody Else"}, replaces=replaces)
        say_of(selin, accomplice.member, {"name": joel.name}, replaces=replaces)
        give(selin, mira)
        assert authors.find_member(mira, joel.name) == joel.member
        shown = authors.names_of_members(mira)
        assert (shown[joel.member], shown[accomplice.member]) == (joel.name, accomplice.name)
        with pytest.raises(RefusedError, match="already a member with this name"):
            authors.require_new_name(mira, joel.name)


def test_nobody_takes_back_the_end_of_their_own_time(organisation: Organisation) -> None:
    place = organisation[MIRA].place
    with organisation.open(MIRA) as mira:
        helper = admitting.admit_here(
            mira, like="supervisor", name=HELPER, passphrase=bytearray(PASSPHRASE), days=30, by_sheets=True
        )
        (until,) = {one.until_ms for one in members.list_all(mira) if one.member == helper.member}
    with open_place(place, HELPER) as session:
        certificate = session.directory.certificates[session.seat]
        list_acts(session, [admission_of(certificate_bytes(session, certificate), {Role.SUPERVISOR}, None, nonce())])
    with organisation.open(MIRA) as mira:
        assert until is not None
        assert {one.until_ms for one in members.list_all(mira) if one.member == helper.member} == {until}


@pytest.mark.parametrize("member", [[], {}, "text", 5])
def test_a_record_of_no_member_stops_nobody(organisation: Organisation, member: object) -> None:
    with organisation.open(SELIN) as selin:
        home = selin.directory.compartment
        with selin.work(home) as work:
            work.write(home, RecordId(make_id()), Member.KIND, {"member": member, "name": "Nobody"})
            work.commit(Entry(act="member.change"))
        assert members.list_all(selin)
        assert [found.check for found in selin.quarantine] == ["C5"]
