"""The organisation as this device believes it: the lines of all logs, judged by the rule of trust (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, Digest, MemberId, Origin, SeatId, VaultId
from vault.log.act_bytes import anchor_digest, recovery_seat
from vault.log.epoch_notice import founded_compartment
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.trust.log_trees import Listed, Logs, Root
from vault.trust.trust_items import Act, Admit, Begin, BySheets, Certificate, End, Head, Lower, Replace
from vault.trust.who_is_in import Organisation
from vault.validity.deciding_lines import Line, Lines
from vault.validity.log_places import LogPlaces
from vault.words.message import Message

# In entry 0 of the vault the keys of what the organisation shares are founded in this order.
_SHARED_AT = {
    CompartmentKind.DIRECTORY: 0,
    CompartmentKind.REGISTER: 1,
    CompartmentKind.INTAKE: 2,
    CompartmentKind.SENDING: 3,
}


class Beginning(NamedTuple):
    """How a vault begins: whose first log it is, and with which sheets."""

    founder: Certificate
    said: Begin


class Listing(NamedTuple):
    """One act in one log: who listed it, and whether their entry counts."""

    act: Act
    line: Line
    seat: SeatId
    counts: bool


@dataclass(frozen=True)
class Directory:
    """Who is in by what is here. Made once, never changed.

    Attributes:
        lines: what it was judged from.
        places: where the entries of all logs stand.
        beginning: the founder, and the first sheets.
        chosen: which acts that replace sheets their person has compared here, the last one last.
        organisation: what the rule makes of it.
    """

    vault: VaultId
    lines: Lines
    places: LogPlaces
    beginning: Beginning
    chosen: tuple[Replace, ...]
    organisation: Organisation
    logs: Logs = field(repr=False)

    @property
    def acts(self) -> Sequence[Listed]:
        """Each act of each entry."""
        return self.logs.listed

    @cached_property
    def lenient(self) -> Organisation:
        """The organisation by which takings in cases are judged: without stops, and with what may lead to heads."""
        return Organisation(self.logs, stops=False, lenient=True)

    @cached_property
    def all_shared(self) -> Mapping[CompartmentId, CompartmentKind]:
        """The compartments that the whole organisation shares, and what each is for."""
        return {self.shared(kind): kind for kind in _SHARED_AT}

    @property
    def compartment(self) -> CompartmentId:
        """The compartment that every seat holds."""
        return self.shared(CompartmentKind.DIRECTORY)

    def shared(self, kind: CompartmentKind) -> CompartmentId:
        """Return the compartment of a kind that the whole organisation shares."""
        return CompartmentId(founded_compartment(self.beginning.founder.origin, 0, _SHARED_AT[kind]))

    @property
    def root_public(self) -> bytes:
        """The key of the sheets in effect here."""
        return self.chosen[-1].root if self.chosen else self.beginning.said.root

    @property
    def recovery(self) -> bytes:
        """The public key to which what the sheets shall open is given."""
        return self.chosen[-1].recovery if self.chosen else self.beginning.said.recovery

    @property
    def recovery_seat(self) -> SeatId:
        """As which seat the sheets in effect are given keys."""
        return recovery_seat(self.recovery)

    @cached_property
    def later_sheets(self) -> list[Replace]:
        """All acts here that put other sheets in the place of the first, or of any that followed those."""
        replacing = [act for _, act in self.acts if isinstance(act, BySheets) and isinstance(act.act, Replace)]
        own, roots = _signed_by_themselves(self.acts), {self.beginning.said.root}
        found = dict[Replace, None]()
        for _ in replacing:  # each may go on from any other
            for act in replacing:
                if act.root in roots and (later := own.get(act.act.digest)) is not None:
                    found[later] = None
                    roots.add(later.root)
        return list(found)

    @property
    def anchor(self) -> bytes:
        """What the vault's 13 words are the words of."""
        return anchor_digest(self.beginning.said.root, self.beginning.said.recovery, self.beginning.founder.identity)

    @property
    def sheets_digest(self) -> bytes:
        """What the words of the sheets in effect are the words of."""
        return anchor_digest(self.root_public, self.recovery, self.beginning.founder.identity)

    @cached_property
    def known(self) -> Mapping[SeatId, Certificate]:
        """The certificate of each seat that was let in, taken since or not."""
        founder = self.beginning.founder
        admits = (act.certificate for act in self.organisation.admits)
        return {founder.seat: founder} | {certificate.seat: certificate for certificate in admits}

    @cached_property
    def certificates(self) -> Mapping[SeatId, Certificate]:
        """The certificate of each seat that is in."""
        out = self.organisation.out
        return {seat: certificate for seat, certificate in self.known.items() if seat not in out}

    @cached_property
    def members(self) -> Mapping[MemberId, frozenset[Role]]:
        """Who is in, with or without a device, and with which roles."""
        return {
            member: roles for member, roles in self.organisation.roles.items() if member not in self.organisation.left
        }

    def member_of(self, seat: SeatId) -> MemberId:
        """Return whose seat this is.

        Raises:
            VerificationError: it is not in.
        """
        certificate = self.certificates.get(seat)
        if certificate is None:
            raise VerificationError(Message("device {seat} is not a device of a member", seat=seat.hex()))
        return certificate.member

    def certificate_of(self, seat: bytes) -> Certificate | None:
        """Return the certificate of a seat that is in or was: an ended seat's log counts as far as it was heard."""
        return self.known.get(SeatId(seat))

    def roles_of(self, member: MemberId) -> frozenset[Role]:
        """Return a member's roles."""
        return self.members.get(member, frozenset())

    def holders(self, seats: Sequence[SeatId], *, with_recovery: bool = True) -> list[Holder]:
        """Return these seats with their certified keys, and recovery."""
        certified = [Holder(seat, self.certificates[seat].kem) for seat in seats]
        return [*certified, Holder(self.recovery_seat, self.recovery)] if with_recovery else certified

    def auditors(self) -> list[Holder]:
        """Return who can read audit payloads: the seats of auditors, and recovery."""
        return self.holders([seat for seat, item in self.certificates.items() if Role.AUDITOR in self.roles_at(item)])

    def roles_at(self, certificate: Certificate) -> frozenset[Role]:
        """Return the roles of the member of a seat."""
        return self.roles_of(certificate.member)

    @cached_property
    def listings(self) -> Mapping[bytes, Sequence[Listing]]:
        """Who listed each act: digest -> each entry that does, of seats that were let in and of others."""
        found: dict[bytes, list[Listing]] = {}
        for line in self.lines.lines:
            place = self.places.of(line.origin, line.seq, line.digest)
            if place is not None:
                for act in line.acts(self.vault):
                    listing = Listing(act, line, place.log, self.organisation.counts(place))
                    found.setdefault(act.digest, []).append(listing)
        return found

    def listed_by(self, act: Act) -> frozenset[MemberId]:
        """Return the members in whose logs an act stands, in entries that count."""
        counting = (listing.seat for listing in self.listings.get(act.digest, ()) if listing.counts)
        return frozenset(self.organisation.members[seat] for seat in counting)

    def by_sheets(self) -> list[BySheets]:
        """Return the acts of the sheets in effect."""
        of_sheets = dict.fromkeys(act for _, act in self.acts if isinstance(act, BySheets))
        return [act for act in of_sheets if self.is_in_effect(act)]

    def is_in_effect(self, act: BySheets) -> bool:
        """Say whether an act is of the sheets in effect, or one that they keep."""
        return act.root == self.root_public or (bool(self.chosen) and act.digest in self.chosen[-1].keeps)

    @property
    def founding_log(self) -> Origin:
        """The log whose entry 0 founds the vault."""
        return self.beginning.founder.origin

    def replacements(self) -> list[Replace]:
        """Return the acts here that put other sheets in the place of those in effect, and are not chosen."""
        by_these = {act.act for act in self.by_sheets() if act.root == self.root_public}
        return [act for act in self.later_sheets if act in by_these and act not in self.chosen]


