"""Devices: named, added, moved to, lost; and whom to warn of a lost one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.access.power import PowerCutError
from tests.access.test_keychange import cut_change, replace_step
from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, Place
from tests.services.office import JOEL as OFFICE_JOEL
from tests.services.office import Office
from tests.services.organisation import (
    AMINA,
    DANA,
    FLOOR_MIB,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    Account,
    Organisation,
    finish_joining,
    give,
    share,
)
from tests.tables import refuses
from vault.access.pins.delays import AttemptFile
from vault.access.pins.pins import Dates
from vault.access.seat_keys import slots as access
from vault.access.seat_keys.rekeying import read_key_file, slots_here
from vault.access.seat_keys.root_secret import forget_secret, kept_secret
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.person import SafeContact
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError, WrongPassphraseError
from vault.ids import short_id
from vault.policy.roles import Role
from vault.seal.entrance.doors import open_recovery_door
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed
from vault.services.cases import case_people, cases, intake, notes, sections
from vault.services.cases.cases import CaseMade
from vault.services.credentials import entering
from vault.services.grants import sharing
from vault.services.members import admissions, admitting, devices, members, warning
from vault.services.projection import last_done
from vault.services.projection.last_done import Done
from vault.services.projection.seats import seats_of
from vault.services.safety import seizure
from vault.store.engine import open_database

NOBODY_HERE = "In the cases that you can read, there is nobody to warn."
ASK_OTHERS = (
    "Other cases may have been on that device. Its member, and the members who share cases with them, know whom to"
    " warn: ask them."
)


def ask_for_device(session: Session, place: Place, name: str) -> tuple[Path, tuple[str, ...]]:
    """Ask on a further device of the member who works; return the request's file and the words of that side."""
    vault, own = admitting.vault_words(session), admitting.own_words(session)
    asked = admitting.ask(
        place.path, vault, member_name=name, passphrase=bytearray(PASSPHRASE), own_words=own, memory_mib=FLOOR_MIB
    )
    request = place.path.with_suffix(".request")
    request.write_bytes(asked.file)
    return request, asked.words


def add_device(organisation: Organisation, session: Session) -> Account:
    """Admit a further device of the member who works."""
    name = next(account.name for account in organisation.accounts.values() if account.member == session.member)
    folder = organisation.folder / "second"
    place = Place(folder / "second.vault", folder / "state")
    request, words = ask_for_device(session, place, name)
    admitted = admitting.admit(session, admitting.read_request(session, request), words, by_sheets=True)
    assert admitted.outcome.is_done
    return Account(name, place, admitted.member, admitted.seat)


def case_of_clients(session: Session) -> CaseMade:
    made = cases.create(session, title=f"{MARKER} case", kind="asylum")
    safe = SafeContact(
        Channel.PHONE,
        "+49 30 5550 4321",
        hours="after 18:00",
        code_phrase="about the choir",
        may_tell="only her sister",
        never_use=("+996 555 010 999",),
    )
    case_people.add(session, made.case, role="client", names=[f"Ilham {MARKER}"], safe_contact=safe)
    case_people.add(session, made.case, role="client", names=[f"Sana {MARKER}"], phones=["+49 30 5550 1234"])
    case_people.add(session, made.case, role="relative", names=[f"Tomasz {MARKER}"], phones=["+49 30 5550 9999"])
    return made


def test_every_device_is_listed_by_a_name_that_admins_and_supervisors_keep_for_all(organisation: Organisation) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        found = devices.list_all(amina)
        assert {device.seat for device in found} == {account.seat for account in organisation.accounts.values()}
        assert [device.member_name for device in found if device.is_this] == [organisation[AMINA].name]
        seat = organisation[JOEL].seat
        devices.name(selin, seat, "grey laptop")
        devices.name(selin, seat, "black laptop")
        for text in ("", "  ", "two\nlines"):
            with pytest.raises(UsageError):
                devices.name(selin, seat, text)
        give(selin, amina)
        assert [device.name for device in devices.list_all(amina) if device.seat == seat] == ["black laptop"]
        assert devices.find(amina, "BLACK laptop") == seat
        assert devices.find(amina, seat.hex()[:8]) == seat
        for text in ("grey laptop", "", seat.hex()[:3]):
            refuses(NotFoundError, "no such device", devices.find, amina, text)
    for name in (JOEL, DANA, NOOR):
        with organisation.open(name) as session, pytest.raises(RefusedError, match="your role cannot name devices"):
            devices.name(session, session.seat, "mine")


