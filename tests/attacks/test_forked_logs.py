"""Two copies of a device write at one place of its log: every device counts what both wrote, whatever came first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import permutations
from pathlib import Path

import pytest

from tests.attacks.outsider import digest_of, flipped, learn_as
from tests.attacks.second_history import keeping_seeds, send_other_form
from tests.english import in_english
from tests.log.writer import SEAT, VAULT, Writer
from tests.seal.places import fixed
from tests.services.founded import MEMBER, PASSPHRASE, Place, found
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
    admit_to,
    ask_to_join,
    finish_joining,
    full_name,
    give,
    open_place,
    share,
)
from tests.sync.exchange import empty_store, rows_of, take
from tests.sync.hostile import bundle_of, encoded, forked, write
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind
from vault.log.items import ACTS, Item, ItemKind
from vault.log.list_check import version_id
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking, logbook
from vault.services.exchange import syncing
from vault.services.members import admitting, members
from vault.store.engine import Database
from vault.sync import proven_logs
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow, SentVersion
from vault.sync.proven_logs import Stop

BEFORE = "written before the copy was made"


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def shared_case(organisation: Organisation) -> CompartmentId:
    """Make a case that Mira, Selin, Tomas and Joel hold, with a note of Joel's that all of them have."""
    with organisation.at(MIRA, SELIN, TOMAS, JOEL) as (mira, selin, tomas, joel):
        case = cases.create(mira, title="Shared", kind="asylum").case
        share(mira, case, organisation, SELIN, TOMAS, JOEL)
        give(mira, joel)
        notes.add(joel, case, Note(NoteKind.CONTACT, BEFORE))
        give(joel, mira)
        for taker in (selin, tomas):
            give(mira, taker)
        give(selin, tomas)
        give(tomas, selin)
    return case


@pytest.mark.long
@pytest.mark.parametrize(
    "lengths",
    [(1, 1), (1, 3), pytest.param((3, 1), marks=pytest.mark.long), pytest.param((25, 20), marks=pytest.mark.long)],
)
def test_two_devices_that_were_told_different_histories_show_the_same_after_two_exchanges(
    organisation: Organisation, tmp_path: Path, lengths: Sequence[int]
) -> None:
    case = shared_case(organisation)
    twin = organisation.copied_to(tmp_path / "twin")
    told = {BEFORE}
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for where, taker, count in ((organisation, selin, lengths[0]), (twin, tomas, lengths[1])):
            with where.open(JOEL) as joel:
                for number in range(count):
                    text = f"told {taker.seat.hex()} {number}"
                    notes.add(joel, case, Note(NoteKind.CONTACT, text))
                    told.add(text)
                give(joel, taker)
        assert texts(selin, case) != texts(tomas, case)
        for giver, taker in ((selin, tomas), (tomas, selin), (selin, tomas), (tomas, selin)):
            give(giver, taker)
        for session in (selin, tomas):
            assert texts(session, case) == told
            assert any("two histories" in line for line in in_english(session.warnings))
    with organisation.at(SELIN, TOMAS, MIRA) as (selin, tomas, mira):
        for session in (selin, tomas):
            assert texts(session, case) == told
            assert session.faults()
        give(tomas, mira)  # who was told neither learns of both
        assert texts(mira, case) == told
        assert any("two histories" in line for line in in_english(mira.warnings))
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            share(mira, case, organisation, AMINA)
        assert members.suspend(mira, organisation[JOEL].member).is_done
        share(mira, case, organisation, AMINA)
        for taker in (selin, tomas):
            give(mira, taker)
            assert taker.faults() == []
            assert texts(taker, case) == told
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


@pytest.mark.long
def test_a_copy_that_wrote_less_stops_nothing_of_what_the_device_writes_later(
    organisation: Organisation, tmp_path: Path
) -> None:
    case = shared_case(organisation)
    twin = organisation.copied_to(tmp_path / "twin")
    told = {BEFORE}
    for where, count in ((organisation, 5), (twin, 1), (organisation, 1), (organisation, 1)):
        with where.open(JOEL) as joel, organisation.open(SELIN) as selin:
            for number in range(count):
                told.add(f"note {len(told)} {number}")
                notes.add(joel, case, Note(NoteKind.CONTACT, f"note {len(told)} {number}"))
            give(joel, selin)
            assert len(texts(selin, case)) == len(told)


