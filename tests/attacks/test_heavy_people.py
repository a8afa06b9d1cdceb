"""A colleague's program writes people whose names are made to be looked up for hours by who imports them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.services.founded import Filled
from tests.services.offices import admit, founder_of
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.records.work import Entry
from vault.services.cases import case_people, same_people
from vault.services.cases.editing import Place
from vault.services.grants import sharing

_MOST_S = 20.0  # each of them took minutes
_WORDS = "-".join(f"{a}{b}r{a}n" for a in "bdgklmnprst" for b in "aeiou")
HEAVY = (
    Person(PersonRole.CLIENT, tuple(PersonName.written(f"Zarina Q{n}uill{n}") for n in range(4_000))),
    Person(PersonRole.CLIENT, tuple(PersonName.written(f"{_WORDS[:900]} {n}") for n in range(40))),
    Person(PersonRole.CLIENT, phones=tuple(f"+996 555 {n:06}" for n in range(20_000))),
)


@pytest.mark.long
def test_people_with_thousands_of_names_numbers_and_words_hold_up_no_import_and_no_look(
    filled_template: Filled, tmp_path: Path
) -> None:
    founder = founder_of(filled_template.place.copied_to(tmp_path / "founder"))
    colleague = admit(founder, tmp_path, "Noor Vandermeer")
    case = filled_template.cases[0]
    with founder.open() as session:
        sharing.grant(session, case, [colleague.member])
        case_people.add(session, case, role="client", names=["Zarina Quill"], phones=["+996 555 000001"])
    colleague.take(founder.send(colleague, tmp_path))
    with colleague.open() as session, session.work(case) as work:
        records = [work.keep(case, person) for person in HEAVY]
        work.commit(Entry(act="person.create", covers={Person.KIND: len(records)}))
    sent = colleague.send(founder, tmp_path)
    began = time.monotonic()
    assert founder.take(sent).came["person"] == len(HEAVY)
    with founder.open() as session:
        for record, person in zip(records, HEAVY, strict=True):
            same_people.alike(session, Place(case, record, Person.KIND), person)
    assert time.monotonic() - began < _MOST_S
