"""A patched program says one thing in an entry and lists another: whoever can read the entry names it.

What counts is decided by lists, which everybody has, never by acts, which auditors alone can read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace as structs_replace

from tests.attacks.second_history import keeping_seeds
from tests.attacks.test_forked_logs import BEFORE, say_falsely, shared_case, texts
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services import consenting
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Organisation,
    full_name,
    give,
    open_place,
    share,
)
from tests.sync.hostile import encoded, write
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.cli.log import verified
from vault.errors import NotFoundError, VerificationError, WaitingForDecisionError
from vault.ids import CompartmentId, RecordId, make_id
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.policy.roles import Role
from vault.records import work
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.seal.bodies import Recipient
from vault.seal.signing import key_and_signature
from vault.services.backups import backups, restoring
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.evidence.log_checking import Answer, Verification
from vault.services.exchange import syncing
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow
from vault.words.finding import Code


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A caseworker in the same folder who holds the first case."""
    with short.open() as session:
        found = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, short.cases[0], [found.member])
        return found


def test_a_new_key_under_the_name_of_a_look_is_named_with_whose_entry_it_is(
    short: Filled, colleague: Colleague
) -> None:
    with colleague.open(short.place) as patched:
        seq, origin = say_falsely(patched, short.cases[0], "case.list"), patched.log.origin
    with short.open() as auditor:
        (fault,) = log_checking.verify(auditor).faults
    assert (fault.code, fault.origin, fault.seq) == ("act", origin, seq)
    assert "it says case.list, which may not list a key given to a device and a new key" in str(fault.message)


def test_the_command_names_the_member_and_the_entry_and_ends_in_6(
    short: Filled, colleague: Colleague, tmp_path: Path
) -> None:
    with colleague.open(short.place) as patched:
        seq = say_falsely(patched, short.cases[0], "case.list")
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 6
    assert answer.out.startswith(f"NOT VERIFIED. First bad place: [act] log of {NAME}, entry {seq}: ")


def test_an_auditor_is_told_at_the_first_look_and_nothing_leaves_until_its_author_was_ended(
    short: Filled, colleague: Colleague
) -> None:
    with colleague.open(short.place) as patched:
        say_falsely(patched, short.cases[0], "case.list")
    for _ in range(2):  # what came is read once, and told until it is settled
        with short.open() as auditor:
            cases.list_all(auditor)
            assert any("wrote one thing into the log" in line for line in in_english(auditor.warnings))
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                auditor.require_sound_log()
            auditor.require_sound_log(taken_from=[colleague.seat])
    with short.open() as auditor:
        assert [fault.code for fault in log_checking.verify(auditor).faults] == ["act"]
        assert members.leave(auditor, colleague.member).is_done
    with short.open() as auditor:
        assert log_checking.verify(auditor).verified
        auditor.require_sound_log()


def test_an_act_of_a_newer_program_is_counted_and_not_judged(short: Filled, colleague: Colleague) -> None:
    with colleague.open(short.place) as newer:
        say_falsely(newer, short.cases[0], "kit.make")
    with short.open() as auditor:
        found = log_checking.verify(auditor)
    assert (found.verified, found.newer) == (True, 1)


# A member signs a checkpoint of another tree and sends no entry of it: nobody else loses a word of theirs.
LATER = "written after the false checkpoint"


def send_checkpoint(attacker: Session, seed: bytes, size: int, victim: Session, path: Path, *, alone: bool) -> Path:
    """Make a bundle with a checkpoint of a tree that no entries give; the true one of that size only if `alone`."""
    origin = attacker.log.origin
    body = note_body(origin, size, sha256(b"no tree").digest())
    note = encode_note(body, key_name(origin), *key_and_signature(seed, body))
    with attacker.database.reading() as rows:
        genesis, true = rows.genesis(origin), list(rows.operations(origin))
        true_notes = [row.note for row in rows.checkpoints(origin) if row.size != size]
    pages: list[tuple[PageKind, bytes, list[SentRow]]] = [(PageKind.GENESIS, bytes(32), [genesis or b""])]
    if alone:
        pages.append((PageKind.CHECKPOINT, origin, [note]))
    else:
        pages.append((PageKind.CHECKPOINT, origin, [*true_notes, note]))
        pages.append(
            (PageKind.OPERATION, origin, [SentOperation(row.seq, row.header, row.list, row.sealed) for row in true])
        )
    recipient = Recipient(victim.seat, victim.kem_private.public)
    return write(
        path, victim.vault, encoded(pages), manifest=lambda made: replace(made, member=victim.member), to=recipient
    )


