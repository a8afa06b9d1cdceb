"""What a person reads after an erasure: the letter that says what was done.

The letter names nobody whose data went. It goes to the person who asked, and into the organisation's own file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from vault.access.session import Session
from vault.casework.case import Hold
from vault.casework.organisation_records import DeviceName
from vault.display import DAY, time_data
from vault.export.paper_pages import PaperLine, PaperPage, PaperPart, render_page
from vault.ids import Origin, SeatId, short_id
from vault.log.items import ItemKind
from vault.policy.roles import Action
from vault.records.versions import of_kind
from vault.records.work import Entry
from vault.services.cases.cases import today
from vault.services.cases.holds import held
from vault.services.erasures.letter_words import kind_in_words, reason_in_words
from vault.services.erasures.reach import Held, Left, Plan
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import read_valid
from vault.services.projection.seats import member_of_seat, seat_of_log
from vault.store.files import require_new, write_new
from vault.words.codes import word_of
from vault.words.message import Message, Value, Words, listed, plural

_TITLE = Message("Letter about an erasure")
_FOOT = Message("This letter names nobody whose records were erased. It is not encrypted.")


def letter(session: Session, plan: Plan, *, why: str) -> list[Words]:
    """Return the letter about an erasure that was done; of a plan where titles were changed, `plan.renamed`."""
    session.require(Action.MEMBER_LIST)
    done, owed, lost = _devices(session, plan)
    known = {kind_in_words(kind): 0 for kind in sorted(plan.kinds)}
    for kind, count in plan.kinds.items():
        known[kind_in_words(kind)] += count
    last = session.dates.backup
    lines: list[Words] = [
        Message("On {day} we erased these records (reason: {why}):", day=today(session), why=reason_in_words(why)),
        *(Message("  {kind}: {count}", kind=kind, count=count) for kind, count in known.items()),
    ]
    if plan.cases:
        lines.append(Message("They stood in: {cases}.", cases=listed(tuple(plan.cases.values()))))
    lines += _held_in_words(session, plan)
    if plan.elsewhere:
        lines.append(elsewhere_in_words(plan))
    lines.append(
        Message(
            "Every version of them and every key to them is removed from our database, from our search, from what"
            " waited to be imported and from unfinished texts. Our log still says how many saved changes were erased"
            " ({count}), but nothing of what they said.",
            count=len(plan.versions),
        )
    )
    lines.append(Message("Removed on: {devices}.", devices=done or Message("no other device had them")))
    if owed:
        lines.append(
            Message(
                "Not confirmed yet by: {devices}. They remove it within 72 hours after they import our next bundle, and"
                " their log says so.",
                devices=owed,
            )
        )
    if lost:
        lines.append(
            Message(
                "Not confirmed by devices that once held the records and have since lost the case or section:"
                " {devices}. They remove what they have of it as the others do.",
                devices=lost,
            )
        )
    lines.append(
        Message(
            "Backups made before today keep it until they are deleted. The last one of this device: {day}.",
            day=Message("none known") if last is None else time_data(last, DAY) or "",
        )
    )
    if plan.shared[0]:
        lines.append(shared_in_words(plan))
    return [*lines, *gone_out_in_words(plan), *_names_in_words(plan.left)]


def print_letter(
    session: Session,
    lines: Sequence[Words],
    out: Path,
    in_words: Callable[[Words], str],
    *,
    title: Message = _TITLE,
    foot: Message = _FOOT,
) -> None:
    """Write a letter, such as `letter` returned it, as a PDF in clear where a person says; it is in the log before.

    Raises:
        RefusedError: something lies at `out`.
        TryAgainError: no room.
    """
    rule = session.require(Action.MEMBER_LIST)
    require_new(out)
    said = tuple(PaperLine(in_words(line)) for line in lines)
    page = PaperPage(in_words(title), today(session), (PaperPart("", said),), in_words(foot))
    pdf = render_page(page)
    session.log_act(Entry(act="print", covers={"letter": 1}, pol=rule))
    write_new(out, pdf)


def _devices(session: Session, plan: Plan) -> tuple[Value, Value, Value]:
    """Return the devices where it is gone, those that owe it, and those that lost these places and do not say so.

    It is gone where it was erased, this device first, and where the log of a device says that it removed it. Of those
    that lost the places since, nobody knows whether they had what went.
    """
    names, called = names_of_members(session), _device_names(session)
    listing = _who_listed(session, {version.id for version in plan.versions})
    done, owed, lost = list[Message](), list[Message](), list[Message]()
    for seat in sorted(plan.seats | plan.former, key=lambda seat: (seat != session.seat, seat)):
        member = member_of_seat(session, seat)
        if member is not None:
            is_gone = seat == session.seat or seat in session.here or seat in listing
            device = called.get(seat) or Message("device {id}", id=short_id(seat))
            name = Message("{name} ({device})", name=name_in(names, member), device=device)
            (done if is_gone else lost if seat in plan.former else owed).append(name)
    return listed(done), listed(owed), listed(lost)


def _who_listed(session: Session, versions: Collection[bytes]) -> set[SeatId]:
    """Return the seats of which a log lists each of these versions as erased."""
    with session.database.reading() as rows:
        places = session.learned.listings.of(rows, ItemKind.ERASED)
        origins = [{origin for origin, _ in places.get(version, ())} for version in versions]
    every = set.intersection(*origins) if origins else set()
    return {seat for origin in every if (seat := seat_of_log(session, Origin(origin))) is not None}


def _device_names(session: Session) -> dict[SeatId, str]:
    said = of_kind(read_valid(session, session.directory.compartment), DeviceName)
    return {SeatId(device.seat): device.name for _, device in said}


def counts_in_words(plan: Plan) -> Iterator[Message]:
    """Yield how many records of each kind go."""
    for kind, count in sorted(plan.kinds.items()):
        yield Message("  {count} x {kind}", count=count, kind=word_of(kind))


def elsewhere_in_words(plan: Plan) -> Message:
    return Message(
        "The same person also has records in {cases}. They stay: the request was for one case only.",
        cases=listed(tuple(plan.elsewhere.values())),
    )


def gone_out_in_words(plan: Plan) -> Iterator[Message]:
    """Yield what is said of the packages that left these cases, and of the records of exports that stay."""
    if plan.packages:
        yield plural(
            "{count} package left these cases: its recipient still has it, and must be asked to destroy it.",
            "{count} packages left these cases: their recipients still have them, and must be asked to destroy them.",
            count=plan.packages,
        )
    if plan.exports:
        yield plural(
            "{count} record of an export of these cases stays until the whole case is erased. It lists words that were"
            " hidden or left in the export: names of these people may be among them.",
            "{count} records of exports of these cases stay until the whole case is erased. They list words that were"
            " hidden or left in the exports: names of these people may be among them.",
            count=plan.exports,
        )


def shared_in_words(plan: Plan) -> Message:
    """Return what is said of the contents that stay."""
    return plural(
        "The content of {count} paper stays: another paper, which stays, names it too.",
        "The contents of {count} papers stay: other papers, which stay, name them too.",
        count=plan.shared[0],
    )


def earlier_titles_in_words(left: Left) -> Message:
    """Return what is said of the titles that cases had before: which name stood there, nobody is told."""
    return plural(
        "The history of {count} case keeps an earlier title with a name of these people until the whole case is"
        " erased. No search finds it.",
        "The history of {count} cases keeps earlier titles with names of these people until the whole case is"
        " erased. No search finds them.",
        count=len(left.earlier),
    )


def _names_in_words(left: Left) -> Iterator[Message]:
    """Yield what stays and names the people who went, or may, by one name alone."""
    if left.titles:
        yield plural(
            "The title of {count} case still has a name of these people in it.",
            "The titles of {count} cases still have names of these people in them.",
            count=len(left.titles),
        )
    if left.earlier:
        yield earlier_titles_in_words(left)
    if left.named:
        yield plural(
            "{count} record of others still names these people.",
            "{count} records of others still name these people.",
            count=len(left.named),
        )
    if left.only_perhaps:
        yield plural(
            "{count} other record may name these people, by one name alone. Others may have that name too.",
            "{count} other records may name these people, by one name alone. Others may have that name too.",
            count=len(left.only_perhaps),
        )
    if left.drafts:
        yield plural(
            "{count} unfinished text of ours may still name these people.",
            "{count} unfinished texts of ours may still name these people.",
            count=len(left.drafts),
        )


def holds_in_plan(session: Session, plan: Plan) -> Iterator[tuple[Held, Hold]]:
    """Yield the cases of a plan on legal hold, each with the hold; one that ended in the meantime keeps nothing."""
    for each in plan.held:
        if (found := held(session, each.case)) is not None:
            yield each, found.value


def _held_in_words(session: Session, plan: Plan) -> Iterator[Message]:
    """Yield which records a legal hold keeps: that it has a reason, which is in the case, and when it is looked at."""
    for each, hold in holds_in_plan(session, plan):
        yield plural(
            "Not erased: {count} record in {case}. A legal hold keeps it. The reason is written in our file."
            " We look at the hold again on {day}.",
            "Not erased: {count} records in {case}. A legal hold keeps them. The reason is written in our file."
            " We look at the hold again on {day}.",
            count=each.records,
            case=each.name,
            day=hold.review,
        )
