"""A deleted epoch or grant undoes no revocation: where one is not here nothing is written, given or sent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.attacks.plaintext import forms
from tests.attacks.test_epoch_names import list_notice
from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, NOOR, SELIN, TOMAS, Account, Organisation, give, share
from vault.access.session import Session
from vault.access.trust.key_lists import waits_for
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.cli.log import verified
from vault.errors import VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId
from vault.log.epoch_notice import EpochNotice
from vault.log.items import Item, ItemKind
from vault.records.epochs import notices_of
from vault.records.work import Entry, Work
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.store.rowtypes import VersionKeyRow

BEFORE, AFTER = "Sealwort before", "Sealwort after"
WAITS = "waits until everything that is missing has arrived"
Take = Callable[[Any, "Revoked"], None]


@dataclass
class Revoked:
    """Selin took her case from Joel: epoch 2. Amina holds it too and does not know yet."""

    organisation: Organisation
    case: CompartmentId
    ref: str
    other: CompartmentId
    digest: bytes
    epoch: bytes
    old_keyring: bytes
    folder: Path

    def at(self, name: str, how: Take) -> None:
        """Edit the rows of somebody's device from outside the program."""
        account: Account = self.organisation[name]
        outsider = learn_as(account.place.path, account.name, PASSPHRASE)
        with outsider.rows(account.place.path) as rows:
            how(rows, self)

    def without_index(self, name: str) -> None:
        shutil.rmtree(self.organisation[name].place.path / "index")

    def read_by_joel(self, *names: str) -> str:
        """Return which words Joel's keys open in the folders of these."""
        joel = self.organisation[JOEL]
        keys = [learn_as(one.place.path, one.name, PASSPHRASE) for one in map(self.organisation.__getitem__, names)]
        mine = learn_as(joel.place.path, joel.name, PASSPHRASE)
        folders = [joel.place.path, *(self.organisation[name].place.path for name in names)]
        found = everything(folders, joel.place.vault_id, mine.secrets, (mine.key, *(one.key for one in keys)))
        return " ".join(word for word in (BEFORE, AFTER) if any(form in found for form in forms(word)))


@pytest.fixture
def revoked(organisation: Organisation, tmp_path: Path) -> Revoked:
    with organisation.at(SELIN, JOEL, AMINA) as (selin, joel, amina):
        made = cases.create(selin, title="Taken back", kind="asylum")
        other = cases.create(selin, title="Another", kind="family").case
        share(selin, made.case, organisation, JOEL, AMINA)
        notes.add(selin, made.case, Note(NoteKind.CONTACT, BEFORE))
        give(selin, joel)
        give(selin, amina)
        with selin.database.reading() as rows:
            stored = rows.local(selin.seat, Purpose.KEYRING)
            known = {one.digest() for one in notices_of(rows, made.case)}
        assert stored is not None
        sharing.revoke(selin, made.case, organisation.members(JOEL))
        with selin.database.reading() as rows:
            (new,) = (one for one in notices_of(rows, made.case) if one.digest() not in known)
    return Revoked(organisation, made.case, made.ref, other, new.digest(), new.epoch, stored.blob, tmp_path)


def epoch_row(rows: Any, revoked: Revoked) -> None:
    rows.execute("DELETE FROM epoch WHERE digest = ?", (revoked.digest,))


def altered_row(rows: Any, revoked: Revoked) -> None:
    rows.execute("UPDATE epoch SET bytes = zeroblob(70) WHERE digest = ?", (revoked.digest,))


def row_and_grants(rows: Any, revoked: Revoked) -> None:
    epoch_row(rows, revoked)
    rows.execute("DELETE FROM granted WHERE epoch = ?", (revoked.epoch,))


def all_but_the_lists(rows: Any, revoked: Revoked) -> None:
    """Put the keyring of before back too: nothing but the lists says that there is another key."""
    row_and_grants(rows, revoked)
    rows.execute("UPDATE local SET blob = ? WHERE purpose = ?", (revoked.old_keyring, int(Purpose.KEYRING)))


TAKEN = [
    pytest.param(epoch_row, id="the epoch"),
    pytest.param(altered_row, id="what is in its row"),
    pytest.param(row_and_grants, id="the epoch and its grants"),
    pytest.param(all_but_the_lists, id="epoch, grants and the newer keyring"),
]


