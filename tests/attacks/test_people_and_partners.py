"""Who stands in a restricted section alone, in a note of its case: neither the name leaves, nor that it is there."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.conftest import AGE, RECIPIENT
from tests.services import consenting
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import Place
from tests.services.office import Office
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, Organisation
from tests.tables import each
from tests.tui.house import House, house, house_template
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.person import SafeContact
from vault.casework.story.events import Detention
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import RefusedError, UsageError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.cases import case_people, cases, editing, notes, sections, story_records
from vault.services.evidence import logbook
from vault.services.exports import export_material, exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.exports.partners import partner_rows
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.safety import person_pack
from vault.services.safety.person_pack import PageWish, Printed, print_page

CLIENT = "Ilham Sodiqova"
NOTES = (
    "The source is rose baker, who met us again. Call +996 700 445 566.",
    "Позже мы говорили с верой мороз, и Соловья мы видели. Источник надёжный.",
    "Later we met. Her code word is summer, and summer told us everything.",
    "Ilham was there.",
)
KEPT_APART = ("rose", "baker", "вер", "мороз", "солов", "summer", "445")


@dataclass(frozen=True, slots=True)
class Kept:
    case: CompartmentId
    section: CompartmentId


def keep(session: Session) -> Kept:
    """Make a case with a section of four sources, of whom the notes of the case speak."""
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=[CLIENT])
    section = sections.create(session, case, what="sources", title="Who told us")
    for name in ("Rose Baker", "Вера Мороз", "Назар Соловей", "Summer Baker", CLIENT):
        person = case_people.checked_person(role="witness", names=[name], phones=["+996700445566"])
        sections.add_person(session, section, person)
    for text in NOTES:
        notes.add(session, case, Note(NoteKind.CONTACT, text))
    return Kept(case, section)


@pytest.fixture
def kept(session: Session) -> Kept:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return keep(session)


def ready(session: Session, case: CompartmentId, profile: str = "lawyer") -> export_material.Ready:
    made = consenting.make_ready(session, case, Wish(profile, RECIPIENT, take_proposals=True))
    assert isinstance(made, export_material.Ready)
    return made


@pytest.mark.parametrize("profile", ["lawyer", "lawyer-named", "subject"])
def test_who_stands_in_a_section_alone_leaves_by_no_profile(
    session: Session, kept: Kept, profile: str, tmp_path: Path
) -> None:
    wish = Wish(profile, RECIPIENT, take_proposals=True)
    done = consenting.export(session, kept.case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    pages = " ".join(done.pages).casefold()
    assert "everything" in pages
    assert [word for word in KEPT_APART if word in pages] == []


def test_neither_the_package_nor_a_record_of_the_case_tells_of_the_section(session: Session, kept: Kept) -> None:
    known = {person.record for person in cases.open_case(session, kept.case).persons}
    made = ready(session, kept.case)
    assert {given.entity for given in made.book.given()} <= known, "codes go to people of the case alone"
    assert not set(made.read()) & {person.version for person in sections.open_section(session, kept.section).persons}
    told = repr([[dataclasses.astuple(block)[:2] for block in part.blocks] for part in made.dossier.sections])
    assert "Who told us" not in told
    assert "source" in told, "the control: the note is there"
    texts = [block.text for part in made.dossier.sections for block in part.blocks]
    assert any(text.startswith("[P-") for text in texts), "the client has the code of the case"


def test_a_name_that_the_case_has_too_goes_as_the_case_says(session: Session, kept: Kept) -> None:
    told = [block.text for part in ready(session, kept.case, "lawyer-named").dossier.sections for block in part.blocks]
    assert CLIENT in told


def test_that_a_section_was_opened_for_an_export_is_in_the_log(session: Session, kept: Kept) -> None:
    made = len(_views(session))
    ready(session, kept.case)
    assert len(_views(session)) == made + 2, "the case, and its section"
    ready(session, kept.case)
    assert len(_views(session)) == made + 2, "once for a reason and session"


def _views(session: Session) -> list[logbook.LogLine]:
    lines = logbook.newest(session, act="case.view").lines
    return [line for line in lines if line.payload and line.payload.why == "legal-referral"]


def test_a_section_of_another_case_is_not_opened(session: Session, kept: Kept) -> None:
    other = cases.create(session, title="U", kind="asylum").case
    notes.add(session, other, Note(NoteKind.CONTACT, "summer told us"))
    assert "summer told us" in [block.text for part in ready(session, other).dossier.sections for block in part.blocks]
    assert len(_views(session)) == 1


def test_the_page_in_clear_of_who_is_gone_has_no_name_of_a_section(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place="beside summer", confirmed="the prosecutor")
    story_records.add(session, kept.case, gone)
    found, page = person_pack.facts(session, kept.case), tmp_path / "page.pdf"
    assert isinstance(print_page(session, found, PageWish(take_proposals=True), page, str), Printed)
    text = " ".join(part.extract_text() for part in PdfReader(page).pages).casefold()
    assert "beside" in text
    assert "summer" not in text


def test_who_does_not_hold_the_section_learns_nothing_of_it_from_an_export(office: Office) -> None:
    with office.place.open() as founder:
        partners.add(founder, name=RECIPIENT, age_recipient=AGE, compared=True)
    with office.open(office.amina) as amina:
        kept = keep(amina)
    with office.open(office.joel) as joel:
        with pytest.raises(RefusedError):
            sections.open_section(joel, kept.section)
        made = ready(joel, kept.case)
        assert {question.form for question in made.as_proposed} >= {"rose", "baker"}, "strangers are asked about"
        assert "summer" in repr([block.text for part in made.dossier.sections for block in part.blocks])


# What is written down of a client is not all theirs: who answers at their safe contact, and whose name they bear.
AUNT, UNCLE, MAIL, OWN_NUMBER = "+996555010203", "+996700111222", "uncle@example.org", "+996555010999"


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return cases.create(session, title="T", kind="asylum").case


def told(session: Session, case: CompartmentId, text: str) -> None:
    notes.add(session, case, Note(NoteKind.INTERVIEW, text))


def left(session: Session, case: CompartmentId, out: Path, profile: str, decisions: dict[str, str]) -> str:
    """Return the pages of an export with these decisions, and with what is proposed for all else."""
    done = consenting.export(session, case, Wish(profile, RECIPIENT, decisions=decisions, take_proposals=True), out=out)
    assert isinstance(done, exporting.Exported)
    return " ".join(done.pages)


@pytest.mark.long
@pytest.mark.parametrize("address", [AUNT, OWN_NUMBER], ids=["of her aunt", "her own"])
def test_the_numbers_of_a_safe_contact_and_of_a_never_use_list_are_hidden_from_the_client_unless_they_are_hers(
    session: Session, case: CompartmentId, address: str, tmp_path: Path
) -> None:
    contact = SafeContact(Channel.PHONE, address, never_use=(UNCLE, MAIL))
    case_people.add(session, case, role="client", names=["Farida"], phones=[OWN_NUMBER], safe_contact=contact)
    told(
        session,
        case,
        f"her aunt answers at {address}, she at {OWN_NUMBER}. the uncle who beats her has {UNCLE} and {MAIL}.",
    )
    text = left(session, case, tmp_path, "subject", {})
    assert [number for number in (AUNT, UNCLE, MAIL, OWN_NUMBER) if number in text] == [OWN_NUMBER]


NOTE = (
    "Farida Karim qyzy came. We asked where her father Karim is, and she was told by Karim, Farida came back alone;"
    " she has not seen Karim.\nFarida then wept. karim hides in a cellar."
)


@pytest.mark.long
@pytest.mark.parametrize("profile", ["subject", "lawyer-named"])
def test_a_word_of_a_clients_name_that_stands_alone_is_asked_about_as_it_may_be_the_fathers(
    session: Session, case: CompartmentId, profile: str, tmp_path: Path
) -> None:
    case_people.add(session, case, role="client", names=["Farida Karim qyzy"])
    told(session, case, NOTE)
    undecided = consenting.export(session, case, Wish(profile, RECIPIENT), out=tmp_path)
    assert isinstance(undecided, exporting.Undecided)
    assert {one.form: one.conflict for one in undecided.questions} == dict.fromkeys(
        ("Karim", "Karim, Farida", "Karim.\nFarida"), True
    )
    text = left(session, case, tmp_path, profile, {})
    assert text.casefold().count("karim") == text.count("Farida Karim qyzy") > 0


@pytest.mark.long
def test_a_name_that_the_record_has_alone_is_not_asked_about(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    case_people.add(session, case, role="client", names=["Farida Karim qyzy", "Farida"])
    told(session, case, "Farida came. Karim is her father.")
    text = left(session, case, tmp_path, "subject", {})
    assert ("Farida came." in text, "Karim is her father" in text) == (True, False)
    assert "Karim is her father." in left(session, case, tmp_path, "subject", {"Karim": "keep"})


# An insider replaces the key of a lawyer by their own: nobody's earlier word makes it good, nor their own.
LAWYER = "Advocate Orlova"
OWN, STOLEN = (recipient_of(make_identity()) for _ in range(2))


def write(session: Session, key: str, *parents: bytes, record: RecordId, name: str = LAWYER) -> bytes:
    """Write a recipient as a program of the insider's own would: confirmed, by their own word."""
    partner = Partner(name=name, age_recipient=key, fingerprint=fingerprint(key), confirmed=True)
    home = the_one_of_kind(session, CompartmentKind.SENDING)
    with session.work(home) as work:
        version = work.write(home, record, Partner.KIND, to_fields(partner), [VersionId(parent) for parent in parents])
        work.commit(Entry(act="partner.edit"))
    return bytes(version)


