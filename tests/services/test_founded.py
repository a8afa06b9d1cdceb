"""The copies that tests work on are vaults that continue: no alarm, no new log."""

from __future__ import annotations

from tests.services.founded import Filled, Place
from vault.services import cases


def test_a_copied_template_goes_on_with_its_own_log(founded: Place) -> None:
    with founded.open() as session:
        assert session.warnings == ()
        assert session.log.size == 2


def test_the_filled_template_holds_its_cases(filled: Filled) -> None:
    with filled.open() as session:
        assert session.warnings == ()
        assert sorted(row.ref for row in cases.list_all(session)) == sorted(filled.refs)
        assert len(cases.open_case(session, filled.cases[0]).notes) == 6
