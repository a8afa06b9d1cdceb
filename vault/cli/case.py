"""`casevault case | search | erasures | person`: list and open cases, search their text, and see their people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import case_of, opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import case_data, case_lines, indented, person_data, person_lines, two_lines, whole_person_lines
from vault.cli.table import CASE, IN_CASE, Arg, Given, OneOf, Verb
from vault.display import DAY, time_text
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.services.cases.searching import FoundRecord
    from vault.services.cases.two_versions import InTwo
    from vault.services.erasures.arrived import Waiting


# `casevault case`: list and open cases.
_NONE = Message("No case is open to you yet. A caseworker or supervisor makes one: `casevault case new --kind KIND`.")
_NONE_CLOSED = Message("No case of yours is closed.")
_NONE_SILENT = Message("In each case of yours there was a contact within these days.")


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.note import silence
        from vault.services.cases import case_changes, cases, two_versions

        last: dict[bytes, str | None] = {}
        if args.no_contact is not None:
            silent = cases.list_silent(session, days=args.no_contact, limit=args.limit)
            rows, last = [row for row, _ in silent], {row.case: day for row, day in silent}
        else:
            rows = (case_changes.list_closed if args.closed else cases.list_all)(session, limit=args.limit)
        today = cases.today(session)
        alone = cases.only_yours(session, rows)
        two: dict[bytes, InTwo] = {each.place.case: each for each in reversed(two_versions.in_two(session))}
    data = [
        {
            "case": r.case.hex(),
            "ref": r.ref,
            "title": r.title,
            "kind": r.kind,
            "stage": r.status,
            "due": r.due,
            "closed": r.closed,
            "only_you": r.case in alone,
            "in_two": r.case in two,
            **({"last_contact": last[r.case]} if r.case in last else {}),
        }
        for r in rows
    ]
    lines: list[Words] = []
    for r in rows:
        line: Words = f"{r.ref}  {word_of(r.kind)!s:<11}  {word_of(r.status)!s:<21}  {r.title}"
        if r.case in last:
            line = Message("{case}  {silence}", case=line, silence=silence(last[r.case], today))
        lines.append(Message("{case}  [only YOU can open this case]", case=line) if r.case in alone else line)
        lines += _two_versions(two.get(r.case))
    return Result(
        {"cases": data}, lines or [_NONE_CLOSED if args.closed else _NONE if args.no_contact is None else _NONE_SILENT]
    )


def _two_versions(found: InTwo | None) -> list[Words]:
    if found is None:
        return []
    if not found.is_case:
        return [Message("           2 VERSIONS of a record in it: `casevault case show {ref}`", ref=found.ref)]
    said = joined([Message("{stage}, risk {risk}", stage=stage, risk=risk) for stage, risk in found.states], " / ")
    return [Message("           2 VERSIONS: {said}: `casevault join {ref}`", said=said or "", ref=found.ref)]


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_changes, cases, sections, two_versions
        from vault.services.exports import ledger
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        view = cases.open_case(session, case, why=args.why)
        in_two = two_versions.in_view(session, view, why=args.why)
        by = authors.written_by(session, view.notes)
        given = ledger.given_out(session, case, why=args.why)
        held, looked = sections.list_of(session, case), case_changes.check_ins_said(session, case)
    data: dict[str, object] = case_data(view, by)
    lines = case_lines(view, by, in_two, looked)
    if given:
        data["packages"] = [
            {"recipient": each.recipient, "count": each.count, "last": each.last, "references": each.references}
            for each in given
        ]
        lines += ["", Message("Who holds packages of it ({count})", count=len(given))]
        lines += [indented(joined([each.last, each.recipient, *each.references], "  ") or "") for each in given]
    if held:
        # Who holds none does not learn that there are any: neither by a line nor by an empty list.
        data["sections"] = [
            {"section": section.section.hex(), "kind": section.what, "title": section.title} for section in held
        ]
        lines += ["", Message("Restricted ({count})", count=len(held))]
        lines += [f"  {short_id(section.section)}  {word_of(section.what)}  {section.title}" for section in held]
    return Result(data, lines)


CASE_VERBS: Final = (
    Verb("list", Message("the cases that you can open"), (
        OneOf((
            Arg("[--closed]", Message("the closed cases instead")),
            Arg("[--no-contact DAYS]", Message("open cases without a contact for so many days"), of=int),
        )),
        Arg("[--limit N]", Message("maximum number of cases"), of=int, default=1000),
    ), _list),
    Verb("show", Message("open a case"), (CASE,), _show),
)  # fmt: skip


# `casevault search`: search the text of every case that you hold.
_WORDS = (Personal("words", "--words", Message("Words to search for"), required=True),)


def _search(args: Given, output: Output) -> Result:
    if args.typed:
        args.words = " ".join(args.typed)
    with opened_to_ask(args, output, _WORDS) as (session, values):
        from vault.services.cases import searching
        from vault.services.cases.searching import WHY_WORDS, Why

        words, how = values["words"][0], {"limit": args.limit, "why": args.why, "exact": args.exact}
        found = searching.search(session, words, **how)
        if args.in_sections:
            apart = searching.search_sections(session, words, **how)
            found = searching.Found((*found.hits, *apart.hits), more=found.more or apart.more)
    data = [
        {
            "case": h.case.hex(),
            "record": h.record.hex(),
            "kind": h.kind,
            "snippet": h.snippet,
            "do_not_call": list(h.do_not_call),
            "closed": h.is_closed,
            "why": h.why.value,
            **({} if h.section is None else {"section": h.section.hex(), "section_kind": h.section_kind}),
        }
        for h in found.hits
    ]
    lines: list[Words] = []
    for h in found.hits:
        lines.append(f"{h.ref}  {word_of(h.kind)!s:<7}  {h.snippet}")
        lines += [] if h.why is Why.EXACT else [indented(WHY_WORDS[h.why])]
        if h.kind == "document":
            lines.append(indented(_in_paper(h)))
        if h.section is not None:
            kind = word_of(h.section_kind or "")
            lines.append(indented(Message("in the restricted section {id}: {kind}", id=short_id(h.section), kind=kind)))
        lines += [indented(Message("in a closed case"))] if h.is_closed else []
        lines += [indented(Message("DO NOT CALL  {number}", number=number)) for number in h.do_not_call]
    if found.more:
        lines.append(Message("More than {limit} records match: add a word.", limit=args.limit))
    nothing = [Message("Nothing matches."), *([_NOT_SEARCHED] if found.leaves_sections else [])]
    return Result({"hits": data, "more": found.more}, lines or nothing)


def _in_paper(hit: FoundRecord) -> Words:
    if hit.section is None:
        return Message("in the paper {title}: `casevault document text {id}`", title=hit.title, id=short_id(hit.record))
    return Message(
        "in the paper {title}: `casevault document text {id} --section {section}`",
        title=hit.title,
        id=short_id(hit.record),
        section=short_id(hit.section),
    )


_NOT_SEARCHED: Final = Message("Restricted sections were not searched: `--in-sections` looks there too.")
_SCRIPTS_ONLY: Final = Message(
    "scripts only; at a terminal they are asked. kind:note by:NAME since:DATE until:DATE among the words narrow the"
    " search, and double quotes make a phrase"
)
SEARCH: Final = (
    Verb("search", NOUNS["search"].help, (
        Arg("[WORDS ...]", _SCRIPTS_ONLY, into="typed"),
        Arg("[--limit N]", Message("maximum number of hits"), of=int, default=50),
        Arg("[--in-sections]", Message("also search each restricted section that you hold; the log says so")),
        Arg("[--exact]", Message("no other spellings of names, no typing errors")),
        *options_of(_WORDS),
    ), _search),
)  # fmt: skip


# `casevault erasures`: what colleagues erased and this device has still.
_HELD: Final = Message("on legal hold: it stays")


def _erasures_list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.erasures import arrived, standing_again

        found = arrived.waiting_now(session)
        again = standing_again.standing_again(session)
    lines: list[Words] = [
        plural(
            "{day}  {place}: {count} record, erased by {who}",
            "{day}  {place}: {count} records, erased by {who}",
            day=_day_of(line),
            place=line.name,
            count=line.records,
            who=line.by,
        )
        for line in found
    ]
    lines += [
        Message(
            "is back  {place}: id {id}, erased here, then changed by a colleague",
            place=each.name,
            id=short_id(each.record),
        )
        for each in again
    ]
    data = [
        {
            "place": str(line.name),
            "by": str(line.by),
            "records": line.records,
            "goes": time_text(line.goes_ms, DAY),
            "held": line.is_held,
            "brings_back": None if line.brings_back_ms is None else time_text(line.brings_back_ms, DAY),
        }
        for line in found
    ]
    stands = [{"place": str(each.name), "record": each.record.hex()} for each in again]
    return Result(
        {"waiting": data, "again": stands}, lines or [Message("Nothing that a colleague erased is on this device.")]
    )


def _day_of(line: Waiting) -> Words:
    if line.is_held:
        return _HELD
    if line.brings_back_ms is not None:
        return Message(
            "it stays: otherwise the version of {day} would be shown again", day=time_text(line.brings_back_ms, DAY)
        )
    return time_text(line.goes_ms, DAY)


def _due(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.erasures import retention

        found = retention.overdue(session)
    lines: list[Words] = [
        Message(
            "{day}  {ref}  {kind}, closed {closed}  {what}",
            day=line.since,
            ref=line.ref,
            kind=word_of(line.kind),
            closed=line.closed,
            what=_HELD if line.is_held else Message("`casevault erase {ref} --reason retention`", ref=line.ref),
        )
        for line in found
    ]
    data = [
        {"case": line.case.hex(), "ref": line.ref, "closed": line.closed, "since": line.since, "held": line.is_held}
        for line in found
    ]
    return Result({"due": data}, lines or [Message("No closed case of yours has been kept longer than the rules say.")])


ERASURES: Final = (
    Verb("list", Message("what colleagues erased, and when it goes from this device"), (), _erasures_list),
    Verb("due", Message("closed cases that were kept as long as the rules say; nothing is erased by itself"), (), _due),
)  # fmt: skip


# `casevault person`: the people of a case.
_PERSON: Final = Arg("PERSON", Message("the person's id, or its beginning (`person list`)"))


def _person(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import Person
        from vault.services.cases import case_people, editing, two_versions

        place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case_of(session, args))
        person = case_people.show(session, place, why=args.why)
        never_use = case_people.never_use_in(session, place.case)
        two = two_lines(two_versions.both(session, place, why=args.why)) if person.heads > 1 else []
    lines = [*whole_person_lines(person, never_use), *two]
    return Result({"case": place.case.hex(), **person_data(person, never_use)}, lines)


def _same(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import Person
        from vault.services.cases import editing, same_people

        place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case_of(session, args))
        found = same_people.cases_of(session, place)
    data = [
        {"case": line.case.hex(), "ref": line.ref, "title": line.title, "person": line.record.hex(), "name": line.name}
        for line in found
    ]
    lines = [f"{line.ref}  {line.title}  {line.name}  {short_id(line.record)}" for line in found]
    return Result({"cases": data}, lines)


def _people(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import never_use_of
        from vault.services.cases import cases

        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
    never_use = never_use_of(person.value for person in view.persons)
    lines = [line for person in view.persons for line in person_lines(person, never_use)]
    data = {"case": view.case.hex(), "persons": [person_data(person, never_use) for person in view.persons]}
    return Result(data, lines or [Message("There are no people in this case yet.")])


PERSON: Final = (
    Verb("list", Message("the people of a case"), (CASE,), _people),
    Verb("show", Message("all that is known of a person"), (_PERSON, IN_CASE), _person),
    Verb("cases", Message("your cases in which the same person is"), (_PERSON, IN_CASE), _same),
)  # fmt: skip

TABLES: Final = {"case": CASE_VERBS, "search": SEARCH, "erasures": ERASURES, "person": PERSON}
