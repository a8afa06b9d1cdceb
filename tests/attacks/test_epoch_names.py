"""Whoever was in a case knows the names of its keys: naming them again, in their own log, takes nothing from others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from tests.attacks.test_shared_keys import (
    NOTE,
    SECOND,
    SECOND_PASSPHRASE,
    give_known_key,
    holders,
    state,
    with_kept_keys,
    write_into,
)
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, make_id
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.log.items import Item, ItemKind
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.store.rowtypes import EpochRow

CASEWORKER = frozenset({Role.CASEWORKER})


@pytest.fixture
def attacker(short: Filled) -> Colleague:
    """A caseworker who held the first case and was revoked."""
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, short.cases[0], [member.member])
        sharing.revoke(owner, short.cases[0], [member.member])
    return member


def list_notice(session: Session, notice: EpochNotice) -> None:
    """List a notice in the session's own log, whoever made the epoch."""
    digest = notice.digest()
    with session.database.transaction() as rows:
        if rows.epoch(digest) is None:
            rows.add_epochs([EpochRow(digest, notice.compartment, notice.encode())])
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(ItemKind.EPOCH, notice.compartment, digest))
        work.commit(Entry(act="key.rotate"))


def founding_and_current(session: Session, case: CompartmentId) -> tuple[EpochId, EpochId]:
    found = session.state_of(case)
    assert found is not None
    return next(iter(found.epochs)), found.current[0]


def drop_everything(session: Session, *seats: bytes) -> list[RevokedLog]:
    """Drop every log of these seats from its beginning on."""
    origins = {seat: session.directory.effective.certificates[seat].genesis for seat in seats}
    return [RevokedLog(seat, origin, 0) for seat, origin in origins.items()]


def names_the_new_key_and_drops_its_owner(attacker: Session, case: CompartmentId, owner: bytes) -> None:
    founding, current = founding_and_current(attacker, case)
    for suite in range(1, 9):  # whatever order their digests have
        revocations = tuple(drop_everything(attacker, owner))
        list_notice(
            attacker, EpochNotice(suite, attacker.vault, case, CompartmentKind.CASE, current, (founding,), revocations)
        )
    give_known_key(attacker, case, attacker.seat)


def lists_the_notice_of_its_own_revocation(attacker: Session, case: CompartmentId, owner: bytes) -> None:
    del owner
    found = attacker.state_of(case)
    assert found is not None
    list_notice(attacker, found.epochs[found.current[0]].made[0].notice)
    give_known_key(attacker, case, attacker.seat)


def puts_the_old_key_in_the_place_of_the_new_one(attacker: Session, case: CompartmentId, owner: bytes) -> None:
    del owner
    founding, current = founding_and_current(attacker, case)
    list_notice(attacker, EpochNotice(1, attacker.vault, case, CompartmentKind.CASE, founding, (current,)))


