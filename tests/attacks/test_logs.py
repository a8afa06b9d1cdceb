"""Hundreds of logs of one seat stop nobody else, and which of them count does not hang on what came first."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.flooding import begin_logs, give_all_logs
from tests.attacks.outsider import Outsider, learn_as
from tests.english import in_english
from tests.records.beside import begin_beside
from tests.services.colleague import admit
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.organisation import DANA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId
from vault.log import genesis
from vault.log.act_bytes import MOST_HEADS
from vault.log.genesis import LOGS_OF_A_SEAT, Genesis, seat_in
from vault.policy.roles import Role
from vault.records.seatlog import Predecessor, SeatLog, begin
from vault.records.work import Entry, Work
from vault.seal.signing import public_key
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import members


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


@pytest.mark.long
@pytest.mark.parametrize(("name", "roles"), [(JOEL, ["caseworker"]), (DANA, ["intake"]), (DANA, ["field"])])
def test_of_three_hundred_logs_the_first_come_in_and_nobody_else_waits(
    organisation: Organisation, tmp_path: Path, name: str, roles: list[str]
) -> None:
    account = organisation[name]
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
        if mira.directory.roles_of(account.member) != set(roles):
            assert members.change_roles(mira, account.member, roles, by_sheets=True).is_done
    with organisation.at(MIRA, name) as (mira, attacker):
        give(mira, attacker)
        begin_logs(attacker, 300, in_chain=True)
        taken = give_all_logs(attacker, mira, tmp_path)
        assert any("more logs than any device does" in str(fault) for fault in taken.faults)
        with mira.database.reading() as rows:
            assert sum(seat_in(row.bytes) == account.seat for row in rows.geneses()) == LOGS_OF_A_SEAT
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        mira.require_sound_log()
        assert sharing.grant(mira, case, organisation.members(TOMAS))
        assert members.suspend(mira, account.member).is_done
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        mira.require_sound_log()


def test_a_log_whose_predecessor_never_came_waits_and_is_nobodys_fault(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(mira, joel)
        first, second = begin_logs(joel, 2, in_chain=True)
    forget_log(organisation, JOEL, first)
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(joel, mira)
        assert second not in origins(mira)
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        assert sharing.grant(mira, case, organisation.members(TOMAS))


def test_a_beginning_that_is_not_here_is_a_fault_of_whoever_names_it_and_of_nobody_after_their_end(
    organisation: Organisation,
) -> None:
    """Such a log came in with an earlier program, or was lost before this account saw it."""
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(mira, joel)
        first, _ = begin_logs(joel, 2, in_chain=True)
        give(joel, mira)
    forget_log(organisation, MIRA, first)
    shutil.rmtree(organisation[MIRA].place.state / "pins")
    with organisation.open(MIRA) as mira:
        found = log_checking.verify(mira)
        assert [(fault.origin, str(fault.message)) for fault in found.faults] == [
            (first, "the genesis is missing or was altered")
        ]
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            sharing.grant(mira, case, organisation.members(TOMAS))
        assert members.suspend(mira, organisation[JOEL].member).is_done
        assert sharing.grant(mira, case, organisation.members(TOMAS))
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


def origins(session: Session) -> set[bytes]:
    with session.database.reading() as rows:
        return {row.origin for row in rows.geneses()}


def forget_log(organisation: Organisation, name: str, origin: bytes) -> None:
    """Take a whole log out of a member's database."""
    account = organisation[name]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        for table in ("genesis", "operation", "checkpoint", "tile", "version", "version_key"):
            rows.execute(f"DELETE FROM {table} WHERE origin=?", (origin,))


