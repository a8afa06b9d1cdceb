"""What a question about an erasure is about, by the rows of who is asked: the asker's words show nothing of it."""

from __future__ import annotations

from collections import Counter

from vault.access.session import Session
from vault.errors import MalformedError, RefusedError
from vault.ids import DIGEST_SIZE, CompartmentId, RecordId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.services.approvals.question import Question
from vault.services.erasures.described import day_and_title, note_look
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, Words, plural


def erasure_shown(session: Session, question: Question) -> tuple[Words, ...]:
    """Return what would go, record by record, as this member's own vault has it; the look is in the log before.

    Raises:
        MalformedError: it names no versions.
        RefusedError: one of them is not here, or this member cannot open it.
    """
    rule = session.require(Action.APPROVE)
    opened = _opened(session, _named(question))
    newest: dict[tuple[CompartmentId, RecordId], OpenedVersion] = {}
    for version in sorted(opened, key=lambda each: each.content.clock):
        newest[version.compartment, version.record] = version
    note_look(session, Counter(each.content.kind for each in newest.values()), [home for home, _ in newest], rule)
    names, members = names_of_members(session), members_of_logs(session, {each.origin for each in newest.values()})
    said = plural(
        "Your own vault says what would go: {count} record.",
        "Your own vault says what would go: {count} records.",
        count=len(newest),
    )
    lines: list[Words] = [said]
    for (home, _), version in newest.items():
        day, title = day_and_title(version.content)
        lines.append(
            Message(
                "  {day}  {kind}  {title}  in {case}, by {name}",
                day=day,
                kind=version.content.kind,
                title=title,
                case=name_of(session, home),
                name=name_in(names, members.get(version.origin)),
            )
        )
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
