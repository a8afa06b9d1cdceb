"""Patched clients of people who are in: what they write under keys that they were not given counts for nobody else."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable

import pytest

from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.access.trust.keyrings import missing_keys
from vault.access.trust.new_epochs import revocations_of
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, SeatId, make_id
from vault.log.items import Item, ItemKind
from vault.policy.decide import Decision
from vault.policy.roles import Role
from vault.records.epochs import make_epoch, make_grant
from vault.records.seatlog import Holder
from vault.records.versions import open_version
from vault.records.work import Entry, Work
from vault.services.cases import case_people, cases, notes, searching
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index

NOTE = {"kind": "contact", "text": "planted"}
SECOND, SECOND_PASSPHRASE = "Ilse Varnhagen", b"eleven silver thimbles"


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A supervisor in the same folder who holds no case."""
    with short.open() as session:
        return admit(session)


def holders(session: Session, *seats: bytes) -> list[Holder]:
    return session.directory.holders([*map(SeatId, seats)], with_recovery=False)


def state(session: Session, case: CompartmentId) -> tuple[set[bytes], set[bytes], set[bytes]]:
    """Return ids of the epochs that count, of the current ones, and the seats that hold one."""
    found = session.state_of(case)
    assert found is not None
    return set(found.epochs), set(found.current), set(found.holders)


# ---- "a member without a grant cannot read one byte of a case with every policy check saying yes"


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


# ---- planted keys


def plant_epoch(session: Session, case: CompartmentId, *to: bytes) -> EpochId:
    """Put an epoch of the attacker's making in the place of the case's own, and give it to others."""
    current = sorted(state(session, case)[1])
    with Work(session.log) as work:
        epoch = work.replace_epoch(
            case, CompartmentKind.CASE, holders(session, session.seat, *to), replaced=[EpochId(one) for one in current]
        )
        work.commit(Entry(act="key.rotate"))
    return epoch


def found_foreign(session: Session, case: CompartmentId, *to: bytes) -> EpochId:
    """List a founding epoch that claims a compartment which another place founded."""
    new = make_epoch(session.log.place, case, CompartmentKind.CASE, holders(session, session.seat, *to))
    with session.database.transaction() as rows:
        rows.add_epochs([new.row()])
        rows.add_grants(list(new.grants))
    with Work(session.log) as work:
        work._items += [new.item(), *new.grant_items()]
        work.commit(Entry(act="key.rotate"))
    return new.epoch


def give_known_key(session: Session, case: CompartmentId, *to: bytes) -> EpochId:
    """Grant somebody a key for an epoch that the case has, without holding it."""
    epoch = EpochId(next(iter(state(session, case)[1])))
    grants = [
        make_grant(session.log.place, case, epoch, secrets.token_bytes(32), to_one) for to_one in holders(session, *to)
    ]
    with session.database.transaction() as rows:
        rows.add_grants(grants)
    with Work(session.log) as work:
        work._items += [Item.in_compartment(ItemKind.GRANT, case, grant.digest) for grant in grants]
        work.commit(Entry(act="grant.add"))
    return epoch


