"""Invented people, notes and events of a national organisation, in three scripts; one seed gives the same again.

No one here exists: surnames are put together from syllables, each written in three alphabets. The words
stand in `demo_invented.toml`.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Final

import msgspec

from vault.casework.case import CaseKind
from vault.casework.form import FormedRecord
from vault.casework.note import Note
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.story.events import Deadline, DeadlineEnd, Detention, DetentionEnd, Event, Hearing, SetBy, Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import SeenHow, Wanted, WantedSystem
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, NoteKind, PersonRole
from vault.data_files import read_table

ORGANISATION: Final = "National Legal Aid (invented)"
_Written = tuple[str, str, str]  # Cyrillic, Latin, Arabic


class _Invented(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has."""

    given: tuple[_Written, ...]
    beginnings: tuple[_Written, ...]
    middles: tuple[_Written, ...]
    endings: tuple[_Written, ...]
    otherwise: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    courts: tuple[str, ...]
    tasks: tuple[str, ...]
    dates: tuple[str, ...]
    events: tuple[str, ...]
    where_held: tuple[str, ...]
    sentences: tuple[str, ...]
    titles: dict[CaseKind, str]


_WORDS: Final = read_table("vault.services", "demo_invented.toml", _Invented)
_ROLES: Final = (
    PersonRole.RELATIVE, PersonRole.WITNESS, PersonRole.INTERPRETER, PersonRole.DEPENDANT, PersonRole.GUARANTOR,
    PersonRole.LAWYER,
)  # fmt: skip
_NOTE_KINDS: Final = (NoteKind.CONTACT, NoteKind.CONTACT, NoteKind.INTERVIEW, NoteKind.LEGAL_ADVICE, NoteKind.SAFETY)
_KINDS: Final = (CaseKind.ASYLUM, CaseKind.ASYLUM, CaseKind.EXTRADITION, CaseKind.DETENTION, CaseKind.FAMILY)
CLOSE_REASON: Final = "the matter is over"
_DAYS_BACK: Final = 700


