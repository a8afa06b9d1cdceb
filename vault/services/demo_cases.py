"""Invented people for `casevault demo`, in three scripts and three languages. No one here exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.casework.person import SafeContact
from vault.casework.vocabulary import Channel

ORGANISATION = "Harbour Legal Aid (invented)"
MEMBER = "Amina"
COLLEAGUE = "Joël"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person as the command line would take them."""

    role: str
    names: tuple[str, ...]
    born: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    contact: SafeContact | None = None


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """A record with a form, as typed. A number stands for the day that lies so many days from today."""

    kind: str
    fields: Mapping[str, str | int]
    time: str = ""  # behind the first day, HH:MM


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A case with its people, notes (kind, text), later stages (stage, days from today) and what happened."""

    title: str
    kind: str
    persons: tuple[DemoPerson, ...]
    notes: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, int], ...] = ()
    records: tuple[DemoRecord, ...] = field(default=())


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
            SafeContact(
                Channel.THROUGH_SOMEONE,
                "Signal by his sister Лидия",
                hours="after 18:00",
                code_phrase="library card",
                never_use=("+996 555 010 203",),
            ),
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
    stages=(("flagged", -70), ("court-detention", -43), ("decided-refuse", -4), ("refused-at-risk", -3)),
    records=(
        DemoRecord(
            "wanted",
            {
                "system": "cis-interstate",
                "category": "accused",
                "state": "the state that searches",
                "seen": -70,
                "seen_how": "arrest",
                "seen_by": "Mireille Tastevent, in the order of the court",
            },
        ),
        DemoRecord(
            "incident",
            {
                "what": "arrest",
                "at": -44,
                "place": "the market",
                "affected": "Arseniy Vyuzhanin\nhis telephone and his laptop",
                "told_by": "his sister",
                "text": "Two men in plain clothes. A camera at the gate had flagged him.",
            },
            time="07:10",
        ),
        DemoRecord(
            "detention",
            {
                "taken": -44,
                "place": "remand prison 1",
                "order": "order 4/17",
                "court": "Court of the second district",
                "expires": 12,
                "extended": -14,
                "devices": "telephone, laptop",
            },
        ),
        DemoRecord(
            "hearing",
            {
                "at": -42,
                "about": "detention",
                "court": "Court of the second district",
                "judge": "J. Orvel",
                "outcome": "detained for two months",
                "orders": "An interpreter is to be present.",
                "fulfilled": "partly",
            },
            time="10:00",
        ),
        DemoRecord(
            "hearing",
            {"at": 3, "about": "complaint against the extradition check", "court": "Court of the second district"},
            time="09:30",
        ),
        DemoRecord(
            "event",
            {
                "what": "extradition refused",
                "at": -4,
                "place": "the prosecutor general",
                "source": "letter to the lawyer",
            },
        ),
        DemoRecord(
            "event",
            {"what": "first summons at his old address", "at": "2026-01~", "as_said": "in winter", "disputed": "yes"},
        ),
        DemoRecord(
            "deadline",
            {
                "what": "appeal against the detention",
                "at": -1,
                "set_by": "court",
                "source": "order 4/17",
                "irreversible": "yes",
            },
        ),
        DemoRecord(
            "deadline",
            {"what": "travel document is ready", "at": 12, "set_by": "person", "source": "the embassy, by telephone"},
        ),
        DemoRecord("task", {"what": "call the interpreter", "due": 0, "by": "Joël"}),
        DemoRecord("task", {"what": "ask the sister for the code word", "by": "Amina"}),
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
    stages=(("ordered", -50),),
    records=(
        DemoRecord(
            "detention", {"taken": -50, "place": "police station 9", "order": "order 9/2", "expires": 0}, time="18:00"
        ),
        DemoRecord("task", {"what": "bring the power of attorney", "due": 2, "by": "Amina"}),
    ),
)

FAMILY = DemoCase(
    title="Тихоокова: family in transit",
    kind="family",
    persons=(DemoPerson("client", ("Вера Тихоокова", "Vera Tikhookova"), "1979-08", ("+996 555 010 412",)),),
    records=(DemoRecord("task", {"what": "fetch the translation", "due": 5, "by": "Amina"}),),
    notes=(("administration", "Вера Тихоокова принесла свидетельства о рождении детей. Перевод будет готов в среду."),),
)

CASES = (EXTRADITION, DETENTION, FAMILY)

# Name as heard, number, language, and what was said.
SLIPS = (
    ("", "+33 6 39 98 01 02", "French", "His brother was taken last night."),
    ("Zumurrudi", "0555 010 310", "", "Asks when the lawyer comes."),
)

COLLEAGUES_NOTE = "The lawyer saw him for an hour. He says that the food is poor and that nobody struck him."

ADDED_NOTE = (
    "The hearing was moved to 09:30. Arseniy must not come alone; his sister waits at the side entrance.",
    "hearing",
)
