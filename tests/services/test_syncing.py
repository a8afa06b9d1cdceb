from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import vault.sync.selecting
from tests.english import in_english
from tests.once import made_once
from tests.services.erased import erase_record
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.services.offices import Office, admit, founder_of
from tests.services.organisation import AMINA, JOEL, Organisation, give
from tests.services.test_papers import add, chunk_files, paper
from tests.tables import each, refuses
from tests.vectors.independent import attachments, backups, bundles, opening
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.display import local_time
from vault.errors import NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind
from vault.seal.bodies import CHUNK_SIZE
from vault.services import case_papers
from vault.services.backups import backups as backing_up
from vault.services.backups import restoring
from vault.services.cases import case_people, cases, notes, undoing
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exchange.bundle_words import imported_lines, inside_lines, made_lines
from vault.services.exchange.known_peers import peers_of
from vault.services.exchange.syncing import ImportedBundle, Inside, KnownHere, MadeBundle
from vault.services.grants import sharing
from vault.sync.bundle_pages import PageKind
from vault.sync.staging import staged_in

Offices = tuple[Office, Office]


@pytest.fixture(scope="session")
@made_once
def _offices(filled_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """A founder, and a supervisor with a device of her own who holds the first case; both have all of it."""
    folder = tmp_path_factory.mktemp("offices")
    founder = founder_of(filled_template.place.copied_to(folder / "founder"))
    colleague = admit(founder, folder, "Noor Vandermeer")
    with founder.open() as session:
        sharing.grant(session, filled_template.cases[0], [colleague.member])
    colleague.take(founder.send(colleague, folder))
    founder.take(colleague.send(founder, folder))
    return founder, colleague


@pytest.fixture
def offices(_offices: Offices, tmp_path: Path) -> Offices:
    return _copied(_offices[0], tmp_path / "founder"), _copied(_offices[1], tmp_path / "colleague")


def _copied(office: Office, folder: Path) -> Office:
    shutil.copytree(office.path, folder / "copy.vault")
    shutil.copytree(office.state, folder / "state")
    return replace(office, path=folder / "copy.vault", state=folder / "state")


def _texts(office: Office, case: CompartmentId) -> list[str]:
    with office.open() as session:
        return sorted(note.value.text for note in cases.open_case(session, case).notes)


def _note(office: Office, case: CompartmentId, text: str) -> None:
    with office.open() as session:
        notes.add(session, case, Note(NoteKind.CONTACT, text))


def test_a_colleague_reads_what_was_granted_and_nothing_else(offices: Offices, filled_template: Filled) -> None:
    founder, colleague = offices
    first, second = filled_template.cases
    assert _texts(colleague, first) == _texts(founder, first) != []
    with colleague.open() as session, session.database.reading() as rows:
        assert not session.holds(second)
        assert rows.versions(second) == []
        assert rows.epochs(second) == []
    for office in offices:
        with office.open() as session:
            assert log_checking.verify(session).faults == ()
    with founder.open() as session:
        peer = peers_of(session)[colleague.seat]
    assert peer.at is not None
    assert peer.base is not None


def test_a_note_comes_back_and_a_second_bundle_carries_only_what_follows(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    stick = tmp_path / "stick"
    stick.mkdir()
    # What was in a bundle that got lost is in the next one.
    _note(founder, case, "in the lost one")
    founder.send(colleague, tmp_path)
    _note(founder, case, "in the next one")
    with founder.open() as session:
        made = syncing.make(session, colleague.member, tmp_path / "second")
    assert made.versions == 2
    assert made.size < 32 * 1024
    with colleague.open() as session:
        assert syncing.import_bundle(session, tmp_path / "second").came == {"note": 2}
        # The taker lists the checkpoints that it saw, and nothing when it takes again.
        with session.database.reading() as rows:
            entry = rows.operation(session.log.origin, session.log.size - 1)
        assert entry is not None
        assert entry.list[0] == 7
        before = session.log.size
        again = syncing.import_bundle(session, tmp_path / "second")
        assert not any((again.entries, again.came, again.gained, again.withdrawn))
        assert session.log.size == before
    _note(colleague, case, "from the field")
    bundle = colleague.send(founder, stick)
    assert list(stick.iterdir()) == [bundle]
    assert bundle.stat().st_mode & 0o777 == 0o600
    with colleague.open() as session:
        refuses(VerificationError, "not for this device", syncing.import_bundle, session, bundle)
        assert staged_in(session.folder.staging_dir) == []
    with founder.open() as session:
        inside = syncing.show(session, bundle)
        assert inside.is_known
        assert inside.entries > 0
    assert "from the field" not in _texts(founder, case)
    imported = founder.take(bundle)
    assert imported.sender == colleague.name
    assert imported.came == {"note": 1}
    assert not imported.pending
    assert not imported.faults
    assert "from the field" in _texts(founder, case)


def test_a_folder_put_back_from_an_older_copy_takes_again_what_it_lost(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    shutil.copytree(colleague.path, tmp_path / "kept")
    _note(founder, case, "one more")
    bundle = founder.send(colleague, tmp_path)
    colleague.take(bundle)
    shutil.rmtree(colleague.path)
    shutil.copytree(tmp_path / "kept", colleague.path)  # the account still knows how long the logs were
    with colleague.open() as session:
        assert any("older copy" in warning for warning in in_english(session.warnings))
    imported = colleague.take(bundle)
    assert not imported.faults
    assert "one more" in _texts(colleague, case)


def test_a_case_that_is_withdrawn_leaves_the_index_without_an_alarm_and_nothing_of_it_follows(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    assert _texts(colleague, case)
    with founder.open() as session:
        sharing.revoke(session, case, [colleague.member])
    _note(founder, case, "after the end")
    with founder.open() as session:
        assert syncing.make(session, colleague.member, tmp_path / "after").versions == 0
    with colleague.open() as session:
        imported = syncing.import_bundle(session, tmp_path / "after")
        assert (imported.withdrawn, imported.came) == ((case,), {})
        assert cases.list_all(session) == []
        assert [alarm.code for alarm in session.alarms] == []


def test_a_device_that_is_admitted_by_the_very_bundle_is_refused_nothing(offices: Offices, tmp_path: Path) -> None:
    founder, colleague = offices
    other = admit(founder, tmp_path, "Ilse Brandvold", like="caseworker")
    with other.open() as session:
        given = cases.create(session, title="Hers", kind="other").case
        sharing.grant(session, given, [founder.member, colleague.member])
    founder.take(other.send(founder, tmp_path))
    imported = colleague.take(founder.send(colleague, tmp_path))
    assert imported.came["case"] == 1
    assert imported.faults == ()


def test_two_people_who_write_at_once_are_both_shown(offices: Offices, filled_template: Filled, tmp_path: Path) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    _note(founder, case, "of the founder")
    _note(colleague, case, "of the colleague")
    to_founder, to_colleague = colleague.send(founder, tmp_path), founder.send(colleague, tmp_path)
    founder.take(to_founder)
    colleague.take(to_colleague)
    assert {"of the founder", "of the colleague"} <= set(_texts(founder, case))
    assert _texts(founder, case) == _texts(colleague, case)


def test_what_cannot_be_made_or_taken_is_said(offices: Offices, tmp_path: Path) -> None:
    founder, colleague = offices
    out = tmp_path / "there"
    out.write_bytes(b"mine")
    with founder.open() as session:
        refuses(RefusedError, "already", syncing.make, session, colleague.member, out)
        assert out.read_bytes() == b"mine"
        refuses(RefusedError, "no other device", syncing.make, session, founder.member, tmp_path / "self")
        refuses(NotFoundError, "no file nowhere", syncing.import_bundle, session, tmp_path / "nowhere")


def test_a_case_that_is_granted_between_two_imports_of_one_session_is_listed(offices: Offices, tmp_path: Path) -> None:
    founder, colleague = offices
    with founder.open() as session:
        case = cases.create(session, title="later", kind="asylum", alone_reason="asked for").case
    before = founder.send(colleague, tmp_path)
    with founder.open() as session:
        sharing.grant(session, case, [colleague.member])
    after = founder.send(colleague, tmp_path)
    with colleague.open() as session:
        syncing.import_bundle(session, before)
        assert case not in {row.case for row in cases.list_all(session)}
        syncing.import_bundle(session, after)
        assert case in {row.case for row in cases.list_all(session)}


def test_what_a_bundle_was_made_of_is_not_taken_back(offices: Offices, filled_template: Filled, tmp_path: Path) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    _note(founder, case, "written by mistake")
    with founder.open() as session:
        undoable = undoing.last(session)
        assert [version.content.kind for version in undoable.versions] == ["note"]
    founder.send(colleague, tmp_path)
    with founder.open() as session, pytest.raises(RefusedError, match="a bundle was made since"):
        undoing.last(session)
    _note(founder, case, "written after it")
    with founder.open() as session:
        undoing.undo(session, undoing.last(session))
        with pytest.raises(RefusedError):
            undoing.last(session)
    assert "written by mistake" in _texts(founder, case)
    assert "written after it" not in _texts(founder, case)


def test_of_what_was_taken_back_no_byte_stays_in_the_folder_and_both_logs_are_sound(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    _note(founder, case, "written by mistake")
    with founder.open() as session:
        (version,) = undoing.last(session).versions
        with session.database.reading() as rows:
            (sealed,) = (row for row in rows.versions(case) if row.id == version.id)
        undoing.undo(session, undoing.last(session))
        with session.database.reading() as rows:
            assert version.id not in {row.id for row in rows.versions(case)}
            assert sealed.wrap not in {row.wrap for row in rows.versions(case)}
    colleague.take(founder.send(colleague, tmp_path))
    for office in offices:
        with office.open() as session:
            assert log_checking.verify(session).faults == ()
            assert "written by mistake" not in {note.value.text for note in cases.open_case(session, case).notes}


def test_who_came_and_may_be_known_here_is_told_by_reference_and_by_whom_to_ask(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    shared, _ = filled_template.cases
    with founder.open() as session:
        own = cases.create(session, title="An old case", kind="asylum", alone_reason="nobody")
        case_people.add(session, own.case, role="client", names=["Алия Скорякина"])
        case_people.add(session, own.case, role="relative", names=["Ilham Torgaev"])
        at = cases.open_case(session, shared).head.value.ref
    with colleague.open() as session:
        record = case_people.add(session, shared, role="witness", names=["Skoriakine Aliya"])
        hers = cases.create(session, title="Hers alone", kind="asylum", alone_reason="nobody")
        case_people.add(session, hers.case, role="client", names=["Ильхам Торгаев"])
    imported = founder.take(colleague.send(founder, tmp_path))
    here, away = imported.known.people
    assert (here.place.record, here.others[0].case, here.refs, here.ask) == (record, own.case, (own.ref,), ())
    assert (away.place.case, away.others, away.ask) == (own.case, (), (colleague.name,))
    said = [line for line in in_english(imported_lines(imported)) if "MATCH" in line]
    assert said == [
        f"A MATCH MAY EXIST for somebody of {at}: look at {own.ref}.",
        f"A MATCH MAY EXIST for somebody of {own.ref}: ask {colleague.name}.",
    ]
    assert imported.known.passed_over == 0
    with colleague.open() as session:
        notes.add(session, shared, Note(NoteKind.CONTACT, "Nothing of people."))
    assert founder.take(colleague.send(founder, tmp_path)).known.people == ()


# What is said of a bundle: the same words for whoever made it and for whoever looks into it.
COUNTS = dict.fromkeys(PageKind, 9) | {PageKind.OPERATION: 16, PageKind.VERSION: 1}
INSIDE = Inside("Ann", is_known=True, made_ms=1_800_000_000_000, size=2048, counts=COUNTS, entries=7)


def test_what_is_in_a_bundle_is_counted_in_entries_and_versions_at_both_ends() -> None:
    counted = "In it: 16 entries and 1 saved change."
    made = MadeBundle(Path("/stick/b"), 2048, bytes(32), seats=1, entries=16, versions=1)
    assert in_english(made_lines(made))[1] == counted
    assert list(in_english(inside_lines(INSIDE))) == [
        f"A bundle of Ann, made on {local_time(INSIDE.made_ms)} by their clock (2 KiB).",
        counted,
        "This device lacks 7 entries of what its maker has. Nothing was imported.",
    ]


@each(
    [
        ({"note": 2}, 30, ["The bundle of Ann brought 2 notes.", "30 entries of the log came with it."]),
        ({"note": 2}, 0, ["The bundle of Ann brought 2 notes."]),
        ({}, 30, ["The bundle of Ann brought 30 entries of the log, and no new record that you can open."]),
        ({}, 0, ["Ann: nothing new came."]),
    ]
)
def test_nothing_new_came_is_said_only_where_nothing_did(
    came: Mapping[str, int], entries: int, lines: list[str]
) -> None:
    bundle = ImportedBundle("Ann", 1_800_000_000_000, entries, came, (), (), (), (), ())
    assert list(in_english(imported_lines(bundle))) == lines


def test_what_can_be_opened_from_now_on_is_called_what_it_is() -> None:
    kinds = {CompartmentKind.CASE: 1, CompartmentKind.SECTION: 2, CompartmentKind.INTAKE: 1}
    bundle = ImportedBundle("Ann", 0, 0, {"case": 1}, (), (), (), (), (), gained_kinds=kinds)
    assert list(in_english(imported_lines(bundle)))[1:] == [
        "You can open 1 more case from now on.",
        "You can open 2 more restricted sections from now on.",
        "You can open 1 more list that members share (calls, register, recipients).",
    ]


def test_whom_nobody_looked_up_because_too_many_came_at_once_is_said() -> None:
    bundle = ImportedBundle("Ann", 0, 0, {"person": 900}, (), (), (), (), (), known=KnownHere(passed_over=400))
    assert list(in_english(imported_lines(bundle)))[-1] == (
        "400 people too many came to compare all at once. Search before you add anybody."
    )


# Contents of documents in bundles: they come whole or not at all, once, and only to who holds the case.
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
            refuses(NotFoundError, "not on this device", case_papers.save, joel, third, tmp_path / "third")
            found = log_checking.verify(joel)
            assert found.verified
            assert found.contents.counts()["not_fetched"] == 1
            give(joel, amina)
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


# Contents of documents in verification, backups and restored vaults: here, erased, missing and stray are told.
def counts(session: Session) -> dict[str, int]:
    return {name: count for name, count in log_checking.verify(session).contents.counts().items() if count}


def test_verification_tells_what_is_here_erased_missing_and_stray_and_stops_no_work(
    filled: Filled, tmp_path: Path
) -> None:
    case = filled.cases[0]
    with filled.open() as session:
        add(session, case, paper(tmp_path, 100))
        add(session, case, paper(tmp_path, 2 * CHUNK_SIZE))
        erase_record(session, add(session, case, paper(tmp_path, 3 * CHUNK_SIZE)))
        assert counts(session) == {"here": 2, "erased": 1}
        lost, *_ = chunk_files(session)
        stray = lost.with_name(lost.name[:2] + "0" * 62)
        lost.rename(stray)
        found = log_checking.verify(session)
        assert found.contents.counts() == {"here": 1, "not_fetched": 0, "erased": 1, "missing": 1, "stray": 1}
        (fault,) = found.faults
        assert "1 of 3 parts of a document are missing or were altered" in str(fault.message)
        notes.add(session, case, Note(NoteKind.CONTACT, "work goes on"))
        session.require_sound_log(case)
    with filled.open() as session:
        assert session.warnings == ()
        session.require_sound_log(case)
        stray.rename(lost)
        assert log_checking.verify(session).verified


def test_a_backup_and_the_vault_made_of_it_hold_every_document(filled: Filled, tmp_path: Path) -> None:
    scan, film = paper(tmp_path, 1000, "scan.pdf"), paper(tmp_path, 4 * CHUNK_SIZE + 77, "film.mp4")
    with filled.open() as session:
        places = [add(session, filled.cases[0], source) for source in (scan, film)]
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    assert (made.documents, made.missing) == (2, 0)
    found = backing_up.verify(made.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state")
    assert (found.documents, found.missing) == (2, 0)
    copy = backups.read_backup(made.path, MEMBER, PASSPHRASE.decode())
    assert (copy.faults, copy.whole.faults) == ([], [])
    restoring.restore(
        made.path,
        tmp_path / "new.vault",
        member=MEMBER,
        passphrase=bytearray(PASSPHRASE),
        state=tmp_path / "fresh",
        agree=lambda _: None,
    )
    with Place(tmp_path / "new.vault", tmp_path / "fresh").open() as session:
        for place, source in zip(places, (scan, film), strict=True):
            out = tmp_path / f"out-{source.name}"
            case_papers.save(session, place, out)
            assert out.read_bytes() == source.read_bytes()
        assert log_checking.verify(session).contents.here == 2


def test_a_reader_of_the_page_alone_opens_a_document_and_names_what_is_missing(filled: Filled, tmp_path: Path) -> None:
    source = paper(tmp_path, 2 * CHUNK_SIZE + 31)
    with filled.open() as session:
        add(session, filled.cases[0], source)
    whole = opening.open_folder(filled.path, MEMBER, PASSPHRASE.decode(), state=filled.state)
    assert whole.faults == []
    rows, blobs = whole.everything.rows, filled.path / "blobs"
    assert list(attachments.faults_in(rows, blobs)) == []
    (document,) = whole.shown("document")
    body = attachments.Body.of(document.fields["body"])
    (names,) = (row.names for row in rows.attachments if row.digest == body.digest)
    vault = whole.everything.vault
    assert attachments.opened_body(body, vault, names, attachments.chunks_of(rows, blobs, names)) == source.read_bytes()
    next(path for path in blobs.rglob("*") if path.is_file()).unlink()
    assert [fault.what for fault in attachments.faults_in(rows, blobs)] == ["a missing attachment"]


def _chunks(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


@each({
    "missing": lambda folder: _chunks(folder)[0].unlink(),
    "altered": lambda folder: _chunks(folder)[1].write_bytes(b"x" * (CHUNK_SIZE + 16)),
    "all missing": lambda folder: shutil.rmtree(folder / "blobs"),
})  # fmt: skip
def test_a_backup_that_lost_a_chunk_is_refused(
    change: Callable[[Path], object], backed_up: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy" / str(len(list((tmp_path).glob("copy/*"))))
    shutil.copytree(backed_up, folder)
    change(folder)
    with pytest.raises(VerificationError, match=r"lacks \d parts of documents"):
        backing_up.verify(folder, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=tmp_path / "state")
    whole = backups.read_backup(folder, MEMBER, PASSPHRASE.decode())
    assert "the documents of a backup" in {fault.what for fault in whole.faults}


@pytest.fixture
def backed_up(filled: Filled, tmp_path: Path) -> Path:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 4 * CHUNK_SIZE))
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    return made.path


def test_what_was_lost_before_stops_no_backup_and_is_told(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 3 * CHUNK_SIZE))
        chunk_files(session)[0].unlink()
        made = backing_up.make(session, tmp_path / "stick")
    assert made is not None
    assert (made.documents, made.missing) == (1, 1)


def test_backups_beside_each_other_go_with_their_chunks(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        add(session, filled.cases[0], paper(tmp_path, 2 * CHUNK_SIZE))
        for _ in range(3):
            made = backing_up.make(session, tmp_path / "stick", keep=2)
    assert made is not None
    assert made.removed == ("backup-1",)
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == ["backup-2", "backup-3"]
