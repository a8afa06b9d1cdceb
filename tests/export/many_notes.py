"""A case of many notes, invented: sentences as in casework, in three languages, with names that nobody registered."""

from __future__ import annotations

import random
from itertools import count

from tests.services.bulk_notes import add_many
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases
from vault.services.exports import partners

LAWYER = "Maître Ondrelle"
CLIENT = "Miralo Dastenov"
_PLACES = ["Qarvosh", "Belmuna", "Tersik", "Ordavan", "Lindesk", "Кармыш", "Сорвинск", "Тельбек", "Marnoux", "Vassigny"]
_NAMES = [
    "Tikhova",
    "Rolandez",
    "Иштанов",
    "Merzouki",
    "Haldane",
    "Вельский",
    "Brunetière",
    "Osterby",
    "Жамилова",
    "Castagno",
]
_SENTENCES = (
    "The client said that {n} came to the house in {p} on {d} and asked for the papers of the family.",
    "We went through the letter of the court together and wrote down what is still missing.",
    "The interview lasted two hours; the interpreter was asked to wait outside after the first part.",
    "{c} remembers the name of the street but not the number, and says that {n} knows it.",
    "The next appointment is in the office; the client will bring the decision and the two photographs.",
    "Клиент рассказал, что {n} жил рядом и видел, как приехали двое мужчин.",
    "Мы договорились позвонить в понедельник и ещё раз прочитать решение суда.",
    "Адвокат из города {p} просит копию письма до {d}.",
    "Le client dit que la lettre est arrivée trop tard et que personne ne lui a expliqué le délai.",
    "{n} a promis de venir avec les documents avant la fin de la semaine.",
)


def note_texts(amount: int, seed: int = 11) -> list[str]:
    """Return as many different texts of about 140 words."""
    source = random.Random(seed)

    def sentence() -> str:
        day = f"2024-{source.randrange(1, 13):02}-{source.randrange(1, 29):02}"
        return source.choice(_SENTENCES).format(n=source.choice(_NAMES), p=source.choice(_PLACES), d=day, c=CLIENT)

    return ["\n".join(" ".join(sentence() for _ in range(3)) for _ in range(3)) for _ in range(amount)]


def make_case(session: Session, amount: int) -> CompartmentId:
    """Found a case of so many notes, and a recipient for it."""
    partners.add(session, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    case = cases.create(session, title="Many notes", kind="asylum").case
    case_people.add(session, case, role="client", names=[CLIENT, "Мирало Дастенов"], born="1987-06-05")
    case_people.add(
        session, case, role="witness", names=["Tikhon Omutkov", "Тихон Омутков"], phones=["+996 555 010 203"]
    )
    dates = (f"2024-{1 + n // 28 % 12:02}-{1 + n % 28:02}" for n in count())
    kept = [
        Note(kind=NoteKind.CONTACT if n % 3 else NoteKind.INTERVIEW, text=text, occurred=day)
        for n, (text, day) in enumerate(zip(note_texts(amount), dates, strict=False))
    ]
    add_many(session, case, kept)
    return case
