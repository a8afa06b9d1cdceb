"""A second person who is somewhere else: the question goes in a sealed file, the answer comes back in another.

The answer counts once the approving operation is here too, by a bundle: the file alone proves nothing to the log.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from vault.access.session import Session
from vault.durations import DAY_MS
from vault.errors import BrokenSealError, MalformedError, RefusedError, WaitingForDecisionError
from vault.export.archive import DATA, REPORT
from vault.ids import MemberId, SeatId
from vault.log.approvals import Approval, approval_id
from vault.policy.roles import Action
from vault.seal.recipients import LETTER_LIMIT, open_letter, seal_letter
from vault.services.approvals.answer import approve, require_another
from vault.services.approvals.approving import APART_MS, ASKED_BY_FILE, Approver
from vault.services.approvals.question import Question, decode_question
from vault.services.approvals.shown_here import shown_here
from vault.services.projection.approval_checks import listings_of
from vault.services.projection.authors import name_in, names_of_members
from vault.store.files import as_received, read_limited, require_new, write_new
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

_Kind = Literal["question", "answer"]


@dataclass(frozen=True, slots=True)
class Received:
    """A question that came: who asks, by the roster, and what; `shown` is what this vault itself says of it."""

    requester: SeatId
    member: MemberId
    name: str = field(repr=False)
    question: Question = field(repr=False)
    shown: tuple[Words, ...] = field(default=(), repr=False)


class _Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    seat: bytes
    content: bytes


def ask(session: Session, question: Question, chosen: Collection[Approver], out: Path) -> None:
    """Seal a question to these members, into a new file.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room.
    """
    members = {approver.member for approver in chosen}
    seats = [seat for seat, item in sorted(session.directory.effective.certificates.items()) if item.member in members]
    _write(session, out, "question", msgspec.msgpack.encode(question), seats)


def write_files(question: Question, folder: Path) -> None:
    """Write the files of a question that was read into a new folder, in clear, under the names that a report has.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room.
    """
    require_new(folder)
    folder.mkdir(mode=0o700)
    for name in (REPORT, DATA):  # never a name out of the question: it could be a path
        if name in question.contents:
            write_new(folder / name, question.contents[name])


def read_question(session: Session, path: Path) -> Received:
    """Return the question in a file for this member, if this program makes the same files of the text that it shows.

    What it is about can be told here: from the files alone, of an export, whose pages say what is shown; from this
    member's own rows, of another act.

    Raises:
        MalformedError, BrokenSealError: no question, or not for this device.
        VerificationError: it shows other files than the approval would be for, or such as this program does not make.
        RefusedError: who asks is not in the newest roster, or is this very member; or it is about another act; or as
            `shown_here`.
    """
    session.require(Action.APPROVE)
    try:
        letter = _opened(session, path, "question")
    except BrokenSealError:
        raise BrokenSealError(
            Message("this question is not for this device, or it was altered"),
            next_step=Message("Only the members whom it asks can open it. Nobody can approve their own request."),
        ) from None
    member = require_another(session.directory, letter.seat, session.member)
    question = decode_question(letter.content)
    if question.act not in ASKED_BY_FILE:
        raise RefusedError(
            Message("this question is about an act that is not approved by file"),
            next_step=Message("That is approved at the keyboard of a device that both of you use."),
        )
    question.require_true()
    shown = shown_here(session, question, member)
    return Received(SeatId(letter.seat), member, name_in(names_of_members(session), member), question, shown)


def give(session: Session, path: Path, out: Path, *, why: str) -> tuple[Approval, str]:
    """Approve what a question asks: signed, and durable in this member's own log before the answer is written.

    Returns:
        The approval, which is in the new file `out`, and the name of the member who asked.

    Raises:
        UsageError: no reason among those of the question.
        RefusedError: the question is too old; there is something at `out` already; or as `read_question`.
        VerificationError: the log is in doubt; or as `read_question`.
    """
    rule = session.require(Action.APPROVE)
    session.require_sound_log(session.directory.compartment)
    require_new(out)
    received, now_ms = read_question(session, path), session.log.now_ms()
    if not now_ms <= received.question.expires_ms <= now_ms + APART_MS + DAY_MS:
        raise RefusedError(
            Message("the question has expired, or would be open for too long"), next_step=Message("Let them ask again.")
        )
    approval = approve(
        received.question,
        session.work,
        vault=session.vault,
        requester=received.requester,
        approver=session.seat,
        roles=session.roles,
        why=why,
        sign=lambda purpose, message: session.sign(purpose, message)[1],
        rule=rule,
    )
    _write(session, out, "answer", approval.encode(), [received.requester])
    return approval, received.name


def read_answer(session: Session, path: Path) -> Approval:
    """Return the approval in a file that came back. Whether it is valid, `approving.require_valid` asks.

    Raises:
        MalformedError, BrokenSealError: no answer, or not for this device.
        WaitingForDecisionError: the approving operation is not here yet.
    """
    session.require(Action.MEMBER_LIST)
    approval = Approval.decode(_opened(session, path, "answer").content)
    with session.database.reading() as rows:
        wanted = approval_id(approval.encode())
        listed = listings_of(session, rows, session.authority(rows), approval=wanted).get(wanted, [])
    if not any(listing.seat == approval.approver for listing in listed):
        raise WaitingForDecisionError(
            Message("the log entry of the approval is not here yet: the file alone proves nothing"),
            next_step=Message(
                "Import a bundle of the member who approved it: {import_bundle}; then repeat the command.",
                import_bundle=NextStep.IMPORT_BUNDLE,
            ),
        )
    return approval


def _write(session: Session, path: Path, kind: _Kind, content: bytes, seats: list[bytes]) -> None:
    certificates = session.directory.effective.certificates
    letter = msgspec.msgpack.encode(_Letter(kind, session.seat, content))
    require_new(path)
    write_new(path, seal_letter(letter, session.vault, [(seat, certificates[seat].kem) for seat in seats]))


def _opened(session: Session, path: Path, kind: _Kind) -> _Letter:
    with as_received():
        untrusted = read_limited(path, LETTER_LIMIT)
        content = open_letter(session.kem_private, session.seat, session.vault, untrusted)
        try:
            letter = msgspec.msgpack.decode(content, type=_Letter)
        except (RecursionError, ValueError):
            raise MalformedError(Message("the file cannot be read")) from None
    if letter.kind != kind:
        raise MalformedError(
            Message(
                "the file is no {kind}, but a {what}",
                kind=kind,
                what=Message("question") if kind == "answer" else Message("answer"),
            )
        )
    return letter
