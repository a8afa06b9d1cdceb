"""A second person who is somewhere else: the question goes in a sealed file, the answer comes back in another.

The answer counts once the approving operation is here too, by a bundle: the file alone proves nothing to the log.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from vault.access.second_person.questions import Wanted, decode_wanted
from vault.access.session import Session
from vault.durations import DAY_MS
from vault.errors import BrokenSealError, MalformedError, RefusedError, UsageError, WaitingForDecisionError
from vault.export.made_again import require_made_from_data
from vault.ids import ID_SIZE, MemberId, SeatId
from vault.log.approvals import APPROVAL_PURPOSE, APPROVE_ACT, Approval, approval_id
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.seal.letters import LETTER_LIMIT, open_letter, seal_letter
from vault.services.approvals.approving import APART_MS, APPROVERS, ASKED_BY_FILE, approver_named, approvers
from vault.services.projection.approval_checks import listings_of
from vault.store.files import read_limited, write_durable
from vault.words.message import Message
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way: for whom, what it is about, and the file."""

    names: tuple[str, ...]
    digest: bytes
    file: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that came: who asks, by the roster, and what."""

    requester: SeatId
    member: MemberId
    wanted: Wanted = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An approval that was given: durable in this member's log, and the file for the one who asked."""

    approval: Approval
    member: MemberId
    file: bytes = field(repr=False)


class _Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    seat: bytes
    content: bytes


def ask_apart(session: Session, wanted: Wanted, name: str | None = None) -> Asked:
    """Seal a question to those who may approve, or to one of them by name.

    Raises:
        RefusedError, NotFoundError: as `approving.approver_named`.
    """
    chosen = approvers(session) if name is None else [approver_named(session, name)]
    wanted_members = {approver.member for approver in chosen}
    certificates = session.directory.effective.certificates
    seats = [(seat, item.kem) for seat, item in sorted(certificates.items()) if MemberId(item.member) in wanted_members]
    letter = _Letter("question", session.seat, msgspec.msgpack.encode(wanted))
    file = seal_letter(msgspec.msgpack.encode(letter), session.vault, seats)
    return Asked(tuple(approver.name for approver in chosen), wanted.digest, file)


def read_question(session: Session, path: Path) -> Question:
    """Return the question in a file for this member, if this program makes the same files of the text that it shows.

    What it is about can be told here from the files alone, so it is about an export, whose pages say what is shown.

    Raises:
        MalformedError, BrokenSealError: no question, or not for this device.
        VerificationError: it shows other files than the approval would be for, or such as this program does not make.
        RefusedError: who asks is not in the newest roster, or is this very member; or it is about another act.
    """
    session.require(Action.APPROVE)
    try:
        letter = _opened(session, path, "question")
    except BrokenSealError:
        raise BrokenSealError(
            Message("this question is not for this device, or it was altered"),
            next_step=Message("It opens for those whom it asks. Nobody approves what they ask for themselves."),
        ) from None
    certificate = session.directory.effective.certificates.get(letter.seat)
    if certificate is None:
        raise RefusedError(
            Message("who asks is not in the newest roster"), next_step=Message("Import the newest bundle first.")
        )
    if MemberId(certificate.member) == session.member:
        raise RefusedError(Message("nobody can approve their own question"), next_step=Message("Ask another member."))
    wanted = decode_wanted(letter.content)
    if wanted.act not in ASKED_BY_FILE:
        raise RefusedError(
            Message("a question in a file is about an export; this one is about another act"),
            next_step=Message("That is approved at the keyboard of a device that both of you use."),
        )
    wanted.require_whole()
    require_made_from_data(wanted.contents, profile=wanted.of.get("profile"), purpose=wanted.of.get("purpose"))
    return Question(SeatId(letter.seat), MemberId(certificate.member), wanted)


def give(session: Session, path: Path, *, why: str) -> Answer:
    """Approve what a question asks: signed, and durable in this member's own log before the file is returned.

    Raises:
        UsageError: no reason among those of the question.
        RefusedError: the question is too old; or as `read_question`.
        VerificationError: the log is in doubt; or as `read_question`.
    """
    rule = session.require(Action.APPROVE)
    session.require_sound_log(session.directory.compartment)
    question = read_question(session, path)
    wanted, now_ms = question.wanted, session.log.now_ms()
    if why not in wanted.reasons:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(wanted.reasons)))
    if not now_ms <= wanted.expires_ms <= now_ms + APART_MS + DAY_MS:
        raise RefusedError(
            Message("the question has expired, or would be open for too long"), next_step=Message("Let them ask again.")
        )
    role = min(role.value for role in session.roles if role.value in APPROVERS)
    unsigned = Approval(
        vault=session.vault,
        act=wanted.act,
        digest=wanted.digest,
        requester=question.requester,
        approver=session.seat,
        role=role,
        why=why,
        expires_ms=wanted.expires_ms,
        nonce=secrets.token_bytes(ID_SIZE),
    )
    approval = unsigned.signed(session.sign(APPROVAL_PURPOSE, unsigned.unsigned())[1])
    with session.work() as work:
        work.list_approval(approval.encode())
        work.commit(
            Entry(
                act=APPROVE_ACT,
                why=why,
                obj=wanted.subject,
                dig=wanted.digest,
                deleg=question.requester,
                pol=rule,
            )
        )
    kem = session.directory.effective.certificates[question.requester].kem
    letter = _Letter("answer", session.seat, approval.encode())
    file = seal_letter(msgspec.msgpack.encode(letter), session.vault, [(question.requester, kem)])
    return Answer(approval, question.member, file)


def read_answer(session: Session, path: Path) -> Approval:
    """Return the approval in a file that came back. Whether it is valid, `approving.require_valid` asks.

    Raises:
        MalformedError, BrokenSealError: no answer, or not for this device.
        WaitingForDecisionError: the approving operation is not here yet.
    """
    session.require(Action.MEMBER_LIST)
    approval = Approval.decode(_opened(session, path, "answer").content)
    with session.database.reading() as rows:
        listed = listings_of(session, rows).get(approval_id(approval.encode()), [])
    if not any(listing.seat == approval.approver for listing in listed):
        raise WaitingForDecisionError(
            Message("the operation that approves is not here yet: the file alone proves nothing"),
            next_step=Message(
                "Import a bundle from the member who approved: {import_bundle}; then repeat the command.",
                import_bundle=NextStep.IMPORT_BUNDLE,
            ),
        )
    return approval


def keep(path: Path, content: bytes) -> None:
    """Write a question, an answer or a file of a question in a place where nothing is.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room.
    """
    if path.exists():
        raise RefusedError(Message("there is something at this place already"), next_step=Message("Name a new file."))
    write_durable(path, content)


def _opened(session: Session, path: Path, kind: str) -> _Letter:
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