@pytest.mark.long
@pytest.mark.parametrize("alone", [True, False], ids=["beside the true one", "in the place of the true one"])
def test_a_checkpoint_of_another_tree_stops_no_log_and_is_named(
    organisation: Organisation, tmp_path: Path, *, alone: bool
) -> None:
    case = shared_case(organisation)
    with keeping_seeds() as seeds, organisation.at(JOEL, SELIN) as (joel, selin):
        size = joel.log.size
        seed = seeds[bytes(joel.log.origin), size]
        if alone:
            give(joel, selin)
        notes.add(joel, case, Note(NoteKind.CONTACT, "one more"))
        if not alone:
            syncing.import_bundle(selin, send_checkpoint(joel, seed, size, selin, tmp_path / "true", alone=False))
        evil = send_checkpoint(joel, seed, size, selin, tmp_path / "evil", alone=True)
        (said,) = syncing.import_bundle(selin, evil).faults
        assert not syncing.import_bundle(selin, evil).faults  # it is told once, and kept
        for text in (LATER, "and again"):
            notes.add(joel, case, Note(NoteKind.CONTACT, text))
            assert not give(joel, selin).faults
        everything = {BEFORE, "one more", LATER, "and again"}
        assert texts(selin, case) == everything
        assert f"signed another history of {size} entries" in str(said)
        origin = joel.log.origin
    with organisation.at(SELIN, MIRA) as (selin, mira):
        assert texts(selin, case) == everything
        with pytest.raises(VerificationError):
            selin.require_sound_log()
        selin.require_sound_log(taken_from=[organisation[JOEL].seat])
        found = log_checking.verify(selin).faults
        assert {(fault.code, fault.origin, fault.seq) for fault in found if fault.code is Code.FORK} == {
            (Code.FORK, origin, size)
        }
        assert give(selin, mira).entries
        assert texts(mira, case) == everything
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, selin)
        assert selin.faults() == []
        assert texts(selin, case) == everything
    with organisation.open(SELIN) as selin:
        assert log_checking.verify(selin).verified


# A bundle by way of somebody who does not hold the case: its entries come, its rows do not. That case alone waits.
LAWYER = "Advocate Orlova"
DAY_MS = 86_400_000
WAITS = "waits until everything that is missing has arrived"


@dataclass
class Relayed:
    """Selin and Joel hold the case; Amina does not. What Selin wrote last in it came to Joel by way of Amina."""

    mira: Session
    selin: Session
    joel: Session
    amina: Session
    case: CompartmentId
    ref: str
    own_case: CompartmentId
    folder: Path

    def warnings(self) -> str:
        up_to_date_index(self.joel)
        return " ".join(in_english(self.joel.warnings))


@pytest.fixture
def relayed(organisation: Organisation, tmp_path: Path) -> Iterator[Relayed]:
    with organisation.at(MIRA, SELIN, JOEL, AMINA) as (mira, selin, joel, amina):
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        made = cases.create(joel, title="Case of both", kind="asylum")
        share(joel, made.case, organisation, SELIN)
        give(joel, selin)
        own = cases.create(joel, title="A case of Joel's own", kind="family").case
        for taker in (joel, amina):
            give(mira, taker)
            give(selin, taker)
        notes.add(selin, made.case, Note(NoteKind.CONTACT, "Sealwort, on its way"))
        give(selin, amina)
        give(amina, joel)
        yield Relayed(mira, selin, joel, amina, made.case, made.ref, own, tmp_path)