FindHead = Callable[[Head], Origin | None]
"""A head that a taking names -> the log in which it is here."""


def judge_lines(
    vault: VaultId, lines: Lines, places: LogPlaces, find_head: FindHead, chosen: Sequence[bytes] = ()
) -> Directory:
    """Judge the lines of all logs.

    `chosen` are the digests of acts that replace sheets, as their person compared them, the last one last.

    Raises:
        VerificationError: nothing here founds this vault.
    """
    placed = [
        Listed(place, act)
        for line in lines.lines
        if (place := places.of(line.origin, line.seq, line.digest)) is not None
        for act in line.acts(vault)
    ]
    beginning = _beginning(vault, lines)
    replaced_by = _chosen(placed, chosen)
    root = Root(replaced_by[-1].root, replaced_by[-1].keeps) if replaced_by else Root(beginning.said.root)
    heads = dict(lines.heads)
    for head in {head for _, act in placed for head in _named_heads(act)} - heads.keys():
        if (found := find_head(head)) is not None:
            heads[head] = found
    logs = Logs(
        founder=beginning.founder,
        certificates={},
        root=root,
        listed=placed,
        branches=places.branches,
        here={head: place for head, origin in heads.items() if (place := places.of_head(head, origin)) is not None},
        helpers=beginning.said.helpers,
    )
    lines = replace(lines, heads=heads)
    return Directory(vault, lines, places, beginning, replaced_by, Organisation(logs), logs)


def _beginning(vault: VaultId, lines: Lines) -> Beginning:
    """Return the founder and the first sheets: the vault's id is made of their keys, so that nobody else fits it."""
    for line in lines.lines:
        acts = list(line.acts(vault)) if line.seq == 0 else []
        certificates = [act.act.certificate for act in acts if isinstance(act, BySheets) and isinstance(act.act, Admit)]
        for said in (act for act in acts if isinstance(act, Begin)):
            for founder in certificates:
                digest = anchor_digest(said.root, said.recovery, founder.identity)
                if founder.origin == line.origin and digest[: len(vault)] == vault:
                    return Beginning(founder, said)
    raise VerificationError(
        Message("nothing here founds this vault: the log of its founder was altered or removed"),
        next_step=Message("Restore the vault from a backup."),
    )


def _chosen(placed: Iterable[Listed], chosen: Sequence[bytes]) -> tuple[Replace, ...]:
    by_digest = _signed_by_themselves(placed)
    return tuple(by_digest[Digest(digest)] for digest in chosen if digest in by_digest)


def _signed_by_themselves(placed: Iterable[Listed]) -> dict[Digest, Replace]:
    """Return the acts that put other sheets in place which these signed too: nobody else can say what they keep."""
    return {
        act.act.digest: act.act
        for _, act in placed
        if isinstance(act, BySheets) and isinstance(act.act, Replace) and act.root == act.act.root
    }


def _named_heads(act: Act) -> frozenset[Head]:
    taking = act.act if isinstance(act, BySheets) else act
    return taking.heads if isinstance(taking, End | Lower) else frozenset()
