"""The report as data: every string that its pages show, in order; page 1 is what a lawyer needs in a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from anyascii import anyascii

from vault.errors import InternalError
from vault.export.first_page import MOST_DUE, Moment, due, held, texts_of, timeline
from vault.export.report_wording import (
    Wording,
    code_in_words,
    is_supplement,
    own_purpose,
    withheld_of,
    word_of,
    wording,
)
from vault.export.shown_sections import CLIENT, OF_ONE_PERSON, Coded, Dossier, ShownSection, key_of, numbered, ranges
from vault.export.shown_text import in_days, is_right_to_left, language_of, legible
from vault.redaction.profile import profile_named
from vault.words.message import Message

# The report as data: every string that will be shown, in order, and nothing else.
# PDF, data file and the text that the verifier compares with are all made from this one value.
ALONE, TWO_PERSON = "alone", "two-person"
READ, UNREAD = "read", "unread"
_IN_HASTE = "in-haste"
NOTE = "note"
_LONGEST_MARK = 60
_OF_A_NOTE = frozenset({"date", "written", "kind", "by", "text"})
DAYS = frozenset({
    *("date", "date-of-birth", "opened", "written"),
    *("when", "until", "taken", "ends-by-order", "lawyer-let-in", "ended", "seen", "lifted"),
    *("stage-since", "closed", "extended", "latest", "over"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the first page beside the case, and how the report leaves.

    The purpose is as agreed with the recipient; `release` is the rule by which it leaves. `pages` says `read`, or
    `unread` where nobody at the organisation read the finished pages. The day, `YYYY-MM-DD`, dates the file too;
    without one it is dated as one of 2000. Of the others an empty one leaves its row out.
    """

    purpose: str
    language: str = "en"
    release: str = ALONE
    pages: str = READ
    day: str = ""
    organisation: str = ""
    reference: str = ""
    contact: str = ""
    recipient: str = ""


class Line(NamedTuple):
    """One string of the page. `ours`: a fixed word of the report, or what the organisation says of itself."""

    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, with the direction and language that its letters have; `ours` as in a line."""

    text: str
    right_to_left: bool
    language: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label and the paragraphs beside it."""

    label: str
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: on its first line a number, a day and what it is; then rows, and paragraphs without a label."""

    head: tuple[Piece, ...] = field(repr=False)
    rows: tuple[Row, ...]
    body: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive records under one heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the pages show, page numbers aside. `running` stands on top of each page, and `watermark` behind it.

    `first_page` are the groups before `facts`: what a lawyer needs in a minute.
    """

    language: str
    words: Wording
    day: str
    running: str
    watermark: str
    first_page: tuple[Group, ...]
    facts: tuple[Row, ...]
    notice: tuple[str, ...]
    groups: tuple[Group, ...]


def make_report(dossier: Dossier, cover: Cover) -> Report:
    """Return the report of a dossier.

    Raises:
        UsageError: there are no fixed words in the cover's language.
    """
    words, language = wording(cover.language), cover.language
    sections = numbered(dossier, words)
    is_whole = not is_supplement(cover.purpose)
    withheld = withheld_of(dossier.profile, {section.heading for section in sections}) if is_whole else {}
    notice = words.notice if is_whole else (words.supplement_notice,)
    groups = (
        _key(sections, words, language),
        *_groups(sections, withheld, words, language),
        _removals(dossier, words, language),
    )
    return Report(
        language=language,
        words=words,
        day=cover.day,
        running=running_title(cover),
        watermark=_watermark(cover),
        first_page=first_page(sections, cover, words),
        facts=tuple(_facts(dossier, cover, words)),
        notice=(*notice, *(words.withheld[key] for key in withheld.get("", ()))),
        groups=tuple(group for group in groups if group.entries),
    )


def top_of_document(report: Report) -> str:
    """Return what stands on top of each page of the Word document, which has no watermark behind its text."""
    return " · ".join(part for part in (report.running, report.watermark) if part)


def running_title(cover: Cover) -> str:
    """Return what stands on top of each page: by it two reports on a desk are told apart."""
    words = wording(cover.language)
    return " · ".join(part for part in (words.title, legible(cover.reference)) if part)


def _watermark(cover: Cover) -> str:
    """Return for whom and of which day, in letters that run from left to right: readers turn others about."""
    recipient = legible(cover.recipient)
    recipient = "".join(anyascii(letter) if is_right_to_left(letter) else letter for letter in recipient)
    recipient = recipient[:_LONGEST_MARK].strip()
    return " · ".join(part for part in (recipient, in_days(cover.day, cover.language)) if part)


