"""What goes between the screens of an organisation and the gateway: members, their devices, and changes of both."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member as the list shows them.

    `until` is the last day for which they were admitted, `deputy` who opens their new cases too, `lent` to whom their
    cases are lent, and until when, as far as this member's own cases tell. `stand` is `in`, `suspended`, `over` or
    `left`; `may_stand_in`: their roles let them open cases and hand them over.
    """

    member: str
    name: str = field(repr=False)
    roles: tuple[str, ...]
    devices: int
    until: str = ""
    stand: str = "in"
    deputy: str = field(default="", repr=False)
    lent: str = field(default="", repr=False)
    is_you: bool = False
    may_stand_in: bool = False


@dataclass(frozen=True, slots=True)
class MembersShown:
    """The members, whether somebody audits who does nothing else, and the acts that this member's roles allow."""

    members: tuple[MemberLine, ...]
    separated: bool
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A device that one of two lists of members admitted, and that waits for the recovery sheets."""

    seat: str
    name: str = field(repr=False)
    roles: tuple[str, ...]
    admitted_by: Words


@dataclass(frozen=True, slots=True)
class TwoLists:
    """Who waits where two lists of members were made apart; `needs_sheets`: their secret is not on this device."""

    waiting: tuple[WaitingLine, ...]
    are_apart: bool
    needs_sheets: bool


@dataclass(frozen=True, slots=True)
class RequestShown:
    """A request to join, and the words to compare. `answer` is the gateway's own.

    The name is as whoever asks wrote it: nothing of it is believed before the words agree. `roles` are those that the
    invitation proposed, `days` for how many, or 0. `is_device`: it is a further device of a member; `is_yours`: of the
    one who looks.
    """

    name: str = field(repr=False)
    roles: tuple[str, ...]
    days: int
    is_device: bool
    is_yours: bool
    words: tuple[str, ...]
    answer: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change of who is in.

    `missing` says who has to sign yet, and `proposal` is the file for them; both empty when the change counts.
    `root_is_here`: the root, which may sign too, lies in this vault.
    """

    lines: tuple[Words, ...] = field(repr=False)
    missing: Words = ""
    proposal: bytes = field(default=b"", repr=False)
    root_is_here: bool = False


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One device that is in: its id, whose it is, its name if it has one."""

    seat: str
    member: str
    owner: str = field(repr=False)
    name: str = field(repr=False)
    is_this: bool = False
    is_yours: bool = False

    @property
    def called(self) -> Words:
        """How to speak of it."""
        if self.name:
            return Message("{name} of {owner}", name=self.name, owner=self.owner)
        return Message("{owner}'s device {seat}", owner=self.owner, seat=self.seat[:8])


@dataclass(frozen=True, slots=True)
class LostShown:
    """What was done about a lost device, and whom to warn: names and safe channels, which is personal data.

    `kept` says where that list was written, or that it was not.
    """

    changed: Changed
    warn: tuple[str, ...] = field(repr=False)
    count: int
    kept: Words = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order that a leaver's cases go to somebody else."""

    leaver: str = field(repr=False)
    successor: str = field(repr=False)
    reason: str = field(repr=False)
