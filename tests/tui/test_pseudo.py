"""Every screen at 80 x 24 in a language that nobody speaks: no word escapes the catalogue, and none is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from textual.screen import ModalScreen, Screen

from tests.tables import each
from tests.tui.driving import hostile_in
from tests.tui.pictures import StillDesk
from tests.tui.pseudo import Pseudo, PseudoDesk, Seen, accented, bare_words, foreign, is_cut
from tests.tui.still_answers import ANSWERS, VERSIONS
from tests.tui.test_pictures import INSTEAD as INSTEAD_FOR_PICTURES
from tests.tui.test_pictures import LOCKED, PICTURES, _push
from tui.screens.cases.case_forms import AtRiskForm
from tui.screens.cases.versions_screen import TwoVersions, WriteLines
from tui.screens.emergencies import WhatLeftOf, WhichCase
from tui.screens.frame.act_screen import LetterScreen, SecondForm
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.dialogs import WholeText
from tui.screens.frame.form_screen import FormScreen
from tui.screens.frame.record_form import RecordForm
from tui.screens.people.person_form import RequestOfPerson
from tui.screens.referral.what_left import LedgerScreen
from tui.text.in_words import in_words, speaking
from tui.widgets.overlays import ProgressModal
from vault.acts.act import Letter
from vault.ids import MemberId
from vault.services.approvals.second_person import Approver
from vault.words.message import Message, plural

pytestmark = pytest.mark.screen

LETTER = Letter(
    Message("The letter about it"),
    (Message("No rule: nothing is proposed."),),
    lambda language: (),
    lambda session, out, language: None,
    Message("It names nobody whose records were erased, and it is not encrypted."),
)
APPROVERS = (
    Approver(MemberId(bytes(16)), "Nadia Ferrante", ("supervisor",), is_here=True),
    Approver(MemberId(bytes(16)), "Joel Brandvik", ("caseworker",), unlocks_first=True),
)
NOT_OURS = {"browse": "VirtualList", "drill": "Static", "pages": "Static", "sheet copied": "DrawnPart"}
"""Screens with texts that come from elsewhere: names of files, pages, and what the library says of sheets."""
MORE: dict[str, tuple[str, ...] | Callable[[StillDesk], object]] = {
    "call corrected": (":open slips", "e"),
    "carry out": (":members", "h", "c"),
    "end the old one": (":devices", "down", "e"),
    "give cases": (":devices", "down", "g"),
    "list into a file": (":devices", "down", "d", "f4"),
    "leave a person": ("enter", "p", " Vera", "escape"),
    "legal hold": ("enter", "m", ":legal hold"),
    "at risk": lambda desk: _push(desk, AtRiskForm("ca" * 16, "ΚϢ-1")),
    "list begun": (":import a list",),
    "letter": lambda desk: _push(desk, LetterScreen(foreign(LETTER))),
    "new sheets": (":your access", "r", "n"),
    "no longer needed": (":your access", "k"),
    "noticed": (":noticed",),
    "what left": lambda desk: _push(desk, LedgerScreen("ca" * 16, "ΚϢ-1", "casework")),
    "progress": lambda desk: desk.call(lambda: desk.app.push_screen(ProgressModal(Message("Reading"), lambda: None))),
    "own data": lambda desk: _push(
        desk, RequestOfPerson("11" * 16, "ΚϢ-1", [("a1" * 16, "Καριμ")], today_ms=1_795_780_000_000)
    ),
    "request": lambda desk: _push(
        desk,
        RecordForm("11" * 16, "ΚϢ-1", "subject-request", people=[("a1" * 16, "Καριμ")], begun={"person": "a1" * 16}),
    ),
    "second person": lambda desk: _push(
        desk, SecondForm(Message("Erase for good"), foreign(APPROVERS), lambda *_: None)
    ),
    "too small": lambda desk: desk.resize(30, 8),
    "two versions": lambda desk: _push(desk, TwoVersions("ΚϢ-1", foreign(VERSIONS), 1)),
    "whose case": (":in an emergency", "right", "f4"),
    "which case": lambda desk: _push(desk, WhichCase()),
    "what left of": lambda desk: _push(desk, WhatLeftOf()),
    "whole text": lambda desk: _push(desk, WholeText(Message("Note"), "Καριμ")),
    "write lines": lambda desk: _push(desk, WriteLines(Message("What shall stand here?"), "Καριμ")),
}
INSTEAD = INSTEAD_FOR_PICTURES | {"no longer needed": {"own__factors": frozenset({"keyfile"})}}


def _answers(instead: Mapping[str, Any]) -> dict[str, Any]:
    named = {name.replace(".", "__"): answer for name, answer in ANSWERS.items()} | dict(instead)
    return {name: foreign(answer) for name, answer in named.items()}


def _walk() -> Iterator[tuple[str, Screen[Any], list[Seen]]]:
    """Go through all that there is a picture of, in one app: each screen with what it shows."""
    with speaking(Pseudo()), PseudoDesk() as desk:
        desk.gateway.say(**_answers({}))
        for name, keys in LOCKED.items():
            desk.press(*keys)
            yield name, desk.screen, desk.shown()
            desk.clear_lock_screen()
        desk.unlock()
        for name, act in (PICTURES | MORE).items():
            desk.begin_anew((80, 24), _answers(INSTEAD.get(name, {})))
            act(desk) if callable(act) else desk.press(*act)
            yield name, desk.screen, desk.shown()


@pytest.mark.long
def test_no_word_of_any_screen_escapes_the_catalogue_none_is_cut_off_and_no_value_is_obeyed() -> None:
    """One test, because all of it is one walk: what escaped, is cut or hostile, and where the walk did not come."""
    escaped, cut, obeyed, missed, deaf = {}, {}, {}, _screens(), []
    for name, screen, every in _walk():
        missed -= set(type(screen).__mro__)
        if isinstance(screen, FormScreen) and screen.focus_chain and screen.focused not in screen.focus_chain:
            deaf.append(name)
        for seen in every:
            where = f"{name}: {seen.widget}"
            if type(seen.widget).__name__ != NOT_OURS.get(name) and (words := bare_words(seen.text)):
                escaped[where] = words
            if hostile := hostile_in(seen.text):
                obeyed[where] = hostile
            if not seen.is_of_values and is_cut(seen.text):
                cut[where] = seen.text
    assert obeyed == {}
    assert escaped == {}
    assert cut == {}
    assert {kind.__name__ for kind in missed} == set()
    assert deaf == [], "what is typed into these forms goes nowhere"


def _screens() -> set[type[Any]]:
    every = {kind for base in (VaultScreen, ModalScreen) for kind in _below(base)}
    # The second person has a process of their own: test_second_screen reads its screens.
    return {kind for kind in every if kind.__module__.startswith("tui.") and kind.__module__ != "tui.shell.second"}


def _below(kind: type[Any]) -> set[type[Any]]:
    return {found for below in kind.__subclasses__() for found in (below, *_below(below))}


@each(
    {
        "a bare literal": ("Keep the note", ["Keep", "the", "note"]),
        "a sentence of ours": ("‹Ķééþ ťħé ñöťéẋẋẋ›", []),
        "a bare value in it": ("‹Ķééþ ñöťé reallyẋẋ›", ["really"]),
        "keys, paths and ids": ("Enter ‹ķééþẋ›  F4  /media/stick/a-file  edcaf1a7  case.view", []),
        "a value": ("Καριμ ‹ķñöŵšẋ›", []),
    }
)
def test_a_word_that_escaped_is_found(text: str, words: list[str]) -> None:
    assert bare_words(text) == words


@each({"whole": ("‹Ķééþẋ›\n‹ñöťéẋ›", False), "cut": ("‹Ķééþẋ› ‹ñö~", True), "cut in a sentence": ("‹Ķé ‹ñö›", True)})
def test_a_text_that_was_cut_off_is_found(text: str, cut: bool) -> None:
    assert is_cut(text) is cut


def test_this_language_keeps_the_places_and_is_longer_by_two_fifths() -> None:
    with speaking(Pseudo()):
        said = in_words(Message("Open {name} until then?", name="Noor"))
        assert said.startswith(f"‹{accented('Open')} Noor {accented('until')}")
        assert len(said) - len("Noor") >= 1.4 * len("Open  until then?")
        assert accented("keys") in in_words(plural("{count} key", "{count} keys", count=2))
        assert in_words(Message("{screen}  {about}", screen="A", about="B")) == "A  B"
