"""A member with a patched program who lists what costs others hours: others work no more for it than for their own.

Work is counted, not timed: openings by HPKE, rows read, lines run.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.services.organisation import AMINA, DANA, JOEL, MIRA, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, EpochId, SeatId
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.log.items import Item, ItemKind
from vault.records.epochs import make_epoch
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.keyring import epoch_id
from vault.seal.recipients import KemPrivate, grant_digest
from vault.services.cases import cases, notes
from vault.services.exchange import known_peers, syncing
from vault.services.members import members
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, GrantRow

NOTICES, GRANTS = 12, 60
# A giver whose grants do not open is left alone after so many of them, at each unlock.
_FEW = 20
_IN_ONE_ENTRY = 900


def list_rows(session: Session, compartment: CompartmentId, rows: Sequence[EpochRow | GrantRow]) -> None:
    """List notices and grants for a compartment in the session's own log, and keep the rows to be sent."""
    for start in range(0, len(rows), _IN_ONE_ENTRY):
        chunk = rows[start : start + _IN_ONE_ENTRY]
        with Work(session.log) as work:
            for row in chunk:
                kind = ItemKind.EPOCH if isinstance(row, EpochRow) else ItemKind.GRANT
                work._items.append(Item.in_compartment(kind, compartment, row.digest))
            work.commit(Entry(act="key.rotate"))
        with session.database.transaction() as store:
            store.add_epochs([row for row in chunk if isinstance(row, EpochRow)])
            store.add_grants([row for row in chunk if isinstance(row, GrantRow)])


def send(giver: Session, taker: Session, folder: Path, compartment: CompartmentId) -> None:
    """Give a bundle that has a compartment along which nobody ever founded."""
    with pytest.MonkeyPatch.context() as patched:
        honest = known_peers.compartments_for

        def with_invented(*asked: Any) -> Any:
            compartments, withdrawn = honest(*asked)
            return {*compartments, compartment}, withdrawn

        patched.setattr(syncing, "compartments_for", with_invented)
        give(giver, taker, folder)


def junk(session: Session, compartment: CompartmentId, to: SeatId, kind: CompartmentKind) -> list[EpochRow | GrantRow]:
    """Return many notices of one invented epoch, and as many grants of it that open for nobody."""
    epoch = os.urandom(16)
    notices = [EpochNotice(1, session.vault, compartment, kind, epoch, (os.urandom(16),)) for _ in range(NOTICES)]
    rows: list[EpochRow | GrantRow] = [EpochRow(one.digest(), compartment, one.encode()) for one in notices]
    for _ in range(GRANTS):
        sealed = os.urandom(1168)
        rows.append(GrantRow(grant_digest(epoch, to, sealed), epoch, to, session.seat, sealed))
    return rows


def opening_grants(session: Session, compartment: CompartmentId, to: Holder) -> list[EpochRow | GrantRow]:
    """Return many keys of the directory that nobody asked for, each with a grant that opens."""
    state = session.state_of(compartment)
    assert state is not None
    made: list[EpochRow | GrantRow] = []
    for _ in range(GRANTS):
        new = make_epoch(session.log.place, compartment, CompartmentKind.DIRECTORY, [to], replaced=state.current)
        made += [new.row(), *new.grants]
    return made


@contextmanager
def counted(name: str, owner: type, weigh: Callable[[Any], int] = lambda result: 1) -> Iterator[list[int]]:
    """Count the calls of a method, or what they return."""
    found = [0]
    honest = getattr(owner, name)

    def counting(self: Any, *args: Any, **named: Any) -> Any:
        try:
            result = honest(self, *args, **named)
        except BaseException:
            found[0] += weigh(())
            raise
        found[0] += weigh(result)
        return result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, counting)
        yield found


def openings_at_unlock(organisation: Organisation, name: str) -> int:
    with counted("decrypt", KemPrivate) as found:
        organisation.open(name).close()
    return found[0]


@pytest.mark.long_after(1)
@pytest.mark.parametrize("kind", [CompartmentKind.CASE, CompartmentKind.DIRECTORY])
def test_who_may_give_nothing_makes_nobody_open_what_they_list(
    organisation: Organisation, tmp_path: Path, kind: CompartmentKind
) -> None:
    before = openings_at_unlock(organisation, MIRA)
    invented = CompartmentId(os.urandom(16))
    with organisation.at(DANA, MIRA) as (dana, mira):
        list_rows(dana, invented, junk(dana, invented, mira.seat, kind))
        with counted("decrypt", KemPrivate) as at_import:
            send(dana, mira, tmp_path, invented)
    assert at_import[0] <= _FEW
    assert openings_at_unlock(organisation, MIRA) == before


