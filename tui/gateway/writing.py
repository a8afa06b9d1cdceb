"""Notes, and the drafts that become notes."""

from __future__ import annotations

from tui.gateway.subject import Subject, case_id
from tui.values.values import DraftShown, NoteShown, Spot
from tui.values.values_calls import SlipTyped
from vault.casework.note import AMENDS, note_of, typed_note
from vault.ids import make_id
from vault.services.cases import notes, sections


class Writing(Subject):
    """Keeps what is typed. `save` waits for no other act."""

    def begin(self, case: str, ref: str, *, section: str = "", amends: NoteShown | None = None) -> DraftShown:
        """Return an empty draft, or one that begins with the note that it corrects.

        Nothing is stored before something is typed.
        """
        said = {} if amends is None else amends.note.typed() | {AMENDS: amends.record}
        return DraftShown(case, make_id().hex(), ref, 0, typed_note(said), section=section)

    def save(self, draft: DraftShown | SlipTyped) -> None:
        """Keep a draft or an unfinished call slip, sealed and on the medium when this returns."""
        self._unlocked.shelf.save(draft)

    def forget(self, draft: DraftShown) -> None:
        """Delete a draft."""
        self._unlocked.shelf.forget(draft)

    def drafts(self) -> tuple[DraftShown, ...]:
        """Return this member's drafts, the last saved first."""
        return self._unlocked.shelf.list()

    def finish(self, draft: DraftShown) -> str:
        """Keep the draft as a note and forget the draft; returns the note's id. The note is durable first."""
        session = self._session
        if draft.section:
            record = sections.add_note(session, case_id(draft.section), note_of(draft.typed))
        elif draft.amends:
            record = notes.amend(session, draft.amends, text=draft.text)
        else:
            record = notes.add(session, case_id(draft.case), note_of(draft.typed))
        self.forget(draft)
        return record.hex()

    def keep_spot(self, spot: Spot) -> None:
        """Remember, sealed, where somebody was when the app locks."""
        self._unlocked.shelf.keep_spot(spot)

    def take_spot(self) -> Spot | None:
        """Return where somebody was, once."""
        return self._unlocked.shelf.take_spot()