def test_a_lost_device_ends_reads_nothing_that_is_written_later_and_the_clients_are_listed(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = case_of_clients(mira)
        share(mira, made.case, organisation, JOEL)
        only_his = cases.create(joel, title=f"{MARKER} his", kind="other")
        give(joel, mira)  # which brings nothing of a case that is not hers
        done = devices.lost(mira, joel.seat)
        assert done.outcome.is_done
        assert done.outcome.ended == (joel.seat,)
        assert [one.name for one in done.warn.clients] == [f"Ilham {MARKER}", f"Sana {MARKER}"]
        assert done.warn.unread == 0
        assert (made.case, warning.WHY_WARNED) in mira.viewed
        lines = in_english(warning.warn_lines(done.warn))
        assert [line.strip() for line in lines] == [
            "Call in this order: the highest risk is first.",
            f"{made.ref}  Ilham {MARKER}  (risk: medium)",
            "DO NOT CALL: +996 555 010 999",
            "phone: +49 30 5550 4321",
            "hours: after 18:00",
            "say: about the choir",
            "may be told: only her sister",
            f"{made.ref}  Sana {MARKER}  (risk: medium)",
            "no safe contact is kept; known: +49 30 5550 1234",
            f"{made.ref}  Tomasz {MARKER}  (relative; risk: medium)",
            "no safe contact is kept; known: +49 30 5550 9999",
            ASK_OTHERS,
        ]
        assert done.warn.calls == ()  # his device was never given the place where calls are kept
        assert not mira.holds(only_his.case)
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "after"))
        assert joel.seat not in mira.directory.certificates
        with mira.database.reading() as rows:
            assert joel.seat not in {row.seat for row in rows.grants_of(mira.keyring.epochs_of(made.case)[-1])}
        assert joel.member in mira.directory.members


