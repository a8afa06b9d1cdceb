"""Forms and lists: nothing is erased unseen, an act is taken back whole, an error names its field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

import pytest

from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.house import CLIENT, House
from tui.screens.cases.case import CaseScreen
from tui.screens.cases.case_records import open_form
from tui.screens.frame.record_form import RecordForm
from tui.widgets.overlays import Confirm
from vault.casework.case import Case
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.casework.story.events import Deadline, Task
from vault.deadlines.working_days import months_after, working_days
from vault.services import own_forms
from vault.services.approvals import erasing
from vault.services.cases import cases, editing, story_records
from vault.services.erasures import what_goes

pytestmark = pytest.mark.screen


def test_tab_into_a_field_that_is_filled_in_erases_nothing(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "m", "tab", "shift+tab", "!").has(title="Arrest!")


def test_all_that_f4_kept_of_a_case_is_taken_back_at_once(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "m").fill(title=" at the border").go_to("stage").until("extended", "right")
        amina.press("f4", ":undo")
        amina.sees("Take back what you changed last? case", "title: Arrest -> Arrest at the border")
        amina.press("y").sees("Taken back: case.")
    with house.open("Amina") as session:
        head = cases.open_case(session, house.case).head.value
    assert (head.title, head.stage) == ("Arrest", "arrested")


def test_a_note_that_was_left_unfinished_is_offered_before_a_new_one(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " Half a sentence", "escape", "n")
        amina.sees("A note is not finished yet.", "go on with: Half a sentence")
        amina.press("enter").has(note="Half a sentence")
        amina.press("escape", "n", *"new").sees("> begin a new note").sees_not("go on with")
        amina.press("enter").has(note="")


def test_typing_narrows_a_list_to_choose_from_and_hold_is_found_by_its_name(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", ":hold").at("LEGAL HOLD")
        amina.press("escape", "d", "n", *"deadline").sees_not("check-in")
        amina.press("backspace", "enter").at("DEADLINE")
        amina.press("escape", "y", "n", *"zzz").sees("check-in")


def test_a_request_is_received_today_answered_within_a_month_and_never_empty(house: House) -> None:
    today = date.today()
    month = months_after(today, 1).isoformat()
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", ":write down what they ask")
        assert (amina.value("received"), amina.value("due")) == (today.isoformat(), month)
        amina.press("f4").sees("! What do they ask for?")
        amina.clear("received").press(" 31.1.2026", "tab").has(due="2026-02-28")
        amina.go_to("what").until("copy", "right").press("f4").sees("The request is among the dates of the case")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == ["2026-02-28"]


def test_what_was_said_of_an_act_goes_with_the_next_one(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "a").sees("Put the cursor on the note that you want to correct.")
        amina.press("m", "escape").sees_not("Put the cursor on")


def test_a_date_that_cannot_be_stays_in_its_question_with_what_is_wrong(house: House) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Deadline(what="appeal", at=date.today().isoformat()))
    with house.desk("Amina") as amina:
        amina.press("f2", " the week", "enter", "m", "ctrl+u", " 31.02.", "enter")
        amina.sees("Which date instead?", "31.02.", "! At the latest on: must be written")
        amina.press("ctrl+u", " +1wd FR", "enter").sees("Give it this date?", "Holidays left out:")
        amina.press("n", "m", "ctrl+u", " +2", "enter").sees_not("Which date instead?")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == [(date.today() + timedelta(2)).isoformat()]


def test_working_days_say_their_date_and_the_holidays_left_out_before_the_date_is_kept(house: House) -> None:
    found = working_days("+9wd FR", date.today(), "at")
    assert found is not None
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n").until("> deadline", "down").press("enter")
        amina.fill(what="appeal", at="10 working days").press("f4")
        amina.sees("! At the latest on: it is not known whose holidays count").is_in("at")
        amina.clear("at").press(" 9 working days FR", "f4")
        amina.sees(f"{found.day} is 9 working days from today (FR). Holidays left out:").has(at=found.day.isoformat())
        amina.press("f4").sees("appeal")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == [found.day.isoformat()]


def test_an_error_says_the_label_of_the_field_and_how_to_write_it(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n").until("> check-in", "down").press("enter")
        amina.fill(who="Ilham by phone", at="2150-01-01T10:00", first="Amina", second="Joel", ladder="3 hours: ring")
        wrong = "! If nothing comes (30m: ring her): must have a time before each step"
        amina.sees_not(wrong)
        amina.press("tab")  # as soon as the line is left, and the cursor goes on
        amina.sees(wrong, "`2h: the lawyer`").is_in("every")
        amina.clear("ladder").press(" 3h: ring", "tab").sees_not(wrong)
        amina.clear("ladder").press(" 3 hours: ring", "f4").sees(wrong).is_in("ladder")


def test_sex_and_nationality_are_kept_changed_and_taken_out(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter").go_to("sex").until("female", "right").fill(nationality="kg; XX")
        amina.press("f4", "v").sees("sex: female", "nationalities: KG; XX", "Ilham Torgaev, legal")
        amina.press("escape", "enter").has(nationality="KG; XX")
        amina.go_to("sex").press("left").clear("nationality").press("f4")
    with house.open("Amina") as session:
        person = cases.open_case(session, house.case).persons[0].value
    assert (person.sex, person.nationalities) == (None, ())


def test_a_client_who_is_corrected_stays_first_and_is_called_by_the_name_that_stands_first(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter", "end", " ; Ylham").press("f4", "escape")
        first, second = (line.strip(" >") for line in amina.lines().splitlines() if line[2:8] in {"client", "relati"})
        assert (first.split(), second.split()[0]) == (["client", "Ilham", "Torgaev"], "relative")


def test_the_list_of_cases_says_how_many_are_yours_and_who_else_is_in_each(house: House) -> None:
    with house.desk("Amina", size=(80, 24)) as amina:
        amina.sees("1 case, yours 1", "Ilham Torgaev +1", "n new", "o order", "next date first")
        amina.sees_not("backup", "recovery sheets")
        amina.press("o").sees("by name")
        amina.press("slash", "N", "o", "n").has(filter="Non")
        amina.press("escape", "n").at("New case")


# The fields of forms: typing chooses a word, a date says what it understood, Ctrl+D repeats, Ctrl+Z takes back.
def test_typing_narrows_the_words_the_arrows_move_and_enter_takes(amina: Desk) -> None:
    amina.press("enter", "p", "tab").sees("client (1 of ")
    amina.press("w").sees("w > witness worker")
    amina.press("o").sees("wo > worker").sees_not("witness")
    amina.press("backspace", "down").sees("w > witness worker")
    amina.press("z").sees("wz: nothing has this name; Enter shows all")
    amina.press("backspace", "right", "enter")
    assert (amina.focused(), "Role worker" in amina.words()) == ("born", True)
    amina.press("shift+tab", "p", "escape").sees("Role worker (4 of ")
    amina.press("escape")


def test_a_word_is_found_by_any_part_of_it_and_the_same_letter_again_goes_on(amina: Desk) -> None:
    amina.press("enter", "n", "f7", "f7", *"adv").sees("adv > legal advice")
    amina.press("escape", "s").sees("s > safety supervision")
    amina.press("s").sees("s > supervision safety")
    amina.press("enter", ":throw", "y")


def test_a_word_that_is_not_there_chooses_nothing_and_down_shows_what_there_is(amina: Desk) -> None:
    amina.press("enter", "f", "tab")
    before = amina.value("kind")
    amina.press(*"court").sees("court: nothing has this name; Enter shows all")
    amina.press("tab")
    assert (amina.value("kind"), amina.focused() == "kind") == (before, False)
    amina.press("shift+tab", "down").sees("Enter choose", "> " + before)
    amina.press("escape", "escape")


def test_a_form_is_not_kept_while_a_choice_has_letters_that_choose_nothing(amina: Desk) -> None:
    amina.press("enter", "p", " Nurlan", "tab", *"hihg", "f4")
    amina.sees("Role: hihg: nothing has this name; Enter shows all")
    assert (amina.focused(), amina.value("names")) == ("role", "Nurlan")
    amina.press("escape", "escape", "y")


def test_a_person_of_whom_nothing_is_typed_is_not_kept(amina: Desk) -> None:
    amina.press("enter", "p", "f4").sees("Type a name, a number or what is known.").is_in("names")
    amina.press("escape")


def test_the_command_list_leads_to_requests_and_checklists_from_home_a_case_and_its_dates(amina: Desk) -> None:
    amina.press("f8", "enter")
    for keys in ((), ("d",)):
        amina.press(*keys)
        for words in ("subj", "request", "check", "arrest", "referral"):
            amina.press("f2", f" {words}").sees_not("Nothing has this name.")
            amina.press("escape")
    amina.press("escape", "escape")


def test_an_arrest_that_is_kept_says_which_steps_follow(amina: Desk) -> None:
    amina.press("enter", "d", "n").until("> incident", "down").press("enter").go_to("what").press(*"arrest")
    amina.fill(at="2026-11-30 10:00").press("f4").sees("What to do now, step by step: i, then “")
    amina.press("escape", "escape")


def test_a_date_says_what_it_understood_and_stands_there_as_a_date_when_the_field_is_left(amina: Desk) -> None:
    amina.press("enter", "p").go_to("born")
    for typed, said in {
        " soon": "not a date yet",
        " 3/4/1988": "can be read in two ways",
        " 3 мая 1988": "Tuesday 3 May 1988",
        " about 1988": "about the year 1988",
        " mai 1988": "May 1988, no day",
        " 2011": "the year 2011",
        " 17.5": "which year?",
        " 2131": "still to come",
    }.items():
        amina.clear("born").press(typed).sees(said)
    amina.clear("born").press(" hier", "tab")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", amina.value("born"))
    amina.sees(", yesterday")
    amina.press("shift+tab", "ctrl+z").has(born="hier")
    amina.press("escape", "y")


def test_what_is_not_clear_is_not_kept(amina: Desk) -> None:
    amina.press("enter", "n", " They called.", "f7", " 2011", "f4")
    amina.sees("! When: can be read in two ways. Write a day as 20.11, a year as: year 2011.").is_in("occurred")
    amina.clear("occurred").press(" 20.11").sees_not("! When")
    amina.clear("occurred").press(" soon", "f4").sees("Or: yesterday, Monday, 17 May, +10 (in 10 days).")
    amina.press(":throw", "y")


def test_the_same_again_fills_a_field_as_one_of_its_name_was_filled_last(amina: Desk) -> None:
    amina.press("enter", "p", " Вера", "tab", *"wit", "enter", " 1988", "tab", " +996 555 010 411", "escape", "y")
    amina.press("p", " Ада", "tab", "ctrl+d", "tab", "ctrl+d", "tab", "ctrl+d").sees("Role witness", "the year 1988")
    amina.has(phones="+996 555 010 411")
    amina.go_to("hours").press("ctrl+d").sees("Nothing was typed into such a field since you came in.")
    amina.press("escape", "y", "p", "ctrl+d").has(names="Ада")
    amina.press("ctrl+z").has(names="")
    amina.press("ctrl+y").has(names="Ада")
    amina.press("escape", "y")


def test_a_list_of_words_narrows_shows_all_again_with_escape_and_leaves_the_field_as_it_was(amina: Desk) -> None:
    amina.press("enter", "p").go_to("role")
    before = amina.value("role")
    amina.press("z", "z", "enter")  # no word is called so: all are shown
    amina.sees("client", "witness")
    amina.press("w", "i").sees_not("client relative")
    amina.press("escape").sees("client", "relative", "witness")
    amina.press("escape").has(role=before)
    amina.press("down", "w", "i", "enter").has(role="witness")
    amina.press("escape")


# What is typed into a form survives a lock, for who typed it alone, and goes when the form is kept or left.
FORMS = {
    "New person": (("enter", "p"), "names", "Farida Lolazor"),
    "Change case": (("enter", "m"), "title", " of two men"),
    "NEW CASE": (("ctrl+n",), "title", "Somebody at the airport"),
    "Task": (("enter", "t"), "what", "Call the interpreter"),
    "NEW SECTION": (("enter", "s", "n"), "title", "Where she is"),
    "Order a handover": (("f2", " members: invite", "enter", "h", "n"), "reason", "moves away"),
}
"""By the head of the form: the way there, a field, and what is typed into it."""


def _kept(house: House, name: str = "Amina") -> list[str]:
    with house.open(name) as session:
        return [draft.text for draft in session.drafts().list() if draft.kind == "form"]


def _type(desk: Desk, way: Sequence[str], field: str, typed: str) -> None:
    desk.press(*way).go_to(field).press("end", f" {typed}")


@pytest.mark.long_after(1)
@pytest.mark.parametrize("head", FORMS)
def test_a_lock_keeps_a_form_that_is_half_filled_in_and_brings_it_back(head: str, house: House) -> None:
    way, field, typed = FORMS[head]
    name = "Mira" if head == "Order a handover" else "Amina"
    with house.desk(name) as desk:
        _type(desk, way, field, typed)
        desk.press("ctrl+l")
    with house.desk(name) as desk:
        desk.at(head).sees("Going on with what you typed at ")
        assert desk.value(field).endswith(typed)
        assert desk.focused() == field
        desk.press("escape")
        if desk.screen.query("#yes"):
            desk.press("y")
    assert _kept(house, name) == [], "left: it is gone"


def test_a_person_comes_back_with_all_that_was_chosen_and_typed_and_is_kept_once(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "p")
        amina.fill(names="Farida Lolazor", born="1988-05", phones="0555 010 101", address="through her aunt")
        amina.go_to("role").until("relative", "right").press("ctrl+backslash")
    with house.desk("Amina") as amina:
        amina.at("CASES")
        amina.press("f4").sees("Go on with which draft?", f"{house.ref}  form: person")
        amina.press("enter").at("New person").is_in("role").sees("relative")
        assert (amina.value("born"), amina.value("phones")) == ("1988-05", "0555 010 101")
        amina.press("f4").at(house.ref)
    with house.open("Amina") as session:
        persons = [person.value for person in cases.open_case(session, house.case).persons]
        assert session.drafts().list() == []
    (farida,) = [person for person in persons if person.names[0].text == "Farida Lolazor"]
    assert (farida.role.value, len(persons)) == ("relative", 3)


@pytest.mark.long
def test_a_form_is_kept_by_itself_within_two_seconds(house: House) -> None:
    with house.desk("Amina") as amina:
        _type(amina, *FORMS["New person"])
        amina.pause(1.5)
        kept = [form.typed for form in amina.gateway.writing.forms()]
        assert kept == [{"names": "Farida Lolazor"}]
        amina.clear("names").pause(1.5)
        assert amina.gateway.writing.forms() == ()


def test_nobody_else_gets_what_was_typed(house: House) -> None:
    with house.desk("Amina") as amina:
        _type(amina, *FORMS["New person"])
        amina.press("ctrl+l")
    with house.desk("Joel") as joel:
        joel.at("CASES")
        joel.press("enter", "p").has(names="").sees_not("Going on with")
    assert _kept(house, "Joel") == []


def test_no_passphrase_is_ever_kept(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f2", " your access", "enter", "p").press(" a secret of six words here now").pause(1.5)
        amina.press("ctrl+l")
    with house.open("Amina") as session:
        assert [draft.text for draft in session.drafts().list() if "secret" in draft.text or draft.kind == "form"] == []


def test_who_is_erased_leaves_no_form_behind(house: House) -> None:
    with house.open("Amina") as session:
        person = cases.open_case(session, house.case).persons[1].record
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down", "enter", "enter").fill(phones="0555 010 101").press("ctrl+l")
    assert len(_kept(house)) == 1
    with house.open("Amina") as session:
        erasing.erase(session, what_goes.what_goes(session, person.hex()), why="mistake")
    assert _kept(house) == []


# Forms that change nothing or cannot go on: nothing is written, nothing is lost, and what is wrong is said.
def _versions(house: House) -> int:
    with house.open("Amina") as session:
        head = cases.open_case(session, house.case).head.record
        return len(editing.history(session, editing.Place(house.case, head, Case.KIND)))


def test_a_stage_that_is_chosen_back_has_its_day_again_and_f4_without_a_change_writes_nothing(house: House) -> None:
    before = _versions(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "m")
        since = amina.value("on")
        assert since
        amina.go_to("stage").press("right").has(on="")
        amina.press("left").has(on=since)
        amina.press("f4").at(house.ref)
        amina.press("m").clear("on").press(" the day before", "f4").at("Change case")
        amina.clear("on").press(" 2026-10-01", "f4").at(house.ref)
        amina.press("m")
        assert amina.value("on") == "2026-10-01"  # put right, and no second stage
        amina.press("escape")
    assert _versions(house) == before + 1


def test_a_record_is_kept_as_it_was_where_f4_changes_nothing_and_a_case_closed_with_a_task_says_so(
    house: House,
) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Task(what="Call the interpreter", due="2150-12-24"))
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "enter", "f4").at("Dates and story")
        amina.press("end", "v").sees("History").sees_not("->")
        amina.press("escape", "escape", "m", "ctrl+w").sees("!", "Why is this case closed?")
        amina.press("escape", "escape").at(house.ref)


@pytest.fixture(scope="module")
def mira(house_template: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Mira's app, for whatever leaves her vault as it was."""
    with house_template.copied_to(tmp_path_factory.mktemp("mira")).desk("Mira") as desk:
        yield desk