@pytest.mark.parametrize("plant", [plant_epoch, found_foreign], ids=["in the place of the true one", "as a beginning"])
def test_a_key_planted_in_a_foreign_case_is_not_used(
    short: Filled, colleague: Colleague, plant: Callable[..., EpochId]
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        seat, before = owner.seat, state(owner, case)
    with colleague.open(short.place) as attacker:
        planted = plant(attacker, case, seat)
    with short.open() as owner:
        assert [alarm.code for alarm in owner.alarms if alarm.code == "refused-keys"] == ["refused-keys"]
        assert not any(not alarm.is_news for alarm in owner.alarms)
        assert owner.keyring.get(planted) is None
        assert state(owner, case) == before
        notes.add(owner, case, Note(NoteKind.CONTACT, "after the planting"))
        with owner.database.reading() as rows:
            newest = max(rows.versions(case), key=lambda one: (one.origin == owner.log.origin, one.seq))
        assert newest.epoch in before[1]


def test_a_grant_by_somebody_who_holds_nothing_makes_nobody_a_holder(short: Filled, colleague: Colleague) -> None:
    case = short.cases[0]
    with colleague.open(short.place) as attacker:
        give_known_key(attacker, case, attacker.seat)
    with short.open() as owner:
        assert colleague.seat not in state(owner, case)[2]


def test_two_keys_under_one_epoch_name_are_one_true_and_one_refused(short: Filled, colleague: Colleague) -> None:
    """The epoch's name is the hash of its key: another key sealed under that name opens for nobody."""
    case = short.cases[0]
    with short.open() as owner:
        sharing.grant(owner, case, [colleague.member])
    with colleague.open(short.place) as member:
        give_known_key(member, case, member.seat)
        kept = [member.keyring.get(epoch) for epoch in member.keyring.epochs_of(case)]
    with short.open() as owner:
        assert kept == [owner.keyring.get(epoch) for epoch in owner.keyring.epochs_of(case)]


# ---- writing without the right to


def write_into(session: Session, case: CompartmentId) -> int:
    with Work(session.log) as work:
        work.write(case, RecordId(make_id()), "note", NOTE)
        return work.commit(Entry(act="case.import")).seq


def test_a_reviewer_who_may_read_alone_writes_nothing_that_counts(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        reviewer = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles={Role.LEGAL_REVIEWER})
        sharing.grant(owner, case, [reviewer.member])
        count = len(cases.open_case(owner, case).notes)
    with reviewer.open(short.place) as attacker:
        assert len(cases.open_case(attacker, case).notes) == count
        with pytest.raises(RefusedError, match="your role does not allow it"):
            notes.add(attacker, case, Note(NoteKind.CONTACT, "refused by policy"))
        seq = write_into(attacker, case)
        origin = attacker.log.origin
        give_known_key(attacker, case, attacker.seat)
    with short.open() as owner:
        assert len(cases.open_case(owner, case).notes) == count
        assert [(one.origin, one.seq, one.check) for one in owner.quarantine] == [(origin, seq, "C5")]


def test_what_is_written_with_a_key_that_was_never_granted_does_not_count(short: Filled, colleague: Colleague) -> None:
    """Holding a key is never the right: the key may have been copied."""
    case = short.cases[0]
    with short.open() as owner:
        (epoch,) = owner.keyring.epochs_of(case)
        stolen = owner.keyring.get(epoch) or b""
    with colleague.open(short.place) as attacker:
        attacker.keyring.add(case, epoch, stolen)
        seq = write_into(attacker, case)
        origin = attacker.log.origin
    with short.open() as owner:
        up_to_date_index(owner)
        assert [(one.origin, one.seq, one.check) for one in owner.quarantine] == [(origin, seq, "C6")]


# ---- a revoked member


@pytest.fixture
def revoked(short: Filled, colleague: Colleague) -> Colleague:
    """The colleague held the first case, wrote into it, and was revoked."""
    case = short.cases[0]
    with short.open() as owner:
        sharing.grant(owner, case, [colleague.member])
    with colleague.open(short.place) as member:
        notes.add(member, case, Note(NoteKind.CONTACT, "before the revocation"))
    with short.open() as owner:
        changed = sharing.revoke(owner, case, [colleague.member])
        assert changed.dropped == {colleague.member}
        assert changed.left == 0
        notes.add(owner, case, Note(NoteKind.CONTACT, "Sealwort, after the revocation"))
    return colleague


def test_what_a_revoked_member_wrote_before_stays_and_what_comes_after_opens_for_them_no_more(
    short: Filled, revoked: Colleague
) -> None:
    case = short.cases[0]
    with short.open() as owner:
        texts = {note.value.text for note in cases.open_case(owner, case).notes}
        assert {"before the revocation", "Sealwort, after the revocation"} <= texts
    with revoked.open(short.place) as attacker:
        assert not attacker.holds(case)
        with pytest.raises(RefusedError, match="was not granted to you"):
            cases.open_case(attacker, case)
        assert not searching.search(attacker, "Quillfeather").hits
        assert attacker.quarantine == []
        assert not any(not alarm.is_news for alarm in attacker.alarms)


def test_an_old_key_opens_no_row_that_is_here_after_the_revocation(short: Filled, colleague: Colleague) -> None:
    """A patched client that kept the key has lost even what was written before: no wrap under it is left here."""
    case = short.cases[0]
    with short.open() as owner:
        sharing.grant(owner, case, [colleague.member])
    with colleague.open(short.place) as member:
        kept = [(epoch, member.keyring.get(epoch) or b"") for epoch in member.keyring.epochs_of(case)]
    with short.open() as owner:
        sharing.revoke(owner, case, [colleague.member])
    with colleague.open(short.place) as attacker:
        for epoch, key in kept:
            attacker.keyring.add(case, epoch, key)
        with attacker.database.reading() as rows:
            assert all(
                open_version(one, vault=attacker.vault, keyring=attacker.keyring) is None for one in rows.versions(case)
            )


def with_kept_keys(short: Filled, attacker: Session) -> None:
    """Give the revoked member's patched client the key of before, which its grants still open."""
    case = short.cases[0]
    with attacker.database.reading() as rows:
        for one in missing_keys(
            rows, attacker.log.place, attacker.kem_private, attacker.keyring, attacker.learned.listings
        ):
            if one.compartment == case and one.key is not None:
                attacker.keyring.add(case, one.epoch, one.key)
    assert attacker.holds(case)


def keeps_writing(attacker: Session, case: CompartmentId) -> None:
    write_into(attacker, case)


def replaces_the_epoch(attacker: Session, case: CompartmentId) -> None:
    old = [EpochId(one) for one in attacker.keyring.epochs_of(case)]
    everybody = list(attacker.directory.certificates)
    with Work(attacker.log) as work:
        work.replace_epoch(case, CompartmentKind.CASE, holders(attacker, *everybody), replaced=old)
        work.write(case, RecordId(make_id()), "note", NOTE)
        work.commit(Entry(act="key.rotate"))


def drops_the_owner(attacker: Session, case: CompartmentId) -> None:
    old = [EpochId(one) for one in attacker.keyring.epochs_of(case)]
    others = [seat for seat in attacker.directory.certificates if seat != attacker.seat]
    with attacker.database.reading() as rows:
        revocations = revocations_of(rows, attacker.prover, attacker.directory, others)
    with Work(attacker.log) as work:
        work.replace_epoch(
            case, CompartmentKind.CASE, holders(attacker, attacker.seat), replaced=old, revocations=revocations
        )
        work.commit(Entry(act="grant.remove"))


def grants_itself_again(attacker: Session, case: CompartmentId) -> None:
    give_known_key(attacker, case, attacker.seat)


@pytest.mark.long_after(3)
@pytest.mark.parametrize("fresh", [False, True], ids=["in its log", "in a fresh log"])
@pytest.mark.parametrize("attack", [keeps_writing, replaces_the_epoch, drops_the_owner, grants_itself_again])
def test_nothing_that_a_revoked_seat_does_to_the_case_counts(
    short: Filled, revoked: Colleague, attack: Callable[[Session, CompartmentId], None], fresh: bool
) -> None:
    case = short.cases[0]
    if fresh:  # without its pins a seat begins a log that no drop names
        shutil.rmtree(short.state / "pins")
    with short.open() as owner:
        before, texts = state(owner, case), [note.value.text for note in cases.open_case(owner, case).notes]
    with revoked.open(short.place) as attacker:
        with_kept_keys(short, attacker)
        attack(attacker, case)
    with short.open() as owner:
        assert state(owner, case) == before
        assert [note.value.text for note in cases.open_case(owner, case).notes] == texts
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
        assert not any(one.check == "C4" for one in owner.quarantine)
        owner.require_sound_log()  # nor does it keep anybody from exporting


def test_a_member_who_was_revoked_and_granted_again_counts_again(short: Filled, revoked: Colleague) -> None:
    case = short.cases[0]
    with short.open() as owner:
        assert sharing.grant(owner, case, [revoked.member]) == {revoked.member}
    with revoked.open(short.place) as member:
        notes.add(member, case, Note(NoteKind.CONTACT, "back again"))
        assert "Sealwort, after the revocation" in {note.value.text for note in cases.open_case(member, case).notes}
    with short.open() as owner:
        assert "back again" in {note.value.text for note in cases.open_case(owner, case).notes}
        assert log_checking.verify(owner).verified