def test_who_stands_in_a_restricted_section_alone_is_warned_where_the_lost_device_held_the_section(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = cases.create(mira, title=f"{MARKER} case", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        for title, members, name in (("where", [joel.member], "Zarina"), ("source", [], "Farid")):
            section = sections.create(mira, made.case, what="location", title=title, members=members)
            safe = SafeContact(Channel.PHONE, f"+49 30 5550 {name}")
            sections.add_person(
                mira, section, case_people.checked_person(role="witness", names=[name], safe_contact=safe)
            )
        give(mira, joel)
        found = warning.warn_list(mira, joel.seat)
        assert [(one.name, one.ref) for one in found.others] == [("Zarina", made.ref)]
        looked_at = {place for place, why in mira.viewed if why == warning.WHY_WARNED}
        assert made.case in looked_at
        assert section not in looked_at  # his device never held it: nobody looks into it for nothing


def test_who_else_can_be_reached_is_to_be_warned_by_their_safe_way_and_nobody_who_persecutes(founded: Place) -> None:
    barred, safe, dead = "+996 555 010 999", "+49 30 5550 4321", "+49 30 5550 7777"
    with founded.open() as mira:
        case = cases.create(mira, title="T", kind="asylum").case
        never = SafeContact(Channel.NOT_KNOWN, "", never_use=(barred, dead))
        case_people.add(mira, case, role="client", names=["Ilham"], safe_contact=never)
        case_people.add(mira, case, role="interpreter", names=["Reza"], phones=["0996-555-010-999"])
        case_people.add(mira, case, role="worker", names=["Ann"], emails=["ann@office.example"], phones=[barred])
        case_people.add(mira, case, role="persecutor", names=["Isakov"], phones=["+996 555 000 000"])
        case_people.add(mira, case, role="witness", names=["Nobody"])
        at_home = SafeContact(Channel.PHONE, safe, hours="after 18:00")
        case_people.add(mira, case, role="relative", names=["Lidia"], phones=["+996 555 111 222"], safe_contact=at_home)
        intake.add(mira, name="Temir", number=dead, text="or at temir@post.example", when="at night")
        intake.add(mira, name="without a number")
        found = warning.warn_list(mira, mira.seat)
        said = [line.strip() for line in in_english(warning.warn_lines(found))]
    assert ([person.name for person in found.others], len(found.calls), found.count) == (["Lidia", "Ann"], 1, 4)
    together = "\n".join(said)
    assert [word for word in ("Reza", "Isakov", "Nobody", "111 222", "without a number") if word in together] == []
    lidia, ann = (next(at for at, line in enumerate(said) if f"  {name}  (" in line) for name in ("Lidia", "Ann"))
    assert said[lidia + 1 : lidia + 3] == [f"phone: {safe}", "hours: after 18:00"]
    assert said[ann + 1 : ann + 3] == [f"DO NOT CALL: {barred}", "no safe contact is kept; known: ann@office.example"]
    call = said.index("Calls whose slips are open:")
    assert said[call + 1].endswith("Temir")
    assert said[call + 2 : call + 5] == [
        f"DO NOT CALL: {dead}",
        "known: temir@post.example",
        "when to call back: at night",
    ]


def test_who_reads_no_cases_gets_no_names_and_is_told_whom_to_ask(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM, JOEL) as (mira, karim, joel):
        made = case_of_clients(mira)
        share(mira, made.case, organisation, JOEL)
        give(mira, karim)
        done = devices.lost(karim, joel.seat)
        assert done.outcome.is_done
        assert done.warn.clients == ()
        assert list(in_english(warning.warn_lines(done.warn))) == [NOBODY_HERE, ASK_OTHERS]


def test_who_ends_a_device_and_what_no_device_is_given(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        secret = kept_secret(mira)
        forget_secret(mira)
        refuses(RefusedError, "needs the recovery sheets", devices.lost, mira, organisation[KARIM].seat)
        done = devices.lost(mira, organisation[KARIM].seat, secret)
        assert done.outcome.is_done
        assert list(in_english(warning.warn_lines(done.warn))) == [NOBODY_HERE, ASK_OTHERS]
        refuses(RefusedError, "you cannot revoke the device that you are using", devices.lost, mira, mira.seat)
        with pytest.raises(NotFoundError, match="no such device"):
            devices.lost(mira, mira.seat[::-1])  # type: ignore[arg-type]  # bytes of no seat
        refuses(RefusedError, "this device is another member's", devices.give_cases, mira, organisation[JOEL].seat)
    for name in (SELIN, AMINA, DANA, NOOR):
        with organisation.open(name) as session, pytest.raises(RefusedError, match="your role does not allow it"):
            devices.lost(session, organisation[JOEL].seat)


def test_a_member_moves_to_another_device_which_gets_no_case_unasked(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        made = case_of_clients(mira)
        second = add_device(organisation, mira)
        assert second.member == mira.member
        with finish_joining(organisation.folder, mira, second) as there:
            assert there.roles == mira.roles
            assert not there.holds(made.case)
            devices.give_cases(mira, second.seat)
            give(mira, there)
            assert cases.open_case(there, made.case).head.value.title == f"{MARKER} case"
            notes.add(there, made.case, Note(NoteKind.CONTACT, "from the new one"))
            with pytest.raises(RefusedError, match="needs the recovery sheets"):
                devices.end_moved(there, mira.seat)  # an admin's
            refuses(RefusedError, "this device is another member's", devices.end_moved, there, organisation[JOEL].seat)


def test_a_case_of_a_lost_device_that_is_here_and_not_ones_own_is_counted(founded: Place) -> None:
    with founded.open() as mira:
        oren = admit(mira)
    with oren.open(founded) as session:
        cases.create(session, title=f"{MARKER} his", kind="other")
    with founded.open() as mira:
        warn = devices.lost(mira, oren.seat).warn
        assert (warn.clients, warn.unread) == ((), 1)
        counted = "1 more case was on that device and is not yours: ask who holds it."
        assert list(in_english(warning.warn_lines(warn))) == [counted, ASK_OTHERS]


def test_a_caseworker_admits_a_device_of_their_own_and_a_supervisor_agrees(organisation: Organisation) -> None:
    with organisation.at(JOEL, SELIN, AMINA, MIRA) as (joel, selin, amina, mira):
        place = Place(organisation.folder / "own" / "new.vault", organisation.folder / "own" / "state")
        request, words = ask_for_device(joel, place, organisation[JOEL].name)
        with pytest.raises(RefusedError, match="your role does not allow it"):
            admitting.admit(amina, admitting.read_request(amina, request), words)
        admitted = admitting.admit(joel, admitting.read_request(joel, request), words)
        assert not admitted.outcome.is_done
        give(joel, selin)
        (proposal,) = admitting.proposals(selin)
        assert (proposal.request.member, proposal.by) == (joel.member, (organisation[JOEL].name,))
        assert admitting.agree(selin, proposal, words).outcome.is_done
        assert not any("in your name" in said for said in in_english(joel.warnings))
        give(selin, joel)
        # Whoever agreed to it, its member hears of it; and who gives them a case hears who admitted it.
        assert any(f"in your name: {admitted.seat.hex()[:8]}" in said for said in in_english(joel.warnings))
        assert admissions.said_of_devices(mira, joel.member) == []
        give(selin, mira)
        (said,) = admissions.said_of_devices(mira, joel.member)
        both = f"{organisation[JOEL].name} and {organisation[SELIN].name}"
        assert str(said) == (
            f"{organisation[JOEL].name} opens it on a further device too: {short_id(admitted.seat)},"
            f" admitted by {both}."
        )
        by = {device.seat: str(device.admitted_by) for device in devices.list_all(mira)}
        assert (by[admitted.seat], by[mira.seat], by[joel.seat]) == (both, "", "the recovery sheets")


# What is said before a device is ended or a role is taken: whose work is lost, of how many devices, or none.
def words(devices: str, whose: str) -> str:
    return (
        f"What {devices} of {whose} wrote and you have not imported will not count."
        " Import a bundle of theirs first, if you can."
    )


def test_who_takes_a_role_hears_what_is_lost(organisation: Organisation) -> None:
    joel = organisation[JOEL]
    with organisation.open(MIRA) as mira:
        for roles in (["intake"], ["admin", "auditor"]):
            assert str(members.before_roles(mira, joel.member, roles)) == words("1 device", joel.name)
        for roles in (["supervisor"], ["caseworker", "intake"]):
            assert members.before_roles(mira, joel.member, roles) is None
        refuses(UsageError, "there is no such role", members.before_roles, mira, joel.member, ["wizard"])


def test_what_is_said_before_a_role_is_taken_is_so(organisation: Organisation) -> None:
    """The case that Joel made and did not send stays where his new role writes cases too, and goes with it."""
    with organisation.at(MIRA, JOEL, SELIN) as (mira, joel, selin):
        made = cases.create(joel, title="Not sent", kind="asylum").case
        assert members.change_roles(mira, joel.member, ["supervisor"], by_sheets=True).is_done
        give(mira, joel)
        assert [row.case for row in cases.list_all(joel)] == [made]
        assert members.before_roles(mira, joel.member, ["intake"])
        assert members.change_roles(mira, joel.member, ["intake"], by_sheets=True).is_done
        give(mira, joel)
        give(mira, selin)
        assert cases.list_all(joel) == []


def test_who_ends_devices_hears_of_how_many_and_whose(organisation: Organisation) -> None:
    two = organisation.members(AMINA, JOEL)
    with organisation.open(MIRA) as mira:
        names = " and ".join(sorted((organisation[AMINA].name, organisation[JOEL].name)))
        assert str(members.warn_before_removal(mira, seats_of(mira, two))) == words("2 devices", names)
        assert members.warn_before_removal(mira, [mira.seat]) is None


def test_nobody_is_asked_about_a_device_that_writes_into_this_very_folder(office: Office) -> None:
    with office.place.open() as mira:
        assert members.warn_before_removal(mira, seats_of(mira, [office.amina.member])) is None
        assert members.before_roles(mira, office.joel.member, ["intake"]) is None


# A device was taken: what of it a colleague is told, whatever of its cases they may read themselves.
CLIENT = "Zarina Quill"


def _case(office: Office) -> str:
    """Amina makes a case that Joel, her deputy, holds too, with a section for both."""
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="A title", kind="asylum")
        case_people.add(amina, made.case, role="client", names=[CLIENT], phones=["0555 123456"])
        section = sections.create(amina, made.case, what="location", title="Where", members=[office.joel.member])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "second floor"))
    return made.ref


def test_who_reads_none_of_its_cases_is_told_how_many_there_are_and_no_reference(
    office: Office, tmp_path: Path
) -> None:
    ref = _case(office)
    with office.open(office.nadia) as nadia:
        found = seizure.look(nadia, office.joel.seat)
        told = "\n".join(map(str, seizure.found_lines(found)))
        seizure.print_page(nadia, found, tmp_path / "page.pdf", str)
    page = " ".join("".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages).split())
    assert "0 cases that you can read" in told
    for said in (told, page):
        assert "1 further case: ask who holds it" in said
        assert ref not in said
        assert CLIENT not in said
        assert OFFICE_JOEL not in said
    assert "none that you can read" in page


