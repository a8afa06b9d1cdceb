"""Devices that act apart and meet later: what counts is the same on each of them, whatever came first."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from typing_extensions import override

from tests.attacks.burglar import everything
from tests.attacks.flooding import take_alone
from tests.attacks.outsider import digest_of, flipped, learn_as
from tests.attacks.plaintext import forms
from tests.attacks.sealing import listening
from tests.attacks.second_history import send_log
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place, found
from tests.services.organisation import (
    AMINA,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    full_name,
    give,
    open_place,
    share,
)
from vault.access.session import Session
from vault.access.trust.new_epochs import revocations_of
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId, Origin, RecordId
from vault.records.work import Entry
from vault.seal.envelope import SALT_SIZE
from vault.services.backups import backups, restoring
from vault.services.cases import cases, notes, searching
from vault.services.evidence import log_checking, logbook
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import devices, invitations
from vault.validity.compartment_access import CompartmentState

LATER = "Sealwort: written after both revocations"


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    """A case of Selin's that Tomas, Amina and Joel hold too, on all of their devices."""
    with organisation.open(SELIN) as selin:
        made = cases.create(selin, title="A case of four", kind="asylum").case
        share(selin, made, organisation, TOMAS, AMINA, JOEL)
        notes.add(selin, made, Note(NoteKind.CONTACT, "before anything happened"))
    for other in (TOMAS, AMINA, JOEL):
        organisation.exchange(SELIN, other)
    return made


def state(session: Session, case: CompartmentId) -> CompartmentState:
    found = session.state_of(case)
    assert found is not None
    return found


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


