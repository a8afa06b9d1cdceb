"""Forms whose words survive a lock: what is typed is a sealed draft; Ctrl+D repeats what was typed last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.form_fields import ChoiceField
from tui.screens.frame.form_screen import FormScreen, PlaceInput
from tui.screens.frame.screen_words import clock_minute, sentence
from tui.text.in_words import together, warning
from tui.text.safe_text import safe_text
from tui.values.cases_shown import Spot, Typed
from tui.values.forms_typed import FormPlace, FormTyped
from tui.widgets.date_field import DateInput
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea
from vault.clock import monotonic_ms
from vault.errors import VaultError
from vault.words.message import Message, Words

# When a draft has to be saved: at each pause, and while somebody types on and on.

PAUSE_MS: Final = 400
LONGEST_MS: Final = 1_200
"""With the look each 0.1 s and the write itself, no letter waits for 2 seconds."""


class DraftKeeper:
    """Knows what is typed and not yet on the disk. One save at a time; what is typed meanwhile waits for the next.

    Args:
        now_ms: a clock that never runs back.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._first_ms: int | None = None
        self._last_ms = 0
        self._is_saving = False

    def typed(self) -> None:
        self._last_ms = self._now_ms()
        if self._first_ms is None:
            self._first_ms = self._last_ms

    @property
    def is_unsaved(self) -> bool:
        """Whether anything is not known to be on the disk."""
        return self._first_ms is not None or self._is_saving

    def is_due(self) -> bool:
        """Say whether to save now."""
        if self._first_ms is None or self._is_saving:
            return False
        now = self._now_ms()
        return now - self._last_ms >= PAUSE_MS or now - self._first_ms >= LONGEST_MS

    def begun(self) -> None:
        """Note that a save of all that is typed has begun."""
        self._is_saving, self._first_ms = True, None

    def ended(self, *, kept: bool) -> None:
        """Note that the save ended. What was not kept is due again."""
        self._is_saving = False
        if not kept:
            self.typed()


LOOK_SECONDS: Final = 0.1


class KeepsDraft(VaultScreen):
    """A screen whose words are a sealed draft, saved as they are typed until they are kept or thrown away."""

    NOT_SAVED: ClassVar[Message]
    SAVED_AGAIN: ClassVar[Message]

    def __init__(self) -> None:
        super().__init__()
        self._keeper = DraftKeeper(monotonic_ms)
        self._is_over = False
        self._is_finishing = False

    def has_draft(self) -> bool:
        """Say whether there is a draft that is to be kept."""
        return not self._is_over

    def take(self) -> Typed:
        """Return the draft, with what is typed now."""
        raise NotImplementedError

    def look(self) -> None:
        """Save what is due."""
        if self.has_draft() and self._keeper.is_due():
            self.save_draft(self.was_saved)

    def save_draft(self, then: Callable[[int], None]) -> None:
        """Save the draft, and go on with when it was taken."""
        draft = self.take()
        self._keeper.begun()
        self.ask(
            lambda vault: vault.writing.save(draft),
            lambda _: then(draft.saved_ms),
            failed=self.was_not_saved,
            alone=False,
        )

    def was_saved(self, saved_ms: int) -> None:
        """Say so where it could not be saved before."""
        del saved_ms
        self._keeper.ended(kept=True)
        if self.said.startswith(warning(self.NOT_SAVED)):
            self.say(self.SAVED_AGAIN)

    def was_not_saved(self, error: VaultError) -> None:
        """Say so; it is due again."""
        self._keeper.ended(kept=False)
        if not self._is_over:
            self.warn(together((self.NOT_SAVED, sentence(error)), " "))

    @override
    def save_now(self) -> Typed | None:
        return self.take() if self.has_draft() and self._keeper.is_unsaved else None

    def not_finished(self, error: VaultError) -> None:
        """Go on typing: what the draft was for could not be done."""
        self._is_finishing = self._is_over = False
        self._keeper.typed()
        self.fail(error)

    def ask_to_discard(self, draft: Typed, question: Words, told: Words) -> None:
        """Throw the draft away, after a question."""

        def discard() -> None:
            self._is_over = True
            self.ask(
                lambda vault: vault.writing.forget(draft), lambda _: self.end(""), failed=self.not_finished, alone=False
            )

        self.confirm(question, told, discard, yes=Message("Throw away"), no=Message("Keep"))

    @override
    def end(self, word: Words) -> None:
        self._is_over = True
        super().end(word)


