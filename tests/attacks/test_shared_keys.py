"""Patched programs of people who are in: what they list or write beyond their standing in a case counts for nobody.

A key is no right: whoever holds one that they were not given, or hands theirs on, changes nothing but under which key
others write next.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.flooding import make_siblings
from tests.attacks.outsider import learn, learn_as
from tests.services.colleague import Colleague, admit
from tests.services.founded import PASSPHRASE, Filled
from tests.services.organisation import DANA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.membership.act_listing import shared_compartments
from vault.access.membership.sheets import change_sheets
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.keyrings import missing_keys
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId, make_id
from vault.log.act_bytes import MadeAct, found, let_back, let_in, put_out
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item, ItemKind
from vault.policy.decide import Decision
from vault.policy.roles import Role
from vault.records.epochs import make_grant
from vault.records.seatlog import Holder
from vault.records.versions import open_version
from vault.records.work import Entry, Work
from vault.services.cases import case_people, cases, intake, notes, searching, sections
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import devices, members
from vault.store.rowtypes import EpochRow
from vault.trust.trust_items import Found, PutOut, Rank

NOTE = {"kind": "contact", "text": "planted"}
SECOND, SECOND_PASSPHRASE = "Ilse Varnhagen", b"eleven silver thimbles"
CASEWORKER = frozenset({Role.CASEWORKER})


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A supervisor in the same folder who holds no case."""
    with short.open() as session:
        return admit(session)


def holders(session: Session, *seats: bytes) -> list[Holder]:
    return session.directory.holders([*map(SeatId, seats)], with_recovery=False)


def standing(session: Session, case: CompartmentId) -> tuple[dict[MemberId, Rank], set[PutOut]]:
    """Return who is in a case with which rank, and the put-outs in effect."""
    return sharing.ranks_of(session, case), set(sharing.takings_of(session, case))


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def last_key(session: Session, case: CompartmentId) -> bytes:
    """Return the key under which this device wrote last in a case."""
    with session.database.reading() as rows:
        return max(
            (one for one in rows.versions(case) if one.origin == session.log.origin), key=lambda one: one.seq
        ).epoch


def write_into(session: Session, case: CompartmentId) -> int:
    with Work(session.log) as work:
        work.write(case, RecordId(make_id()), "note", NOTE)
        return work.commit(Entry(act="case.import")).seq


def list_made(session: Session, *made: MadeAct) -> None:
    """List acts of a case as a program does that refuses nothing, each in an entry of its own."""
    for one in made:
        with Work(session.log) as work:
            work.list_act(one)
            work.commit(Entry(act="case.import" if isinstance(one.act, Found) else "grant.add"))


