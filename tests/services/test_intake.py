"""Call slips: no field is mandatory, two weeks at most, and a new key each week."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.office import Office, forward
from vault.errors import NotFoundError, RefusedError
from vault.log.epochs import CompartmentKind
from vault.services import arrival, cases, intake, searching
from vault.services.compartments import the_one
from vault.services.projection import caught_up, read_counted


def test_a_slip_is_kept_with_whatever_was_heard(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia)
        intake.add(nadia, name="Ilham", number="+49 30 5550 1234", language="Uzbek", text="a\nb", call_back=True)
        first, second = intake.list_open(nadia)
        assert (first.stored.value.name, first.stored.value.call_back) == ("", False)
        value = second.stored.value
        assert (value.name, value.number, value.language, value.text) == ("Ilham", "+49 30 5550 1234", "Uzbek", "a\nb")


def test_a_closed_slip_holds_no_words_any_more(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham")
        intake.close(nadia, slip.hex())
        assert intake.list_open(nadia) == []
        heads = read_counted(nadia, the_one(nadia, CompartmentKind.INTAKE))
        assert "Ilham" not in repr([one.content.fields for one in heads])
        with pytest.raises(NotFoundError, match="no such open slip"):
            intake.close(nadia, slip.hex())
        with pytest.raises(NotFoundError, match="no such open slip"):
            intake.close(nadia, "no hex")


WORDS = {"name": "Ilham Raskolov", "number": "+49 30 5550 1234", "language": "Uzbek", "text": "two lines\nof fear"}


def test_what_a_caller_said_goes_into_the_case_with_the_closing_in_one_entry(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        slip = intake.add(nadia, call_back=True, **WORDS)
        caught_up(nadia)
        size = nadia.log.size
        assert intake.close(nadia, slip.hex(), moved_to=case, role="client") == ("note", "person")
        assert nadia.log.size == size + 1
        view = cases.open_case(nadia, case)
        (note,), (person,) = view.notes, view.persons
        assert note.value.kind == "contact"
        assert all(words in note.value.text for words in WORDS.values())
        assert (person.value.role, person.value.display_name(), person.value.phones) == (
            "client",
            WORDS["name"],
            (WORDS["number"],),
        )
        for word in ("raskolov", "fear"):
            assert searching.search(nadia, word).hits
        assert intake.list_open(nadia) == []


HEARD = [
    pytest.param({}, "A call.", None, (), id="nothing"),
    pytest.param({"text": "help"}, "A call.\n\nhelp", None, (), id="text alone"),
    pytest.param({"name": "Ilham"}, "A call.\nName as heard: Ilham", "Ilham", (), id="a name"),
    pytest.param({"number": "12"}, "A call.\nNumber: 12", "", (), id="two digits, no phone"),
    pytest.param({"number": "112"}, "A call.\nNumber: 112", "", ("112",), id="a number"),
]


@pytest.mark.parametrize(("heard", "text", "name", "phones"), HEARD)
def test_a_slip_that_says_little_can_be_moved_too(
    office: Office, heard: dict[str, Any], text: str, name: str | None, phones: tuple[str, ...]
) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        intake.close(nadia, intake.add(nadia, **heard).hex(), moved_to=case)
        view = cases.open_case(nadia, case)
        assert [one.value.text for one in view.notes] == [text]
        found = [(one.value.display_name(), one.value.phones, one.value.role) for one in view.persons]
        assert found == ([] if name is None else [(name, phones, "third")])


def test_a_slip_goes_into_a_case_that_its_reader_writes_in(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham")
        case = cases.create(nadia, title="A title", kind="other").case
        with pytest.raises(RefusedError, match="not granted"):
            intake.close(nadia, slip.hex(), moved_to=type(case)(bytes(16)))
        intake.close(nadia, slip.hex(), moved_to=case)
        assert intake.list_open(nadia) == []


def test_after_fourteen_days_an_open_slip_is_overdue(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia)
        forward(nadia, 13)
        assert [one.is_overdue for one in intake.list_open(nadia)] == [False]
        forward(nadia, 1)
        assert [one.is_overdue for one in intake.list_open(nadia)] == [True]


def test_the_first_supervisor_of_a_week_changes_the_key_and_the_next_one_does_not(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham")
        home = the_one(nadia, CompartmentKind.INTAKE)
        before = nadia.state_of(home)
        assert arrival.settle(nadia) == []
        forward(nadia, 7)
        assert arrival.settle(nadia) == ["A new week: the intake has a new key."]
        after = nadia.state_of(home)
        assert before is not None
        assert after is not None
        assert before.current != after.current
        assert before.holders == after.holders
        assert arrival.settle(nadia) == []
    with office.place.open() as founder:
        forward(founder, 7)
        assert arrival.settle(founder) == []
        assert [one.stored.record for one in intake.list_open(founder)] == [slip]


def test_an_intake_without_slips_keeps_its_key(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        forward(nadia, 30)
        assert not intake.rotate_weekly(nadia)


def test_who_does_no_intake_sees_no_slip(office: Office) -> None:
    with office.open(office.amina) as amina:
        for act in (lambda: intake.list_open(amina), lambda: intake.add(amina), lambda: intake.rotate_weekly(amina)):
            with pytest.raises(RefusedError, match="your role does not allow it"):
                act()