def approved_lines(report: Report) -> tuple[Line, ...]:
    """Return every string that the page shows, in order: what readers of the finished file must find, and no more."""
    lines = [Line(report.words.title, ours=True)]
    for group in report.first_page:
        lines += _group_lines(group)
    lines.append(Line(report.words.about, ours=True))
    for row in report.facts:
        lines += _row_lines(row)
    lines += (Line(text, ours=True) for text in (report.words.notice_heading, *report.notice))
    for group in report.groups:
        lines += _group_lines(group)
    return tuple(line for line in lines if line.text)


def headings(report: Report) -> tuple[str, ...]:
    """Return the headings of the pages in their order; each has a bookmark."""
    before, behind = ([group.heading for group in groups] for groups in (report.first_page, report.groups))
    return (report.words.title, *before, report.words.about, *behind)


def _group_lines(group: Group) -> Iterator[Line]:
    yield Line(group.heading, ours=True)
    for entry in group.entries:
        yield from _piece_lines(entry.head)
        for row in entry.rows:
            yield from _row_lines(row)
        yield from _piece_lines(entry.body)


def _facts(dossier: Dossier, cover: Cover, words: Wording) -> Iterator[Row]:
    rule = cover.release
    if rule == ALONE and profile_named(dossier.profile).is_reviewed_after:  # somebody may be there who could approve it
        rule = _IN_HASTE
    released = [word_of(words.releases, rule)] + ([words.unread] if cover.pages == UNREAD else [])
    rows = (
        (words.day, in_days(cover.day, cover.language), True),
        (words.reference, cover.reference, True),
        (words.organisation, cover.organisation, True),
        (words.recipient, cover.recipient, True),
        (words.profile, "" if is_supplement(cover.purpose) else word_of(words.profiles, dossier.profile), True),
        (words.release, "\n".join(released), True),
    )
    for label, text, ours in rows:
        if text:
            yield Row(label, _pieces(text, cover.language, ours=ours))


def first_page(sections: Sequence[ShownSection], cover: Cover, words: Wording) -> tuple[Group, ...]:
    """Return who, what is asked, whom to call; what is due when; who is held until when; what happened when."""
    return tuple(group for group in _first_page(sections, cover, words) if group.entries)


def _first_page(sections: Sequence[ShownSection], cover: Cover, words: Wording) -> Iterator[Group]:
    language = cover.language
    own = own_purpose(cover.purpose, words)
    rows = [
        *(
            _row(section, ("names", "date-of-birth", "nationalities"), words, language)
            for section in sections
            if section.heading == CLIENT
        ),
        *(_row(section, ("kind", "stage"), words, language) for section in sections if section.heading == "case"),
        Row(words.purpose, _pieces(own or cover.purpose, language, ours=own is not None)),
        Row(words.contact, _pieces(cover.contact, language, ours=True)),
    ]
    yield Group(words.in_short, (_entry_of(row for row in rows if row.pieces),))
    waiting = due(sections, cover.day)
    more = (_note(words.more, language),) if len(waiting) > MOST_DUE else ()
    yield Group(words.due, (*(_moment(each, cover, words) for each in waiting[:MOST_DUE]), *more))
    yield Group(words.held, tuple(_held(section, words, language) for section in held(sections)))
    moments, is_cut = timeline(sections, cover.day)
    entries = [_moment(each, cover, words, is_due=False) for each in moments]
    if entries and cover.day:
        today = Entry((_own(in_days(cover.day, language), language), _own(words.moments["report"], language)), (), ())
        entries.insert(sum(each.is_before(cover.day) for each in moments), today)
    yield Group(words.timeline, (*entries, *((_note(words.more, language),) if is_cut else ())))


def _row(section: ShownSection, labels: Sequence[str], words: Wording, language: str) -> Row:
    texts = texts_of(section)
    pieces = (piece for label in labels for piece in _field(section.heading, label, texts, language))
    return Row(word_of(words.headings, section.heading), tuple(pieces))


def _held(section: ShownSection, words: Wording, language: str) -> Entry:
    texts = texts_of(section)
    labels = (label for label in ("place", "taken", "ends-by-order", "extended", "lawyer-let-in") if label in texts)
    return _entry_of(
        Row(word_of(words.labels, label), _field(section.heading, label, texts, language)) for label in labels
    )


def _moment(moment: Moment, cover: Cover, words: Wording, *, is_due: bool = True) -> Entry:
    """Return a date: the day, what it is a date of, and what it was; on lines of their own what runs the other way."""
    language = cover.language
    day = _pieces(in_days(moment.day, language), language)
    said = [_field(moment.heading, label, moment.texts, language)[:1] for label in moment.about]
    about = [piece for pieces in said for piece in pieces]
    what = [_own(words.moments[moment.kind], language), *(piece for piece in about if not piece.right_to_left)]
    if is_due and moment.is_before(cover.day):
        what.append(_own(words.passed, language))
    return Entry((*day, *what), (), tuple(piece for piece in about if piece.right_to_left))


