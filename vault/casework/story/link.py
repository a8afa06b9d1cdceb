"""That another case belongs to this one: by the words of who wrote it, so that nobody learns what they do not hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Link(FormedRecord):
    """A linked case. `to_case` is its reference or its id, as text: it may be a case of another office."""

    KIND: ClassVar[str] = "link"
    FORM: ClassVar[Form] = Form(
        Message("linked case"),
        (
            FormField("to_case", Message("Reference of the other case"), is_required=True),
            FormField("reason", Message("Why they belong together")),
        ),
        headline=("to_case", "reason"),
    )

    to_case: str
    reason: str | None = field(default=None, repr=False)
