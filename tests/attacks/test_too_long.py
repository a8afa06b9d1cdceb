"""A text that no bundle carries: refused before it is kept; one that is stored stops nothing but itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.founded import Filled
from tests.services.organisation import AMINA, MIRA, Organisation, give, share
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.records.versions import encode_content
from vault.services.cases import cases, notes
from vault.services.exchange import syncing
from vault.services.exchange.bundle_words import made_lines
from vault.sync.bundle_pages import VERSION_LIMIT

LONG = "ж" * 600_000  # two bytes each


def test_a_text_that_no_bundle_carries_is_refused_before_it_is_kept(short: Filled) -> None:
    with short.open() as session:
        before = len(cases.open_case(session, short.cases[0]).notes)
        size = session.log.size
        with pytest.raises(
            UsageError, match=r"the note is too long: 516,\d{3} of the 600,000 characters of its text fit"
        ):
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, LONG))
        assert session.log.size == size
        assert len(cases.open_case(session, short.cases[0]).notes) == before


@pytest.mark.parametrize("letter", ["ж", "🙂"], ids=["2 bytes", "4 bytes"])
def test_what_the_refusal_says_fits_does_fit_and_one_more_does_not(short: Filled, letter: str) -> None:
    with short.open() as session:
        try:
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * 1_000_000))
            fits = 1_000_000
        except UsageError as refusal:
            fits = int(str(refusal.message).split(": ")[1].split()[0].replace(",", ""))
        notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * fits))
        with session.database.reading() as rows:
            assert max(len(one.blob) for one in rows.versions(short.cases[0])) <= VERSION_LIMIT
        with pytest.raises(UsageError):
            notes.add(session, short.cases[0], Note(NoteKind.CONTACT, letter * (fits + 1)))


def test_the_command_refuses_it_in_words(short: Filled, tmp_path: Path) -> None:
    answer = Desk.of(short.place, tmp_path).run("note", "add", short.refs[0], stdin=LONG)
    assert answer.code == 2
    assert "of the 600,000 characters of its text fit" in answer.err
    assert "Nothing was written." in answer.err


def test_one_that_an_earlier_program_kept_is_passed_by_and_told(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with organisation.at(MIRA, AMINA) as (mira, amina):
        case = cases.create(mira, title="Far", kind="asylum")
        share(mira, case.case, organisation, AMINA)
        with monkeypatch.context() as earlier:
            earlier.setattr("vault.records.work.encode_to_travel", encode_content)
            notes.add(mira, case.case, Note(NoteKind.CONTACT, LONG))
        notes.add(mira, case.case, Note(NoteKind.CONTACT, "short enough"))
        assert LONG in [one.value.text for one in cases.open_case(mira, case.case).notes]
        made = syncing.make(mira, amina.member, tmp_path / "bundle")
        assert made.too_long == {case.ref: 1}
        assert f"NOT IN IT: 1 record of {case.ref} is too long for a bundle." in str(made_lines(made)[-1])
        give(mira, amina, tmp_path)
        assert [one.value.text for one in cases.open_case(amina, case.case).notes] == ["short enough"]
