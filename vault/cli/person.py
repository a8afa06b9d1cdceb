"""`casevault person`: the people of a case."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import case_of, opened
from vault.cli.output import Output, Result
from vault.cli.showing import person_data, person_lines, two_lines, whole_person_lines
from vault.cli.table import CASE, IN_CASE, Arg, Given, Verb
from vault.ids import short_id
from vault.words.message import Message

_PERSON: Final = Arg("PERSON", Message("the person's id, or its beginning (`person list`)"))


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import Person
        from vault.services.cases import case_people, editing, two_versions

        place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case_of(session, args))
        person = case_people.show(session, place, why=args.why)
        never_use = case_people.never_use_in(session, place.case)
        two = two_lines(two_versions.both(session, place, why=args.why)) if person.heads > 1 else []
    lines = [*whole_person_lines(person, never_use), *two]
    return Result({"case": place.case.hex(), **person_data(person, never_use)}, lines)


def _cases(args: Given, output: Output) -> Result:
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


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import never_use_of
        from vault.services.cases import cases

        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
    never_use = never_use_of(person.value for person in view.persons)
    lines = [line for person in view.persons for line in person_lines(person, never_use)]
    data = {"case": view.case.hex(), "persons": [person_data(person, never_use) for person in view.persons]}
    return Result(data, lines or [Message("There are no people in this case yet.")])


VERBS: Final = (
    Verb("list", Message("the people of a case"), (CASE,), _list),
    Verb("show", Message("all that is known of a person"), (_PERSON, IN_CASE), _show),
    Verb("cases", Message("your cases in which the same person is"), (_PERSON, IN_CASE), _cases),
)  # fmt: skip