def _note(text: str, language: str) -> Entry:
    return Entry((), (), (_own(text, language),))


def _entry_of(rows: Iterable[Row]) -> Entry:
    return Entry((), tuple(rows), ())


def _key(sections: Sequence[ShownSection], words: Wording, language: str) -> Group:
    """Return who is who: of each code what the report says, and together those of which it says nothing."""
    coded = key_of(sections)
    rows = [Row(each.code, (_own(_who(each, words, language), language),)) for each in coded if each.role]
    others = ", ".join(each.code for each in coded if not each.role)
    rows += [Row(words.key_others, (_own(others, language),))] if others else []
    return Group(words.key, (_entry_of(rows),) if rows else ())


def _who(coded: Coded, words: Wording, language: str) -> str:
    said = [word_of(words.headings, coded.role)]
    for is_to, whom in coded.relations:
        relation = code_in_words("relation", "is-to", is_to, language)
        if relation is not None:
            said.append(words.relation.format(relation=relation, whom=words.client if whom == CLIENT else whom))
    return "; ".join(said)


def _removals(dossier: Dossier, words: Wording, language: str) -> Group:
    """Return the list of what was removed: for each type and reason the numbers."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, removal in enumerate(dossier.removals, 1):
        numbers.setdefault((removal.type, removal.reason), []).append(number)
    rows = (
        Row(
            words.removal.format(type=word_of(words.types, kind), reason=word_of(words.reasons, reason)),
            (_own(ranges(which), language),),
        )
        for (kind, reason), which in numbers.items()
    )
    return Group(words.removals, (_entry_of(rows),) if numbers else ())


def _row_lines(row: Row) -> list[Line]:
    return [Line(row.label, ours=True), *_piece_lines(row.pieces)]


def _piece_lines(pieces: Sequence[Piece]) -> list[Line]:
    return [Line(piece.text, piece.ours) for piece in pieces]


def _groups(
    sections: Sequence[ShownSection], withheld: Mapping[str, Sequence[str]], words: Wording, language: str
) -> Iterator[Group]:
    """Yield the records under their headings, first in each what of such records is in no report, and why."""
    said = set[str]()
    for heading, together in groupby(sections, lambda section: section.heading):
        records = list(together)
        is_list = heading == NOTE or len(records) > 1
        entries = (_entry(section, n if is_list else None, words, language) for n, section in enumerate(records, 1))
        lines = () if heading in said else withheld.get(heading, ())
        said.add(heading)
        missing = [Entry((), (), tuple(_own(words.withheld[key], language) for key in lines))] if lines else []
        yield Group(word_of(words.headings, heading), (*missing, *entries))


def _entry(section: ShownSection, number: int | None, words: Wording, language: str) -> Entry:
    """Return a record: of a note the day and what it is on its first line, then the text; of others each field."""
    name = f"{word_of(words.headings, section.heading)} " if section.heading in OF_ONE_PERSON else ""
    head = [] if number is None else [_own(f"{name}{number}", language)]
    texts = texts_of(section)
    if section.heading != NOTE:
        rows = (Row(word_of(words.labels, label), _field(section.heading, label, texts, language)) for label in texts)
        return Entry(tuple(head), tuple(rows), ())
    if unknown := texts.keys() - _OF_A_NOTE:
        raise InternalError(Message("a report has no place for {count} fields of a note", count=len(unknown)))
    for label in ("date", "written"):
        head += _field(NOTE, label, texts, language)
    codes = (_field(NOTE, label, texts, language) for label in ("kind", "by"))
    what = [piece.text for pieces in codes for piece in pieces] + ([words.written] if "written" in texts else [])
    head += [_own(", ".join(what), language)] if what else []
    return Entry(tuple(head), (), _field(NOTE, "text", texts, language))


def _field(heading: str, label: str, texts: Mapping[str, Sequence[str]], language: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for text in texts.get(label, ()):
        code = code_in_words(heading, label, text, language)
        shown = code if code is not None else in_days(text, language) if label in DAYS else text
        pieces += _pieces(shown, language, ours=code is not None)
    return tuple(pieces)


def _own(text: str, language: str) -> Piece:
    return Piece(text, right_to_left=False, language=language, ours=True)


def _pieces(text: str, language: str, *, ours: bool = False) -> tuple[Piece, ...]:
    lines = (" ".join(legible(line).split()) for line in text.splitlines())
    return tuple(Piece(line, is_right_to_left(line), language_of(line, language), ours) for line in lines if line)