ATTACKS: Sequence[Callable[[Session, CompartmentId, bytes], None]] = (
    names_the_new_key_and_drops_its_owner,
    lists_the_notice_of_its_own_revocation,
    puts_the_old_key_in_the_place_of_the_new_one,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_revoked_member_who_names_the_new_key_in_a_notice_changes_nothing(
    short: Filled, attacker: Colleague, attack: Callable[[Session, CompartmentId, bytes], None]
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        before, seat = state(owner, case), owner.seat
        count = len(cases.open_case(owner, case).notes)
    with attacker.open(short.place) as session:
        with_kept_keys(short, session)
        attack(session, case, seat)
        write_into(session, case)
    with short.open() as owner:
        assert state(owner, case) == before
        assert attacker.seat in owner.state_of(case).cutoffs  # type: ignore[union-attr]  # it was found above
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
        assert len(cases.open_case(owner, case).notes) == count + 1


def test_two_revoked_members_cannot_bring_each_other_back(short: Filled, attacker: Colleague) -> None:
    """Each says that it made the new key and gives it to the other."""
    case = short.cases[0]
    with short.open() as owner:
        other = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [other.member, attacker.member])
        sharing.revoke(owner, case, [other.member, attacker.member])
        before = state(owner, case)
    for one, friend in ((attacker, other), (other, attacker)):
        with one.open(short.place) as session:
            founding, current = founding_and_current(session, case)
            list_notice(session, EpochNotice(1, session.vault, case, CompartmentKind.CASE, current, (founding,)))
            give_known_key(session, case, friend.seat)
    with short.open() as owner:
        assert state(owner, case) == before


def test_a_revoked_member_who_held_a_newer_key_cannot_bring_one_back_who_did_not(
    short: Filled, attacker: Colleague
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        helper = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [helper.member])
        helped_by = founding_and_current(owner, case)[1]
        sharing.revoke(owner, case, [helper.member])
        before = state(owner, case)
    with helper.open(short.place) as session:
        with_kept_keys(short, session)
        with Work(session.log) as work:
            work.grant(case, helped_by, holders(session, attacker.seat))
            work.commit(Entry(act="grant.add"))
    with short.open() as owner:
        assert state(owner, case) == before


def test_a_holder_who_names_a_new_key_only_for_itself_keeps_nobody_from_the_case(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        taker = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [taker.member])
        everybody = state(owner, case)[2]
    with taker.open(short.place) as session, Work(session.log) as work:
        current = founding_and_current(session, case)[1]
        work.replace_epoch(case, CompartmentKind.CASE, holders(session, session.seat), replaced=[current])
        work.write(case, RecordId(make_id()), "note", NOTE)
        work.commit(Entry(act="key.rotate"))
    with short.open() as owner:
        assert state(owner, case)[2] == everybody
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
        sharing.revoke(owner, case, [taker.member])
        assert state(owner, case)[2] == everybody - {taker.seat}
        notes.add(owner, case, Note(NoteKind.CONTACT, "without the one who took it"))
        found = owner.state_of(case)
        assert found is not None
        assert all(owner.keyring.get(epoch) is not None for epoch in found.current)


def test_an_accomplice_of_a_revoked_member_who_never_held_the_case_drops_nobody(
    short: Filled, attacker: Colleague
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        friend = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        before, seat = state(owner, case), owner.seat
        founding, _ = founding_and_current(owner, case)
    with attacker.open(short.place) as session:
        with_kept_keys(short, session)
        with Work(session.log) as work:
            work.grant(case, founding, holders(session, friend.seat))
            work.commit(Entry(act="grant.add"))
    with friend.open(short.place) as session:
        revocations = tuple(drop_everything(session, seat))
        list_notice(
            session,
            EpochNotice(1, session.vault, case, CompartmentKind.CASE, EpochId(make_id()), (founding,), revocations),
        )
    with short.open() as owner:
        assert state(owner, case) == before
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))


def test_a_drop_that_cuts_away_what_its_own_maker_was_given_binds_nobody(short: Filled) -> None:
    """Else one caseworker could declare that the founder of a case never did anything, and nobody would hold it."""
    case = short.cases[0]
    with short.open() as owner:
        taker = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [taker.member])
        everybody, seat = state(owner, case)[2], owner.seat
    with taker.open(short.place) as session:
        current = founding_and_current(session, case)[1]
        revocations = drop_everything(session, seat)
        with Work(session.log) as work:
            work.replace_epoch(
                case, CompartmentKind.CASE, holders(session, session.seat), replaced=[current], revocations=revocations
            )
            work.commit(Entry(act="grant.remove"))
    with short.open() as owner:
        assert state(owner, case)[2] == everybody
        sharing.revoke(owner, case, [taker.member])
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))


def test_a_thousand_epochs_in_one_entry_are_judged(short: Filled) -> None:
    """Each in the place of the one before, listed from the last to the first: what is asked again stays little."""
    case, count = short.cases[0], 1_000
    with short.open() as owner:
        maker = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [maker.member])
        gone = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER).seat
    with maker.open(short.place) as session:
        names = [founding_and_current(session, case)[1], *(EpochId(make_id()) for _ in range(count))]
        revocations = tuple(drop_everything(session, gone))
        notices = [
            EpochNotice(1, session.vault, case, CompartmentKind.CASE, new, (old,), revocations)
            for old, new in pairwise(names)
        ]
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(one.digest(), case, one.encode()) for one in notices])
        with Work(session.log) as work:
            work._items += [Item.in_compartment(ItemKind.EPOCH, case, one.digest()) for one in reversed(notices)]
            work.commit(Entry(act="key.rotate"))
    with short.open() as owner:
        found = owner.state_of(case)
        assert found is not None
        assert found.current == (names[-1],)
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
