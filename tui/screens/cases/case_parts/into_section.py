"""Move a note, a person or a paper into a restricted section: which one, who could read it, then do it."""

from __future__ import annotations

from collections.abc import Callable

from tui.screens.cases.case_parts.in_two import kind_of
from tui.screens.cases.case_parts.lists import Here
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.choice_field import Choose
from tui.values.values import NoteShown, PersonShown
from tui.values.values_access import SectionLine
from tui.values.values_papers import PaperShown
from vault.words.message import Message, joined

_STAYS = Message(
    "It is erased in the case, which gets a new key. Its newest version alone moves. On the devices of others it goes"
    " 72 hours after they import your bundle. Backups and packages made before keep it, and records of exports"
    " in the case keep names that were hidden or left in them."
)


def move_into_section(screen: VaultScreen, case: str, here: Here | None, done: Callable[[], None]) -> None:
    """Ask into which section what is under the cursor goes, and whether; `done` follows once it is moved."""
    if not isinstance(here, NoteShown | PersonShown | PaperShown):
        screen.say(Message("Put the cursor on the note, the person or the paper that you want to move."))
        return
    record, kind = here.record, kind_of(here)

    def choose(sections: tuple[SectionLine, ...]) -> None:
        if not sections:
            screen.say(Message("You hold no section of this case; s makes one."))
            return
        options = [(line.section, line.called) for line in sections]
        screen.unless_left(Choose(Message("Into which section?"), options), ask)

    def ask(section: str) -> None:
        screen.ask(
            lambda vault: vault.sections.ask_move(case, record, kind, section), lambda names: sure(section, names)
        )

    def sure(section: str, names: tuple[str, ...]) -> None:
        could = Message("Until now they could read it, too: {names}", names=joined(names, ", ") or "")
        question = could if names else Message("Move it into the section?")
        yes, no = Message("Move it"), Message("Leave it")
        screen.confirm(question, _STAYS, lambda: move(section), yes=yes, no=no)

    def move(section: str) -> None:
        screen.ask(lambda vault: vault.sections.move(case, record, kind, section), lambda _: done())

    screen.ask(lambda vault: vault.sections.list_of(case), choose)
