"""A computer was taken, or somebody is gone: whom to warn, and which facts are confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from tui.gateway.referral import named_clients
from tui.gateway.subject import Subject, case_id, telling
from tui.text.in_words import in_words
from tui.values.values_safety import PackShown, TakenShown
from vault.casework.story import headline_said
from vault.display import local_time
from vault.ids import RecordId, SeatId
from vault.progress import Progress, Stopped
from vault.redaction.questions import Question
from vault.services.exports.exporting import Undecided
from vault.services.members import warning
from vault.services.projection import authors
from vault.services.projection.stored_records import Stored
from vault.services.safety import person_pack, seizure
from vault.words.message import Message, Words


class Safety(Subject):
    """Looks, and writes a page where it is told to."""

    def taken(self, seat: str, progress: Progress, stopped: Stopped) -> TakenShown:
        """Return what would be found on a device, what to do, and whom to warn."""
        found = seizure.look(self._session, SeatId(bytes.fromhex(seat)), progress=telling(progress, stopped))
        return TakenShown(
            warn=tuple((row.words, row.is_barred) for row in warning.warn_rows(found.warn)),
            todo=tuple(seizure.step_lines()),
            there=tuple(seizure.found_lines(found)),
            count=found.warn.count,
            found=found,
        )

    def print_taken(self, shown: TakenShown, out: Path) -> Message:
        """Write the page of the drill, which names nobody, and say where it is."""
        seizure.print_page(self._session, cast("seizure.Seizure", shown.found), out, in_words)
        return Message("The page is at {path}. It names nobody, and is not encrypted.", path=out)

    def facts(self, case: str) -> PackShown:
        """Return which facts of a case are confirmed, which are only said, and what a reader would miss."""
        found = person_pack.facts(self._session, case_id(case))
        by = authors.written_by(self._session, found.confirmed)
        confirmed: list[Words] = []
        for stored in found.confirmed:
            said, name, when = stored.value.confirmed, by.get(stored.record, ""), local_time(stored.written_ms)
            confirmed += [
                _line(stored),
                *(
                    Message("    {label}: {value}", label=label, value=value)
                    for label, value in person_pack.told(stored)
                ),
                Message("    confirmed by {who}; {name} wrote it {when}", who=said, name=name, when=when),
            ]
        return PackShown(
            case,
            found.ref,
            tuple(confirmed),
            tuple(map(_line, found.unconfirmed)),
            found.lacks,
            len(found.confirmed),
            named_clients(found.clients),
            found,
        )

    def print_pack(
        self, shown: PackShown, out: Path, person: str, decided: Mapping[str, str]
    ) -> Message | tuple[Question, ...]:
        """Write the confirmed facts as a page, of the client who was chosen, and say where it is.

        Where a form is open, nothing is written, and the questions are returned.
        """
        chosen = RecordId(bytes.fromhex(person)) if person else None
        wish = person_pack.PageWish(chosen, dict(decided))
        found = person_pack.print_page(self._session, cast("person_pack.Facts", shown.found), wish, out, in_words)
        if isinstance(found, Undecided):
            return found.questions
        return Message("The page is at {path}. It names the client, and is not encrypted.", path=out)


def _line(stored: Stored[Any]) -> Message:
    when = (stored.value.when() or "").replace("T", " ") or Message("no date")
    kind, about = stored.value.FORM.title, headline_said(stored.value.KIND, stored.value.headline())
    return Message("  {when}  {kind}  {about}", when=when, kind=kind, about=about)
