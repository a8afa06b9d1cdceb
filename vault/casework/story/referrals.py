"""That somebody outside was asked to take a client on: what they answered, what was sent to them, what came of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, ClassVar, Final

from typing_extensions import override

from vault.casework import form
from vault.casework.form import Form, FormedRecord, Shape
from vault.casework.vocabulary import ReferralPurpose
from vault.errors import UsageError
from vault.words.codes import word_of
from vault.words.message import Message

DAYS_AFTER_ASKING: Final = 7
DAYS_AFTER_SENDING: Final = 30
"""For how long an answer is awaited where nobody says until when. Source: house rules."""


@unique
class Reply(StrEnum):
    """What they answered when they were asked."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    CONFLICT = "conflict-of-interest"


@unique
class Step(StrEnum):
    """What may happen next. The values are verbs of `referral`."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SEND = "send"
    ANSWER = "answer"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Referral(FormedRecord):
    """One referral. It is due on the day until which an answer is awaited, until it is closed.

    `answered` is when they accepted or declined, `sent` when the package left, the last of several, and `replied` when
    they last said something about it. `due` is 7 days after it was asked, 30 after it was sent, unless said.
    """

    KIND: ClassVar[str] = "referral"
    FORM: ClassVar[Form] = Form(
        Message("referral"),
        headline=("purpose", "answer"),
        dated_by="due",
        done_by="closed",
        asked_at_end=("outcome",),
        past=("asked", "answered", "sent", "replied", "closed"),
    )

    recipient: bytes = form.asked(Message("Who is asked"), Shape.RECIPIENT, is_required=True)
    purpose: ReferralPurpose = form.asked(Message("For what"), Shape.WORD, ReferralPurpose, is_required=True)
    asked: str = form.asked(Message("Asked on"), Shape.DAY, is_required=True)
    answer: Reply | None = form.asked(Message("What they answered"), Shape.WORD, Reply)
    answered: str | None = form.asked(Message("Answered on"), Shape.DAY)
    sent: str | None = form.asked(Message("Package sent on"), Shape.DAY)
    replied: str | None = form.asked(Message("Last heard from on"), Shape.DAY)
    due: str | None = form.asked(Message("Answer awaited until"), Shape.DAY)
    closed: str | None = form.asked(Message("Closed on"), Shape.DAY)
    outcome: str | None = form.asked(Message("What came of it"))
    text: str | None = form.asked(Message("Details"), Shape.TEXT)

    @override
    def __post_init__(self) -> None:
        FormedRecord.__post_init__(self)
        for name in ("answered", "sent", "replied", "due", "closed"):
            day = getattr(self, name)
            if day is not None and day < self.asked:
                raise UsageError(Message("{field} is before the day on which they were asked", field=name))
        for name, needs in (("answer", "answered"), ("answered", "answer"), ("replied", "sent")):
            if getattr(self, name) is not None and getattr(self, needs) is None:
                raise UsageError(Message("{field} is empty", field=needs))
        if self.due is None:
            object.__setattr__(self, "due", awaited_until(self.sent or self.asked, is_sent=self.sent is not None))

    @classmethod
    def of_typed(cls, typed: Mapping[str, str]) -> Referral:
        """Return a referral as `typed` gives it."""
        values: dict[str, Any] = cls.FORM.from_typed(typed)
        return cls(**values)

    def refuses(self, step: Step) -> Message | None:
        """Return why this cannot come next; None where it can."""
        said = Message("they answered on {day}: {answer}", day=self.answered or "", answer=word_of(self.answer or ""))
        if self.closed is not None:
            return Message("this referral was closed on {day}", day=self.closed)
        if step in {Step.ACCEPT, Step.DECLINE} and self.answer is not None:
            return said
        if step is Step.SEND and self.answer in {Reply.DECLINED, Reply.CONFLICT}:
            return said
        return Message("nothing was sent to them") if step is Step.ANSWER and self.sent is None else None


def awaited_until(day: str, *, is_sent: bool) -> str:
    """Return until when an answer is awaited to what was asked or sent on a day."""
    days = DAYS_AFTER_SENDING if is_sent else DAYS_AFTER_ASKING
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()
