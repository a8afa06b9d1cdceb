"""Which records of a case an export tells of, by its profile and day."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from typing import Any, Final

from vault.casework.note import Note
from vault.casework.story import STORY
from vault.display import DAY, time_text
from vault.errors import UsageError
from vault.records.versions import OpenedVersion, of_kind
from vault.redaction.profile import CONFIRMED, Profile
from vault.services.cases.cases import by_date
from vault.services.exports.said_beside import in_order
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.message import Message

_NEW: Final = datetime.timedelta(days=1)


def notes_in_use(versions: list[OpenedVersion], profile: Profile, day: str) -> list[Stored[Note]]:
    """Return the notes that may leave, in their order: none that is withdrawn, and none that corrects such a note.

    A correction says the same in other words. One version that stands and says withdrawn is enough, and so is one that
    says a kind which stays here.
    """
    found = list(of_kind(versions, Note))
    stays = {version.record for version, note in found if note.withdrawn or profile.rule(Note.KIND, note.kind) is None}
    withdrawn = {version.record for version, note in found if note.withdrawn}
    while more := {version.record for version, note in found if note.amends in withdrawn} - withdrawn:
        withdrawn |= more
    notes = [note for note in stored_of_kind(versions, Note) if note.record not in stays | withdrawn]
    # Nobody changes the text of a note of another day in place, so that a new note says nothing old.
    return in_order(
        [note for note in notes if not profile.has_new_notes or _is_new(time_text(note.written_ms, DAY), day)]
    )


def _is_new(written: str, day: str) -> bool:
    return datetime.date.fromisoformat(day) - datetime.date.fromisoformat(written) <= _NEW


def what_happened(versions: list[OpenedVersion], profile: Profile) -> Iterator[Stored[Any]]:
    """Yield the records of the kinds with a form that a profile names.

    Where it names only what is confirmed: of two versions neither is.
    """
    variants = {kind: variant for kind, variant in profile.records if kind in STORY}
    for kind, variant in variants.items():
        found = by_date(versions, (STORY[kind],))
        yield from (stored for stored in found if stored.heads == 1 or variant != CONFIRMED)


def next_of(happened: list[Stored[Any]], day: str) -> list[Stored[Any]]:
    """Return the next record that somebody has to keep, of today or later; nothing else."""
    dated = ((stored.value.when(), stored) for stored in happened if stored.value.is_due())
    to_come = [(when, stored) for when, stored in dated if when is not None and when[: len(day)] >= day[: len(when)]]
    return [stored for _, stored in sorted(to_come, key=lambda each: each[0])[:1]]


def require_fact(confirmed: Collection[object]) -> None:
    """Raise where nothing is confirmed: a pack of a name alone puts somebody in danger and says nothing.

    Raises:
        UsageError: no fact of the case is confirmed.
    """
    if not confirmed:
        raise UsageError(
            Message("no fact of this case is confirmed"),
            next_step=Message("Say of each incident, event, detention or search by whom it is confirmed."),
        )
