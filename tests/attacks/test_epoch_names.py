"""Whoever was in a case knows the names of its keys: naming them again, in their own log, takes nothing from others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.flooding import make_siblings
from tests.attacks.outsider import learn_as
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
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    admit_to,
    ask_to_join,
    finish_joining,
    give,
    open_place,
    share,
)
from vault.access.membership.act_listing import SHARED, list_acts
from vault.access.membership.new_sheets import change_sheets
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.organisation_records import Member
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId, VersionId, make_id
from vault.log.act_bytes import admit as admission_of
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.log.items import Item, ItemKind
from vault.policy.roles import Role
from vault.records.versions import open_each
from vault.records.work import Entry, Work
from vault.services.cases import cases, intake, notes, sections
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import admitting, devices, members
from vault.services.members.admissions import certificate_bytes
from vault.services.members.changes import nonce
from vault.services.projection import authors
from vault.services.projection.places import the_one_of_kind
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
    origins = {seat: session.directory.known[SeatId(seat)].origin for seat in seats}
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


# More keys of a compartment than a row can replace (255): nobody's work stops, and whoever made them can be ended.
BEFORE, LATER = "written before the suspension: Umbrakess", "written after the suspension: Vantaskola"


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def current(session: Session, compartment: CompartmentId) -> int:
    state = session.state_of(compartment)
    assert state is not None
    return len(state.current)


def holds(session: Session, compartment: CompartmentId, seat: bytes) -> bool:
    state = session.state_of(compartment)
    assert state is not None
    return seat in state.holders


def stolen_from(organisation: Organisation, owner: str, thief: str) -> bytes:
    """Return all that one member's keys open in another one's folder, of which the database's key leaked."""
    theirs, own = organisation[owner], organisation[thief]
    secrets = learn_as(own.place.path, own.name, PASSPHRASE).secrets
    leaked = (
        learn_as(theirs.place.path, theirs.name, PASSPHRASE).key,
        learn_as(own.place.path, own.name, PASSPHRASE).key,
    )
    return everything([theirs.place.path, own.place.path], own.place.vault_id, secrets, leaked)


@pytest.mark.long
@pytest.mark.parametrize(("by", "each"), [((JOEL,), 256), pytest.param((JOEL, AMINA), 300, marks=pytest.mark.long)])
def test_hundreds_of_keys_of_a_case_stop_no_act_and_no_suspension(
    organisation: Organisation, by: tuple[str, ...], each: int
) -> None:
    with organisation.open(MIRA) as mira:
        founded = [cases.create(mira, title=f"Shared {number}", kind="asylum").case for number in range(3)]
        for case in founded:
            notes.add(mira, case, Note(NoteKind.CONTACT, BEFORE))
            share(mira, case, organisation, *by)
    flooded = founded[1]
    for name in by:
        with organisation.at(MIRA, name) as (mira, attacker):
            give(mira, attacker)
            make_siblings(attacker, flooded, each)
            assert not give(attacker, mira).faults
    seats = [organisation[name].seat for name in by]
    with organisation.at(MIRA, TOMAS) as (mira, tomas):
        assert current(mira, flooded) >= each
        notes.add(mira, flooded, Note(NoteKind.CONTACT, "work goes on"))
        assert current(mira, flooded) == 1
        assert sharing.grant(mira, flooded, [tomas.member]) == {tomas.member}
        assert sharing.rotate(mira, flooded).left == 0
        assert all(holds(mira, flooded, seat) for seat in seats)
        for name in by:
            assert members.suspend(mira, organisation[name].member).is_done
        for case in founded:
            assert not any(holds(mira, case, seat) for seat in seats)
            notes.add(mira, case, Note(NoteKind.CONTACT, LATER))
        give(mira, tomas)
        assert texts(tomas, flooded) == {BEFORE, "work goes on", LATER}
        assert mira.faults() == tomas.faults() == []
        assert log_checking.verify(mira).verified
    for name in by:
        read = stolen_from(organisation, MIRA, name)
        assert BEFORE.encode() in read
        assert LATER.encode() not in read


@pytest.mark.long
def test_hundreds_of_keys_of_what_all_share_stop_no_change_of_members(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, SELIN) as (mira, selin):
        homes = [the_one_of_kind(selin, kind) for kind in SHARED]
        for home in homes:
            make_siblings(selin, home, 256, to=[mira.seat])
        assert not give(selin, mira).faults
        assert [current(mira, home) for home in homes] == [256] * len(homes)
        devices.name(mira, organisation[JOEL].seat, "the laptop of the field office")
        place = Place(tmp_path / "new" / "office.vault", tmp_path / "new" / "state")
        request, words = ask_to_join(tmp_path, place, admitting.vault_words(mira), "Ilse Varnhagen")
        admitted = admit_to(mira, request, words, "Ilse Varnhagen", "intake", days=3)
        assert admitted.outcome.is_done
        newcomer = Account("Ilse Varnhagen", place, admitted.member, admitted.seat)
        with finish_joining(tmp_path, mira, newcomer) as joined:
            intake.add(joined, text="the first call")
            assert {one.name for one in members.list_all(joined)} >= {"Mira Halvorsen", "Ilse Varnhagen"}
            give(joined, mira)
        assert [line.stored.value.text for line in intake.list_open(mira)] == ["the first call"]
        assert members.change_roles(mira, organisation[TOMAS].member, ["caseworker"]).is_done
        assert devices.lost(mira, organisation[DANA].seat).outcome.is_done
        assert members.suspend(mira, selin.member).is_done
        for home in homes:
            assert current(mira, home) == 1
            assert not holds(mira, home, selin.seat)
        assert mira.faults() == []
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


