"""The call slip: by one key over any screen, and no word of it, or of what lies below, is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.services.colleague import admit
from tests.tui.desk import Desk
from tests.tui.driving import hostile_in
from tests.tui.house import AMINA, CLIENT, DANA, House
from tui.gateway.acts_and_packages import Acting
from tui.gateway.case_story import Writing
from tui.gateway.search_and_calls import Intake
from tui.gateway.unlocked_vault import draft_content, slip_typed
from tui.values.forms_typed import SlipTyped
from tui.widgets.overlays import ProgressModal
from vault.casework.intake import Slip
from vault.casework.note import Note
from vault.casework.person import ContactChange, Person, PersonName, SafeContact, contact_made
from vault.casework.script import Script
from vault.casework.vocabulary import Channel, NoteKind, PersonRole
from vault.errors import TryAgainError
from vault.policy.roles import Role
from vault.services.cases import case_people, cases, intake, notes
from vault.words.message import Message

pytestmark = pytest.mark.screen


def _slips(house: House, name: str = "Amina") -> list[Slip]:
    with house.open(name) as session:
        return [line.stored.value for line in intake.list_open(session)]


def _put_away(house: House) -> list[str]:
    with house.open("Amina") as amina:
        return [draft.text for draft in amina.drafts().list() if draft.kind == "slip"]


def _never_use(house: House) -> None:
    """Write down that this number must never be used."""
    with house.open("Amina") as session:
        contact = contact_made(ContactChange(never_use=("+996 555 010 203",)))
        case_people.keep(session, house.case, Person(PersonRole.RELATIVE, safe_contact=contact))


def _full(*_: Any) -> None:
    raise TryAgainError(Message("no room on the disk"))


def test_one_key_begins_a_slip_where_words_are_written_and_one_keeps_it(house: House) -> None:
    with house.desk("Dana") as dana:
        dana.press("f9").is_in("said")
        dana.press(" « Mon frère est arrêté »", "f4").sees("The call slip is kept.")
    assert [(slip.text, slip.number, slip.call_back) for slip in _slips(house)] == [
        ("« Mon frère est arrêté »", "", False)
    ]
    assert _put_away(house) == []


def test_each_field_of_a_slip_is_kept_and_the_call_back_with_its_words(house: House) -> None:
    with house.desk("Amina") as amina:
        for wish in ("after 15:00", "yes", "no"):
            amina.press("f9")
            amina.fill(number="+33 6 39 98 01 02", name="Saïd? Zomorodi?", language="French", call_back=wish)
            amina.press("f4")
    slips = _slips(house)
    assert {(slip.number, slip.name, slip.language) for slip in slips} == {
        ("+33 6 39 98 01 02", "Saïd? Zomorodi?", "French")
    }
    assert [(slip.call_back, slip.when) for slip in slips] == [(True, "after 15:00"), (True, ""), (False, "")]


def test_the_list_of_slips_says_when_to_call_back_in_the_words_that_were_heard(house: House) -> None:
    with house.open("Amina") as session:
        for name, wish in {"Zomorodi": "after 15:00", "Tikhookova": "", "Brandvik": None}.items():
            intake.add(session, name=name, call_back=wish is not None, when=wish or "")
    with house.desk("Amina", size=(80, 24)) as amina:
        amina.press(":open slips")
        rows = re.findall("(Zomorodi|Tikhookova|Brandvik)  +(.*)", amina.lines())
    assert [(name, said.strip()) for name, said in rows][:3] == [
        ("Zomorodi", "after 15:00"),
        ("Tikhookova", "yes"),
        ("Brandvik", ""),
    ]


def test_a_slip_lies_over_form_editor_and_question_and_what_is_typed_there_stays(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " A note", "f9", " The first call.", "escape").has(note="A note")
        amina.press("  goes on", "escape", "p", " Vera Tikhookova", "f9").has(said="The first call.")
        amina.press("escape").has(names="Vera Tikhookova")
        amina.press("escape").sees("Leave without doing it?")
        amina.press("f9", "  Over a question.", "f4").sees("Leave without doing it?")
    assert [slip.text for slip in _slips(house)] == ["The first call. Over a question."]


def test_an_answer_that_comes_late_to_the_screen_below_closes_no_slip(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " They called.").type_at_once("", "f4", "f9", "R", "i", "n", "g").has(said="Ring")
        amina.press("escape")
        amina.sees("Notes 3", "They called.")  # the editor below ended as it should


def test_what_is_put_away_or_locked_over_comes_back_with_the_key(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " He does not know where.").fill(number="06 39 98 01 02").press("escape")
        amina.sees("The call slip is put away. F9 goes on with it.")
        amina.press("f9")
        assert (amina.value("said"), amina.value("number")) == ("He does not know where.", "06 39 98 01 02")
        amina.go_to("said").press("  Two children.", "ctrl+l")
        assert "F9 goes on with it" in str(amina.app.kept)
    with house.desk("Amina") as amina:
        amina.press("f9").has(said="He does not know where. Two children.")
        amina.press("f4")
    assert [slip.text for slip in _slips(house)] == ["He does not know where. Two children."]


def test_a_pause_saves_and_a_slip_without_a_word_leaves_nothing(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", "f4").sees("! Nothing is written yet.")
        amina.press("escape", "f9", " They called.").pause(0.8).sees("saved", "nothing else is needed")
        amina.go_to("said").press("ctrl+u", "escape")
    assert (_slips(house), _put_away(house)) == ([], [])


def test_a_full_disk_is_said_and_the_words_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.desk("Amina") as amina:
        with monkeypatch.context() as patched:
            patched.setattr(Writing, "save", _full)
            patched.setattr(Acting, "try_at_once", _full)
            amina.press("f9", " They called.").pause(0.8)
            amina.sees("NOT SAVED", "! The slip is not saved. No room on the disk.")
            amina.press("f4", "escape").has(said="They called.")
        amina.press("f4")
    assert [slip.text for slip in _slips(house)] == ["They called."]


@pytest.mark.long
def test_number_and_name_remind_of_a_case_and_enter_shows_it_over_the_slip(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " A call.").fill(number="0049 30/5550-1234", name="Torgaeva?").pause(0.4)
        amina.sees(f"! ends as {house.ref} does", f"like {CLIENT} ({house.ref})")
        amina.go_to("number").press("enter").at(house.ref)
        amina.press("f9").sees("A call slip is open already.")
        amina.press("escape").has(said="A call.")
    with house.desk("Dana") as dana:  # who holds no case
        dana.press("f9").fill(number="0049 30/5550-1234", name="Torgaeva?").pause(0.4).sees_not(house.ref, "like")


def test_a_number_that_must_never_be_used_is_warned_of_as_it_is_typed(house: House) -> None:
    _never_use(house)
    with house.desk("Amina") as amina:
        amina.press("f9").fill(number="0555 010-203").pause(0.4).sees("! DO NOT CALL  0555 010-203")


def test_who_takes_no_calls_hears_who_does(house: House) -> None:
    with house.place.open() as mira:
        far = admit(mira, name="Vera Tolm", passphrase=b"vera opens", roles=frozenset({Role.FIELD}))
    house.place.proposed_today()
    with Desk(house.place, far.name, far.passphrase, unlocks=True) as vera:
        vera.press("f9").sees("Your roles take no calls. Give it to:", DANA, AMINA)
        vera.press("escape").at("Cases")


HOSTILE = ("\x1b]52;c;aGk=\x07\x1b[2J boo", "ж" * 10_000, "هاتف من السجن \u202e123", "Звонок\u2066 из СИЗО")


FIELDS = ("number", "name", "language", "said", "call-back")


@pytest.mark.long
def test_no_text_of_a_slip_acts_on_the_terminal_and_none_is_lost(house: House) -> None:
    with house.desk("Amina") as amina:
        for text in HOSTILE:
            amina.press("f9").fill(**dict.fromkeys(FIELDS, text))
            assert hostile_in(amina.painted()) == ""
            typed = {field: amina.value(field) for field in FIELDS}
            amina.press("escape", "f9")
            assert {field: amina.value(field) for field in FIELDS} == typed
            amina.press("f4")
            for field in ("name", "number", "language", "call-back"):  # what is no line is refused by its field's name
                if amina.screen.query("#said"):
                    amina.sees("is longer than 512 characters")
                    assert amina.focused() == field
                    amina.clear(field).press("f4")
            amina.sees("The call slip is kept.")
    texts = [slip.text for slip in _slips(house)]
    assert [text[-3:] for text in texts] == ["boo", "жжж", "123", "ИЗО"]
    assert len(texts[1]) == 10_000


def test_the_same_again_takes_the_field_of_the_last_call(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " A call.").fill(language="Uzbek", number="06 39 98 01 02").press("f4", "f9")
        amina.go_to("language").press("ctrl+d")
        assert (amina.value("language"), amina.value("number")) == ("Uzbek", "")


def test_a_slip_survives_its_bytes_and_damage_costs_no_word() -> None:
    slip = SlipTyped("22" * 16, 5, "1", "Вера نورا", "", "half \ud83d of a letter\n", '"}{\\', saved_ms=7)
    assert slip_typed(b"\x22" * 16, 7, draft_content(slip)) == slip
    assert slip_typed(b"r", 7, '{"said": "kept", "begun_ms": "x"}') == SlipTyped("72", 7, said="kept", saved_ms=7)
    assert [slip_typed(b"r", 7, content) for content in ("half a", "[1]")] == [None, None]


def test_a_slip_over_long_work_is_written_at_once_and_kept_when_the_work_has_ended(house: House) -> None:
    _never_use(house)
    modal = ProgressModal(Message("Reading"), None)
    with house.desk("Amina") as amina:
        amina.call(lambda: amina.app.push_screen(modal)).press("f9", " Ring back 0555 010-203").pause(0.4)
        amina.sees("! Long work goes on below.")
        amina.press("f4").sees("The slip is kept as soon as the long work below has ended.")
        amina.call(lambda: modal.finished(True)).pause(0.4).at("Cases")
    assert [slip.text for slip in _slips(house)] == ["Ring back 0555 010-203"]


def test_what_long_work_found_waits_below_the_slip(house: House) -> None:
    modal = ProgressModal(Message("Reading"), None)
    _never_use(house)
    with house.desk("Amina") as amina:
        amina.call(lambda: amina.app.push_screen(modal)).press("f9", " Ring back 0555 010-203")
        amina.call(lambda: modal.finished(True)).pause(0.6).sees("! DO NOT CALL  0555 010-203")
        amina.has(said="Ring back 0555 010-203")
        amina.press("escape").at("Cases").sees("The call slip is put away.")


@pytest.mark.long
def test_search_finds_cases_and_open_calls_while_somebody_types_and_exact_words_alone_with_a_key(house: House) -> None:
    with house.open("Amina") as amina:
        intake.add(amina, name="Saïd Zomorodi", number="+33 6 39 98 01 02", text="Two men asked at the market.")
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Спросили про Торгаева на рынке."))
    with house.desk("Amina") as amina:
        amina.press("f3").sees("other spellings on", "last digits of a phone")
        amina.type_at_once("market").pause(0.5).sees("Open calls 1", "Saïd Zomorodi", "Notes 1", "exact", "2 hits")
        amina.is_in("words")
        amina.press("down", "enter").at("Call")
        amina.press("x", "y").sees("The slip is closed.", "1 hit")
        amina.clear("words").press(" Торгаев").pause(0.5)
        amina.sees("People 2", "spelling", "Notes 1", "beginning of a word", "Торгаева на рынке")
        amina.press("f5").pause(0.5).sees("exact words only", "1 hit").sees_not("spelling")
        amina.press(":look into restricted sections").sees("sections too, exact words only")


# The call slip at its edges: thrown away, saved again after a fault, opened twice, over dialogs, where none can be.
def _texts(house: House) -> list[str]:
    with house.open("Amina") as session:
        return [line.stored.value.text for line in intake.list_open(session)]


def test_a_slip_is_thrown_away_after_a_yes_and_not_before(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " Two men asked.", ":throw away")
        amina.sees("Throw this call slip away?", "What was typed is gone for good.")
        amina.press("escape").has(said="Two men asked.")
        amina.press(":throw away", "y").at("Cases")
        amina.press("f9").has(said="")
        amina.press("escape")
    assert (_texts(house), _put_away(house)) == ([], [])


def test_a_full_disk_costs_no_word_and_that_there_is_room_again_is_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.desk("Amina") as amina:
        with monkeypatch.context() as patched:
            patched.setattr(Writing, "save", _full)
            amina.press("f9", " Two men asked.").wait_for("NOT SAVED")
        amina.wait_for("The slip is saved again.")
        with monkeypatch.context() as patched:
            patched.setattr(Writing, "forget", _full)
            amina.press(":throw away", "y")
        amina.sees("No room on the disk.")
        amina.go_to("said")
        amina.press("  At the market.", "ctrl+l")  # what could not be thrown away is saved on
        assert "F9 goes on with it" in str(amina.app.kept)
    assert ["Two men asked. At the market." in text for text in _put_away(house)] == [True]


def test_a_slip_that_cannot_be_begun_says_why_and_takes_no_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.desk("Amina") as amina:
        monkeypatch.setattr(Intake, "begin", _full)
        amina.press("f9").at("Cases").sees("! No room on the disk.")


def test_the_key_pressed_again_opens_no_second_slip_also_from_a_dialog_over_it(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " They called.", "f9", "f1", "f9", "escape").has(said="They called.")
        amina.type_at_once("", "f4", "f4", "escape")  # impatient
        amina.at("Cases")
        amina.press("f9", "ctrl+d")  # the same again, where the last call said nothing of it
        amina.has(said="")
        amina.press("ctrl+l")
        assert "F9 goes on" not in str(amina.app.kept)
    assert _texts(house) == ["They called."]


def test_enter_goes_from_field_to_field_where_it_shows_no_case_and_no_last_call_fills_none(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9").go_to("number").press("ctrl+d")
        order = [amina.focused()]
        for _ in range(3):
            amina.press("enter")
            order.append(amina.focused())
        amina.has(number="")
    assert order[:3] == ["number", "name", "language"]
    assert order[3] != "language"


def test_the_warning_goes_with_the_number_and_cases_that_are_alike_are_counted(house: House) -> None:
    _never_use(house)
    with house.open("Amina") as session:
        other = cases.create(session, title="Asylum", kind="asylum").case
        case_people.add(session, other, role="client", names=[CLIENT], phones=["+49 30 5550 1234"])
    with house.desk("Amina") as amina:
        amina.press("f9").fill(number="0555 010-203", name="Torgaev").wait_for("! DO NOT CALL  0555 010-203").sees("+1")
        amina.clear("number").fill(number="030 5550 1234").wait_for("! ends as").sees("does, +1")
        amina.sees_not("! DO NOT CALL")


def test_keys_of_the_open_calls_do_no_harm_where_there_is_none(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press(":open slips").sees("No open slip. F9 takes a call.")
        for key in ("m", "n", "e", "enter"):
            amina.press(key).at("Calls 0 open")


def test_search_shows_open_calls_to_nobody_whose_roles_take_none(house: House) -> None:
    with house.open("Amina") as session:
        intake.add(session, name="Saïd Zomorodi", text="Two men asked at the market.")
    with house.place.open() as mira:
        far = admit(mira, name="Vera Tolm", passphrase=b"vera opens", roles=frozenset({Role.FIELD}))
    house.place.proposed_today()
    with Desk(house.place, far.name, far.passphrase, unlocks=True) as vera:
        vera.press("f3", " market", "enter").sees("Nothing was found among your cases").sees_not("Zomorodi", DANA)
        vera.clear("words").press(" x", "enter").press("down").is_in("words")


def test_a_hit_says_which_number_must_never_be_used_and_how_its_people_are_reached_safely(house: House) -> None:
    contact = SafeContact(Channel.MESSENGER, "+996 555 010 411", "after 20:00", never_use=("+996 555 010 203",))
    name = PersonName("Vexilda Morrowquay", Script.LATIN)
    with house.open("Amina") as session:
        case_people.keep(session, house.case, Person(PersonRole.RELATIVE, (name,), safe_contact=contact))
    with house.desk("Amina") as amina:
        amina.press("f3", " Morrowquay", "enter").pause(0.4)
        amina.sees("People 1", "DO NOT CALL +996 555 010 203", "SAFE CONTACT", "+996 555 010 411", "after 20:00")
        amina.press("slash").clear("words").press(" m", "enter").press("enter").at("Search")