# A form whose words survive a lock: what is typed is a sealed draft, and stands there again when the form comes back.
# No passphrase is ever part of it. The draft goes when the form is kept or left.
class KeptForm(KeepsDraft, FormScreen):
    """A form that says which one it is (`form_place`), so that its draft finds back to it.

    With `FIELDS_COME_LATER` it says when they are there (`fields_stand`).
    """

    NOT_SAVED = Message("What you typed is not saved yet.")
    SAVED_AGAIN = Message("What you typed is saved again.")
    FIELDS_COME_LATER: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[str, str] = {}
        self._opened: dict[str, str] = {}
        self._draft: FormTyped | None = None
        self._place = FormPlace("")
        self._is_looked_up = False

    def form_place(self) -> FormPlace | None:
        """Return which form this is; None for one whose words are not kept."""
        raise NotImplementedError

    def filled_at_first(self) -> dict[str, str]:
        """Return what stands in the fields before anybody types, and is no draft.

        A field that begins with the first of a list that may be another one tomorrow is no part of it.
        """
        return self.in_fields()

    def typed_already(self) -> set[str]:
        """Return the fields that somebody changed since the form was opened: a draft goes round them."""
        return {name for name, said in self.in_fields().items() if self._opened and said != self._opened.get(name)}

    @on(events.Mount)
    def _mounted(self) -> None:
        if not self.FIELDS_COME_LATER:
            self.fields_stand()

    def fields_stand(self) -> None:
        """Look for the draft of this form: its fields are there."""
        self._first, self._opened = self.filled_at_first(), self.in_fields()
        place = self.form_place()
        if place is None:
            return
        self._place = place
        self.ask(lambda vault: vault.writing.form(place), self._go_on, alone=False)
        self.set_interval(LOOK_SECONDS, self.look)

    # ---- keeping what is typed ----------------------------------------------------------------------------------

    @on(SafeInput.Changed)
    @on(SafeTextArea.Changed)
    @on(ChoiceField.Changed)
    def note_typing(self) -> None:
        """Keep what changed, soon."""
        if self._is_looked_up and self._changed() != ({} if self._draft is None else self._draft.typed):
            self._keeper.typed()

    @override
    def has_draft(self) -> bool:
        return self._is_looked_up and super().has_draft()

    @override
    def save_now(self) -> Typed | None:
        return super().save_now() if self.has_draft() and (self._changed() or self._draft is not None) else None

    @override
    def kept_ms(self) -> int:
        draft = self._draft
        is_all = draft is not None and draft.typed and not self._is_over and not self._keeper.is_unsaved
        return draft.saved_ms if draft is not None and is_all else 0

    @override
    def kept_words(self, time: str) -> Message:
        return Message("What you typed is kept (saved {time}). Start it again, and open the same form.", time=time)

    @override
    def spot(self) -> Spot | None:
        if self._is_over or not self._changed():
            return None
        place = self.form_place()
        return None if place is None else Spot(place.case, form=place)

    @override
    def take(self) -> FormTyped:
        focused = self.focused
        self._draft = FormTyped(
            self._place,
            self._changed(),
            at="" if focused is None else focused.id or "",
            steps={name: field.steps.kept() for name, field in self._fields() if not isinstance(field, ChoiceField)},
            saved_ms=self.desk.now_ms(),
            turn=max(0 if self._draft is None else self._draft.turn + 1, monotonic_ms()),
        )
        return self._draft

    # ---- going on with it ---------------------------------------------------------------------------------------

    def _go_on(self, kept: FormTyped | None) -> None:
        self._is_looked_up = True
        typed = self.typed_already()
        if kept is None:
            if typed:
                self._keeper.typed()
            return
        self._draft = kept
        fields = dict(self._fields())
        for name in kept.typed.keys() & fields.keys() - typed:
            _put(fields[name], kept.typed[name], kept.steps.get(name))
        self.come_back(kept.typed)
        if typed:
            self._keeper.typed()
        elif kept.at in fields and fields[kept.at] in self.focus_chain:  # it may be hidden now
            fields[kept.at].focus()
        self.say_too(
            Message("Going on with what you typed at {time}. Esc leaves it.", time=clock_minute(kept.saved_ms))
        )

    def come_back(self, typed: Mapping[str, str]) -> None:
        """Take what stands in no field."""

    def say_too(self, words: Words) -> None:
        """Say this behind what stands there already: both were said as the form was opened."""
        self.say(together([said for said in (self.said, words) if said], " "))

    # ---- ending -------------------------------------------------------------------------------------------------

    @override
    def end(self, word: Words) -> None:
        self.keep_no_more(partial(super().end, word))

    def ask_to_leave(self, question: Words) -> None:
        """Leave, after a question where somebody typed here."""
        if not self.typed_already():
            self.end("")
            return
        self.confirm(
            question,
            Message("Then what you typed is gone."),
            lambda: self.end(""),
            yes=Message("Leave"),
            no=Message("Go on typing"),
        )

    def keep_no_more(self, then: Callable[[], None]) -> None:
        """Go on once the draft is gone: what it was for is durable, or was thrown away."""
        draft, is_over, self._is_over = self._draft, self._is_over, True
        if draft is None or is_over:
            then()
        else:
            self.ask(lambda vault: vault.writing.forget(draft), lambda _: then(), failed=lambda _: then(), alone=False)

    # ---- its fields ---------------------------------------------------------------------------------------------

    def _fields(self) -> list[tuple[str, SafeInput | SafeTextArea | ChoiceField]]:
        """Return what somebody fills in, by name; never a passphrase."""
        found: list[tuple[str, SafeInput | SafeTextArea | ChoiceField]] = []
        for field in self.query(Widget):
            if isinstance(field, SafeInput | SafeTextArea | ChoiceField) and not isinstance(field, PassphraseInput):
                found += [(field.id, field)] if field.id else []
        return found

    def in_fields(self) -> dict[str, str]:
        return {name: _said(field) for name, field in self._fields()}

    def _changed(self) -> dict[str, str]:
        return {name: said for name, said in self.in_fields().items() if said != self._first.get(name)}


