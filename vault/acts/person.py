"""The people of a case: added, changed, and said to be the same in two cases or in one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.acts.act import CASE, IN_CASE, Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, of_case, one
from vault.acts.case import ANYWAY, known_already, told_of_change
from vault.casework.vocabulary import Channel, DocumentKind, PersonRole, Sex
from vault.errors import UsageError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.access.session import Session
    from vault.casework.person import Person, PersonChange
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.editing import Place


def place_of(session: Session, text: str, section: str | None, case: CompartmentId | None = None) -> Place:
    """Return where a person stands, by an id or CASE/ID, or by an id in a section."""
    from vault.casework.person import Person
    from vault.services.cases import cases, editing, sections

    named, _, record = text.rpartition("/")
    if section is not None:
        return sections.locate_person(session, sections.find(session, section), record)
    return editing.locate(session, record, frozenset({Person.KIND}), case=cases.find(session, named) if named else case)


def as_said(person: Person) -> dict[str, str]:
    """Return what the fields say of a person; what is several, each on a line. Documents are only ever added."""
    contact = person.safe_contact
    said = {
        "names": "\n".join(name.text for name in person.current_names()),
        "role": person.role.value,
        "born": person.born or "",
        "phones": "\n".join(person.phones),
        "emails": "\n".join(person.emails),
        "sex": "" if person.sex is None else person.sex.value,
        "nationality": "\n".join(person.nationalities),
        "register": "no" if person.unregistered else "yes",
    }
    if contact is None:
        return said
    return {
        **said,
        "channel": contact.channel.value,
        "address": contact.address,
        "hours": contact.hours,
        "code_phrase": contact.code_phrase,
        "may_tell": contact.may_tell,
        "never_use": "\n".join(contact.never_use),
    }


def _warned(found: Iterable[str], names: Iterable[str], said: Said) -> tuple[dict[str, object], list[Words]]:
    """Return as data and as lines what somebody should know of what they wrote: numbers, letters, the register."""
    from vault.casework.script import strays

    found, mixed = list(found), strays(names)
    barred = [
        Message("DO NOT CALL  {number}: it is on the never-use list of a person of this case.", number=number)
        for number in found
    ]
    left_out = [_LEFT_OUT] if said.get("register") == ("no",) else []
    return {"do_not_call": found, "mixed_letters": list(mixed)}, [*left_out, *barred, *mixed.values()]


# ---- added --------------------------------------------------------------------------------------------------------


class _New(NamedTuple):
    said: Said
    person: Person
    case: CompartmentId
    section: CompartmentId | None


def _who_is_new(session: Session, said: Said) -> Plan[_New]:
    from vault.casework.person import contact_made
    from vault.services.cases import case_people, cases, sections, writing_down

    case, section = cases.find(session, said["case"][0]), one(said, "section")
    if said.keys() <= {"case", "section", "why", "role", "channel", "register", ANYWAY.name}:
        raise UsageError(Message("name is missing"), next_step=Message("Type a name, a number or what is known."))
    person = case_people.checked_person(
        role=said["role"][0],
        names=said.get("names", ()),
        born=one(said, "born"),
        phones=said.get("phones", ()),
        emails=said.get("emails", ()),
        documents=said.get("documents", ()),
        safe_contact=contact_made(case_people.contact_change(one(said, "channel"), said)),
        sex=one(said, "sex"),
        nationalities=said.get("nationality", ()),
        unregistered=said.get("register") == ("no",),
    )
    new = _New(said, person, case, None if section is None else sections.find_in(session, case, section))
    asks = () if ANYWAY.name in said else known_already(writing_down.known_of_person(session, case, person))
    return Plan(new, asks=asks)


def _add(session: Session, plan: Plan[_New], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import case_people, writing_down

    said, person, case, section = plan.of
    record = writing_down.add_person(session, case, person, section=section, anyway=True)
    found = case_people.never_used(session, case, (*person.phones, *person.emails))
    data, warned = _warned(found, (name.text for name in person.names), said)
    saved = (Message("The person is saved."), Message("id {record}", record=record.hex()))
    return Told((*saved, *warned), {"person": record.hex(), **data})


# ---- changed ------------------------------------------------------------------------------------------------------


class _Change(NamedTuple):
    said: Said
    place: Place
    wanted: PersonChange


def _place_of(session: Session, said: Said) -> Place:
    return place_of(session, said["person"][0], one(said, "section"), of_case(session, said))


def _what_is_known(session: Session, said: Said) -> Begun:
    """Return what is kept of what a new answer takes the place of."""
    from vault.services.cases import case_people

    if "section" in said:
        return Begun()
    present = as_said(case_people.show(session, _place_of(session, said)).value)
    return Begun({name: present.get(name, "") for name in ("born", "address", "hours", "code_phrase", "may_tell")})


def _what_changes(session: Session, said: Said) -> Plan[_Change]:
    from vault.casework.person import PersonChange, PersonName
    from vault.casework.vocabulary import NameKind, word_of
    from vault.services.cases import case_people, writing_down

    def spelt(said: str) -> PersonName:
        kind, _, name = said.partition(":")
        return PersonName.written(name, word_of(NameKind, kind, "kind"))

    register = one(said, "register")
    wanted = PersonChange(
        role=one(said, "role"),
        add_names=said.get("add_names", ()),
        spellings=tuple(map(spelt, said.get("spellings", ()))),
        misspelt=said.get("misspelt", ()),
        former=said.get("former", ()),
        born=one(said, "born"),
        add_phones=said.get("phones", ()),
        drop_phones=said.get("drop_phones", ()),
        add_emails=said.get("emails", ()),
        drop_emails=said.get("drop_emails", ()),
        add_documents=tuple(map(case_people.document_of, said.get("documents", ()))),
        contact=case_people.contact_change(one(said, "channel"), said),
        sex=one(said, "sex"),
        nationalities=said.get("nationality"),
        unregistered=None if register is None else register == "no",
    )
    place = _place_of(session, said)
    known = () if ANYWAY.name in said else known_already(writing_down.known_of_change(session, place, wanted))
    return Plan(_Change(said, place, wanted), asks=known)


def _change(session: Session, plan: Plan[_Change], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import case_people, sections, writing_down

    said, place, wanted = plan.of
    told = told_of_change(writing_down.change_person(session, place, wanted, anyway=True))
    home = sections.case_of_person(session, place) if "section" in said else place.case
    found = case_people.never_used(session, home, (*wanted.add_phones, *wanted.add_emails))
    data, warned = _warned(found, wanted.add_names, said)
    return Told((*told.lines, *warned), {**told.data, **data})


_LEFT_OUT: Final = Message(
    "They are left out of the register: who takes a call is not told to ask you, and may write them down a second time."
    " What colleagues entered of them stays."
)
_ROLE: Final = Field("role", Message("Role"), Shape.WORD, Message("their role in this case"), words=tuple(PersonRole))
_BORN: Final = Field(
    "born", Message("Born"), Shape.BIRTH, question=Message("Date of birth (1984, 5.1984, 17.05.1984; ~ for about)"),
    refused_as="date of birth",
)  # fmt: skip
_DOCUMENTS: Final = Field(
    "documents", Message("Document"), Shape.LINES, question=Message("Identity document as KIND:NUMBER"),
    form="--document", words=tuple(DocumentKind), hint=Message("empty: no document"), refused_as="document",
)  # fmt: skip
_CONTACT: Final = (
    Field("channel", Message("Safe contact"), Shape.WORD, Message("safe contact: the way to reach them"),
          form="[--channel WAY]", words=tuple(Channel)),
    Field("address", Message("  address"), Shape.LINE, question=Message("Safe contact: number, address or person"),
          hint=Message("number, address or person")),
    Field("hours", Message("  hours"), Shape.LINE, question=Message("Safe contact: when it is safe"),
          hint=Message("when it is safe")),
    Field("code_phrase", Message("  say first"), Shape.LINE, question=Message("Safe contact: what to say first"),
          form="--code-phrase", hint=Message("the words by which they know you"), refused_as="code phrase"),
    Field("may_tell", Message("  may tell"), Shape.LINE, question=Message("Safe contact: who may be told what"),
          form="--may-tell", hint=Message("who may be told what"), refused_as="may tell"),
    Field("never_use", Message("  never use"), Shape.LINES,
          question=Message("Number or address that must never be used"), form="--never-use",
          hint=Message("numbers and addresses, with ; between"), refused_as="never-use list"),
)  # fmt: skip
_COUNTED: Final = (
    Field("sex", Message("Sex"), Shape.WORD, Message("their sex, for counts"), words=tuple(Sex)),
    Field("nationality", Message("Nationality"), Shape.CODE,
          Message("their nationality as two letters, such as KG; XX for none; for counts"),
          form="[--nationality CODE ...]", hint=Message("two letters, e.g. KG; XX for none")),
    Field("register", Message("Register"), Shape.WORD,
          Message("`no`: leave them out of the register; the same person is then not found when a call comes in"),
          form="[--register ANSWER]", words=("yes", "no")),
)  # fmt: skip
_OF_SECTION: Final = Message("the person is in this restricted section")
ADD: Final = Act(
    "person add",
    Message("add a person to a case"),
    Message("New person"),
    Message("keep"),
    (
        CASE,
        Field("section", Message("Section"), Shape.RECORDS, Message("save it in this restricted section of the case"),
              form="[--section ID]"),
        Field("names", Message("Names"), Shape.LINES, question=Message("Name, in each script known"), form="--name",
              hint=Message("one for each script, with ; between"), refused_as="name"),
        replace(_ROLE, is_required=True),
        _BORN,
        Field("phones", Message("Phones"), Shape.LINES, question=Message("Phone"), form="--phone", refused_as="phone"),
        Field("emails", Message("E-mails"), Shape.LINES, question=Message("E-mail"), form="--email",
              refused_as="e-mail"),
        _DOCUMENTS,
        *_CONTACT,
        *_COUNTED,
        ANYWAY,
    ),
    look=_who_is_new,
    run=_add,
    doing=Message("Saving the person"),
    nothing=Message("nothing is written"),
    begin=lambda _session, _said: Begun({"role": "client", "register": "yes"}),
)  # fmt: skip
EDIT: Final = Act(
    "person edit",
    Message("change what is known of a person; a wrong name stays, marked"),
    Message("Change a person"),
    Message("keep"),
    (
        Field("person", Message("Person"), Shape.RECORDS, Message("the person's id, or its beginning"),
              form="PERSON"),
        IN_CASE,
        Field("section", Message("Section"), Shape.RECORDS, _OF_SECTION, form="[--section ID]"),
        _ROLE,
        Field("add_names", Message("Names"), Shape.LINES, question=Message("Another name or spelling"),
              form="--add-name"),
        Field("spellings", Message("Spelling"), Shape.LINES, form="--spelling", is_answer=True,
              question=Message("Another spelling behind the others, as KIND:NAME")),
        Field("misspelt", Message("Misspelt"), Shape.LINES,
              question=Message("A misspelt name of theirs; exports still hide it")),
        Field("former", Message("Former"), Shape.LINES,
              question=Message("A name that they had before; exports still hide it")),
        _BORN,
        Field("phones", Message("Phones"), Shape.LINES, question=Message("Another phone"), form="--phone"),
        Field("drop_phones", Message("Old phones"), Shape.LINES, question=Message("A phone that is no longer theirs"),
              form="--drop-phone"),
        Field("emails", Message("E-mails"), Shape.LINES, question=Message("Another e-mail"), form="--email"),
        Field("drop_emails", Message("Old e-mails"), Shape.LINES,
              question=Message("An e-mail that is no longer theirs"), form="--drop-email"),
        _DOCUMENTS,
        *_CONTACT,
        Field("use_again", Message("Use again"), Shape.LINES,
              question=Message("A number or address that may be used again"), form="--use-again"),
        *_COUNTED,
        ANYWAY,
    ),
    look=_what_changes,
    run=_change,
    doing=Message("Saving the person"),
    nothing=Message("nothing is written"),
    begin=_what_is_known,
    is_change=True,
)  # fmt: skip


# ---- the same in two places ---------------------------------------------------------------------------------------


def _who_is_one(session: Session, said: Said) -> Plan[tuple[Place, Place]]:
    from vault.services.cases import same_people

    two = (
        place_of(session, said["person"][0], one(said, "section")),
        place_of(session, said["other"][0], one(said, "other_section")),
    )
    (name, _), (other, ref) = (same_people.called(session, place) for place in two)
    sure = Ask(
        "one person",
        Message("Are {name} and {other}, of {ref}, the same person?", name=name, other=other, ref=ref),
        yes=Message("One person"),
        no=Message("Leave it"),
        told=(_BOTH_HERE if same_people.are_of_one_case(session, *two) else _BOTH,),
        is_for_screens=True,
    )
    return Plan(two, mark=two, asks=(sure,))


def _join(session: Session, plan: Plan[tuple[Place, Place]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import same_people

    person, other = plan.of
    joined = same_people.same(session, person, other)
    told = plural(
        "They are the same person now, in {count} place of your cases.",
        "They are the same person now, in {count} places of your cases.",
        count=joined.places,
    )
    data = {"person": person.record.hex(), "other": other.record.hex(), "places": joined.places}
    if not joined.ref:
        return Told((told,), {**data, "both_rows_stay": False})
    stay = Message("Both rows stay in {ref}; a report shows one person.", ref=joined.ref)
    return Told((told, stay), {**data, "both_rows_stay": True}, follows=_TO_HAVE_ONE_ROW)


_BOTH: Final = Message(
    "Both records stay as they are, and say that they are the same. You can undo it for ten minutes, if you write"
    " nothing else and make no bundle."
)
_BOTH_HERE: Final = Message(
    "Both rows stay in this case; a report shows one person. To have one row instead: add to one of them what it lacks,"
    " and erase the other. You can undo it for ten minutes, if you write nothing else and make no bundle."
)
_TO_HAVE_ONE_ROW: Final = (
    Follow(Message("To have one row, take this back"), "undo"),
    Follow(Message("Then add to one of them what it lacks"), "person edit"),
    Follow(Message("And erase the other"), "erase"),
)
SAME: Final = Act(
    "person same",
    Message("say that this person and a person of another case or section are the same"),
    Message("The same person"),
    Message("one person"),
    (
        Field("person", Message("Person"), Shape.RECORDS, Message("the person's id, or its beginning; or CASE/ID"),
              form="PERSON"),
        Field("other", Message("Other person"), Shape.RECORDS,
              Message("the other person's id, or its beginning; or CASE/ID"), form="OTHER"),
        Field("section", Message("Section"), Shape.RECORDS, _OF_SECTION, form="[--section ID]"),
        Field("other_section", Message("Section of the other"), Shape.CODE,
              Message("the other person is in this restricted section"), form="[--other-section ID]"),
    ),
    look=_who_is_one,
    run=_join,
    doing=Message("Saying that they are one person"),
    nothing=Message("nothing is said of them"),
)  # fmt: skip
ACTS: Final = (ADD, EDIT, SAME)