@pytest.mark.long
def test_rows_that_nobody_signed_part_nothing_of_a_log_that_forked(organisation: Organisation, tmp_path: Path) -> None:
    """Whoever holds the key of the database lays rows beside the true ones before the place where it forked."""
    case = shared_case(organisation)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(SELIN) as selin:
        for where in (organisation, twin):
            with where.open(JOEL) as joel:
                notes.add(joel, case, Note(NoteKind.CONTACT, "after the copy"))
                give(joel, selin)
                forked = joel.log.origin
    account = organisation[SELIN]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        for origin, seq, header, listed, sealed, _ in rows.execute(
            "SELECT origin, seq, header, list, sealed, digest FROM operation WHERE origin=? AND seq<4", (forked,)
        ).fetchall():
            junk = flipped(sealed)
            names_it = header.replace(sha256(sealed).hexdigest().encode(), sha256(junk).hexdigest().encode())
            row = (origin, seq, names_it, listed, junk, digest_of(names_it, listed, junk))
            rows.execute(f"INSERT INTO operation VALUES ({','.join('?' * len(row))})", row)
    with organisation.open(SELIN) as selin:
        selin.remake_index()
        assert texts(selin, case) == {BEFORE, "after the copy"}


@pytest.mark.long
def test_the_member_whose_device_was_copied_is_told_and_goes_on_in_a_new_log(
    organisation: Organisation, tmp_path: Path
) -> None:
    case = shared_case(organisation)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(SELIN) as selin:
        with twin.open(JOEL) as thief:
            notes.add(thief, case, Note(NoteKind.CONTACT, "by the thief"))
            give(thief, selin)
        with organisation.open(JOEL) as joel:
            notes.add(joel, case, Note(NoteKind.CONTACT, "by Joel"))
            give(joel, selin)
            give(selin, joel)
            assert any("two histories" in line for line in in_english(joel.warnings))
            with pytest.raises(VaultError, match="copied"):
                notes.add(joel, case, Note(NoteKind.CONTACT, "into nothing"))
        with organisation.open(JOEL) as joel:
            assert any("new log begins" in line for line in in_english(joel.warnings))
            both = {BEFORE, "by the thief", "by Joel"}
            assert texts(joel, case) == both
            notes.add(joel, case, Note(NoteKind.CONTACT, "in the new log"))
            assert texts(joel, case) == {*both, "in the new log"}
            give(joel, selin)
        assert texts(selin, case) == {*both, "in the new log"}
    with organisation.open(JOEL) as joel:
        assert texts(joel, case) == {*both, "in the new log"}
        notes.add(joel, case, Note(NoteKind.CONTACT, "and once more"))


# A member signs two histories of their own log: it costs their colleagues nothing, whatever comes first.
JOELS, SELINS, LATE = "by Joel, who founds the case", "by Selin, in Joel's case", "by Joel, signed too late"


def say_falsely(session: Session, case: CompartmentId, act: str) -> int:
    """Make a key of a case for this seat alone, in an entry that says something else; return where."""
    own = Holder(session.seat, session.kem_private.public)
    with pytest.MonkeyPatch.context() as patched, Work(session.log) as work:
        patched.setattr("vault.records.work.check_act", lambda act, items: None)
        patched.setattr("vault.log.payload.ACTS", {**ACTS, act: frozenset()})
        work.add_key(case, CompartmentKind.CASE, [own])
        return work.commit(Entry(act=act)).seq


def found_case(joel: Session, organisation: Organisation, *names: str) -> CompartmentId:
    case = cases.create(joel, title="Joel's", kind="asylum", alone_reason="test").case
    notes.add(joel, case, Note(NoteKind.CONTACT, JOELS))
    share(joel, case, organisation, *names)
    return case


def place_of_founding(joel: Session, case: CompartmentId) -> int:
    state = joel.state_of(case)
    assert state is not None
    return state.beginnings[0].seq


