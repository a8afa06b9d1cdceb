"""Two records of people are one person, in two cases or in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from vault.acts.act import Act, Agreed, Ask, Field, Follow, Plan, Said, Shape, Told, one
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.editing import Place
    from vault.services.cases.writing_down import Known


def place_of(session: Session, text: str, section: str | None, case: CompartmentId | None = None) -> Place:
    """Return where a person stands, by an id or CASE/ID, or by an id in a section."""
    from vault.casework.person import Person
    from vault.services.cases import cases, editing, section_people, sections

    named, _, record = text.rpartition("/")
    if section is not None:
        return section_people.locate(session, sections.find(session, section), record)
    return editing.locate(session, record, frozenset({Person.KIND}), case=cases.find(session, named) if named else case)


ANYWAY: Final = Field(
    "anyway",
    Message("Save it anyway"),
    Shape.YES,
    Message("save it even if somebody like this may be known already"),
    is_answer=True,
)


def known_already(known: Known) -> tuple[Ask, ...]:
    """Return the question whether to write somebody down who may be known already; none where nobody may be."""
    from vault.services.cases.writing_down import KnownAlreadyError

    question = Message("Known already? Save it anyway, as somebody else, or as the same person in another case?")
    anyway = Ask(
        ANYWAY.name,
        question,
        yes=Message("Save it anyway"),
        no=Message("Back to the form"),
        told=tuple(known.told()),
        refusal=KnownAlreadyError(known),
    )
    return (anyway,) if known else ()


class _Two(NamedTuple):
    person: Place
    other: Place


def _who_is_one(session: Session, said: Said) -> Plan[_Two]:
    from vault.services.cases import same_person

    two = _Two(
        place_of(session, said["person"][0], one(said, "section")),
        place_of(session, said["other"][0], one(said, "other_section")),
    )
    name, _ = same_person.called(session, two.person)
    other, ref = same_person.called(session, two.other)
    sure = Ask(
        "one person",
        Message("Are {name} and {other}, of {ref}, the same person?", name=name, other=other, ref=ref),
        yes=Message("One person"),
        no=Message("Leave it"),
        told=(_BOTH_HERE if same_person.are_of_one_case(session, *two) else _BOTH,),
        is_for_screens=True,
    )
    return Plan(two, mark=two, asks=(sure,))


def _join(session: Session, plan: Plan[_Two], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import same_person

    person, other = plan.of
    joined = same_person.same(session, person, other)
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
    "Both records stay as they are, and say that they are the same. It can be taken back within ten minutes."
)
_BOTH_HERE: Final = Message(
    "Both rows stay in this case; a report shows one person. To have one row instead: add to one of them what it lacks,"
    " and erase the other. This can be taken back within ten minutes."
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
        Field("section", Message("Section"), Shape.CODE, Message("the person is in this restricted section"),
              form="[--section ID]"),
        Field("other_section", Message("Section of the other"), Shape.CODE,
              Message("the other person is in this restricted section"), form="[--other-section ID]"),
    ),
    look=_who_is_one,
    run=_join,
    doing=Message("Saying that they are one person"),
    nothing=Message("nothing is said of them"),
)  # fmt: skip
ACTS: Final = (SAME,)
