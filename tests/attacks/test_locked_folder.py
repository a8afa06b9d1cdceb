"""What an examiner learns from a locked folder and the account's state beside it: three images of each, and no key."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import pytest

from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, Filled, Place, found
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import WrongPassphraseError
from vault.policy.roles import Role
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.named import dates_file_name
from vault.services import health
from vault.services.backups import backups
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.projection import last_done
from vault.store.files import read_limited
from vault.store.folder import SIZE_STEP

_ENVELOPE = 74  # bytes around a padded content
_PINS_STEP = 4096
_PARTS = {"attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"}


def _work(place: Place, who: list[Colleague], number: int) -> None:
    """Let each of them open the vault and type something; the first writes a case too."""
    with place.open() as session:
        made = cases.create(session, title=f"Round {number}", kind="asylum")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "A day's work. " * number))
        session.drafts().save(made.case, b"r" * 16, "half a sentence " * number, "note")
    for one in who:
        with one.open(place) as session:
            session.index()
            session.drafts().save(made.case, b"r" * 16, "more " * number, "note")


def _wrong_attempts(place: Place, count: int) -> None:
    for _ in range(count):
        with suppress(WrongPassphraseError):
            unlock(place.path, member=MEMBER, passphrase=bytearray(b"guessed"), state=place.state, wait=lambda _: None)


def _files(place: Place) -> list[Path]:
    return [path for root in (place.path, place.state) for path in root.rglob("*") if path.is_file()]


def _look(place: Place, seats: list[bytes]) -> tuple[int, ...]:
    """Look as an examiner does, and return what still differs between folders: files of members, pages, changes."""
    assert {path.name for path in place.path.iterdir()} == _PARTS
    assert len({int(path.stat().st_mtime) for path in (*_files(place), place.path, place.path / "index")}) == 1
    assert (place.path / "attempts").stat().st_size == 100 * 1_144
    own = [*(place.path / "index").iterdir(), *(place.path / "drafts").iterdir()]
    assert [path.name for path in own if path.stat().st_size % SIZE_STEP] == []
    pins = list((place.state / "pins").iterdir())
    assert [path.name for path in pins if (path.stat().st_size - _ENVELOPE) % _PINS_STEP] == []
    names = {path.name.partition(".")[0] for path in (*own, *pins)}
    assert len(names) == len(own) + len(pins)
    vault = KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE)).header.vault
    for kind in (b"casevault/files", b"casevault/pins"):
        # These ids stand in invitations and requests, which travel by mail.
        assert names & {hashlib.sha256(kind + vault + seat).hexdigest()[:32] for seat in seats} == set()
    return len(list((place.path / "index").iterdir())), len(pins)


@pytest.mark.long_after(1)
@pytest.mark.parametrize("members", [1, 2, pytest.param(5, marks=pytest.mark.long)])
def test_three_images_of_a_locked_folder_tell_what_security_md_says_and_no_more(tmp_path: Path, members: int) -> None:
    place = found(tmp_path)
    with place.open() as session:
        seats = [bytes(session.seat)]
        who = [
            admit(session, name=f"Helper {number}", passphrase=b"%d opens" % number, roles=frozenset({Role.CASEWORKER}))
            for number in range(members - 1)
        ]
    seats += [bytes(one.seat) for one in who]
    for image in range(1, 4):
        _wrong_attempts(place, image)
        _work(place, who, image)
        # It remains, and is said: how many members have worked in this folder.
        assert _look(place, seats) == (members, members)


def test_names_of_before_are_given_up_when_their_member_unlocks(tmp_path: Path) -> None:
    place = found(tmp_path)
    _work(place, [], 1)
    with place.open() as session:
        seat = bytes(session.seat)
        owned = [session.own_index.path, session.own_drafts.path, session.pin_file.path]
    vault = place.vault_id
    former = [
        path.with_name(hashlib.sha256(kind + vault + seat).hexdigest()[:32] + path.suffix)
        for path, kind in zip(owned, [b"casevault/files"] * 2 + [b"casevault/pins"], strict=True)
    ]
    for path, before in zip(owned, former, strict=True):
        path.rename(before)
    with place.open() as session:
        assert session.warnings == ()
        assert [draft.text for draft in session.drafts().list()] == ["half a sentence "]
        assert session.index().was_made is False
    assert [path.exists() for path in former] == [False] * 3
    assert [path.exists() for path in owned] == [True] * 3


def test_the_state_folder_tells_of_no_backup_no_sheets_and_no_auditor_and_what_told_it_before_goes(
    filled: Filled, tmp_path: Path
) -> None:
    kept = filled.state / "dates" / f"{dates_file_name(filled.place.vault_id)}.json"
    kept.parent.mkdir()
    before = {"opened": 1_000, "backup": 2_000, "verify": 3_000, "separated": False, "sheets": False, "root": "0" * 64}
    kept.write_text(json.dumps(before))
    assert health.before_unlock(filled.path, state=filled.state) == (1_000, 0)
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
        assert log_checking.verify(session).verified
        last_done.note_opened(session)
        opened = {item.name for item in health.status(filled.path, session=session, state=filled.state)}
    assert json.loads(kept.read_text()).keys() == {"opened"}
    locked = {item.name for item in health.status(filled.path, state=filled.state)}
    assert locked == {"vault", "passphrase cost", "last opened", "wrong attempts"}
    assert opened - locked == {"last backup", "last verify", "duties", "recovery"}
