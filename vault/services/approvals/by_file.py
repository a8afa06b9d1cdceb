"""A second person who is somewhere else: the question goes in a sealed file, the answer comes back in another.

The answer counts once the approving operation is here too, by a bundle: the file alone proves nothing to the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from vault.access.session import Session
from vault.durations import DAY_MS
from vault.errors import (
    BrokenSealError,
    MalformedError,
    NotAsShownError,
    RefusedError,
    WaitingForDecisionError,
)
from vault.export.archive import MANIFEST, SIGNATURE, names_in
from vault.ids import DIGEST_SIZE, ID_SIZE, CompartmentId, CompartmentKind, MemberId, SeatId
from vault.index.case_pages import row_of
from vault.log.approval import Approval, approval_id
from vault.policy.clocks import has_expired
from vault.policy.decide import may
from vault.policy.roles import Action
from vault.records.seatlog import decoded
from vault.records.versions import OpenedVersion, open_each
from vault.redaction.source import dossier_source
from vault.seal.recipients import LETTER_LIMIT, open_letter, seal_letter
from vault.services.approvals.question import ApprovalQuestion, approve, decode_question, require_another
from vault.services.approvals.second_person import APART_MS, ASKED_BY_FILE, LONGEST_MS, Approver
from vault.services.cases.cases import view
from vault.services.cases.editing import KINDS
from vault.services.erasures.preview import in_a_line, listed_names, note_look, whose_words
from vault.services.grants.timed_grants import last_day
from vault.services.projection.approval_checks import BREAK_GLASS, ERASE, listings_of
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import cases_called, up_to_date_index
from vault.services.projection.stored_records import stored_of_kind
from vault.store.files import as_received, read_limited, require_new, write_new
from vault.words.message import Message, Words, plural
from vault.words.next_step import NextStep

# What a question in a file is about, by the rows of who is asked: the asker's words show nothing of it.

_WHY = "legal-referral"  # for which somebody looks at a case that would leave
_NAMES_NOTHING = Message("a question about opening a case names no case, day or device")


def shown_here(session: Session, question: ApprovalQuestion, asker: MemberId) -> tuple[Words, ...]:
    """Return what a question is about, as this member's own vault has it; of an export its files say that.

    They do not say of which case: a report has a reference of its own. That, a member who holds the case is told.

    Raises:
        MalformedError: it names nothing of its act.
        RefusedError: some of what would be erased is not here, or this member cannot open it; or what would be opened
            is for a device that is not known here, or for this very member.
    """
    rule = session.require(Action.APPROVE)
    if question.act == ERASE:
        return _erasure(session, question, asker, rule)
    return _glass(session, question) if question.act == BREAK_GLASS else _export(session, question)


def own_texts(session: Session, question: ApprovalQuestion) -> tuple[str, ...]:
    """Return all texts of the case that an export is of, where this member holds it; the look is in the log before.

    Which case it is, its pseudonym in the log says.
    """
    session.require(Action.APPROVE)
    case = _case_of(session, question)
    if question.report is None or case is None:
        return ()
    versions = view(session, case, why=_WHY)
    source = dossier_source(
        (stored.record, stored.version, stored.value)
        for kind in KINDS.values()
        for stored in stored_of_kind(versions, kind)
    )
    return tuple(text for record in source.records for each in record.fields for text in each.values)


def _case_of(session: Session, question: ApprovalQuestion) -> CompartmentId | None:
    if question.subject is None or not may(session.roles, Action.CASE_READ, holds_case=True).allowed:
        return None
    return cases_called(session, {question.subject}).get(question.subject)


def _export(session: Session, question: ApprovalQuestion) -> tuple[Words, ...]:
    case = _case_of(session, question)
    row = None if case is None else row_of(session.index(), case)
    return () if row is None else (Message("Your own vault says: this report is of the case {ref}.", ref=row.ref), "")


def _glass(session: Session, question: ApprovalQuestion) -> tuple[Words, ...]:
    """Return to whom a case would be opened, and until when. The case itself need not be open to who is asked."""
    case, until, seats = (question.of.get(name) for name in ("case", "until", "seats"))
    if not (isinstance(case, bytes) and isinstance(until, int) and isinstance(seats, list) and seats):
        raise MalformedError(_NAMES_NOTHING)
    if not all(isinstance(seat, bytes) for seat in seats) or len(case) != ID_SIZE:
        raise MalformedError(_NAMES_NOTHING)
    state, now_ms = session.state_of(CompartmentId(case)), session.clock().trusted_ms
    if state is not None and state.kind is not CompartmentKind.CASE:
        raise RefusedError(Message("what would be opened is no case: nobody approves that"))
    if has_expired(until, now_ms) or until > now_ms + LONGEST_MS + APART_MS + DAY_MS:
        raise RefusedError(Message("the case would be open too long, or the day has passed: nobody approves that"))
    certificates = [session.directory.certificates.get(SeatId(seat)) for seat in seats]
    members = {None if each is None else MemberId(each.member) for each in certificates}
    member = next(iter(members))
    if len(members) > 1 or member is None:
        raise RefusedError(
            Message("the case would be opened to a device that is not known here: nobody approves that"),
            next_step=Message("Import a bundle from them first, then open the question again."),
        )
    if member == session.member:
        raise RefusedError(Message("the case would be opened to you: somebody else has to approve that"))
    row = row_of(up_to_date_index(session), CompartmentId(case))
    called: Words = Message("a case that is not open to you") if row is None else row.ref
    name = name_in(names_of_members(session), member)
    opens = Message("Your own vault says: {case} would be open to {name} until the end of {day}.",
                    case=called, name=name, day=last_day(until))  # fmt: skip
    return (opens, "")


def _erasure(session: Session, question: ApprovalQuestion, asker: MemberId, rule: str) -> tuple[Words, ...]:
    """Return what would go: first what others than the asker wrote.

    There is a line for each record and kind, with all authors: which version is the newest, their programs say. The
    look is in the log before.
    """
    found = whose_words(session, _opened_here(session, _named(question)))
    note_look(session, Counter(each.kind for each in found), [each.home for each in found], rule)
    names = names_of_members(session)
    of_others = [each for each in found if set(each.authors) != {asker}]
    own = [each for each in found if set(each.authors) == {asker}]
    said = plural(
        "Your own vault says what would go: {count} record.",
        "Your own vault says what would go: {count} records.",
        count=len(found),
    )
    lines: list[Words] = [said]
    if of_others:
        others = {author for each in of_others for author in each.authors} - {asker}
        lines.append(
            plural(
                "{count} of these was written, at least in part, by others than {name}, who asks: {others}.",
                "{count} of these were written, at least in part, by others than {name}, who asks: {others}.",
                count=len(of_others),
                name=name_in(names, asker),
                others=listed_names(names, others),
            )
        )
        lines += [in_a_line(session, names, each) for each in of_others]
    if own:
        lines.append(
            plural(
                "{count} is by {name}, who asks, and by nobody else:",
                "{count} are by {name}, who asks, and by nobody else:",
                count=len(own),
                name=name_in(names, asker),
            )
        )
        lines += [in_a_line(session, names, each) for each in own]
    return (*lines, "")


def _named(question: ApprovalQuestion) -> set[bytes]:
    named = question.of.get("versions")
    if not isinstance(named, list) or not named:
        raise MalformedError(Message("a question about an erasure names no versions"))
    if not all(isinstance(version, bytes) and len(version) == DIGEST_SIZE for version in named):
        raise MalformedError(Message("a question about an erasure names no versions"))
    return set(named)


def _opened_here(session: Session, named: set[bytes]) -> list[OpenedVersion]:
    with session.database.reading() as rows:
        sealed = [
            each
            for origin, seq, n, version in rows.keys_named(sorted(named))
            for each in rows.version_at(origin, seq, n)
            if each.id == version
        ]
    opened: dict[bytes, OpenedVersion] = {}
    for each in sealed:
        found, _ = open_each([each], vault=session.vault, keyring=session.keyring)
        opened.update({version.id: version for version in found if session.holds(version.compartment)})
    if opened.keys() != named:
        raise RefusedError(
            Message(
                "some of what would be erased is not here, or you cannot open it: nobody approves what they cannot see"
            ),
            next_step=Message("Import the newest bundle, or let them ask a member who holds the same cases."),
        )
    return list(opened.values())


_Kind = Literal["question", "answer"]


@dataclass(frozen=True, slots=True)
class Received:
    """A question that came: who asks, by their device, and what; `shown` is what this vault itself says of it."""

    requester: SeatId
    member: MemberId
    name: str = field(repr=False)
    question: ApprovalQuestion = field(repr=False)
    shown: tuple[Words, ...] = field(default=(), repr=False)


class _Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    seat: bytes
    content: bytes


def ask(session: Session, question: ApprovalQuestion, chosen: Collection[Approver], out: Path) -> None:
    """Seal a question to these members, into a new file.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room.
    """
    members = {approver.member for approver in chosen}
    seats = [seat for seat, item in sorted(session.directory.certificates.items()) if item.member in members]
    _write(session, out, "question", msgspec.msgpack.encode(question), seats)


def write_files(question: ApprovalQuestion, folder: Path) -> None:
    """Write the files of a question that was read into a new folder, in clear, under the names that a report has.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room.
    """
    require_new(folder)
    folder.mkdir(mode=0o700)
    for name in names_in((*question.contents, MANIFEST, SIGNATURE)):  # never a name out of it: it could be a path
        if name in question.contents:
            write_new(folder / name, question.contents[name])


def read_question(session: Session, path: Path) -> Received:
    """Return the question in a file for this member, if this program makes the same files of the text that it shows.

    What it is about can be told here: from the files alone, of an export, whose pages say what is shown; from this
    member's own rows, of another act.

    Raises:
        MalformedError, BrokenSealError: no question, or not for this device.
        VerificationError: it shows other files than the approval would be for, or such as this program does not make.
        RefusedError: who asks is not in, or is this very member; or it is about another act; or as
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