def test_without_a_grant_no_byte_of_a_case_opens_whatever_the_program_allows(
    short: Filled, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault.access.session.may", lambda *_, **__: Decision(allowed=True, rule="patched"))
    monkeypatch.setattr(Session, "holds", lambda *_: True)
    case = short.cases[0]
    with colleague.open(short.place) as session:
        for attempt in OPENING:
            with pytest.raises(VaultError):
                attempt(session, case)
        assert not searching.search(session, "Quillfeather").hits
        with session.database.reading() as rows:
            sealed = rows.versions(case)
        assert len(sealed) > 6
        every_key = session.keyring
        assert all(open_version(one, vault=session.vault, keyring=every_key) is None for one in sealed)
        for one in sealed:
            for epoch in (epoch for held in every_key.compartments() for epoch in every_key.epochs_of(held)):
                with pytest.raises(VaultError):
                    open_version(one._replace(epoch=epoch), vault=session.vault, keyring=every_key)


OPENING: list[Callable[[Session, CompartmentId], object]] = [
    cases.open_case,
    lambda session, case: notes.add(session, case, Note(NoteKind.CONTACT, "in")),
    lambda session, case: case_people.add(session, case, role="witness", names=["In"]),
]


def lines_of_a_thief(session: Session, case: CompartmentId, owner: MemberId, friend: MemberId) -> list[MadeAct]:
    """Return all that somebody of no standing may hope for: in themselves, others out, what was taken back."""
    own, nonce = session.member, make_id
    state = session.state_of(case)
    assert state is not None
    assert state.case is not None
    back = [let_back(case, taken.digest, nonce()) for taken in state.case.takings]
    return [
        let_in(case, own, Rank.KEEPER, None, nonce()),
        *(back if own not in state.case.members else ()),
        put_out(case, owner, (), nonce()),
        put_out(case, owner, (), nonce(), as_admin=True),
        put_out(case, friend, (), nonce()),
        found(case, None, [own], with_recovery=False, nonce=nonce()),
    ]


@pytest.mark.parametrize("was", ["never in", "put out", "a member"])
def test_lines_of_somebody_below_give_nothing_and_put_out_neither_those_above_nor_equals(
    short: Filled, colleague: Colleague, was: str
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        friend = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [friend.member, *([colleague.member] if was != "never in" else ())])
        if was == "put out":
            sharing.revoke(owner, case, [colleague.member])
        before, said, member = standing(owner, case), texts(owner, case), owner.member
    with colleague.open(short.place) as thief:
        list_made(thief, *lines_of_a_thief(thief, case, member, friend.member))
    with short.open() as owner:
        assert standing(owner, case) == before
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
        assert texts(owner, case) == {*said, "work goes on"}
        owner.require_sound_log()
    with friend.open(short.place) as session:
        assert "work goes on" in texts(session, case)
    with colleague.open(short.place) as thief:
        assert thief.holds(case) == (was == "a member")


def plant_key(session: Session, case: CompartmentId, to: SeatId, known: EpochId) -> None:
    """Make a key of the case, and give it to whoever is in."""
    del known
    with Work(session.log) as work:
        work.add_key(case, CompartmentKind.CASE, holders(session, session.seat, to))
        work.commit(Entry(act="key.rotate"))


def claim_key(session: Session, case: CompartmentId, to: SeatId, known: EpochId) -> None:
    """Say that the key of the case was made in this log."""
    del to
    notice = EpochNotice(1, session.vault, case, CompartmentKind.CASE, session.log.origin, known)
    with session.database.transaction() as rows:
        if rows.epoch(notice.digest()) is None:
            rows.add_epochs([EpochRow(notice.digest(), case, notice.encode())])
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(ItemKind.EPOCH, case, notice.digest()))
        work.commit(Entry(act="key.rotate"))


def give_under_its_name(session: Session, case: CompartmentId, to: SeatId, known: EpochId) -> None:
    """Give another key under the name of the one that the case has."""
    (holder,) = holders(session, to)
    grant = make_grant(session.log.place, case, known, secrets.token_bytes(32), holder)
    with session.database.transaction() as rows:
        rows.add_grants([grant])
    with Work(session.log) as work:
        work._items.append(Item.of_given(case, known, to))
        work.commit(Entry(act="grant.add"))


@pytest.mark.parametrize("plant", [plant_key, claim_key, give_under_its_name])
def test_whoever_is_not_in_a_case_gives_it_no_key_under_which_others_write(
    short: Filled, colleague: Colleague, plant: Callable[[Session, CompartmentId, SeatId, EpochId], None]
) -> None:
    """Neither who has a key of their own there, nor who was given all that they have."""
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seats, known, said = (owner.seat, member.seat), EpochId(last_key(owner, case)), texts(owner, case)
    with colleague.open(short.place) as attacker:
        for seat in seats:
            plant(attacker, case, seat, known)
    for opens in (short.open, lambda: member.open(short.place)):
        with opens() as session:
            notes.add(session, case, Note(NoteKind.CONTACT, f"by {session.seat.hex()}"))
            assert last_key(session, case) == known
            assert texts(session, case) >= said
            session.require_sound_log(case)


def test_under_a_key_that_a_member_handed_on_nobody_writes_any_more(short: Filled, colleague: Colleague) -> None:
    """Whether what lists it counts or not: it says who has the key."""
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        known = EpochId(last_key(owner, case))
    with member.open(short.place) as session, Work(session.log) as work:
        work.grant(case, known, holders(session, colleague.seat))
        work.commit(Entry(act="grant.add"))
    with short.open() as owner:
        notes.add(owner, case, Note(NoteKind.CONTACT, "Sealwort, for those who are in"))
        assert last_key(owner, case) != known
    with member.open(short.place) as session:
        assert "Sealwort, for those who are in" in texts(session, case)
    assert b"Sealwort" not in found_by(short, colleague)