def export(session: Session, case: CompartmentId, out: Path) -> None:
    wish = Wish("lawyer", LAWYER, take_proposals=True)
    with suppress(NotFoundError):  # who does not know the recipient does not come as far as the consent
        consenting.all_agree(session, case, wish)
    exporting.export(session, case, wish, out=out)


def assert_goes_out(session: Session, case: CompartmentId, out: Path) -> None:
    """The export comes as far as the question to a second person, which is its last step but the file."""
    with pytest.raises(WaitingForDecisionError, match="a second person has to approve"):
        export(session, case, out)


def test_another_case_of_the_taker_is_exported_and_shared(relayed: Relayed, organisation: Organisation) -> None:
    assert_goes_out(relayed.joel, relayed.own_case, relayed.folder)
    assert sharing.grant(relayed.joel, relayed.own_case, organisation.members(TOMAS))


def test_the_case_itself_waits_and_notes_go_on(relayed: Relayed, organisation: Organisation) -> None:
    assert f"1 record of {relayed.ref} is on its way (Selin Asterholt, entry" in relayed.warnings()
    with pytest.raises(VerificationError, match=WAITS):
        export(relayed.joel, relayed.case, relayed.folder)
    with pytest.raises(VerificationError, match=WAITS):
        sharing.grant(relayed.joel, relayed.case, organisation.members(TOMAS))
    notes.add(relayed.joel, relayed.case, Note(NoteKind.CONTACT, "written meanwhile"))


def test_the_bundle_of_whoever_wrote_it_ends_the_waiting(relayed: Relayed, organisation: Organisation) -> None:
    give(relayed.selin, relayed.joel)
    assert relayed.warnings() == ""
    assert_goes_out(relayed.joel, relayed.case, relayed.folder)
    assert sharing.grant(relayed.joel, relayed.case, organisation.members(TOMAS))


def test_verify_says_what_is_on_its_way_and_calls_it_missing_after_two_weeks(relayed: Relayed) -> None:
    found = log_checking.verify(relayed.joel)
    assert found.verified
    assert [str(line).startswith(f"1 record of {relayed.ref} is on its way") for line in found.on_their_way] == [True]
    result = verified(found)
    assert result.exit_code == 0
    assert any("is on its way" in str(line) for line in result.lines)
    clock = relayed.joel.log.now_ms
    relayed.joel.log.now_ms = lambda: clock() + 14 * DAY_MS + 1
    found = log_checking.verify(relayed.joel)
    assert [fault.code for fault in found.faults] == ["absent"]
    assert f"1 record of {relayed.ref} is missing (Selin Asterholt, entry" in relayed.warnings()
    assert_goes_out(relayed.joel, relayed.own_case, relayed.folder)


def test_a_record_of_the_directory_stops_all(organisation: Organisation, tmp_path: Path) -> None:
    """Whoever relays leaves a row out of the directory; who is meant to get what leaves may stand in it."""
    with organisation.at(MIRA, SELIN, JOEL) as (mira, selin, joel):
        own = cases.create(joel, title="A case of Joel's own", kind="family").case
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        give(mira, selin)
        with selin.database.transaction() as rows:
            (row,) = (
                one
                for one in rows.version_rows(mira.log.origin, mira.log.size - 2)
                if one.compartment == selin.directory.compartment
            )
            rows.erase_versions([(row.origin, row.seq, row.n)])
        give(selin, joel)
        with pytest.raises(VerificationError, match=WAITS):
            export(joel, own, tmp_path)
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(joel, own, organisation.members(TOMAS))


# A member's own program lists a version that nobody can read: it is their fault, and stops no case of others.
def with_no_fields_of_its_kind(content: Content) -> bytes:
    return encode_content(structs_replace(content, clock=(1 << 63, 1 << 31), fields={"text": 12345, "kind": ["x"]}))


