"""`casevault person`: the people of a case."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import person_data, person_lines
from vault.cli.table import CASE, SECTION, Arg, Given, Verb
from vault.words.message import Message

PERSON_ROLES = ("client", "relative", "witness", "worker", "interpreter", "persecutor", "third")
_VALUES = (
    Personal("names", "--name", Message("Name, in each script known"), required=True, many=True),
    Personal("born", "--born", Message("Date of birth (YYYY, YYYY-MM or YYYY-MM-DD)")),
    Personal("phones", "--phone", Message("Phone"), many=True),
    Personal("emails", "--email", Message("E-mail"), many=True),
    Personal("documents", "--document", Message("Identity document as KIND:NUMBER"), many=True),
)


def _add(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _VALUES) as (session, answers):
        from vault.services.cases import cases, people, sections

        case = cases.find(session, args.case)
        person = people.checked_person(
            role=args.role,
            names=answers["names"],
            born=next(iter(answers["born"]), None),
            phones=answers["phones"],
            emails=answers["emails"],
            documents=answers["documents"],
        )
        if args.section is None:
            record = people.keep(session, case, person)
        else:
            record = sections.add_person(session, sections.find_in(session, case, args.section), person)
    return Result(
        {"person": record.hex()}, [Message("The person is saved."), Message("id {record}", record=record.hex())]
    )


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases

        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
    lines = [line for person in view.persons for line in person_lines(person)]
    data = {"case": view.case.hex(), "persons": [person_data(person) for person in view.persons]}
    return Result(data, lines or [Message("There are no people in this case yet.")])


VERBS: Final = (
    Verb("add", Message("add a person to a case"), (
        CASE,
        Arg("--role ROLE", Message("their role in this case"), choices=PERSON_ROLES),
        SECTION, *options_of(_VALUES),
    ), _add),
    Verb("list", Message("the people of a case"), (CASE,), _list),
)  # fmt: skip
