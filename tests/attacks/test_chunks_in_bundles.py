"""A member with real keys and a program of their own changes chunks in a bundle: all of a paper comes, or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attacks.resealing import Row, resealed
from tests.services.organisation import AMINA, JOEL, Organisation
from tests.services.test_papers import add, chunk_files, paper
from tests.vectors.independent import bundles
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing

NAMES, CHUNK = 8, 9
NUMBER, SEALED = 2, 3


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    (joel,) = organisation.members(JOEL)
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="A title", kind="asylum").case
        sharing.grant(amina, made, [joel])
    return made


def _of(rows: list[Row], kind: int) -> list[Row]:
    return [row for row in rows if row[0] == kind]


def _reordered(rows: list[Row]) -> None:
    first, second, *_ = (row[2] for row in _of(rows, CHUNK))
    first[SEALED], second[SEALED] = second[SEALED], first[SEALED]


def _renumbered(rows: list[Row]) -> None:
    first, second, *_ = (row[2] for row in _of(rows, CHUNK))
    first[NUMBER], second[NUMBER] = second[NUMBER], first[NUMBER]


def _cut(rows: list[Row]) -> None:
    _of(rows, CHUNK)[0][2][SEALED] = _of(rows, CHUNK)[0][2][SEALED][:-1]


def _a_bit(rows: list[Row]) -> None:
    sealed = _of(rows, CHUNK)[1][2][SEALED]
    _of(rows, CHUNK)[1][2][SEALED] = bytes([sealed[0] ^ 1]) + sealed[1:]


def _foreign(rows: list[Row]) -> None:
    _of(rows, CHUNK)[0][2][SEALED] = os.urandom(CHUNK_SIZE + 16)


def _missing(rows: list[Row]) -> None:
    rows.remove(_of(rows, CHUNK)[-1])


def _no_names(rows: list[Row]) -> None:
    rows.remove(_of(rows, NAMES)[0])


def _other_names(rows: list[Row]) -> None:
    cells = _of(rows, NAMES)[0][2]
    cells[SEALED] = cells[SEALED][:32] + cells[SEALED][64:96] + cells[SEALED][32:64] + cells[SEALED][96:]


def _stray(rows: list[Row]) -> None:
    """Chunks that no list names, beside one that is missing."""
    _missing(rows)
    kind, origin, cells = _of(rows, CHUNK)[0]
    rows += [(kind, origin, [*cells[:NUMBER], 100 + number, os.urandom(CHUNK_SIZE + 16)]) for number in range(3)]


ATTACKS: dict[str, Callable[[list[Row]], None]] = {
    "reordered": _reordered,
    "renumbered": _renumbered,
    "cut": _cut,
    "a bit": _a_bit,
    "foreign": _foreign,
    "missing": _missing,
    "no names": _no_names,
    "other names": _other_names,
    "stray": _stray,
}


@pytest.mark.long
def test_a_bundle_with_changed_chunks_brings_no_part_of_the_paper_and_a_true_one_brings_it_whole(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    source = paper(tmp_path, 2 * CHUNK_SIZE + 9)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        place = add(amina, case, source)
        syncing.make(amina, joel.member, tmp_path / "true.bundle")
        data = (tmp_path / "true.bundle").read_bytes()
        read = bundles.read_bundle(data, joel.vault, joel.seat, joel._secrets.kem_seed)
        for name, attack in ATTACKS.items():
            rows: list[Row] = [(kind, origin, list(cells)) for kind, origin, cells in read.rows]
            attack(rows)
            made = tmp_path / f"{name}.bundle"
            made.write_bytes(resealed(data, read, rows, amina._secrets.identity_seed))
            with suppress(VaultError):  # refused whole, or all but the paper came
                syncing.import_bundle(joel, made)
            assert chunk_files(joel) == [], name
            with joel.database.reading() as stored:
                assert (stored.attachments(), stored.tail_names()) == ([], []), name
            found = log_checking.verify(joel)
            assert (found.verified, found.contents.here, found.contents.stray) == (True, 0, 0), name
        syncing.import_bundle(joel, tmp_path / "true.bundle")
        case_papers.save(joel, place, tmp_path / "out")
        assert log_checking.verify(joel).contents.here == 1
    assert (tmp_path / "out").read_bytes() == source.read_bytes()
