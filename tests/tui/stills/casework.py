"""One case, its people and notes; the same for each id."""

from __future__ import annotations

from typing_extensions import override

from tests.tui.stills.door import HOUR_MS, NOW_MS, StillDoor
from tests.tui.stills.finding import CASES
from tui.gateway.casework import Casework
from tui.values.values import CaseShown, NoteShown, PersonShown, PersonTyped

PERSONS = (
    PersonShown(
        "a1",
        "client",
        "Арсений Вьюжанин",
        (
            "Арсений Вьюжанин / Arseniy Vyuzhanin",
            "client",
            "",
            "SAFE CONTACT messenger through his sister; after 18:00",
            "",
            "Born      1988-03-14",
            "Phone     +996 555 010 203",
            "Document  passport 71 0034512",
        ),
    ),
    PersonShown("a2", "relative", "Лидия Вьюжанина", ("Лидия Вьюжанина", "relative", "", "Born      1991-11-02")),
    PersonShown("a3", "interpreter", "نورا الزمردي", ("نورا الزمردي / Nora Zumurrudi", "interpreter", "")),
)
NOTES = (
    NoteShown(
        "b1",
        "contact",
        NOW_MS - 30 * HOUR_MS,
        "Arseniy Vyuzhanin called at 07:40. Two men asked for him at the market. He can be reached through his sister "
        "until Friday. The court will hear the request on 27 November 2026.",
        by="Joel Brandvik",
    ),
    NoteShown(
        "b2",
        "interview",
        NOW_MS - 8 * HOUR_MS,
        "Арсений Вьюжанин рассказал, что его имя есть в базе розыска с 2 июня 2026 года. Сестра видела машину у дома.",
    ),
    NoteShown(
        "b3",
        "legal-advice",
        NOW_MS - 2 * HOUR_MS,
        "Entretien avec M. Vyuzhanin. Mireille Tastevent prépare la demande de mesures provisoires.\n\n"
        "Le recours doit partir avant le 26 novembre 2026.",
        "2026-11-25T12:00",
        by="Селин Астерхольт",
    ),
)


class StillCasework(Casework):
    """Keeps nothing."""

    _unlocked: StillDoor

    @override
    def stands_in(self) -> str:
        return "Joel Brandvik, your deputy, can open it too."

    @override
    def create(self, title: str, kind: str) -> str:
        self._unlocked.done.append(("create", title, kind))
        return "11" * 16

    @override
    def open(self, case: str, why: str) -> CaseShown:
        self._unlocked.done.append(("open", case, why))
        ref, _, title, kind, stage = CASES[0]
        contact = ("Арсений Вьюжанин: messenger through his sister; after 18:00; NEVER USE +996 555 010 203",)
        return CaseShown(
            case,
            ref,
            title,
            kind,
            stage,
            "high",
            "2026-11-20",
            1,
            contact,
            PERSONS,
            NOTES,
            self._unlocked.drafts_kept,
            owner="a0" * 16,
            deputy="a2" * 16,
        )

    @override
    def add_person(self, case: str, typed: PersonTyped) -> str:
        self._unlocked.done.append(("person", typed))
        return "a2"
