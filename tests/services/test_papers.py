"""Papers of a case: what is added comes back byte for byte, is listed, changes, and goes for good."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.test_chats import docx, picture
from tests.services.erased import erase_record
from tests.services.founded import Filled
from tests.services.office import JOEL, Office
from tests.services.organisation import AMINA, MIRA, Organisation
from tests.tables import each, refused, refuses
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind, ReadBy
from vault.errors import NotFoundError, RefusedError, TryAgainError, VerificationError
from vault.ids import CompartmentId, RecordId
from vault.progress import CancelledError
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers, paper_text
from vault.services.approvals import erasing, moving
from vault.services.cases import case_people, cases, editing, searching, sections
from vault.services.cases.editing import Place
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.store.blobs import CHUNK_FILE_SIZE, Blobs

ORDER = {"kind": DocumentKind.DETENTION_ORDER, "title": "Order on detention"}
REPOSITORY = Path(__file__).parents[2]


def paper(folder: Path, size: int, name: str = "scan.pdf") -> Path:
    """Write an invented file of this size."""
    path = folder / name
    path.write_bytes(b"%PDF-" + os.urandom(size - 5) if size >= 5 else os.urandom(size))
    return path


def add(session: Session, case: CompartmentId, source: Path) -> Place:
    return Place(case, case_papers.add_paper(session, case, source, ORDER).record, "document")


def chunk_files(session: Session) -> list[Path]:
    return sorted(path for path in session.folder.blobs_dir.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 8, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 5 * CHUNK_SIZE])
def test_a_paper_of_any_size_comes_back_as_it_was_in_a_later_session(filled: Filled, tmp_path: Path, size: int) -> None:
    source = paper(tmp_path, size)
    with filled.open() as session:
        place = add(session, filled.cases[0], source)
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()
        document = case_papers.save(session, place, tmp_path / "out.pdf")
        sizes = {path.stat().st_size for path in chunk_files(session)}
    assert (tmp_path / "out.pdf").read_bytes() == source.read_bytes()
    assert sizes <= {CHUNK_FILE_SIZE}
    assert (document.name, document.body.size) == ("scan.pdf", size)


def test_a_small_scan_takes_no_file_and_a_locked_folder_shows_one_size_and_one_time(
    filled: Filled, tmp_path: Path
) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 150_000))
        assert chunk_files(session) == []
        add(session, filled.cases[0], paper(tmp_path, 3 * CHUNK_SIZE))
        add(session, filled.cases[1], paper(tmp_path, 2 * CHUNK_SIZE + 7))
        found = chunk_files(session)
    stats = [path.stat() for path in found]
    assert len(found) >= 5
    assert {(stat.st_size, stat.st_mtime_ns, stat.st_mode) for stat in stats} == {
        (CHUNK_FILE_SIZE, stats[0].st_mtime_ns, 0o100600)
    }


def test_the_facts_of_a_paper_are_listed_found_and_changed_and_its_history_stays(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    session, case = filled_session, filled.cases[0]
    place = add(session, case, paper(tmp_path, 1000))
    case_papers.change(session, place, {"received": "2026-11-20", "from_whom": "the district court"})
    (listed,) = case_papers.list_in(session, case)
    assert (listed.value.kind, listed.value.from_whom, listed.value.media) == (
        DocumentKind.DETENTION_ORDER,
        "the district court",
        "application/pdf",
    )
    case_papers.add_paper(session, case, paper(tmp_path, 2000, "better.pdf"), ORDER, version_of=place.record)
    (listed,) = case_papers.list_in(session, case)
    assert (listed.record, listed.value.name) == (place.record, "better.pdf")
    names = [earlier.value.name for earlier in editing.history(session, place)]
    assert names == ["scan.pdf", "scan.pdf", "better.pdf"]
    translation = case_papers.add_paper(session, case, paper(tmp_path, 10), ORDER | {"translation_of": place.record})
    assert case_papers.show(session, Place(case, translation.record, "document")).value.translation_of == place.record


@each(
    {
        "Cyrillic names": (("Лидия Вьюжанина",), (), "Russian"),
        "Cyrillic names of Ukraine": (("Лідія",), ("UA",), "Ukrainian"),
        "Arabic letters": (("ليلى",), ("SY",), "Arabic"),
        "Arabic letters of Afghanistan": (("لیلا",), ("AF",), "Persian"),
        "a country": (("Zarina Quill",), ("FR", "KG"), "Russian"),
        "nothing that tells": (("Zarina Quill",), ("FR",), ""),
    }
)
def test_the_language_of_a_new_paper_is_proposed_from_the_client_or_from_the_last_paper(
    names: tuple[str, ...], countries: tuple[str, ...], proposed: str, session: Session, tmp_path: Path
) -> None:
    case = cases.create(session, title="A matter", kind="asylum").case
    case_people.keep(session, case, case_people.checked_person(role="client", names=names, nationalities=countries))
    assert paper_text.proposed_language(session, case) == proposed
    case_papers.add_paper(session, case, paper(tmp_path, 10), {**ORDER, "language": "Uyghur"})
    assert paper_text.proposed_language(session, case) == "Uyghur"


def test_the_text_of_a_paper_is_read_once_kept_sealed_and_found(filled: Filled, tmp_path: Path) -> None:
    source, case = tmp_path / "order.txt", filled.cases[0]
    source.write_text("The court of Vellanor holds him until the thirtieth.")
    with filled.open() as session:
        place = add(session, case, source)
        assert searching.search(session, "Vellanor").hits == ()
        assert paper_text.text_of(session, place).read_by is None
        assert paper_text.read_and_keep(session, place).read_by is ReadBy.PLAIN
        (hit,) = searching.search(session, "Vellanor holds").hits
        assert (hit.kind, hit.record, "Vellanor" in hit.snippet) == ("document", place.record, True)
    with filled.open() as session:
        assert paper_text.text_of(session, place).text == source.read_text()
        session.remake_index()
        assert [found.record for found in searching.search(session, "vellan").hits] == [place.record]
        assert log_checking.verify(session).contents.here == 2
        erase_record(session, place)
        assert searching.search(session, "Vellanor").hits == ()
        with session.database.reading() as rows:
            assert (rows.attachments(), rows.tail_names()) == ([], [])


def test_a_paper_that_cannot_be_read_is_kept_and_says_so(
    filled_session: Session, filled: Filled, tmp_path: Path
) -> None:
    bomb = tmp_path / "order.docx"
    bomb.write_bytes(docx("<w:p>" * 300_000))
    place = add(filled_session, filled.cases[0], bomb)
    assert paper_text.read_and_keep(filled_session, place).read_by is ReadBy.UNREADABLE
    case_papers.save(filled_session, place, tmp_path / "out.docx")
    assert (tmp_path / "out.docx").read_bytes() == bomb.read_bytes()


def test_what_changes_while_a_text_is_read_stays(filled_session: Session, filled: Filled, tmp_path: Path) -> None:
    session, case = filled_session, filled.cases[0]
    (tmp_path / "order.pdf").write_bytes(picture("PDF"))
    place = add(session, case, tmp_path / "order.pdf")
    changes = iter([{"title": "Corrected"}])

    def change(done: int, total: int) -> None:
        for typed in changes:
            case_papers.change(session, place, typed)

    paper_text.read_and_keep(session, place, progress=change)
    (kept,) = case_papers.list_in(session, case)
    assert (kept.heads, kept.value.title) == (1, "Corrected")
    assert kept.value.read_by is not None

    def replace_it(done: int, total: int) -> None:
        case_papers.add_paper(session, case, paper(tmp_path, 900), {}, version_of=place.record)

    with pytest.raises(TryAgainError, match="replaced while its text was read"):
        paper_text.read_and_keep(session, place, progress=replace_it)
    assert case_papers.show(session, place).value.name == "scan.pdf"


def test_a_removed_paper_is_nowhere(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        kept = add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE, "kept.pdf"))
        before = chunk_files(session)
        place = add(session, filled.cases[0], paper(tmp_path, 3 * CHUNK_SIZE + 5))
        case_papers.add_paper(session, filled.cases[0], paper(tmp_path, CHUNK_SIZE), ORDER, version_of=place.record)
        assert erase_record(session, place) == 2
        assert chunk_files(session) == before
        with session.database.reading() as rows:
            assert len(rows.attachments()) == 1
        assert [one.record for one in case_papers.list_in(session, filled.cases[0])] == [kept.record]
        with pytest.raises(NotFoundError):
            case_papers.save(session, place, tmp_path / "gone.pdf")
        assert log_checking.verify(session).verified
    assert not (tmp_path / "gone.pdf").exists()


def test_what_cannot_be_added_or_saved_leaves_nothing(filled_session: Session, filled: Filled, tmp_path: Path) -> None:
    session, case = filled_session, filled.cases[0]
    refuses(NotFoundError, r"no file nowhere\.pdf", add, session, case, tmp_path / "nowhere.pdf")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TryAgainError):
        add(session, case, tmp_path / "pipe")
    source = paper(tmp_path, 4 * CHUNK_SIZE)
    with pytest.raises(CancelledError):
        case_papers.add_paper(session, case, source, ORDER, cancelled=iter([False, False, True]).__next__)
    with pytest.raises(KeyboardInterrupt):
        case_papers.add_paper(session, case, source, ORDER, progress=_interrupt)
    assert chunk_files(session) == []
    assert case_papers.list_in(session, case) == []
    place = add(session, case, source)
    refuses(RefusedError, "exists already", case_papers.save, session, place, source)


def _interrupt(done: int, total: int) -> None:
    if done > total // 2:
        raise KeyboardInterrupt


def test_a_large_paper_needs_the_memory_of_some_chunks(filled_session: Session, filled: Filled, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    with source.open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(CHUNK_SIZE))
    seen: list[int] = []
    tracemalloc.start()
    case_papers.add_paper(
        filled_session, filled.cases[0], source, ORDER, progress=lambda done, total: seen.append(done)
    )
    (place,) = case_papers.list_in(filled_session, filled.cases[0])
    case_papers.save(filled_session, Place(filled.cases[0], place.record, "document"), tmp_path / "out.mp4")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * CHUNK_SIZE
    assert seen == sorted(seen)
    assert seen[-1] == 64 * CHUNK_SIZE


CHILD = """
import os, signal, sys
from pathlib import Path
from tests.services.founded import Place
from tests.services.test_papers import ORDER
from vault.ids import CompartmentId
from vault.services import case_papers

