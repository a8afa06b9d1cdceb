"""A supervisor with a patched program writes rosters that nobody else signed: certificates swapped, members added.

The directory is theirs to write in: each forged roster lies among the true ones, sealed and listed as those are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import MemberId, RecordId, make_id
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import make_signing_seed, public_key
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking

CASEWORKER = frozenset({Role.CASEWORKER})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a roster is made of, to be changed."""

    head: RosterHead
    members: tuple[MemberEntry, ...]
    seats: tuple[Certificate, ...]
    endings: tuple[Ending, ...] = ()
    before: tuple[bytes, ...] = ()  # what the roster follows that this one follows

    @classmethod
    def following(cls, newest: Roster) -> Parts:
        """Return those of the roster that would follow and change nothing."""
        head = replace(newest.head, number=newest.head.number + 1, prev=(newest.root,), new_root=None)
        members = tuple(MemberEntry(member, roles) for member, roles in newest.members.items())
        return cls(head, members, tuple(newest.certificates.values()), before=newest.head.prev)

    def made(self) -> Roster:
        return make_roster(self.head, self.members, self.seats, self.endings, random=secrets.token_bytes)

    def with_seats(self, *seats: Certificate) -> Parts:
        changed = {one.seat: one for one in seats}
        return replace(self, seats=tuple(changed.pop(one.seat, one) for one in self.seats) + tuple(changed.values()))

    def seat_of(self, who: Colleague) -> Certificate:
        return next(one for one in self.seats if one.seat == who.seat)


@dataclass(frozen=True, slots=True)
class People:
    """The attacker, and two whom they would like to be, or to have, in their hands."""

    mira: MemberId
    oren: Colleague
    amina: Colleague
    joel: Colleague


def swapped(parts: Parts, people: People, *names: str) -> Parts:
    """Exchange these members of the certificates of two people."""
    one, other = parts.seat_of(people.amina), parts.seat_of(people.joel)
    return parts.with_seats(
        replace(one, **{name: getattr(other, name) for name in names}),
        replace(other, **{name: getattr(one, name) for name in names}),
    )


def new_seat(member: bytes) -> Certificate:
    kem = KemPrivate.from_seed(make_kem_seed()).public
    return Certificate(make_id(), member, kem, public_key(make_signing_seed()), secrets.token_bytes(32))


def add_member(parts: Parts, people: People, role: str) -> Parts:
    member = make_id()
    added = replace(parts, members=(*parts.members, MemberEntry(member, frozenset({role}))))
    return added.with_seats(new_seat(member))


def give_roles(parts: Parts, people: People) -> Parts:
    mine = MemberEntry(people.oren.member, frozenset({"admin", "supervisor"}))
    return replace(parts, members=(*(one for one in parts.members if one.member != mine.member), mine))


def end(parts: Parts, who: Colleague) -> Parts:
    gone = parts.seat_of(who)
    return replace(
        parts,
        members=tuple(one for one in parts.members if one.member != who.member),
        seats=tuple(one for one in parts.seats if one != gone),
        endings=(Ending(gone.seat, {gone.genesis: 0}),),
    )


Forge = Callable[[Parts, People], Parts]
FORGED: dict[str, Forge] = {
    "two people's public keys swapped": lambda parts, people: swapped(parts, people, "kem"),
    "two people's identities swapped": lambda parts, people: swapped(parts, people, "identity", "genesis"),
    "two people's certificates swapped": lambda parts, people: swapped(parts, people, "member"),
    "the attacker's public key for another's": lambda parts, people: parts.with_seats(
        replace(parts.seat_of(people.amina), kem=parts.seat_of(people.oren).kem)
    ),
    "a further device for the admin": lambda parts, people: parts.with_seats(new_seat(people.mira)),
    "another admin": lambda parts, people: add_member(parts, people, "admin"),
    "another supervisor": lambda parts, people: add_member(parts, people, "supervisor"),
    "more roles for the attacker": give_roles,
    "somebody ended": lambda parts, people: end(parts, people.amina),
    "another recovery key": lambda parts, people: replace(
        parts, head=replace(parts.head, recovery=KemPrivate.from_seed(make_kem_seed()).public)
    ),
    "another root": lambda parts, people: replace(
        parts, head=replace(parts.head, new_root=public_key(make_signing_seed()))
    ),
    "a suite that nobody chose": lambda parts, people: replace(parts, head=replace(parts.head, suites=(2,))),
    "the rights of before": lambda parts, people: replace(parts, head=replace(parts.head, rights=1)),
    "a number left out": lambda parts, people: replace(parts, head=replace(parts.head, number=parts.head.number + 1)),
    "a beginning of its own": lambda parts, people: replace(parts, head=replace(parts.head, number=0, prev=())),
    "a fork that admits an admin": lambda parts, people: add_member(
        replace(parts, head=replace(parts.head, number=parts.head.number - 1, prev=parts.before)), people, "admin"
    ),
}


