"""What a person reads before an erasure: what goes, in their words, what stays and names the people, what stops it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vault.access.session import Session
from vault.casework.intake import RegisterEntry
from vault.casework.papers.document import Document
from vault.ids import CompartmentId, MemberId, RecordId, short_id
from vault.policy.roles import Action
from vault.services.cases.holds import held
from vault.services.erasures.described import described, note_look
from vault.services.erasures.drafts import drafts_naming
from vault.services.erasures.letter import (
    counts_in_words,
    earlier_titles_in_words,
    elsewhere_in_words,
    exports_in_words,
    packages_in_words,
    shared_in_words,
)
from vault.services.erasures.mentions import Named, Titles, named_elsewhere, named_in, perhaps_named, titles_naming
from vault.services.erasures.what_goes import Going
from vault.services.erasures.whose_words import WhoseWords, in_a_line, listed_names, opened_of, whose_words
from vault.services.projection.authors import names_of_members
from vault.services.projection.places import name_of
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

_MOST_LISTED = 20


def preview(session: Session, going: Going, *, needs_second: bool) -> list[Words]:
    """Return what goes and what stays, for the question whether to erase it; first what stops it.

    That these records were looked at is in the log before.
    """
    rule = session.require(Action.MEMBER_LIST)
    named = named_elsewhere(session, going)
    known = {(each.case, each.record) for each in named}
    perhaps = [each for each in perhaps_named(session, going) if (each.case, each.record) not in known]
    titles = titles_naming(session, going)
    opened = [version for version in opened_of(session, going.versions) if version.content.kind != RegisterEntry.KIND]
    found = whose_words(session, (version for version in opened if version.id not in going.quarantined))
    unseen = whose_words(session, (version for version in opened if version.id in going.quarantined))
    shown = [*named[:_MOST_LISTED], *perhaps[:_MOST_LISTED]]
    kinds = Counter([*(each.kind for each in (*found, *unseen)), *(each.kind for each in shown)])
    note_look(session, kinds, [*going.cases, *titles.now, *(each.case for each in shown)], rule)
    lines: list[Words] = [*_held(session, going)]
    if going.nothing_goes:
        lines.append(Message("Nothing is erased while the hold stands. This was asked for:"))
    else:
        lines.append(Message("This is erased for good, with every earlier version:"))
    lines += counts_in_words(going)
    lines += _listed(session, found)
    lines += _quarantined(session, unseen)
    if going.cases:
        lines.append(Message("In: {cases}.", cases=", ".join(map(str, going.cases.values()))))
    if going.elsewhere:
        lines.append(elsewhere_in_words(going))
    if going.whole:
        lines.append(Message("The case goes as a whole: nobody can write in it any more."))
    lines += _naming(session, going, titles, named, perhaps)
    if not going.names:
        lines += _claimed(session, going)
    lines += _shared(session, going)
    if going.packages:
        lines.append(packages_in_words(going))
    if going.exports:
        lines.append(exports_in_words(going))
    if needs_second:
        lines.append(Message("It is more than one case or ten records: a second person has to approve it."))
    return lines


def _listed(session: Session, found: Sequence[WhoseWords]) -> Iterator[Words]:
    """Yield what goes, in a person's words: first what colleagues wrote, who lose it too."""
    names = names_of_members(session)
    others = [each for each in found if set(each.authors) != {session.member}]
    own = [each for each in found if set(each.authors) == {session.member}]
    if others:
        yield plural(
            "{count} of these records is by a colleague, at least in part: {names}.",
            "{count} of these records are by colleagues, at least in part: {names}.",
            count=len(others),
            names=_colleagues(session, names, others),
        )
    yield from (in_a_line(session, names, each) for each in [*others, *own][:_MOST_LISTED])
    yield from _more(len(found))


def _quarantined(session: Session, found: Sequence[WhoseWords]) -> Iterator[Words]:
    """Yield what goes and is valid for nobody."""
    if not found:
        return
    names = names_of_members(session)
    yield plural(
        "{count} saved change that is set aside goes too, by: {names}. Nobody sees it now, but would if its author gets"
        " the case again.",
        "{count} saved changes that are set aside go too, by: {names}. Nobody sees them now, but would if their authors"
        " get the case again.",
        count=sum(len(each.versions) for each in found),
        names=listed_names(names, (author for each in found for author in each.authors)),
    )
    yield from (in_a_line(session, names, each) for each in found[:_MOST_LISTED])
    yield from _more(len(found))


