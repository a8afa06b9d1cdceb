"""What a question about an erasure is about, by the rows of who is asked: the asker's words show nothing of it."""

from __future__ import annotations

from collections import Counter

from vault.access.session import Session
from vault.errors import MalformedError, RefusedError
from vault.ids import DIGEST_SIZE, MemberId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.services.approvals.question import Question
from vault.services.erasures.described import note_look
from vault.services.erasures.whose_words import in_a_line, listed_names, whose_words
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Words, plural


def erasure_shown(session: Session, question: Question, asker: MemberId) -> tuple[Words, ...]:
    """Return what would go, as this member's own vault has it: first what others than the asker wrote.

    There is a line for each record and kind, with all authors: which version is the newest, their programs say. The
    look is in the log before.

    Raises:
        MalformedError: it names no versions.
        RefusedError: one of them is not here, or this member cannot open it.
    """
    rule = session.require(Action.APPROVE)
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
