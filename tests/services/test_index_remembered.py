"""The index is a projection under a key of its own: one that holds something else than it should is made anew."""

from __future__ import annotations

from functools import partial

import pytest

from tests.attacks.outsider import learn
from tests.services.bulk_notes import add_many
from tests.services.founded import Filled, Place
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.index.file import Index, open_index
from vault.index.indexing import recount
from vault.seal.keyring import derive_index_tag
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.projection import projection
from vault.services.projection.projection import INDEX_REMADE, up_to_date_index


@pytest.fixture
def place(filled: Filled) -> Place:
    """A vault whose index was brought up to date and remembered at the lock."""
    with filled.open() as session:
        up_to_date_index(session)
    return filled.place


def texts(session: Session, filled: Filled) -> list[str]:
    return [note.value.text for note in cases.open_case(session, filled.cases[0]).notes]


def drop_a_head(index: Index, *, with_its_share_of_the_digest: bool) -> None:
    """Take a note out of the index, as a fault of the program or a holder of the index key might."""
    with index.writing() as sql:
        sql.execute("DELETE FROM head WHERE doc = (SELECT min(doc) FROM head WHERE kind = 'note')")
    if with_its_share_of_the_digest:
        counted = recount(index)
        with index.writing() as sql:
            sql.execute("UPDATE digest SET sum = ?", (counted,))


def test_an_index_that_stands_where_it_was_and_holds_less_is_made_anew(filled: Filled, place: Place) -> None:
    with place.open() as session:
        expected = texts(session, filled)
        path = session.index().path
    key = learn(place.path).secrets.index_key
    index = open_index(path, key, partial(derive_index_tag, key))
    drop_a_head(index, with_its_share_of_the_digest=True)
    index.close()
    with place.open() as session:
        assert texts(session, filled) == expected
        assert INDEX_REMADE in session.warnings
        session.require_sound_log()
    with place.open() as session:
        assert texts(session, filled) == expected
        assert session.warnings == ()


def test_an_index_that_lags_behind_goes_on_from_where_it_is(filled: Filled, place: Place) -> None:
    with place.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "not in the index at the lock"))
    with place.open() as session:
        assert "not in the index at the lock" in texts(session, filled)
        assert session.warnings == ()


def test_verify_counts_the_index_again_and_makes_a_false_one_anew(filled: Filled, place: Place) -> None:
    with place.open() as session:
        expected = texts(session, filled)
        drop_a_head(session.index(), with_its_share_of_the_digest=False)
        assert len(texts(session, filled)) == len(expected) - 1
        assert [fault.code for fault in log_checking.verify(session).faults] == ["index"]
        assert texts(session, filled) == expected
        assert recount(session.index()) == session.index().digest()
    with place.open() as session:
        assert log_checking.verify(session).verified
    with place.open() as session:
        session.require_sound_log()


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_what_fills_a_batch_is_brought_in_once_for_all_sessions(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(projection, "_BATCH", 4)
    with filled.open() as session:
        up_to_date_index(session)
    with filled.open() as session:
        add_many(session, filled.cases[0], [Note(kind=NoteKind.CONTACT, text="a note")] * count)
        index = up_to_date_index(session)
        assert index.cursor() == {session.log.origin: session.log.size}