@pytest.mark.long
@pytest.mark.parametrize("most", [32, pytest.param(LOGS_OF_A_SEAT, marks=pytest.mark.long)])
def test_two_who_were_told_different_logs_first_come_to_count_the_same(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A copy of a device begins as many as it likes: which of them count does not hang on who was told first."""
    monkeypatch.setattr(genesis, "LOGS_OF_A_SEAT", most)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Shared", kind="asylum").case
        share(mira, case, organisation, JOEL, SELIN, TOMAS)
    with organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        for where, taker in ((organisation, selin), (twin, tomas)):
            give(mira, taker)
            with where.open(JOEL) as joel:
                give(mira, joel)
                begin_logs(joel, most + 1, in_chain=False, says=(case, f"told {taker.member.hex()}"))
                give_all_logs(joel, taker, tmp_path)
        for giver, taker in ((selin, tomas), (tomas, selin), (selin, tomas), (tomas, selin)):
            give(giver, taker)
        assert texts(selin, case) == texts(tomas, case) != set()
    with organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        give(tomas, mira)
        assert texts(selin, case) == texts(tomas, case) == texts(mira, case) != set()
        assert members.suspend(mira, organisation[JOEL].member).is_done
        for taker in (selin, tomas):
            give(mira, taker)
            assert taker.faults() == []


# Whoever begins hundreds of logs cannot thereby stay in a case: a notice that drops them names the longest.
def begin_another_log(session: Session) -> SeatLog:
    """Begin one more log of the seat, as a restored or copied vault does."""
    own = session._secrets
    assert public_key(own.identity_seed) == session.directory.certificates[session.seat].identity
    log = begin(
        database=session.database,
        place=session.log.place,
        identity_seed=own.identity_seed,
        auditors=(),
        keyring=session.keyring,
        predecessor=Predecessor(session.log.origin, session.log.size, session.log.frontier.root()),
    )
    with Work(log) as work:
        work.commit(Entry(act="log.restored"))
    refresh(session)
    return log


def test_of_the_logs_of_one_seat_no_more_come_in_than_a_device_makes(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand of them would fill the memory of everybody, and the manifests of their bundles."""
    with organisation.at(JOEL, SELIN) as (joel, selin):
        for _ in range(4):
            begin_another_log(joel)
        path = tmp_path / "all of them"
        syncing.make(joel, selin.member, path)
        monkeypatch.setattr(genesis, "LOGS_OF_A_SEAT", 3)
        taken = syncing.import_bundle(selin, path)
        assert any("more logs than any device does" in str(fault) for fault in taken.faults)
        with selin.database.reading() as rows:
            assert sum(seat_in(row.bytes) == joel.seat for row in rows.geneses()) == 3
        assert selin.faults() == []
        case = cases.create(selin, title="Work goes on", kind="asylum").case
        assert cases.open_case(selin, case).head.value.title == "Work goes on"
        assert give(selin, joel).entries


@pytest.mark.long
def test_a_member_with_hundreds_of_logs_is_revoked(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles={Role.CASEWORKER})
        sharing.grant(owner, case, [member.member])
    with member.open(short.place) as session:
        notes.add(session, case, Note(NoteKind.CONTACT, "in the longest log"))
        for _ in range(MOST_HEADS + 5):
            begin_another_log(session)
    with short.open() as owner:
        assert sharing.revoke(owner, case, [member.member]) == {member.member}
        state = owner.state_of(case)
        assert state is not None
        assert member.member not in state.members
        assert "in the longest log" in {note.value.text for note in cases.open_case(owner, case).notes}


# The log of another device: what came of it later counts too, and is remembered.
TABLES = ("genesis", "operation", "version", "version_key", "epoch", "granted", "checkpoint")


@pytest.fixture
def elsewhere(short: Filled, tmp_path: Path) -> Place:
    """The same vault on another account, which writes a log of its own."""
    place = short.place.copied_to(tmp_path / "elsewhere")
    shutil.rmtree(place.state)
    return place


def carry(source: Place, target: Place, holder: Outsider) -> None:
    """Bring every row over, as a synchronisation would."""
    with holder.rows(source.path) as there, holder.rows(target.path) as here:
        for table in TABLES:
            rows = there.execute(f"SELECT * FROM {table}").fetchall()
            marks = ", ".join("?" * len(rows[0]))
            here.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def write(place: Place, case: bytes, text: str) -> None:
    with place.open() as session:
        notes.add(session, case, Note(NoteKind.CONTACT, text))  # type: ignore[arg-type]  # the id of a case


def seen(place: Place) -> list[str]:
    with place.open() as session:
        found = [cases.open_case(session, row.case) for row in cases.list_all(session)]  # type: ignore[arg-type]
    return sorted(note.value.text for case in found for note in case.notes if note.value.text.startswith("from B"))


def test_a_log_that_grew_after_it_was_verified_is_read_on_and_pinned_as_far_as_it_was_seen(
    short: Filled, elsewhere: Place, holder: Outsider
) -> None:
    write(elsewhere, short.cases[0], "from B, first")
    carry(elsewhere, short.place, holder)
    assert seen(short.place) == ["from B, first"]
    for number in range(2):
        write(elsewhere, short.cases[0], f"from B, later {number}")
        carry(elsewhere, short.place, holder)
    expected = ["from B, first", "from B, later 0", "from B, later 1"]
    assert seen(short.place) == expected
    assert seen(short.place) == expected
    with holder.rows(elsewhere.path) as rows:
        logs = rows.execute("SELECT origin, bytes FROM genesis").fetchall()
        (origin,) = (name for name, genesis in logs if not Genesis.decode(genesis).is_first)
        (size,) = rows.execute("SELECT max(seq) + 1 FROM operation WHERE origin = ?", (origin,)).fetchone()
    with short.open() as session:
        assert log_checking.verify(session).verified
        assert session.pins is not None
        assert session.pins.logs[origin].size == size


# Whoever writes a log can spoil it: that stops neither their end nor, after it, the work of everybody else.
WAITS = "waits until the log is sound"


# A log that another one goes on from is bound by the successor's genesis, whatever this account still remembers.
ROWS = ("operation", "version", "version_key")


def first_log(rows: Any) -> tuple[bytes, list[int]]:
    """Return the log without predecessor and the sizes of its checkpoints."""
    geneses = rows.execute("SELECT origin, bytes FROM genesis").fetchall()
    (origin,) = (name for name, genesis in geneses if Genesis.decode(genesis).is_first)
    sizes = rows.execute("SELECT size FROM checkpoint WHERE origin = ? ORDER BY size", (origin,)).fetchall()
    return origin, [size for (size,) in sizes]


def cut_back(rows: Any) -> bytes:
    """Bring the log back to what an earlier session signed: by itself it is whole."""
    origin, sizes = first_log(rows)
    for table in ROWS:
        rows.execute(f"DELETE FROM {table} WHERE origin = ? AND seq >= ?", (origin, sizes[-2]))
    rows.execute("DELETE FROM checkpoint WHERE origin = ? AND size > ?", (origin, sizes[-2]))
    return origin


@pytest.mark.parametrize("steps", [1, 2], ids=["one successor", "a chain of two"])
def test_a_predecessor_that_was_cut_is_told_without_pins(victim: Filled, outsider: Outsider, steps: int) -> None:
    for _ in range(steps):
        shutil.rmtree(victim.state / "pins")
        with victim.open() as session:
            assert log_checking.verify(session).verified
    with outsider.rows(victim.path) as rows:
        origin = cut_back(rows)
    shutil.rmtree(victim.path / "index")
    shutil.rmtree(victim.state / "pins")
    # What is pinned after the first unlock is no more than is here: the genesis still knows better.
    for _ in range(2):
        with victim.open() as session:
            assert "is an older copy" in " ".join(in_english(session.warnings))
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()
            assert next(fault for fault in log_checking.verify(session).faults if fault.origin == origin).code == "cut"


def test_a_predecessor_that_was_removed_is_told_without_pins(victim: Filled, outsider: Outsider) -> None:
    for _ in range(2):
        shutil.rmtree(victim.state / "pins")
        with victim.open():
            pass
    with outsider.rows(victim.path) as rows:
        first, _ = first_log(rows)
        (second,) = (
            name
            for name, genesis in rows.execute("SELECT origin, bytes FROM genesis").fetchall()
            if Genesis.decode(genesis).predecessor == first
        )
        for table in (*ROWS, "checkpoint", "genesis"):
            rows.execute(f"DELETE FROM {table} WHERE origin = ?", (second,))
    shutil.rmtree(victim.path / "index")
    shutil.rmtree(victim.state / "pins")
    with victim.open() as session:
        assert "is missing or was altered" in " ".join(in_english(session.warnings))
        faults = log_checking.verify(session).faults
        assert ("genesis", second) in {(fault.code, fault.origin) for fault in faults}


def test_two_successors_of_one_log_are_a_fork(victim: Filled) -> None:
    with victim.open() as session:
        before = session.log.origin
        for _ in range(2):
            log = begin_beside(session, goes_on=True)
            with Work(log) as work:
                work.commit(Entry(act="log.restored"))
        faults = log_checking.verify(session).faults
        assert [fault.code for fault in faults if fault.origin == before] == ["fork"]
    with victim.open() as session:
        assert "both copies were used" in " ".join(in_english(session.warnings))