def found_by(filled: Filled, who: Colleague) -> bytes:
    """Return all that somebody's keys open in the folder, of which the database's key leaked."""
    own = learn_as(filled.path, who.name, who.passphrase).secrets
    return everything([filled.path], filled.place.vault_id, own, [learn(filled.path).key])


def test_a_reviewer_who_may_read_alone_writes_nothing_that_counts(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        reviewer = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles={Role.LEGAL_REVIEWER})
        sharing.grant(owner, case, [reviewer.member])
        said = texts(owner, case)
    with reviewer.open(short.place) as attacker:
        assert texts(attacker, case) == said
        with pytest.raises(RefusedError, match="your role does not allow it"):
            notes.add(attacker, case, Note(NoteKind.CONTACT, "refused by policy"))
        seq, origin = write_into(attacker, case), attacker.log.origin
    with short.open() as owner:
        assert texts(owner, case) == said
        assert [(one.origin, one.seq, one.check) for one in owner.quarantine] == [(origin, seq, "C5")]


@pytest.fixture
def revoked(short: Filled, colleague: Colleague) -> Colleague:
    """The colleague was in the first case, wrote into it, and was put out."""
    case = short.cases[0]
    with short.open() as owner:
        sharing.grant(owner, case, [colleague.member])
    with colleague.open(short.place) as member:
        notes.add(member, case, Note(NoteKind.CONTACT, "before the revocation"))
    with short.open() as owner:
        assert sharing.revoke(owner, case, [colleague.member]) == {colleague.member}
        notes.add(owner, case, Note(NoteKind.CONTACT, "Sealwort, after the revocation"))
    return colleague