@each(
    {
        "a count": ((":counts for",), "out", {"by": "kind"}, "f4"),
        "a full export": ((":export all",), "out", {}, "f4"),
        "a list": ((":import a list",), "file", {}, "f4"),
        "a request to join": ((":members", "a"), "request", {}, "f4"),
    }
)
def test_a_path_that_is_not_whole_is_refused_where_it_was_typed(
    way: tuple[str, ...], field: str, others: dict[str, str], key: str, mira: Desk
) -> None:
    mira.home().press(*way).fill(**others).fill(**{field: "stick/file"}).press(key).sees("!", "whole path")
    assert mira.focused() == field


def test_no_key_opens_help_or_the_commands_over_a_question(amina: Desk) -> None:
    amina.press("enter", "p", " Vera Tikhookova", "escape")
    there = list(amina.app.screen_stack)
    for key in ("f1", "f2", "f3", "f8"):
        amina.press(key)
        assert amina.app.screen_stack == there, key
    amina.press("escape").has(names="Vera Tikhookova")


@pytest.mark.long
@each(["p", "f", "m", "t", "s n", "w g", "n", "f9"])
def test_a_form_in_which_nobody_typed_is_left_without_a_question(way: str, amina: Desk) -> None:
    amina.home().press("enter")
    before = len(amina.app.screen_stack)
    amina.press(*way.split())
    assert len(amina.app.screen_stack) > before
    amina.press("escape")
    assert not isinstance(amina.screen, Confirm)


