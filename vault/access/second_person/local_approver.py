"""The second person at the same keyboard: a process that opens no vault.

Started as `python -I -m vault.access.second_person.local_approver PARENT`.

The first process sends by pipe what shall be approved and the end of the second seat's own log, sealed as it is stored.
This one makes the files of an export itself, shows them, asks for reason and passphrase at the terminal itself, signs,
goes on with that log in memory and sends back what was added. The passphrase never reaches the first process, and no
database key reaches this one.
"""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

from vault import __version__, platform
from vault.access.second_person.delegated_rows import RowSet, added_since
from vault.access.second_person.questions import Wanted
from vault.access.trust.directory import Directory, read_directory
from vault.access.trust.keyrings import missing_keys, stored_keyring, with_directory_keys
from vault.display import safe_text
from vault.errors import MalformedError, RefusedError, VaultError
from vault.export.made_again import require_made_from_data
from vault.export.release import ACT as EXPORT
from vault.ids import ID_SIZE, MemberId, SeatId, VaultId
from vault.log.approvals import APPROVAL_PURPOSE, APPROVE_ACT, Approval
from vault.platform.line import read_tty_pages
from vault.policy.roles import ALLOWED, Action
from vault.records.seatlog import SealedPlace, SeatLog, resume, stored_origin
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile, SeatSecrets
from vault.seal.entrance.unlocking import unlock
from vault.seal.recipients import KemPrivate
from vault.seal.signing import sign
from vault.store.memory import open_in_memory
from vault.store.rows import Rows
from vault.validity.authority import Listings
from vault.words.message import Message

_Message = TypeVar("_Message", bound=msgspec.Struct)
_APPROVERS = ALLOWED[Action.APPROVE]
_AGAIN = "That is none of these reasons. One of them, or nothing to refuse: "


class Asked(msgspec.Struct, frozen=True):
    """What the first process asks.

    Attributes:
        keys: the bytes of the `keys` file, of which a passphrase opens one slot.
        name: the second person's name, as the slot is bound to it.
        requester: the seat that asks.
        wanted: what shall be approved.
        lent: seat -> rows of it, for each seat of that person on this device.
    """

    keys: bytes
    name: str
    requester: bytes
    wanted: Wanted
    lent: tuple[tuple[bytes, RowSet], ...]


class Answered(msgspec.Struct, frozen=True):
    """What this process answers: the approval and the rows to take in, or why there are none."""

    approval: bytes = b""
    origin: bytes = b""
    rows: RowSet = RowSet()
    refusal: str = ""
    message: str = ""
    advice: str = ""


def answer(asked: Asked, *, ask_reason: Callable[[str], str], ask_passphrase: Callable[[str], bytearray]) -> Answered:
    """Ask the person and approve.

    Raises:
        RefusedError: the person gave no reason, may not approve, or asked for it themselves.
        VerificationError: what is shown is not what would be approved, or this program makes other files of it.
        VaultError: passphrase or log are not what they should be.
    """
    wanted = asked.wanted
    wanted.require_whole()
    if wanted.act == EXPORT:
        require_made_from_data(wanted.contents, profile=wanted.of.get("profile"), purpose=wanted.of.get("purpose"))
    for question in (_question(asked), _AGAIN, _AGAIN):
        why = ask_reason(question).strip()
        if not why or why in asked.wanted.reasons:
            break
    if why not in asked.wanted.reasons:
        raise RefusedError(
            Message("the second person did not approve"),
            next_step=Message("Nothing was done. Ask again, or ask another member."),
        )
    file = KeyFile.decode(asked.keys)
    passphrase = ask_passphrase(f"Passphrase of {safe_text(asked.name)}: ")
    try:
        seat_secrets = unlock(file, passphrase, asked.name).secrets
    finally:
        passphrase[:] = bytes(len(passphrase))
    lent = dict(asked.lent).get(seat_secrets.seat)
    if lent is None:
        raise RefusedError(Message("this passphrase opens no seat of the second person here"))
    return _approve(asked, VaultId(file.header.vault), seat_secrets, lent, why)