def test_what_a_revoked_member_wrote_before_stays_and_the_case_opens_for_them_no_more(
    short: Filled, revoked: Colleague
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        assert {"before the revocation", "Sealwort, after the revocation"} <= texts(owner, case)
    with revoked.open(short.place) as attacker:
        assert not attacker.holds(case)
        with pytest.raises(RefusedError, match="was not granted to you"):
            cases.open_case(attacker, case)
        assert not searching.search(attacker, "Quillfeather").hits
        assert attacker.quarantine == []
        assert not any(not alarm.is_news for alarm in attacker.alarms)
    assert b"Sealwort" not in found_by(short, revoked)


def keep_keys(session: Session, case: CompartmentId) -> None:
    """Give a patched program the keys of before, which its grants still open."""
    with session.database.reading() as rows:
        for one in missing_keys(
            rows, session.log.place, session.kem_private, session.keyring, session.learned.listings
        ):
            if one.compartment == case and one.key is not None:
                session.keyring.add(case, one.epoch, one.key)
    assert session.holds(case)


@pytest.mark.parametrize("fresh", [False, True], ids=["in its log", "in a fresh log"])
def test_nothing_that_a_revoked_seat_writes_counts_and_all_of_it_when_they_are_let_back(
    short: Filled, revoked: Colleague, fresh: bool
) -> None:
    case = short.cases[0]
    if fresh:  # without its pins a seat begins a log that no put-out names
        shutil.rmtree(short.state / "pins")
    with short.open() as owner:
        said = texts(owner, case)
    with revoked.open(short.place) as attacker:
        keep_keys(attacker, case)
        write_into(attacker, case)
    with short.open() as owner:
        assert texts(owner, case) == said
        assert {one.check for one in owner.quarantine} == {"C6"}
        owner.require_sound_log()  # nor does it keep anybody from exporting
        assert sharing.grant(owner, case, [revoked.member]) == {revoked.member}
        assert texts(owner, case) == {*said, NOTE["text"]}
    with revoked.open(short.place) as member:
        notes.add(member, case, Note(NoteKind.CONTACT, "back again"))
        assert texts(member, case) == {*said, NOTE["text"], "back again"}
    with short.open() as owner:
        assert "back again" in texts(owner, case)
        assert log_checking.verify(owner).verified


BEFORE, LATER = "written before the suspension: Umbrakess", "written after the suspension: Vantaskola"


@pytest.mark.long
def test_hundreds_of_keys_of_a_case_stop_no_act_and_no_suspension(organisation: Organisation) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        case = cases.create(mira, title="Shared", kind="asylum").case
        notes.add(mira, case, Note(NoteKind.CONTACT, BEFORE))
        share(mira, case, organisation, JOEL, SELIN)
        give(mira, joel)
        make_siblings(joel, case, 850, to=[mira.seat], writes=True)
        assert not give(joel, mira).faults
    with organisation.at(MIRA, TOMAS) as (mira, tomas):
        notes.add(mira, case, Note(NoteKind.CONTACT, "work goes on"))
        assert sharing.grant(mira, case, [tomas.member]) == {tomas.member}
        assert members.suspend(mira, organisation[JOEL].member).is_done
        notes.add(mira, case, Note(NoteKind.CONTACT, LATER))
        give(mira, tomas)
        assert texts(tomas, case) == {BEFORE, "work goes on", LATER}
        assert mira.faults() == tomas.faults() == []
        assert log_checking.verify(mira).verified
        vault = mira.vault
    theirs, own = organisation[MIRA], organisation[JOEL]
    learned = [learn_as(one.place.path, one.name, PASSPHRASE) for one in (theirs, own)]
    read = everything([theirs.place.path, own.place.path], vault, learned[1].secrets, [one.key for one in learned])
    assert BEFORE.encode() in read
    assert LATER.encode() not in read


@pytest.mark.long
def test_hundreds_of_keys_of_what_all_share_stop_no_change_of_members_and_no_other_sheets(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, SELIN) as (mira, selin):
        for home in shared_compartments(selin).values():
            make_siblings(selin, home, 256, to=[mira.seat])
        assert not give(selin, mira).faults
        devices.name(mira, organisation[JOEL].seat, "the laptop of the field office")
        assert members.change_roles(mira, organisation[TOMAS].member, ["caseworker"]).is_done
        assert devices.lost(mira, organisation[DANA].seat).outcome.is_done
        assert members.suspend(mira, selin.member).is_done
        change_sheets(mira, kept_secret(mira) or b"")
        intake.add(mira, text=LATER)
        assert mira.faults() == []
        vault = mira.vault
    with organisation.at(MIRA, TOMAS) as (mira, tomas):
        give(mira, tomas)
        assert [line.stored.value.text for line in intake.list_open(tomas)] == [LATER]
        assert log_checking.verify(mira).verified
    learned = [learn_as(organisation[name].place.path, organisation[name].name, PASSPHRASE) for name in (SELIN, MIRA)]
    folders: Sequence[Path] = [organisation[name].place.path for name in (SELIN, MIRA)]
    assert LATER.encode() not in everything(folders, vault, learned[0].secrets, [one.key for one in learned])


def test_hundreds_of_keys_of_a_section_go_with_their_maker(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        section = sections.create(owner, case, what="health", title="Kept apart")
        sharing.grant(owner, section, [member.member])
        seat = owner.seat
    with member.open(short.place) as session:
        make_siblings(session, section, 256, to=[seat])
    with short.open() as owner:
        assert sharing.revoke(owner, section, [member.member]) == {member.member}
        sections.add_note(owner, section, Note(NoteKind.CONTACT, "Sealwort, later"))
        assert [note.value.text for note in sections.open_section(owner, section).notes] == ["Sealwort, later"]
    assert b"Sealwort" not in found_by(short, member)


def test_who_lists_keys_of_others_and_seals_them_wrongly_keeps_them_from_nobody(
    short: Filled, colleague: Colleague
) -> None:
    """Who a giver is, no row proves: what does not open as from one is not held against another."""
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        make_siblings(owner, case, 8, to=[member.seat])
        sharing.grant(owner, case, [member.member])
        keys, said = [EpochId(key) for key in owner.keyring.epochs_of(case)], texts(owner, case)
    with colleague.open(short.place) as attacker:
        for _ in range(8):
            for key in keys:
                give_under_its_name(attacker, case, member.seat, key)
    with member.open(short.place) as session:
        assert {*session.keyring.epochs_of(case)} == {*keys}
        assert texts(session, case) == said
