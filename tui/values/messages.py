"""What screens say to the app and what comes back to them from the workers."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from tui.values.values_forms import FormPlace
from vault.words.message import Words


class Answer(Message):
    """What a worker found, delivered in the app's own thread. A screen that is gone by then gets nothing."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class OpenCase(Message):
    """The wish to open a case.

    `why` goes into the log; `record` is the person or note to stand on, `draft` or `form` the one to go on with, `said`
    what the case says when it is there.
    """

    def __init__(
        self,
        case: str,
        *,
        why: str = "casework",
        record: str = "",
        draft: str = "",
        form: FormPlace | None = None,
        said: Words = "",
    ) -> None:
        super().__init__()
        self.case = case
        self.why = why
        self.record = record
        self.draft = draft
        self.form = form
        self.said = said


class ShowBoth(Message):
    """The wish to see both versions of a record; an empty `record` is what the case says of itself.

    `more` is how many more records of the case have two; `then` gets the id of the record, empty where it was left.
    """

    def __init__(
        self,
        case: str,
        ref: str,
        record: str,
        kind: str,
        then: Callable[[str | None], None],
        *,
        why: str = "casework",
        more: int = 0,
    ) -> None:
        super().__init__()
        self.case = case
        self.ref = ref
        self.record = record
        self.kind = kind
        self.then = then
        self.why = why
        self.more = more


class Unlocked(Message):
    """The vault is open."""
