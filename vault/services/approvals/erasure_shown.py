"""What a question about an erasure is about, by the rows of whoever is asked: the asker's words show nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vault.access.session import Session
from vault.errors import MalformedError, NotFoundError, RefusedError, VerificationError
from vault.ids import DIGEST_SIZE, CompartmentId, RecordId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.services.approvals.question import Question
from vault.services.erasures.described import day_and_title
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, Words, plural

_MOST_PSEUDONYMS = 64


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
    _note_look(session, newest, rule)
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


def _note_look(session: Session, shown: dict[tuple[CompartmentId, RecordId], OpenedVersion], rule: str) -> None:
    audits = list(_audits(session, shown))[:_MOST_PSEUDONYMS]
    with session.work() as work:
        covers = Counter(version.content.kind for version in shown.values())
        work.commit(Entry(act="case.view", why="erase", objs=tuple(audits), covers=covers, pol=rule))


def _audits(session: Session, shown: dict[tuple[CompartmentId, RecordId], OpenedVersion]) -> Iterator[bytes]:
    for home in dict.fromkeys(home for home, _ in shown):
        try:
            yield audit_of(session, home)
        except (NotFoundError, VerificationError):
            continue  # a section, the intake or the register