@pytest.mark.long
def test_a_thousand_keys_of_the_directory_stop_neither_the_root_nor_an_admission(short: Filled) -> None:
    with short.open() as owner:
        supervisor = admit(owner)
    with supervisor.open(short.place) as session:
        make_siblings(session, session.directory.compartment, 1000)
    with short.open() as owner:
        home = owner.directory.compartment
        assert current(owner, home) == 1000
        caseworker = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        assert members.suspend(owner, supervisor.member).is_done
        assert current(owner, home) == 1
        assert not holds(owner, home, supervisor.seat)
    with caseworker.open(short.place) as session:
        assert cases.create(session, title="Work goes on", kind="asylum").ref


def test_hundreds_of_keys_of_a_section_go_with_their_maker(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        section = sections.create(owner, case, what="health", title="Kept apart", members=[member.member])
    with member.open(short.place) as session:
        make_siblings(session, section, 256)
    with short.open() as owner:
        sections.add_note(owner, section, Note(NoteKind.CONTACT, "work goes on"))
        assert sharing.revoke(owner, section, [member.member]).dropped == {member.member}
        assert [note.value.text for note in sections.open_section(owner, section).notes] == ["work goes on"]


@pytest.mark.long
def test_of_keys_that_lie_on_junk_a_newcomer_gets_what_fits_into_a_list(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        newcomer = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session:
        make_siblings(session, case, 1100, to=[seat], writes=True)
    with short.open() as owner:
        before = texts(owner, case)
        assert members.suspend(owner, member.member).is_done
        assert sharing.grant(owner, case, [newcomer.member]) == {newcomer.member}
    with newcomer.open(short.place) as session:
        assert texts(session, case) == before


@pytest.mark.long
def test_hundreds_of_keys_do_not_stop_other_sheets(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session:
        make_siblings(session, case, 1100, to=[seat])
    with short.open() as owner:
        change_sheets(owner, kept_secret(owner) or b"")
        assert recovery.follow(owner).pending == 0
        assert current(owner, case) == 1
        assert recovery.status(owner).stale == 0


# A supervisor may write who a helper is whom they admit. What others said of a member they take back from nobody.
HELPER = "Piet Sunderlok"


def say_of(session: Session, member: MemberId, fields: dict[str, object], *, replaces: bool) -> None:
    """Write a record of a member, in the place of what was said of them at their admission or beside it."""
    home = session.directory.compartment
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    before = next(one for one in opened if one.content.kind == "member" and one.content.fields["member"] == member)
    record, parents = (before.record, [VersionId(before.id)]) if replaces else (RecordId(make_id()), [])
    with session.work(home) as work:
        work.write(home, record, Member.KIND, {"member": member, **fields}, parents)
        work.commit(Entry(act="member.change"))


@pytest.mark.parametrize("replaces", [True, False], ids=["in its place", "beside it"])
def test_a_supervisor_alone_gives_nobody_the_name_of_another_in_silence(
    organisation: Organisation, replaces: bool
) -> None:
    joel, accomplice = organisation[JOEL], organisation[AMINA]
    with organisation.at(SELIN, MIRA) as (selin, mira):
        say_of(selin, joel.member, {"name": "Somebody Else"}, replaces=replaces)
        say_of(selin, accomplice.member, {"name": joel.name}, replaces=replaces)
        give(selin, mira)
        assert authors.find_member(mira, joel.name) == joel.member
        shown = authors.names_of_members(mira)
        assert (shown[joel.member], shown[accomplice.member]) == (joel.name, accomplice.name)
        with pytest.raises(RefusedError, match="already a member with this name"):
            authors.require_new_name(mira, joel.name)


def test_nobody_takes_back_the_end_of_their_own_time(organisation: Organisation) -> None:
    place = organisation[MIRA].place
    with organisation.open(MIRA) as mira:
        helper = admitting.admit_here(
            mira, like="supervisor", name=HELPER, passphrase=bytearray(PASSPHRASE), days=30, by_sheets=True
        )
        (until,) = {one.until_ms for one in members.list_all(mira) if one.member == helper.member}
    with open_place(place, HELPER) as session:
        certificate = session.directory.certificates[session.seat]
        list_acts(session, [admission_of(certificate_bytes(session, certificate), {Role.SUPERVISOR}, None, nonce())])
    with organisation.open(MIRA) as mira:
        assert until is not None
        assert {one.until_ms for one in members.list_all(mira) if one.member == helper.member} == {until}


@pytest.mark.parametrize("member", [[], {}, "text", 5])
def test_a_record_of_no_member_stops_nobody(organisation: Organisation, member: object) -> None:
    with organisation.open(SELIN) as selin:
        home = selin.directory.compartment
        with selin.work(home) as work:
            work.write(home, RecordId(make_id()), Member.KIND, {"member": member, "name": "Nobody"})
            work.commit(Entry(act="member.change"))
        assert members.list_all(selin)
        assert [found.check for found in selin.quarantine] == ["C5"]
