"""Notes, and the drafts that become notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tui.gateway.subject import Subject, case_id
from tui.values.codes import word_of
from tui.values.values import DraftShown, NoteShown, PersonShown, Spot, Typed
from tui.values.values_forms import FormPlace, FormTyped
from vault.casework.note import AMENDS, WHEN, note_of, typed_note
from vault.casework.vocabulary import PersonRole
from vault.ids import make_id
from vault.redaction.find_registered import people_in
from vault.redaction.registry import RegisteredPerson, build_registry
from vault.services.cases import notes, sections
from vault.services.grants import sharing
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Words, joined

_READ: Final = 4_000
"""Letters in which people are sought, the last ones: what was typed just now stands there."""


class Writing(Subject):
    """Keeps what is typed. `save` waits for no other act."""

    def begin(self, case: str, ref: str, *, section: str = "", amends: NoteShown | None = None) -> DraftShown:
        """Return an empty draft, or one that begins with the note that it corrects.

        Nothing is stored before something is typed.
        """
        said = {} if amends is None else amends.note.typed() | {AMENDS: amends.record}
        return DraftShown(case, make_id().hex(), ref, 0, typed_note(said), section=section)

    def save(self, draft: Typed) -> None:
        """Keep a draft, a call slip or a form that is not finished, sealed and on the medium when this returns."""
        self._unlocked.shelf.save(draft)

    def forget(self, draft: DraftShown | FormTyped) -> None:
        """Delete a draft, or what was typed into a form."""
        self._unlocked.shelf.forget(draft)

    def drafts(self) -> tuple[DraftShown, ...]:
        """Return this member's drafts, the last saved first."""
        return self._unlocked.shelf.list()

    def forms(self) -> tuple[FormTyped, ...]:
        """Return the forms that this member began and neither kept nor threw away, the last saved first."""
        return self._unlocked.shelf.forms()

    def form(self, place: FormPlace) -> FormTyped | None:
        """Return what this member typed into a form, if it was neither kept nor thrown away."""
        return self._unlocked.shelf.form(place)

    def finish(self, draft: DraftShown) -> str:
        """Keep the draft as a note and forget the draft; returns the note's id. The note is durable first."""
        session = self._session
        if draft.section:
            record = sections.add_note(session, case_id(draft.section), note_of(draft.typed))
        elif draft.amends:
            record = notes.correct(session, draft.amends, text=draft.text, occurred=draft.typed.get(WHEN, ""))
        else:
            record = notes.add(session, case_id(draft.case), note_of(draft.typed))
        self.forget(draft)
        return record.hex()

    def readers(self, draft: DraftShown) -> tuple[str, ...]:
        """Return the other members who can read what will be kept, by name."""
        session = self._session
        names = names_of_members(session)
        held_by = sharing.holders_of(session, case_id(draft.section or draft.case))
        return tuple(sorted(name_in(names, member) for member in held_by.members if member != session.member))

    def people_in(self, text: str, persons: tuple[PersonShown, ...]) -> tuple[tuple[str, Words], ...]:
        """Return words that look like people, each with who that is; `persons` are those of the case."""
        return tuple((word, _who(known)) for word, known in _spotted(text, persons))

    def named_in(self, text: str, persons: tuple[PersonShown, ...]) -> tuple[PersonShown, ...]:
        """Return those of these people whom a text names, in whatever spelling, in its order."""
        return tuple({person.record: person for _, known in _spotted(text, persons) for person in known}.values())

    def keep_spot(self, spot: Spot) -> None:
        """Remember, sealed, where somebody was when the app locks."""
        self._unlocked.shelf.keep_spot(spot)

    def take_spot(self) -> Spot | None:
        """Return where somebody was, once."""
        return self._unlocked.shelf.take_spot()


def _spotted(text: str, persons: Iterable[PersonShown]) -> Iterator[tuple[str, list[PersonShown]]]:
    """Yield words that look like people, each with those of these whom it may name."""
    known = {person.record: person for person in persons}
    registry = build_registry(
        RegisteredPerson(person.record.encode(), PersonRole(person.role), tuple(person.typed["names"].splitlines()))
        for person in known.values()
        if person.typed
    )
    for spotted in people_in(text[-_READ:], registry):
        yield spotted.word, [known[entity.decode()] for entity in sorted(spotted.who)]


def _who(persons: Iterable[PersonShown]) -> Words:
    known = [Message("{name}, {role}", name=person.name, role=word_of(person.role)) for person in persons]
    return joined(known, "; ") or Message("not entered here")
