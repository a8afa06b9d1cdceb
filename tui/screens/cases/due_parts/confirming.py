"""What no list says for a person: who confirms a fact that changed, and what came of what is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.dialogs import AskLine
from tui.values.codes import choices
from tui.values.values_story import KeptShown
from vault.acts.act import Act
from vault.acts.safety import DONE, HEARD
from vault.casework.story import STORY
from vault.casework.story.check_in import CheckIn, CheckInEnd
from vault.casework.story.step import ChecklistStep
from vault.words.message import Message

_WHO: Final = Message("It changed, so nobody confirms it any more. Who confirms it as it is now? Esc for nobody.")
_HANDED_HINT: Final = Message("e.g. a page, to her; or: nothing")
_HEARD: Final = Message("Was the person heard? What came of it?")


def confirm_anew(screen: VaultScreen, case: str, kind: str, changed: KeptShown, then: Callable[[], None]) -> None:
    """Ask who confirms a record as it stands now, where nobody does any more; `then` follows."""
    if not changed.is_unconfirmed:
        then()
        return

    def told(name: str | None) -> None:
        if name:
            typed = {"confirmed": name}
            screen.ask(lambda vault: vault.story.change(case, changed.record, kind, typed), lambda _: then())
        else:
            then()

    screen.app.push_screen(AskLine(_WHO), told)


def say_done(screen: ActScreen, case: str, record: str, kind: str, then: Callable[[KeptShown], None]) -> None:
    """Say that a record is over; where its form asks, what is to be said of that. Esc leaves it due.

    Of a check-in it is asked what came of it: no key alone says that somebody is well.
    The cursor of the question stands on the answer that writes nothing.
    """

    def done(end: str = "") -> None:
        screen.ask(lambda vault: vault.story.done(case, record, kind, end), then)

    def act(act: Act[Any], **said: str) -> None:
        where = {"record": (record,), "of_case": (case,)}
        more = {name: (word,) for name, word in said.items()}
        screen.do(Doing(act, {**where, **more}, lambda _: then(KeptShown(record))))

    form = STORY[kind].FORM
    asked = [field for field in form.fields if field.name in form.asked_at_end]
    if kind == CheckIn.KIND:
        nothing = ("", Message("nothing yet: it stays due"))
        screen.unless_left(Choose(_HEARD, [nothing, *choices(CheckInEnd)]), lambda end: act(HEARD, end=end))
    elif kind == ChecklistStep.KIND:
        act(DONE)
    elif asked:
        screen.unless_left(AskLine(asked[0].label, hint=_HANDED_HINT), done)
    else:
        done()
