"""How a case, its people and its notes look as JSON and as lines; used by several nouns."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from vault.casework.contact import is_never_used
from vault.display import MINUTE_UTC, local_time, time_data
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vault.casework.differences import Change, Piece
    from vault.casework.note import Note
    from vault.casework.person import Person, PersonName, SafeContact
    from vault.ids import RecordId
    from vault.services.cases.cases import CaseView
    from vault.services.cases.two_versions import TwoVersions
    from vault.services.projection.stored_records import Stored


def contact_lines(persons: Iterable[Stored[Person]]) -> list[Words]:
    """Return the safe contacts of a case: its first lines."""
    return [
        Message(
            "SAFE CONTACT  {name}: {contact}",
            name=person.value.display_name() or word_of(person.value.role),
            contact=_contact(person.value.safe_contact),
        )
        for person in persons
        if person.value.safe_contact is not None
    ]


def person_lines(person: Stored[Person], never_use: Sequence[str]) -> list[Words]:
    """Return a person for people; `never_use` is what must never be used in their case."""
    value = person.value
    names = " / ".join(name.text for name in value.current_names()) or value.display_name() or Message("no name")
    role, short = word_of(value.role), short_id(person.record)
    head = Message("{role}: {names}  id {id}", role=role, names=names, id=short)
    lines: list[Words] = [joined([head, *in_versions(person.heads)], "  ") or ""]
    lines += [_name(name) for name in value.names if name not in value.current_names()]
    return lines + _details(value, never_use)


def whole_person_lines(person: Stored[Person], never_use: Sequence[str]) -> list[Words]:
    """Return all that is known of a person: the safe contact first, then each name with its source and script."""
    value = person.value
    lines = [*contact_lines([person]), Message("{role}  id {id}", role=word_of(value.role), id=short_id(person.record))]
    lines += [_name(name) for name in value.names] or [Message("  no name")]
    return lines + _details(value, never_use)


def _details(value: Person, never_use: Sequence[str]) -> list[Words]:
    lines: list[Words] = [Message("  born {born}", born=value.born)] if value.born else []
    lines += [Message("  sex {sex}", sex=word_of(value.sex))] if value.sex else []
    lines += [Message("  nationality {codes}", codes=", ".join(value.nationalities))] if value.nationalities else []
    lines += [Message("  left out of the register")] if value.unregistered else []
    lines += [Message("  {way}", way=marked(way, never_use)) for way in (*value.phones, *value.emails)]
    lines += [Message("  {kind} {number}", kind=word_of(paper.kind), number=paper.number) for paper in value.documents]
    return lines


def in_versions(heads: int) -> list[Words]:
    """Return the mark of a record that has several versions beside one another."""
    return [Message("{heads} VERSIONS", heads=heads)] if heads > 1 else []


def marked(way: str, never_use: Sequence[str]) -> Words:
    """Return a number or address as it is shown: one that must never be used says so before it."""
    return Message("DO NOT CALL  {number}", number=way) if is_never_used(way, never_use) else way


def person_data(person: Stored[Person], never_use: Sequence[str]) -> dict[str, object]:
    value, contact = person.value, person.value.safe_contact
    ways = (*value.phones, *value.emails, *((contact.address,) if contact is not None else ()))
    return {
        "person": person.record.hex(),
        "role": value.role,
        "versions": person.heads,
        "names": [name.text for name in value.names],
        "spellings": [{"text": name.text, "script": name.script, "kind": name.kind} for name in value.names],
        "born": value.born,
        "sex": value.sex,
        "nationalities": list(value.nationalities),
        "registered": not value.unregistered,
        "phones": list(value.phones),
        "emails": list(value.emails),
        "documents": [f"{document.kind}:{document.number}" for document in value.documents],
        "safe_contact": None if contact is None else asdict(contact),
        "do_not_call": [way for way in dict.fromkeys(ways) if is_never_used(way, never_use)],
    }


def _name(name: PersonName) -> Words:
    return Message("  {name}  ({kind}, {script})", name=name.text, kind=word_of(name.kind), script=name.script)


def _contact(contact: SafeContact) -> Words:
    way: list[Words] = [word_of(contact.channel), contact.address]
    parts: list[Words] = [joined([part for part in way if part]) or "", contact.hours]
    parts += [Message("say: {phrase}", phrase=contact.code_phrase)] if contact.code_phrase else []
    parts += [Message("may tell: {person}", person=contact.may_tell)] if contact.may_tell else []
    parts += [Message("DO NOT CALL  {number}", number=number) for number in contact.never_use]
    return joined([part for part in parts if part], "; ") or ""


def case_data(view: CaseView, by: Mapping[RecordId, str]) -> dict[str, object]:
    """Return a case for `--json`; `by` says who wrote each note."""
    from vault.casework.person import never_use_of
    from vault.services.cases.notes import corrections

    head, corrected = view.head.value, corrections(view.notes)
    never_use = never_use_of(person.value for person in view.persons)
    return {
        "case": view.case.hex(),
        "versions": view.head.heads,
        "ref": head.ref,
        "title": head.title,
        "kind": head.kind,
        "stage": head.stage,
        "risk": head.risk,
        "opened": head.opened,
        "last_contact": view.last_contact,
        "only_you": view.only_you is not None,
        "namesakes": view.namesakes is not None,
        "no_recovery_reason": head.no_recovery_reason,
        "persons": [person_data(person, never_use) for person in view.persons],
        "notes": [note_data(note, by, corrected) for note in view.notes],
        "documents": [{"document": paper.record.hex(), **paper.value.plain()} for paper in view.papers],
    }


def case_lines(
    view: CaseView, by: Mapping[RecordId, str], in_two: Iterable[TwoVersions], looked: Iterable[Message]
) -> list[Words]:
    """Return a case for people; `by` says who wrote each note, `in_two` are its records with two versions.

    `looked` says how its check-ins stand.
    """
    from vault.casework.person import never_use_of
    from vault.services.cases.notes import corrections

    head, corrected = view.head.value, corrections(view.notes)
    never_use = never_use_of(person.value for person in view.persons)
    lines: list[Words] = [
        *contact_lines(view.persons),
        Message("CASE {ref}  {title}", ref=head.ref, title=head.title),
        Message(
            "{kind}, {stage}, risk {risk}, opened {opened}",
            kind=word_of(head.kind),
            stage=word_of(head.stage),
            risk=word_of(head.risk),
            opened=head.opened,
        ),
    ]
    lines += looked
    lines += [view.silence] if view.silence else []
    lines += [Message("WARNING: {namesakes}", namesakes=view.namesakes)] if view.namesakes else []
    lines += [view.only_you] if view.only_you else []
    if view.only_you and head.alone_reason:
        lines.append(Message("(because: {reason})", reason=head.alone_reason))
    if head.no_recovery_reason is not None:
        lines.append(Message("Recovery cannot open this case: {reason}", reason=head.no_recovery_reason))
    for found in in_two:
        lines += two_lines(found, head.ref if found.place.record == view.head.record else "")
    lines += ["", Message("People ({count})", count=len(view.persons))]
    for person in view.persons:
        lines += map(indented, person_lines(person, never_use))
    if view.papers:
        lines += ["", Message("Papers ({count})", count=len(view.papers))]
    for paper in view.papers:
        when = paper.value.received or local_time(paper.written_ms)
        lines.append(indented(joined([when, paper.value.called, short_id(paper.record)], "  ") or ""))
    lines += ["", Message("Notes ({count})", count=len(view.notes))]
    for note in view.notes:
        lines += map(indented, note_lines(note, by, corrected))
    return lines


def indented(line: Words) -> Words:
    """Return a line below another."""
    return Message("  {line}", line=line)


def change_lines(changes: Iterable[Change]) -> list[Words]:
    return [Message("{field}: {change}", field=change.name.replace("_", " "), change=change.said) for change in changes]


def note_data(
    note: Stored[Note], by: Mapping[RecordId, str], corrected: Mapping[RecordId, RecordId]
) -> dict[str, object]:
    """Return a note for `--json`; `by` says who wrote it, `corrected` which note corrects it."""
    later = corrected.get(note.record)
    return {
        "note": note.record.hex(),
        **note.value.plain(),
        "versions": note.heads,
        "written": time_data(note.written_ms, MINUTE_UTC),
        "by": by.get(note.record),
        "corrected_by": None if later is None else later.hex(),
    }


def note_lines(
    note: Stored[Note], by: Mapping[RecordId, str], corrected: Mapping[RecordId, RecordId], *, short: bool = False
) -> list[Words]:
    """Return a note for people, as `note_data` has it; `short` is its first line only."""
    from vault.casework.note import note_head

    later = corrected.get(note.record)
    said = note_head(note.value)
    said += [Message("CORRECTED by {id}", id=short_id(later))] if later is not None else []
    head: list[Words] = [local_time(note.written_ms), joined(said, ", ") or "", short_id(note.record)]
    head += [by[note.record]] if note.record in by else []
    text = note.value.text.splitlines() or [""]
    head += in_versions(note.heads)
    first = joined(head, "  ") or ""
    return [first, f"  {text[0]}"] if short else [first, *(f"  {line}" for line in text)]


def two_lines(found: TwoVersions, ref: str = "") -> list[Words]:
    """Return both versions of a record and what joins them; `ref` where it is what a case says of itself."""
    name = ref or short_id(found.place.record)
    what: Words = Message("the case itself") if ref else found.place.kind.replace("-", " ")
    head = Message("2 VERSIONS  {what}: `casevault join {name}` makes them one", what=what, name=name)
    return [head, *both_lines(found)]


def both_lines(found: TwoVersions) -> list[Words]:
    """Return what the two versions of a record say where they differ, each with who wrote it when."""
    lines: list[Words] = []
    for number, side in ((1, found.left), (2, found.right)):
        when = local_time(side.written_ms)
        lines.append(Message("  {number}  {by}, {when}", number=number, by=side.by, when=when))
        said = said_by_side(found.pieces, is_left=side is found.left)
        lines += [
            Message("       {field}: {value}", field=field_label(name), value=part) for name, part in said.items()
        ]
    return lines


def said_by_side(pieces: Iterable[Piece], *, is_left: bool) -> dict[str, Words]:
    """Return what one of two versions says where they differ, by field."""
    said: dict[str, list[Words]] = {}
    for piece in pieces:
        if piece.is_open:
            values = piece.left if is_left else piece.right
            said.setdefault(piece.name, []).extend(_piece_value(value) for value in values)
    return {name: joined(parts, "; ") or Message("nothing") for name, parts in said.items()}


def field_label(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ")


def _piece_value(value: object) -> Words:
    match value:
        case bool():
            return Message("yes") if value else Message("no")
        case dict():
            return ", ".join(str(part) for part in value.values() if part)
        case _:
            return str(value)


def n_versions(count: int) -> Message:
    """Return a number of versions, as people know them."""
    return plural("{count} saved change", "{count} saved changes", count=count)


def n_devices(count: int) -> Message:
    return plural("{count} device", "{count} devices", count=count)


def n_entries(count: int) -> Message:
    return plural("{count} entry", "{count} entries", count=count)
