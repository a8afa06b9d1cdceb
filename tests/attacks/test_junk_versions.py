"""A member's own program lists a version that nobody can read: it is their fault, and stops no case of others."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.english import in_english
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    NOOR,
    TOMAS,
    Organisation,
    full_name,
    give,
    open_place,
    share,
)
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId, RecordId, make_id
from vault.records import work
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.services.backups import backups, restoring
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.evidence.log_checking import Answer, Verification
from vault.services.grants import sharing
from vault.services.members import members

WAITS = "waits until everything that is missing has arrived"


def nested_deep(_content: Content) -> bytes:
    return b"\x91" * 5000 + b"\xc0"


def with_no_fields_of_its_kind(content: Content) -> bytes:
    return encode_content(replace(content, clock=(1 << 63, 1 << 31), fields={"text": 12345, "kind": ["x"]}))


def junk_for_a_blob(*_: object) -> bytes:
    return secrets.token_bytes(400)


def junk_for_a_key(*_: object) -> bytes:
    return secrets.token_bytes(40)


# What of the program is patched, and by what.
EMPTY = [("encode_to_travel", patch) for patch in (nested_deep, with_no_fields_of_its_kind)]
CLOSED = [("seal", junk_for_a_blob), ("wrap", junk_for_a_key)]


def write_junk(session: Session, home: CompartmentId, name: str, patch: Callable[..., bytes], kind: str) -> None:
    with session.work() as entry, pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, name, patch)
        entry.write(home, RecordId(make_id()), kind, {"text": "t", "kind": "contact"})
        entry.commit(Entry(act="note.create"))


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
@pytest.mark.parametrize(("name", "patch"), CLOSED)
def test_what_no_key_opens_holds_up_its_case_alone_until_its_author_is_taken_off(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], name: str, patch: Callable[..., bytes]
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, name, patch, "note")
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
@pytest.mark.parametrize(("name", "patch"), EMPTY)
def test_what_opens_and_holds_no_record_stops_nothing_and_is_named(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], name: str, patch: Callable[..., bytes]
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, name, patch, "note")
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        assert named(log_checking.verify(amina), "empty")
        assert "nothing that can be read" in " ".join(in_english(amina.warnings))
        assert sharing.grant(amina, case, organisation.members(TOMAS))
        assert sharing.grant(amina, own, organisation.members(TOMAS))
        sharing.revoke(amina, case, organisation.members(JOEL))
        assert log_checking.verify(amina).answer is Answer.WHOLE


@pytest.mark.long
@pytest.mark.parametrize(("name", "patch"), [CLOSED[1], EMPTY[1]])
def test_a_real_alteration_is_found_beside_many_records_that_nobody_can_read_and_named_first(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], name: str, patch: Callable[..., bytes]
) -> None:
    case, own = shared
    with organisation.open(JOEL) as joel:
        for _ in range(8):
            write_junk(joel, case, name, patch, "note")
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        found = log_checking.verify(amina)
        assert (found.answer, len(found.unreadable)) == (Answer.UNREADABLE, 8)
        assert str(found.unread) == "8 records of Joel Brandvik"
        # A grant that no log lists is named where all else holds together.
        with amina.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                "INSERT INTO granted (digest, epoch, seat, giver, sealed)"
                " SELECT zeroblob(32), epoch, seat, giver, sealed FROM granted LIMIT 1"
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
@pytest.mark.parametrize(("name", "patch"), [CLOSED[0], EMPTY[0]])
def test_in_the_directory_it_is_set_apart_of_whoever_may_write_nothing_there(
    organisation: Organisation, who: str, name: str, patch: Callable[..., bytes], tmp_path: Path
) -> None:
    with organisation.at(who, MIRA) as (hostile, mira):
        case = cases.create(mira, title="A case of hers", kind="asylum").case
        write_junk(hostile, hostile.directory.compartment, name, patch, "note")
        give(hostile, mira, tmp_path)
        found = log_checking.verify(mira)
        assert found.answer is Answer.WHOLE
        assert found.quarantined == 1
        assert mira.faults() == []
        assert sharing.grant(mira, case, organisation.members(TOMAS))


@pytest.mark.long
@pytest.mark.parametrize(("name", "patch"), CLOSED)
def test_of_a_supervisor_in_the_directory_everything_waits_until_they_are_ended(
    organisation: Organisation, name: str, patch: Callable[..., bytes], tmp_path: Path
) -> None:
    with organisation.at(TOMAS, MIRA) as (hostile, mira):
        case = cases.create(mira, title="A case of hers", kind="asylum").case
        write_junk(hostile, hostile.directory.compartment, name, patch, "device")
        give(hostile, mira, tmp_path)
        assert named(log_checking.verify(mira), "closed")
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(mira, case, organisation.members(AMINA))
        assert backups.make(mira, tmp_path / "stick") is not None
        members.suspend(mira, organisation[TOMAS].member)
        assert sharing.grant(mira, case, organisation.members(AMINA))
        assert log_checking.verify(mira).answer is Answer.WHOLE


@pytest.mark.long
@pytest.mark.parametrize(("name", "patch"), CLOSED[:1])
def test_of_somebody_ended_nothing_waits_for_it(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId], name: str, patch: Callable[..., bytes]
) -> None:
    case, _ = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, name, patch, "note")
    organisation.exchange(JOEL, AMINA)
    organisation.exchange(JOEL, MIRA)
    with organisation.open(MIRA) as mira:
        members.suspend(mira, organisation[JOEL].member)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        assert sharing.grant(amina, case, organisation.members(TOMAS))
        assert log_checking.verify(amina).answer is Answer.WHOLE


def test_a_time_beyond_any_in_a_record_that_the_index_does_not_read_stops_nobody(
    organisation: Organisation, shared: tuple[CompartmentId, CompartmentId]
) -> None:
    case, _ = shared
    with organisation.open(JOEL) as joel:
        write_junk(joel, case, "encode_to_travel", with_no_fields_of_its_kind, "disclosure")
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        cases.open_case(amina, case)
        assert sharing.grant(amina, case, organisation.members(TOMAS))


@pytest.mark.long_after(2)
@pytest.mark.parametrize(("name", "patch"), [*CLOSED, *EMPTY])
@pytest.mark.parametrize("place", ["case", "directory"])
def test_a_backup_is_made_and_restored_beside_what_its_author_sealed_wrongly(  # noqa: PLR0917 - four of them are its cases
    organisation: Organisation,
    shared: tuple[CompartmentId, CompartmentId],
    tmp_path: Path,
    name: str,
    patch: Callable[..., bytes],
    place: str,
) -> None:
    with organisation.open(JOEL) as joel:
        home = shared[0] if place == "case" else joel.directory.compartment
        write_junk(joel, home, name, patch, "note")
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        made = backups.make(amina, tmp_path / "stick")
        assert made is not None
    member, state = full_name(AMINA), tmp_path / "state"
    verified = backups.verify(made.path, member=member, passphrase=bytearray(PASSPHRASE), state=state)
    assert verified.digest == made.digest
    restored = tmp_path / "restored.vault"
    restoring.restore(
        made.path, restored, member=member, passphrase=bytearray(PASSPHRASE), state=state, agree=lambda _: None
    )
    with open_place(Place(restored, state), member) as again:
        assert {one.title for one in cases.list_all(again)} >= {"A case of her own"}
        assert sharing.grant(again, shared[1], organisation.members(TOMAS))