def writes(session: Session, revoked: Revoked) -> None:
    notes.add(session, revoked.case, Note(NoteKind.CONTACT, AFTER))


def grants(session: Session, revoked: Revoked) -> None:
    share(session, revoked.case, revoked.organisation, TOMAS)


def rotates(session: Session, revoked: Revoked) -> None:
    sharing.rotate(session, revoked.case)


ACTS = [writes, grants, rotates]


@pytest.mark.long_after(2)
@pytest.mark.parametrize("index", [True, False], ids=["index kept", "index removed"])
@pytest.mark.parametrize("how", TAKEN)
def test_on_the_device_that_took_the_case_back_nothing_goes_out_under_the_key_before(
    revoked: Revoked, how: Take, index: bool
) -> None:
    organisation = revoked.organisation
    with organisation.open(SELIN) as selin:
        writes(selin, revoked)
    revoked.at(SELIN, how)
    if not index:
        revoked.without_index(SELIN)
    with organisation.at(SELIN, JOEL) as (selin, joel):
        for act in ACTS:
            with pytest.raises(VaultError, match=WAITS):
                act(selin, revoked)
        notes.add(selin, revoked.other, Note(NoteKind.CONTACT, "in another case all goes on"))
        give(selin, joel)
        up_to_date_index(selin)
        told = [line for line in in_english(selin.warnings) if "key record" in line]
        assert [" missing " in line for line in told] == [True]
        found = log_checking.verify(selin)
        assert {fault.code for fault in found.faults} >= {"absent"}
        share(selin, revoked.other, organisation, TOMAS)
    assert revoked.read_by_joel(SELIN) == BEFORE


def test_who_is_named_as_holder_again_is_not_named_without_a_word(revoked: Revoked) -> None:
    revoked.at(SELIN, epoch_row)
    with revoked.organisation.open(SELIN) as selin:
        up_to_date_index(selin)
        assert f"of {revoked.ref} is missing" in " ".join(in_english(selin.warnings))


def test_a_bundle_of_another_holder_heals_it(revoked: Revoked) -> None:
    with revoked.organisation.at(SELIN, AMINA) as (selin, amina):
        give(selin, amina)
    revoked.at(SELIN, row_and_grants)
    with revoked.organisation.at(SELIN, AMINA) as (selin, amina):
        with pytest.raises(VerificationError, match=WAITS):
            writes(selin, revoked)
        selin_asks_for_all(amina, selin)
        give(amina, selin)
        writes(selin, revoked)
        up_to_date_index(selin)
        assert selin.warnings == ()
        assert log_checking.verify(selin).verified
    assert revoked.read_by_joel(SELIN, AMINA) == BEFORE


def selin_asks_for_all(giver: Session, taker: Session) -> None:
    """Have the giver forget what the taker had: it sends all again, as after a restore."""
    del taker
    with giver.database.transaction() as rows:
        rows.delete_local(giver.seat, Purpose.PEERS)


@pytest.mark.long
def test_what_the_one_who_was_removed_leaves_out_of_a_bundle_lets_the_case_wait(revoked: Revoked) -> None:
    organisation = revoked.organisation
    with organisation.at(SELIN, JOEL) as (selin, joel):
        give(selin, joel)
    revoked.at(JOEL, epoch_row)
    with organisation.at(JOEL, AMINA, SELIN) as (joel, amina, selin):
        give(joel, amina)
        up_to_date_index(amina)
        assert f"of {revoked.ref} are on their way (Selin Asterholt, entry" in " ".join(in_english(amina.warnings))
        for act in ACTS:
            with pytest.raises(VerificationError, match=WAITS):
                act(amina, revoked)
        give(amina, joel)
        found = log_checking.verify(amina)
        assert found.verified
        assert len(found.on_their_way) == 1
        give(selin, amina)
        writes(amina, revoked)
        assert not [line for line in in_english(amina.warnings) if "their way" in line]
        give(amina, joel)
    assert revoked.read_by_joel(AMINA) == BEFORE


# ---- whoever may list may also lie


