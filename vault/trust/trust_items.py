"""Items: the lines of logs that decide by themselves, as values. Their bytes belong to the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from typing_extensions import override

from vault.ids import ZERO_ID, CompartmentId, Digest, MemberId, Origin, SeatId
from vault.policy.roles import Role

HELPERS = "helpers"
"""What a `lower` takes that ends the rule for helpers, beside the roles and `member`."""
MEMBER = "member"
"""What a `lower` takes that takes the person, with every seat."""


class Head(NamedTuple):
    """A place in a log, as a taking names it: `root` is that of the tree over the first `size` entries."""

    log: SeatId
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a seat's first log begins with. Its digest is the origin, and names seat and member: neither is chosen.

    `identity` is the key that signs the log's beginning, `kem` the one that is written to, `vault` where: the rule asks
    for none of them.
    """

    origin: Origin
    named: MemberId
    identity: bytes = field(default=b"", repr=False)
    kem: bytes = field(default=b"", repr=False)
    vault: bytes = field(default=b"", repr=False)

    @property
    def seat(self) -> SeatId:
        """The seat: the first 16 bytes of the origin."""
        return SeatId(self.origin[:16])

    @property
    def is_first(self) -> bool:
        """Whether it is a member's first seat: it names no member yet."""
        return self.named == ZERO_ID

    @property
    def member(self) -> MemberId:
        """The member: who is named, or who begins here."""
        return MemberId(self.seat) if self.is_first else self.named


@dataclass(frozen=True, eq=False, slots=True)
class Act:
    """An item, known by the digest of its bytes. Two items with one digest are one act, in any log."""

    digest: Digest

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Act) and self.digest == other.digest

    @override
    def __hash__(self) -> int:
        return hash(self.digest)


@dataclass(frozen=True, eq=False, slots=True)
class Admit(Act):
    """Gives a seat its place and its member roles. `until` in ms UTC: no longer written to from then on."""

    certificate: Certificate
    roles: frozenset[Role]
    until: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class End(Act):
    """Takes a seat; its log counts up to `heads`."""

    seat: SeatId
    heads: frozenset[Head]


@dataclass(frozen=True, eq=False, slots=True)
class Lower(Act):
    """Takes a role of a member, the person (`MEMBER`), or the rule for helpers, for what lies beyond `heads`."""

    member: MemberId
    role: str
    heads: frozenset[Head]


@dataclass(frozen=True, eq=False, slots=True)
class Lift(Act):
    """Takes an end or a lower back, by its digest."""

    taking: Digest


@dataclass(frozen=True, eq=False, slots=True)
class Recover(Act):
    """Makes a member keeper of each case that was founded with recovery. Only the sheets can."""

    member: MemberId


@dataclass(frozen=True, eq=False, slots=True)
class Replace(Act):
    """Other sheets in the place of those that sign it: their keys, and what the old ones did and stays done.

    It counts on a device once its person has compared the words of the new sheets; then it comes in as `Root`.
    """

    root: bytes
    recovery: bytes
    keeps: frozenset[Digest]


@dataclass(frozen=True, eq=False, slots=True)
class BySheets(Act):
    """An act of the sheets: signed with a root key, and checked. It counts in any log."""

    root: bytes
    act: Admit | End | Lower | Lift | Recover | Replace


@dataclass(frozen=True, eq=False, slots=True)
class Begin(Act):
    """The vault begins: keys of its first sheets, and whether a supervisor alone may admit helpers."""

    root: bytes
    recovery: bytes
    helpers: bool


class Rank(IntEnum):
    """Standing in a case. Above them all stands what an admin takes; in a section, what its case takes."""

    MEMBER = 0
    LEAD = 1
    KEEPER = 2
    CASE = 3
    ADMIN = 4


@dataclass(frozen=True, eq=False, slots=True)
class OfCase(Act):
    """What belongs to a case or section."""

    case: CompartmentId


@dataclass(frozen=True, eq=False, slots=True)
class Found(OfCase):
    """A case begins, or a section `within` one, with its keepers. It counts always."""

    keepers: frozenset[MemberId]
    with_recovery: bool = False
    within: CompartmentId | None = None


@dataclass(frozen=True, eq=False, slots=True)
class LetIn(OfCase):
    """Gives a member a rank. `until` as in `Admit`, at most its giver's."""

    member: MemberId
    rank: Rank
    until: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class PutOut(OfCase):
    """Takes the case from a member, as an admin or by one's own rank; from oneself: leaves it."""

    member: MemberId
    heads: frozenset[Head]
    as_admin: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class LetBack(OfCase):
    """Takes a put-out back, by its digest: the ranks given before stand again."""

    taking: Digest
