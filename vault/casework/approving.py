"""What was put before a second person, and the approval that came of it: kept in the case that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.checks import checked_bytes, checked_items, checked_line
from vault.casework.disclosure import Decision, PseudonymGiven
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message

_LONGEST_APPROVAL = 1_024


@dataclass(frozen=True, slots=True)
class Approving:
    """One question to a second person, and the answer where there is one.

    Attributes:
        act: the act of the log that is to be approved.
        digest: what it is done with (FORMAT.md 5).
        approval: the signed approval; empty while the answer is awaited.
        day, language, contact, pages: what the shown files say of themselves.
        pseudonyms, decisions: with which the files that were shown can be made again, byte for byte.
    """

    KIND: ClassVar[str] = "approval"

    act: str
    digest: bytes
    approval: bytes = b""
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    pseudonyms: tuple[PseudonymGiven, ...] = field(default=(), repr=False)
    day: str = ""
    language: str = ""
    contact: str = field(default="", repr=False)
    pages: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "act", checked_line(self.act, "act to be approved"))
        object.__setattr__(self, "digest", checked_bytes(self.digest, "digest to be approved", DIGEST_SIZE))
        if len(self.approval) > _LONGEST_APPROVAL:
            raise UsageError(
                Message("an approval has at most {longest_approval} bytes", longest_approval=_LONGEST_APPROVAL)
            )
        object.__setattr__(self, "decisions", checked_items(self.decisions, Decision, "decisions of an approval"))
        for name in ("day", "language", "contact", "pages"):
            object.__setattr__(self, name, checked_line(getattr(self, name), f"{name} of a report", optional=True))
        object.__setattr__(
            self, "pseudonyms", checked_items(self.pseudonyms, PseudonymGiven, "pseudonyms of an approval")
        )
