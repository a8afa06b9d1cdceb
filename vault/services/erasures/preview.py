"""What a person reads before an erasure: what goes, in their words, what stays and names the people, what stops it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from vault.access.session import Session
from vault.casework.intake import RegisterEntry
from vault.casework.papers.document import Document
from vault.ids import MemberId, short_id
from vault.policy.roles import Action
from vault.services.erasures.described import (
    WhoseWords,
    described,
    in_a_line,
    listed_names,
    note_look,
    opened_of,
    whose_words,
)
from vault.services.erasures.letter import (
    counts_in_words,
    earlier_titles_in_words,
    elsewhere_in_words,
    exports_in_words,
    holds_in_plan,
    packages_in_words,
    shared_in_words,
)
from vault.services.erasures.reach import Left, Plan, Spot
from vault.services.projection.authors import names_of_members
from vault.services.projection.places import name_of
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

_MOST_LISTED = 20


def preview(session: Session, plan: Plan, *, needs_second: bool) -> list[Words]:
    """Return what goes and what stays, for the question whether to erase it; first what stops it.

    That these records were looked at is in the log before.
    """
    rule = session.require(Action.MEMBER_LIST)
    opened = [version for version in opened_of(session, plan.versions) if version.content.kind != RegisterEntry.KIND]
    found = whose_words(session, (version for version in opened if version.id not in plan.quarantined))
    unseen = whose_words(session, (version for version in opened if version.id in plan.quarantined))
    left = [*islice(plan.left.named.items(), _MOST_LISTED), *islice(plan.left.only_perhaps.items(), _MOST_LISTED)]
    kinds = Counter([*(each.kind for each in (*found, *unseen)), *(kind for _, kind in left)])
    note_look(session, kinds, [*plan.cases, *plan.left.titles, *(home for (home, _), _ in left)], rule)
    lines: list[Words] = [*_held(session, plan)]
    if plan.nothing_goes:
        lines.append(Message("Nothing is erased while the hold stands. This was asked for:"))
    else:
        lines.append(Message("This is erased for good, with every earlier version:"))
    lines += counts_in_words(plan)
    lines += _listed(session, found)
    lines += _quarantined(session, unseen)
    if plan.cases:
        lines.append(Message("In: {cases}.", cases=", ".join(map(str, plan.cases.values()))))
    if plan.elsewhere:
        lines.append(elsewhere_in_words(plan))
    if plan.whole:
        lines.append(Message("The case goes as a whole: nobody can write in it any more."))
    lines += _naming(session, plan.left)
    if not plan.names:
        lines += _claimed(session, plan)
    lines += _shared(session, plan)
    if plan.packages:
        lines.append(packages_in_words(plan))
    if plan.exports:
        lines.append(exports_in_words(plan))
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


def _naming(session: Session, left: Left) -> Iterator[Words]:
    """Yield what stays and names the people who go, or may: the titles of cases first."""
    if left.titles:
        yield plural(
            "The title of {count} case has a name of these people in it. Give the case another title: then search does"
            " not find this one. The history of the case keeps it until the whole case is erased:",
            "The titles of {count} cases have names of these people in them. Give the cases other titles: then search"
            " does not find these. The history of each case keeps its own until the whole case is erased:",
            count=len(left.titles),
        )
        yield from (f"  {name_of(session, case)}  {title}" for case, title in left.titles.items())
    if left.earlier:
        yield earlier_titles_in_words(left)
    if left.named:
        yield plural(
            "{count} other record names these people and stays: look at it, and erase it or correct it.",
            "{count} other records name these people and stay: look at them, and erase or correct them.",
            count=len(left.named),
        )
        yield from _places(session, left.named)
    if left.only_perhaps:
        yield plural(
            "{count} record may also mention them, by one name alone. It stays unless you erase it.",
            "{count} records may also mention them, by one name alone. They stay unless you erase them.",
            count=len(left.only_perhaps),
        )
        yield from _places(session, left.only_perhaps)
    if left.drafts:
        yield plural(
            "{count} unfinished text of yours may name these people and stays: finish it, or throw it away.",
            "{count} unfinished texts of yours may name these people and stay: finish them, or throw them away.",
            count=left.drafts,
        )


def _places(session: Session, found: Mapping[Spot, str]) -> Iterator[Words]:
    """Yield where records stand that stay, with the ids by which they are erased."""
    shown = dict(islice(found.items(), _MOST_LISTED))
    known = {(each.home, each.record): each for each in described(session, shown)}
    for (home, record), kind in shown.items():
        said = known.get((home, record))
        yield Message(
            "  {day}  {kind}  {title}  in {case}  id {id}",
            day="" if said is None else said.day,
            kind=word_of(kind),
            title="" if said is None else said.title,
            case=name_of(session, home),
            id=short_id(record),
        )
    yield from _more(len(found))


def _shared(session: Session, plan: Plan) -> Iterator[Words]:
    """Yield which contents stay, and the papers that name them."""
    count, papers = plan.shared
    if count:
        yield shared_in_words(plan)
        yield from _places(session, dict.fromkeys(papers, Document.KIND))


def _claimed(session: Session, plan: Plan) -> Iterator[Words]:
    """Yield which records stay because their versions disagree."""
    if plan.claimed:
        yield plural(
            "{count} record stays: one of its versions says that it belongs to this, another does not. Look at it.",
            "{count} records stay: one of the versions of each says that it belongs to this, another does not."
            " Look at them.",
            count=len(plan.claimed),
        )
        yield from _places(session, plan.claimed)


def _more(count: int) -> Iterator[Words]:
    if count > _MOST_LISTED:
        yield Message("  and {count} more", count=count - _MOST_LISTED)


def _held(session: Session, plan: Plan) -> Iterator[Message]:
    """Yield which of the cases are on legal hold, why, until when at least, and how much stays in them."""
    for each, hold in holds_in_plan(session, plan):
        if plan.nothing_goes:
            yield Message(
                "{case} is on legal hold and nothing of it is erased. Reason: {reason}. To be reviewed on {day}.",
                case=each.name,
                reason=hold.reason,
                day=hold.review,
            )
        else:
            yield plural(
                "{case} is on legal hold: {count} record there stays. Reason: {reason}. To be reviewed on {day}.",
                "{case} is on legal hold: {count} records there stay. Reason: {reason}. To be reviewed on {day}.",
                count=each.records,
                case=each.name,
                reason=hold.reason,
                day=hold.review,
            )
