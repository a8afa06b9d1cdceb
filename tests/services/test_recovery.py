"""Recovery: a drill that proves, new sheets that take the old ones' place, access when nobody can unlock."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MARKER, MEMBER, Filled, Place
from tests.services.sheets_help import typed
from tests.tables import each, refuses
from vault.access import recovering
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import NotFoundError, RefusedError, TryAgainError, VerificationError, WrongPassphraseError
from vault.policy.roles import Role
from vault.seal.purposes import Purpose
from vault.seal.recovery import Sheet, make_sheets, words_of
from vault.services import health
from vault.services.cases import cases
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets, is_word, questions, sheet_files, shown
from vault.services.evidence import log_checking, logbook
from vault.services.grants import sharing
from vault.services.projection import last_done
from vault.words.message import Message

NEW = b"five wooden herons"


class PowerCutError(Exception):
    pass


def power_cut(*_: object, **__: object) -> None:
    raise PowerCutError


@pytest.fixture
def sheets(filled: Filled) -> tuple[Sheet, ...]:
    """A set of sheets of the vault, before any drill."""
    with filled.open() as session:
        return recovery.sheets(session)


def restore(place: Place | Filled, paper: TypedSheets, name: str = MEMBER, **wish: bool) -> recovery.Restored:
    return recovery.restore(place.path, paper, member=name, passphrase=bytearray(NEW), state=place.state, **wish)


def reopen(place: Place | Filled, name: str = MEMBER) -> Session:
    return unlock(place.path, member=name, passphrase=bytearray(NEW), state=place.state)


def acts(session: Session) -> list[str | None]:
    """Return the acts of all entries; None for one that this seat cannot read."""
    return [None if line.payload is None else line.payload.act for line in logbook.newest(session).lines]


def secret_row(session: Session) -> object:
    with session.database.reading() as rows:
        return rows.local(session.seat, Purpose.ROOT_SECRET)


def test_a_drill_of_sheets_that_were_replaced_elsewhere_proves_nothing(filled: Filled) -> None:
    with filled.open() as session:
        last_done.note_drill(session, 1_000)
        last_done.note_opened(session)
        known = session.dates
        assert known.drill == 1_000
        recovery.renew(session)
        session.dates = known  # as on a device that hears of it by a bundle
        last_done.note_opened(session)
        assert session.dates.drill is None


def test_a_drill_proves_the_sheets_and_erases_their_secret_here_and_a_later_one_confirms(
    filled: Filled, sheets: Sequence[Sheet]
) -> None:
    with filled.open() as session:
        last_done.note_opened(session)
        assert _status(session) == "recovery sheets not proven yet"
        done = recovery.drill(session, recovery.secret_of(session, typed(sheets, 3, 1)))
        assert (done.opened, done.without, done.erased) == (6, 0, True)
        assert secret_row(session) is None
        assert _status(session).startswith("proven ")
        assert recovery.status(session).drill_ms == done.at_ms
        refuses(RefusedError, "the secret of the sheets is not on this device", recovery.sheets, session)
    assert not (filled.path / "vault.db-wal").exists() or (filled.path / "vault.db-wal").stat().st_size == 0
    with filled.open() as session:
        last_done.note_opened(session)
        assert _status(session).startswith("proven ")
        assert not recovery.drill(session, recovery.secret_of(session, typed(sheets, 2, 3))).erased
        drills = [line.payload for line in logbook.newest(session, act="recovery.drill").lines]
        assert [payload.covers for payload in drills if payload] == [{"opened": 6}, {"opened": 6}]


def test_that_sheets_open_a_case_is_said_only_as_far_as_this_device_knows_it(filled: Filled) -> None:
    said = []
    with filled.open() as session:
        sheets_of_vault = None
        for step in ("none", "made", "proven", "elsewhere"):
            if step == "made":
                sheets_of_vault = recovery.sheets(session)
            if step == "proven":
                recovery.drill(session, recovery.secret_of(session, typed(sheets_of_vault or (), 1, 2)))
            if step == "elsewhere":
                session.note_dates(drill=None)
            last_done.note_opened(session)
            said.append(str(cases.only_you(session, filled.cases[0])).removeprefix("only YOU can open this case. "))
    assert said == [
        "There are no recovery sheets yet.",
        "The recovery sheets are not proven yet: do not rely on them.",
        "The recovery sheets open it too.",
        "If there are recovery sheets, they open it too.",
    ]


def test_new_sheets_open_everything_and_the_old_ones_nothing_new(filled: Filled, sheets: Sequence[Sheet]) -> None:
    with filled.open() as session:
        before = session.directory.root_public
        new = recovery.renew(session)
        assert new.followed == len(filled.cases)  # what is shared went with the new sheets
        assert session.directory.root_public != before
        assert new.sheets[0].sheets_words == words_of(session.directory.sheets_digest)
        with pytest.raises(VerificationError, match="not of the set that is in effect"):
            recovery.drill(session, recovery.secret_of(session, typed(sheets, 1, 2)))
        later = cases.create(session, title=f"{MARKER} later", kind="asylum")
        assert recovery.drill(session, recovery.secret_of(session, typed(new.sheets, 1, 2))).opened == 7
        assert recovery.status(session).stale == 0
    with pytest.raises(VerificationError, match="these sheets do not open this vault"):
        restore(filled, typed(sheets, 1, 2))
    done = restore(filled, typed(new.sheets, 2, 3))
    assert (done.back.compartments, done.back.left) == (7, 0)
    assert done.sheets_words == new.sheets[0].sheets_words
    with reopen(filled) as session:
        assert {row.case for row in cases.list_all(session)} == {*filled.cases, later.case}
        assert log_checking.verify(session).faults == ()
        assert all(line.payload for line in logbook.newest(session).lines)  # the audit of before opens too


def test_what_the_new_sheets_were_not_given_is_told_and_follows(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the new sheets and the new keys: the drill finds it, `follow` mends it."""
    with filled.open() as session:
        with monkeypatch.context() as patched:
            patched.setattr(recovery, "follow_sheets", lambda session, progress: 0)
            new = recovery.renew(session)
        assert recovery.status(session).stale == 2
        with pytest.raises(VerificationError, match="do not open 2 of the cases and lists"):
            recovery.drill(session, recovery.secret_of(session, typed(new.sheets, 1, 2)))
        assert secret_row(session) is not None
        seen: list[tuple[int, int]] = []
        assert recovery.follow(session, lambda done, total: seen.append((done, total))) == 2
        assert seen[-1] == (2, 2)
        assert recovery.drill(session, recovery.secret_of(session, typed(new.sheets, 1, 2))).opened == 6


