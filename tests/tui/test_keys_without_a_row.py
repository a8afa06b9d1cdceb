"""Keys where there is no row, nothing to choose or a question was left, and clicks: what is said, and nothing else."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from textual import events

from tests.services.test_papers import add, paper
from tests.tables import each, refuses
from tests.tui.desk import Desk
from tests.tui.driving import shown
from tests.tui.house import House
from tui.gateway import Gateway
from tui.gateway.case_contents import Casework
from tui.gateway.case_story import Writing
from tui.screens.calls.call_slip import CallSlip
from tui.screens.cases.case_list import CaseList
from tui.screens.cases.versions_screen import TwoVersions
from tui.screens.emergencies import EmergencyScreen
from tui.screens.frame.desk import Settings
from tui.shell.app import LENT_MS, WARNED_MS, CaseVaultApp
from tui.values.cases_shown import SideShown, VersionsShown
from tui.widgets.fields import SafeInput
from tui.widgets.overlays import ProgressModal
from vault.acts.act import Agreed
from vault.acts.erase import ERASE
from vault.casework.differences import Piece, compare
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.script import Script
from vault.casework.story.events import Detention
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import TryAgainError
from vault.ids import RecordId
from vault.services.approvals import erasing
from vault.services.cases import cases, sections, story_records
from vault.services.erasures import what_goes
from vault.services.grants import sharing
from vault.words.message import Message

IDLE_MS = Settings().idle_ms

pytestmark = pytest.mark.screen


def _nothing_opens(desk: Desk, keys: Sequence[str]) -> None:
    there = list(desk.app.screen_stack)
    for key in keys:
        desk.press(key)
        assert desk.app.screen_stack == there, key


def test_keys_of_dates_and_story_do_no_harm_where_nothing_is_kept(amina: Desk) -> None:
    amina.press("enter", "d")
    _nothing_opens(amina, ("enter", "space", "v", ":erase the record", "e"))
    amina.sees("Put the cursor on a request of a person; n writes one down.")


@each(
    (
        (":move a note", "You hold no section of this case. Make one first."),
        (":compare two", "Each record of this case has only one version."),
    )
)
def test_what_a_case_has_nothing_for_is_said(command: str, said: str, amina: Desk) -> None:
    amina.home().press("enter", command).sees(said)


def test_nothing_under_the_cursor_is_moved_or_erased(amina: Desk) -> None:
    amina.press("enter", "4")  # dates, of which there is none
    _nothing_opens(amina, (":move a note",))
    amina.sees("Put the cursor on the note, the person or the paper that you want to move.")
    _nothing_opens(amina, (":erase for good what",))


def test_a_name_whose_source_nobody_says_is_not_added_and_numbers_go_to_the_parts(amina: Desk) -> None:
    amina.press("enter", "2", "enter").press("plus", " Elham Torgaef", "enter")
    amina.sees("Where does “Elham Torgaef” come from?")
    amina.press("escape").sees_not("Elham")
    amina.press("3")
    assert amina.focused() in {"person-left", "person-right", "person-more"}
    amina.press("1").is_in("names")
    amina.press("3", "9", "1").is_in("names")


def test_a_click_on_a_tab_a_key_or_a_word_does_as_its_key(amina: Desk) -> None:
    amina.press("enter", "2")
    before = amina.focused()
    amina.click("3 Papers")
    assert amina.focused() != before
    amina.click("n note").at("Note")
    for kind in ("medical", "interview", "contact"):
        amina.click(kind).has(kind=kind)
    amina.press("escape").click("F1 help").press("escape").click("Esc back").at("CASES")


def test_a_section_is_opened_revoked_and_erased_only_as_far_as_somebody_chose(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
        sharing.grant(session, house.case, [house.people["Joel"].member])
        sections.give(session, section, [house.people["Joel"].member])
        for name in ("Vera Tikhookova", "Zubin Tarnleaf"):
            sections.add_person(session, section, Person(PersonRole.THIRD, (PersonName(name, Script.LATIN),)))
        sections.add_note(session, section, Note(NoteKind.CONTACT, "She sleeps in Quietwater."))
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter")
        amina.sees("Opens for you, Joel", "If there are recovery sheets, they open it too.")
        amina.press("enter").sees("What do you want to open?", "Vera Tikhookova", "Zubin Tarnleaf")
        amina.press("escape", "t").sees("Revoke the section from whom?")
        amina.press("escape").at("Restricted")
        amina.press(":erase a note").sees("Which note goes for good?", "She sleeps in Quietwater.")
        amina.press("enter").sees("This is erased for good")
        amina.press("escape").sees("She sleeps in Quietwater.", "Opens for you, Joel")
    with house.open("Joel") as joel:
        assert len(sections.open_section(joel, section).notes) == 1


def test_what_is_over_is_not_ended_again_and_what_would_be_erased_is_shown_first(house: House) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Detention(taken="2026-10-01", place="Cell 4"))
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "space").sees("Ended on: ")
        amina.press("space").sees("There is no date to keep here.")
        amina.press(":erase the record").sees("This is erased for good")
        amina.press("escape").sees("Cell 4")


# What a colleague erased while somebody looked at its list: it is said, nothing opens, and no key does harm.
def _erase(desk: Desk, what: str) -> None:
    """Erase it below the screen, as a bundle of a colleague does."""
    acting, said = desk.gateway.acting, {"ids": (what,), "reason": ("mistake",)}
    desk.call(lambda: acting.carry_out(ERASE, said, acting.look(ERASE, said), Agreed()))


def _sana(house: House) -> RecordId:
    with house.open("Amina") as session:
        return cases.open_case(session, house.case).persons[1].record


def test_a_person_who_is_gone_opens_nothing_by_any_key(house: House) -> None:
    sana = _sana(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down").sees("Sana Torgaeva")
        _erase(amina, sana.hex())
        amina.press("enter").sees("! There is no such record among yours.")
        _nothing_opens(amina, ("enter", "plus", "j", "v", "2", "1", "f5", ":erase this person", ":own data"))
        amina.press("escape").at(house.ref)
        amina.press("f5").sees_not("Sana Torgaeva")


def test_a_paper_that_is_gone_opens_nothing_by_any_key(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as session:
        scan = add(session, house.case, paper(tmp_path, 900))
    with house.desk("Amina") as amina:
        amina.press("enter", "3")
        _erase(amina, scan.record.hex())
        amina.press("enter").sees("! There is no such document in this case.")
        _nothing_opens(amina, ("enter", "plus", "s", "v", "p", "x", "f5"))
        amina.press("escape")


def test_a_form_of_a_person_who_is_gone_is_not_opened_again_after_a_lock(house: House) -> None:
    sana = _sana(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down", "enter", "enter").fill(phones="0555 010 101").press("ctrl+l")
    with house.open("Amina") as session:
        erasing.erase(session, what_goes.what_goes(session, sana.hex()), why="mistake")
    with house.desk("Amina") as amina:
        amina.at(house.ref).sees_not("0555 010 101")


def test_a_section_that_is_gone_opens_nothing_by_any_key(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
    with house.desk("Amina") as amina:
        amina.press("enter", "s").sees("Clinic")
        _erase(amina, section.hex())
        amina.press("enter").sees("! You have no section with this id.")
        _nothing_opens(amina, ("enter", ":erase a note", "f5"))
        amina.press("escape")


# Two versions of a record, key by key: what cannot be answered is said, and answers are left only after a yes.
NOW = 1_795_000_000_000
LEFT = SideShown(NOW, "Amina Ruskova", "", is_here=True)
RIGHT = SideShown(NOW, "Joel Brandvik", "the laptop", is_here=False)
PERSON: Mapping[str, object] = {"born": "1983", "phones": ["030 1"], "key": b"\x11" * 16}


def _pieces(left: Mapping[str, object], right: Mapping[str, object]) -> tuple[Piece, ...]:
    return tuple(compare(left, right))


def _show(desk: Desk, *pieces: Piece) -> list[object]:
    """Lay these two versions over the screen; return what they end with."""
    ended: list[object] = []
    screen = TwoVersions("TJFQ-CN2G", VersionsShown("33" * 16, "44" * 16, "person", LEFT, RIGHT, pieces))
    desk.call(lambda: desk.app.push_screen(screen, ended.append)).at("Two versions")
    return ended


def _line(desk: Desk) -> str:
    return desk.screen.query_one(SafeInput).value


def test_what_differs_in_no_word_offers_no_answer_and_is_left_for_later(amina: Desk) -> None:
    ended = _show(amina, *_pieces(PERSON, {**PERSON, "key": b"\x22" * 16}))
    amina.sees("nothing differs", "born: 1983").sees_not("key", "take")
    for key in ("1", "2", "b", "e", "left", "right"):
        amina.press(key).sees("nothing differs")
    amina.press("escape")
    assert ended == [""]


def test_a_list_is_taken_whole_or_both_and_a_value_is_written_from_what_was_written_before(amina: Desk) -> None:
    _show(amina, *_pieces(PERSON, {**PERSON, "born": "1985", "phones": ["030 2"]}))
    amina.press("e").sees("What is right for born?")
    assert _line(amina) == "1983"
    amina.press("end", "ctrl+u", " 1984", "enter").sees("difference 2 of 2")
    amina.press("e").sees("! Take one, or both.")
    amina.press("left", "e")
    assert _line(amina) == "1984"
    amina.press("escape")


def test_answers_that_were_given_are_left_after_a_yes_alone(amina: Desk) -> None:
    ended = _show(amina, *_pieces(PERSON, {**PERSON, "born": "1985"}))
    amina.press("1", "escape")
    amina.sees("Leave the two versions for later?", "Then your answers here are gone; both versions stay.")
    amina.press("escape").sees("√ chosen")
    assert ended == []
    amina.press("escape", "y")
    assert ended == [""]


def test_a_value_that_only_one_side_has_begins_with_it(amina: Desk) -> None:
    _show(amina, *_pieces({"born": "1983"}, {"born": "1983", "sex": "f"}))
    amina.press("e")
    assert _line(amina) == "f"
    amina.press("escape", "escape")


# Being left alone, lending the terminal, and every way out: nothing typed is lost, nothing is left on the screen.
class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


class Watched:
    """Amina's app, and the clock by which it locks."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock

    def pass_by(self, ms: int) -> None:
        self.clock.ms += ms
        self.desk.call(self.desk.app._look_whether_idle)


