"""What a question in a file is about, by the rows of who is asked: the asker's words show nothing of it."""

from __future__ import annotations

from collections import Counter

from vault.access.session import Session
from vault.durations import DAY_MS
from vault.errors import MalformedError, NotFoundError, RefusedError, UsageError
from vault.ids import DIGEST_SIZE, ID_SIZE, CompartmentId, CompartmentKind, MemberId, SeatId
from vault.index.case_pages import row_of
from vault.policy.clocks import has_expired
from vault.policy.decide import may
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.redaction.source import dossier_source
from vault.services.approvals.approving import APART_MS, LONGEST_MS
from vault.services.approvals.question import Question
from vault.services.cases.cases import find, view
from vault.services.cases.editing import KINDS
from vault.services.erasures.preview import in_a_line, listed_names, note_look, whose_words
from vault.services.grants.timed_grants import last_day
from vault.services.projection.approval_checks import BREAK_GLASS, ERASE
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import stored_of_kind
from vault.words.message import Message, Words, plural

_WHY = "legal-referral"  # for which somebody looks at a case that would leave
_NAMES_NOTHING = Message("a question about opening a case names no case, day or device")


def shown_here(session: Session, question: Question, asker: MemberId) -> tuple[Words, ...]:
    """Return what a question is about, as this member's own vault has it; of an export its files say that.

    Raises:
        MalformedError: it names nothing of its act.
        RefusedError: some of what would be erased is not here, or this member cannot open it; or what would be opened
            is for a device that is not known here, or for this very member.
    """
    rule = session.require(Action.APPROVE)
    if question.act == ERASE:
        return _erasure(session, question, asker, rule)
    return _glass(session, question) if question.act == BREAK_GLASS else ()


def own_texts(session: Session, question: Question) -> tuple[str, ...]:
    """Return all texts of the case that an export is of, where this member holds it; the look is in the log before.

    The pages name the case. That it is this one, its pseudonym in the log says.
    """
    session.require(Action.APPROVE)
    report = question.report
    if report is None or not may(session.roles, Action.CASE_READ, holds_case=True).allowed:
        return ()
    named = next((row.pieces[0].text for row in report.facts if row.label == report.words.reference), "")
    try:
        case = find(session, named)
        is_this = audit_of(session, case) == question.subject
    except (NotFoundError, UsageError):
        return ()
    versions = view(session, case, why=_WHY) if is_this else []
    source = dossier_source(
        (stored.record, stored.version, stored.value)
        for kind in KINDS.values()
        for stored in stored_of_kind(versions, kind)
    )
    return tuple(text for record in source.records for each in record.fields for text in each.values)


def _glass(session: Session, question: Question) -> tuple[Words, ...]:
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
    certificates = [session.directory.effective.certificates.get(SeatId(seat)) for seat in seats]
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


def _erasure(session: Session, question: Question, asker: MemberId, rule: str) -> tuple[Words, ...]:
    """Return what would go: first what others than the asker wrote.

    There is a line for each record and kind, with all authors: which version is the newest, their programs say. The
    look is in the log before.
    """
    found = whose_words(session, _opened(session, _named(question)))
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


def _named(question: Question) -> set[bytes]:
    named = question.of.get("versions")
    if not isinstance(named, list) or not named:
        raise MalformedError(Message("a question about an erasure names no versions"))
    if not all(isinstance(version, bytes) and len(version) == DIGEST_SIZE for version in named):
        raise MalformedError(Message("a question about an erasure names no versions"))
    return set(named)


def _opened(session: Session, named: set[bytes]) -> list[OpenedVersion]:
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