@pytest.mark.long
@pytest.mark.parametrize("length", [1, 4, pytest.param(20, marks=pytest.mark.long)])
def test_who_was_ended_long_ago_takes_away_no_case_that_they_founded(
    organisation: Organisation, tmp_path: Path, length: int
) -> None:
    with keeping_seeds() as seeds, organisation.open(JOEL) as joel:
        case = found_case(joel, organisation, MIRA, SELIN)
        place = place_of_founding(joel, case)
        for number in range(length):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"number {number}"))
        with organisation.at(MIRA, SELIN) as (mira, selin):
            give(joel, selin)
            notes.add(selin, case, Note(NoteKind.CONTACT, SELINS))
            give(selin, mira)
            assert members.leave(mira, organisation[JOEL].member).is_done
            give(mira, selin)
            before = texts(selin, case)
            evil = send_other_form(joel, seeds, place, selin, tmp_path / "evil", length=length)
            assert any("two histories" in str(line) for line in syncing.import_bundle(selin, evil).faults)
            assert {JOELS, SELINS} <= texts(selin, case) == before
            notes.add(selin, case, Note(NoteKind.CONTACT, "goes on"))
            give(selin, mira)
            for session in (selin, mira):
                session.remake_index()
                assert texts(session, case) == {*before, "goes on"}
                assert log_checking.verify(session).verified
    with organisation.open(SELIN) as selin:
        assert texts(selin, case) == {*before, "goes on"}
        assert selin.faults() == []


def test_the_founder_of_the_vault_can_be_ended_whatever_they_sign_in_the_place_of_entry_0(tmp_path: Path) -> None:
    with keeping_seeds() as seeds:
        founder = found(tmp_path / MIRA)
        place = Place(tmp_path / KARIM / "office.vault", tmp_path / KARIM / "state")
        with open_place(founder, MEMBER) as mira:
            request, words = ask_to_join(tmp_path, place, admitting.vault_words(mira), full_name(KARIM))
            admitted = admit_to(mira, request, words, full_name(KARIM), "admin,caseworker")
            account = Account(full_name(KARIM), place, admitted.member, admitted.seat)
            karim = finish_joining(tmp_path, mira, account)
            case = cases.create(karim, title="Karim's", kind="asylum", alone_reason="test").case
            evil = send_other_form(mira, seeds, 0, karim, tmp_path / "evil")
            assert any("two histories" in str(line) for line in syncing.import_bundle(karim, evil).faults)
            member, sheets = mira.member, kept_secret(mira)
    karim.close()
    with open_place(place, account.name) as karim:
        assert len(cases.list_all(karim)) == 1
        notes.add(karim, case, Note(NoteKind.CONTACT, "goes on"))
        assert texts(karim, case) == {"goes on"}
        assert members.suspend(karim, member, sheets).is_done


@pytest.mark.long
def test_what_an_ended_member_signs_below_their_cut_gives_nothing_and_is_shown_to_nobody(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(JOEL) as joel:
        case = found_case(joel, organisation, MIRA, SELIN)
    kept = organisation.copied_to(tmp_path / "kept")
    with organisation.at(JOEL, MIRA, SELIN) as (joel, mira, selin):
        for number in range(8):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"number {number}"))
        give(joel, mira)
        give(joel, selin)
        assert members.leave(mira, organisation[JOEL].member).is_done
        give(mira, selin)
        before = texts(mira, case)
    with kept.open(JOEL) as joel, organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        notes.add(joel, case, Note(NoteKind.CONTACT, LATE))
        share(joel, case, organisation, TOMAS)
        other = cases.create(joel, title="Another", kind="asylum", alone_reason="test").case
        share(joel, other, organisation, TOMAS, SELIN)
        for taker in (tomas, selin):
            give(joel, taker)
        for giver, taker in ((mira, tomas), (tomas, mira), (selin, mira), (mira, selin), (mira, tomas), (tomas, mira)):
            give(giver, taker)
        for session in (mira, selin):
            state = session.state_of(case)
            assert state is not None
            assert tomas.member not in state.members
            assert texts(session, case) == before
        for session in (mira, selin, tomas):
            late = session.state_of(other)
            assert late is None or not late.members
            assert other not in {row.case for row in cases.list_all(session)}


def count(session: Session) -> list[str]:
    """Return what a device believes of everything that Joel founded."""
    with session.database.reading() as rows:
        homes = sorted({CompartmentId(row.compartment) for row in rows.epochs()})
    said = []
    for home, state in session.states_of(homes).items():
        if state is not None and state.kind is CompartmentKind.CASE:
            members = sorted(member.hex()[:4] for member in state.members)
            said.append(f"{home.hex()[:4]} {members} {sorted(texts(session, home))}")
    return said


ORDERS = list(permutations(("one", "other", "ending")))


