"""`casevault intake | import`: call slips and the register of who is known, and lists of cases from elsewhere."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import indented
from vault.cli.table import Arg, Given, Verb, new_file
from vault.display import MINUTE_UTC, local_time, time_data
from vault.ids import short_id
from vault.words.message import Message, Words

_WHO = (Personal("names", "--name", Message("Name, in each script known"), required=True, many=True),)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import intake

        found = intake.list_open(session)
    data: list[dict[str, object]] = []
    lines: list[Words] = []
    for shown in found:
        slip, never = shown.said, shown.do_not_call
        data.append(
            {
                "slip": shown.key,
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


def _ask(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _WHO) as (session, answers):
        from vault.services.cases import register
        from vault.services.projection import authors

        members = register.ask(session, answers["names"])
        names = authors.names_of_members(session)
    known = {member.hex(): authors.name_in(names, member) for member in members}
    lines = [Message("Ask {name}.", name=name) for name in known.values()]
    return Result({"ask": known}, lines or [Message("Nobody entered a person with this name.")])


INTAKE: Final = (
    Verb("list", Message("the open slips"), (), _list),
    Verb("ask", Message("whom to ask about a person who may be known already"), options_of(_WHO), _ask),
)


# `casevault import template`: an empty list of cases with the right headers; it needs no vault.
def _template(args: Given, _output: Output) -> Result:
    from vault.services.imports import case_import, import_words

    case_import.write_template(args.file)
    return Result({"template": str(args.file)}, import_words.template_lines(args.file))


IMPORT: Final = (
    Verb("template", Message("write an empty list with the right headers, .csv or .xlsx"), (
        Arg("FILE", Message("the new file"), of=new_file),
    ), _template),
)  # fmt: skip

TABLES: Final = {"intake": INTAKE, "import": IMPORT}