def _said(field: SafeInput | SafeTextArea | ChoiceField) -> str:
    if isinstance(field, DateInput):
        return field.written
    return field.text if isinstance(field, SafeTextArea) else field.value


def _put(field: SafeInput | SafeTextArea | ChoiceField, said: str, steps: object) -> None:
    if isinstance(field, ChoiceField):
        field.choose(said)
        return
    if isinstance(field, SafeTextArea):
        field.load_text(safe_text(said))
        field.cursor_location = field.document.end
    elif isinstance(field, DateInput):
        field.restore(said)
    else:
        field.value = said
    field.steps.restore(steps)


# Same again: Ctrl+D repeats what was typed last, in this session, into a field of the same name.
# It is remembered by the process that has the keys, which ends at each lock; no field of a secret is on such a
# screen, and no path is remembered: it may be that of a keyfile.
SAME_AGAIN: Final = Command(
    "ctrl+d",
    "same_again",
    Message("Same again: what you typed last into a field of this name"),
    "Ctrl+D",
    first=True,  # a text takes this key for erasing
)
"""For the table of a screen that is a `SameAgain`."""


class SameAgain(VaultScreen):
    """A screen whose fields are filled in alike, again and again."""

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Remember what was typed into the field that is left."""
        self._remember(event.widget)

    def action_same_again(self) -> None:
        """Repeat it in the field in use. A long text is repeated only where nothing stands yet."""
        field = self.focused
        last = "" if field is None or field.id is None else self.desk.typed_last.get(field.id, "")
        if isinstance(field, ChoiceField) and last:
            field.take(last)
        elif isinstance(field, SafeTextArea) and last and not field.text:
            field.insert(last)
        elif isinstance(field, SafeInput) and last:
            field.value = last
            field.cursor_position = len(last)
        else:
            self.say(Message("Nothing was typed into such a field since you came in."))

    @override
    def end(self, word: Words) -> None:
        if self.focused is not None:
            self._remember(self.focused)
        super().end(word)

    def _remember(self, field: Widget) -> None:
        if field.id is None or isinstance(field, PassphraseInput | PlaceInput):
            return
        if isinstance(field, ChoiceField | SafeInput):
            said = field.value
        elif isinstance(field, SafeTextArea):
            said = field.text
        else:
            return
        if said.strip():
            self.desk.typed_last[field.id] = said
