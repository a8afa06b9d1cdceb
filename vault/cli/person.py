"""`casevault person`: the people of a case."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from vault.acts.person import place_of
from vault.cli.dates import birth_of
from vault.cli.known import ANYWAY, unless_known
from vault.cli.opening import case_of, opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.people_shown import person_data, person_lines, warned, whole_person_lines
from vault.cli.prompts import Personal, asked_again, options_of
from vault.cli.showing import edited, two_lines
from vault.cli.table import CASE, IN_CASE, SECTION, Arg, Given, Verb
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.person import Person

PERSON_ROLES = (
    *("client", "relative", "dependant", "witness", "co-accused", "guarantor", "lawyer", "worker", "interpreter"),
    *("persecutor", "third"),
)
CHANNELS = ("phone", "sms", "messenger", "email", "in-person", "through-someone", "not-known")
_BORN = Personal(
    "born", "--born", Message("Date of birth (1984, 5.1984, 17.05.1984; ~ for about)"), of=birth_of("--born")
)
_DOCUMENTS = Personal("documents", "--document", Message("Identity document as KIND:NUMBER"), many=True)
_CONTACT = (
    Personal("address", "--address", Message("Safe contact: number, address or person")),
    Personal("hours", "--hours", Message("Safe contact: when it is safe")),
    Personal("code_phrase", "--code-phrase", Message("Safe contact: what to say first")),
    Personal("may_tell", "--may-tell", Message("Safe contact: who may be told what")),
    Personal("never_use", "--never-use", Message("Number or address that must never be used"), many=True),
)
_NEW = (
    Personal("names", "--name", Message("Name, in each script known"), required=True, many=True, in_parts=True),
    _BORN,
    Personal("phones", "--phone", Message("Phone"), many=True),
    Personal("emails", "--email", Message("E-mail"), many=True),
    _DOCUMENTS,
    *_CONTACT,
)
_CHANGED = (
    Personal("add_names", "--add-name", Message("Another name or spelling"), many=True, in_parts=True),
    Personal(
        "misspelt", "--misspelt", Message("A misspelt name of theirs; exports still hide it"), many=True, in_parts=True
    ),
    Personal(
        "former", "--former", Message("A name that they had before; exports still hide it"), many=True, in_parts=True
    ),
    _BORN,
    Personal("phones", "--phone", Message("Another phone"), many=True),
    Personal("drop_phones", "--drop-phone", Message("A phone that is no longer theirs"), many=True),
    Personal("emails", "--email", Message("Another e-mail"), many=True),
    Personal("drop_emails", "--drop-email", Message("An e-mail that is no longer theirs"), many=True),
    _DOCUMENTS,
    *_CONTACT,
    Personal("use_again", "--use-again", Message("A number or address that may be used again"), many=True),
)
_CHANNEL: Final = Arg("[--channel WAY]", Message("safe contact: the way to reach them"), choices=CHANNELS)
_COUNTED: Final = (
    Arg("[--sex SEX]", Message("their sex, for counts"), choices=("female", "male", "other")),
    Arg("[--nationality CODE ...]", Message("their nationality as two letters, such as KG; XX for none; for counts")),
)
_REGISTER: Final = Arg(
    "[--register ANSWER]",
    Message("`no`: leave them out of the register; the same person is then not found when a call comes in"),
    choices=("yes", "no"),
)
_LEFT_OUT: Final = Message(
    "They are left out of the register: who takes a call is not told to ask you, and may write them down a second time."
    " What colleagues entered of them stays."
)
_OF_SECTION: Final = Arg("[--section ID]", Message("the person is in this restricted section"))
_PERSON: Final = Arg("PERSON", Message("the person's id, or its beginning (`person list`)"))


def _add(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _NEW) as (session, answers):
        from vault.casework.person_change import contact_made
        from vault.casework.script import strays
        from vault.services.cases import cases, people, safe_contacts, sections, writing_down

        case = cases.find(session, args.case)
        section = None if args.section is None else sections.find_in(session, case, args.section)

        def typed() -> Person:
            return people.checked_person(
                role=args.role,
                names=answers["names"],
                born=next(iter(answers["born"]), None),
                phones=answers["phones"],
                emails=answers["emails"],
                documents=answers["documents"],
                safe_contact=contact_made(people.contact_change(args.channel, answers)),
                sex=args.sex,
                nationalities=args.nationality,
                unregistered=args.register == "no",
            )

        record = unless_known(
            args,
            output,
            lambda anyway: writing_down.add_person(session, case, typed(), section=section, anyway=anyway),
            again=lambda: answers.update(asked_again(_NEW, answers)),
        )
        person = typed()
        found = safe_contacts.never_used(session, case, (*person.phones, *person.emails))
    lines: list[Words] = [Message("The person is saved."), Message("id {record}", record=record.hex())]
    lines += [_LEFT_OUT] if args.register == "no" else []
    mixed = strays(name.text for name in person.names)
    data = {"person": record.hex(), "do_not_call": list(found), "mixed_letters": list(mixed)}
    return Result(data, [*lines, *warned(found), *mixed.values()])


def _present(args: Given, session: Session) -> dict[str, str]:
    """Return what is kept of the person that is changed, of what a new answer takes the place of."""
    if args.section is not None:
        return {}
    from vault.services.cases import people

    person = people.show(session, place_of(session, args.person, None, case_of(session, args))).value
    contact = person.safe_contact
    there = {"born": person.born or ""}
    if contact is not None:
        there |= {key: getattr(contact, key) for key in ("address", "hours", "code_phrase", "may_tell")}
    return there


def _edit(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _CHANGED, present=partial(_present, args)) as (session, answers):
        from vault.casework.person_change import PersonChange
        from vault.casework.script import strays
        from vault.services.cases import people, safe_contacts, section_people, writing_down

        place = place_of(session, args.person, args.section, case_of(session, args))
        wanted = PersonChange(
            role=args.role,
            add_names=tuple(answers["add_names"]),
            misspelt=tuple(answers["misspelt"]),
            former=tuple(answers["former"]),
            born=next(iter(answers["born"]), None),
            add_phones=tuple(answers["phones"]),
            drop_phones=tuple(answers["drop_phones"]),
            add_emails=tuple(answers["emails"]),
            drop_emails=tuple(answers["drop_emails"]),
            add_documents=tuple(map(people.document_of, answers["documents"])),
            contact=people.contact_change(args.channel, answers),
            sex=args.sex,
            nationalities=tuple(args.nationality) or None,
            unregistered=None if args.register is None else args.register == "no",
        )
        result = edited(
            unless_known(args, output, lambda anyway: writing_down.change_person(session, place, wanted, anyway=anyway))
        )
        home = place.case if args.section is None else section_people.case_of(session, place)
        found = safe_contacts.never_used(session, home, (*wanted.add_phones, *wanted.add_emails))
    out = [_LEFT_OUT] if args.register == "no" else []
    mixed = strays(wanted.add_names)
    data = {**result.data, "do_not_call": list(found), "mixed_letters": list(mixed)}
    return Result(data, [*result.lines, *out, *warned(found), *mixed.values()])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import Person
        from vault.services.cases import editing, people, safe_contacts, two_versions

        place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case_of(session, args))
        person = people.show(session, place, why=args.why)
        never_use = safe_contacts.never_use_in(session, place.case)
        two = two_lines(two_versions.both(session, place, why=args.why)) if person.heads > 1 else []
    lines = [*whole_person_lines(person, never_use), *two]
    return Result({"case": place.case.hex(), **person_data(person, never_use)}, lines)


def _cases(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import Person
        from vault.services.cases import editing, same_person

        place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case_of(session, args))
        found = same_person.cases_of(session, place)
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
    Verb("add", Message("add a person to a case"), (
        CASE,
        Arg("--role ROLE", Message("their role in this case"), choices=PERSON_ROLES),
        SECTION, _CHANNEL, *_COUNTED, _REGISTER, ANYWAY, *options_of(_NEW),
    ), _add),
    Verb("list", Message("the people of a case"), (CASE,), _list),
    Verb("show", Message("all that is known of a person"), (_PERSON, IN_CASE), _show),
    Verb("cases", Message("your cases in which the same person is"), (_PERSON, IN_CASE), _cases),
    Verb("edit", Message("change what is known of a person; a wrong name stays, marked"), (
        _PERSON,
        IN_CASE,
        Arg("[--role ROLE]", Message("their role in this case"), choices=PERSON_ROLES),
        _OF_SECTION, _CHANNEL, *_COUNTED, _REGISTER, ANYWAY, *options_of(_CHANGED),
    ), _edit),
)  # fmt: skip
