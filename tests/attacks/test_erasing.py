"""Erasing without authority: who lists a version as erased and takes its row away has removed it, and is told.

What is listed for a seat, not here and not rightly erased is missing. To erase takes the role of a caseworker or
supervisor and a counted grant of the compartment, as to write does.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.attacks.conftest import AGE
from tests.services.colleague import Colleague
from tests.services.founded import Filled
from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.records.versions import open_each
from vault.records.work import Entry, Work
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.grants import sharing
from vault.services.members import invitations
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.store import tables

Place = tuple[bytes, int, int]


def placed_notes(session: Session, case: CompartmentId) -> list[tuple[VersionId, Place]]:
    """Return the ids of the notes of a case, and where each is listed, in order of place."""
    shown = {note.version for note in cases.open_case(session, case).notes}
    with session.database.reading() as rows:
        found = {one.id: (one.origin, one.seq, one.n) for one in rows.versions(case) if one.id in shown}
    return sorted(((VersionId(one), place) for one, place in found.items()), key=lambda one: one[1])


def erase(session: Session, case: CompartmentId, version: VersionId, place: Place, *, act: str = "erase") -> None:
    """Do what the program has no command for: list the version as erased, then take its rows away."""
    with Work(session.log) as work:
        work.erase(case, version)
        work.commit(Entry(act=act))
    origin, seq, n = place
    with session.database.transaction() as rows:
        for table in (tables.version, tables.version_key):
            rows.connection.execute(
                sa.delete(table).where(table.c.origin == origin, table.c.seq == seq, table.c.n == n)
            )


def forget_indexes(short: Filled) -> None:
    """Have every member read the logs anew, as on another device."""
    shutil.rmtree(short.path / "index")


@dataclass(frozen=True, slots=True)
class Office:
    """The short vault with six more people in it, of whom none may erase in its first case; and one who may."""

    filled: Filled
    strangers: tuple[Colleague, ...]
    volunteer: Colleague
    holder: Colleague


# Role, whether the case was granted, whether that was withdrawn again.
WITHOUT_AUTHORITY = {
    "a caseworker to whom the case was not given": ("caseworker", False, False),
    "a supervisor without the case": ("supervisor", False, False),
    "a reviewer who may read the case": ("legal-reviewer", True, False),
    "a volunteer": ("intake", False, False),
    "an admin": ("admin", False, False),
    "a supervisor whose access was withdrawn": ("supervisor", True, True),
}


def admit(owner: Session, name: str, role: str, passphrase: bytes) -> Colleague:
    new = invitations.admit_here(owner, like=role, name=name, passphrase=bytearray(passphrase), by_root=True)
    return Colleague(name, passphrase, new.member, new.seat)


@pytest.fixture(scope="module")
def office_template(short_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> Office:
    place = short_template.place.copied_to(tmp_path_factory.mktemp("erasing"))
    made: dict[str, Colleague] = {}
    with place.open() as owner:
        for number, (name, (role, granted, withdrawn)) in enumerate(WITHOUT_AUTHORITY.items()):
            made[name] = admit(owner, name, role, b"attacker %d" % number)
            if granted:
                sharing.grant(owner, short_template.cases[0], [made[name].member])
            if withdrawn:
                sharing.revoke(owner, short_template.cases[0], [made[name].member])
        holder = admit(owner, "another holder", "supervisor", b"who may")
        sharing.grant(owner, short_template.cases[0], [holder.member])
    return Office(replace(short_template, place=place), tuple(made.values()), made["a volunteer"], holder)


@pytest.fixture
def office(office_template: Office, tmp_path: Path) -> Office:
    place = office_template.filled.place.copied_to(tmp_path / "erasing")
    return replace(office_template, filled=replace(office_template.filled, place=place))


def test_what_is_erased_without_authority_is_missing(office: Office) -> None:
    """Each of the six takes another note away."""
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        notes = placed_notes(owner, case)
    assert len(notes) == len(office.strangers)
    for attacker, (version, place) in zip(office.strangers, notes, strict=True):
        with attacker.open(short.place) as session:
            erase(session, case, version, place)
    forget_indexes(short)
    with short.open() as owner:
        up_to_date_index(owner)
        places = [place for _, place in notes]
        assert sorted((one.origin, one.seq, one.n) for one in owner.quarantine if one.check == "missing") == places
        assert cases.open_case(owner, case).notes == ()
        found = log_checking.verify(owner)
        assert [(one.origin, one.seq, one.n) for one in found.faults if one.code == "absent"] == places
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            owner.require_sound_log(case)


def test_an_erasure_of_a_row_that_stays_hides_nothing(office: Office) -> None:
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        before = placed_notes(owner, case)
    with office.strangers[0].open(short.place) as session, Work(session.log) as work:
        for version, _ in before:
            work.erase(case, version)
        work.commit(Entry(act="erase"))
    forget_indexes(short)
    with short.open() as owner:
        assert placed_notes(owner, case) == before
        assert log_checking.verify(owner).verified


def test_a_volunteer_erases_a_slip_where_they_may_write_and_nobody_misses_it(office: Office) -> None:
    short = office.filled
    with office.volunteer.open(short.place) as session:
        where = the_one_of_kind(session, CompartmentKind.INTAKE)  # where they may write
        with Work(session.log) as work:
            version = work.write(where, RecordId(make_id()), "slip", {})
            receipt = work.commit(Entry(act="intake.edit"))
        with session.database.reading() as rows:
            place = next(
                (receipt.origin, receipt.seq, one.n) for one in rows.version_rows(receipt.origin) if one.id == version
            )
        erase(session, where, version, place, act="intake.edit")
    with short.open() as owner:
        assert place not in [(one.origin, one.seq, one.n) for one in log_checking.verify(owner).faults]


@pytest.mark.parametrize("by_another", [False, True], ids=["its author", "another who holds the case"])
def test_what_is_rightly_erased_is_missed_by_nobody(office: Office, by_another: bool) -> None:
    short, case = office.filled, office.filled.cases[0]
    with short.open() as owner:
        version, place = placed_notes(owner, case)[-1]
        if not by_another:
            erase(owner, case, version, place)
    if by_another:
        with office.holder.open(short.place) as session:
            erase(session, case, version, place)
    forget_indexes(short)
    with short.open() as owner:
        up_to_date_index(owner)
        assert owner.quarantine == []
        assert log_checking.verify(owner).faults == ()


@pytest.mark.parametrize("role", ["caseworker", "supervisor"])
def test_nobody_erases_a_recipient_or_a_roster(office: Office, role: str) -> None:
    """All hold the directory, and a supervisor may write some of it: what is withheld there is missing all the same."""
    attacker = office.strangers[["caseworker", "supervisor"].index(role)]
    with office.filled.open() as owner:
        partners.add(owner, name="Advocate Fennimore", age_recipient=AGE, compared=True)
        home = owner.directory.compartment
        with owner.database.reading() as rows:
            opened, _ = open_each(rows.versions(home), vault=owner.vault, keyring=owner.keyring)
    partner = next(version for version in opened if version.content.kind == "partner")
    place = (partner.origin, partner.seq, partner.n)
    with attacker.open(office.filled.place) as session:
        erase(session, home, partner.id, place)
    forget_indexes(office.filled)
    with office.filled.open() as owner:
        up_to_date_index(owner)
        assert [(one.origin, one.seq, one.n) for one in owner.quarantine if one.check == "missing"] == [place]