def test_who_holds_its_cases_is_told_of_the_sections_that_may_be_on_it(office: Office) -> None:
    ref = _case(office)
    with office.open(office.amina) as amina:
        told = [str(line) for line in seizure.found_lines(seizure.look(amina, office.joel.seat))]
    assert "  at most 1 restricted section of these cases that you hold" in told
    assert not [line for line in told if "further case" in line]
    assert [line for line in told if line.startswith(f"  {ref}  1 person, 0 notes")]


def test_whose_role_opens_no_cases_any_more_is_told_how_many_and_nobody_of_them(office: Office) -> None:
    with office.place.open() as mira:
        dana = admit(mira, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.CASEWORKER}))
    _case(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, cases.find(amina, cases.list_all(amina)[0].ref), [dana.member])
    with office.place.open() as mira:
        assert members.change_roles(mira, dana.member, ["intake"]).is_done
    with dana.open(office.place) as session:
        found = warning.warn_list(session, office.joel.seat)
        assert (found.clients, found.others, found.unread) == ((), (), 1)


def test_of_a_call_on_it_the_language_is_said_in_which_to_warn(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia, name="Somebody", number="0555 123456", language="Uzbek", when="evenings")
        told = [str(line).strip() for line in warning.warn_lines(warning.warn_list(nadia, office.amina.seat))]
    assert "language: Uzbek" in told
    assert "when to call back: evenings" in told