@pytest.mark.parametrize("opens", [False, True])
def test_nor_does_it_help_to_list_it_for_the_directory_that_everybody_holds(
    organisation: Organisation, tmp_path: Path, opens: bool
) -> None:
    before = openings_at_unlock(organisation, MIRA)
    with organisation.at(DANA, MIRA) as (dana, mira):
        home = dana.directory.compartment
        to = Holder(mira.seat, dana.directory.effective.certificates[mira.seat].kem)
        rows = opening_grants(dana, home, to) if opens else junk(dana, home, mira.seat, CompartmentKind.DIRECTORY)
        list_rows(dana, home, rows)
        with counted("decrypt", KemPrivate) as at_import:
            send(dana, mira, tmp_path, home)
    assert at_import[0] <= _FEW
    assert openings_at_unlock(organisation, MIRA) == before


@pytest.mark.long
def test_who_may_give_costs_a_few_openings_and_their_own_keys_come_all_the_same(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        before = openings_at_unlock(organisation, AMINA)
        spoiled = cases.create(joel, title="Spoiled", kind="asylum").case
        state = joel.state_of(spoiled)
        assert state is not None
        (old,) = state.current
        amina = organisation[AMINA].seat
        rows: list[EpochRow | GrantRow] = []
        for _ in range(GRANTS):
            epoch = epoch_id(joel.vault, spoiled, os.urandom(32))
            notice = EpochNotice(1, joel.vault, spoiled, CompartmentKind.CASE, epoch, (old,))
            sealed = os.urandom(1168)
            grant = GrantRow(grant_digest(epoch, amina, sealed), epoch, amina, joel.seat, sealed)
            rows += [EpochRow(notice.digest(), spoiled, notice.encode()), grant]
        list_rows(joel, spoiled, rows)
        honest = cases.create(mira, title="Honest", kind="asylum").case
        notes.add(mira, honest, Note(NoteKind.CONTACT, "Given by Mira"))
        share(mira, honest, organisation, AMINA)
    with organisation.at(JOEL, MIRA, AMINA) as (joel, mira, amina_session):
        send(joel, amina_session, tmp_path, spoiled)
        give(mira, amina_session, tmp_path)
        assert [note.value.text for note in cases.open_case(amina_session, honest).notes] == ["Given by Mira"]
    assert openings_at_unlock(organisation, AMINA) <= before + _FEW
    with organisation.at(MIRA, AMINA) as (mira, amina_session):
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, amina_session, tmp_path)
    assert openings_at_unlock(organisation, AMINA) <= before + _FEW


def flooded_case(session: Session, epochs: int, to: Sequence[Holder]) -> CompartmentId:
    """Found a case, give it to these, and let each of many keys revoke 255 invented seats that are given it again."""
    with session.work() as work:
        founded = work._keys.found(work._seq, CompartmentKind.CASE, [_own(session), *to])
        work.commit(Entry(act="case.create"))
    case, before = founded.compartment, founded.epoch
    seats = [SeatId(os.urandom(16)) for _ in range(255 * epochs)]
    for start in range(0, len(seats), 255):
        with session.work() as work:
            revoked = tuple(RevokedLog(seat, os.urandom(32), 0) for seat in seats[start : start + 255])
            new = make_epoch(session.log.place, case, CompartmentKind.CASE, (), replaced=(before,), revocations=revoked)
            work._keys._replacing.append(new)
            before = new.epoch
            work.commit(Entry(act="key.rotate"))
    rows = [_to_invented(session, before, seat) for seat in seats]
    list_rows(session, case, rows)
    return case


def _own(session: Session) -> Holder:
    return Holder(session.seat, session.directory.effective.certificates[session.seat].kem)


def _to_invented(session: Session, epoch: EpochId, seat: SeatId) -> GrantRow:
    return GrantRow(grant_digest(epoch, seat, b"x"), epoch, seat, session.seat, b"x")


def lines_of(judge: Callable[[], object]) -> int:
    """Return how many lines run."""
    found = Counter[str]()

    def count(frame: FrameType, event: str, arg: object) -> Any:
        del frame, arg
        found[event] += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        judge()
    finally:
        sys.settrace(before)
    return found["line"]


@pytest.mark.long
def test_revocations_of_invented_seats_cost_a_line_or_two_each(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        to = [Holder(mira.seat, joel.directory.effective.certificates[mira.seat].kem)]
        small, large = (flooded_case(joel, epochs, to) for epochs in (2, 8))
        give(joel, mira, tmp_path)
        few, many = (lines_of(partial(_judge_anew, mira, case)) for case in (small, large))
    assert many < 6 * few


def _judge_anew(session: Session, case: CompartmentId) -> None:
    session.learned.states.clear()
    assert session.state_of(case) is not None


def test_grants_of_one_epoch_are_read_once_at_an_import(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(JOEL, MIRA) as (joel, mira):
        case = cases.create(joel, title="Given to nobody", kind="asylum").case
        share(joel, case, organisation, MIRA)
        state = joel.state_of(case)
        assert state is not None
        (epoch,) = state.current
        invented = [_to_invented(joel, epoch, SeatId(os.urandom(16))) for _ in range(800)]
        list_rows(joel, case, invented)
        with counted("grants_of", Rows, len) as read:
            give(joel, mira, tmp_path)
        assert read[0] < 10 * len(invented)
        assert mira.state_of(case) is not None
