"""What no list says for a person: who confirms a fact that changed, and what came of what is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.dialogs import AskLine
from tui.values.codes import choices
from vault.acts.act import Act, Told
from vault.acts.records import DONE, EDIT
from vault.acts.safety import DONE as STEP_DONE
from vault.acts.safety import HEARD
from vault.casework.story.incident import ChecklistStep
from vault.casework.story.protection import CheckIn, CheckInEnd
from vault.words.message import Message

_WHO: Final = Message("It changed, so nobody confirms it any more. Who confirms it as it is now? Esc for nobody.")
_HANDED_HINT: Final = Message("e.g. a page, to her; or: nothing")
_HEARD: Final = Message("Was the person heard? What came of it?")


def confirm_anew(screen: ActScreen, case: str, kind: str, changed: Told, then: Callable[[], None]) -> None:
    """Ask who confirms a record as it stands now, where nobody does any more; `then` follows."""
    if not changed.data.get("unconfirmed"):
        then()
        return

    def told(name: str | None) -> None:
        if name:
            said = {"record": (str(changed.data["record"]),), "of_case": (case,), "confirmed": (name,)}
            screen.do(Doing(EDIT[kind], said, lambda _: then()))
        else:
            then()

    screen.app.push_screen(AskLine(_WHO), told)


def say_done(screen: ActScreen, case: str, record: str, kind: str, then: Callable[[Told], None]) -> None:
    """Say that a record is over; where its form asks, what is to be said of that. Esc leaves it due.

    Of a check-in it is asked what came of it: no key alone says that somebody is well.
    The cursor of the question stands on the answer that writes nothing.
    """

    def act(act: Act[Any], **said: str) -> None:
        where = {"record": (record,), "of_case": (case,)}
        more = {name: (word,) for name, word in said.items() if word}
        screen.do(Doing(act, {**where, **more}, then))

    if kind == CheckIn.KIND:
        nothing = ("", Message("nothing yet: it stays due"))
        screen.unless_left(Choose(_HEARD, [nothing, *choices(CheckInEnd)]), lambda end: act(HEARD, end=end))
    elif kind == ChecklistStep.KIND:
        act(STEP_DONE)
    elif asked := [field for field in DONE[kind].fields if field.is_personal]:
        question = AskLine(asked[0].label, hint=_HANDED_HINT)
        screen.unless_left(question, lambda end: act(DONE[kind], **{asked[0].name: end}))
    else:
        act(DONE[kind])