Junk = tuple[str, Callable[..., bytes]]
# What of the program is patched, and by what.
EMPTY: list[Junk] = [
    ("encode_to_travel", lambda _: b"\x91" * 5000 + b"\xc0"),
    ("encode_to_travel", with_no_fields_of_its_kind),
]
CLOSED: list[Junk] = [("seal", lambda *_: secrets.token_bytes(400)), ("wrap", lambda *_: secrets.token_bytes(40))]


def write_junk(
    session: Session, home: CompartmentId, name: str, patch: Callable[..., bytes], kind: str = Note.KIND
) -> None:
    with session.work() as entry, pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, name, patch)
        entry.write(home, RecordId(make_id()), kind, {"text": "t", "kind": "contact"})
        entry.commit(Entry(act="note.create"))


# What of the program is patched, and by what.
def named(found: Verification, code: str) -> bool:
    """Say whether a verification finds all as it was signed, and names one thing alone that cannot be read."""
    return found.answer is Answer.UNREADABLE and [one.code for one in found.unreadable] == [code]


@pytest.fixture
def shared(organisation: Organisation) -> tuple[CompartmentId, CompartmentId]:
    """A case that Amina shared with Joel, and one of her own."""
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Case of both", kind="asylum").case
        share(amina, case, organisation, JOEL)
        own = cases.create(amina, title="A case of her own", kind="family").case
    organisation.exchange(AMINA, JOEL)
    return case, own


@pytest.mark.long
@pytest.mark.parametrize("junk", CLOSED)
def test_what_no_key_opens_holds_up_its_case_alone_until_its_author_is_taken_off(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], junk: Junk
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, *junk)
        joels_log = joel.log.origin
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        found = log_checking.verify(amina)
        assert named(found, "closed")
        assert found.unreadable[0].origin == joels_log
        assert "does not open (Joel Brandvik, entry" in " ".join(in_english(amina.warnings))
        notes.add(amina, case, Note(NoteKind.CONTACT, "work goes on"))
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(amina, case, organisation.members(TOMAS))
        assert sharing.grant(amina, own, organisation.members(TOMAS))
        sharing.revoke(amina, case, organisation.members(JOEL))
        assert sharing.grant(amina, case, organisation.members(TOMAS))
        assert log_checking.verify(amina).answer is Answer.WHOLE


@pytest.mark.long
@pytest.mark.parametrize("junk", EMPTY)
def test_what_opens_and_holds_no_record_stops_nothing_and_is_named(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], junk: Junk
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, *junk)
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        assert named(log_checking.verify(amina), "empty")
        assert "nothing that can be read" in " ".join(in_english(amina.warnings))
        assert sharing.grant(amina, case, organisation.members(TOMAS))
        assert sharing.grant(amina, own, organisation.members(TOMAS))
        assert sharing.revoke(amina, case, organisation.members(JOEL))


@pytest.mark.long
@pytest.mark.parametrize("junk", [CLOSED[1], EMPTY[1]])
def test_a_real_alteration_is_found_beside_many_records_that_nobody_can_read_and_named_first(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], junk: Junk
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        for _ in range(8):
            write_junk(joel, case, *junk)
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        found = log_checking.verify(amina)
        assert (found.answer, len(found.unreadable)) == (Answer.UNREADABLE, 8)
        assert str(found.unread) == "8 records of Joel Brandvik"
        # A key that no log lists is named where all else holds together.
        with amina.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                "INSERT INTO epoch (digest, compartment, bytes)"
                " SELECT zeroblob(32), compartment, bytes FROM epoch LIMIT 1"
            )
        assert log_checking.verify(amina).answer is Answer.ALTERED
        with amina.database.transaction() as rows:
            rows.connection.exec_driver_sql("DELETE FROM version WHERE compartment = ?", (own,))
        found = log_checking.verify(amina)
        assert (found.answer, found.faults[0].code, len(found.unreadable)) == (Answer.ALTERED, "absent", 8)


