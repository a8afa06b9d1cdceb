"""Contents of documents in bundles: they come whole or not at all, once, and only to who holds the case."""

from __future__ import annotations

from pathlib import Path

import pytest

import vault.sync.selecting
from tests.services.organisation import AMINA, JOEL, KARIM, Organisation, give
from tests.services.test_papers import add, chunk_files, paper
from tests.vectors.independent import bundles
from vault.errors import NotFoundError
from vault.ids import CompartmentId
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exchange.bundle_words import made_lines
from vault.services.grants import sharing


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    (joel,) = organisation.members(JOEL)
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="A title", kind="asylum").case
        sharing.grant(amina, made, [joel])
    return made


def test_a_document_comes_whole_with_a_bundle_and_no_second_time(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    sources = [paper(tmp_path, size, f"{size}.pdf") for size in (0, 700, CHUNK_SIZE + 5, 3 * CHUNK_SIZE)]
    with organisation.open(AMINA) as amina:
        places = [add(amina, case, source) for source in sources]
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        for place, source in zip(places, sources, strict=True):
            out = tmp_path / f"out-{source.name}"
            case_papers.save(joel, place, out)
            assert out.read_bytes() == source.read_bytes()
        assert log_checking.verify(joel).contents.counts() == {
            "here": 4, "not_fetched": 0, "erased": 0, "missing": 0, "stray": 0,
        }  # fmt: skip
    organisation.exchange(AMINA, JOEL)
    (joel_seat,) = organisation.members(JOEL)
    with organisation.open(AMINA) as amina:
        later = syncing.make(amina, joel_seat, tmp_path / "later.bundle")
        assert later.documents == 0
        assert later.size < CHUNK_SIZE
        add(amina, case, sources[1])
        newer = syncing.make(amina, joel_seat, tmp_path / "newer.bundle")
    assert newer.documents == 1


def test_who_does_not_hold_the_case_gets_no_chunk(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE))
    organisation.exchange(AMINA, KARIM)
    with organisation.open(KARIM) as karim:
        assert chunk_files(karim) == []
        found = log_checking.verify(karim)
        assert found.verified
        assert not any(found.contents.counts().values())


def test_what_finds_no_room_or_is_not_whole_goes_later_and_is_told(
    organisation: Organisation, case: CompartmentId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.open(AMINA) as amina:
        first, second, third = (add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE, f"{n}.pdf")) for n in range(3))
    with monkeypatch.context() as small:
        small.setattr(vault.sync.selecting, "FILE_LIMIT", 7 * CHUNK_SIZE)
        with organisation.at(AMINA, JOEL) as (amina, joel):
            made = syncing.make(amina, joel.member, tmp_path / "small.bundle")
            assert (made.documents, made.left_out) == (2, 1)
            assert any("NOT IN IT" in str(line) for line in made_lines(made))
            syncing.import_bundle(joel, tmp_path / "small.bundle")
            assert [case_papers.is_here(joel, one.value) for one in case_papers.list_in(joel, case)] == [
                True,
                True,
                False,
            ]
            with pytest.raises(NotFoundError, match="not on this device"):
                case_papers.save(joel, third, tmp_path / "third")
            found = log_checking.verify(joel)
            assert found.verified
            assert found.contents.counts()["not_fetched"] == 1
            give(joel, amina, tmp_path)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        lost = chunk_files(amina)[0]
        lost.rename(tmp_path / "kept")
        broken = syncing.make(amina, joel.member, tmp_path / "broken.bundle")
        assert broken.documents + broken.left_out == 1
        (tmp_path / "kept").rename(lost)
        made = syncing.make(amina, joel.member, tmp_path / "rest.bundle")
        assert (made.documents, made.left_out) == (1, 0)
        syncing.import_bundle(joel, tmp_path / "rest.bundle")
        for place in (first, second, third):
            case_papers.save(joel, place, tmp_path / f"out-{place.record.hex()}")
    assert third.case == case


def test_an_import_that_is_repeated_brings_nothing_twice_and_a_second_reader_opens_the_bundle(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE + 9))
        syncing.make(amina, joel.member, tmp_path / "a.bundle")
        for _ in range(2):
            syncing.import_bundle(joel, tmp_path / "a.bundle")
        files = chunk_files(joel)
        assert len(files) == len(chunk_files(amina))
        data = (tmp_path / "a.bundle").read_bytes()
        read = bundles.read_bundle(data, joel.vault, joel.seat, joel._secrets.kem_seed)
    kinds = [kind for kind, _, _ in read.rows]
    assert (kinds.count(8), kinds.count(9)) == (1, 3)
