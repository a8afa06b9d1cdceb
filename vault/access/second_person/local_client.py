"""The first process's side of a second person at the same keyboard: ask, check what comes back, take it in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from time import sleep

import msgspec

from vault import errors
from vault.access.pins.delays import Wait
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.rekeying import seats_here
from vault.access.seat_keys.throttle import one_attempt
from vault.access.second_person.delegated_rows import RowSet, can_act_here, lend
from vault.access.second_person.local_approver import Answered, Asked, decoded
from vault.access.second_person.questions import Wanted
from vault.access.session import Session
from vault.access.trust.proving import report_of
from vault.errors import RefusedError, TryAgainError, VaultError, VerificationError
from vault.ids import CompartmentKind, MemberId, Origin, SeatId
from vault.log.approvals import Approval
from vault.log.items import Item, ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.records.logs import genesis_of
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, OperationRow
from vault.words.message import Message
from vault.words.next_step import NextStep

_LARGEST_ANSWER = 64 * 1024 * 1024
_MOST_ENTRIES = 3  # a new audit period, the session's first entry, the approval
_OF_A_PERIOD = frozenset({ItemKind.EPOCH, ItemKind.GRANT})
_LOCAL = frozenset({Purpose.SESSION, Purpose.RATCHET})

Run = Callable[[bytes], bytes]


def run_second_process(question: bytes) -> bytes:
    """Run the second process at this terminal until it has answered."""
    command = [sys.executable, "-I", "-m", "vault.access.second_person.local_approver", str(os.getpid())]
    try:
        done = subprocess.run(command, input=question, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    except OSError:
        raise TryAgainError(Message("the second person's process cannot be started now")) from None
    if done.returncode or len(done.stdout) > _LARGEST_ANSWER:
        raise TryAgainError(Message("the second person's process ended without an answer; nothing was done"))
    return done.stdout


def ask_second(
    session: Session, *, member: MemberId, name: str, wanted: Wanted, run: Run = run_second_process, wait: Wait = sleep
) -> Approval:
    """Have a second member approve at this keyboard; the approving operation is durable in their log on return.

    Args:
        session: of the member who asks.
        member: who shall approve.
        name: their name as the directory writes it.
        wanted: what is to be approved.
        run: runs the second process: question in, answer out.
        wait: gets the seconds that earlier wrong attempts have earned.

    Raises:
        RefusedError: they did not approve, may not, or have no seat on this device.
        WrongPassphraseError: as at unlock; the attempt is kept.
        VerificationError: what came back is not what an approval may be; nothing of it was taken in.
    """
    seats = [seat for seat in session.directory.effective.certificates if _member(session, seat) == member]
    with session.database.reading() as rows:
        here = can_act_here(rows, [SeatId(seat) for seat in seats])
        listings = session.learned.listings
        lent = [(seat, lend(rows, seat, session.directory.compartment, listings)) for seat in here]
    if not lent and seats_here(session).intersection(seats):
        raise RefusedError(
            Message("the second person has never unlocked this vault here, so they have no log for the approval"),
            next_step=Message("Let them unlock it here once, under their own name. Then repeat."),
        )
    if not lent:
        raise RefusedError(
            Message("the second person has no seat on this device"),
            next_step=Message("Ask for the approval in a file: {ask_approval}.", ask_approval=NextStep.ASK_APPROVAL),
        )
    file = read_key_file(session.folder.keys)
    question = Asked(
        keys=file.encode(),
        name=name,
        requester=session.seat,
        wanted=wanted,
        lent=tuple(lent),
    )
    with one_attempt(session.folder, file, session.state, wait):
        answered = decoded(run(msgspec.msgpack.encode(question)), Answered)
        if answered.refusal:
            raise _error(answered)
    approval = Approval.decode(answered.approval)
    _require_what_was_asked(session, wanted, approval, here)
    _take_in(session, approval, answered)
    return approval


def _require_what_was_asked(session: Session, wanted: Wanted, approval: Approval, seats: Sequence[SeatId]) -> None:
    certificate = session.directory.effective.certificates.get(approval.approver)
    asked = (session.vault, wanted.act, wanted.digest, session.seat, wanted.expires_ms)
    given = (approval.vault, approval.act, approval.digest, approval.requester, approval.expires_ms)
    if (
        asked != given
        or approval.approver not in seats
        or approval.why not in wanted.reasons
        or certificate is None
        or not approval.is_signed_by(certificate.identity, is_signed_raw)
    ):
        raise VerificationError(Message("the second process gave another approval than was asked for"))


def _take_in(session: Session, approval: Approval, answered: Answered) -> None:
    """Write what the second seat's log gained, if it is no more than an approval and the whole log still holds."""
    origin, added = Origin(answered.origin), answered.rows
    with session.log.lock, session.database.transaction() as rows:
        size = rows.size(origin)
        _require_no_more(rows, approval, origin, size, added)
        added.put_into(rows)
        genesis = genesis_of(rows, origin)
        report = report_of(rows, origin)
        whole = size + len(added.operations)
        if genesis is None or genesis.seat != approval.approver or report.size != whole:
            raise VerificationError(
                Message("the second person's log does not verify with what came back; nothing was accepted")
            )


def _require_no_more(rows: Rows, approval: Approval, origin: Origin, size: int, added: RowSet) -> None:
    """Refuse everything that an approval does not need, whoever made it."""
    operations = [OperationRow(*operation) for operation in added.operations]
    lists = [decode_items(row.list) for row in operations]
    expected = (Item.of_bytes(ItemKind.APPROVAL, approval.encode()),)
    places = [(row.origin, row.seq) for row in operations]
    items = [item for listed in lists[:-1] for item in listed]
    listed_digests = {item.digest for item in items}
    notices = [read_notice(EpochRow(*epoch)) for epoch in added.epochs]
    fits = (
        0 < len(operations) <= _MOST_ENTRIES
        and places == [(origin, size + n) for n in range(len(operations))]
        and lists[-1] == expected
        and all(item.kind in _OF_A_PERIOD for item in items)
        and not (added.geneses or added.versions or added.version_keys)
        and all(notice is not None and notice.kind is CompartmentKind.AUDIT for notice in notices)
        and all(row[0] in listed_digests for row in (*added.epochs, *added.grants))
        and all(row[0] == origin for row in (*added.checkpoints, *added.tiles))
        and all(row[0] == approval.approver and row[1] in _LOCAL for row in added.locals)
    )
    if not fits:
        raise VerificationError(Message("the second process wrote more than an approval; nothing was accepted"))


def _member(session: Session, seat: bytes) -> MemberId:
    return MemberId(session.directory.effective.certificates[seat].member)


def _error(answered: Answered) -> VaultError:
    """Raise here what the second process met there; its words are this program's own."""
    known = (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VaultError))
    kind = next((kind for kind in known if kind.code == answered.refusal), VerificationError)
    return kind(Message("{said}", said=answered.message), next_step=Message("{said}", said=answered.advice))