def test_a_crash_before_the_new_sheets_keeps_the_old_secret(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled.open() as session:
        before = recovery.sheets(session)

        with monkeypatch.context() as patched:
            patched.setattr("vault.access.membership.act_listing.write_aside", power_cut)
            with pytest.raises(PowerCutError):
                recovery.renew(session)
        assert secret_row(session) is not None
    with filled.open() as session:
        assert recovery.sheets(session)[0].sheets_words == before[0].sheets_words
        assert recovery.drill(session, recovery.secret_of(session, typed(before, 1, 2))).opened == 6


def test_every_restore_is_told_to_the_others(filled: Filled, sheets: Sequence[Sheet]) -> None:
    with filled.open() as session:
        oren = admit(session)
    with oren.open(filled.place):
        pass
    restore(filled, typed(sheets, 1, 2))
    with oren.open(filled.place) as session:
        assert any(
            "Recovery sheets were used. Devices admitted: 1, ended or lowered: 1." in w
            for w in in_english(session.warnings)
        )
        assert not any(not alarm.is_news for alarm in session.alarms)
        assert (1, 1) in [(used.admitted, used.taken) for used in recovery.status(session).used]
    with oren.open(filled.place):
        pass  # once more: the first session could have been cut off before it told
    with oren.open(filled.place) as session:
        assert not any("Recovery sheets" in warning for warning in in_english(session.warnings))


def test_a_case_without_recovery_stays_closed(filled: Filled, sheets: Sequence[Sheet]) -> None:
    with filled.open() as session:
        closed = cases.create(session, title=f"{MARKER} closed", kind="asylum", no_recovery_reason="the client asked")
        assert cases.open_case(session, closed.case).head.value.no_recovery_reason == "the client asked"
        assert recovery.drill(session, recovery.secret_of(session, typed(sheets, 1, 2))).without == 1
        assert not sharing.holders_of(session, closed.case).with_recovery
    restore(filled, typed(sheets, 1, 2), everything=True)
    with reopen(filled) as session:
        assert {row.case for row in cases.list_all(session)} == set(filled.cases)
        assert not session.holds(closed.case)


def test_a_new_admin_is_admitted_by_name_and_the_old_device_can_be_kept(
    filled: Filled, sheets: Sequence[Sheet]
) -> None:
    done = restore(filled, typed(sheets, 1, 2), "Ona Brisk", new_admin=True)
    assert done.back.ended == ()
    with reopen(filled, "ona brisk") as session:
        assert session.roles == {Role.ADMIN}
        assert not any(session.holds(case) for case in filled.cases)
    kept = restore(filled, typed(sheets, 1, 2), ends_old=False)
    assert kept.back.ended == ()
    with filled.open() as session:
        assert len(session.directory.members) == 2
        assert not any(not alarm.is_news for alarm in session.alarms)
        assert session.seat != kept.back.seat
        assert len(cases.list_all(session)) == 2
    with reopen(filled) as session:
        assert len(cases.list_all(session)) == 2


@each(
    [
        ("Nobody Known", {}, NotFoundError, "no member of this name"),
        ("", {}, RefusedError, "a member needs a name"),
        (f" {MEMBER} ", {"new_admin": True}, RefusedError, "there is already a member with this name"),
        (MEMBER.replace("a", "\u0430"), {"new_admin": True}, RefusedError, "a member whose name looks the same"),
    ]
)
def test_a_wish_that_cannot_be_met_changes_nothing(  # noqa: PLR0917 - a row of the table and two fixtures
    name: str, wish: dict[str, bool], error: type[Exception], text: str, filled: Filled, sheets: Sequence[Sheet]
) -> None:
    keys = (filled.path / "keys").read_bytes()
    with pytest.raises(error, match=text):
        restore(filled, typed(sheets, 1, 2), name, **wish)
    assert (filled.path / "keys").read_bytes() == keys
    with filled.open() as session:
        assert not any(not alarm.is_news for alarm in session.alarms)
        assert len(session.directory.lines.lines) == 1


@pytest.mark.parametrize("drawn", [(3, 9), (9, 3)])
def test_a_restore_that_a_power_cut_broke_off_is_repeated(
    filled: Filled, sheets: Sequence[Sheet], monkeypatch: pytest.MonkeyPatch, drawn: tuple[int, int]
) -> None:
    """The slot of the first try opens under the same passphrase: wherever it lies, the second try empties it."""
    slots = iter(drawn)
    monkeypatch.setattr(recovering, "free_slot", lambda _: next(slots))
    with monkeypatch.context() as patched:
        patched.setattr(recovering, "promote", power_cut)
        with pytest.raises(PowerCutError):
            restore(filled, typed(sheets, 1, 2))
    with pytest.raises(WrongPassphraseError):
        reopen(filled)
    done = restore(filled, typed(sheets, 1, 2))
    assert len(done.back.ended) == 1  # the seat of the first try; the one before ended with it
    with reopen(filled) as session:
        assert len(cases.list_all(session)) == 2
        assert log_checking.verify(session).faults == ()


def test_a_copy_of_the_folder_is_restored_on_another_machine_and_the_passphrase_is_wiped(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    copy, passphrase = tmp_path / "stick" / "copy.vault", bytearray(NEW)
    shutil.copytree(filled.path, copy)
    done = recovery.restore(copy, typed(sheets, 1, 2), member=MEMBER, passphrase=passphrase, state=tmp_path / "s")
    assert done.back.compartments == 6
    assert passphrase == bytes(len(NEW))


def _status(session: Session) -> str:
    items = health.status(session.folder.path, session=session, state=session.state)
    return next(str(item.found) for item in items if item.name == "recovery")


# Sheets as people type and keep them: slips are found at once, files are for their owner alone and never replaced.
DIGEST = bytes(32)
SHEETS = make_sheets(bytes(range(32)), DIGEST)
OTHERS = make_sheets(bytes(range(1, 33)), DIGEST)


def line(number: int, sheet: int = 1) -> str:
    row = SHEETS[sheet - 1].rows[number - 1]
    return f"{' '.join(row.words)} {row.check}"


def test_rows_are_taken_one_by_one_until_enough_sheets_are_here() -> None:
    typing = TypedSheets()
    assert (typing.place, typing.needed, typing.is_enough) == ((1, 1), None, False)
    for number in range(1, 11):
        typing.take_row(line(number))
    assert typing.place == (1, 11)
    typing.take_row(line(11))
    assert (typing.place, typing.needed, typing.is_enough) == ((2, 1), 2, False)
    for number in range(1, 12):
        typing.take_row(line(number, 3))
    assert typing.is_enough
    assert typing.sheets == [SHEETS[0].words, SHEETS[2].words]


def test_a_wrong_row_is_typed_again_and_the_others_stay() -> None:
    typing = TypedSheets()
    with pytest.raises(VerificationError, match="first sheet, row 1: the number beside the words is missing"):
        typing.take_row(line(1).rsplit(maxsplit=1)[0])
    assert typing.place == (1, 1)
    typing.take_row(line(1))
    with pytest.raises(VerificationError, match="first sheet, row 2: the words do not give the number"):
        typing.take_row(line(3))
    assert typing.place == (1, 2)
    typing.take_row(line(2))
    assert typing.place == (1, 3)
    assert not any(word in repr(typing) for word in SHEETS[0].words)


def test_a_sheet_that_does_not_fit_the_first_is_begun_again() -> None:
    typing = typed(SHEETS, 1)
    for row in OTHERS[1].rows[:10]:
        typing.take_row(f"{' '.join(row.words)} {row.check}")
    with pytest.raises(
        VerificationError, match=r"second sheet \(number 2\) belongs to another set than the first sheet"
    ):
        typing.take_row(f"{' '.join(OTHERS[1].rows[10].words)} {OTHERS[1].rows[10].check}")
    assert typing.place == (2, 1)
    with pytest.raises(VerificationError, match=r"is the first sheet \(number 1\) again"):
        typing.take_sheet(" ".join(SHEETS[0].words))
    assert typing.place == (2, 1)


def test_three_words_are_asked_and_known_by_four_letters() -> None:
    asked = questions(SHEETS[0])
    assert len(set(asked)) == 3
    assert asked == tuple(sorted(asked))
    assert {place for _ in range(200) for place in questions(SHEETS[0])} == set(range(1, 34))
    assert questions(SHEETS[0], random.Random(1)) == questions(SHEETS[0], random.Random(1))  # type: ignore[arg-type]  # a fixed chance
    word = SHEETS[0].words[6]
    assert is_word(SHEETS[0], 7, word.upper())
    assert is_word(SHEETS[0], 7, word[:4])
    assert not is_word(SHEETS[0], 7, next(other for other in SHEETS[0].words if other != word))
    assert not is_word(SHEETS[0], 7, "")


def test_each_sheet_is_a_file_of_its_own_for_its_owner_alone_or_all_are_one_text(tmp_path: Path) -> None:
    with sheet_files(tmp_path, 3) as files:
        files.write(SHEETS, day="2026-11-25")
    names = [path.name for path in files.paths]
    assert names == [f"recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3)]
    for path in files.paths:
        assert path.read_bytes().startswith(b"%PDF")
        assert path.stat().st_mode & 0o777 == 0o600
    with sheet_files(tmp_path / "set.pdf", 3) as named:
        named.write(SHEETS, day="2026-11-25", languages=["ru"])
    assert [path.name for path in named.paths] == ["set-1-of-3.pdf", "set-2-of-3.pdf", "set-3-of-3.pdf"]
    with sheet_files(tmp_path / "sheets.txt", 3) as text:
        text.write(SHEETS, day="2026-11-25")
    assert text.paths == (tmp_path / "sheets.txt",)
    assert (tmp_path / "sheets.txt").read_text() == "\n\n".join(shown(sheet) for sheet in SHEETS)


def test_nothing_is_replaced_and_nothing_is_left_half_made(tmp_path: Path) -> None:
    mine = tmp_path / "recovery-sheet-2-of-3.pdf"
    mine.write_text("mine")
    with pytest.raises(RefusedError, match=r"recovery-sheet-2-of-3.pdf exists already"), sheet_files(tmp_path, 3):
        pass
    with pytest.raises(RefusedError, match="cannot be made"), sheet_files(tmp_path / "missing" / "set.pdf", 3):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "mine"
    mine.unlink()
    with pytest.raises(TryAgainError), sheet_files(tmp_path, 3):
        raise TryAgainError(Message("no vault"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    def write_all() -> None:
        with sheet_files(tmp_path, 3) as files:
            monkeypatch.setattr(os, "write", full)
            files.write(SHEETS, day="2026-11-25")

    refuses(TryAgainError, "sheets could not be written", write_all)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_goes_with_the_sheets_that_were_not_made_and_one_that_was_there_stays(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for folder in (tmp_path / "new", there):
        with pytest.raises(KeyboardInterrupt):
            interrupted(folder)
    assert list(tmp_path.rglob("*")) == [there]


def interrupted(folder: Path) -> None:
    with sheet_files(folder, 3):
        assert len(list(folder.iterdir())) == 3
        raise KeyboardInterrupt
