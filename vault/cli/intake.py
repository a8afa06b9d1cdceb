"""`casevault intake`: call slips, from the first ring to a case or the bin, and the register of who is known."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from vault.acts.case import CASE_KINDS
from vault.acts.intake import CLOSED
from vault.acts.person import PERSON_ROLES
from vault.cli.known import ANYWAY, unless_here, unless_known
from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import edited, indented
from vault.cli.table import Arg, Given, OneOf, Verb
from vault.display import MINUTE_UTC, local_time, time_data
from vault.ids import RecordId, short_id
from vault.words.message import Message, Words, enumerated, filled

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.cases.intake import Moved

_VALUES = (
    Personal("name", "--name", Message("Name as heard")),
    Personal("number", "--number", Message("Number")),
    Personal("language", "--language", Message("Language")),
    Personal("text", "--text", Message("What it is about")),
    Personal("when", "--when", Message("When to call back")),
)

_CORRECTED = tuple(replace(value, is_change=True) for value in _VALUES)
_WHO = (Personal("names", "--name", Message("Name, in each script known"), required=True, many=True),)
_TITLE = Personal("title", "--title", Message("Title of the new case"), required=True)
_DO_NOT_CALL = Message("DO NOT CALL  {number}: a case that you can open has it on a never-use list.")
_KEPT = {"note": Message("a note"), "person": Message("a person"), "task": Message("a task to call back")}


def _add(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _VALUES) as (session, answers):
        from vault.services.cases import intake, safe_contacts

        values = {key: next(iter(found), "") for key, found in answers.items()}
        slip = intake.add(session, call_back=args.call_back or bool(values["when"]), **values)
        (unsafe,) = safe_contacts.never_used_in_calls(session, [(values["number"], values["text"])])
    lines = [Message("The slip is saved."), Message("id {id}", id=short_id(slip))]
    lines += [filled(_DO_NOT_CALL, number=number) for number in unsafe]
    return Result({"slip": slip.hex(), "do_not_call": bool(unsafe)}, lines)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import intake, safe_contacts

        found = intake.list_open(session)
        calls = [(shown.stored.value.number, shown.stored.value.text) for shown in found]
        unsafe = safe_contacts.never_used_in_calls(session, calls)
    data: list[dict[str, object]] = []
    lines: list[Words] = []
    for shown, never in zip(found, unsafe, strict=True):
        slip = shown.stored.value
        data.append(
            {
                "slip": shown.stored.record.hex(),
                "received": time_data(slip.received, MINUTE_UTC),
                "name": slip.name,
                "number": slip.number,
                "language": slip.language,
                "text": slip.text,
                "call_back": slip.call_back,
                "when": slip.when,
                "overdue": shown.is_overdue,
                "do_not_call": bool(never),
            }
        )
        line: Words = f"{local_time(slip.received)}  {short_id(shown.stored.record)}"
        if slip.call_back:
            asked = Message("CALL BACK {when}", when=slip.when) if slip.when else Message("CALL BACK")
            line = Message("{slip}  {asked}", slip=line, asked=asked)
        if shown.is_overdue:
            line = Message("{slip}  OVERDUE: move it or close it", slip=line)
        lines.append(line)
        lines += [indented(Message("DO NOT CALL  {number}", number=number)) for number in never]
        number = "" if slip.number in never else slip.number
        lines += [indented(line) for line in (slip.name, number, slip.language, *slip.text.splitlines()) if line]
    return Result({"slips": data}, lines or [Message("No open slips.")])


def _present(args: Given, session: Session) -> dict[str, str]:
    from vault.services.cases import intake

    slip = intake.find(session, args.slip)
    return {"name": slip.name, "number": slip.number, "language": slip.language, "text": slip.text, "when": slip.when}


def _edit(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _CORRECTED, present=partial(_present, args)) as (session, answers):
        from vault.services.cases import intake

        said = {key: found[0] for key, found in answers.items() if found}
        call_back = True if args.call_back or "when" in said else None
        if args.no_call_back:
            call_back, said = False, {**said, "when": ""}
        return edited(intake.correct(session, args.slip, call_back=call_back, **said))


def _move(args: Given, output: Output) -> Result:
    asked = () if args.new is None else (_TITLE,)
    with opened_to_ask(args, output, asked) as (session, answers):
        from vault.casework.person import Person
        from vault.services.cases import cases, editing, writing_down

        role = args.role or ("third" if args.new is None else "client")
        if args.new is None:
            case, ref = cases.find(session, args.to), args.to.strip()

            def into_case(same: RecordId | None, is_second: bool) -> Moved:
                return unless_known(
                    args,
                    output,
                    lambda anyway: writing_down.move_slip(
                        session, args.slip, case, role=role, same=same, is_second=is_second, anyway=anyway
                    ),
                )

            of_person = frozenset({Person.KIND})
            same = None if args.same is None else editing.locate(session, args.same, of_person, case=case).record
            moved = unless_here(output, same, into_case)
        else:
            title = answers["title"][0]
            moved = unless_known(
                args,
                output,
                lambda anyway: writing_down.make_case_of_slip(
                    session, args.slip, title=title, kind=args.new, role=role, anyway=anyway
                ),
            )
            assert moved.made is not None  # noqa: S101 - for the type checker: it made one
            case, ref = moved.made.case, moved.made.ref
    as_what = enumerated([_KEPT[kind] for kind in moved.kinds])
    said = [Message("The words of the slip are in case {case} now, as {as_what}.", case=ref, as_what=as_what)]
    if args.new is not None and args.role is None and Person.KIND in moved.kinds:
        said.append(Message("The person who called is the client. If they are not, `person edit --role` changes it."))
    return Result({"slip": args.slip, "case": case.hex(), "ref": ref, "kept": list(moved.kinds)}, [*said, *CLOSED])


def _ask(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _WHO) as (session, answers):
        from vault.services.cases import register
        from vault.services.projection import authors

        members = register.ask(session, answers["names"])
        names = authors.names_of_members(session)
    known = {member.hex(): authors.name_in(names, member) for member in members}
    lines = [Message("Ask {name}.", name=name) for name in known.values()]
    return Result({"ask": known}, lines or [Message("Nobody entered a person with this name.")])


VERBS: Final = (
    Verb("add", Message("save a call slip; no field is required"), (
        Arg("[--call-back]", Message("they want a call back")),
        *options_of(_VALUES),
    ), _add),
    Verb("list", Message("the open slips"), (), _list),
    Verb("move", Message("put the words of a slip into a case, and close it"), (
        Arg("SLIP", Message("its id, or its beginning")),
        OneOf((
            Arg("[--to CASE]", Message("an existing case (id or reference)")),
            Arg("[--new KIND]", Message("a new case of this kind; asks for its title"), choices=CASE_KINDS),
        ), is_required=True),
        Arg("[--role ROLE]", Message("the caller's role: third, in a new case client"), choices=PERSON_ROLES),
        Arg("[--same PERSON]", Message("who called is this person of the case: no second person is made")),
        ANYWAY,
        *options_of((_TITLE,)),
    ), _move),
    Verb("edit", Message("correct an open slip; what it said before is gone when it is moved or closed"), (
        Arg("SLIP", Message("its id, or its beginning")),
        OneOf((
            Arg("[--call-back]", Message("they want a call back")),
            Arg("[--no-call-back]", Message("they want none")),
        )),
        *options_of(_CORRECTED),
    ), _edit),
    Verb("ask", Message("whom to ask about a person who may be known already"), options_of(_WHO), _ask),
)  # fmt: skip