def die(done, total):
    if done > total // 2:
        os.kill(os.getpid(), signal.SIGKILL)

session = Place(Path(sys.argv[1]), Path(sys.argv[2])).open()
case_papers.add_paper(session, CompartmentId(bytes.fromhex(sys.argv[3])), Path(sys.argv[4]), ORDER, progress=die)
"""


@pytest.mark.long
def test_a_kill_while_adding_leaves_strays_that_go_after_an_hour(filled: Filled, tmp_path: Path) -> None:
    source = paper(tmp_path, 6 * CHUNK_SIZE)
    told = [str(filled.path), str(filled.state), filled.cases[0].hex(), str(source)]
    done = subprocess.run([sys.executable, "-c", CHILD, *told], cwd=REPOSITORY, check=False, timeout=60)
    assert done.returncode == -9
    with filled.open() as session:
        assert len(chunk_files(session)) >= 2
        assert case_papers.list_in(session, filled.cases[0]) == []
        assert log_checking.verify(session).verified
        place = add(session, filled.cases[0], source)
    blobs = Blobs(filled.path / "blobs")
    for path in blobs.folder.rglob("*"):
        os.utime(path, (1, 1))
    with filled.open() as session:
        with session.database.reading() as rows:
            (row,) = rows.attachments()
        assert len(chunk_files(session)) == len(row.names) // 32 - 1 - len(rows_of_tail(session))
        case_papers.save(session, place, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == source.read_bytes()


def rows_of_tail(session: Session) -> list[bytes]:
    with session.database.reading() as rows:
        return rows.tail_names()


def test_who_holds_no_case_has_no_papers(filled_session: Session, filled: Filled, tmp_path: Path) -> None:
    stranger = Place(CompartmentId(bytes(16)), editing.own_record(filled_session, filled.cases[0]).record, "document")
    refused(RefusedError, "not granted", lambda act, *given: act(filled_session, *given), [
        (add, stranger.case, tmp_path / "none"),
        (case_papers.save, stranger, tmp_path / "none"),
    ])  # fmt: skip


# Papers in restricted sections: kept, read, searched and erased by who holds the section, and known to nobody else.
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
        refuses(NotFoundError, "no such document in this case", paper_text.read_and_keep, amina, nowhere)
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
