from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.once import made_once
from tests.services.founded import Filled
from tests.services.offices import Office, admit, founder_of
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, notes, undoing
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exchange.bundle_words import imported_lines
from vault.services.exchange.known_peers import peers_of
from vault.services.grants import sharing
from vault.store.rowtypes import VersionKeyRow
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
        with pytest.raises(VerificationError, match="not for this device"):
            syncing.import_bundle(session, bundle)
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
        with pytest.raises(RefusedError, match="already"):
            syncing.make(session, colleague.member, out)
        assert out.read_bytes() == b"mine"
        with pytest.raises(RefusedError, match="no other device"):
            syncing.make(session, founder.member, tmp_path / "self")
        with pytest.raises(NotFoundError, match="no file nowhere"):
            syncing.import_bundle(session, tmp_path / "nowhere")


def test_keys_that_were_wrapped_anew_later_are_sent_too(
    offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    """What is wrapped under the newest key long after the bundle that brought that key is still needed by others."""
    founder, colleague = offices
    case = filled_template.cases[0]
    with founder.open() as session:
        state = session.state_of(case)
        assert state is not None
        sharing.rotate(session, case)
        # As if the program had been closed before it had wrapped them all anew.
        with session.database.reading() as rows:
            new = [
                VersionKeyRow(*one[:3], one.epoch, one.wrap)
                for one in rows.versions(case)
                if one.epoch not in state.epochs
            ]
        late = new[3:]
        with session.database.transaction() as rows:
            rows.delete_version_keys(late)
    colleague.take(founder.send(colleague, tmp_path))
    founder.take(colleague.send(founder, tmp_path))
    with founder.open() as session, session.database.transaction() as rows:
        rows.add_version_keys(late)
    colleague.take(founder.send(colleague, tmp_path))
    with colleague.open() as session, session.database.reading() as rows:
        assert {one.wrap for one in late} <= {one.wrap for one in rows.versions(case)}


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