def test_an_altered_key_of_what_one_wrote_in_an_earlier_log_is_no_record_that_one_sealed_wrongly(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId]
) -> None:
    place = organisation[AMINA].place
    with organisation.open(AMINA) as amina:
        written = notes.add(amina, shared[0], Note(NoteKind.CONTACT, "What Amina wrote"))
    for pins in (place.state / "pins").iterdir():
        pins.unlink()  # as after a restore: the next entry begins another log
    with organisation.open(AMINA) as amina, amina.database.transaction() as rows:
        (version,) = rows.placed(shared[0], written)
        assert version.origin != amina.log.origin
        rows.connection.exec_driver_sql(
            "UPDATE version_key SET wrap = randomblob(40) WHERE origin = ? AND seq = ? AND n = ?",
            (version.origin, version.seq, version.n),
        )
    for index in (place.path / "index").iterdir():
        index.unlink()
    with organisation.open(AMINA) as amina:
        assert log_checking.verify(amina).answer is Answer.ALTERED


@pytest.mark.long
@pytest.mark.parametrize("who", [DANA, NOOR], ids=["intake", "auditor"])
@pytest.mark.parametrize("junk", [CLOSED[0], EMPTY[0]])
def test_in_the_directory_it_is_set_apart_of_whoever_may_write_nothing_there(
    organisation: Organisation, who: str, junk: Junk
) -> None:
    with organisation.at(who, MIRA) as (hostile, mira):
        case = cases.create(mira, title="A case of hers", kind="asylum").case
        write_junk(hostile, hostile.directory.compartment, *junk)
        give(hostile, mira)
        found = log_checking.verify(mira)
        assert found.answer is Answer.WHOLE
        assert found.quarantined == 1
        assert mira.faults() == []
        assert sharing.grant(mira, case, organisation.members(TOMAS))


@pytest.mark.long
@pytest.mark.parametrize("junk", CLOSED)
def test_of_a_supervisor_in_the_directory_everything_waits_until_they_are_ended(
    organisation: Organisation, junk: Junk, tmp_path: Path
) -> None:
    with organisation.at(TOMAS, MIRA) as (hostile, mira):
        case = cases.create(mira, title="A case of hers", kind="asylum").case
        write_junk(hostile, hostile.directory.compartment, *junk, "device")
        give(hostile, mira)
        assert named(log_checking.verify(mira), "closed")
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(mira, case, organisation.members(AMINA))
        assert backups.make(mira, tmp_path / "stick") is not None
        members.suspend(mira, organisation[TOMAS].member)
        assert sharing.grant(mira, case, organisation.members(AMINA))
        assert log_checking.verify(mira).answer is Answer.WHOLE


def test_a_time_beyond_any_in_a_record_that_the_index_does_not_read_stops_nobody(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId]
) -> None:
    case, _ = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, *EMPTY[1], "disclosure")
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        cases.open_case(amina, case)
        assert sharing.grant(amina, case, organisation.members(TOMAS))


@pytest.mark.long_after(2)
@pytest.mark.parametrize("junk", [*CLOSED, *EMPTY])
@pytest.mark.parametrize("place", ["case", "directory"])
def test_a_backup_is_made_and_restored_beside_what_its_author_sealed_wrongly(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], tmp_path: Path, junk: Junk, place: str
) -> None:
    with organisation.open(JOEL) as joel:
        home = shared[0] if place == "case" else joel.directory.compartment
        write_junk(joel, home, *junk)
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        made = backups.make(amina, tmp_path / "stick")
        assert made is not None
    member, state = full_name(AMINA), tmp_path / "state"
    assert backups.verify(made.path, member=member, passphrase=bytearray(PASSPHRASE), state=state).digest == made.digest
    restored = tmp_path / "restored.vault"
    restoring.restore(
        made.path, restored, member=member, passphrase=bytearray(PASSPHRASE), state=state, agree=lambda _: None
    )
    with open_place(Place(restored, state), member) as again:
        assert {one.title for one in cases.list_all(again)} >= {"A case of her own"}
        assert sharing.grant(again, shared[1], organisation.members(TOMAS))
