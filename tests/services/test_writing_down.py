"""Search before create: in each way in which a person or a case is made, who may be known already is told first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.office import NADIA, Office
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange, PersonName
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, intake, listing, notes, searching, sections, undoing, writing_down
from vault.services.cases.editing import Place
from vault.services.cases.searching import Why
from vault.services.cases.writing_down import KnownAlreadyError, StandsHereError

NAME, SPELT, PHONE = "Алия Скорякина", "Skoriakine Aliya", "+996 555 123456"


def somebody(name: str = SPELT, phone: str = "") -> Person:
    return case_people.checked_person(role="client", names=[name], phones=[phone] if phone else [])


def theirs(session: Session) -> CompartmentId:
    """Return a case of nobody else, with her in it."""
    case = cases.create(session, title="An arrest", kind="detention", alone_reason="nobody").case
    writing_down.add_person(session, case, somebody(NAME, PHONE))
    return case


Way = Callable[[Session, CompartmentId, bool], object]
WAYS: tuple[Way, ...] = (
    lambda session, case, anyway: writing_down.add_person(session, case, somebody(), anyway=anyway),
    lambda session, case, anyway: writing_down.make_case(session, title=f"Help {SPELT}", kind="asylum", anyway=anyway),
    lambda session, case, anyway: writing_down.move_slip(session, slip(session), case, anyway=anyway),
    lambda session, case, anyway: writing_down.make_case_of_slip(
        session, slip(session), title="A call", kind="asylum", anyway=anyway
    ),
)


CHANGES = (
    PersonChange(add_names=(SPELT,)),
    PersonChange(spellings=(PersonName.written("Skorjakina Alia"),)),
    PersonChange(add_phones=("0555-123456",)),
)


def slip(session: Session) -> str:
    found = intake.list_open(session)
    return (found[0].stored.record if found else intake.add(session, name=SPELT)).hex()


def test_what_a_colleague_holds_is_told_in_each_way_as_whom_to_ask_and_as_nothing_else(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        ref = cases.open_case(nadia, theirs(nadia)).head.value.ref
    with office.open(office.amina) as amina:
        own = cases.create(amina, title="Own", kind="asylum").case
        for way in WAYS:
            with pytest.raises(KnownAlreadyError) as refused:
                way(amina, own, False)
            known = refused.value.known
            assert (known.alike, known.ask) == ((), (NADIA,))
            told = " ".join([str(refused.value), str(refused.value.data()), *map(str, known.told())])
            assert [word for word in ("Скорякина", "Алия", "123456", ref) if word in told] == []
        assert cases.open_case(amina, own).persons == ()
        assert len(cases.list_all(amina)) == 1
        for way in WAYS:
            way(amina, own, True)
        assert len(cases.list_all(amina)) == 3


def test_who_is_known_in_own_cases_is_told_in_each_way_with_the_reason(office: Office) -> None:
    with office.open(office.amina) as amina:
        case, own = theirs(amina), cases.create(amina, title="Own", kind="asylum").case
        for way in WAYS:
            with pytest.raises(KnownAlreadyError) as refused:
                way(amina, own, False)
            (found,) = refused.value.known.alike
            assert (found.place.case, found.name, refused.value.known.ask) == (case, NAME, ())
            assert "spelled like Skoriakine" in str(refused.value.known.told()[0])


def test_a_name_or_number_that_is_added_is_looked_up_in_other_cases_first(office: Office) -> None:
    with office.open(office.amina) as amina:
        theirs(amina)
        case = cases.create(amina, title="Own", kind="asylum").case
        section = sections.create(amina, case, what="health", title="Her health")
        for apart in (None, section):
            record = writing_down.add_person(amina, case, somebody("Ilham Torgaev"), section=apart, anyway=True)
            place = Place(apart or case, record, Person.KIND)
            for change in CHANGES:
                with pytest.raises(KnownAlreadyError) as refused:
                    writing_down.change_person(amina, place, change)
                assert [found.name for found in refused.value.known.alike] == [NAME]
                assert writing_down.change_person(amina, place, change, anyway=True).settled
            writing_down.change_person(amina, place, PersonChange(add_names=("Aliya",)))  # many are called so
            writing_down.change_person(amina, place, PersonChange(born="1984"))


def test_a_name_that_a_colleague_entered_is_told_and_who_entered_this_person_is_nobody_new(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="Own", kind="asylum").case
        place = Place(case, writing_down.add_person(amina, case, somebody("Ilham Torgaev")), Person.KIND)
        with pytest.raises(KnownAlreadyError) as refused:
            writing_down.change_person(amina, place, CHANGES[0])
        assert (refused.value.known.alike, refused.value.known.ask) == ((), (NADIA,))
        writing_down.change_person(amina, place, CHANGES[0], anyway=True)
        writing_down.change_person(amina, place, PersonChange(add_names=("Aliya Skorjakina",)))


def test_a_call_of_somebody_of_the_case_itself_asks_whether_it_is_them_and_adds_what_is_new(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        for name, number in (("Skoriakina", "0700 111222"), ("Unknown", "0555123456")):
            slip_id = intake.add(amina, name=name, number=number).hex()
            with pytest.raises(StandsHereError) as refused:
                writing_down.move_slip(amina, slip_id, case)
            (found,) = refused.value.here
            assert (found.name, found.place.case, len(cases.open_case(amina, case).persons)) == (NAME, case, 1)
            assert NAME not in str(refused.value)
            moved = writing_down.move_slip(amina, slip_id, case, same=found.place.record)
            assert moved.kinds == ("note",)
        (person,) = cases.open_case(amina, case).persons
        assert (person.value.display_name(), person.value.role.value) == (NAME, "client")
        assert [name.text for name in person.value.names] == [NAME, "Skoriakina", "Unknown"]
        assert person.value.phones == (PHONE, "0700 111222")
        undoing.undo(amina, undoing.last(amina))
        (person,) = cases.open_case(amina, case).persons
        assert ([name.text for name in person.value.names], len(intake.list_open(amina))) == ([NAME, "Skoriakina"], 1)


def test_a_call_of_somebody_else_who_is_called_so_makes_a_second_person(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        intake.add(amina, name=SPELT)
        writing_down.move_slip(amina, slip(amina), case, is_second=True)
        assert len(cases.open_case(amina, case).persons) == 2


def test_she_is_found_by_any_spelling_of_name_and_number(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        for asked, why in (("0555 123456", Why.DIGITS), ("996555123456", Why.DIGITS), ("Skoriakine", Why.SPELLING)):
            assert [(hit.case, hit.why) for hit in searching.search(amina, asked).hits] == [(case, why)]
            filtered = listing.open_list(amina).filter(asked)
            assert filtered is not None
            assert len(filtered.docs) == 1
            with pytest.raises(KnownAlreadyError):
                writing_down.add_person(amina, case, somebody("Аля", asked) if asked[0].isdigit() else somebody(asked))


def test_who_is_taken_back_or_renamed_is_asked_for_no_longer_or_by_the_new_name(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
        assert undoing.undo(nadia, undoing.last(nadia)) == {Person.KIND: 1}
    with office.open(office.amina) as amina:
        writing_down.make_case(amina, title=NAME, kind="asylum")


def test_no_command_and_no_screen_makes_a_person_or_a_case_in_another_way() -> None:
    other = re.compile(
        r"(?<!vault\.)\b(people\.(add|keep|change)|section_people\.change|sections\.add_person|cases\.create|intake\.move(_to_new)?)\("
    )
    files = [path for room in ("vault/cli", "tui") for path in Path(room).rglob("*.py")]
    assert [str(path) for path in files if other.search(path.read_text("utf-8"))] == []


def test_who_has_the_e_mail_or_the_paper_of_somebody_else_is_told_and_a_text_that_names_it_is_nobody(
    office: Office,
) -> None:
    papers = ["passport: AC7731905"]
    with office.open(office.nadia) as nadia:
        known = cases.create(nadia, title="An arrest", kind="detention")
        first = case_people.checked_person(
            role="client", names=["Somebody"], emails=["quill@example.org"], documents=papers
        )
        case_people.keep(nadia, known.case, first)
        notes.add(nadia, known.case, Note(NoteKind.CONTACT, "wrote to quill@example.org about AC7731905"))
        case = cases.create(nadia, title="Another", kind="asylum").case
        for other in (
            case_people.checked_person(role="client", names=["Pavel"], emails=["quill@example.org"]),
            case_people.checked_person(role="client", names=["Pavel"], documents=papers),
        ):
            with pytest.raises(KnownAlreadyError) as told:
                writing_down.add_person(nadia, case, other)
            (alike,) = told.value.known.alike
            assert (alike.ref, alike.name, len(alike.numbers)) == (known.ref, "Somebody", 1)
        assert case_people.names_in(nadia, case) == {}


def test_somebody_who_was_told_adds_what_is_known_elsewhere_all_the_same_and_sees_it_at_the_next_look(
    office: Office,
) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
        case = cases.create(nadia, title="Another", kind="asylum").case
        place = Place(case, case_people.keep(nadia, case, somebody("Quentin Unheard")), Person.KIND)
        wanted = PersonChange(add_phones=(PHONE,))
        with pytest.raises(KnownAlreadyError):
            writing_down.change_person(nadia, place, wanted)
        assert case_people.show(nadia, place).value.phones == ()
        writing_down.change_person(nadia, place, wanted, anyway=True)
        assert case_people.show(nadia, place).value.phones == (PHONE,)
