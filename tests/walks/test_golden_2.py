"""A vault of several members, as it was written when it was first released, opens for each of them and goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.vectors import make_golden_2 as golden
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, WrongPassphraseError
from vault.services.cases import cases, intake, notes, register, searching, sections
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exports import partners
from vault.services.grants import sharing, successors
from vault.services.members import invitations, members

pytestmark = pytest.mark.vectors


@pytest.fixture
def path(tmp_path: Path) -> Path:
    copied = tmp_path / "golden.vault"
    shutil.copytree(golden.GOLDEN, copied)
    return copied


def texts(session: Session) -> list[str]:
    (row,) = cases.list_all(session)
    assert row.title == golden.TITLE
    view = cases.open_case(session, cases.find(session, row.ref))
    assert [one.value.display_name() for one in view.persons] == [golden.PERSON]
    return [note.value.text for note in view.notes]


def test_its_founder_finds_everything_and_takes_what_was_sent(path: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with golden.alba(path, state) as alba:
        assert [alarm.code for alarm in alba.alarms] == ["no-pins"]
        assert texts(alba) == list(golden.NOTES[:3])
        by_name = golden.members_of(alba)
        assert by_name.keys() == {golden.ALBA, golden.INES, golden.TOVE, golden.OREN}
        (row,) = cases.list_all(alba)
        case = cases.find(alba, row.ref)
        held = {by_name[name] for name in (golden.ALBA, golden.INES, golden.OREN)}
        assert sharing.holders_of(alba, case).members == held
        assert successors.deputy_of(alba, alba.member) == by_name[golden.INES]
        (section,) = sections.list_of(alba, case)
        assert section.title == golden.SECTION
        assert [one.stored.value.text for one in intake.list_open(alba)] == [golden.SLIP]
        assert [one.name for one in partners.list_all(alba)] == [golden.RECIPIENT]
        assert register.ask(alba, [golden.PERSON]) == [alba.member]
        assert [draft.text for draft in alba.drafts().list()] == [golden.DRAFT]
        assert len(searching.search(alba, "ноября").hits) == 1
        assert log_checking.verify(alba).faults == ()
        syncing.import_bundle(alba, golden.BUNDLE)
        assert texts(alba) == list(golden.NOTES)
        # It can be worked in: a new key of the case, and a new member.
        sharing.rotate(alba, case)
        notes.add(alba, case, Note(NoteKind.CONTACT, "and it can be worked in"))
        invitations.admit_here(alba, like="caseworker", name="Ilse Marrow", passphrase=bytearray(b"one more of us"))
        assert len(members.list_all(alba)) == 5
        assert log_checking.verify(alba).faults == ()
    # Words are words in whatever case and layout they are typed.
    typed = golden.WORDS.decode().upper().replace(" ", "  ").encode()
    unlock(path, member=golden.ALBA, passphrase=bytearray(typed), state=state).close()


def test_the_one_with_a_keyfile_reads_case_and_section(path: Path, tmp_path: Path) -> None:
    with golden.ines(path, tmp_path / "state", path / golden.KEYFILE.name) as ines:
        assert texts(ines) == list(golden.NOTES[:3])
        (row,) = cases.list_all(ines)
        (line,) = sections.list_of(ines, cases.find(ines, row.ref))
        view = sections.open_section(ines, line.section)
        assert [note.value.text for note in view.notes] == [golden.KEPT_APART]
        with pytest.raises(RefusedError):
            intake.list_open(ines)
    with pytest.raises(WrongPassphraseError):
        unlock(
            path,
            member=golden.INES,
            passphrase=bytearray(golden.PASSPHRASES[golden.INES]),
            state=tmp_path / "state",
        )


def test_who_lost_the_case_sees_none(path: Path, tmp_path: Path) -> None:
    words = bytearray(golden.PASSPHRASES[golden.TOVE])
    with unlock(path, member=golden.TOVE, passphrase=words, state=tmp_path / "state") as tove:
        assert cases.list_all(tove) == []
        assert searching.search(tove, "ноября").hits == ()
        assert log_checking.verify(tove).faults == ()
