"""The register: whoever holds it tests a guess, nobody lists a name, and a new key loses no entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.office import Office
from vault.casework.intake import RegisterEntry
from vault.casework.person import Person, PersonChange
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind
from vault.names.likeness import skeletons_of
from vault.records.work import Entry
from vault.services.cases import case_people, cases, register
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking
from vault.services.grants.sharing import replace_key
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import read_valid
from vault.services.projection.stored_records import stored_of_kind


def test_a_guess_that_is_right_names_whom_to_ask_and_a_wrong_one_nobody(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Зарина Ташбаева"])
        # In the other script, the words turned round, one word more, another way to write it.
        for asked in ("Zarina Tashbaeva", "Ташбаева Зарина", "Zarina Nurovna Tashbaeva", "ZARINA TASCHBAEWA"):
            assert register.ask(nadia, [asked]) == [office.nadia.member]
        for asked in ("Zarina Tashmatova", "Ilham Torgaev", "Zarina", ""):
            assert register.ask(nadia, [asked]) == []
        with pytest.raises(UsageError, match="there is no name to enter"):
            register.add(nadia, ["", "17", "van"])


def test_whom_to_ask_is_whoever_entered_the_name_not_whom_the_entry_names(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        others = next(seat for seat in nadia.directory.effective.certificates if seat != nadia.seat)
        record = register.add(nadia, ["Zarina Tashbaeva"])
        home = the_one_of_kind(nadia, CompartmentKind.REGISTER)
        (stored,) = stored_of_kind(read_valid(nadia, home), RegisterEntry)
        with nadia.work(home) as work:
            work.keep(home, replace(stored.value, contact=others), record, [stored.version])
            work.commit(Entry(act="register.edit"))
    with office.open(office.nadia) as nadia:
        assert register.ask(nadia, ["Zarina Tashbaeva"]) == [office.nadia.member]


def test_nothing_that_is_stored_holds_a_word_of_a_name(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Zarina Tashbaeva"])
        (entry,) = stored_of_kind(read_valid(nadia, the_one_of_kind(nadia, CompartmentKind.REGISTER)), RegisterEntry)
        kept = b"".join((entry.value.key, *entry.value.hashes, entry.value.contact))
        assert b"arina" not in kept
        assert len(entry.value.hashes) == len(set(entry.value.hashes))


def test_a_new_key_of_the_register_loses_no_entry(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Zarina Tashbaeva"])
        replace_key(nadia, the_one_of_kind(nadia, CompartmentKind.REGISTER), act="key.rotate", rule="role")
        register.add(nadia, ["Ilham Torgaev"])
        assert register.ask(nadia, ["Zarina Tashbaeva"]) == [office.nadia.member]
        assert register.ask(nadia, ["Ilham Torgaev"]) == [office.nadia.member]


def test_a_name_gives_at_most_as_many_pairs_as_an_entry_holds() -> None:
    many = skeletons_of([" ".join(["Щюжчхцъёй"] * 6), "Жюлия Щучкина-Хрущёва Юрьевна"])
    assert 0 < len(many) <= 256
    assert len(set(many)) == len(many)


def test_who_is_left_out_by_choice_is_not_found_and_is_taken_out_and_nobody_else_with_them(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="First", kind="asylum").case
        other = cases.create(nadia, title="Second", kind="asylum").case

        def kept(name: str, home: CompartmentId = case, *, unregistered: bool = False) -> Place:
            person = case_people.checked_person(role="client", names=[name], unregistered=unregistered)
            return Place(home, case_people.keep(nadia, home, person), Person.KIND)

        def asked(name: str) -> bool:
            return bool(register.ask(nadia, [name]))

        kept("Zarina Tashbaeva", unregistered=True)
        assert not asked("Zarina Tashbaeva")
        ilham, sana = kept("Ilham Torgaev"), kept("Sana Torgaeva")
        assert asked("Ilham Torgaev")
        assert case_people.change(nadia, ilham, PersonChange(unregistered=True)).settled == 1
        assert (asked("Ilham Torgaev"), asked("Sana Torgaeva")) == (False, True)
        # Another name enters them no more, and a word takes them in again.
        case_people.change(nadia, ilham, PersonChange(add_names=("Elham Torgayev Beksultanov",)))
        assert not asked("Elham Torgayev Beksultanov")
        case_people.change(nadia, ilham, PersonChange(unregistered=False))
        assert (asked("Ilham Torgaev"), asked("Elham Torgayev Beksultanov")) == (True, True)
        # Somebody else who is called so goes on being found.
        kept("Sana Torgaeva", other)
        case_people.change(nadia, sana, PersonChange(unregistered=True))
        assert asked("Sana Torgaeva")
    with office.open(office.nadia) as nadia:
        assert [register.ask(nadia, [name]) for name in ("Zarina Tashbaeva", "Ilham Torgaev")] == [
            [],
            [office.nadia.member],
        ]
        assert log_checking.verify(nadia).verified