def list_what_is_nowhere(session: Session, case: CompartmentId, kind: ItemKind) -> None:
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(kind, case, os.urandom(32)))
        work.commit(Entry(act="note.create" if kind is ItemKind.VERSION else "grant.remove"))


KINDS = pytest.mark.parametrize("kind", [ItemKind.VERSION, ItemKind.GRANT, ItemKind.EPOCH])


@pytest.mark.long
@KINDS
def test_a_holder_who_lists_what_never_comes_stops_a_case_until_it_is_taken_from_them(
    revoked: Revoked, kind: ItemKind
) -> None:
    with revoked.organisation.at(SELIN, AMINA) as (selin, amina):
        list_what_is_nowhere(amina, revoked.case, kind)
        give(amina, selin)
        with pytest.raises(VerificationError, match=WAITS):
            grants(selin, revoked)
        sharing.revoke(selin, revoked.case, revoked.organisation.members(AMINA))
        for act in ACTS:
            act(selin, revoked)
        assert "their way" not in " ".join(in_english(selin.warnings))
        assert log_checking.verify(selin).verified


@pytest.mark.long
@KINDS
def test_a_holder_who_lists_what_never_comes_stops_a_case_until_they_are_ended(
    revoked: Revoked, kind: ItemKind
) -> None:
    with revoked.organisation.at(MIRA, SELIN, AMINA) as (mira, selin, amina):
        list_what_is_nowhere(amina, revoked.case, kind)
        give(amina, selin)
        give(selin, mira)
        assert members.suspend(mira, revoked.organisation[AMINA].member).is_done
        give(mira, selin)
        for act in ACTS:
            act(selin, revoked)


def test_a_key_that_replaces_one_that_is_nowhere_stops_a_case_until_it_is_taken_from_its_maker(
    revoked: Revoked,
) -> None:
    with revoked.organisation.at(SELIN, AMINA) as (selin, amina):
        kind = CompartmentKind.CASE
        nowhere = (EpochId(os.urandom(16)),)
        list_notice(amina, EpochNotice(1, amina.vault, revoked.case, kind, EpochId(os.urandom(16)), nowhere))
        give(amina, selin)
        with pytest.raises(VerificationError, match=WAITS):
            writes(selin, revoked)
        sharing.revoke(selin, revoked.case, revoked.organisation.members(AMINA))
        for act in ACTS:
            act(selin, revoked)
        assert log_checking.verify(selin).verified


@pytest.mark.long
@KINDS
def test_who_does_not_hold_the_case_and_knows_its_id_stops_nobody(revoked: Revoked, kind: ItemKind) -> None:
    with revoked.organisation.at(SELIN, DANA, JOEL) as (selin, dana, joel):
        give(selin, joel)
        for one in (dana, joel):  # who never held it, and who does not any more
            list_what_is_nowhere(one, revoked.case, kind)
            give(one, selin)
        for act in ACTS:
            act(selin, revoked)
        assert "their way" not in " ".join(in_english(selin.warnings))
        assert log_checking.verify(selin).verified


@pytest.mark.long
def test_an_epoch_that_goes_on_from_one_that_is_not_here_counts_as_little(revoked: Revoked) -> None:
    """Whoever took the case back left since, so nobody waits for their rows; the newer key still tells of the older."""
    organisation = revoked.organisation
    with organisation.at(MIRA, SELIN, AMINA) as (mira, selin, amina):
        give(selin, amina)
        give(selin, mira)
        assert members.suspend(mira, organisation[SELIN].member).is_done
        give(mira, amina)
        sharing.rotate(amina, revoked.case)
    revoked.at(AMINA, epoch_row)
    revoked.without_index(AMINA)
    with organisation.open(AMINA) as amina:
        for act in ACTS:
            with pytest.raises(VerificationError, match=WAITS):
                act(amina, revoked)


# A grant that is listed and nowhere may be anybody's: who lists one lets others wait, as long as they are in.
def list_a_grant_that_is_nowhere(session: Session, case: CompartmentId) -> None:
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(ItemKind.GRANT, case, os.urandom(32)))
        work.commit(Entry(act="grant.add"))