@pytest.fixture(scope="module")
def _office(short_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> tuple[Filled, People]:
    place = short_template.place.copied_to(tmp_path_factory.mktemp("rosters"))
    with place.open() as owner:
        mira = owner.member
        oren = admit(owner)
        amina = admit(owner, name="Amina Raskolda", passphrase=b"seven tin drums", roles=CASEWORKER)
        joel = admit(owner, name="Joel Brandvik", passphrase=b"six grey geese", roles=CASEWORKER)
    return replace(short_template, place=place), People(mira, oren, amina, joel)


@pytest.fixture
def office(_office: tuple[Filled, People], tmp_path: Path) -> tuple[Filled, People]:
    filled, people = _office
    return replace(filled, place=filled.place.copied_to(tmp_path / "rosters")), people


def signatures(session: Session, roster: Roster, newest: Roster) -> Sequence[Roster]:
    """Return the roster as it is, with the true ones' signatures, with one's own, and with one's own twice over."""
    public, own = session.sign(ROSTER_PURPOSE, roster.root)
    alone = roster.signed(public, own)
    return (
        roster,
        Roster(roster.entries, newest.signatures),
        alone,
        Roster(roster.entries, (*alone.signatures, *newest.signatures)),
        Roster(roster.entries, (*alone.signatures, *alone.signatures)),
    )


def test_no_roster_of_one_supervisor_changes_who_is_in(office: tuple[Filled, People]) -> None:
    filled, people = office
    with people.oren.open(filled.place) as session:
        effective, newest = session.directory.effective, session.directory.chain.accepted[-1]
        for name, forge in FORGED.items():
            for roster in signatures(session, forge(Parts.following(newest), people).made(), newest):
                write(session, roster)
            assert session.directory.effective == effective, name
    with filled.open() as owner:
        assert owner.directory.effective == effective
        notes.add(owner, filled.cases[0], Note(NoteKind.CONTACT, "work goes on"))
        assert log_checking.verify(owner).verified
        owner.require_sound_log()
        assert cases.open_case(owner, filled.cases[0]).notes[-1].value.text == "work goes on"


def test_a_device_that_a_supervisor_admits_in_anothers_name_is_told_to_them(office: tuple[Filled, People]) -> None:
    """A supervisor alone may, for whoever lost theirs; and could keep it in their own hands."""
    filled, people = office
    for who in (people.amina, people.joel):
        with who.open(filled.place) as session:
            housekeeping.settle(session)
    with people.oren.open(filled.place) as session:
        forged = new_seat(people.amina.member)
        roster = Parts.following(session.directory.chain.accepted[-1]).with_seats(forged).made()
        write(session, roster.signed(*session.sign(ROSTER_PURPOSE, roster.root)))
        assert forged.seat in session.directory.effective.certificates
    with people.amina.open(filled.place) as session:
        assert any(forged.seat.hex()[:8] in line and "in your name" in line for line in in_english(session.warnings))
    with people.amina.open(filled.place):
        pass  # once more: the first session could have been cut off before it told
    for who in (people.amina, people.joel):
        with who.open(filled.place) as session:
            assert not any("in your name" in line for line in in_english(session.warnings))


def write(session: Session, roster: Roster) -> None:
    home = session.directory.compartment
    with session.work(home) as work:
        work.write(home, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="roster.change"))
    refresh(session)