# Destroying an access: when it is armed, what goes, what stays, and what it does not reach.
_DAY = 86_400_000


def prove(place: Place) -> bytes:
    """Let this device know of a drill and a backup, and return the secret of the sheets."""
    with place.open() as session:
        with session.database.transaction() as rows:
            row = rows.local(session.seat, Purpose.ROOT_SECRET)
            assert row is not None
            secret = session.log.place.open_row(row)
            rows.delete_local(session.seat, Purpose.ROOT_SECRET)
        last_done.note_drill(session, session.log.now_ms())
        last_done.note(session, Done.BACKUP, session.log.now_ms())
    return secret


def destroy(place: Place, typed: str = entering.SENTENCE) -> None:
    entering.destroy_access(place.open(), typed=typed)


def test_without_a_way_back_it_is_refused_and_nothing_changes(filled: Filled) -> None:
    keys = read_key_file(filled.path / "keys")
    with filled.open() as session:
        now = session.log.now_ms()

        def refused(words: str) -> None:
            refuses(RefusedError, words, entering.destroy_access, session, typed=entering.SENTENCE)

        refused("no recovery was proven")
        last_done.note(session, Done.BACKUP, now)
        refused("no recovery was proven")
        last_done.note_drill(session, now)
        last_done.note(session, Done.BACKUP, now - 31 * _DAY)
        refused("older than 30 days")
        last_done.note(session, Done.BACKUP, now)
        last_done.note_new_sheets(session)
        refused("no recovery was proven")
        session.dates = Dates(sheets=True)
        last_done.note_drill(session, session.log.now_ms())
        refuses(RefusedError, "no backup was made", entering.destroy_access, session, typed=entering.SENTENCE)
    assert read_key_file(filled.path / "keys") == keys
    filled.open().close()


def test_anything_but_the_sentence_changes_nothing(filled: Filled) -> None:
    prove(filled.place)
    keys = read_key_file(filled.path / "keys")
    with filled.open() as session:
        for typed in ("", "yes", "y", "destroy", "destroy my access", "destroy my access here!"):
            refuses(UsageError, "sentence was not typed", entering.destroy_access, session, typed=typed)
    assert read_key_file(filled.path / "keys") == keys


