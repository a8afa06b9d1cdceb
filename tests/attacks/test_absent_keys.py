"""What was deleted or altered undoes no put-out, and who lists what is nowhere stops no more than they had a say in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.attacks.plaintext import forms
from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, NOOR, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.cli.log import verified
from vault.errors import VerificationError
from vault.ids import CompartmentId
from vault.log.items import Item, ItemKind
from vault.records.work import Entry, Work
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes, sections
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.store.rowtypes import VersionKeyRow
from vault.words.finding import Code

BEFORE, AFTER = "Sealwort before", "Sealwort after"
WAITS = "waits until everything that is missing has arrived"


@dataclass
class Revoked:
    """Selin put Joel out of her case, in the last entry of her log. Amina is in too and does not know yet."""

    organisation: Organisation
    case: CompartmentId
    other: CompartmentId
    place: tuple[bytes, int]
    new_key: bytes
    old_keyring: bytes

    @contextmanager
    def rows_of(self, name: str) -> Iterator[Any]:
        """Edit the rows of somebody's device from outside the program."""
        account = self.organisation[name]
        with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
            yield rows

    def read_by_joel(self, *names: str) -> str:
        """Return which words Joel's keys open in the folders of these."""
        accounts = [self.organisation[name] for name in (JOEL, *names)]
        learned = [learn_as(one.place.path, one.name, PASSPHRASE) for one in accounts]
        folders = [one.place.path for one in accounts]
        found = everything(folders, accounts[0].place.vault_id, learned[0].secrets, [one.key for one in learned])
        return " ".join(word for word in (BEFORE, AFTER) if any(form in found for form in forms(word)))


@pytest.fixture
def revoked(organisation: Organisation) -> Revoked:
    with organisation.at(SELIN, JOEL, AMINA) as (selin, joel, amina):
        case = cases.create(selin, title="Taken back", kind="asylum").case
        other = cases.create(selin, title="Another", kind="family").case
        share(selin, case, organisation, JOEL, AMINA)
        notes.add(selin, case, Note(NoteKind.CONTACT, BEFORE))
        give(selin, joel)
        give(selin, amina)
        with selin.database.reading() as rows:
            stored = rows.local(selin.seat, Purpose.KEYRING)
        assert stored is not None
        sharing.revoke(selin, case, organisation.members(JOEL))
        place = selin.log.origin, selin.log.size - 1
        return Revoked(organisation, case, other, place, selin.keyring.epochs_of(case)[-1], stored.blob)


def writes(session: Session, case: CompartmentId, text: str = AFTER) -> None:
    notes.add(session, case, Note(NoteKind.CONTACT, text))


def key_and_grants(rows: Any, revoked: Revoked) -> None:
    rows.execute("DELETE FROM epoch WHERE substr(bytes, 68) = ?", (revoked.new_key,))
    rows.execute("DELETE FROM granted WHERE epoch = ?", (revoked.new_key,))


def keyring_too(rows: Any, revoked: Revoked) -> None:
    key_and_grants(rows, revoked)
    rows.execute("UPDATE local SET blob = ? WHERE purpose = ?", (revoked.old_keyring, int(Purpose.KEYRING)))


def the_list_that_puts_out(rows: Any, revoked: Revoked) -> None:
    rows.execute("UPDATE operation SET list = x'' WHERE origin = ? AND seq = ?", revoked.place)


def the_list_that_founds(rows: Any, revoked: Revoked) -> None:
    rows.execute("UPDATE operation SET list = x'' WHERE origin = ? AND length(list) > 49 * 3", revoked.place[:1])


