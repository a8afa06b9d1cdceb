"""Entries of the register under keys that nobody made: they cost little, hide nobody, and their author is named."""

from __future__ import annotations

import os
import time

import pytest

from tests.services.colleague import admit
from tests.services.office import Office
from vault.access.session import Session
from vault.casework.intake import RegisterEntry
from vault.ids import CompartmentKind
from vault.names.likeness import skeletons_of
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.named import derive_register_hash
from vault.services.cases import register
from vault.services.grants.sharing import replace_key
from vault.services.projection.places import the_one_of_kind
from vault.words.finding import Code

_KEYS = 1_000
_BOUND_S = 6.0  # without a bound of the keys it takes 7 to 30
LONG = ["Mohammad Reza Sharifzadeh"]


def enter_under_own_keys(session: Session, count: int, names: list[str]) -> None:
    """Enter somebody many times, each time under a key of the author's own."""
    home, skeleton = the_one_of_kind(session, CompartmentKind.REGISTER), skeletons_of(names)[0]
    with session.work(home) as work:
        for _ in range(count):
            key = os.urandom(32)
            work.keep(home, RegisterEntry(key, (derive_register_hash(key, skeleton),), session.seat))
        work.commit(Entry(act="register.edit"))


def told(session: Session) -> list[str]:
    return [str(alarm.message) for alarm in session.alarms if alarm.code is Code.REGISTER]


@pytest.mark.long
def test_many_keys_of_one_author_hold_up_no_question_hide_nobody_and_are_told(office: Office) -> None:
    with office.open(office.joel) as joel:
        register.add(joel, ["Zarina Tashbaeva"])
    with office.open(office.amina) as amina:
        for _ in range(4):
            enter_under_own_keys(amina, _KEYS // 4, ["Nobody Everknown"])
    with office.open(office.nadia) as nadia:
        register.ask(nadia, ["Warm Up"])
        before = time.monotonic()
        assert register.ask(nadia, LONG) == []
        assert time.monotonic() - before < _BOUND_S
        assert register.ask(nadia, ["Zarina Tashbaeva"]) == [office.joel.member]
        assert register.ask(nadia, ["Nobody Everknown"]) == [office.amina.member]
        (said,) = told(nadia)
        assert office.amina.name in said


def test_entries_of_many_earlier_keys_are_found_by_who_came_after_them(office: Office) -> None:
    people = [f"Zarina {word}" for word in ("Tashbaeva", "Petrova", "Quillon", "Marwick", "Bellgrove")]
    with office.open(office.nadia) as nadia:
        home = the_one_of_kind(nadia, CompartmentKind.REGISTER)
        for name in people:
            register.add(nadia, [name])
            replace_key(nadia, home, act="key.rotate", rule="role")
    with office.place.open() as mira:
        dana = admit(mira, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.INTAKE}))
    with office.open(dana) as session:
        assert [register.ask(session, [name]) for name in people] == [[office.nadia.member]] * len(people)
        assert told(session) == []
