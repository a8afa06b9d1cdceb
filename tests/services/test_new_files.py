"""A service that ends in a new file asks for its place first: the log says nothing of what could not be written."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.tables import each
from vault.access.seat_keys.slots import Factors
from vault.access.session import Session
from vault.errors import RefusedError, UsageError
from vault.ids import RecordId
from vault.services import case_papers
from vault.services.backups import backups
from vault.services.cases.editing import Place
from vault.services.credentials import entering
from vault.services.erasures import letter
from vault.services.exchange import syncing
from vault.services.exports import exporting, full_export, paper_week
from vault.services.exports.export_material import Wish
from vault.services.safety import person_pack, seizure

Act = Callable[[Session, Any, Path], object]
ACTS: dict[str, Act] = {
    "a bundle": lambda session, _, out: syncing.make(session, session.member, out),
    "a backup": lambda session, _, out: backups.make(session, out / "deeper"),
    "a paper": lambda session, case, out: case_papers.save(session, Place(case, RecordId(bytes(16)), "document"), out),
    "everything": lambda session, _, out: full_export.export_all(session, to="Lawyer", out=out),
    "the week": lambda session, _, out: paper_week.print_week(session, datetime.date(2026, 12, 1), out, str),
    "a letter": lambda session, _, out: letter.print_letter(session, ["It is erased."], out, str),
    "a seizure": lambda session, _, out: seizure.print_page(session, cast("Any", None), out, str),
    "confirmed facts": lambda session, case, out: person_pack.print_page(
        session, cast("Any", SimpleNamespace(case=case)), cast("Any", None), out, str
    ),
    "a keyfile": lambda session, _, out: entering.add_keyfile(
        session, member=MEMBER, factors=Factors(bytearray(PASSPHRASE)), path=out
    ),
    "an export": lambda session, case, out: exporting.export(session, case, Wish("lawyer", "Lawyer"), out=out),
}


def test_what_cannot_be_written_there_is_refused_before_the_log_says_that_it_was(
    filled: Filled, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("an earlier one")
    with filled.open() as session:
        size = session.log.size

        @each(
            {
                f"{name} at {place.name}": (act, place)
                for name, act in ACTS.items()
                for place in (taken, tmp_path / "no" / "folder")
            }
        )
        def is_refused(act: Act, place: Path) -> None:
            with pytest.raises((RefusedError, UsageError), match=r"exists already|there is no folder"):
                act(session, filled.cases[0], place)
            assert session.log.size == size

        is_refused()
    assert taken.read_text() == "an earlier one"