@pytest.mark.long_after(2)
@pytest.mark.parametrize("index", [True, False], ids=["index kept", "index removed"])
@pytest.mark.parametrize("taken", [key_and_grants, keyring_too, the_list_that_puts_out, the_list_that_founds])
def test_on_the_device_that_took_the_case_back_nothing_goes_out_under_the_key_before(
    revoked: Revoked, taken: Callable[[Any, Revoked], None], index: bool
) -> None:
    with revoked.rows_of(SELIN) as rows:
        taken(rows, revoked)
    if not index:
        shutil.rmtree(revoked.organisation[SELIN].place.path / "index")
    with revoked.organisation.at(SELIN, JOEL) as (selin, joel):
        for case in (revoked.case, revoked.other):
            if selin.state_of(case) is not None or index:
                writes(selin, case)
        if selin.faults():
            assert not log_checking.verify(selin).verified
        else:
            give(selin, joel)
    assert revoked.read_by_joel(SELIN) == BEFORE


def test_what_is_written_beside_an_altered_list_is_for_the_others_once_it_is_mended(revoked: Revoked) -> None:
    organisation = revoked.organisation
    with revoked.rows_of(SELIN) as rows:
        (kept,) = rows.execute("SELECT list FROM operation WHERE origin = ? AND seq = ?", revoked.place).fetchone()
        the_list_that_puts_out(rows, revoked)
    with organisation.open(SELIN) as selin:
        writes(selin, revoked.case)
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            share(selin, revoked.case, organisation, TOMAS)
    with revoked.rows_of(SELIN) as rows:
        rows.execute("UPDATE operation SET list = ? WHERE origin = ? AND seq = ?", (kept, *revoked.place))
    with organisation.at(SELIN, AMINA) as (selin, amina):
        writes(selin, revoked.case, "mended")
        give(selin, amina)
        assert {note.value.text for note in cases.open_case(amina, revoked.case).notes} == {BEFORE, AFTER, "mended"}
        assert log_checking.verify(amina).verified
    assert revoked.read_by_joel(SELIN, AMINA) == BEFORE


def test_what_the_one_who_was_removed_leaves_out_of_a_bundle_lets_nobody_write_for_him(revoked: Revoked) -> None:
    organisation = revoked.organisation
    with organisation.at(SELIN, JOEL) as (selin, joel):
        give(selin, joel)
    with revoked.rows_of(JOEL) as rows:
        key_and_grants(rows, revoked)
    with organisation.at(JOEL, AMINA, SELIN) as (joel, amina, selin):
        give(joel, amina)
        writes(amina, revoked.case)
        give(amina, joel)
        give(amina, selin)
        assert AFTER in {note.value.text for note in cases.open_case(selin, revoked.case).notes}
    assert revoked.read_by_joel(AMINA) == BEFORE


def list_what_is_nowhere(session: Session, home: CompartmentId, kind: ItemKind = ItemKind.VERSION) -> None:
    with Work(session.log) as work:
        work._items.append(Item.in_compartment(kind, home, os.urandom(32)))
        work.commit(Entry(act="note.create" if kind is ItemKind.VERSION else "key.rotate"))


