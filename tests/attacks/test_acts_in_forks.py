"""Two copies of one device write at one place of its log: an auditor reads what either did, as if it stood alone."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tests.attacks.flooding import take_alone
from tests.attacks.outsider import digest_of, flipped, learn_as
from tests.attacks.second_history import send_log
from tests.services.founded import MEMBER, PASSPHRASE, Place, found
from tests.services.organisation import (
    JOEL,
    KARIM,
    MIRA,
    NOOR,
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
from vault.ids import Origin
from vault.records.work import Entry
from vault.services.cases import cases
from vault.services.evidence import log_checking, logbook
from vault.services.exchange import syncing
from vault.services.members import invitations

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
        give(mira, joel, tmp_path)
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


def test_a_row_beside_an_entry_hides_nothing_of_what_it_did(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        origin, place = joel.log.origin, act(joel, "export.begin")
        give(joel, noor, tmp_path)
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
        give(mira, karim, tmp_path)
    with open_place(twin, MEMBER) as mira, karim:
        for _ in range(exported + 10):
            act(mira, "log.read")
        assert approval_faults(karim, origin) == [exported]
        assert syncing.import_bundle(karim, send_log(mira, karim, tmp_path / "other")).faults
        assert approval_faults(karim, origin) == [exported]
    shutil.rmtree(place.state)  # without its memory the device tells of the longer history
    with open_place(place, account.name) as karim:
        assert approval_faults(karim, origin) == [exported]