@pytest.fixture
def watched(house: House) -> Iterator[Watched]:
    clock = Clock()
    with house.desk("Amina", idle_clock_ms=clock) as desk:
        yield Watched(desk, clock)


def test_nobody_is_warned_half_a_minute_before_the_lock_and_any_key_stays(watched: Watched) -> None:
    desk = watched.desk
    watched.pass_by(IDLE_MS - WARNED_MS - 1)
    desk.at("CASES")
    watched.pass_by(2)
    desk.sees("Locked in 30 s; any key stays.")
    desk.press("ctrl+n")
    desk.at("CASES")  # the key ends the warning and does nothing else
    watched.pass_by(IDLE_MS - WARNED_MS - 1)
    desk.at("CASES")
    watched.pass_by(WARNED_MS + 1)
    assert desk.app.return_code == 75


def test_a_long_act_is_no_idleness(watched: Watched) -> None:
    watched.desk.call(lambda: watched.desk.app.push_screen(ProgressModal("Making a backup", lambda: None)))
    watched.pass_by(IDLE_MS)
    assert watched.desk.app.return_code is None


def test_a_locked_app_does_not_lock_again_by_itself(house: House) -> None:
    clock = Clock()
    with house.desk("Amina", unlocks=False, idle_clock_ms=clock) as desk:
        Watched(desk, clock).pass_by(IDLE_MS)
        assert desk.app.return_code is None


