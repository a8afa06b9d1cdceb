"""What a client, or who speaks for them, agreed may be told to one recipient, for one purpose, until a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import ClassVar, Final

from typing_extensions import override

from vault.casework.form import Form, FormedRecord, Shape, asked
from vault.casework.vocabulary import ReferralPurpose
from vault.errors import UsageError
from vault.ids import RecordId
from vault.words.codes import words_of
from vault.words.message import Message

DAYS: Final = 90
"""For how long a consent holds where nobody says for how long. Source: a house rule, as RCW 70.123.076 has it."""
MOST_WORDS: Final = 24
"""Of what is excluded in one line."""
_ASKED_AGAIN_BEFORE: Final = datetime.timedelta(days=15)


@unique
class Basis(StrEnum):
    """What allows it where no consent does; it needs its reason."""

    VITAL_INTEREST = "vital-interest"
    LEGAL_CLAIM = "legal-claim"
    LEGAL_DUTY = "legal-duty"


@unique
class ConsentHow(StrEnum):
    """How it was given."""

    WRITTEN = "written"
    WITNESSED = "said-before-a-witness"
    RECORDED = "recorded"
    BY_TELEPHONE = "by-telephone"


@unique
class Speaker(StrEnum):
    """Who gave it for the client."""

    GUARDIAN = "guardian"
    ATTORNEY = "holder-of-a-power-of-attorney"
    NEXT_OF_KIN = "next-of-kin"


@unique
class Category(StrEnum):
    """What may be told. The values are fields of a consent."""

    IDENTITY = "identity"
    OTHERS = "others"
    ACCOUNT = "account"
    PROCEEDINGS = "proceedings"
    HEALTH = "health"


def _excludable(line: str) -> None:
    """Refuse what redaction could not look for in a text."""
    if len(line.split()) > MOST_WORDS or not any(map(str.isalnum, line)):
        raise UsageError(
            Message(
                "{field} must have a letter or a number, and at most {count} words", field="excluded", count=MOST_WORDS
            ),
            next_step=Message("Write a longer text in parts, each on a line of its own."),
        )


@dataclass(frozen=True, slots=True)
class Consent(FormedRecord):
    """One consent, or another lawful basis (`basis`). It is due on the day to ask again, until it is withdrawn.

    `person` is the client whose it is; it may be nobody where the case has one client alone, or none with a row.
    `until` is its last day, 90 days after `given` unless said; it is asked again 15 days before. `excluded` are words
    that are hidden as they are written, whatever else is agreed. Of two versions each has to allow what leaves.
    """

    KIND: ClassVar[str] = "consent"
    FORM: ClassVar[Form] = Form(
        Message("consent"),
        headline=("purpose", "basis"),
        dated_by="again",
        done_by="withdrawn",
        is_due_without_date=False,
        asked_at_end=("withdrawn_how",),
        past=("given", "withdrawn"),
    )

    recipient: bytes = asked(Message("Who may be told"), Shape.RECIPIENT, is_required=True)
    purpose: ReferralPurpose = asked(Message("For what"), Shape.WORD, ReferralPurpose, is_required=True)
    given: str = asked(Message("Given on"), Shape.DAY, is_required=True)
    how: ConsentHow | None = asked(Message("How it was given"), Shape.WORD, ConsentHow)
    person: RecordId | None = asked(Message("Which client"), Shape.RECORD)
    by: Speaker | None = asked(Message("Given by, if not the client"), Shape.WORD, Speaker)
    speaker: str | None = asked(Message("Name of who speaks for them"))
    identity: bool = asked(Message("May tell name, birth date, papers"), Shape.YES_NO)
    others: bool = asked(Message("May tell who else is in it"), Shape.YES_NO)
    account: bool = asked(Message("May tell what happened"), Shape.YES_NO)
    proceedings: bool = asked(Message("May tell dates, detention, searches"), Shape.YES_NO)
    health: bool = asked(Message("May tell of their health"), Shape.YES_NO)
    excluded: tuple[str, ...] = asked(Message("Words that must not leave"), Shape.LINES, of_line=_excludable)
    until: str | None = asked(Message("Last day"), Shape.DAY)
    again: str | None = asked(Message("Ask again on"), Shape.DAY)
    language: str | None = asked(Message("Language of the talk"))
    interpreter: str | None = asked(Message("Interpreter"))
    kept_at: str | None = asked(Message("Where the paper is"))
    basis: Basis | None = asked(Message("What allows it, if no consent"), Shape.WORD, Basis)
    reason: str | None = asked(Message("Reason, if it is no consent"), Shape.TEXT)
    withdrawn: str | None = asked(Message("Withdrawn on"), Shape.DAY)
    withdrawn_how: str | None = asked(Message("Withdrawn how"))

    @override
    def __post_init__(self) -> None:
        FormedRecord.__post_init__(self)
        given = datetime.date.fromisoformat(self.given)
        until = given + datetime.timedelta(days=DAYS) if self.until is None else datetime.date.fromisoformat(self.until)
        if until < given:
            raise UsageError(Message("{field} is before the day on which it was given", field="until"))
        if self.withdrawn is not None and self.withdrawn < self.given:
            raise UsageError(Message("{field} is before the day on which it was given", field="withdrawn"))
        if self.basis is None and self.how is None:
            raise UsageError(
                Message("{field} is empty", field="how"),
                next_step=Message("Say how they gave it: {words}.", words=words_of(ConsentHow)),
            )
        if not self.covers():
            raise UsageError(
                Message("{field} is empty", field="identity"),
                next_step=Message(
                    "Say yes to one thing that may be told: identity, others, account, proceedings or health."
                ),
            )
        if self.basis is not None and not self.reason:
            raise UsageError(
                Message("{field} is empty", field="reason"),
                next_step=Message("Say why it may be told without a consent."),
            )
        if self.by is not None and not self.speaker:
            raise UsageError(
                Message("{field} is empty", field="speaker"), next_step=Message("Say who speaks for the client.")
            )
        object.__setattr__(self, "until", until.isoformat())
        if self.again is None:
            object.__setattr__(self, "again", max(given, until - _ASKED_AGAIN_BEFORE).isoformat())

    def covers(self) -> frozenset[Category]:
        """Return what may be told."""
        return frozenset(category for category in Category if getattr(self, category.value))
