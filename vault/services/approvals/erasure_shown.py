"""What a question about an erasure is about, by the rows of who is asked: the asker's words show nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from vault.access.session import Session
from vault.errors import MalformedError, RefusedError
from vault.ids import DIGEST_SIZE, CompartmentId, MemberId, RecordId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.services.approvals.question import Question
from vault.services.erasures.described import day_and_title, note_look
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message, Words, plural


@dataclass(frozen=True, slots=True)
class _Going:
    """One record of one kind, with all of its versions that would go, the newest first, and who wrote each."""

    home: CompartmentId
    versions: tuple[OpenedVersion, ...]
    authors: tuple[MemberId | None, ...]


def erasure_shown(session: Session, question: Question, asker: MemberId) -> tuple[Words, ...]:
    """Return what would go, as this member's own vault has it: first what others than the asker wrote.

    There is a line for each record and kind, with all authors: which version is the newest, their programs say. The
    look is in the log before.

    Raises:
        MalformedError: it names no versions.
        RefusedError: one of them is not here, or this member cannot open it.
    """
    rule = session.require(Action.APPROVE)
    found = _by_record(session, _opened(session, _named(question)))
    note_look(session, Counter(each.versions[0].content.kind for each in found), [each.home for each in found], rule)
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
                others=_listed(names, others),
            )
        )
        lines += [_line(session, names, each) for each in of_others]
    if own:
        lines.append(
            plural(
                "{count} is by {name}, who asks, and by nobody else:",
                "{count} are by {name}, who asks, and by nobody else:",
                count=len(own),
                name=name_in(names, asker),
            )
        )
        lines += [_line(session, names, each) for each in own]
    return (*lines, "")


def _by_record(session: Session, opened: Iterable[OpenedVersion]) -> list[_Going]:
    versions: dict[tuple[CompartmentId, RecordId, str], list[OpenedVersion]] = {}
    for version in sorted(opened, key=lambda each: each.content.clock):
        versions.setdefault((version.compartment, version.record, version.content.kind), []).insert(0, version)
    members = members_of_logs(session, {each.origin for some in versions.values() for each in some})
    return [
        _Going(home, tuple(some), tuple(members.get(each.origin) for each in some))
        for (home, _, _), some in versions.items()
    ]


def _line(session: Session, names: dict[MemberId, str], going: _Going) -> Message:
    newest, *earlier = going.versions
    day, title = day_and_title(newest.content)
    said = {
        "day": day,
        "kind": newest.content.kind,
        "title": title,
        "case": name_of(session, going.home),
        "name": name_in(names, going.authors[0]),
    }
    if not earlier:
        return Message("  {day}  {kind}  {title}  in {case}, by {name}", **said)
    return plural(
        "  {day}  {kind}  {title}  in {case}, by {name}, and {count} earlier version, by {others}",
        "  {day}  {kind}  {title}  in {case}, by {name}, and {count} earlier versions, by {others}",
        count=len(earlier),
        others=_listed(names, going.authors[1:]),
        **said,
    )


def _listed(names: dict[MemberId, str], members: Iterable[MemberId | None]) -> str:
    return ", ".join(sorted({name_in(names, member) for member in members}))


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
