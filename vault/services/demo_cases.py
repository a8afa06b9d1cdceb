"""Invented people for `casevault demo`, in three scripts and three languages. No one here exists."""

from __future__ import annotations

from dataclasses import dataclass

ORGANISATION = "Harbour Legal Aid (invented)"
MEMBER = "Amina"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person as the command line would take them."""

    role: str
    names: tuple[str, ...]
    born: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A case with its people and notes (kind, text)."""

    title: str
    kind: str
    persons: tuple[DemoPerson, ...]
    notes: tuple[tuple[str, str], ...]


EXTRADITION = DemoCase(
    title="Vyuzhanin: extradition request, hearing on the 27th",
    kind="extradition",
    persons=(
        DemoPerson(
            "client",
            ("Арсений Вьюжанин", "Arseniy Vyuzhanin"),
            "1988-03-14",
            ("+996 555 010 203",),
            ("a.vyuzhanin@example.org",),
            ("passport:71 0034512",),
        ),
        DemoPerson("relative", ("Лидия Вьюжанина",), "1991-11-02", ("+996 555 010 204",)),
        DemoPerson("interpreter", ("نورا الزمردي", "Nora Zumurrudi"), phones=("+996 555 010 777",)),
        DemoPerson("worker", ("Mireille Tastevent",), emails=("m.tastevent@example.org",)),
    ),
    notes=(
        (
            "contact",
            "Arseniy Vyuzhanin called at 07:40 from +996 555 010 203. Two men asked for him at the market. He can be "
            "reached through his sister until Friday. The court will hear the request on 27 November 2026.",
        ),
        (
            "interview",
            "Арсений Вьюжанин рассказал, что его имя есть в базе розыска с 2 июня 2026 года. Сестра Лидия Вьюжанина "
            "видела машину у дома. Встретились с Арсением Вьюжаниным в офисе, паспорт 71 0034512 у адвоката.",
        ),
        (
            "legal-advice",
            "Entretien avec M. Vyuzhanin, né le 14 mars 1988. Mireille Tastevent prépare la demande de "
            "mesures provisoires. Interprète : Nora Zumurrudi (نورا الزمردي). "
            "Le recours doit partir avant le 26 novembre 2026.",
        ),
    ),
)

DETENTION = DemoCase(
    title="Zumurrudi: detention order ends 9 December",
    kind="detention",
    persons=(
        DemoPerson("client", ("سليم الزمردي", "Salim Zumurrudi"), "1995", ("+996 555 010 310",)),
        DemoPerson("witness", ("Thibault Orvillard",), emails=("orvillard@example.org",)),
    ),
    notes=(
        (
            "contact",
            "Salim Zumurrudi was taken from his flat on 9 October 2026; the detention order ends on 9 December 2026. "
            "His phone was taken at the door. Thibault Orvillard saw it from the stairs.",
        ),
        ("safety", "Do not call the flat. Salim asks that his brother hears nothing before the lawyer has seen him."),
    ),
)

FAMILY = DemoCase(
    title="Тихоокова: family in transit",
    kind="family",
    persons=(DemoPerson("client", ("Вера Тихоокова", "Vera Tikhookova"), "1979-08", ("+996 555 010 412",)),),
    notes=(("administration", "Вера Тихоокова принесла свидетельства о рождении детей. Перевод будет готов в среду."),),
)

CASES = (EXTRADITION, DETENTION, FAMILY)

ADDED_NOTE = (
    "The hearing was moved to 09:30. Arseniy must not come alone; his sister waits at the side entrance.",
    "hearing",
)
