"""The second person at the same keyboard: a process that opens no vault.

Started as `python -I -m vault.services.approvals.pipe_process PARENT`.

The first process sends by pipe what shall be approved and the end of the second seat's own log, sealed as it is stored.
This one makes the files of an export itself, shows them, asks for reason and passphrase at the terminal itself, signs,
goes on with that log in memory and sends back what was added. The passphrase never reaches the first process, and no
database key reaches this one.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import msgspec

from vault import platform
from vault.access.seat_keys.refresh import remembered_lines
from vault.access.trust.keyrings import stored_keyring
from vault.display import safe_text
from vault.errors import MalformedError, RefusedError, VaultError, VerificationError
from vault.ids import Origin, SeatId, VaultId
from vault.log.tree import TILE_WIDTH
from vault.platform.tty_line import read_tty_pages
from vault.records.logs import geneses_of, genesis_of
from vault.records.seatlog import SealedPlace, SeatLog, resume, stored_origin
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile, SeatSecrets, unlock
from vault.seal.purposes import Purpose
from vault.seal.recovery import words_of
from vault.seal.signing import sign
from vault.services.approvals.question import ApprovalQuestion, approve, require_another
from vault.store.rows import Rows
from vault.store.rowtypes import (
    CheckpointRow,
    EpochRow,
    GenesisRow,
    GrantRow,
    LocalRow,
    OperationRow,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.store.schema import open_in_memory
from vault.validity.directory import Directory, judge_lines
from vault.validity.log_places import places_of_logs
from vault.words.message import Message

# Rows on loan: what a second seat needs of its own log to go on with it in a process that opens no vault.
# Everything lent is public or sealed to that seat. What comes back is believed only after the checks of `pipe`.

_LENT = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING, Purpose.LINES)
_RETURNED = (Purpose.SESSION, Purpose.RATCHET)

_Row = TypeVar("_Row")


class RowSet(msgspec.Struct, frozen=True):
    """Rows of each table."""

    geneses: tuple[GenesisRow, ...] = ()
    operations: tuple[OperationRow, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    version_keys: tuple[VersionKeyRow, ...] = ()
    epochs: tuple[EpochRow, ...] = ()
    grants: tuple[GrantRow, ...] = ()
    checkpoints: tuple[CheckpointRow, ...] = ()
    tiles: tuple[TileRow, ...] = ()
    locals: tuple[LocalRow, ...] = ()

    def put_into(self, rows: Rows) -> None:
        """Insert them; local rows and tiles take the place of those that are there."""
        for genesis in self.geneses:
            rows.add_genesis(*genesis)
        for operation in self.operations:
            rows.add_operation(operation)
        rows.add_versions(self.versions)
        rows.add_version_keys(self.version_keys)
        rows.add_epochs(self.epochs)
        rows.add_grants(self.grants)
        for checkpoint in self.checkpoints:
            rows.add_checkpoint(checkpoint)
        for tile in self.tiles:
            rows.put_tile(tile)
        for local in self.locals:
            rows.put_local(local)


def can_act_here(rows: Rows, seats: Iterable[SeatId]) -> list[SeatId]:
    """Return those of these seats that have a session key on this device: their people can act at this keyboard."""
    return [seat for seat in seats if rows.local(seat, Purpose.SESSION) is not None]


def lend(rows: Rows, seat: SeatId) -> RowSet:
    """Return what a seat needs to go on with its log: its end, its own sealed rows, and how all logs begin."""
    origins = [Origin(row.origin) for row in rows.geneses() if _is_of(rows, row.origin, seat)]
    operations: list[OperationRow] = []
    for origin in origins:
        size = rows.size(origin)
        operations += rows.operations(origin, size - size % TILE_WIDTH)
    return RowSet(
        geneses=_once(rows.geneses()),
        operations=_once(operations),
        checkpoints=_once(row for origin in origins for row in rows.checkpoints(origin)),
        tiles=_once(row for origin in origins for row in rows.tiles(origin)),
        locals=_locals(rows, seat, _LENT),
    )


def added_since(rows: Rows, lent: RowSet, seat: SeatId, origin: Origin, size: int) -> RowSet:
    """Return what a seat's log gained while it was on loan: all that its vault has to take in.

    `size` is what the log had when it was lent.
    """
    return RowSet(
        operations=_once(rows.operations(origin, size)),
        epochs=_once(row for row in rows.epochs() if row not in lent.epochs),
        grants=_once(row for row in rows.grants() if row not in lent.grants),
        checkpoints=_once(row for row in rows.checkpoints(origin) if row.size > size),
        tiles=_once(row for row in rows.tiles(origin) if row not in lent.tiles),
        locals=_locals(rows, seat, _RETURNED),
    )


def _once(rows: Iterable[_Row]) -> tuple[_Row, ...]:
    return tuple(dict.fromkeys(rows))


def _locals(rows: Rows, seat: SeatId, purposes: Iterable[Purpose]) -> tuple[LocalRow, ...]:
    return tuple(row for purpose in purposes if (row := rows.local(seat, purpose)) is not None)


def _is_of(rows: Rows, origin: bytes, seat: SeatId) -> bool:
    genesis = genesis_of(rows, Origin(origin))
    return genesis is not None and genesis.seat == seat


NOBODY_TYPED = "nobody-typed"
_Message = TypeVar("_Message", bound=msgspec.Struct)
NOT_APPROVED = Message("the second person did not approve")
NEXT_STEP = Message("Nothing was done. Ask again, or ask another member.")
_AGAIN = "That is none of these reasons. One of them, or nothing to refuse: "


class PipeQuestion(msgspec.Struct, frozen=True):
    """A question as the first process sends it.

    A passphrase opens one slot of `keys`, which is bound to `name`. `lent` has the rows of each seat of that person on
    this device. `longest_wait_s` is how long the first process waits for a person; 0 is without a limit.
    """

    keys: bytes
    name: str
    requester: bytes
    wanted: ApprovalQuestion
    lent: tuple[tuple[bytes, RowSet], ...]
    longest_wait_s: int = 0


class PipeAnswer(msgspec.Struct, frozen=True):
    """What this process answers: the approval and the rows to take in, or why there are none."""

    approval: bytes = b""
    origin: bytes = b""
    rows: RowSet = RowSet()
    refusal: str = ""
    message: str = ""
    advice: str = ""


def answer(
    asked: PipeQuestion, *, ask_reason: Callable[[str], str], ask_passphrase: Callable[[str], bytearray]
) -> PipeAnswer:
    """Ask the person and approve.

    Raises:
        RefusedError: the person gave no reason, may not approve, or asked for it themselves.
        VerificationError: what is shown is not what would be approved, or this program makes other files of it.
        VaultError: passphrase or log are not what they should be.
    """
    asked.wanted.require_true()
    for words in (_words(asked), _AGAIN, _AGAIN):
        why = ask_reason(words).strip()
        if not why or why in asked.wanted.reasons:
            break
    if why not in asked.wanted.reasons:
        raise RefusedError(NOT_APPROVED, next_step=NEXT_STEP)
    return approved(asked, why, ask_passphrase(f"Passphrase of {safe_text(asked.name)}: "))


def approved(asked: PipeQuestion, why: str, passphrase: bytearray) -> PipeAnswer:
    """Approve what was shown to the person; the passphrase is wiped.

    Raises:
        RefusedError: the person may not approve, or asked for it themselves.
        VaultError: passphrase or log are not what they should be.
    """
    file = KeyFile.decode(asked.keys)
    try:
        own = unlock(file, passphrase, asked.name).secrets
    finally:
        passphrase[:] = bytes(len(passphrase))
    lent = dict(asked.lent).get(own.seat)
    if lent is None:
        raise RefusedError(Message("this passphrase does not open this vault for the second person"))
    return _approve(asked, VaultId(file.header.vault), own, lent, why)


def _approve(asked: PipeQuestion, vault: VaultId, own: SeatSecrets, lent: RowSet, why: str) -> PipeAnswer:
    seat = SeatId(own.seat)
    place = SealedPlace(vault, seat, own.keyring_key)
    database = open_in_memory()
    try:
        with database.transaction() as rows:
            lent.put_into(rows)
        with database.reading() as rows:
            directory = _directory(rows, place, own)
            origin = stored_origin(rows, place)
            if origin is None:
                raise RefusedError(Message("the second person has no session key on this device"))
            log = resume(
                rows,
                database=database,
                place=place,
                origin=origin,
                auditors=directory.auditors(),
                keyring=stored_keyring(rows, place),
            )
        size = log.size
        require_another(directory, asked.requester, directory.member_of(seat))
        approval = approve(
            asked.wanted,
            partial(_begin_session, log),
            vault=vault,
            requester=asked.requester,
            approver=seat,
            roles=directory.roles_of(directory.member_of(seat)),
            why=why,
            sign=partial(sign, own.identity_seed),
        )
        with database.reading() as rows:
            return PipeAnswer(approval.encode(), origin, added_since(rows, lent, seat, origin, size))
    finally:
        database.close()


def _directory(rows: Rows, place: SealedPlace, own: SeatSecrets) -> Directory:
    """Judge who is in by what this seat read before, which only it can open: it believes the first process nothing.

    Raises:
        RefusedError: this seat has read nothing yet.
    """
    lines = remembered_lines(rows, place)
    if not lines.lines:
        raise RefusedError(
            Message("the second person has to open this vault once themselves before they can approve here")
        )
    places = places_of_logs(geneses_of(rows), lambda _: None)
    directory = judge_lines(place.vault, lines, places, lambda _: None)
    if words_of(directory.anchor) != words_of(own.anchor):
        raise VerificationError(Message("this vault is not the one whose words this device was given"))
    return directory


def _begin_session(log: SeatLog) -> Work:
    """Begin a session of the second seat, as every session begins, and then the work of it."""
    with Work(log) as work:
        work.commit(Entry(act="unlock.ok", pol="second"))
    return Work(log)


def _words(asked: PipeQuestion) -> str:
    name, choices = safe_text(asked.name), ", ".join(asked.wanted.reasons)
    lines = [f"{name}, read this before you approve it:", *map(safe_text, asked.wanted.lines())]
    return "\n".join([*lines, "", f"{name}, your reason to approve ({choices}; empty refuses): "])


def decoded(untrusted: bytes, kind: type[_Message]) -> _Message:
    """Return what came through the pipe.

    Raises:
        MalformedError: it is not of this kind.
    """
    try:
        return msgspec.msgpack.decode(untrusted, type=kind)
    except (ValueError, RecursionError):
        raise MalformedError(Message("the other process sent something else than was asked")) from None


def serve(answering: Callable[[PipeQuestion], PipeAnswer]) -> int:
    """Read the question from standard input and write what answers it to standard output.

    `answering` has the terminal; it raises what the first process shall tell.
    """
    platform.harden_process()
    if sys.platform == "linux" and len(sys.argv) > 1:
        # Whoever asked is gone, so nobody waits for the answer, and the terminal is somebody else's.
        platform.set_parent_death_signal(signal.SIGKILL, parent=int(sys.argv[1]))
    try:
        asked = decoded(sys.stdin.buffer.read(), PipeQuestion)
        with platform.limit_waits(asked.longest_wait_s):
            answered = answering(asked)
    except VaultError as error:
        answered = PipeAnswer(refusal=error.code, message=str(error.message), advice=str(error.next_step))
    except platform.NobodyTypedError:
        answered = PipeAnswer(refusal=NOBODY_TYPED)
    except KeyboardInterrupt:
        answered = PipeAnswer(refusal="refused", message=str(NOT_APPROVED), advice="Nothing was done.")
    sys.stdout.buffer.write(msgspec.msgpack.encode(answered))
    return 0


def main() -> int:
    """Answer at the terminal, line by line."""
    return serve(partial(answer, ask_reason=read_tty_pages, ask_passphrase=platform.read_tty_passphrase))


if __name__ == "__main__":
    sys.exit(main())
