"""Rows taken away: what is shown then is older than what was written, and nobody is left to believe it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.attacks.conftest import RECIPIENT
from tests.attacks.outsider import Outsider
from tests.english import in_english
from tests.services.founded import MEMBER, Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import RecordId, VersionId, make_id
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases, notes, searching
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

Take = Callable[[Any], None]
NEWEST = "SELECT origin, seq, n FROM version ORDER BY seq DESC LIMIT 1"


def version(rows: Any) -> None:
    rows.execute("DELETE FROM version WHERE (origin, seq, n) = (" + NEWEST + ")")


def wrap(rows: Any) -> None:
    rows.execute("DELETE FROM version_key WHERE (origin, seq, n) = (" + NEWEST + ")")


def version_and_wrap(rows: Any) -> None:
    wrap(rows)
    version(rows)


def version_for_another_case(rows: Any) -> None:
    """Put the newest version into a compartment that nobody here holds: it is then not passed over either."""
    rows.execute("UPDATE version SET compartment = zeroblob(16) WHERE (origin, seq, n) = (" + NEWEST + ")")


def list_of_the_entry(rows: Any) -> None:
    rows.execute(
        "UPDATE operation SET list = zeroblob(0) WHERE (origin, seq) = (SELECT origin, seq FROM (" + NEWEST + "))"
    )
    version_and_wrap(rows)


TAKEN = [
    pytest.param(version, id="the version"),
    pytest.param(wrap, id="its wrapped key"),
    pytest.param(version_and_wrap, id="both"),
]
ALTERED_ROWS = [
    pytest.param(version_for_another_case, id="its compartment"),
    pytest.param(list_of_the_entry, id="the list that names it"),
]


def without_index(victim: Filled) -> None:
    shutil.rmtree(victim.path / "index")


def take(victim: Filled, holder: Outsider, how: Take, *, index: bool) -> None:
    with holder.rows(victim.path) as rows:
        how(rows)
    if not index:
        without_index(victim)


def list_cases(session: Session, victim: Filled) -> None:
    cases.list_all(session)


def show_case(session: Session, victim: Filled) -> None:
    cases.open_case(session, victim.cases[0])


def search(session: Session, victim: Filled) -> None:
    searching.search(session, "note")


def list_recipients(session: Session, victim: Filled) -> None:
    partners.list_all(session)


LINE = "1 record is missing or not valid"
LOOKS = [list_cases, show_case, search, list_recipients]


def amend(session: Session, victim: Filled) -> None:
    note = cases.open_case(session, victim.cases[0]).notes[0]
    notes.amend(session, note.record.hex(), text="AMENDED: a note that must not be missed")


@pytest.mark.long
@pytest.mark.parametrize("how", TAKEN)
@pytest.mark.parametrize("look", LOOKS)
def test_what_is_listed_and_gone_is_told_at_every_look_and_nothing_of_its_case_leaves(
    short: Filled, holder: Outsider, how: Take, look: Callable[[Session, Filled], None]
) -> None:
    with short.open() as session:
        amend(session, short)
    take(short, holder, how, index=False)
    line = f"1 record of {short.refs[0]} is missing ({MEMBER}, entry"
    for _ in range(2):  # the second time the index has passed the place
        with short.open() as session:
            assert not in_english(session.warnings)
            look(session, short)
            assert [said.startswith(line) for said in in_english(session.warnings)] == [True]
            with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
                session.require_sound_log(short.cases[0])
            session.require_sound_log(short.cases[1])


@pytest.mark.long
@pytest.mark.parametrize("how", ALTERED_ROWS)
@pytest.mark.parametrize("look", LOOKS)
def test_what_was_altered_is_told_at_every_look_and_nothing_leaves(
    short: Filled, holder: Outsider, how: Take, look: Callable[[Session, Filled], None]
) -> None:
    with short.open() as session:
        amend(session, short)
    take(short, holder, how, index=False)
    for _ in range(2):  # the second time the index has passed the place
        with short.open() as session:
            assert not in_english(session.warnings)
            look(session, short)
            assert [LINE in said for said in in_english(session.warnings)] == [True]
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()


def test_verify_names_the_missing_one(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        amend(session, short)
    with holder.rows(short.path) as rows:
        _, seq, n = rows.execute(NEWEST).fetchone()
    take(short, holder, version, index=False)
    with short.open() as session:
        first = log_checking.verify(session).faults[0]
        assert (first.code, first.seq, first.n) == ("absent", seq, n)


def test_the_line_goes_when_the_missing_one_is_back(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        amend(session, short)
    with holder.rows(short.path) as rows:
        row = rows.execute(NEWEST.replace("origin, seq, n", "*")).fetchone()
    take(short, holder, version, index=False)
    with short.open() as session:
        cases.list_all(session)
        assert in_english(session.warnings)
    with holder.rows(short.path) as rows:
        rows.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
        assert "AMENDED: a note that must not be missed" in texts
        assert session.warnings == ()
        session.require_sound_log()


def of_the_case(victim: Filled, rows: Any) -> tuple[bytes, int, int]:
    found: tuple[bytes, int, int] = rows.execute(
        "SELECT origin, seq, n FROM version WHERE compartment = ? ORDER BY seq DESC LIMIT 1", (victim.cases[0],)
    ).fetchone()
    return found


@pytest.mark.parametrize("look", [show_case, search])
def test_what_the_index_knows_and_the_store_lacks_is_told_and_the_rest_is_shown(
    short: Filled, holder: Outsider, look: Callable[[Session, Filled], None]
) -> None:
    with short.open() as session:
        before = len(cases.open_case(session, short.cases[0]).notes)
    with holder.rows(short.path) as rows:
        place = of_the_case(short, rows)
        rows.execute("DELETE FROM version WHERE (origin, seq, n) = (?, ?, ?)", place)
    with short.open() as session:
        look(session, short)
        assert f"1 record of {short.refs[0]} is not here" in " ".join(in_english(session.warnings))
        assert len(cases.open_case(session, short.cases[0]).notes) == before - 1
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            session.require_sound_log(short.cases[0])
        session.require_sound_log(short.cases[1])


def change_key(session: Session) -> None:
    """Give the recipient another key."""
    partners.edit(session, RECIPIENT, age_recipient=recipient_of(make_identity()))


@pytest.mark.parametrize("index", [True, False], ids=["index kept", "index removed"])
def test_a_recipients_older_key_is_not_taken_when_the_newer_one_is_gone(
    short: Filled, holder: Outsider, tmp_path_factory: pytest.TempPathFactory, index: bool
) -> None:
    with short.open() as session:
        change_key(session)
        new = partners.find(session, RECIPIENT).age_recipient
    take(short, holder, version, index=index)
    with short.open() as session:
        kept = partners.list_all(session)
        assert in_english(session.warnings)
        assert not index or new not in {one.age_recipient for one in kept}
        with pytest.raises(VerificationError, match="waits until"):
            exporting.export(session, short.cases[0], Wish("lawyer", RECIPIENT), out=tmp_path_factory.mktemp("out"))


ALTERED = [
    pytest.param("UPDATE operation SET list = zeroblob(49) WHERE seq = 7", id="list"),
    pytest.param(
        """UPDATE operation SET header = CAST(replace(header, '"v":1', '"v":2') AS BLOB) WHERE seq = 8""", id="header"
    ),
    pytest.param("DELETE FROM operation WHERE seq = 9", id="row"),
]


@pytest.mark.parametrize("how", ALTERED)
def test_what_did_not_count_once_counts_when_its_row_is_back(short: Filled, holder: Outsider, how: str) -> None:
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
    with holder.rows(short.path) as rows:
        kept = rows.execute("SELECT * FROM operation").fetchall()
        rows.execute(how)
    without_index(short)
    with short.open() as session:
        cases.list_all(session)
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            session.require_sound_log()
    with holder.rows(short.path) as rows:
        marks = ", ".join("?" * len(kept[0]))
        for row in kept:
            rows.execute("DELETE FROM operation WHERE (origin, seq) = (?, ?)", row[:2])
            rows.execute(f"INSERT INTO operation VALUES ({marks})", row)
    with short.open() as session:
        assert [note.value.text for note in cases.open_case(session, short.cases[0]).notes] == texts


def test_a_version_whose_parent_no_list_names_replaces_nothing_and_waits(short: Filled) -> None:
    with short.open() as session:
        note = cases.open_case(session, short.cases[0]).notes[0]
        fields = {"kind": "contact", "text": "in place of another"}
        nowhere = VersionId(bytes(32))
        with session.work() as work:
            work.write(short.cases[0], note.record, "note", fields, parents=[note.version, nowhere])
            work.commit(Entry(act="note.correct"))
        texts = [one.value.text for one in cases.open_case(session, short.cases[0]).notes]
        assert note.value.text in texts
        assert "in place of another" not in texts
        assert "1 record is pending" in " ".join(in_english(session.warnings))
        session.require_sound_log()


def test_a_version_whose_parents_are_listed_replaces_them(short: Filled) -> None:
    with short.open() as session:
        note = cases.open_case(session, short.cases[0]).notes[0]
        with session.work() as work:
            work.write(
                short.cases[0], note.record, "note", {"kind": "contact", "text": "edited"}, parents=[note.version]
            )
            work.commit(Entry(act="note.correct"))
        texts = [one.value.text for one in cases.open_case(session, short.cases[0]).notes]
        assert "edited" in texts
        assert note.value.text not in texts
        assert session.warnings == ()


def test_a_record_that_nobody_listed_for_us_is_no_loss(short: Filled) -> None:
    """A version of a case that was never granted here is listed, absent, and no fault."""
    with short.open() as session:
        case = cases.create(session, title="held by others", kind="family").case
        notes.add(session, case, Note(NoteKind.CONTACT, "not for us"))
        for epoch in session.keyring.epochs_of(case):
            session.keyring.drop(epoch)
        with session.database.transaction() as rows:
            places = [(row.origin, row.seq, row.n) for row in rows.version_rows(session.log.origin)]
            rows.erase_versions([place for place in places if place[1] >= session.log.size - 2])
        cases.list_all(session)
        assert session.warnings == ()
        assert RecordId(make_id()) not in {one.record for one in cases.open_case(session, short.cases[0]).notes}