@pytest.mark.long
@pytest.mark.parametrize(
    "orders",
    [pytest.param(ORDERS[at : at + 2], id=f"orders {at}", marks=[pytest.mark.long] if at else []) for at in (0, 2, 4)],
)
def test_in_whatever_order_two_histories_and_the_ending_come_all_devices_say_the_same(
    organisation: Organisation, tmp_path: Path, orders: Sequence[tuple[str, ...]]
) -> None:
    kept = organisation.copied_to(tmp_path / "kept")
    with organisation.at(JOEL, MIRA) as (joel, mira):
        case = found_case(joel, organisation, MIRA, SELIN, TOMAS)
        for taker in (MIRA, SELIN, TOMAS):
            syncing.make(joel, organisation[taker].member, tmp_path / f"one for {taker}")
        syncing.import_bundle(mira, tmp_path / f"one for {MIRA}")
        notes.add(mira, case, Note(NoteKind.CONTACT, "by Mira"))
    with kept.open(JOEL) as joel:
        found_case(joel, organisation, SELIN, TOMAS)
        for taker in (SELIN, TOMAS):
            syncing.make(joel, organisation[taker].member, tmp_path / f"other for {taker}")
    with organisation.open(MIRA) as mira:
        assert members.leave(mira, organisation[JOEL].member).is_done
        for taker in (SELIN, TOMAS):
            syncing.make(mira, organisation[taker].member, tmp_path / f"ending for {taker}")
    for name, order in zip((SELIN, TOMAS), orders, strict=True):
        for what in order:
            with organisation.open(name) as session:
                syncing.import_bundle(session, tmp_path / f"{what} for {name}")
    for _ in range(2):
        organisation.everyone_meets(without=tuple(set(organisation.accounts) - {MIRA, SELIN, TOMAS}))
    with organisation.at(MIRA, SELIN, TOMAS) as sessions:
        said = [count(session) for session in sessions]
        assert said[0] == said[1] == said[2]
        for session in sessions:
            assert {JOELS, "by Mira"} == texts(session, case)


# Logs in bundles that contradict themselves or what is here, written by those who hold their keys.
@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


RECORD = fixed("record", 16)


def test_a_gap_stops_one_log_and_keeps_the_others(store: Database, tmp_path: Path) -> None:
    whole, gappy = Writer("whole").write(5), Writer("gappy").write(9)
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [
        (PageKind.GENESIS, bytes(32), [whole.genesis, gappy.genesis])
    ]
    for writer in (whole, gappy):
        groups.append((PageKind.CHECKPOINT, writer.origin, [seal.note for seal in writer.seals]))
    for writer in (whole, gappy):
        kept = [row for row in writer.rows if writer is whole or row.seq != 5]
        groups.append((PageKind.OPERATION, writer.origin, [SentOperation(row.seq, *row[2:5]) for row in kept]))
    groups[1:3] = sorted(groups[1:3], key=lambda group: group[1])
    groups[3:] = sorted(groups[3:], key=lambda group: group[1])
    taken = take(store, write(tmp_path / "gap", VAULT, encoded(groups)), VAULT)
    assert taken.logs == {whole.origin: (0, 5), gappy.origin: (0, 5)}
    assert [(one.origin, one.why, one.at) for one in taken.pending] == [(gappy.origin, Stop.GAP, 5)]


def unsigned(count: int) -> Writer:
    writer = Writer().write(4)
    for number in range(count):
        writer.append(word=str(number))
    if count > 1:
        writer.seal()
    return writer


def skipped() -> Writer:
    """The holder of the newest key alone must not rewrite the sessions before."""
    writer = Writer().write(12)
    writer.seals = [seal for seal in writer.seals if not 4 < seal.size <= 8]
    return writer


@pytest.mark.parametrize(
    ("writer", "start", "pin", "taken", "pending"),
    [
        pytest.param(Writer().write(9), 4, None, 0, [(Stop.GAP, 0)], id="it begins beyond what is here"),
        pytest.param(unsigned(1), 0, None, 4, [(Stop.UNPROVEN, 4)], id="an entry beyond the newest checkpoint"),
        pytest.param(skipped(), 0, None, 4, [(Stop.UNPROVEN, 4)], id="behind a skipped session"),
        pytest.param(unsigned(40), 0, None, 4, [(Stop.UNPROVEN, 4)], id="more unsigned ones than are read"),
        pytest.param(Writer().write(9), 0, (12, bytes(32)), 0, [(Stop.DAMAGED_HERE, 0)], id="the log was cut here"),
    ],
)
def test_of_a_log_that_is_not_proven_whole_its_proven_beginning_comes_in_and_no_more(
    store: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    writer: Writer,
    start: int,
    pin: tuple[int, bytes] | None,
    taken: int,
    pending: list[tuple[Stop, int]],
) -> None:
    monkeypatch.setattr(proven_logs, "UNVERIFIED_LIMIT", 10)
    pins = {writer.origin: pin} if pin else {}
    found = take(store, bundle_of(tmp_path / "bundle", writer, start=start), VAULT, pins=pins)
    assert found.logs == ({writer.origin: (0, taken)} if taken else {})
    assert [(one.why, one.at) for one in found.pending] == pending
    assert len(rows_of(store)["operation"]) == taken