def _colleagues(session: Session, names: dict[MemberId, str], found: Iterable[WhoseWords]) -> str:
    return listed_names(names, {author for each in found for author in each.authors} - {session.member})


def _naming(
    session: Session, going: Going, titles: Titles, named: Sequence[Named], perhaps: Sequence[Named]
) -> Iterator[Words]:
    """Yield what stays and names the people who go, or may: the titles of cases first."""
    if titles.now:
        yield plural(
            "The title of {count} case has a name of these people in it. Give the case another title: then search does"
            " not find this one. The history of the case keeps it until the whole case is erased:",
            "The titles of {count} cases have names of these people in them. Give the cases other titles: then search"
            " does not find these. The history of each case keeps its own until the whole case is erased:",
            count=len(titles.now),
        )
        yield from (f"  {name_of(session, case)}  {title}" for case, title in titles.now.items())
    if titles.before:
        yield earlier_titles_in_words(titles.before)
    if named:
        yield plural(
            "{count} other record names these people and stays: look at it, and erase it or correct it.",
            "{count} other records name these people and stay: look at them, and erase or correct them.",
            count=len(named),
        )
        yield from _places(session, named)
    if perhaps:
        yield plural(
            "{count} record may also mention them, by one name alone. It stays unless you erase it.",
            "{count} records may also mention them, by one name alone. They stay unless you erase them.",
            count=len(perhaps),
        )
        yield from _places(session, perhaps)
    if unfinished := drafts_naming(session, going):
        yield plural(
            "{count} unfinished text of yours may name these people and stays: finish it, or throw it away.",
            "{count} unfinished texts of yours may name these people and stay: finish them, or throw them away.",
            count=unfinished,
        )


def _places(session: Session, named: Sequence[Named]) -> Iterator[Words]:
    """Yield where records stand that stay, with the ids by which they are erased."""
    shown: Mapping[tuple[CompartmentId, RecordId], Named] = {
        (each.case, each.record): each for each in named[:_MOST_LISTED]
    }
    known = described(session, {place: each.kind for place, each in shown.items()})
    titles = {(each.home, each.record): each for each in known}
    for place, each in shown.items():
        said = titles.get(place)
        yield Message(
            "  {day}  {kind}  {title}  in {case}  id {id}",
            day="" if said is None else said.day,
            kind=word_of(each.kind),
            title="" if said is None else said.title,
            case=each.ref,
            id=short_id(each.record),
        )
    yield from _more(len(named))


def _shared(session: Session, going: Going) -> Iterator[Words]:
    """Yield which contents stay, and the papers that name them."""
    count, papers = going.shared
    if count:
        yield shared_in_words(going)
        yield from _places(session, named_in(session, dict.fromkeys(papers, Document.KIND)))


def _claimed(session: Session, going: Going) -> Iterator[Words]:
    """Yield which records stay because their versions disagree."""
    if going.claimed:
        yield plural(
            "{count} record stays: one of its versions says that it belongs to this, another does not. Look at it.",
            "{count} records stay: one of the versions of each says that it belongs to this, another does not."
            " Look at them.",
            count=len(going.claimed),
        )
        yield from _places(session, named_in(session, going.claimed))


def _more(count: int) -> Iterator[Words]:
    if count > _MOST_LISTED:
        yield Message("  and {count} more", count=count - _MOST_LISTED)


def _held(session: Session, going: Going) -> Iterator[Message]:
    """Yield which of the cases are on legal hold, why, until when at least, and how much stays in them."""
    for each in going.held:
        if (found := held(session, each.case)) is None:
            continue
        if going.nothing_goes:
            yield Message(
                "{case} is on legal hold and nothing of it is erased. Reason: {reason}. To be reviewed on {day}.",
                case=each.name,
                reason=found.value.reason,
                day=found.value.review,
            )
        else:
            yield plural(
                "{case} is on legal hold: {count} record there stays. Reason: {reason}. To be reviewed on {day}.",
                "{case} is on legal hold: {count} records there stay. Reason: {reason}. To be reviewed on {day}.",
                case=each.name,
                count=each.records,
                reason=found.value.reason,
                day=found.value.review,
            )