def give(session: Session, path: Path, out: Path, *, why: str, shown: Received | None = None) -> tuple[Approval, str]:
    """Approve what a question asks: signed, and durable in this member's own log before the answer is written.

    Returns:
        The approval, which is in the new file `out`, and the name of the member who asked.

    Raises:
        UsageError: no reason among those of the question.
        NotAsShownError: the file holds another question than `shown`.
        RefusedError: the question is too old; there is something at `out` already; or as `read_question`.
        VerificationError: the log is in doubt; or as `read_question`.
    """
    rule = session.require(Action.APPROVE)
    session.require_sound_log(session.directory.compartment)
    require_new(out)
    received, now_ms = read_question(session, path), session.log.now_ms()
    if shown is not None and (received.requester, received.question) != (shown.requester, shown.question):
        raise NotAsShownError(Message("nothing is signed: the file holds another question than the one that you read"))
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
    """Return the approval in a file that came back. Whether it is valid, `second_person.require_valid` asks.

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


def _write(session: Session, path: Path, kind: _Kind, content: bytes, seats: Sequence[SeatId]) -> None:
    certificates = session.directory.certificates
    letter = msgspec.msgpack.encode(_Letter(kind, session.seat, content))
    require_new(path)
    write_new(path, seal_letter(letter, session.vault, [(seat, certificates[seat].kem) for seat in seats]))


def _opened(session: Session, path: Path, kind: _Kind) -> _Letter:
    with as_received():
        untrusted = read_limited(path, LETTER_LIMIT)
        content = open_letter(session.kem_private, session.seat, session.vault, untrusted)
        letter = decoded(content, _Letter, Message("the file cannot be read"))
    if letter.kind != kind:
        raise MalformedError(
            Message(
                "the file is no {kind}, but a {what}",
                kind=kind,
                what=Message("question") if kind == "answer" else Message("answer"),
            )
        )
    return letter
