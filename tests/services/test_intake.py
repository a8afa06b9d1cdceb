"""Call slips: no field is mandatory, two weeks at most, and a new key each week."""

from __future__ import annotations

from typing import Any

import pytest

from tests.english import in_english
from tests.services.office import Office, forward
from tests.tables import each
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind
from vault.services import housekeeping
from vault.services.cases import cases, intake, searching, undoing
from vault.services.grants import key_changes
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import read_valid, up_to_date_index


def test_a_slip_is_kept_with_whatever_was_heard_and_overdue_after_fourteen_days(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia)
        intake.add(nadia, name="Ilham", number="+49 30 5550 1234", language="Uzbek", text="a\nb", call_back=True)
        first, second = intake.list_open(nadia)
        assert (first.stored.value.name, first.stored.value.call_back) == ("", False)
        value = second.stored.value
        assert (value.name, value.number, value.language, value.text) == ("Ilham", "+49 30 5550 1234", "Uzbek", "a\nb")
        forward(nadia, 13)
        assert [slip.is_overdue for slip in intake.list_open(nadia)] == [False, False]
        forward(nadia, 1)
        assert [slip.is_overdue for slip in intake.list_open(nadia)] == [True, True]


def test_a_closed_slip_holds_no_words_any_more(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham")
        with pytest.raises(RefusedError, match="not granted"):
            intake.move(nadia, slip.hex(), CompartmentId(bytes(16)))
        intake.close(nadia, slip.hex())
        assert intake.list_open(nadia) == []
        heads = read_valid(nadia, the_one_of_kind(nadia, CompartmentKind.INTAKE))
        assert "Ilham" not in repr([head.content.fields for head in heads])
        for text in (slip.hex(), "no hex"):
            with pytest.raises(NotFoundError, match="no open slip with this id"):
                intake.close(nadia, text)


WORDS = {"name": "Ilham Raskolov", "number": "+49 30 5550 1234", "language": "Uzbek", "text": "two lines\nof fear"}


def test_what_a_caller_said_goes_into_the_case_with_the_closing_in_one_entry(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        slip = intake.add(nadia, call_back=True, **WORDS)
        up_to_date_index(nadia)
        size = nadia.log.size
        assert intake.move(nadia, slip.hex(), case, role="client").kinds == ("note", "person", "task")
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


def test_an_open_slip_is_corrected_in_the_log_and_back_again_and_its_words_end_with_it(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name=WORDS["name"], number=WORDS["number"], text=WORDS["text"])
        size = nadia.log.size
        assert intake.correct(nadia, slip.hex(), name="Ilham Raskolova", when="Monday", call_back=True).settled == 1
        assert nadia.log.size == size + 1
        (line,) = intake.list_open(nadia)
        value = line.stored.value
        assert (value.name, value.when, value.text, line.stored.heads) == (
            "Ilham Raskolova", "Monday", WORDS["text"], 1
        )  # fmt: skip
        assert intake.correct(nadia, slip.hex(), when="Monday").settled == 0
        undoing.undo(nadia, undoing.last(nadia))
        assert intake.list_open(nadia)[0].stored.value.name == WORDS["name"]
        intake.correct(nadia, slip.hex(), name="", text="nothing else")
        intake.close(nadia, slip.hex())
        with pytest.raises(NotFoundError, match="no open slip"):
            intake.correct(nadia, slip.hex(), name="Ilham")
        forward(nadia, 1)
        housekeeping.settle(nadia)
        with nadia.database.reading() as rows:
            assert len(list(rows.placed(the_one_of_kind(nadia, CompartmentKind.INTAKE), slip))) == 1


@each(
    {
        "nothing": ({}, "A call.", None, ()),
        "text alone": ({"text": "help"}, "help\n\nA call.", None, ()),
        "a name": ({"name": "Ilham"}, "A call.\nName as heard: Ilham", "Ilham", ()),
        "two digits, no phone": ({"number": "12"}, "A call.\nNumber: 12", "", ()),
        "a number": ({"number": "112"}, "A call.\nNumber: 112", "", ("112",)),
    }
)
def test_a_slip_that_says_little_can_be_moved_too(
    heard: dict[str, Any], text: str, name: str | None, phones: tuple[str, ...], office: Office
) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        intake.move(nadia, intake.add(nadia, **heard).hex(), case)
        view = cases.open_case(nadia, case)
        assert [note.value.text for note in view.notes] == [text]
        found = [(person.value.display_name(), person.value.phones, person.value.role) for person in view.persons]
        assert found == ([] if name is None else [(name, phones, "third")])


def test_the_first_supervisor_of_a_week_changes_the_key_and_the_next_one_does_not(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        assert not key_changes.rotate_weekly(nadia)
        slip = intake.add(nadia, name="Ilham")
        home = the_one_of_kind(nadia, CompartmentKind.INTAKE)
        before = nadia.state_of(home)
        assert housekeeping.settle(nadia) == []
        forward(nadia, 7)
        assert list(in_english(housekeeping.settle(nadia))) == ["A new week: the intake has a new key."]
        after = nadia.state_of(home)
        assert before is not None
        assert after is not None
        assert before.current != after.current
        assert before.holders == after.holders
        assert housekeeping.settle(nadia) == []
    with office.place.open() as founder:
        forward(founder, 7)
        assert housekeeping.settle(founder) == []
        assert [one.stored.record for one in intake.list_open(founder)] == [slip]


def test_a_call_is_found_by_the_end_of_its_number_and_by_nothing_that_says_nothing(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham", number="+49 30 5550 1234")
        intake.add(nadia, name="Zarina", number="+49 30 5550 9876")
        for words in ("5550 1234", "030-5550-1234", "ilh"):
            found = [line.stored.record for line in intake.find_open(nadia, words.removeprefix("0"))]
            assert found == [slip], words
        size = nadia.log.size
        for words in ("", " ", "?!"):
            assert intake.find_open(nadia, words) == []
        assert nadia.log.size == size


def test_nobody_whose_role_gives_no_keys_makes_a_new_one_of_the_calls(office: Office) -> None:
    with office.open(office.amina) as amina:
        intake.add(amina, name="Ilham")
        forward(amina, 8)
        with pytest.raises(RefusedError, match="your role cannot replace a key of the intake"):
            key_changes.rotate_weekly(amina)
        assert [line.stored.value.name for line in intake.list_open(amina)] == ["Ilham"]