def _lend(desk: Desk, found: list[object]) -> None:
    """Lend the terminal as a worker would, and note what came of it."""

    def lend() -> None:
        try:
            found.append(desk.app.lend_terminal(lambda: ("answer", desk.app._loan.is_out)))
        except TryAgainError as error:
            found.append(str(error))

    desk.call(lambda: desk.app.run_worker(lend, thread=True))


def test_the_terminal_is_lent_for_as_long_as_the_work_lasts_and_by_no_app_that_ends(amina: Desk) -> None:
    found: list[object] = []
    _lend(amina, found)
    assert not amina.app._loan.is_out
    amina.app._ending = True
    _lend(amina, found)
    amina.app._ending = False
    assert found == [("answer", True), "the app is ending; nobody was asked"]


def test_a_second_person_has_as_long_as_their_approval_would_count(watched: Watched) -> None:
    watched.desk.app._loan.is_out = True
    watched.pass_by(IDLE_MS)
    watched.pass_by(LENT_MS - IDLE_MS - 1)
    assert watched.desk.app.return_code is None
    watched.pass_by(1)
    assert watched.desk.app.return_code == 75


ENDS = {("ctrl+l",): 75, ("ctrl+д",): 75, ("ctrl+backslash",): 0, ("ctrl+q",): 0, ("f12", "f12"): 0, ("f12", "a"): 75}


def test_a_draft_is_saved_on_every_way_out(house: House) -> None:
    codes = {}
    for number, keys in enumerate(ENDS):
        with house.desk("Amina") as desk:
            desk.home()
            desk.press("enter", "n", *(("end", "enter") if number else ()))  # a new one beside those that are kept
            desk.type_at_once(f"Samira {number}", *keys)  # no pause: nothing was saved by itself yet
            codes[keys] = desk.app.return_code
    assert codes == ENDS
    with house.open("Amina") as session:
        kept = sorted(re.findall(r"Samira \d", " ".join(draft.text for draft in session.drafts().list())))
    assert kept == [f"Samira {number}" for number in range(len(ENDS))]


@pytest.mark.long
def test_f12_empties_the_screen_under_every_dialog(house: House) -> None:
    left = {}
    for keys in (("f1",), ("f2",), ("enter", "f2"), ("enter", "e"), ("enter", "m"), ("enter", "a", "n")):
        with house.desk("Amina") as desk:
            desk.home().press(*keys, "f12")
            left[keys] = type(desk.screen).__name__, shown(desk.app).strip()
    assert left == dict.fromkeys(left, ("Neutral", ""))


