"""Invitations of a seat and their answers: what is kept, and which request is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tests.access.power import PowerCutError, at_flush
from tests.access.test_recovery_keys import directory
from tests.access.told import NOTHING, is_told, told_by
from tests.log.test_roster import MANY, id_of
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from vault import platform
from vault.access.membership.inviting import Answer, make_invitation, open_answer, require_words
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.pins.alarms import stored
from vault.access.pins.copies import OwnFile
from vault.access.seat_keys import slots
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY, Directory, read_directory
from vault.access.trust.roster_alarms import judge_devices
from vault.access.unlock import unlock
from vault.errors import MalformedError, RefusedError, VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId, VaultId, make_id
from vault.log.epoch_notice import EpochNotice, founded_compartment
from vault.log.genesis import GENESIS_PURPOSE, Genesis
from vault.log.roster import ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.envelope import SUITE
from vault.seal.invitation import Invitation, Request, joining_words, seal_request
from vault.seal.keyring import Keyring, epoch_id, make_key
from vault.seal.named import former_file_name
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import make_signing_seed, public_key, sign
from vault.store.rowtypes import EpochRow

NEW_SEAT, SEED = b"t" * 16, b"i" * 32
KEM = KemPrivate.from_seed(b"k" * 96)
UNKNOWN = "this request does not answer an invitation of this device"
NOT_FIRST = "the log of this request is not the first one of its own device"
BEFORE = "this request has already been admitted"


def invite(session: Session, **about: Any) -> Invitation:
    return make_invitation(session, by=MEMBER, **({"roles": ["intake"]} | about))


def invite_device(session: Session, **about: Any) -> Invitation:
    return make_invitation(session, by=MEMBER, member=session.member, name=MEMBER, **about)


def first_log(session: Session, seat: bytes = NEW_SEAT, *, seed: bytes = SEED, **other: Any) -> bytes:
    genesis = Genesis(**{"vault": session.vault, "seat": seat, "identity": public_key(seed), **other}, **PLAIN)
    return genesis.encode(sign(seed, GENESIS_PURPOSE, genesis.unsigned()))


PLAIN: dict[str, Any] = {"session_key": b"1" * 32, "nonce": b"n" * 16}
GOES_ON: dict[str, Any] = {"predecessor": b"p" * 32, "predecessor_size": 1, "predecessor_root": b"q" * 32}


def request_for(session: Session, invitation: Invitation, **other: Any) -> Request:
    """Return what an honest new seat would ask, or something else."""
    honest: dict[str, Any] = {
        "invitation": invitation.digest(),
        "seat": NEW_SEAT,
        "member": invitation.member or b"n" * 16,
        "name": invitation.name or "Oren Sabaluk",
        "kem": KEM.public,
        "identity": public_key(SEED),
        "genesis": first_log(session),
    }
    return Request(**{**honest, **other})


def answered(session: Session, invitation: Invitation, **other: Any) -> Answer:
    return open_answer(session, seal_request(invitation, request_for(session, invitation, **other)))


def refuses(session: Session, invitation: Invitation, words: str, **other: Any) -> bool:
    return is_told(RefusedError, words, answered, session, invitation, **other)


def stored_invitations(session: Session) -> Any:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.INVITED)
    return None if row is None else msgspec.msgpack.decode(session.log.place.open_row(row))


def store(session: Session, content: bytes) -> None:
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.INVITED, content))


# ---- what is made and kept


def test_an_invitation_says_who_invites_into_which_vault_and_as_what(session: Session) -> None:
    made = invite(session, roles=["supervisor", "intake"], days=30)
    said = Invitation(
        vault=session.vault,
        root=session.root_public,
        roster=session.directory.roster,
        nonce=made.nonce,
        roles=("intake", "supervisor"),
        by=MEMBER,
        seat=session.seat,
        kem=session.kem_private.public,
        days=30,
    )
    assert made == said
    assert invite(session).nonce != made.nonce
    device = invite_device(session)
    assert (device.roles, device.member, device.name, device.days) == ((), session.member, MEMBER, 0)


def test_what_is_kept_of_the_newest_32_is_the_file_its_time_and_the_request_that_came(session: Session) -> None:
    made = [invite(session) for _ in range(33)]
    kept = stored_invitations(session)
    assert [entry.keys() for entry in kept] == [{"invitation", "request", "made_ms"}] * 32
    assert [entry["invitation"] for entry in kept] == [invitation.encode() for invitation in made[1:]]
    assert {entry["request"] for entry in kept} == {b""}
    request = answered(session, made[1]).request
    assert stored_invitations(session) == [{**kept[0], "request": request.digest()}, *kept[1:]]
    assert refuses(session, made[0], UNKNOWN)
    assert refuses(session, invite(session, is_kept=False), UNKNOWN)


def test_of_an_altered_row_nothing_is_believed_and_new_invitations_go_on(session: Session) -> None:
    before = invite(session)
    with session.database.transaction() as rows:
        row = rows.local(session.seat, Purpose.INVITED)
        assert row is not None
        rows.put_local(row._replace(blob=bytes(len(row.blob))))
    assert refuses(session, before, UNKNOWN)
    after = invite(session)
    assert [entry["invitation"] for entry in stored_invitations(session)] == [after.encode()]


def test_a_row_of_the_seats_own_that_holds_no_invitations_is_an_error(session: Session) -> None:
    entry: dict[str, Any] = {"invitation": b"", "request": b""}
    for content in (b"\xc1", b"\x91\xa1\xff", [entry], [{**entry, "made_ms": 1, "x": 1}]):
        store(session, content if isinstance(content, bytes) else msgspec.msgpack.encode(content))
        assert is_told(MalformedError, "the row of invitations cannot be read", invite, session)


# ---- which request answers


def test_a_request_is_opened_with_its_invitation_and_the_words_of_both_and_binds_it(session: Session) -> None:
    one, other = invite(session), invite(session)
    with pytest.raises(VerificationError, match=NOT_FIRST):  # which binds nothing
        answered(session, one, genesis=first_log(session, b"x" * 16))
    request = request_for(session, one)
    words = joining_words(session.root_public, request, session.directory.roster)
    assert answered(session, one) == answered(session, one) == Answer(one, request, words)
    assert refuses(session, one, "another request has already answered", name="Somebody Else")
    assert answered(session, other).invitation == other


@pytest.fixture
def left(session: Session) -> Colleague:
    """Somebody who was a member, and left."""
    oren = admit(session)
    commit_roster(session, propose(session, Change(leaving=frozenset({oren.member}))))
    return oren


def test_a_request_of_a_false_log_or_of_somebody_known_is_refused(session: Session, left: Colleague) -> None:
    made, true = invite(session), first_log(session)
    own = session.directory.effective.certificates[session.seat]
    gone = session.directory.certificate_of(left.seat)
    assert gone is not None
    table: list[tuple[dict[str, Any], type[VaultError], str]] = [
        ({"genesis": true[:-1] + bytes((true[-1] ^ 1,))}, VerificationError, "does not hold"),
        ({"genesis": first_log(session, vault=b"w" * 16)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, b"x" * 16)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, seed=b"j" * 32)}, VerificationError, NOT_FIRST),
        ({"genesis": first_log(session, **GOES_ON)}, VerificationError, NOT_FIRST),
        ({"seat": own.seat, "genesis": first_log(session, own.seat)}, RefusedError, BEFORE),
        ({"seat": left.seat, "genesis": first_log(session, left.seat)}, RefusedError, BEFORE),
        ({"kem": own.kem}, RefusedError, BEFORE),
        ({"kem": gone.kem}, RefusedError, BEFORE),
        ({"member": session.member}, RefusedError, BEFORE),
        ({"member": left.member}, RefusedError, BEFORE),
    ]
    let_in = [other for other, error, words in table if not is_told(error, words, answered, session, made, **other)]
    assert let_in == []
    assert told_by(answered, session, made) == NOTHING


def test_a_device_is_asked_for_by_the_member_that_it_is_for_while_they_are_in(session: Session) -> None:
    made, oren = invite_device(session), admit(session)
    for other in ({"member": make_id()}, {"name": "Oren Sabaluk"}):
        with pytest.raises(VerificationError, match="the request names another member than its invitation"):
            answered(session, made, **other)
    assert refuses(session, made, BEFORE, seat=oren.seat, genesis=first_log(session, oren.seat))
    # It is of an earlier roster, and holds.
    assert answered(session, made).request.member == session.member
    theirs = make_invitation(session, by=MEMBER, member=oren.member, name=oren.name)
    commit_roster(session, propose(session, Change(leaving=frozenset({oren.member}))))
    assert refuses(session, theirs, "the member of this device has left")


def test_an_invitation_of_a_roster_that_does_not_count_is_refused(session: Session) -> None:
    made = replace(invite(session), roster=b"x" * 32)
    store(session, msgspec.msgpack.encode([{"invitation": made.encode(), "request": b"", "made_ms": 1}]))
    assert refuses(session, made, "the invitation names a list of members that is no longer in effect")


def test_a_request_for_another_seat_or_vault_than_the_inviters_does_not_open(session: Session) -> None:
    made = invite(session)
    for other in (replace(made, seat=NEW_SEAT), replace(made, vault=b"w" * 16)):
        assert is_told(VerificationError, "sealed to another seat", answered, session, other)


def test_the_words_agree_however_they_were_typed(session: Session) -> None:
    """Other ones admit nobody: `tests/attacks/test_joining.py`."""
    answer = answered(session, invite(session))
    require_words(answer, ["", *(f" {word.upper()} " for word in answer.words), "  "])
    assert is_told(VerificationError, "the 13 words do not belong", require_words, answer, answer.words[1:])


# A device that came into a member's name is told to that member, and to nobody else.
FIRST = MANY.roster("root")
NEXT = MANY.after(FIRST, seats=MANY.seats | {"Joel-3": "Joel", "Joel-4": "Joel", "Ilse-2": "Ilse"}).roster("root")


TOLD = {
    "Joel-1": ["Joel-3", "Joel-4"],
    "Joel-2": ["Joel-3", "Joel-4"],
    "Joel-3": ["Joel-4"],  # not of itself
    "Ilse-1": ["Ilse-2"],
    "Nour-1": [],
}


def test_a_member_hears_on_each_device_of_those_that_came_into_their_name() -> None:
    for own, told in TOLD.items():
        alarms = judge_devices(directory(FIRST, NEXT), SeatId(id_of(own)), FIRST.root)
        assert [(alarm.code, alarm.subject) for alarm in alarms] == [
            ("own-device", seat) for seat in sorted(map(id_of, told))
        ]
        assert all(f"in your name: {(alarm.subject or b'').hex()[:8]}." in str(alarm.message) for alarm in alarms)
        assert all(alarm.is_news for alarm in alarms)
        assert len(stored(alarms)) == len(told)


def test_nobody_hears_of_what_they_knew_or_cannot_compare() -> None:
    for seen in (NEXT.root, b"x" * 32):  # the newest, and one that does not count
        assert judge_devices(directory(FIRST, NEXT), SeatId(id_of("Joel-1")), seen) == ()


# The organisation as a seat believes it: which compartment is the directory, and whose certificate is whose.
def read(session: Session, keyring: Keyring, root: bytes | None = None) -> Directory:
    with session.database.reading() as rows:
        return read_directory(
            rows, vault=session.vault, keyring=keyring, root_public=session.root_public if root is None else root
        )


def the_register(session: Session) -> CompartmentId:
    """Return another compartment that entry 0 founds, and that many hold."""
    states = session.states_of(map(CompartmentId, session.keyring.compartments())).values()
    return next(one.compartment for one in states if one is not None and one.kind is CompartmentKind.REGISTER)


def one_that_nobody_founded(session: Session) -> CompartmentId:
    """Return the name that a place of entry 0 would give, where it founds nothing; this seat holds a key of it."""
    compartment, key = CompartmentId(founded_compartment(session.log.origin, 0, 999)), make_key()
    session.log.keyring.add(compartment, epoch_id(session.vault, compartment, key), key)
    return compartment


@pytest.mark.parametrize("which", [the_register, one_that_nobody_founded])
def test_rosters_copied_into_another_compartment_make_no_second_directory(
    session: Session, which: Callable[[Session], CompartmentId]
) -> None:
    """Whoever holds another compartment can say of it that it is the directory, and write the rosters there too."""
    false = which(session)
    epoch = EpochId(session.keyring.epochs_of(false)[-1])
    notice = EpochNotice(SUITE, session.vault, false, CompartmentKind.DIRECTORY, epoch, (), ())
    with session.database.transaction() as rows:
        rows.add_epochs([EpochRow(notice.digest(), false, notice.encode())])
    with Work(session.log) as work:
        for roster in session.directory.chain.accepted:
            work.write(false, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="config.change"))
    keyring = Keyring()
    for compartment in (false, session.directory.compartment):
        for one in session.keyring.epochs_of(compartment):
            keyring.add(compartment, one, session.keyring.get(one) or b"")
    assert read(session, keyring) == session.directory


def test_where_no_roster_counts_the_places_of_those_that_are_here_are_named(session: Session) -> None:
    stranger = public_key(make_signing_seed())
    place = rf"\(log {session.log.origin.hex()[:16]} entry 0, item \d+\)"
    with pytest.raises(
        VerificationError, match=f"no list of members of this vault is valid: it was altered or removed {place}"
    ):
        read(session, session.keyring, stranger)
    with session.database.transaction() as rows:
        true = rows.versions(session.directory.compartment, ROSTER_RECORD)
        rows.erase_versions([(one.origin, one.seq, one.n) for one in true])
    with pytest.raises(VerificationError, match=r"it was altered or removed \(none is here\)"):
        read(session, session.keyring)


def test_a_seat_that_was_ended_keeps_its_last_certificate_and_a_stranger_has_none(session: Session) -> None:
    oren = admit(session)
    certificate = session.directory.effective.certificates[oren.seat]
    commit_roster(session, propose(session, Change(ended=frozenset({oren.seat}))))
    assert oren.seat not in session.directory.effective.certificates
    assert session.directory.certificate_of(oren.seat) == certificate
    assert session.directory.certificate_of(bytes(16)) is None
    assert session.directory.certificate_of(session.seat) == session.directory.effective.certificates[session.seat]


def test_a_role_of_a_newer_program_grants_nothing() -> None:
    with_kim = MANY.with_member("Kim", "auditor astronaut", MANY.roster("root")).roster("root")
    read = directory(MANY.roster("root"), with_kim)
    assert read.roles_of(MemberId(id_of("Kim"))) == {Role.AUDITOR}
    assert read.roles_of(MemberId(b"x" * 16)) == frozenset()
    with pytest.raises(VerificationError, match=f"device {(b'x' * 16).hex()} is not in the newest list of members"):
        read.member_of(SeatId(b"x" * 16))


def test_recovery_is_among_the_holders_unless_it_is_left_out(session: Session) -> None:
    own, here = Holder(session.seat, session.kem_private.public), session.directory
    assert here.holders([session.seat], with_recovery=False) == [own]
    assert here.holders([session.seat]) == here.auditors() == [own, Holder(RECOVERY, here.effective.head.recovery)]


def test_who_holds_no_directory_is_told_so(session: Session) -> None:
    with pytest.raises(VerificationError, match="this device holds no directory, or its keys were altered"):
        read(session, Keyring())


# Ways in that are destroyed: which bytes and files go, durably, and what is left alone.
def test_of_a_seat_that_destroys_its_access_no_row_stays(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def look(session: Session) -> None:
        with session.database.reading() as rows:
            left.extend(row.purpose for one in Purpose for row in rows.locals_for(one))
        wal = session.folder.path / "vault.db-wal"
        left.append(wal.stat().st_size if wal.exists() else 0)
        raise PowerCutError

    with filled.open() as session:
        with monkeypatch.context() as cutting:
            cutting.setattr(Session, "close", look)
            with pytest.raises(PowerCutError):
                slots.destroy_own_access(session)
        # Nor in the log beside the database, whenever the power goes from here on.
        assert left == [0]


def test_a_seat_whose_slot_is_not_known_changes_nothing(filled: Filled) -> None:
    before = read_key_file(filled.path / "keys")
    with filled.open() as session:
        with session.database.transaction() as rows:
            rows.delete_local(session.seat, Purpose.SLOT)
        with pytest.raises(VerificationError, match="this device does not know which slot is yours"):
            slots.destroy_own_access(session)
    assert read_key_file(filled.path / "keys") == before


def test_the_pins_go_from_the_account_s_own_state_folder_too(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    state = platform.state_dir()
    shutil.copytree(filled.state, state, dirs_exist_ok=True)
    session = unlock(filled.path, member=MEMBER, passphrase=bytearray(PASSPHRASE))
    assert list((state / "pins").iterdir())
    slots.destroy_own_access(session)
    assert list((state / "pins").iterdir()) == []


def test_a_part_of_a_file_is_overwritten_where_it_lies_and_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stood = tmp_path / "keys", list[bytes]()
    path.write_bytes(bytes(100))
    with at_flush(monkeypatch, 1, lambda: stood.append(path.read_bytes())):
        slots.overwrite(path, 30, 40)
    (flushed,) = stood
    assert (flushed[:30], flushed[70:], path.read_bytes()) == (bytes(30), bytes(30), flushed)
    assert any(flushed[30:70])
    with path.open("r+b") as file:
        slots.overwrite_open(file.fileno(), size=20)
    assert any(path.read_bytes()[:20])
    assert path.read_bytes()[20:] == flushed[20:]


def test_what_a_link_points_to_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "of somebody").write_bytes(b"untouched")
    (tmp_path / "keys").symlink_to(tmp_path / "of somebody")
    with pytest.raises(OSError, match="keys"):
        slots.overwrite(tmp_path / "keys", 0, 4)
    assert (tmp_path / "of somebody").read_bytes() == b"untouched"


def test_where_no_open_file_can_be_replaced_none_is_held_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "os", SimpleNamespace(name="nt"))
    with slots._replaced(tmp_path / "keys"):
        pass


OPEN = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN.is_dir(), reason="the system does not tell which files are open")
def test_nothing_that_was_overwritten_stays_open(tmp_path: Path) -> None:
    path, before = tmp_path / "keys", len([*OPEN.iterdir()])
    path.write_bytes(bytes(100))
    slots.overwrite(path, 0, 100)
    with slots._replaced(path):
        assert len([*OPEN.iterdir()]) == before + 1
    assert len([*OPEN.iterdir()]) == before


# The private files of a seat get the name that tells nobody anything, and lose nothing by it.
VAULT, SEAT, KEY = VaultId(b"v" * 16), SeatId(b"s" * 16), b"k" * 32
PARTS = ("", "-wal", "-shm")


@pytest.fixture
def own(tmp_path: Path) -> OwnFile:
    return OwnFile(tmp_path, VAULT, SEAT, KEY)


def former(own: OwnFile, part: str = "") -> Path:
    return own.folder / f"{former_file_name(VAULT, SEAT)}.db{part}"


def test_a_file_under_its_former_name_is_found_and_gets_the_other_with_all_beside_it(own: OwnFile) -> None:
    assert own.found() == own.path
    for part in PARTS:
        former(own, part).write_text(part)
    assert own.found() == former(own)
    assert own.settled() == own.path == own.found()
    assert sorted(own.folder.iterdir()) == sorted(Path(f"{own.path}{part}") for part in PARTS)
    assert [Path(f"{own.path}{part}").read_text() for part in PARTS] == list(PARTS)


def test_a_file_that_has_its_name_is_never_written_over_by_a_former_one(own: OwnFile) -> None:
    own.path.write_text("newer")
    former(own).write_text("older")
    assert own.settled() == own.found() == own.path
    assert (own.path.read_text(), former(own).read_text()) == ("newer", "older")
    assert set(own.parts()) == {own.path, former(own)}
