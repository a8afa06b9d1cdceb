"""Papers of a case: what is added comes back byte for byte, is listed, changes, and goes for good."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.export.test_paper_text import docx, picture
from tests.services.erased import erase_record
from tests.services.founded import Filled
from tests.tables import each, refused
from vault.access.session import Session
from vault.casework.document import DocumentKind, ReadBy
from vault.errors import NotFoundError, RefusedError, TryAgainError
from vault.ids import CompartmentId
from vault.progress import CancelledError
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers, paper_text
from vault.services.cases import case_people, cases, editing, searching
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking
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
    with pytest.raises(NotFoundError, match=r"no file nowhere\.pdf"):
        add(session, case, tmp_path / "nowhere.pdf")
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
    with pytest.raises(RefusedError, match="exists already"):
        case_papers.save(session, place, source)


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
from vault.services.papers import adding

def die(done, total):
    if done > total // 2:
        os.kill(os.getpid(), signal.SIGKILL)

session = Place(Path(sys.argv[1]), Path(sys.argv[2])).open()
adding.add(session, CompartmentId(bytes.fromhex(sys.argv[3])), Path(sys.argv[4]), ORDER, progress=die)
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