def test_a_record_of_any_kind_is_left_without_a_question_before_somebody_typed_and_with_one_after(
    amina: Desk, house_template: House
) -> None:
    amina.press("enter")
    where, screen = (house_template.case.hex(), house_template.ref), amina.screen
    assert isinstance(screen, CaseScreen)
    for kind in STORY.keys() - {Filled.KIND}:
        amina.call(partial(open_form, screen, where, kind, None, lambda _: None))
        assert isinstance(amina.screen, RecordForm), kind
        amina.press("escape").at(house_template.ref)
    amina.press("t", " Call her", "escape").sees("Leave without keeping this record?")
    amina.press("y")


def test_a_latin_letter_in_a_cyrillic_name_is_pointed_out_before_it_is_kept(amina: Desk) -> None:
    amina.press("enter", "p", " Асанов Бакиw").sees("! “Бакиw” has Latin among its Cyrillic letters: w. A slip?")
    amina.press("backspace", "т").sees_not("A slip?")
    amina.press("escape", "y")


# A form of the organisation's own in the app: offered, filled in by keys, shown, and changed.
FORM = """
code = "reception"
title = "Reception [b]x[/b]"
version = 1
[[questions]]
name = "status"
label = "Heard of us through"
kind = "choice"
choices = ["a friend", "[link=x]a poster"]
required = true
[[questions]]
name = "told"
label = "What was told"
kind = "long-text"
[[questions]]
name = "with_whom"
label = "Came with"
kind = "person"
[[questions]]
name = "country"
label = "Last country"
kind = "country"
[[questions]]
name = "children"
label = "Children"
kind = "number"
"""


def test_a_form_is_offered_filled_in_and_changed(house: House) -> None:
    with house.open("Mira") as mira:
        own_forms.add(mira, FORM.encode())
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n", "end").sees("form: Reception [b]x[/b]")
        amina.press("enter").sees("Heard of us through", "not said")
        amina.press("f4").sees("! Heard of us through: is empty")
        amina.press(
            "right", "right", "tab", "T", "w", "o", "enter", "n", "tab", "right", "tab", "k", "y", "r", "tab", " two"
        )
        amina.press("f4").sees("must be a number")
        amina.press("backspace", "backspace", "backspace", "2", "f4")
        amina.sees("Reception [b]x[/b]", "[link=x]a poster", CLIENT, "Kyrgyzstan")
        amina.press("end", "enter").sees("Two")
        amina.press("tab", "tab", "tab", "tab", "backspace", "3", "f4").press("end", "v")
        amina.sees("History", "Children: 2", "Children: 2 -> 3")