@pytest.mark.long
def test_what_an_ended_member_listed_and_never_sent_stops_nobody(organisation: Organisation) -> None:
    """The one who was given the case by them, and wrote in good faith, is not in doubt for it either."""
    with organisation.at(SELIN, AMINA, JOEL, MIRA) as (selin, amina, joel, mira):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, AMINA)
        give(selin, amina)
        give(amina, selin)
        share(amina, case, organisation, JOEL)
        give(amina, joel)
        notes.add(joel, case, Note(NoteKind.CONTACT, "in good faith"))
        list_a_grant_that_is_nowhere(amina, case)
        give(amina, selin)
        give(joel, selin)
        assert waits_for(selin, case)
        give(selin, mira)
        assert members.suspend(mira, amina.member).is_done
        give(mira, selin)
        assert not waits_for(selin, case)
        sharing.grant(selin, case, organisation.members(TOMAS))


def test_what_was_sealed_before_somebody_was_an_auditor_is_counted_apart(organisation: Organisation) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        give(joel, noor)
        found = log_checking.verify(noor)
        assert found.verified
        assert 0 < found.payloads_closed < found.entries - found.payloads_opened + 1
        assert "from before you were an auditor" in " ".join(in_english(verified(found).lines))


# Who lists what is nowhere stops what they had a say in, and no longer than they are in; verify says the same.
def case_of(session: Session) -> CompartmentId:
    return cases.create(session, title="A case of one's own", kind="family").case


def assert_waits(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    with pytest.raises(VerificationError, match=WAITS):
        share(session, case, organisation, TOMAS)


def assert_goes_on(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    up_to_date_index(session)
    told = " ".join(in_english(session.warnings))
    assert "their way" not in told
    assert "its way" not in told
    share(session, case, organisation, TOMAS)
    assert log_checking.verify(session).verified


def test_a_key_of_the_directory_that_replaces_one_that_is_nowhere_stops_all_until_its_maker_is_ended(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, SELIN, JOEL) as (mira, selin, joel):
        own, home = case_of(joel), selin.directory.compartment
        nowhere = (EpochId(os.urandom(16)),)
        list_notice(
            selin, EpochNotice(1, selin.vault, home, CompartmentKind.DIRECTORY, EpochId(os.urandom(16)), nowhere)
        )
        for taker in (joel, mira):
            give(selin, taker)
        assert_waits(joel, organisation, own)
        assert members.suspend(mira, organisation[SELIN].member).is_done
        give(mira, joel)
        assert_goes_on(joel, organisation, own)
        assert log_checking.verify(mira).verified


@pytest.mark.parametrize("who", [NOOR, DANA, AMINA], ids=["auditor", "intake", "caseworker"])
def test_who_may_write_nothing_in_the_directory_stops_nobody_by_a_record_that_is_nowhere(
    organisation: Organisation, who: str
) -> None:
    with organisation.at(who, JOEL) as (liar, joel):
        own = case_of(joel)
        list_what_is_nowhere(liar, joel.directory.compartment, ItemKind.VERSION)
        give(liar, joel)
        assert_goes_on(joel, organisation, own)


def test_who_may_write_something_in_the_directory_is_waited_for(organisation: Organisation) -> None:
    with organisation.at(SELIN, JOEL) as (selin, joel):
        own = case_of(joel)
        list_what_is_nowhere(selin, joel.directory.compartment, ItemKind.VERSION)
        give(selin, joel)
        assert_waits(joel, organisation, own)


def test_a_record_without_its_wrapped_key_is_on_its_way_and_no_fault_and_waited_for_no_longer_than_its_author_is_in(
    organisation: Organisation,
) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        case = case_of(selin)
        share(selin, case, organisation, AMINA)
        give(selin, amina)
        notes.add(amina, case, Note(NoteKind.CONTACT, "Sealwort without a key"))
        with amina.database.transaction() as rows:
            mine = [one for one in rows.versions(case) if one.origin == amina.log.origin]
            rows.delete_version_keys({VersionKeyRow(*one[:3], one.epoch, one.wrap) for one in mine})
        give(amina, selin)
        assert_waits(selin, organisation, case)
        found = log_checking.verify(selin)
        assert found.verified
        assert len(found.on_their_way) == 1
        sharing.revoke(selin, case, organisation.members(AMINA))
        assert_goes_on(selin, organisation, case)
