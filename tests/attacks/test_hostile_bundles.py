"""Bundles of an attacker who holds every key of an exchange but the signing keys of the logs in it."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.flooding import make_siblings
from tests.english import in_english
from tests.once import made_once
from tests.seal.places import fixed, flipped
from tests.services.founded import Filled, fill, found
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give
from tests.sync.exchange import OTHER_KEM, RECEIVER, Sender, empty_store, opened, rows_of, take
from tests.sync.hostile import counting, encoded, pages_of, write
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, MalformedError, NewerVaultError, VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind
from vault.log.genesis import seat_in
from vault.seal.recipients import grant_digest
from vault.services import housekeeping
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, intake, notes, register
from vault.services.erasures import arrived, standing_again, what_goes
from vault.services.exchange.known_peers import keep_peers
from vault.services.grants import sharing
from vault.services.imports import case_import, taking_back
from vault.services.projection import folder_row
from vault.services.projection.places import the_one_of_kind
from vault.store.engine import Database
from vault.sync.bundle_file import Manifest, open_bundle
from vault.sync.bundle_pages import (
    PageKind,
    SentGrant,
    SentOperation,
    SentRow,
    SentVersion,
    SentVersionKey,
    decode_page,
)
from vault.sync.proven_logs import Stop


@pytest.fixture(scope="session")
@made_once
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = found(tmp_path_factory.mktemp("hostile"))
    return Filled(place, *fill(place))


@pytest.fixture
def sender(_filled: Filled, tmp_path: Path) -> Iterator[Sender]:
    with Filled(_filled.place.copied_to(tmp_path / "sender"), _filled.cases, _filled.refs).open() as session:
        yield Sender(session)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


@pytest.fixture
def bundle(sender: Sender, tmp_path: Path) -> Path:
    return sender.make(tmp_path / "bundle").path


@pytest.mark.parametrize("part", range(8))
def test_a_flipped_bit_anywhere_is_refused(part: int, sender: Sender, bundle: Path) -> None:
    data = bundle.read_bytes()
    for bit in range(part * 7, 8 * len(data), 8 * len(data) // 30 + 1):
        bundle.write_bytes(flipped(data, bit))
        with pytest.raises(VaultError):
            opened(bundle, sender.vault)


@pytest.mark.parametrize("left", [0, 1, 16, 35, 36, 1202, 1203, 1204, 1235, 1236, 2000, -1, -16, -17, -1000])
def test_a_cut_file_is_refused(left: int, sender: Sender, bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:left])
    with pytest.raises((MalformedError, BrokenSealError)):
        opened(bundle, sender.vault)


def test_a_file_of_many_chunks_that_ends_at_a_chunk_is_refused(sender: Sender, tmp_path: Path) -> None:
    filler = [(PageKind.GENESIS, b"", [bytes(4_000)] * 800)]
    path = write(tmp_path / "long", sender.vault, encoded(((k, bytes(32), list(r)) for k, _, r in filler)))
    opened(path, sender.vault)
    data = path.read_bytes()
    for end in range(35 + 1168 + 32, len(data), (1 << 20) + 16):
        path.write_bytes(data[:end])
        with pytest.raises((BrokenSealError, MalformedError)):
            opened(path, sender.vault)


HEADERS: dict[str, tuple[int, bytes, type[VaultError], str]] = {
    "a recipient taken out": (34, b"\2" + bytes(1168), BrokenSealError, "damaged or was altered"),
    **{
        f"format {at - 16}: {value}": (at, bytes((value,)), NewerVaultError, "does not know")
        for at, value in [(16, 2), (17, 2), (16, 0)]
    },
    **{f"{n} recipients": (34, bytes((n,)), MalformedError, f"{n} recipients") for n in (0, 65, 255)},
}


@pytest.mark.parametrize("what", HEADERS)
def test_an_altered_header_is_refused(what: str, sender: Sender, bundle: Path) -> None:
    at, lead, error, words = HEADERS[what]
    data = bundle.read_bytes()
    bundle.write_bytes(data[:at] + lead + data[at + 1 :])
    with pytest.raises(error, match=words):
        opened(bundle, sender.vault)


def test_a_bundle_opens_for_its_seat_in_its_vault_and_as_it_was_made(sender: Sender, bundle: Path) -> None:
    with pytest.raises(BrokenSealError, match="not for this device"):
        open_bundle(bundle, OTHER_KEM, RECEIVER, sender.vault)
    with pytest.raises(VerificationError, match=f"of vault {sender.vault.hex()}"):
        opened(bundle, bytes(16))
    data = bundle.read_bytes()
    bundle.write_bytes(data + b"\0")
    with pytest.raises(BrokenSealError):
        opened(bundle, sender.vault)
    bundle.write_bytes(data[:18] + bytes(16) + data[34:])
    with pytest.raises(BrokenSealError):
        opened(bundle, bytes(16))


def test_a_file_beyond_the_outer_size_is_refused_unread(sender: Sender, bundle: Path) -> None:
    with bundle.open("r+b") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(MalformedError, match="larger than 1024 MiB"):
        opened(bundle, sender.vault)


CLAIMS: dict[str, Callable[[Manifest], Manifest]] = {
    "rows without end": counting(PageKind.VERSION, 2**32 - 1),
    "one row more": counting(PageKind.OPERATION, 1),
    "pages without end": lambda manifest: replace(manifest, pages=2**32 - 1),
    "a size without end": lambda manifest: replace(manifest, size=2**64 - 1),
    "another root": lambda manifest: replace(manifest, root=bytes(32)),
    "another vault": lambda manifest: replace(manifest, vault=bytes(16)),
    "another seat's key": lambda manifest: replace(manifest, identity=fixed("not a key of anybody")),
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_manifest_that_claims_what_is_not_so_is_refused_without_room_for_it(
    claim: Callable[[Manifest], Manifest], sender: Sender, bundle: Path, tmp_path: Path
) -> None:
    pages = encoded(pages_of(opened(bundle, sender.vault)))
    path = write(tmp_path / "claims", sender.vault, pages, manifest=claim)
    tracemalloc.start()
    try:
        with pytest.raises(VerificationError):
            opened(path, sender.vault)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("have", [2**32 - 1, 1])
def test_entries_of_a_manifest_that_are_not_there_are_refused(have: int, sender: Sender, tmp_path: Path) -> None:
    def claiming(signed: bytes) -> bytes:
        # The counts of `have` and `took` are the last fields of the fixed part.
        return signed[:-72] + have.to_bytes(4, "big") + signed[-68:]

    path = write(tmp_path / "claims", sender.vault, [], signed=claiming)
    with pytest.raises(VerificationError):
        opened(path, sender.vault)


def test_a_signature_of_nobody_is_refused(sender: Sender, tmp_path: Path) -> None:
    path = write(tmp_path / "unsigned", sender.vault, [], signed=lambda signed: signed[:-64] + bytes(64))
    with pytest.raises(VerificationError, match="not signed by seat"):
        opened(path, sender.vault)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 1, 2**32 - 1])
def test_a_manifest_of_an_absurd_length_is_refused(size: int, sender: Sender, tmp_path: Path) -> None:
    path = write(tmp_path / "length", sender.vault, [], content=lambda content: size.to_bytes(4, "big") + content[4:])
    with pytest.raises(VerificationError):
        opened(path, sender.vault)


NESTED = b"\x91" * 5_000 + b"\xc0"


@pytest.mark.parametrize(
    "page",
    [
        bytes((PageKind.VERSION,)) + bytes(32) + (2**32 - 1).to_bytes(4, "big") + NESTED,
        bytes((PageKind.OPERATION,)) + bytes(32) + b"\0\0\0\1" + bytes(8) + b"\xff" * 12,
        bytes((PageKind.OPERATION,)) + bytes(32) + b"\0\0\0\1" + bytes(8) + b"\0\1\0\1" + bytes(8) + bytes(65_537),
        bytes((PageKind.VERSION,)) + bytes(32) + b"\0\0\0\1" + bytes(44) + b"\0\x10\0\1" + bytes((1 << 20) + 1),
        bytes((PageKind.GENESIS,)) + bytes(32) + b"\0\0\0\0",
        b"",
        bytes(36),
        bytes((PageKind.GENESIS,)) + bytes(3 << 20),
    ],
    ids=["nested", "lengths", "operation", "version", "no rows", "empty", "short", "large"],
)
def test_a_page_out_of_form_is_refused(page: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_page(page)


def test_a_page_of_a_later_program_is_passed_by(sender: Sender, store: Database, bundle: Path, tmp_path: Path) -> None:
    pages = encoded(pages_of(opened(bundle, sender.vault)))
    later = bytes((99,)) + bytes(32) + b"\0\0\0\1" + b"of a later program"
    path = write(tmp_path / "later", sender.vault, [*pages, (PageKind.VERSION_KEY, 0, later)])
    assert not take(store, path, sender.vault).pending
    assert rows_of(store) == rows_of(sender.database)


def _rewritten(
    sender: Sender, bundle: Path, out: Path, change: Callable[[PageKind, bytes, list[SentRow]], list[SentRow]]
) -> Path:
    pages = [
        (kind, origin, change(kind, origin, rows)) for kind, origin, rows in pages_of(opened(bundle, sender.vault))
    ]
    return write(out, sender.vault, encoded(pages))


def test_junk_beside_true_rows_does_not_enter(sender: Sender, store: Database, bundle: Path, tmp_path: Path) -> None:
    def add_junk(kind: PageKind, origin: bytes, rows: list[SentRow]) -> list[SentRow]:
        first = rows[0]
        match first:
            case SentVersion():
                return [*rows, first._replace(blob=b"junk"), first._replace(n=900), first._replace(seq=10**6)]
            case SentVersionKey():
                return [*rows, first._replace(epoch=bytes(16)), first._replace(n=900), first._replace(seq=10**6)]
            case SentGrant():
                return [*rows, first._replace(seat=bytes(16))]
            case _:
                return rows

    assert take(store, _rewritten(sender, bundle, tmp_path / "junk", add_junk), sender.vault).counts.refused >= 7
    assert rows_of(store) == rows_of(sender.database)


def test_wraps_beyond_eight_for_one_place_do_not_enter(
    sender: Sender, store: Database, bundle: Path, tmp_path: Path
) -> None:
    def add_wraps(kind: PageKind, origin: bytes, rows: list[SentRow]) -> list[SentRow]:
        first = rows[0]
        if not isinstance(first, SentVersionKey):
            return rows
        return [*rows, *(first._replace(wrap=fixed(f"wrap {number}", 40)) for number in range(20))]

    assert take(store, _rewritten(sender, bundle, tmp_path / "wraps", add_wraps), sender.vault).counts.refused == 13
    assert len(rows_of(store)["version_key"]) == len(rows_of(sender.database)["version_key"]) + 7


@pytest.mark.parametrize("changed", ["header", "list", "sealed"])
def test_an_altered_entry_stops_its_log_there(
    changed: str, sender: Sender, store: Database, bundle: Path, tmp_path: Path
) -> None:
    def flip(row: SentOperation) -> SentOperation:
        columns = row._asdict()
        return SentOperation(**columns | {changed: flipped(columns[changed], -1)})

    def alter(kind: PageKind, origin: bytes, rows: list[SentRow]) -> list[SentRow]:
        return [flip(row) if isinstance(row, SentOperation) and row.seq == 5 else row for row in rows]

    taken = take(store, _rewritten(sender, bundle, tmp_path / "altered", alter), sender.vault)
    assert [one.why for one in taken.pending] == [Stop.ALTERED]
    assert all(row[1] < 5 for row in rows_of(store)["operation"])  # type: ignore[operator]  # seq is a number


def test_entries_in_another_order_or_without_the_beginning_of_their_log_do_not_enter(
    sender: Sender, store: Database, bundle: Path, tmp_path: Path
) -> None:
    def reverse(kind: PageKind, origin: bytes, rows: list[SentRow]) -> list[SentRow]:
        return rows[::-1] if kind is PageKind.OPERATION else rows

    assert take(store, _rewritten(sender, bundle, tmp_path / "reversed", reverse), sender.vault).pending
    assert not rows_of(store)["operation"]
    pages = [page for page in pages_of(opened(bundle, sender.vault)) if page[0] is not PageKind.GENESIS]
    assert take(store, write(tmp_path / "headless", sender.vault, encoded(pages)), sender.vault).counts.refused > 0
    assert not any(rows_of(store).values())


def test_a_log_of_nobody_stays_out_with_all_that_it_lists(sender: Sender, store: Database, bundle: Path) -> None:
    with sender.database.reading() as rows:
        seats = {seat_in(row.bytes) for row in rows.geneses()}
    taken = take(store, bundle, sender.vault, unknown=seats)
    assert [one.why for one in taken.pending] == [Stop.UNKNOWN_SEAT]
    assert not any(rows_of(store).values())


# A register or an intake that was emptied once is no case that went: what comes in later stays, on every device.
ZARINA, GULNORA = "Zarina Abdulova", "Gulnora Karimova"


def erase(session: Session, what: str) -> None:
    erasing.erase(session, what_goes.what_goes(session, what), why="mistake")


def unlock(organisation: Organisation, name: str) -> list[str]:
    with organisation.open(name) as session:
        return [str(line) for line in housekeeping.settle(session)]


def enter(joel: Session, tmp_path: Path) -> None:
    case = cases.create(joel, title="C", kind="other").case
    erase(joel, case_people.add(joel, case, role="client", names=[ZARINA]).hex())
    case_people.add(joel, case, role="client", names=[GULNORA])


def write_slip(joel: Session, tmp_path: Path) -> None:
    erase(joel, intake.add(joel, text="wrong number", name="x").hex())
    intake.add(joel, text="urgent call", name="Ali")


def import_again(joel: Session, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"case,client,born\nA,Ali,1984\nB,{GULNORA},1990\n", "utf-8")
    case_import.make_cases(joel, case_import.preview(joel, file, kind="asylum"), {})
    taking_back.take_back(joel)
    case_import.make_cases(joel, case_import.preview(joel, file, kind="asylum"), {})


@pytest.mark.parametrize(("again", "slips", "people"), [(enter, 0, 1), (write_slip, 1, 0), (import_again, 0, 1)])
def test_what_comes_after_the_only_slip_or_person_was_erased_or_taken_back_stays(
    organisation: Organisation, tmp_path: Path, again: Callable[[Session, Path], None], slips: int, people: int
) -> None:
    with organisation.open(JOEL) as joel:
        again(joel, tmp_path)
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(intake.list_open(joel)) == slips
        assert len(register.ask(joel, [GULNORA])) == people
        assert register.ask(joel, [ZARINA]) == []


def test_the_slips_of_a_colleague_stay_on_a_device_whose_intake_was_emptied(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase(amina, intake.add(amina, text="wrong number", name="x").hex())
        give(amina, joel)
        for number in range(3):
            intake.add(joel, text=f"urgent {number}", name=f"Ali{number}")
        give(joel, amina)
    unlock(organisation, AMINA)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        assert len(intake.list_open(amina)) == 3
        give(amina, joel)
        assert arrived.carry_out(joel, at_once=True) == 0
        assert len(intake.list_open(joel)) == 3


def test_what_an_older_program_noted_of_an_emptied_register_erases_nothing(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        home = the_one_of_kind(joel, CompartmentKind.REGISTER)
        case_people.add(joel, cases.create(joel, title="C", kind="other").case, role="client", names=[GULNORA])
        folder_row.end_begun(joel, {(home, folder_row.ALL_RECORDS)})
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(register.ask(joel, [GULNORA])) == 1
        assert (home, folder_row.ALL_RECORDS) not in folder_row.erased_records(joel)


def test_many_records_that_come_into_a_case_that_went_wait_for_a_person(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="other", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        for number in range(11):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"call {number}"))
        erase(amina, case.hex())
        give(joel, amina)
        assert "11 records came into a case after you erased it" in "\n".join(in_english(housekeeping.settle(amina)))
        assert placed(amina, case) == 11
        assert "11 records came" not in "\n".join(in_english(housekeeping.settle(amina)))
        assert len(standing_again.erase_late(amina, at_once=True)) == 1
        assert placed(amina, case) == 0


def placed(session: Session, home: CompartmentId) -> int:
    with session.database.reading() as rows:
        return len(rows.placed(home))


# Nobody signs how a key is sealed: who passes on a bundle may put junk in the place of what a colleague sealed.
def seal_junk(session: Session, case: CompartmentId, to: Session, giver: Session) -> None:
    """Put into the rows of a device, for each key, junk in the place of what a colleague sealed."""
    with session.database.transaction() as rows:
        for epoch in session.keyring.epochs_of(case):
            true = [row for row in rows.grants_of(epoch) if (row.seat, row.giver) == (to.seat, giver.seat)]
            rows.delete_grants(true)
            for each in true[:1]:
                junk = [os.urandom(len(each.sealed)) for _ in range(8)]
                rows.add_grants([each._replace(digest=grant_digest(epoch, to.seat, one), sealed=one) for one in junk])


def give_all(giver: Session, taker: Session) -> None:
    """Send one bundle with all there is, as to a device that took none."""
    keep_peers(giver, {})
    give(giver, taker)


def sealings(session: Session, to: Session, giver: Session) -> set[bytes]:
    with session.database.reading() as rows:
        return {row.digest for row in rows.grants() if (row.seat, row.giver) == (to.seat, giver.seat)}


@pytest.mark.parametrize("keys", [1, 20], ids=["one key", "more keys than fail"])
@pytest.mark.parametrize("by_way_of", [None, TOMAS])
def test_junk_that_came_before_a_sealing_does_not_keep_it_out(
    organisation: Organisation, by_way_of: str | None, keys: int
) -> None:
    with organisation.at(MIRA, JOEL, SELIN, TOMAS) as (mira, joel, selin, tomas):
        case = cases.create(mira, title="C", kind="asylum").case
        sharing.grant(mira, case, organisation.members(JOEL, SELIN, TOMAS))
        make_siblings(mira, case, keys - 1, to=[joel.seat, selin.seat, tomas.seat])
        give(mira, joel)
        seal_junk(joel, case, selin, mira)
        taker = selin if by_way_of is None else tomas
        give(joel, taker)
        assert not selin.keyring.epochs_of(case)
        give(mira, taker)
        if taker is tomas:
            give(tomas, selin)
        assert set(selin.keyring.epochs_of(case)) == set(mira.keyring.epochs_of(case))


def test_junk_that_comes_later_takes_nothing_from_who_opens_a_sealing_and_from_who_passes_it_on(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, JOEL, SELIN, TOMAS) as (mira, joel, selin, tomas):
        case = cases.create(mira, title="C", kind="asylum").case
        sharing.grant(mira, case, organisation.members(JOEL, SELIN, TOMAS))
        for each in (joel, selin, tomas):
            give(mira, each)
        true = sealings(mira, selin, mira)
        seal_junk(joel, case, selin, mira)
        for each in (mira, selin, tomas):
            give_all(joel, each)
            seal_junk(joel, case, selin, mira)
            give_all(joel, each)
        assert sealings(selin, selin, mira) == true  # also where its keyring is damaged: all of it is in these rows
        assert sealings(mira, selin, mira) == true
        assert true < sealings(tomas, selin, mira)
        assert len(sealings(tomas, selin, mira)) == len(true) + 1


def test_a_sealing_that_came_behind_junk_stays_with_its_reader_while_they_are_out(organisation: Organisation) -> None:
    with organisation.at(MIRA, JOEL, SELIN) as (mira, joel, selin):
        case = cases.create(mira, title="C", kind="asylum").case
        sharing.grant(mira, case, organisation.members(JOEL, SELIN))
        true = sealings(mira, selin, mira)
        give(mira, joel)
        seal_junk(joel, case, selin, mira)
        give(joel, selin)
        give(mira, selin)
        assert selin.keyring.epochs_of(case)
        sharing.revoke(mira, case, organisation.members(SELIN))
        give(mira, selin)
        assert not selin.keyring.epochs_of(case)
        seal_junk(joel, case, selin, mira)
        give_all(joel, selin)
        assert true < sealings(selin, selin, mira)
