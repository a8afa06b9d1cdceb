"""A caseworker writes recipients with a program of their own: what of it stops colleagues, or leads them astray."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import Place
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.cases import cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index

LAWYER, CLINIC = "Maître Ondrelle", "Clinic legal desk"
OWN, STOLEN = (recipient_of(make_identity()) for _ in range(2))
SPOILED = to_fields(Partner("Nobody", "age1zzz", "wrong words"))


@dataclass(frozen=True, slots=True)
class Office:
    """The founder's recipient in the directory, and a caseworker's in sending, both confirmed; and a case."""

    place: Place
    oren: Colleague
    case: CompartmentId
    lawyer: RecordId
    clinic: RecordId


@pytest.fixture
def office(founded: Place) -> Office:
    with founded.open() as session:
        oren = admit(session, roles={Role.CASEWORKER}, by_root=True)
        lawyer = partners.add(session, name=LAWYER, age_recipient=OWN, compared=True).record
        case = cases.create(session, title="T", kind="extradition").case
        notes.add(session, case, Note(NoteKind.CONTACT, "They called."))
    with oren.open(founded) as caseworker:
        clinic = partners.add(caseworker, name=CLINIC, age_recipient=recipient_of(make_identity())).record
    with founded.open() as session:
        words = partners.find(session, CLINIC).fingerprint
        assert partners.confirm(session, CLINIC, words=words).is_confirmed
    return Office(founded, oren, case, lawyer, clinic)


def write(office: Office, fields: dict[str, object], record: RecordId | None = None) -> None:
    """Write a recipient in the sending compartment, after all that stands there of the record."""
    with office.oren.open(office.place) as oren:
        home, written = the_one_of_kind(oren, CompartmentKind.SENDING), record or RecordId(make_id())
        parents = [VersionId(head) for head in heads_of(up_to_date_index(oren), home, written, Partner.KIND)]
        with oren.work(home) as work:
            work.write(home, written, Partner.KIND, fields, parents)
            work.commit(Entry(act="partner.edit"))


def asks(session: Session, office: Office, to: str) -> bool:
    wish, out = Wish("lawyer", to, take_proposals=True), office.place.path.with_name(make_id().hex())
    return isinstance(exporting.ask(session, office.case, wish, out=out), exporting.Asked)


def told(session: Session) -> list[str]:
    return [str(line) for line in session.warnings if NAME in str(line)]


@pytest.mark.long
@each({"words of another key": SPOILED, "no fields": {}, "no text": {**SPOILED, "name": 7}})
def test_a_row_that_is_no_recipient_stops_nobody_else_and_its_author_is_named(
    fields: dict[str, object], office: Office
) -> None:
    write(office, fields)
    with office.place.open() as session:
        assert [kept.name for kept in partners.list_all(session)] == [CLINIC, LAWYER]
        assert told(session)
        assert asks(session, office, LAWYER)
        assert asks(session, office, CLINIC)


def test_a_recipient_whose_row_was_spoiled_gets_nothing_and_the_others_do(office: Office) -> None:
    fields = to_fields(Partner(CLINIC, OWN, fingerprint(STOLEN), confirmed=True))
    write(office, fields, office.clinic)
    with office.place.open() as session:
        assert [kept.name for kept in partners.list_all(session)] == [LAWYER]
        for name in (CLINIC, office.clinic.hex()):
            with pytest.raises(VerificationError, match=f"cannot be read.*{NAME}"):
                asks(session, office, name)
        assert asks(session, office, LAWYER)


@pytest.mark.long
def test_nothing_leaves_for_a_key_that_replaced_another_until_its_words_are_compared(office: Office) -> None:
    write(office, to_fields(Partner(CLINIC, STOLEN, fingerprint(STOLEN), confirmed=True)), office.clinic)
    with office.place.open() as session:
        with pytest.raises(RefusedError, match="replaced"):
            asks(session, office, CLINIC)
        assert asks(session, office, LAWYER)
        assert partners.confirm(session, CLINIC, words=fingerprint(STOLEN)).is_confirmed
        assert asks(session, office, CLINIC)


@pytest.mark.long
@each([LAWYER, "Somebody else"])
def test_who_takes_the_id_of_a_recipient_of_the_directory_takes_nothing_else(name: str, office: Office) -> None:
    write(office, to_fields(Partner(name, STOLEN, fingerprint(STOLEN), confirmed=True)), office.lawyer)
    with office.place.open() as session:
        assert partners.find(session, LAWYER).age_recipient == OWN
        assert partners.find(session, office.lawyer.hex()).age_recipient == OWN
        assert asks(session, office, LAWYER)
        assert told(session)