def _approve(asked: Asked, vault: VaultId, own: SeatSecrets, lent: RowSet, why: str) -> Answered:
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
                raise RefusedError(Message("the second seat has no session key on this device"))
            log = resume(
                rows,
                database=database,
                place=place,
                origin=origin,
                roster=directory.roster,
                auditors=directory.auditors(),
                keyring=stored_keyring(rows, place),
                app_version=__version__,
            )
        size = log.size
        approval = _signed(asked, vault, own, _role(directory, seat, asked.requester), why)
        _write(log, asked, approval)
        with database.reading() as rows:
            return Answered(approval.encode(), origin, added_since(rows, lent, seat, origin, size))
    finally:
        database.close()


def _directory(rows: Rows, place: SealedPlace, own: SeatSecrets) -> Directory:
    """Judge the rosters from this seat's own root key: it believes the first process nothing."""
    keyring = stored_keyring(rows, place)
    granted = missing_keys(rows, place, KemPrivate.from_seed(own.kem_seed), keyring, Listings())
    return read_directory(
        rows, vault=place.vault, keyring=with_directory_keys(keyring, granted), root_public=own.root_public
    )


def _role(directory: Directory, seat: SeatId, requester: bytes) -> str:
    member = directory.member_of(seat)
    asking = directory.effective.certificates.get(requester)
    if asking is None or MemberId(asking.member) == member:
        raise RefusedError(Message("nobody can approve their own question"), next_step=Message("Ask another member."))
    role = min((role.value for role in directory.roles_of(member) & _APPROVERS), default=None)
    if role is None:
        raise RefusedError(
            Message("the second person's role does not allow approvals"), next_step=Message("Ask another member.")
        )
    return role


def _signed(asked: Asked, vault: VaultId, own: SeatSecrets, role: str, why: str) -> Approval:
    approval = Approval(
        vault=vault,
        act=asked.wanted.act,
        digest=asked.wanted.digest,
        requester=asked.requester,
        approver=own.seat,
        role=role,
        why=why,
        expires_ms=asked.wanted.expires_ms,
        nonce=secrets.token_bytes(ID_SIZE),
    )
    return approval.signed(sign(own.identity_seed, APPROVAL_PURPOSE, approval.unsigned()))


def _write(log: SeatLog, asked: Asked, approval: Approval) -> None:
    """Begin a session of the second seat, as every session begins, and approve in it."""
    with Work(log) as work:
        work.commit(Entry(act="unlock.ok", pol="second"))
    with Work(log) as work:
        work.list_approval(approval.encode())
        work.commit(
            Entry(
                act=APPROVE_ACT,
                why=approval.why,
                obj=asked.wanted.subject,
                dig=approval.digest,
                deleg=approval.requester,
                pol=f"approve:{approval.role}",
            )
        )


def _question(asked: Asked) -> str:
    lines = [f"{safe_text(asked.name)}, read this before you approve it:"]
    lines += [safe_text(line) for line in asked.wanted.lines()]
    choices = ", ".join(asked.wanted.reasons)
    return "\n".join([*lines, "", f"{safe_text(asked.name)}, your reason to approve ({choices}; empty refuses): "])


def decoded(untrusted: bytes, kind: type[_Message]) -> _Message:
    """Return what came through the pipe.

    Raises:
        MalformedError: it is not of this kind.
    """
    try:
        return msgspec.msgpack.decode(untrusted, type=kind)
    except (ValueError, RecursionError):
        raise MalformedError(Message("the other process sent something else than was asked")) from None


def main() -> int:
    """Read the question from standard input and write the answer to standard output; people use the terminal."""
    platform.harden_process()
    if sys.platform == "linux" and len(sys.argv) > 1:
        # Whoever asked is gone, so nobody waits for the answer, and the terminal is somebody else's.
        platform.set_parent_death_signal(signal.SIGKILL, parent=int(sys.argv[1]))
    try:
        asked = decoded(sys.stdin.buffer.read(), Asked)
        answered = answer(asked, ask_reason=read_tty_pages, ask_passphrase=platform.read_tty_passphrase)
    except VaultError as error:
        answered = Answered(refusal=error.code, message=str(error.message), advice=str(error.next_step))
    except KeyboardInterrupt:
        answered = Answered(refusal="refused", message="the second person did not approve", advice="Nothing was done.")
    sys.stdout.buffer.write(msgspec.msgpack.encode(answered))
    return 0


if __name__ == "__main__":
    sys.exit(main())