SPOTS = {
    ("enter", "ctrl+l"): "DRAFT contact",
    ("enter", "down", "ctrl+l"): "interview",
    ("enter", "enter", "ctrl+l"): "F4 finish",
    ("enter", "enter", "f12", "a"): "F4 finish",
    ("enter", "ctrl+q"): "Cases",
    ("enter", "enter", "ctrl+backslash"): "Cases",
    ("ctrl+l",): "Cases",
}


@pytest.mark.long
def test_a_lock_remembers_where_somebody_was_and_no_other_end_does(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "n", " The hearing was moved.", "escape")
    wrong = {}
    for keys, words in SPOTS.items():
        with house.desk("Amina") as desk:
            desk.home().press(*keys)
        with house.desk("Amina") as desk:
            if words not in desk.words():
                wrong[keys] = desk.words()
            desk.home().at("CASES")
    assert wrong == {}


def test_f12_shows_nothing_at_all(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "f12")
        assert desk.lines().strip() == ""


def test_a_close_that_hangs_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, close = threading.Event(), Gateway.close
    monkeypatch.setattr(Gateway, "close", lambda _: hangs.wait(60))
    with house.desk("Amina") as desk:
        desk.press("ctrl+q")
        before = time.monotonic()
    assert time.monotonic() - before < 30
    hangs.set()
    close(desk.gateway)


def test_a_fault_in_a_worker_ends_the_app_without_its_text(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = []

    def broken(*_: object) -> object:
        raise ValueError("Samira Veldt")

    monkeypatch.setattr(Casework, "open", broken)
    desk = house.desk("Amina", last_words=words.append)
    with pytest.raises(Exception, match="Samira"), desk:
        desk.press("enter")
    assert desk.app.return_code == 70
    assert len(words) == 1
    assert "Your note" not in words[0], "none was open"
    assert re.fullmatch(r"CaseVault had to stop\.\nIf you report it: incident [0-9a-f]{8}, ValueError at .*", words[0])
    assert "Samira" not in words[0]


def _fail() -> None:
    raise ValueError("Samira Veldt")


@pytest.mark.long_after(2)
@pytest.mark.parametrize("is_full", [False, True], ids=["room", "a full disk"])
@pytest.mark.parametrize("pause", [0.0, 1.0], ids=["typed just now", "saved before"])
def test_a_fault_over_a_note_says_whether_its_draft_is_kept(
    is_full: bool, pause: float, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []

    def full(*_: object) -> None:
        raise TryAgainError(Message("no room on the disk"))

    def write_and_fail() -> None:
        with desk:
            desk.press("enter", "n")
            if is_full:
                monkeypatch.setattr(Writing, "save", full)
            desk.press(" Samira waits.").pause(pause).call(lambda: desk.app.call_later(_fail))

    desk = house.desk("Amina", last_words=words.append)
    refuses(ValueError, "Samira", write_and_fail)
    kept = r"Your note is kept as a draft \(saved \d\d:\d\d:\d\d\)\. Start it again; F4 goes on with it\."
    assert re.search(str(CaseVaultApp.not_kept) if is_full else kept, words[0])
    assert "Samira" not in "".join(words)


def test_nothing_is_asked_of_a_locked_vault(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="the vault is locked"):
        Gateway(tmp_path).status()


@each({"locked": (lambda app: app.lock(), 75), "ended": (lambda app: asyncio.ensure_future(app._shutdown()), None)})
def test_an_app_that_ends_while_the_list_is_built_misses_no_part_of_it(
    end: Callable[[CaseVaultApp], object], code: int | None, house: House
) -> None:
    words: list[str] = []
    with house.desk("Amina", unlocks=False, last_words=words.append) as desk:
        desk.press(" amina opens")
        desk.while_built(CaseList, lambda: desk.app.post_message(events.Key("enter", None)), lambda: end(desk.app))
        assert desk.app.return_code == code
    assert not any("had to stop" in said for said in words)


def test_what_the_app_says_waits_for_the_screen_to_be_built(amina: Desk) -> None:
    app = amina.app
    amina.while_built(EmergencyScreen, lambda: app.call_later(app.action_go, "emergency"), app.tell_not_utf8)
    amina.at("IN AN EMERGENCY").sees("UTF-8")


def test_a_lock_while_a_slip_is_built_keeps_the_note_below_it(house: House) -> None:
    words: list[str] = []
    with house.desk("Amina", last_words=words.append) as desk:
        desk.press("enter", "n", " Samira waits.")
        desk.while_built(CallSlip, lambda: desk.app.call_later(desk.app.action_call), desk.app.lock)
    assert str(CaseVaultApp.not_kept) not in "".join(words)
    with house.open("Amina") as session:
        assert [draft.text for draft in session.drafts().list() if "Samira waits." in draft.text]