@pytest.mark.long
def test_two_supervisors_who_revoke_each_others_volunteer_apart_agree_after_they_meet(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.revoke(selin, case, organisation.members(AMINA))
        sharing.revoke(tomas, case, organisation.members(JOEL))
        notes.add(selin, case, Note(NoteKind.CONTACT, "Selin, after she revoked Amina"))
        notes.add(tomas, case, Note(NoteKind.CONTACT, "Tomas, after he revoked Joel"))
    organisation.exchange(SELIN, TOMAS)
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        assert state(selin, case).epochs.keys() == state(tomas, case).epochs.keys()
        assert state(selin, case).cutoffs == state(tomas, case).cutoffs
        assert len(state(selin, case).current) == 2
        notes.add(selin, case, Note(NoteKind.CONTACT, LATER))  # the next writer joins both keys
        assert len(state(selin, case).current) == 1
    organisation.exchange(SELIN, TOMAS)
    organisation.exchange(TOMAS, AMINA)
    organisation.exchange(SELIN, JOEL)
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        everything = texts(selin, case)
        assert texts(tomas, case) == everything
        assert {LATER, "Selin, after she revoked Amina", "Tomas, after he revoked Joel"} <= everything
        assert state(selin, case).holders == state(tomas, case).holders
        assert state(tomas, case).holders.isdisjoint({organisation[AMINA].seat, organisation[JOEL].seat})
        assert selin.quarantine == tomas.quarantine == []
        assert log_checking.verify(tomas).verified
    for revoked in (AMINA, JOEL):
        with organisation.open(revoked) as session:
            assert not session.holds(case)
            assert not searching.search(session, "Sealwort").hits
            with pytest.raises(RefusedError, match="was not granted to you"):
                cases.open_case(session, case)
    assert read_with_the_keys_of(AMINA, organisation).isdisjoint({LATER, "Selin, after she revoked Amina"})
    assert read_with_the_keys_of(JOEL, organisation).isdisjoint({LATER, "Tomas, after he revoked Joel"})
    assert LATER in read_with_the_keys_of(SELIN, organisation), "the control"


def read_with_the_keys_of(name: str, organisation: Organisation) -> set[str]:
    """Return what these keys open in the folders of both supervisors, with the keys of their databases besides."""
    learned = {
        one: learn_as(organisation[one].place.path, organisation[one].name, PASSPHRASE) for one in (SELIN, TOMAS, name)
    }
    found = everything(
        [organisation[one].place.path for one in learned],
        organisation[name].place.vault_id,
        learned[name].secrets,
        [one.key for one in learned.values()],
    )
    words = (LATER, "Selin, after she revoked Amina", "Tomas, after he revoked Joel")
    return {word for word in words if any(form in found for form in forms(word))}


@pytest.mark.long
def test_of_two_who_drop_each_other_the_one_nearer_to_the_founder_binds_on_every_device(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for dropping, revoked in ((selin, tomas), (tomas, selin)):
            sharing.revoke(dropping, case, [revoked.member])
            notes.add(dropping, case, Note(NoteKind.CONTACT, "after the other was dropped"))
    organisation.exchange(SELIN, TOMAS)
    for other in (AMINA, JOEL):
        organisation.exchange(SELIN, other)
    with organisation.at(SELIN, TOMAS, AMINA) as (selin, tomas, amina):
        assert state(selin, case).cutoffs.keys() == state(amina, case).cutoffs.keys() == {tomas.seat}
        assert state(selin, case).holders == state(amina, case).holders
        assert not tomas.holds(case)
        notes.add(amina, case, Note(NoteKind.CONTACT, "work goes on"))


@pytest.mark.long
def test_what_a_revoked_member_wrote_before_they_knew_waits_for_a_person(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(amina, case, Note(NoteKind.CONTACT, "Amina, who does not know yet"))
    organisation.exchange(SELIN, AMINA)
    with organisation.open(SELIN) as selin:
        assert "Amina, who does not know yet" not in texts(selin, case)
        assert {one.check for one in selin.quarantine} == {"C6"}
        sharing.grant(selin, case, organisation.members(AMINA))
    with organisation.open(SELIN) as selin:
        assert "Amina, who does not know yet" in texts(selin, case)
        assert selin.quarantine == []


@pytest.mark.long
def test_the_work_of_others_under_the_old_key_is_taken_and_wrapped_anew(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(tomas, case, Note(NoteKind.CONTACT, "Tomas, under the key of before"))
    organisation.exchange(TOMAS, SELIN)
    with organisation.open(SELIN) as selin:
        assert "Tomas, under the key of before" in texts(selin, case)
        (current,) = state(selin, case).current
        with selin.database.reading() as rows:
            assert {one.epoch for one in rows.versions(case)} == {current}


def test_drops_name_what_this_device_has_of_each_log(organisation: Organisation, case: CompartmentId) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina), selin.database.reading() as rows:
        (revocation,) = revocations_of(rows, selin.prover, selin.directory, [organisation[AMINA].seat])
        assert (revocation.origin, revocation.size) == (amina.log.origin, rows.size(amina.log.origin))


# Honest devices that act apart: what one of them gave the other one's new key does not take away.
LATE = "Amina, who does not know yet"


@pytest.fixture
def case_of_three(organisation: Organisation) -> CompartmentId:
    """A case of Selin's that Tomas and Amina hold too."""
    with organisation.open(SELIN) as selin:
        made = cases.create(selin, title="A case of three", kind="asylum").case
        share(selin, made, organisation, TOMAS, AMINA)
        notes.add(selin, made, Note(NoteKind.CONTACT, "before anything happened"))
    for other in (TOMAS, AMINA):
        organisation.exchange(SELIN, other)
    return made


@pytest.mark.long
def test_a_case_given_while_another_replaced_its_key_is_read_after_they_meet(
    organisation: Organisation, case_of_three: CompartmentId
) -> None:
    joel = organisation[JOEL]
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.grant(tomas, case_of_three, [joel.member])
        sharing.revoke(selin, case_of_three, organisation.members(AMINA))
        notes.add(selin, case_of_three, Note(NoteKind.CONTACT, "under the new key"))
    organisation.exchange(TOMAS, SELIN)
    organisation.exchange(SELIN, JOEL)
    with organisation.open(JOEL) as session:
        opened = cases.open_case(session, case_of_three)
        assert "under the new key" in {note.value.text for note in opened.notes}
        notes.add(session, case_of_three, Note(NoteKind.CONTACT, "Joel, who was given it"))
    organisation.exchange(JOEL, SELIN)
    with organisation.open(SELIN) as selin:
        assert "Joel, who was given it" in {note.value.text for note in cases.open_case(selin, case_of_three).notes}
        assert selin.quarantine == []
        assert joel.member in sharing.holders_of(selin, case_of_three).members
        assert sharing.revoke(selin, case_of_three, [joel.member]).dropped == {joel.member}


def revoke(session: Session, case: CompartmentId, organisation: Organisation) -> None:
    sharing.revoke(session, case, organisation.members(AMINA))


def end(session: Session, case: CompartmentId, organisation: Organisation) -> None:
    del case
    assert devices.lost(session, organisation[AMINA].seat).outcome.is_done


Ending = tuple[str, Callable[[Session, CompartmentId, Organisation], None], str]


@pytest.mark.long
@pytest.mark.parametrize("way", [(SELIN, revoke, "C6"), (MIRA, end, "C4")], ids=["revoked", "ended"])
def test_work_that_came_before_the_news_of_its_authors_end_is_set_apart_when_the_news_comes(
    organisation: Organisation, case_of_three: CompartmentId, way: Ending
) -> None:
    """What counts depends on the rows, not on their order: else two devices show two cases for ever."""
    by, act, check = way
    with organisation.at(by, TOMAS, AMINA) as (ending, tomas, amina):
        give(amina, ending)
        act(ending, case_of_three, organisation)
        notes.add(amina, case_of_three, Note(NoteKind.CONTACT, LATE))
        give(amina, tomas)
        assert LATE in texts(tomas, case_of_three)
        give(ending, tomas)
        assert LATE not in texts(tomas, case_of_three)
        assert {one.check for one in tomas.quarantine} == {check}
        notes.add(tomas, case_of_three, Note(NoteKind.CONTACT, "work goes on"))
    with organisation.open(TOMAS) as tomas:
        assert LATE not in texts(tomas, case_of_three)
        if check == "C6":
            sharing.grant(tomas, case_of_three, organisation.members(AMINA))
    with organisation.open(TOMAS) as tomas:
        assert (LATE in texts(tomas, case_of_three)) == (check == "C6")


# Whatever is done in a vault, in any order: no key seals twice, no word is lost, who was dropped holds nothing.
TEXTS = st.sampled_from(["one more call", "nobody was there", "the same words each time", ""])


class AnyOrder(RuleBasedStateMachine):
    """One vault under insert, edit, grant, revoke, new keys, locks, a backup brought back and a machine set back."""

    def __init__(self, place: Place, case: CompartmentId, colleague: Colleague, folder: Path) -> None:
        super().__init__()
        self._listening = listening()
        self.heard = self._listening.__enter__()
        self.case, self.colleague, self.folder = case, colleague, folder
        self.place = place.copied_to(self.new_folder())
        self.session: Session = self.place.open()
        self.texts: dict[RecordId, str] = self.shown()
        self.is_granted = False
        self.was_restored = self.was_set_back = False

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def shown(self) -> dict[RecordId, str]:
        return {note.record: note.value.text for note in cases.open_case(self.session, self.case).notes}

    @rule(text=TEXTS)
    def insert(self, text: str) -> None:
        record = notes.add(self.session, self.case, Note(NoteKind.CONTACT, f"call: {text}"))
        self.texts[record] = f"call: {text}"

    @rule(text=TEXTS, number=st.integers(0, 100))
    def amend(self, text: str, number: int) -> None:
        record = list(self.texts)[number % len(self.texts)]
        self.texts[notes.amend(self.session, record.hex(), text=f"amended: {text}")] = f"amended: {text}"

    @rule()
    def change_access(self) -> None:
        change = sharing.revoke if self.is_granted else sharing.grant
        change(self.session, self.case, [self.colleague.member])
        self.is_granted = not self.is_granted

    @rule()
    def replace_the_key(self) -> None:
        sharing.rotate(self.session, self.case)

    @rule()
    def lock(self) -> None:
        self.session.close()
        self.session = self.place.open()

    @precondition(lambda self: not self.was_restored)
    @rule()
    def bring_a_backup_back(self) -> None:
        self.was_restored = True
        folder = self.new_folder()
        (folder / "stick").mkdir()
        assert backups.make(self.session, folder / "stick") is not None
        self.session.close()
        self.place = Place(folder / "restored.vault", folder / "state")
        restoring.restore(
            folder / "stick",
            self.place.path,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            state=self.place.state,
            agree=lambda _: None,
        )
        self.session = self.place.open()

    @precondition(lambda self: not self.was_set_back)
    @rule(text=TEXTS)
    def set_the_machine_back(self, text: str) -> None:
        """The whole account returns to a snapshot, and does the same once more."""
        self.was_set_back = True
        self.session.close()
        snapshot = self.place.copied_to(self.new_folder())
        self.session = self.place.open()
        notes.add(self.session, self.case, Note(NoteKind.CONTACT, text or "lost"))
        self.session.close()
        self.place = snapshot
        self.session = self.place.open()
        self.insert(text)

    @invariant()
    def no_key_seals_twice(self) -> None:
        assert self.heard.repeated() == 0

    @override
    def teardown(self) -> None:
        try:
            assert self.shown() == self.texts
            state = self.session.state_of(self.case)
            assert state is not None
            assert (self.colleague.seat in state.holders) == self.is_granted
            with self.session.database.reading() as rows:
                blobs = {one.id: one.blob for one in rows.versions(self.case)}
                assert {one.epoch for one in rows.versions(self.case)} == set(state.current)
            assert len({blob[2 : 2 + SALT_SIZE] for blob in blobs.values()}) == len(blobs)
            assert log_checking.verify(self.session).verified
        finally:
            self.session.close()
            self._listening.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("examples", "steps"), [(3, 12), pytest.param(40, 25, marks=pytest.mark.long)], ids=["a few", "many"]
)
def test_acts_in_any_order(short: Filled, tmp_path: Path, examples: int, steps: int) -> None:
    with short.open() as owner:
        colleague = admit(owner)
    (short.path / "ballast").write_bytes(b"in place of the reserve")
    run_state_machine_as_test(
        lambda: AnyOrder(short.place, short.cases[0], colleague, tmp_path),  # type: ignore[arg-type]  # any factory does
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# Two copies of one device write at one place of its log: an auditor reads what either did, as if it stood alone.
LOOKED, EXPORTED = ("log.read", "log.read", "log.read"), ("export.begin", "export.done", "log.read")
ORDERS = pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the look first", "the export first"])


def act(session: Session, name: str) -> int:
    with session.work() as work:
        return work.commit(Entry(act=name, out="ok")).seq


def forked(organisation: Organisation, folder: Path) -> tuple[Origin, int, tuple[Path, Path]]:
    """Let one copy of Joel's device look around, and the other one export; return where, and a bundle of each."""
    twin = organisation.copied_to(folder / "twin")
    places, paths = list[list[int]](), (folder / "one", folder / "other")
    for where, path, acts in zip((organisation, twin), paths, (LOOKED, EXPORTED), strict=True):
        with where.open(JOEL) as joel:
            places.append([act(joel, name) for name in acts])
            syncing.make(joel, organisation[NOOR].member, path)
            origin = joel.log.origin
    assert places[0] == places[1]
    return origin, places[0][0], paths


def approval_faults(session: Session, origin: Origin) -> list[int | None]:
    return [
        fault.seq for fault in log_checking.verify(session).faults if (fault.code, fault.origin) == ("approval", origin)
    ]


@pytest.mark.long
@ORDERS
def test_an_export_without_approval_is_named_in_whichever_history_it_is(
    organisation: Organisation, tmp_path: Path, order: Sequence[int]
) -> None:
    origin, place, paths = forked(organisation, tmp_path)
    with organisation.open(NOOR) as noor:
        for number in order:
            syncing.import_bundle(noor, paths[number])
        assert approval_faults(noor, origin) == [place]


@pytest.mark.long
@ORDERS
def test_the_log_shows_every_act_of_both_histories(
    organisation: Organisation, tmp_path: Path, order: Sequence[int]
) -> None:
    origin, place, paths = forked(organisation, tmp_path)
    with organisation.open(NOOR) as noor:
        for number in order:
            syncing.import_bundle(noor, paths[number])
        page = logbook.newest(noor, limit=10_000)
    lines = [line for line in page.lines if line.origin == origin and line.seq >= place]
    assert [line.fault for line in lines if line.payload is None] == []
    acts = sorted(line.payload.act for line in lines if line.payload is not None)
    assert acts == sorted([*LOOKED, *EXPORTED])
    assert page.scanned <= page.total


@pytest.mark.long
@ORDERS
def test_an_auditor_is_told_of_a_false_act_in_whichever_history_it_is(
    organisation: Organisation, tmp_path: Path, order: Sequence[int]
) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        case = cases.create(mira, title="Shared", kind="asylum").case
        share(mira, case, organisation, JOEL)
        give(mira, joel)
    twin, paths = organisation.copied_to(tmp_path / "twin"), (tmp_path / "one", tmp_path / "other")
    with organisation.open(JOEL) as joel:
        act(joel, "log.read")
        syncing.make(joel, organisation[NOOR].member, paths[0])
    with twin.open(JOEL) as joel:
        place, origin = take_alone(joel, case, "log.read"), joel.log.origin
        syncing.make(joel, organisation[NOOR].member, paths[1])
    with organisation.open(NOOR) as noor:
        for number in order:
            syncing.import_bundle(noor, paths[number])
        assert any("wrote one thing into the log" in str(alarm) for alarm in noor.warnings)
        found = log_checking.verify(noor).faults
    assert ("act", origin, place) in {(fault.code, fault.origin, fault.seq) for fault in found}


def test_a_row_beside_an_entry_hides_nothing_of_what_it_did(organisation: Organisation) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        origin, place = joel.log.origin, act(joel, "export.begin")
        give(joel, noor)
        assert approval_faults(noor, origin) == [place]
    account = organisation[NOOR]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        ((header, listed, sealed),) = rows.execute(
            "SELECT header, list, sealed FROM operation WHERE origin=? AND seq=?", (origin, place)
        ).fetchall()
        junk = flipped(sealed)
        names_it = header.replace(sha256(sealed).hexdigest().encode(), sha256(junk).hexdigest().encode())
        row = (origin, place, names_it, listed, junk, digest_of(names_it, listed, junk))
        rows.execute(f"INSERT INTO operation VALUES ({','.join('?' * len(row))})", row)
    with organisation.open(NOOR) as noor:
        assert approval_faults(noor, origin) == [place]


def test_a_history_that_heard_of_no_other_member_makes_no_act_of_the_other_one_alone(tmp_path: Path) -> None:
    """Who could approve is asked of the history that the act is of."""
    founder = found(tmp_path / MIRA)
    twin = founder.copied_to(tmp_path / "twin")
    place = Place(tmp_path / KARIM / "office.vault", tmp_path / KARIM / "state")
    with open_place(founder, MEMBER) as mira:
        request, words = ask_to_join(
            tmp_path, place, invitations.invite(mira, like="admin,supervisor,auditor"), full_name(KARIM)
        )
        admitted = invitations.admit(mira, invitations.look(mira, request), words, by_root=True)
        account = Account(full_name(KARIM), place, admitted.member, admitted.seat)
        karim = finish_joining(tmp_path, mira, account)
        origin, exported = mira.log.origin, act(mira, "export.begin")
        give(mira, karim)
    with open_place(twin, MEMBER) as mira, karim:
        for _ in range(exported + 10):
            act(mira, "log.read")
        assert approval_faults(karim, origin) == [exported]
        assert syncing.import_bundle(karim, send_log(mira, karim, tmp_path / "other")).faults
        assert approval_faults(karim, origin) == [exported]
    shutil.rmtree(place.state)  # without its memory the device tells of the longer history
    with open_place(place, account.name) as karim:
        assert approval_faults(karim, origin) == [exported]
