"""`casevault case`: list and open cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import case_data, case_lines
from vault.cli.table import CASE, Arg, Given, OneOf, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined

if TYPE_CHECKING:
    from vault.services.cases.two_versions import InTwo

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
            listed = case_changes.list_closed if args.closed else cases.list_all
            rows = listed(session, limit=args.limit)
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
    """Return the lines below a case in the list that has a record with two versions."""
    if found is None:
        return []
    if not found.is_case:
        return [Message("           2 VERSIONS of a record in it: `casevault case show {ref}`", ref=found.ref)]
    said = joined([Message("{stage}, risk {risk}", stage=stage, risk=risk) for stage, risk in found.states], " / ")
    return [Message("           2 VERSIONS: {said}: `casevault join {ref}`", said=said or "", ref=found.ref)]


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_changes, cases, sections, two_versions
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        view = cases.open_case(session, case, why=args.why)
        in_two = two_versions.in_view(session, view, why=args.why)
        by = authors.written_by(session, view.notes)
        held, looked = sections.list_of(session, case), case_changes.check_ins_said(session, case)
    data: dict[str, object] = case_data(view, by)
    lines = case_lines(view, by, in_two, looked)
    if held:
        # Who holds none does not learn that there are any: neither by a line nor by an empty list.
        data["sections"] = [
            {"section": section.section.hex(), "kind": section.what, "title": section.title} for section in held
        ]
        lines += ["", Message("Restricted ({count})", count=len(held))]
        lines += [f"  {short_id(section.section)}  {word_of(section.what)}  {section.title}" for section in held]
    return Result(data, lines)


VERBS: Final = (
    Verb("list", Message("the cases that you can open"), (
        OneOf((
            Arg("[--closed]", Message("the closed cases instead")),
            Arg("[--no-contact DAYS]", Message("open cases without a contact for so many days"), of=int),
        )),
        Arg("[--limit N]", Message("maximum number of cases"), of=int, default=1000),
    ), _list),
    Verb("show", Message("open a case"), (CASE,), _show),
)  # fmt: skip
