"""A second person at the same keyboard: ask the other process, check what comes back, take it in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from time import sleep

import msgspec

from vault import errors, platform
from vault.access.pins.delays import Wait
from vault.access.seat_keys.rekeying import read_key_file, seats_here
from vault.access.seat_keys.slots import one_attempt
from vault.access.session import Session
from vault.access.trust.prover import report_of
from vault.errors import RefusedError, TryAgainError, VaultError, VerificationError
from vault.ids import CompartmentKind, MemberId, Origin, SeatId
from vault.log.approval import Approval
from vault.log.items import Item, ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.records.logs import genesis_of
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw
from vault.services.approvals.pipe_process import (
    NOBODY_TYPED,
    PipeAnswer,
    PipeQuestion,
    RowSet,
    can_act_here,
    decoded,
    lend,
)
from vault.services.approvals.question import ApprovalQuestion
from vault.store.rows import Rows
from vault.words.message import Message
from vault.words.next_step import NextStep

_LARGEST_ANSWER = 64 * 1024 * 1024
_MOST_ENTRIES = 3  # a new audit period, the session's first entry, the approval
_OF_A_PERIOD = frozenset({ItemKind.EPOCH, ItemKind.GRANT})
_LOCAL = frozenset({Purpose.SESSION, Purpose.RATCHET})

Run = Callable[[bytes], bytes]


def run_second_process(question: bytes, module: str = "vault.services.approvals.pipe_process") -> bytes:
    """Run the second process at this terminal until it has answered; `module` is another one, that has a screen."""
    command = [sys.executable, "-I", "-m", module, str(os.getpid())]
    try:
        done = subprocess.run(command, input=question, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    except OSError:
        raise TryAgainError(Message("the second person's process cannot be started now")) from None
    if done.returncode or len(done.stdout) > _LARGEST_ANSWER:
        raise TryAgainError(Message("the second person's process ended without an answer; nothing was done"))
    return done.stdout


def ask_second(
    session: Session,
    question: ApprovalQuestion,
    *,
    member: MemberId,
    name: str,
    run: Run = run_second_process,
    wait: Wait = sleep,
) -> Approval:
    """Have a second member approve at this keyboard; the approving operation is durable in their log on return.

    `run` runs the second process: question in, answer out. `wait` gets the seconds that earlier wrong attempts have
    earned.

    Raises:
        RefusedError: they did not approve, may not, or have no seat on this device.
        WrongPassphraseError: as at unlock; the attempt is kept.
        VerificationError: what came back is not what an approval may be; nothing of it was taken in.
        NobodyTypedError: nobody sat there, and this process waits no longer for anybody.
    """
    certificates = session.directory.certificates
    seats = [SeatId(seat) for seat, certificate in certificates.items() if certificate.member == member]
    with session.database.reading() as rows:
        here = can_act_here(rows, seats)
        lent = [(seat, lend(rows, seat)) for seat in here]
    if not lent and seats_here(session).intersection(seats):
        raise RefusedError(
            Message("the second person has never unlocked this vault here, so they have no log for the approval"),
            next_step=Message("Let them unlock it here once, under their own name. Then repeat."),
        )
    if not lent:
        raise RefusedError(
            Message("the second person does not use this device"),
            next_step=Message("Ask for the approval in a file: {ask_by_file}.", ask_by_file=NextStep.ASK_BY_FILE),
        )
    file = read_key_file(session.folder.keys)
    asked = PipeQuestion(
        file.encode(), name, session.seat, question, tuple(lent), longest_wait_s=platform.longest_wait()
    )
    with one_attempt(session.folder, file, session.state, wait):
        answered = decoded(run(msgspec.msgpack.encode(asked)), PipeAnswer)
        if answered.refusal == NOBODY_TYPED:
            raise platform.NobodyTypedError
        if answered.refusal:
            raise _error(answered)
    approval = Approval.decode(answered.approval)
    _require_what_was_asked(session, question, approval, here)
    _take_in(session, approval, answered)
    return approval


def _require_what_was_asked(
    session: Session, question: ApprovalQuestion, approval: Approval, seats: Sequence[SeatId]
) -> None:
    certificate = session.directory.certificates.get(SeatId(approval.approver))
    asked = (session.vault, question.act, question.digest, session.seat, question.expires_ms)
    given = (approval.vault, approval.act, approval.digest, approval.requester, approval.expires_ms)
    if (
        asked != given
        or approval.approver not in seats
        or approval.why not in question.reasons
        or certificate is None
        or not approval.is_signed_by(certificate.identity, is_signed_raw)
    ):
        raise VerificationError(Message("the second process gave another approval than was asked for"))


def _take_in(session: Session, approval: Approval, answered: PipeAnswer) -> None:
    """Write what the second seat's log gained, if it is no more than an approval and the whole log still holds."""
    origin, added = Origin(answered.origin), answered.rows
    with session.log.lock, session.database.transaction() as rows:
        size = rows.size(origin)
        _require_no_more(rows, approval, origin, added)
        added.put_into(rows)
        genesis = genesis_of(rows, origin)
        whole = size + len(added.operations)
        if genesis is None or genesis.seat != approval.approver or report_of(rows, origin).size != whole:
            raise VerificationError(
                Message("the second person's log does not verify with what came back; nothing was accepted")
            )


def _require_no_more(rows: Rows, approval: Approval, origin: Origin, added: RowSet) -> None:
    """Refuse everything that an approval does not need, whoever made it."""
    size, count = rows.size(origin), len(added.operations)
    lists = [decode_items(row.list) for row in added.operations]
    items = [item for listed in lists[:-1] for item in listed]
    listed_digests = {item.digest for item in items}
    notices = [read_notice(epoch) for epoch in added.epochs]
    fits = (
        0 < count <= _MOST_ENTRIES
        and [(row.origin, row.seq) for row in added.operations] == [(origin, size + n) for n in range(count)]
        and lists[-1] == (Item.of_bytes(ItemKind.APPROVAL, approval.encode()),)
        and all(item.kind in _OF_A_PERIOD for item in items)
        and not (added.geneses or added.versions or added.version_keys)
        and all(notice is not None and notice.kind is CompartmentKind.AUDIT for notice in notices)
        and {row.digest for row in added.epochs} | {row.epoch + row.seat for row in added.grants} <= listed_digests
        and {row.origin for row in added.checkpoints} | {row.origin for row in added.tiles} <= {origin}
        and all(row.seat == approval.approver and row.purpose in _LOCAL for row in added.locals)
    )
    if not fits:
        raise VerificationError(Message("the second process wrote more than an approval; nothing was accepted"))


def _error(answered: PipeAnswer) -> VaultError:
    """Raise here what the second process met there; its words are this program's own."""
    known = (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VaultError))
    kind = next((kind for kind in known if kind.code == answered.refusal), VerificationError)
    return kind(Message("{said}", said=answered.message), next_step=Message("{said}", said=answered.advice))
