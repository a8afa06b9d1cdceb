"""A name that is the id of something else: who types that id never gets what was only called so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.offices import Office, admit
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.organisation_records import DeviceName
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.ids import RecordId, SeatId, make_id
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases, editing
from vault.services.erasures import what_goes
from vault.services.exports import partners
from vault.services.members import devices
from vault.services.projection import authors

BOTH = "the beginning of one id, and the name of something else"


def call(session: Session, seat: SeatId, name: str) -> None:
    """Name a device as a program of one's own does, which asks nothing of the name."""
    home = session.directory.compartment
    with session.work(home) as work:
        work.keep(home, DeviceName(seat, name), RecordId(make_id()))
        work.commit(Entry(act="config.change", covers={DeviceName.KIND: 1}))


def test_no_device_is_named_by_what_could_be_an_id(organisation: Organisation) -> None:
    joel, own = organisation[JOEL].seat, organisation[SELIN].seat.hex()
    with organisation.open(SELIN) as selin:
        for name in (own, own[:8], own[:4].upper(), f" {own[:9]} ", "cafe"):
            with pytest.raises(UsageError, match="looks like the id of a device"):
                devices.name(selin, joel, name)
        devices.name(selin, joel, "cafe laptop")


@pytest.mark.long
@pytest.mark.parametrize("digits", [4, 8, 31, 32])
def test_the_id_of_a_device_names_no_other_that_is_called_so(organisation: Organisation, digits: int) -> None:
    own = organisation[SELIN].seat
    typed = own.hex()[:digits].upper()
    with organisation.open(SELIN) as selin:
        call(selin, organisation[JOEL].seat, own.hex()[:digits])
    organisation.exchange(SELIN, MIRA)
    with organisation.open(MIRA) as mira:
        if digits < 32:
            with pytest.raises(UsageError, match=BOTH) as told:
                devices.find(mira, typed)
            assert own.hex() in str(told.value.next_step)
        assert devices.find(mira, own.hex()) == own
        assert devices.find(mira, organisation[JOEL].seat.hex()) == organisation[JOEL].seat


def test_who_revokes_a_device_reads_whose_it_is_before_they_say_yes(organisation: Organisation, tmp_path: Path) -> None:
    joel = organisation[JOEL]
    desk = Desk.of(organisation[MIRA].place, tmp_path)
    assert desk.run("device", "name", joel.seat.hex(), "old laptop").code == 0
    for more in ((), ("--json",)):
        refused = desk.run("device", "revoke", "old laptop", *more)
        assert refused.code == 3
        assert f"This revokes a device of {joel.name}: {joel.seat.hex()}, old laptop." in refused.err.replace("\n", " ")


@pytest.mark.long
def test_the_id_of_a_member_names_no_other_who_joined_under_it(organisation: Organisation, tmp_path: Path) -> None:
    joel, mira = organisation[JOEL].member, organisation[MIRA]
    office = Office(mira.place.path, mira.place.state, mira.name, mira.member, mira.seat)
    begin = admit(office, tmp_path, joel.hex()[:8], like="intake").member
    whole = admit(office, tmp_path, joel.hex(), like="intake").member
    with organisation.open(MIRA) as session:
        with pytest.raises(UsageError, match=BOTH):
            authors.find_member(session, joel.hex()[:8])
        for member in (joel, begin, whole):
            assert authors.find_member(session, member.hex()) == member
        assert authors.find_member(session, joel.hex()[:9]) == joel
        assert authors.find_member(session, organisation[JOEL].name) == joel
        assert authors.find_member(session, organisation[JOEL].name.upper().replace("O", "Ò")) == joel


def test_the_id_of_a_recipient_names_no_other_that_is_called_so(organisation: Organisation) -> None:
    def add(session: Session, name: str) -> RecordId:
        return partners.add(session, name=name, age_recipient=recipient_of(make_identity()), compared=True).record

    with organisation.open(MIRA) as mira:
        lawyer = add(mira, "Advocate Orlova")
        others = [add(mira, lawyer.hex()[:8]), add(mira, lawyer.hex())]
        with pytest.raises(UsageError, match=BOTH):
            partners.find(mira, lawyer.hex()[:8])
        for record in (lawyer, *others):
            assert partners.find(mira, record.hex()).record == record


def test_the_id_of_a_case_names_no_record_that_was_given_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case, other = (cases.create(amina, title=title, kind="asylum") for title in ("Hearing", "Other"))
        for planted in (case.case, case.case[:4] + bytes(12)):
            with amina.work(other.case) as work:
                work.keep(other.case, Note(NoteKind.CONTACT, "Made to look like the case."), RecordId(planted))
                work.commit(Entry(act="case.edit"))
        for typed in (case.case.hex()[:8], case.case.hex()):
            for act in (editing.locate, what_goes.what_goes):
                with pytest.raises(UsageError, match="the id of a case and of a record"):
                    act(amina, typed)
            assert cases.find(amina, typed) == case.case
        assert editing.locate(amina, case.ref).case == case.case
        assert what_goes.what_goes(amina, case.ref).whole == (case.case,)
