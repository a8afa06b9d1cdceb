"""Papers in restricted sections: kept, read, searched and erased by who holds the section, and known to nobody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.erased import erase_record
from tests.services.office import JOEL, Office
from tests.services.organisation import AMINA, MIRA, Organisation
from tests.services.test_papers import ORDER, add, chunk_files, paper
from tests.tables import refused
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind, ReadBy
from vault.errors import NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId, RecordId
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers, paper_text
from vault.services.approvals import erasing, moving
from vault.services.cases import cases, editing, searching, sections
from vault.services.cases.editing import Place
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing

WORDS = "The clinic of Vellanor saw her on the ninth."


def case_with_section(session: Session) -> tuple[CompartmentId, CompartmentId]:
    case = cases.create(session, title="A title", kind="asylum").case
    return case, sections.create(session, case, what="health", title="Clinic")


def kept(session: Session, section: CompartmentId, folder: Path) -> Place:
    (folder / "letter.txt").write_text(WORDS)
    place = add(session, section, folder / "letter.txt")
    assert paper_text.read_and_keep(session, place).read_by is ReadBy.PLAIN
    return place


def test_a_paper_of_a_section_is_kept_read_searched_changed_and_erased_there(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        letter, film = kept(amina, section, tmp_path), add(amina, section, paper(tmp_path, 2 * CHUNK_SIZE))
        assert case_papers.place_of(amina, letter.record.hex()[:8], section) == letter
        with pytest.raises(NotFoundError):
            case_papers.place_of(amina, letter.record.hex())
        case_papers.change(amina, letter, {"from_whom": "the clinic"})
        facts = case_papers.facts_typed(amina, section, {"kind": "translation", "translation_of": film.record.hex()})
        translation = case_papers.add_paper(amina, section, tmp_path / "letter.txt", facts).record
    with office.open(office.amina) as amina:
        assert {each.record for each in case_papers.list_in(amina, section)} == {
            letter.record,
            film.record,
            translation,
        }
        shown = case_papers.show(amina, letter).value
        assert (shown.from_whom, shown.kind) == ("the clinic", DocumentKind.DETENTION_ORDER)
        assert paper_text.text_of(amina, letter).text == WORDS
        case_papers.save(amina, film, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == (tmp_path / "scan.pdf").read_bytes()
        (hit,) = searching.search_sections(amina, "Vellanor clinic").hits
        assert (hit.record, hit.section, hit.title, "Vellanor" in hit.snippet) == (
            letter.record, section, ORDER["title"], True,
        )  # fmt: skip
        assert searching.search(amina, "Vellanor").hits == ()
        assert case_papers.list_in(amina, case) == []
        assert log_checking.verify(amina).contents.here == 4
        assert erase_record(amina, film) == 2  # with its translation
        erase_record(amina, letter)
        assert chunk_files(amina) == []
        with amina.database.reading() as rows:
            assert (rows.attachments(), rows.tail_names()) == ([], [])
        assert case_papers.list_in(amina, section) == []
        assert log_checking.verify(amina).verified


def test_who_holds_the_case_alone_learns_of_no_paper_of_a_section(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        _, section = case_with_section(amina)
        letter = kept(amina, section, tmp_path)
    with office.open(office.joel) as joel:
        refused(RefusedError, "not granted", lambda act, *given: act(joel, *given), [
            (case_papers.list_in, section),
            (case_papers.show, letter),
            (paper_text.text_of, letter),
            (case_papers.save, letter, tmp_path / "out"),
            (case_papers.change, letter, {"title": "x"}),
            (case_papers.add_paper, section, tmp_path / "letter.txt", ORDER),
        ])  # fmt: skip
        assert searching.search_sections(joel, "Vellanor").hits == ()
        assert searching.search(joel, "Vellanor").hits == ()


def test_a_bundle_brings_a_paper_of_a_section_whole_to_its_holders_and_not_a_chunk_to_others(
    organisation: Organisation, tmp_path: Path
) -> None:
    joel, mira = organisation.members("Joel", MIRA)
    source = paper(tmp_path, 2 * CHUNK_SIZE + 9)
    with organisation.open(AMINA) as amina:
        case, section = case_with_section(amina)
        sharing.grant(amina, case, [joel, mira])
        sections.give(amina, section, [joel])
        place = add(amina, section, source)
    organisation.exchange(AMINA, "Joel")
    organisation.exchange(AMINA, MIRA)
    with organisation.open("Joel") as session:
        case_papers.save(session, place, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == source.read_bytes()
        assert log_checking.verify(session).contents.here == 1
    with organisation.open(MIRA) as session:
        assert chunk_files(session) == []
        assert not any(log_checking.verify(session).contents.counts().values())


def test_a_paper_moves_into_a_section_with_its_translation_under_fresh_keys(office: Office, tmp_path: Path) -> None:
    source = paper(tmp_path, 2 * CHUNK_SIZE)
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place = add(amina, case, source)
        (tmp_path / "letter.txt").write_text(WORDS)
        made = {"kind": DocumentKind.TRANSLATION, "translation_of": place.record}
        text = Place(case, case_papers.add_paper(amina, case, tmp_path / "letter.txt", made).record, Document.KIND)
        paper_text.read_and_keep(amina, text)
        before, old = case_papers.show(amina, place).value, set(chunk_files(amina))
        asked = moving.ask(amina, place, section)
        assert asked.taken_from == (JOEL,)
        moved, translated = moving.move(amina, asked).records
        assert case_papers.list_in(amina, case) == []
        after = case_papers.show(amina, Place(section, moved, Document.KIND)).value
        assert (after.title, after.content_hash) == (before.title, before.content_hash)
        assert not {after.body.digest, after.body.key, after.body.id} & {before.body.digest, before.body.key}
        assert not old & set(chunk_files(amina))
        second = case_papers.show(amina, Place(section, translated, Document.KIND)).value
        assert second.translation_of == moved
        assert [hit.record for hit in searching.search_sections(amina, "Vellanor").hits] == [translated]
        assert searching.search(amina, "Vellanor").hits == ()
        case_papers.save(amina, Place(section, moved, Document.KIND), tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == source.read_bytes()
        assert log_checking.verify(amina).verified


def test_translations_of_translations_name_one_another_in_the_section(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place = first = add(amina, case, paper(tmp_path, 9))
        for number in range(5):
            facts = {"kind": DocumentKind.TRANSLATION, "title": f"{number}", "translation_of": place.record}
            place = Place(case, case_papers.add_paper(amina, case, tmp_path / "scan.pdf", facts).record, Document.KIND)
        moving.move(amina, moving.ask(amina, first, section))
        kept = {each.record: each.value for each in case_papers.list_in(amina, section)}
        assert {
            document.title: kept[document.translation_of].title
            for document in kept.values()
            if document.translation_of is not None
        } == {"0": ORDER["title"], "1": "0", "2": "1", "3": "2", "4": "3"}


def test_a_section_that_goes_as_a_whole_takes_its_papers_and_a_new_key_leaves_them_readable(
    office: Office, tmp_path: Path
) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place = add(amina, section, paper(tmp_path, 2 * CHUNK_SIZE))
        sections.give(amina, section, [office.joel.member])
        sharing.revoke(amina, section, [office.joel.member])
        case_papers.save(amina, place, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == (tmp_path / "scan.pdf").read_bytes()
        erasing.erase(amina, what_goes.what_goes(amina, section.hex()), why="mistake")
        assert chunk_files(amina) == []
        assert sections.list_of(amina, case) == []
        assert log_checking.verify(amina).verified


def test_a_paper_whose_content_is_not_whole_does_not_move(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place = add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE))
        lost, *_ = chunk_files(amina)
        content = lost.read_bytes()
        lost.unlink()
        with pytest.raises(Exception, match="of the document is missing"):
            moving.move(amina, moving.ask(amina, place, section))
        lost.write_bytes(content)
        assert case_papers.list_in(amina, section) == []
        case_papers.save(amina, place, tmp_path / "out")
        assert log_checking.verify(amina).contents.counts()["stray"] == 0


def test_what_is_not_the_paper_that_its_record_describes_is_neither_saved_nor_moved(
    office: Office, tmp_path: Path
) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place = add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE))
        editing.edit(amina, place, Document, lambda document: replace(document, content_hash=bytes(32)))
        before, size = chunk_files(amina), amina.log.size
        with pytest.raises(VerificationError, match="not the one that its record describes"):
            case_papers.save(amina, place, tmp_path / "out.pdf")
        assert not (tmp_path / "out.pdf").exists()
        with pytest.raises(VerificationError, match="not the one that its record describes"):
            case_papers.keep_again(amina, case_papers.show(amina, place).value, section)
        assert sections.open_section(amina, section).notes == ()
        assert chunk_files(amina) == before
        assert amina.log.size > size  # what was looked at is in the log


def test_a_paper_that_is_not_there_gets_no_version_and_no_text(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        case, _ = case_with_section(amina)
        nowhere = Place(case, RecordId(bytes(16)), Document.KIND)
        source, size = paper(tmp_path, 1000), amina.log.size
        with pytest.raises(NotFoundError, match="no such document in this case"):
            case_papers.add_paper(amina, case, source, ORDER, version_of=nowhere.record)
        with pytest.raises(NotFoundError, match="no such document in this case"):
            paper_text.read_and_keep(amina, nowhere)
        assert (amina.log.size, chunk_files(amina)) == (size, [])


def test_a_paper_whose_text_is_not_here_leaves_no_half_of_itself_in_another_place(
    office: Office, tmp_path: Path
) -> None:
    with office.open(office.amina) as amina:
        case, section = case_with_section(amina)
        place, gone = (add(amina, case, paper(tmp_path, 2 * CHUNK_SIZE, name)) for name in ("a.pdf", "b.pdf"))
        text = case_papers.show(amina, gone).value.body
        erase_record(amina, gone)
        before = chunk_files(amina)
        with pytest.raises(NotFoundError):
            case_papers.keep_again(amina, replace(case_papers.show(amina, place).value, extracted=text), section)
        assert chunk_files(amina) == before
        assert log_checking.verify(amina).verified