def assert_waits(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    with pytest.raises(VerificationError, match=WAITS):
        share(session, case, organisation, TOMAS)


def assert_goes_on(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    up_to_date_index(session)
    told = " ".join(in_english(session.warnings))
    assert "their way" not in told
    assert "its way" not in told
    share(session, case, organisation, TOMAS)
    writes(session, case)
    assert log_checking.verify(session).verified


@pytest.mark.parametrize("by", ["put out", "ended"])
def test_a_holder_who_lists_what_never_comes_stops_a_case_until_they_are_put_out_or_ended(
    revoked: Revoked, by: str
) -> None:
    organisation = revoked.organisation
    with organisation.at(MIRA, SELIN, AMINA) as (mira, selin, amina):
        list_what_is_nowhere(amina, revoked.case)
        give(amina, selin)
        assert_waits(selin, organisation, revoked.case)
        if by == "put out":
            sharing.revoke(selin, revoked.case, [amina.member])
        else:
            give(selin, mira)
            assert members.suspend(mira, amina.member).is_done
            give(mira, selin)
        assert_goes_on(selin, organisation, revoked.case)


@pytest.mark.parametrize("kind", [ItemKind.GRANT, ItemKind.EPOCH])
def test_a_key_that_is_listed_and_never_comes_stops_nobody(revoked: Revoked, kind: ItemKind) -> None:
    with revoked.organisation.at(SELIN, AMINA) as (selin, amina):
        for home in (revoked.case, amina.directory.compartment):
            list_what_is_nowhere(amina, home, kind)
        give(amina, selin)
        assert_goes_on(selin, revoked.organisation, revoked.case)


def test_who_is_not_in_a_case_and_knows_its_id_stops_nobody(revoked: Revoked) -> None:
    with revoked.organisation.at(SELIN, DANA, JOEL) as (selin, dana, joel):
        give(selin, joel)
        for one in (dana, joel):  # who never was, and who is not any more
            list_what_is_nowhere(one, revoked.case)
            give(one, selin)
        assert_goes_on(selin, revoked.organisation, revoked.case)


def case_of(session: Session) -> CompartmentId:
    return cases.create(session, title="A case of one's own", kind="family").case


@pytest.mark.parametrize("who", [NOOR, DANA, AMINA], ids=["auditor", "intake", "caseworker"])
def test_who_may_write_nothing_in_the_directory_stops_nobody_by_a_record_that_is_nowhere(
    organisation: Organisation, who: str
) -> None:
    with organisation.at(who, JOEL) as (liar, joel):
        own = case_of(joel)
        list_what_is_nowhere(liar, joel.directory.compartment)
        give(liar, joel)
        assert_goes_on(joel, organisation, own)


def test_who_may_write_something_in_the_directory_is_waited_for_until_they_are_ended(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, SELIN, JOEL) as (mira, selin, joel):
        own = case_of(joel)
        list_what_is_nowhere(selin, joel.directory.compartment)
        for taker in (joel, mira):
            give(selin, taker)
        assert_waits(joel, organisation, own)
        assert members.suspend(mira, selin.member).is_done
        give(mira, joel)
        assert_goes_on(joel, organisation, own)


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
        sharing.revoke(selin, case, [amina.member])
        assert_goes_on(selin, organisation, case)


def test_what_was_sealed_before_somebody_was_an_auditor_is_counted_apart(organisation: Organisation) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        give(joel, noor)
        found = log_checking.verify(noor)
        assert found.verified
        assert 0 < found.payloads_closed < found.entries - found.payloads_opened + 1
        assert "from before you were an auditor" in " ".join(in_english(verified(found).lines))


@pytest.mark.parametrize("who", [SELIN, AMINA], ids=["who made the key", "who was given it"])
def test_a_lost_row_of_a_key_is_named_wherever_it_was_here(revoked: Revoked, who: str) -> None:
    with revoked.rows_of(who) as rows:
        rows.execute("DELETE FROM epoch WHERE compartment = ?", (revoked.other if who == SELIN else revoked.case,))
    with revoked.organisation.open(who) as session:
        assert Code.ABSENT in {fault.code for fault in log_checking.verify(session).faults}


def test_a_section_whose_rows_of_keys_were_lost_is_listed_and_the_rows_are_missing(revoked: Revoked) -> None:
    with revoked.organisation.open(SELIN) as selin:
        section = sections.create(selin, revoked.case, what="other", title="S")
    with revoked.rows_of(SELIN) as rows:
        rows.execute("DELETE FROM epoch WHERE compartment = ?", (section,))
    with revoked.organisation.open(SELIN) as selin:
        assert [each.section for each in sections.list_of(selin, revoked.case)] == [section]
        assert Code.ABSENT in {fault.code for fault in log_checking.verify(selin).faults}


def test_a_row_of_a_key_that_was_filed_under_another_case_is_named(revoked: Revoked) -> None:
    with revoked.rows_of(SELIN) as rows:
        ((vault,),) = rows.execute("SELECT DISTINCT substr(bytes, 3, 16) FROM epoch").fetchall()
        rows.execute("UPDATE epoch SET compartment = ? WHERE compartment = ?", (vault, revoked.other))
    with revoked.organisation.open(SELIN) as selin:
        assert Code.UNLISTED in {fault.code for fault in log_checking.verify(selin).faults}