def test_a_fork_keeps_both_histories_and_both_go_on_but_no_third_comes_in(store: Database, tmp_path: Path) -> None:
    one, two = forked(4, 3, "one"), forked(4, 5, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    taken = take(store, bundle_of(tmp_path / "two", two), VAULT, pins={one.origin: (7, one.seals[-1].root)})
    assert [(found.why, found.at) for found in taken.pending] == [(Stop.FORK, 4)]
    assert taken.evidence == (one.origin,)
    stored = rows_of(store)["operation"]
    assert {row.digest for row in (*one.rows, *two.rows)} == {row[-1] for row in stored}
    longer = forked(4, 3, "one")
    longer.append(word="on it goes")
    longer.seal()
    again = take(store, bundle_of(tmp_path / "on", longer), VAULT, pins={one.origin: (7, one.seals[-1].root)})
    assert again.logs == {one.origin: (7, 8)}
    other = forked(4, 7, "two")
    pins = {one.origin: (8, longer.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "other", other), VAULT, pins=pins).evidence == (one.origin,)
    both = {row.digest for row in (*longer.rows, *other.rows)}
    assert {row[-1] for row in rows_of(store)["operation"]} == both
    third = take(store, bundle_of(tmp_path / "third", forked(4, 2, "three")), VAULT, pins=pins)
    assert ([found.why for found in third.pending], third.evidence) == ([Stop.FORK], ())
    assert {row[-1] for row in rows_of(store)["operation"]} == both


def test_a_shorter_history_stops_none_of_the_one_that_was_here_first(store: Database, tmp_path: Path) -> None:
    """Of each session the newest checkpoint is kept, so that the shorter history has the first one behind the fork."""
    one, two = Writer().write(4), Writer().write(4)
    for writer, word, length in ((one, "one", 10), (two, "two", 3)):
        for number in range(length):
            writer.append(word=f"{word} {number}")
        writer.seal()
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    pins = {one.origin: (14, one.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "two", two), VAULT, pins=pins).evidence == (one.origin,)
    for writer in (one, two):
        writer.append(word="goes on")
        writer.seal()
    assert take(store, bundle_of(tmp_path / "on", one), VAULT, pins=pins).logs == {one.origin: (14, 15)}
    pins = {one.origin: (15, one.seals[-1].root)}
    assert take(store, bundle_of(tmp_path / "other", two), VAULT, pins=pins).evidence == (one.origin,)
    assert take(store, bundle_of(tmp_path / "third", forked(4, 6, "three")), VAULT, pins=pins).evidence == ()
    assert {row[-1] for row in rows_of(store)["operation"]} == {row.digest for row in (*one.rows, *two.rows)}


def test_a_checkpoint_of_another_tree_without_its_entries_is_kept_and_stops_nothing(
    store: Database, tmp_path: Path
) -> None:
    one, two = forked(4, 3, "one"), forked(4, 3, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [
        (PageKind.GENESIS, bytes(32), [two.genesis]),
        (PageKind.CHECKPOINT, two.origin, [two.seals[-1].note]),
    ]
    taken = take(store, write(tmp_path / "note", VAULT, encoded(groups)), VAULT)
    assert [(found.why, found.at) for found in taken.pending] == [(Stop.OTHER_TREE, 7)]
    assert two.seals[-1].note in {row[-1] for row in rows_of(store)["checkpoint"]}
    one.append(word="goes on")
    one.seal()
    pins = {one.origin: (7, one.seals[-2].root)}
    assert take(store, bundle_of(tmp_path / "on", one), VAULT, pins=pins).logs == {one.origin: (7, 8)}
    with_entries = take(store, bundle_of(tmp_path / "two", two), VAULT, pins={one.origin: (8, one.seals[-1].root)})
    assert with_entries.evidence == (one.origin,)


def test_entries_of_another_history_that_nobody_signed_are_no_fork(store: Database, tmp_path: Path) -> None:
    """Else whoever carries a bundle could freeze the log of anybody."""
    one, two = forked(4, 3, "one"), forked(4, 3, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    before = rows_of(store)
    two.seals = [seal for seal in two.seals if seal.size <= 4]
    taken = take(store, bundle_of(tmp_path / "two", two), VAULT)
    assert [found.why for found in taken.pending] == [Stop.ALTERED]
    assert rows_of(store) == before


def test_entries_that_do_not_go_on_from_what_is_here_stay_out(store: Database, tmp_path: Path) -> None:
    one, two = forked(4, 3, "one"), forked(4, 6, "two")
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    before = rows_of(store)
    taken = take(store, bundle_of(tmp_path / "two", two, start=7), VAULT)
    # Its checkpoints of sizes that are here are of another tree.
    assert [found.why for found in taken.pending] == [Stop.UNPROVEN, Stop.OTHER_TREE]
    assert rows_of(store)["operation"] == before["operation"]


def test_a_version_is_taken_at_the_place_that_lists_it_and_at_no_other(store: Database, tmp_path: Path) -> None:
    compartment = fixed("compartment", 16)
    identity = version_id(compartment, RECORD, b"blob")
    item = Item.in_compartment(ItemKind.VERSION, compartment, identity)
    writer = Writer()
    writer.append(item)
    writer.seal()
    writer.append(Item(ItemKind.VERSION, version_id(compartment, RECORD, b"other"), bytes(16)))
    writer.seal()
    right = SentVersion(0, 0, compartment, RECORD, b"blob")
    rows: list[SentRow] = [
        right,
        right._replace(seq=1),
        right._replace(n=1),
        right._replace(compartment=fixed("another", 16)),
        SentVersion(1, 0, compartment, RECORD, b"other"),  # its tag is of no compartment
    ]
    taken = take(store, bundle_of(tmp_path / "places", writer, extra=rows), VAULT)
    assert (taken.counts.versions, taken.counts.refused) == (1, 4)
    assert [row[3] for row in rows_of(store)["version"]] == [identity]
    assert SEAT not in {row[0] for row in rows_of(store)["version"]}


# An auditor reads what either copy did, as if it stood alone.
LOOKED, LEFT = ("log.read", "log.read", "log.read"), ("export.begin", "export.done", "log.read")
EITHER_FIRST = pytest.mark.parametrize("order", [(0, 1), (1, 0)])


def act(session: Session, name: str) -> int:
    with session.work() as work:
        return work.commit(Entry(act=name, out="ok")).seq


@pytest.mark.long
@EITHER_FIRST
def test_the_log_shows_every_act_of_both_histories(
    organisation: Organisation, tmp_path: Path, order: Sequence[int]
) -> None:
    paths = (tmp_path / "one", tmp_path / "other")
    for where, path, acts in zip(
        (organisation, organisation.copied_to(tmp_path / "twin")), paths, (LOOKED, LEFT), strict=True
    ):
        with where.open(JOEL) as joel:
            place, origin = min([act(joel, name) for name in acts]), joel.log.origin
            syncing.make(joel, organisation[NOOR].member, path)
    with organisation.open(NOOR) as noor:
        for number in order:
            syncing.import_bundle(noor, paths[number])
        page = logbook.newest(noor, limit=10_000)
    lines = [line for line in page.lines if line.origin == origin and line.seq >= place]
    assert [line.fault for line in lines if line.payload is None] == []
    assert sorted(line.payload.act for line in lines if line.payload is not None) == sorted([*LOOKED, *LEFT])


@pytest.mark.long
@EITHER_FIRST
def test_an_auditor_is_told_of_a_false_act_in_whichever_history_it_is(
    organisation: Organisation, tmp_path: Path, order: Sequence[int]
) -> None:
    case = shared_case(organisation)
    twin, paths = organisation.copied_to(tmp_path / "twin"), (tmp_path / "one", tmp_path / "other")
    with organisation.open(JOEL) as joel:
        act(joel, "log.read")
        syncing.make(joel, organisation[NOOR].member, paths[0])
    with twin.open(JOEL) as joel:
        place, origin = say_falsely(joel, case, "log.read"), joel.log.origin
        syncing.make(joel, organisation[NOOR].member, paths[1])
    with organisation.open(NOOR) as noor:
        for number in order:
            syncing.import_bundle(noor, paths[number])
        assert any("wrote one thing into the log" in str(alarm) for alarm in noor.warnings)
        found = log_checking.verify(noor).faults
    assert ("act", origin, place) in {(fault.code, fault.origin, fault.seq) for fault in found}
