"""The forms of the organisation: kept by admins, each with a version, and filled in in a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.form import Form
from vault.casework.questionnaires import Filled, FormDefinition, QuestionKind, country_of, read_form
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, of_kind
from vault.records.work import Entry
from vault.services.cases import story_records
from vault.services.cases.cases import today
from vault.services.cases.editing import Edited, Place, edit
from vault.services.projection.projection import audit_of, read_valid
from vault.words.message import Message
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it is asked now, and the versions of its record that a further one replaces."""

    record: RecordId
    definition: FormDefinition
    heads: tuple[VersionId, ...] = ()


def list_all(session: Session) -> list[KeptForm]:
    """Return the forms, by their titles. What another program spoiled is passed over."""
    session.require(Action.FORM_READ)
    known = list(of_kind(read_valid(session, session.directory.compartment), FormDefinition))
    newest: dict[str, tuple[OpenedVersion, FormDefinition]] = {}
    for version, definition in sorted(known, key=lambda each: (each[1].version, each[0].content.clock)):
        newest[definition.code] = (version, definition)
    found = [
        KeptForm(top.record, form, tuple(version.id for version, _ in known if version.record == top.record))
        for top, form in newest.values()
    ]
    return sorted(found, key=lambda kept: (kept.definition.title.casefold(), kept.definition.code))


def find(session: Session, code: str) -> KeptForm:
    """Return the form with this code.

    Raises:
        NotFoundError: there is none.
    """
    known = list_all(session)
    wanted = code.strip().casefold()
    for kept in known:
        if kept.definition.code == wanted:
            return kept
    raise NotFoundError(
        Message("there is no form with this code"),
        next_step=Message("{form_list} shows them.", form_list=NextStep.LIST_FORMS),
    )


def add(session: Session, raw: bytes) -> KeptForm:
    """Keep a form as its file describes it, or a newer version of one that is there.

    Raises:
        UsageError: the file is no form, or its version is not above the one that is kept.
    """
    rule = session.require(Action.FORM_WRITE)
    definition = read_form(raw)
    before = next((kept for kept in list_all(session) if kept.definition.code == definition.code), None)
    if before is not None and definition.version <= before.definition.version:
        raise UsageError(
            Message("this form is kept in version {version} already", version=before.definition.version),
            next_step=Message("Give the file a higher version."),
        )
    home = session.directory.compartment
    with session.work(home) as work:
        if before is None:
            work.keep(home, definition)
        else:
            work.keep(home, definition, before.record, before.heads)
        work.commit(Entry(act="config.change", covers={FormDefinition.KIND: 1}, pol=rule))
    return find(session, definition.code)


def fill(session: Session, case: CompartmentId, code: str, typed: Mapping[str, str]) -> RecordId:
    """Keep a form as it was filled in, in a case. When this returns, it is durable.

    Raises:
        NotFoundError: no such form.
        UsageError: no such question, a required one without an answer, or an answer of another kind.
    """
    rule = session.require(Action.CASE_WRITE, case)
    definition = find(session, code).definition
    form = definition.as_form()
    every = {field.name: typed.get(field.name, "") for field in form.fields} | dict(typed)
    empty = Filled(definition.code, definition.title, today(session), definition.version)
    filled = empty.answered(definition, _values(session, case, form, definition, every))
    with session.work(case) as work:
        kept = work.keep(case, filled)
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers={Filled.KIND: 1}, pol=rule))
    return kept


def change(session: Session, place: Place, code: str, typed: Mapping[str, str]) -> Edited:
    """Change answers of a filled form; those that were not typed stay, also of questions that nobody asks any more.

    Raises:
        NotFoundError: no such form or record.
        UsageError: nothing to change, no such question, or an answer of another kind.
    """
    session.require(Action.CASE_WRITE, place.case)
    definition = find(session, code).definition
    values = _values(session, place.case, definition.as_form(), definition, typed)
    if not values:
        raise UsageError(Message("there is nothing to change"))

    def changed(before: Filled) -> Filled:
        if before.form != definition.code:
            raise UsageError(Message("this record was filled in by another form"))
        return before.answered(definition, values)

    return edit(session, place, Filled, changed)


def _values(
    session: Session, case: CompartmentId, form: Form, definition: FormDefinition, typed: Mapping[str, str]
) -> dict[str, str]:
    """Return what was typed as answers keep it: checked, a country by its code, a person of the case by their id."""
    countries = {question.name for question in definition.questions if question.kind == QuestionKind.COUNTRY}
    given = {name: country_of(text, name) if name in countries else text for name, text in typed.items()}
    values = story_records.typed_values(session, case, form, given)
    by_name = {field.name: field for field in form.fields}
    return {name: by_name[name].to_typed(value) for name, value in values.items()}