def test_afterwards_the_passphrase_opens_nothing_and_the_members_own_files_are_gone(filled: Filled) -> None:
    prove(filled.place)
    with filled.open() as session:
        session.drafts().save(filled.cases[0], b"r" * 16, "typed", "note")
        session.index()
        own = [session.own_drafts, session.own_index]
        with session.database.reading() as rows:
            number = slots_here(rows)[session.seat]
    before = read_key_file(filled.path / "keys")
    assert all(one.parts() for one in own)
    destroy(filled.place, "  Destroy my access HERE ")
    after = read_key_file(filled.path / "keys")
    changed = {at for at, (old, new) in enumerate(zip(before.slots, after.slots, strict=True)) if old != new}
    assert changed == {number}
    assert not set(before.doors) & set(after.doors)
    for folder in (filled.path / "drafts", filled.path / "index", filled.state / "pins"):
        assert list(folder.iterdir()) == []
    assert not (filled.path / "keys.new").exists()
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        unlock(filled.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=filled.state)


def test_the_recovery_sheets_still_reach_the_database_and_the_log_lists_the_change(filled: Filled) -> None:
    secret = prove(filled.place)
    destroy(filled.place)
    file = read_key_file(filled.path / "keys")
    private = KemPrivate.from_seed(derive_recovery_seed(secret))
    keys = open_recovery_door(private, file.header.vault, file.recovery_door)
    database = open_database(filled.path / "vault.db", keys.new, create=False)
    with database.reading() as rows:
        lists = [row.list for origin in rows.origins() for row in rows.operations(origin)]
        assert (
            rows.locals_for(Purpose.KEYRING) == rows.locals_for(Purpose.SESSION) == rows.locals_for(Purpose.SLOT) == []
        )
    assert file.digest() in lists[-1]
    database.close()


@pytest.mark.parametrize("linked", [False, True])
def test_the_bytes_of_the_file_before_are_overwritten_where_they_lie_unless_a_copy_has_another_name(
    filled: Filled, tmp_path: Path, linked: bool
) -> None:
    prove(filled.place)
    before = (filled.path / "keys").read_bytes()
    if linked:
        os.link(filled.path / "keys", tmp_path / "of a snapshot")
    descriptor = os.open(filled.path / "keys", os.O_RDONLY)
    destroy(filled.place)
    assert (os.pread(descriptor, len(before), 0)[92 : 92 + 1024] == before[92 : 92 + 1024]) is linked
    os.close(descriptor)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["write_aside", "commit", "promote"])
def test_a_power_cut_leaves_an_access_or_none_and_never_half_of_one(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    prove(filled.place)
    session = filled.open()
    with monkeypatch.context() as cutting:
        cut_change(cutting, step, when)
        with pytest.raises(PowerCutError):
            entering.destroy_access(session, typed=entering.SENTENCE)
    session.close()
    if (step, when) == ("promote", "after"):
        with pytest.raises(WrongPassphraseError):
            filled.open()
        return
    if (step, when) in {("commit", "after"), ("promote", "before")}:
        # The log names the new file already: the next unlock finishes the change, and finds itself outside.
        refuses(VerificationError, "no door of the keys file opens", filled.open)
        with pytest.raises(WrongPassphraseError):
            filled.open()
    else:
        for _ in range(2):
            filled.open().close()


def test_a_power_cut_behind_the_keys_file_leaves_no_access(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(filled.place)
    session = filled.open()
    with monkeypatch.context() as cutting:
        replace_step(cutting, access, "overwrite_open", "before")
        with pytest.raises(PowerCutError):
            entering.destroy_access(session, typed=entering.SENTENCE)
    session.close()
    with pytest.raises(WrongPassphraseError):
        filled.open()


def attempts_of(session: Session) -> AttemptFile:
    return AttemptFile.in_folder(session.folder, session.state)


def test_slots_are_armed_only_with_a_proven_recovery_and_disarmed_when_it_is_proven_no_more(filled: Filled) -> None:
    with filled.open() as session:
        refuses(RefusedError, "only after a recovery drill", entering.destroy_slots_after, session, 20)
        entering.destroy_slots_after(session, None)
        assert attempts_of(session).load().destroy_after is None
    prove(filled.place)
    with filled.open() as session:
        last_done.note_opened(session)
        refuses(RefusedError, "before 20", entering.destroy_slots_after, session, 19)
        entering.destroy_slots_after(session, 20)
        last_done.note_opened(session)
        assert attempts_of(session).load().destroy_after == 20
        with session.database.transaction() as rows:
            rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, b"s" * 32))
        last_done.note_opened(session)
        assert attempts_of(session).load().destroy_after is None