def head(session: Session) -> tuple[RecordId, bytes]:
    ((row,), _) = partner_rows(session)
    return row.stored.record, row.stored.version


@pytest.mark.long
def test_the_word_of_who_brought_a_key_in_never_counts_and_another_key_is_not_confirmed(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        kept = partners.add(amina, name=LAWYER, age_recipient=OWN, compared=True)
        assert not kept.is_confirmed
        with pytest.raises(RefusedError, match="the member who added a key cannot confirm it"):
            partners.confirm(amina, LAWYER, words=kept.fingerprint)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        with pytest.raises(UsageError, match="not the words of the key"):
            partners.confirm(joel, LAWYER, words=fingerprint(STOLEN))
        short = " ".join(word[:4] for word in kept.fingerprint.split())
        assert partners.confirm(joel, LAWYER, words=short).is_confirmed
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        assert partners.edit(amina, LAWYER, phone="+996 312 555 010").is_confirmed
        record, good = head(amina)
        write(amina, STOLEN, good, record=record)
        assert not partners.find(amina, LAWYER).is_confirmed
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        assert not partners.edit(joel, LAWYER, town="Qarvosh").is_confirmed  # an innocent change says nothing of it
        with pytest.raises(RefusedError, match="not confirmed"):
            partners.require_confirmed(partners.find(joel, LAWYER))
        assert not partners.edit(joel, LAWYER, age_recipient=OWN).is_confirmed  # and back: compared anew
        assert partners.find(joel, LAWYER).age_recipient == OWN
        record, now = head(joel)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        write(amina, OWN, now, good, record=record)  # as if the key that Joel confirmed had never gone
        assert not partners.find(amina, LAWYER).is_confirmed


def test_two_recipients_of_one_name_are_refused_whatever_letters_write_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        partners.add(amina, name=LAWYER, age_recipient=OWN)
        for name in ("advocate  orlova", "Advocate Оrlоva", "ADVOCATE ORLOVA"):
            with pytest.raises(UsageError, match="already a recipient with this name"):
                partners.add(amina, name=name, age_recipient=STOLEN)
        write(amina, STOLEN, record=RecordId(make_id()), name="Аdvocate Orlova")
        with pytest.raises(UsageError, match="2 recipients have this name"):
            partners.find(amina, LAWYER)


def test_what_an_admin_keeps_no_caseworker_changes_and_an_admin_confirms_it(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        kept = partners.add(mira, name=LAWYER, age_recipient=OWN)
        assert not kept.is_confirmed
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(MIRA, KARIM)
    with organisation.open(AMINA) as amina:
        with pytest.raises(RefusedError, match="your roles may not write"):
            partners.edit(amina, LAWYER, age_recipient=STOLEN)
        record, version = head(amina)
        write(amina, STOLEN, version, record=record)  # beside it, in the compartment where she may write
        assert partners.find(amina, LAWYER).age_recipient == OWN
    with organisation.open(KARIM) as karim:
        assert partners.confirm(karim, LAWYER, words=kept.fingerprint).is_confirmed


@pytest.mark.long
def test_alone_nothing_leaves_for_a_key_that_is_not_confirmed(session: Session, tmp_path: Path) -> None:
    case = cases.create(session, title="T", kind="asylum").case
    notes.add(session, case, Note(NoteKind.CONTACT, "They called."))
    wish = Wish("lawyer", LAWYER, take_proposals=True)
    partners.add(session, name=LAWYER, age_recipient=OWN)
    with pytest.raises(RefusedError, match="not confirmed"):
        consenting.export(session, case, wish, out=tmp_path)
    partners.confirm(session, LAWYER, words=fingerprint(OWN))
    assert isinstance(consenting.export(session, case, wish, out=tmp_path), exporting.Exported)
    partners.edit(session, LAWYER, age_recipient=STOLEN)
    with pytest.raises(RefusedError, match="not confirmed"):
        consenting.export(session, case, wish, out=tmp_path)


# A caseworker writes recipients with a program of their own: what of it stops colleagues, or leads them astray.
PARTNER_LAWYER, CLINIC = "Maître Ondrelle", "Clinic legal desk"
SPOILED = to_fields(Partner("Nobody", "age1zzz", "wrong words"))


@dataclass(frozen=True, slots=True)
class PartnerOffice:
    """The founder's recipient in the directory, and a caseworker's in sending, both confirmed; and a case."""

    place: Place
    oren: Colleague
    case: CompartmentId
    lawyer: RecordId
    clinic: RecordId


@pytest.fixture
def partner_office(founded: Place) -> PartnerOffice:
    with founded.open() as session:
        oren = admit(session, roles={Role.CASEWORKER}, by_root=True)
        lawyer = partners.add(session, name=PARTNER_LAWYER, age_recipient=OWN, compared=True).record
        case = cases.create(session, title="T", kind="extradition").case
        notes.add(session, case, Note(NoteKind.CONTACT, "They called."))
    with oren.open(founded) as caseworker:
        clinic = partners.add(caseworker, name=CLINIC, age_recipient=recipient_of(make_identity())).record
    with founded.open() as session:
        assert partners.confirm(session, CLINIC, words=partners.find(session, CLINIC).fingerprint).is_confirmed
    return PartnerOffice(founded, oren, case, lawyer, clinic)


def write_partner(office: PartnerOffice, fields: dict[str, object], record: RecordId | None = None) -> None:
    """Write a recipient in the sending compartment, after all that stands there of the record."""
    with office.oren.open(office.place) as oren:
        home, written = the_one_of_kind(oren, CompartmentKind.SENDING), record or RecordId(make_id())
        parents = [VersionId(head) for head in heads_of(up_to_date_index(oren), home, written, Partner.KIND)]
        with oren.work(home) as work:
            work.write(home, written, Partner.KIND, fields, parents)
            work.commit(Entry(act="partner.edit"))


def asks(session: Session, office: PartnerOffice, to: str) -> bool:
    wish, out = Wish("lawyer", to, take_proposals=True), office.place.path.with_name(make_id().hex())
    return isinstance(consenting.ask(session, office.case, wish, out=out), exporting.Asked)


def told_of_name(session: Session) -> list[str]:
    return [str(line) for line in session.warnings if NAME in str(line)]


@pytest.mark.long
@each({"words of another key": SPOILED, "no fields": {}, "no text": {**SPOILED, "name": 7}})
def test_a_row_that_is_no_recipient_stops_nobody_else_and_its_author_is_named(
    fields: dict[str, object], partner_office: PartnerOffice
) -> None:
    write_partner(partner_office, fields)
    with partner_office.place.open() as session:
        assert [kept.name for kept in partners.list_all(session)] == [CLINIC, PARTNER_LAWYER]
        assert told_of_name(session)
        assert asks(session, partner_office, PARTNER_LAWYER)
        assert asks(session, partner_office, CLINIC)


def test_a_recipient_whose_row_was_spoiled_gets_nothing_and_the_others_do(partner_office: PartnerOffice) -> None:
    fields = to_fields(Partner(CLINIC, OWN, fingerprint(STOLEN), confirmed=True))
    write_partner(partner_office, fields, partner_office.clinic)
    with partner_office.place.open() as session:
        assert [kept.name for kept in partners.list_all(session)] == [PARTNER_LAWYER]
        for name in (CLINIC, partner_office.clinic.hex()):
            with pytest.raises(VerificationError, match=f"cannot be read.*{NAME}"):
                asks(session, partner_office, name)
        assert asks(session, partner_office, PARTNER_LAWYER)


@pytest.mark.long
def test_nothing_leaves_for_a_key_that_replaced_another_until_its_words_are_compared(
    partner_office: PartnerOffice,
) -> None:
    write_partner(
        partner_office, to_fields(Partner(CLINIC, STOLEN, fingerprint(STOLEN), confirmed=True)), partner_office.clinic
    )
    with partner_office.place.open() as session:
        with pytest.raises(RefusedError, match="replaced"):
            asks(session, partner_office, CLINIC)
        assert asks(session, partner_office, PARTNER_LAWYER)
        assert partners.confirm(session, CLINIC, words=fingerprint(STOLEN)).is_confirmed
        assert asks(session, partner_office, CLINIC)


@pytest.mark.long
@each([PARTNER_LAWYER, "Somebody else"])
def test_who_takes_the_id_of_a_recipient_of_the_directory_takes_nothing_else(
    name: str, partner_office: PartnerOffice
) -> None:
    write_partner(
        partner_office, to_fields(Partner(name, STOLEN, fingerprint(STOLEN), confirmed=True)), partner_office.lawyer
    )
    with partner_office.place.open() as session:
        assert partners.find(session, PARTNER_LAWYER).age_recipient == OWN
        assert partners.find(session, partner_office.lawyer.hex()).age_recipient == OWN
        assert asks(session, partner_office, PARTNER_LAWYER)
        assert told_of_name(session)


# A fact of a pack is confirmed as it stands: a change takes the confirmation away, or says by whom it is anew.
__all__ = ["house", "house_template"]

BY = "two witnesses"
RUMOUR = "Sergeant Ivanov, a rumour"


@pytest.fixture
def fact(house: House) -> RecordId:
    """An abduction that Joel wrote down, and by whom it is confirmed."""
    with house.open("Joel") as joel:
        taken = Incident(IncidentKind.ABDUCTION, at="2026-11-20", place="Osh", by_whom="unknown men", confirmed=BY)
        return story_records.add(joel, house.case, taken)


@pytest.mark.parametrize(
    ("typed", "confirmed"),
    [
        pytest.param({"place": "Bishkek airport", "by_whom": RUMOUR}, [], id="another place"),
        pytest.param({"place": "Bishkek airport", "confirmed": BY}, [BY], id="another place, confirmed"),
    ],
)
def test_a_changed_fact_is_confirmed_only_where_that_is_said_in_the_same_change(
    house: House, fact: RecordId, typed: Mapping[str, str], confirmed: list[str]
) -> None:
    with house.open("Amina") as amina:
        edited = story_records.change(amina, editing.Place(house.case, fact, Incident.KIND), typed)
    assert edited.is_unconfirmed == (not confirmed)
    with house.open("Joel") as joel:
        assert [each.value.confirmed for each in person_pack.facts(joel, house.case).confirmed] == confirmed


@pytest.mark.long
@pytest.mark.screen
@pytest.mark.parametrize("again", [True, False], ids=["typed again", "left empty"])
def test_the_form_empties_by_whom_it_is_confirmed_and_says_so_before_it_keeps_the_change(
    house: House, fact: RecordId, again: bool
) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "enter")
        amina.clear("place")
        amina.fill(place="Bishkek")
        assert amina.value("confirmed") == BY
        amina.press("f4")
        amina.sees("this field is empty now")
        assert (amina.value("confirmed"), amina.focused()) == ("", "confirmed")
        amina.press(*([f" {BY}"] if again else []), "f4")
    with house.open("Joel") as joel:
        kept = [(each.value.place, each.value.confirmed) for each in person_pack.facts(joel, house.case).confirmed]
        assert kept == ([("Bishkek", BY)] if again else [])


@pytest.mark.long
@pytest.mark.screen
@pytest.mark.parametrize("again", [True, False], ids=["confirmed anew", "by nobody"])
def test_a_date_moved_in_the_list_of_what_is_due_says_that_nobody_confirms_it_now_and_asks_who_does(
    house: House, again: bool
) -> None:
    tomorrow, later = (datetime.date.today() + datetime.timedelta(days=days) for days in (1, 2))
    with house.open("Joel") as joel:
        story_records.add(joel, house.case, Detention(taken="2026-11-20", expires=str(tomorrow), confirmed=BY))
    with house.desk("Amina") as amina:
        amina.press(":the week", "down", "m")
        amina.sees("Which date instead?")
        amina.press(*["backspace"] * 10, f" {later}", "enter")
        amina.sees("nobody confirms it any more. Who confirms it as it is now?")
        amina.press(*([f" {BY}", "enter"] if again else ["escape"]))
    with house.open("Joel") as joel:
        (kept,) = story_records.list_in(joel, house.case, [Detention.KIND])
        assert (kept.value.expires, kept.value.confirmed) == (str(later), BY if again else None)  # type: ignore[attr-defined]
