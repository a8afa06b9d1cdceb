"""Chunks that arrive: only those of an announced attachment, each at its number, and a row only for a whole one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seal.places import VAULT, fixed
from tests.sync.exchange import blobs_of, empty_store
from tests.tables import each, refused
from vault.errors import MalformedError
from vault.seal.bodies import CHUNK_SIZE, Names, chunk_name, seal_attachment
from vault.store.engine import Database
from vault.store.rowtypes import AttachmentRow
from vault.sync.bundle_contents import Arriving, Candidate, choose
from vault.sync.bundle_pages import SentAttachment, SentChunk

ORIGIN, CASE = fixed("a log"), fixed("a case", 16)
COMMITMENT, *CHUNKS = seal_attachment(
    fixed("key"), VAULT, fixed("id", 16), [fixed("content", 2 * CHUNK_SIZE + 300)], 2 * CHUNK_SIZE + 300
)
NAMES = Names(COMMITMENT, tuple(map(chunk_name, CHUNKS)))
FOREIGN = fixed("foreign", CHUNK_SIZE + 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


def taken(store: Database, sent: list[SentChunk]) -> tuple[list[bool], int]:
    with store.transaction() as rows:
        arriving = Arriving(rows, blobs_of(store))
        arriving.announce(ORIGIN, SentAttachment(3, 1, CASE, NAMES.encode()), NAMES.digest)
        return [arriving.take(ORIGIN, chunk) for chunk in sent], arriving.finish()


IN_ORDER = [SentChunk(3, 1, number, sealed) for number, sealed in enumerate(CHUNKS)]


def test_a_whole_one_comes_in_in_any_order_and_a_second_time_changes_nothing(store: Database) -> None:
    assert taken(store, IN_ORDER[::-1]) == ([True] * 3, 1)
    with store.reading() as rows:
        (row,) = rows.attachments()
        assert (row.names, rows.tail_names()) == (NAMES.encode(), [NAMES.chunks[-1]])
    assert taken(store, IN_ORDER) == ([True] * 3, 0)


@each(
    {
        "exchanged": [SentChunk(3, 1, 1 - number, sealed) for number, sealed in enumerate(CHUNKS[:2])] + IN_ORDER[2:],
        "foreign": [*IN_ORDER[:1], SentChunk(3, 1, 1, FOREIGN), *IN_ORDER[2:]],
        "a number that there is not": [*IN_ORDER[:2], SentChunk(3, 1, 7, CHUNKS[2])],
        "cut": [*IN_ORDER[:2], SentChunk(3, 1, 2, CHUNKS[2][:-1])],
    }.items()
)
def test_what_is_no_chunk_of_it_is_refused_and_no_row_is_written(
    name: str, sent: list[SentChunk], store: Database
) -> None:
    answers, whole = taken(store, sent)
    assert (not all(answers), whole) == (True, 0), name
    with store.reading() as rows:
        assert (rows.attachments(), rows.tail_names()) == ([], [])
    blobs_of(store).delete(blobs_of(store).names())


def test_names_that_are_not_whole_or_without_end_name_no_attachment() -> None:
    assert Names.decode(NAMES.encode()) == NAMES
    refused(
        MalformedError,
        "the names of an attachment have",
        Names.decode,
        [b"", COMMITMENT, NAMES.encode()[:-1], COMMITMENT * ((1 << 15) + 1)],
    )


def test_one_that_lacks_a_chunk_stays_out(store: Database) -> None:
    assert taken(store, IN_ORDER[:2])[1] == 0
    with store.reading() as rows:
        assert (rows.attachments(), rows.tail_names()) == ([], [])


def test_an_attachment_goes_out_only_whole_and_under_its_own_name(store: Database) -> None:
    taken(store, IN_ORDER)
    true = AttachmentRow(NAMES.digest, CASE, NAMES.encode())
    false = true._replace(names=NAMES.encode()[:-32])
    blobs = blobs_of(store)

    def goes(row: AttachmentRow, room: int = 1 << 30) -> bool:
        with store.reading() as rows:
            chosen = choose(rows, blobs, [Candidate(3, ORIGIN, 1, row)], room)
        assert len(chosen.sent) + len(chosen.left_out) == 1
        return bool(chosen.sent)

    assert (goes(true), goes(true, 1 << 20), goes(false)) == (True, False, False)
    blobs.delete(NAMES.chunks[:1])
    assert not goes(true)
