"""`casevault person`: the people of a case."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal
from vault.cli.showing import person_data, person_lines

_ROLES = ("client", "relative", "witness", "worker", "interpreter", "persecutor", "third")
_VALUES = (
    Personal("names", "--name", "Name, in each script known", required=True, many=True),
    Personal("born", "--born", "Date of birth (YYYY, YYYY-MM or YYYY-MM-DD)"),
    Personal("phones", "--phone", "Phone", many=True),
    Personal("emails", "--email", "E-mail", many=True),
    Personal("documents", "--document", "Identity document as KIND:NUMBER", many=True),
)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `add`, `list`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="add | list")
    add = verbs.add_parser("add", help="add a person to a case", allow_abbrev=False)
    add.add_argument("case", help="the case's id or reference")
    add.add_argument("--role", choices=_ROLES, required=True, help="their role in this case")
    add.add_argument("--section", metavar="ID", help="save it in this restricted section of the case")
    add_personal(add, _VALUES)
    add.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="the people of a case", allow_abbrev=False)
    listing.add_argument("case", help="the case's id or reference")
    listing.set_defaults(command=_list)


def _add(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases, people, sections

    with opened_to_ask(args, output, _VALUES, "person add CASE --role ROLE") as (session, answers):
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
    return Result({"person": record.hex()}, ["The person is saved.", f"id {record.hex()}"])


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases

    with opened(args, output) as session:
        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
    lines = [line for person in view.persons for line in person_lines(person)]
    data = {"case": view.case.hex(), "persons": [person_data(person) for person in view.persons]}
    return Result(data, lines or ["There are no people in this case yet."])