class Invented:
    """A source of invented casework around one day; two of one seed and day give the same."""

    def __init__(self, seed: int, today: datetime.date) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented people, no secret
        self._today = today
        self._phones = 0

    def person(self, role: PersonRole, names: int = 6) -> Person:
        """Return a person with so many names, 6 at most: first in the script that is theirs, then as others write."""
        written, born = self._name(), self._today - datetime.timedelta(days=self.random.randrange(6_000, 26_000))
        first = self.random.randrange(3)
        self._phones += 1
        phone = f"+996 555 {self._phones // 1000 % 1000:03} {self._phones % 1000:03}"
        contact = None
        if role is PersonRole.CLIENT and self.random.random() < 1 / 4:
            contact = SafeContact(Channel.PHONE, phone, "18:00-20:00", never_use=(f"+996 700 {phone[-7:]}",))
        return Person(
            role=role,
            names=tuple(self._names(written, first))[:names],
            born=born.isoformat(),
            phones=(phone,),
            documents=(IdentityDocument(DocumentKind.PASSPORT, f"AN{self.random.randrange(10**7):07}"),)
            if role is PersonRole.CLIENT
            else (),
            safe_contact=contact,
        )

    def other_role(self) -> PersonRole:
        """Return what somebody beside the client is to a case."""
        return self.random.choice(_ROLES)

    def kind(self) -> CaseKind:
        """Return what a case is about."""
        return self.random.choice(_KINDS)

    def title(self, kind: CaseKind, client: Person) -> str:
        """Return what a case is called."""
        surname = client.display_name().split()[-1]
        return _WORDS.titles[kind].format(name=surname, place=self.random.choice(_WORDS.places))

    def past_day(self, before: int = 0) -> datetime.date:
        """Return a day of the last two years, at least so many days ago."""
        return self._today - datetime.timedelta(days=before + self.random.randrange(_DAYS_BACK - before))

    def note(self, client: Person) -> Note:
        """Return a note of two to nine sentences about a client."""
        said = {
            "name": self.random.choice(client.names).text,
            "phone": client.phones[0],
            "place": self.random.choice(_WORDS.places),
            "day": self.past_day().isoformat(),
        }
        sentences = self.random.choices(_WORDS.sentences, k=self.random.randint(2, 9))
        return Note(
            self.random.choice(_NOTE_KINDS),
            " ".join(sentences).format(**said),
            occurred=self.past_day().isoformat() if self.random.random() < 1 / 2 else None,
        )

    def records(self, kind: CaseKind, *, is_open: bool) -> Iterator[FormedRecord]:
        """Yield what happened in a case and what is to be kept; of a closed one everything is over."""
        chosen = self.random.choice
        if kind in {CaseKind.EXTRADITION, CaseKind.DETENTION}:
            yield from self._held(kind, is_open=is_open)
        yield Event(
            what=chosen(_WORDS.events),
            at=self.past_day(90).isoformat()[:7],
            place=chosen(_WORDS.places),
            source="the client",
        )
        for number in range(self.random.randint(1, 3)):
            is_over = not is_open or number > 0 or self.random.random() < 2 / 3
            at = self.past_day(10) if is_over else self._coming(60)
            done, end = (at.isoformat(), DeadlineEnd.KEPT) if is_over else (None, None)
            yield Deadline(chosen(_WORDS.dates), at.isoformat(), chosen(tuple(SetBy)[::2]), done=done, end=end)
        at = self._coming(30)
        is_done = not is_open or self.random.random() < 4 / 5
        yield Task(chosen(_WORDS.tasks), due=at.isoformat(), done=self.past_day().isoformat() if is_done else None)

    def _held(self, kind: CaseKind, *, is_open: bool) -> Iterator[FormedRecord]:
        chosen, taken = self.random.choice, self.past_day(40)
        if kind is CaseKind.EXTRADITION:
            system, seen = chosen(tuple(WantedSystem)[:4]), taken.isoformat()
            yield Wanted(system, category="accused", seen=seen, seen_how=SeenHow.ARREST)
        yield Incident(IncidentKind.ARREST, at=f"{taken}T05:40", place=chosen(_WORDS.places), told_by="the family")
        is_held = is_open and self.random.random() < 1 / 3
        yield Detention(
            place=chosen(_WORDS.where_held),
            taken=taken.isoformat(),
            order=f"order {self.random.randrange(1, 40)}/{self.random.randrange(1, 400)}",
            court=chosen(_WORDS.courts),
            expires=self._coming(60).isoformat() if is_held else (taken + datetime.timedelta(days=30)).isoformat(),
            ended=None if is_held else (taken + datetime.timedelta(days=20)).isoformat(),
            end=None if is_held else DetentionEnd.RELEASED,
        )
        at = self._coming(30) if is_held else taken + datetime.timedelta(days=2)
        yield Hearing(
            f"{at}T10:00", "detention", chosen(_WORDS.courts), outcome=None if is_held else "detained for one month"
        )

    def _coming(self, days: int) -> datetime.date:
        return self._today + datetime.timedelta(days=self.random.randrange(-3, days))

    def _name(self) -> _Written:
        given, *parts = (
            self.random.choice(pool) for pool in (_WORDS.given, _WORDS.beginnings, _WORDS.middles, _WORDS.endings)
        )
        cyrillic, latin, arabic = (
            f"{first} {''.join(syllables)}" for first, syllables in zip(given, zip(*parts, strict=True), strict=True)
        )
        return cyrillic, latin, arabic

    def _names(self, written: _Written, first: int) -> Iterator[PersonName]:
        """Yield the name in its own script, in the two others, and as lists, papers and the press have it."""
        latin = written[1]
        yield PersonName.written(written[first])
        for place in range(3):
            if place != first:
                yield PersonName.written(written[place], NameKind.PASSPORT if place == 1 else NameKind.LEGAL)
        plain = latin.lower()
        spelled = [plain.replace(old, new).title() for old, new in _WORDS.otherwise if old in plain]
        kinds = (NameKind.POLICE_LIST, NameKind.PRESS, NameKind.MISSPELT)
        for variant, kind in zip(self.random.sample(spelled, k=min(len(spelled), len(kinds))), kinds, strict=False):
            yield PersonName.written(variant, kind)
        for kind in (NameKind.ALIAS, NameKind.BIRTH, NameKind.FORMER):
            yield PersonName.written(self._name()[first], kind)
