"""A supervisor may write who a helper is whom they admit. What others said of a member they take back from nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give, open_place
from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.errors import RefusedError
from vault.ids import MemberId, RecordId, VersionId, make_id
from vault.log.roster import ROSTER_RECORD
from vault.records.versions import open_each
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.members import invitations, members
from vault.services.members.members import Stand
from vault.services.projection import authors

HELPER = "Piet Sunderlok"
LONG_AGO = 1


def say_of(session: Session, member: MemberId, fields: dict[str, object], *, replaces: bool) -> None:
    """Write a record of a member, in the place of what was said of them at their admission or beside it."""
    home = session.directory.compartment
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    before = next(one for one in opened if one.content.kind == "member" and one.content.fields["member"] == member)
    record, parents = (before.record, [VersionId(before.id)]) if replaces else (RecordId(make_id()), [])
    with session.work(home) as work:
        work.write(home, record, Member.KIND, {"member": member, **fields}, parents)
        work.commit(Entry(act="roster.change"))


@pytest.mark.parametrize("replaces", [True, False], ids=["in its place", "beside it"])
def test_a_supervisor_alone_ends_no_admin_by_a_date(organisation: Organisation, tmp_path: Path, replaces: bool) -> None:
    karim = organisation[KARIM]
    with organisation.at(SELIN, KARIM) as (selin, session):
        say_of(selin, karim.member, {"name": karim.name, "until": LONG_AGO}, replaces=replaces)
        give(selin, session, tmp_path)
        housekeeping.settle(session)
        assert not session.is_expired
        assert {one.stand for one in members.list_all(session) if one.member == karim.member} == {Stand.IN}


@pytest.mark.parametrize("replaces", [True, False], ids=["in its place", "beside it"])
def test_a_supervisor_alone_gives_nobody_the_name_of_another_in_silence(
    organisation: Organisation, tmp_path: Path, replaces: bool
) -> None:
    joel, accomplice = organisation[JOEL], organisation[AMINA]
    with organisation.at(SELIN, MIRA) as (selin, mira):
        say_of(selin, joel.member, {"name": "Somebody Else"}, replaces=replaces)
        say_of(selin, accomplice.member, {"name": joel.name}, replaces=replaces)
        give(selin, mira, tmp_path)
        assert authors.find_member(mira, joel.name) == joel.member
        shown = authors.names_of_members(mira)
        assert (shown[joel.member], shown[accomplice.member]) == (joel.name, accomplice.name)
        with pytest.raises(RefusedError, match="already a member with this name"):
            authors.require_new_name(mira, joel.name)


def test_nobody_takes_back_the_end_of_their_own_time(organisation: Organisation) -> None:
    place = organisation[MIRA].place
    with organisation.open(MIRA) as mira:
        helper = invitations.admit_here(
            mira, like="supervisor", name=HELPER, passphrase=bytearray(PASSPHRASE), days=30, by_root=True
        )
        (until,) = {one.until_ms for one in members.list_all(mira) if one.member == helper.member}
    with open_place(place, HELPER) as session:
        say_of(session, helper.member, {"name": HELPER}, replaces=False)
    with organisation.open(MIRA) as mira:
        assert until is not None
        assert {one.until_ms for one in members.list_all(mira) if one.member == helper.member} == {until}


def test_a_supervisor_alone_takes_nobodys_last_day_away(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(TOMAS, SELIN) as (tomas, selin):
        helper = helper_for_two_days(selin)
        until = ends_of(selin)
        give(selin, tomas, tmp_path)
        assert until[helper] is not None
        say_of(tomas, helper, {"name": HELPER}, replaces=False)
        give(tomas, selin, tmp_path)
        assert ends_of(selin) == until
        assert {(found.origin, found.check) for found in selin.quarantine} == {(tomas.log.origin, "C5")}


def test_a_supervisor_alone_takes_no_last_day_away_beside_a_copy_of_the_admission(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(TOMAS, SELIN) as (tomas, selin):
        helper = helper_for_two_days(selin)
        until = ends_of(selin)
        give(selin, tomas, tmp_path)
        assert until[helper] is not None
        newest = tomas.directory.chain.newest
        assert newest is not None
        home = tomas.directory.compartment
        with tomas.work(home) as work:
            work.write(home, RecordId(ROSTER_RECORD), "roster", newest.fields())
            work.write(home, RecordId(make_id()), Member.KIND, {"member": helper, "name": HELPER})
            work.commit(Entry(act="roster.change"))
        give(tomas, selin, tmp_path)
        assert ends_of(selin) == until


def helper_for_two_days(supervisor: Session) -> MemberId:
    """Admit a helper with a last day, alone."""
    admitted = invitations.admit_here(supervisor, like="intake", name=HELPER, passphrase=bytearray(PASSPHRASE), days=2)
    return admitted.member


def ends_of(session: Session) -> dict[MemberId, int | None]:
    return {shown.member: shown.until_ms for shown in members.list_all(session)}


@pytest.mark.parametrize("member", [[], {}, "text", 5])
def test_a_record_of_no_member_beside_a_valid_roster_stops_nobody(organisation: Organisation, member: object) -> None:
    with organisation.open(SELIN) as selin:
        home, newest = selin.directory.compartment, selin.directory.chain.newest
        assert newest is not None
        with selin.work(home) as work:
            work.write(home, RecordId(ROSTER_RECORD), "roster", newest.fields())
            work.write(home, RecordId(make_id()), Member.KIND, {"member": member, "name": "Nobody"})
            work.commit(Entry(act="roster.change"))
        assert members.list_all(selin)
        assert [found.check for found in selin.quarantine] == ["C5"]
