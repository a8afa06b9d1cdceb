"""`status` and `doctor`: each finding, what it advises, and that nothing of any case is needed or told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import vault
from tests.english import in_english
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, Place
from tests.services.office import DAY_MS, Office
from tests.tables import each, refuses
from vault import platform
from vault.access.pins.pins import Dates
from vault.access.session import Session
from vault.display import local_time
from vault.errors import NoVaultError, UsageError
from vault.platform import Answer
from vault.policy.clocks import ClockState
from vault.seal.named import dates_file_name
from vault.services import health, this_computer
from vault.services.backups import backups
from vault.services.projection import last_done
from vault.services.projection.last_done import Done
from vault.services.this_computer import Item, Verdict
from vault.words.finding import Code
from vault.words.message import Message
from vault.words.next_step import NextStep

_DAY = 86_400_000
_NOW = 1_800_000_000_000  # 2027-01-15 08:00 UTC

NOT_KNOWN = Item(
    "recovery",
    Verdict.UNKNOWN,
    Message("this device does not know whether sheets are proven"),
    Message(
        "Ask an admin when a drill proved them last; on any device an admin can: {drill}.",
        drill=NextStep.DRILL_RECOVERY,
    ),
)


def by_name(items: list[Item]) -> dict[str, Item]:
    assert len({item.name for item in items}) == len(items)
    return {item.name: item for item in items}


def test_what_was_done_is_remembered_in_the_pins_and_only_the_opening_beside_them(founded: Place) -> None:
    with founded.open() as session:
        last_done.note(session, Done.BACKUP, 2_000)
        last_done.note(session, Done.VERIFY, 1_000)
        pins = session.pin_file
    assert not (founded.state / "dates").exists()
    pins.note({Done.VERIFY: 3_000})
    with founded.open() as session:
        assert session.dates == Dates(backup=2_000, verify=3_000)
    replace(pins, pin_key=b"k" * 32).note({Done.VERIFY: 4_000})  # a seat that has no pins here
    assert len(list((founded.state / "pins").iterdir())) == 1


def test_a_damaged_file_of_the_opening_is_met_as_if_it_never_were_and_stops_no_unlock(founded: Place) -> None:
    for damage in (b"", b"{", b'{"opened": "yesterday"}', b"[]", b"x" * 5_000):
        with founded.open() as session:
            last_done.note_opened(session)
        (path,) = (founded.state / "dates").iterdir()
        assert last_done.last_opened(founded.vault_id, founded.state) is not None
        path.write_bytes(damage)
        assert last_done.last_opened(founded.vault_id, founded.state) is None
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"in the way")
    with founded.open() as session:
        last_done.note_opened(session)
    assert last_done.last_opened(founded.vault_id, founded.state) is None


def test_a_founder_alone_has_no_separation_of_duties_and_no_recovery_sheets(session: Session) -> None:
    last_done.note_opened(session)
    known = session.dates
    assert (known.separated, known.sheets, known.made) == (False, False, None)
    found = by_name(health.status(session.folder.path, session=session, state=session.state))
    assert str(found["duties"].found) == "no auditor who does nothing else"
    assert str(found["recovery"].found) == "no recovery sheets"
    assert found["last opened"].verdict is Verdict.OK


def test_a_device_without_the_secret_of_the_sheets_does_not_know_that_there_are_any(session: Session) -> None:
    session.dates = known = Dates(separated=True, sheets=True)
    assert by_name(health.status(session.folder.path, session=session))["recovery"] == NOT_KNOWN
    assert known.lack_of_sheets is None  # no line on each screen for whoever can do nothing about it


def test_a_drill_is_dated_until_there_are_new_sheets(session: Session) -> None:
    path = session.folder.path
    session.dates = Dates(separated=True, sheets=True, drill=_NOW)
    found = by_name(health.status(path, session=session, now_ms=_NOW + 366 * _DAY))
    assert found["duties"].verdict is Verdict.OK
    assert (found["recovery"].verdict, found["recovery"].advice) == (Verdict.OK, None)
    assert str(found["recovery"].found) == f"proven {local_time(_NOW)} (366 days ago)"
    found = by_name(health.status(path, session=session, now_ms=_NOW + 367 * _DAY))
    assert found["recovery"].verdict is Verdict.WARN
    assert "drill-recovery" in str(found["recovery"].advice)
    last_done.note_new_sheets(session)
    found = by_name(health.status(path, session=session))
    advice = Message("Do not rely on them until a drill proves them: {drill}.", drill=NextStep.DRILL_RECOVERY)
    assert found["recovery"] == Item("recovery", Verdict.WARN, Message("recovery sheets not proven yet"), advice)


def test_status_names_nothing_and_before_an_unlock_tells_the_opening_and_wrong_attempts_alone(filled: Filled) -> None:
    with filled.open() as session:
        backups.make(session, filled.path.parent / "stick")
        last_done.note_opened(session)
        vault_id, seat = session.vault, session.seat
        opened = health.status(filled.path, session=session, state=filled.state)
    (kept,) = (filled.state / "dates").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    before = {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()}
    locked = by_name(health.status(filled.path, state=filled.state))
    assert {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()} == before
    for secret in (MARKER, MEMBER, PASSPHRASE.decode(), *filled.refs):
        assert secret not in repr((opened, locked))
    for secret in (vault_id.hex(), seat.hex(), MARKER, MEMBER, str(filled.path.name)):
        assert secret not in f"{kept} {kept.read_text()}"
    assert list(locked) == ["vault", "passphrase cost", "last opened", "wrong attempts"]
    assert str(locked["passphrase cost"].found) == "64 MiB, 3 passes, 1 lanes for one guess at a passphrase"
    assert locked["passphrase cost"].verdict is Verdict.WARN
    assert by_name(opened)["last backup"].verdict is Verdict.OK
    fresh = by_name(health.status(filled.path, state=filled.path.parent / "fresh"))
    assert fresh["last opened"] == Item("last opened", Verdict.UNKNOWN, Message("never by this account on this device"))
    assert not (filled.path.parent / "fresh").exists()


@each(
    [
        ("last backup", Dates(), Verdict.WARN, "none was made on this device"),
        ("last backup", Dates(backup=_NOW - 30_000), Verdict.OK, f"{local_time(_NOW - 30_000)} (just now)"),
        ("last backup", Dates(backup=_NOW - 60_000), Verdict.OK, f"{local_time(_NOW - 60_000)} (1 minute ago)"),
        ("last backup", Dates(backup=_NOW - 7 * _DAY), Verdict.OK, f"{local_time(_NOW - 7 * _DAY)} (7 days ago)"),
        ("last backup", Dates(backup=_NOW - 8 * _DAY), Verdict.WARN, f"{local_time(_NOW - 8 * _DAY)} (8 days ago)"),
        ("last backup", Dates(backup=_NOW + _DAY), Verdict.OK, f"{local_time(_NOW + _DAY)} (just now)"),
        ("last verify", Dates(), Verdict.WARN, "never on this device"),
        ("last verify", Dates(verify=_NOW - 30 * _DAY), Verdict.OK, f"{local_time(_NOW - 30 * _DAY)} (30 days ago)"),
        ("last verify", Dates(verify=_NOW - 31 * _DAY), Verdict.WARN, f"{local_time(_NOW - 31 * _DAY)} (31 days ago)"),
    ]
)
def test_ages_are_told_and_judged(name: str, known: Dates, verdict: Verdict, found: str, session: Session) -> None:
    session.dates = known
    item = by_name(health.status(session.folder.path, session=session, now_ms=_NOW))[name]
    assert (item.verdict, str(item.found)) == (verdict, found)
    assert bool(item.advice) is (verdict is Verdict.WARN)


@each(
    [
        (_NOW, None, Verdict.OK, "2027-01-15 08:00 UTC"),
        (_NOW, _NOW + _DAY, Verdict.OK, "2027-01-15 08:00 UTC"),
        (_NOW, _NOW + 3 * _DAY, Verdict.WARN, "2027-01-15 08:00 UTC, 3 days before the last use"),
        (1_000, None, Verdict.WARN, "1970-01-01 00:00 UTC"),
        (4_200_000_000_000, None, Verdict.WARN, "2103-02-04"),
    ]
)
def test_the_clock_is_judged_by_its_year_and_by_what_was_seen(
    now: int, opened: int | None, verdict: Verdict, words: str, founded: Place
) -> None:
    kept = founded.state / "dates" / f"{dates_file_name(founded.vault_id)}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"opened": opened}))
    item = by_name(health.doctor(founded.path, state=founded.state, now_ms=now))["clock"]
    assert (item.verdict, str(item.found)[: len(words)]) == (verdict, words)


def test_doctor_looks_at_all_that_the_manual_names(founded: Place) -> None:
    assert [item.name for item in health.doctor(founded.path, state=founded.state)] == [
        "version", "lock digest", "disk", "room", "swap", "hibernation", "process memory",
        "reading papers", "disk encryption", "synced folder", "clock", "terminal", "terminal memory",
        "recording",
    ]  # fmt: skip


def test_doctor_needs_no_vault_but_refuses_a_missing_one(tmp_path: Path) -> None:
    assert len(health.doctor(None, state=tmp_path)) == 14
    for act in (health.doctor, health.status):
        refuses(NoVaultError, "no vault at", act, tmp_path / "none.vault", state=tmp_path)


_UNTOLD = "the system does not tell"


def _encryption() -> Item:
    return this_computer.disk_encryption(Path())


def _disk() -> Item:
    return this_computer.disk(Path())


def _room() -> Item:
    return this_computer.room(Path())


@each(
    [
        ("swap_state", "none", this_computer.swap, Verdict.OK, "none"),
        ("swap_state", "memory", this_computer.swap, Verdict.OK, "compressed, in memory"),
        ("swap_state", "encrypted", this_computer.swap, Verdict.OK, "encrypted"),
        ("swap_state", "plain", this_computer.swap, Verdict.WARN, "on a disk without encryption"),
        ("swap_state", "unknown", this_computer.swap, Verdict.UNKNOWN, _UNTOLD),
        ("hibernation_possible", Answer.NO, this_computer.hibernation, Verdict.OK, "not possible"),
        ("hibernation_possible", Answer.YES, this_computer.hibernation, Verdict.WARN, "possible"),
        ("hibernation_possible", Answer.UNKNOWN, this_computer.hibernation, Verdict.UNKNOWN, _UNTOLD),
        ("disk_encrypted", Answer.YES, _encryption, Verdict.OK, "on"),
        ("disk_encrypted", Answer.NO, _encryption, Verdict.WARN, "none was found"),
        ("disk_encrypted", Answer.UNKNOWN, _encryption, Verdict.UNKNOWN, _UNTOLD),
        (
            "is_network_or_synced",
            Message("in Dropbox"),
            lambda: this_computer.synced_folder(Path()),
            Verdict.WARN,
            "in Dropbox",
        ),
        ("landlock_version", 7, this_computer.readers, Verdict.OK, "closed to the files of this account, Landlock 7"),
        (
            "landlock_version",
            0,
            this_computer.readers,
            Verdict.WARN,
            "a fault in a library that reads a paper can read and delete files of this account",
        ),
        ("filesystem_kind", "ext4", _disk, Verdict.OK, "file system ext4"),
        ("filesystem_kind", "unknown", _disk, Verdict.UNKNOWN, _UNTOLD),
        ("free_bytes", 3 << 30, _room, Verdict.OK, "3.0 GiB free"),
        ("free_bytes", 1 << 29, _room, Verdict.WARN, "0.5 GiB free"),
        ("free_bytes", None, _room, Verdict.UNKNOWN, _UNTOLD),
    ]
)
def test_each_probe_has_its_words(  # noqa: PLR0917 - a row of the table, then a fixture
    probe: str, answer: object, look: Callable[[], Item], verdict: Verdict, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, probe, lambda *_: answer)
    item = look()
    assert (item.verdict, str(item.found)) == (verdict, found)
    assert item.advice or verdict is not Verdict.WARN


def test_what_may_keep_the_screen_has_its_words() -> None:
    for item, verdict, found in (
        (this_computer.terminal_buffer({"KITTY_WINDOW_ID": "1"}), Verdict.OK, "kitty keeps it in memory"),
        (this_computer.terminal_buffer({"KONSOLE_VERSION": "1"}), Verdict.WARN, "Konsole writes"),
        (this_computer.terminal_buffer({"TMUX": "1"}), Verdict.UNKNOWN, "tmux keeps"),
        (this_computer.recording(None), Verdict.UNKNOWN, _UNTOLD),
        (this_computer.recording([["bash"]]), Verdict.OK, "no known recorder"),
        (this_computer.recording([["obs"], ["script"]]), Verdict.WARN, "running: obs, script"),
    ):
        assert (item.verdict, str(item.found)[: len(found)]) == (verdict, found)
        assert item.advice or verdict is Verdict.OK


def test_a_process_that_cannot_be_closed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert this_computer.process_memory().verdict is Verdict.OK
    monkeypatch.setattr(platform, "harden_process", lambda: (Message("core dumps stay possible"),))
    monkeypatch.setattr("vault.platform.locked._lock", lambda *_: False)
    item = this_computer.process_memory()
    assert item.verdict is Verdict.WARN
    assert str(item.found) == "core dumps stay possible, keys cannot be kept out of swap"


def test_at_unlock_a_person_hears_what_was_found_and_nothing_of_what_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "swap_state", lambda: "unknown")
    monkeypatch.setattr(platform, "hibernation_possible", lambda: Answer.UNKNOWN)
    assert this_computer.exposures({}, commands=lambda: None) == ()
    monkeypatch.setattr(platform, "swap_state", lambda: "plain")
    monkeypatch.setattr(platform, "hibernation_possible", lambda: Answer.YES)
    assert in_english(this_computer.exposures({"KONSOLE_VERSION": "1"}, commands=lambda: [["obs"]])) == (
        "This computer: hibernation: possible.",
        "This computer: swap: on a disk without encryption.",
        "This computer: terminal memory: Konsole writes an unlimited scrollback into a plain file.",
        "This computer: recording: running: obs.",
    )


@each(
    [
        ("xterm-256color", (120, 40), "utf-8", ""),
        ("xterm-256color", (80, 24), "UTF-8", ""),
        ("xterm-256color", (79, 24), "utf-8", "Make it at least 80 x 24."),
        ("dumb", (120, 40), "utf-8", "The app cannot draw here; use another terminal."),
        ("", (120, 40), "utf-8", "The app cannot draw here; use another terminal."),
        ("xterm", (120, 40), "ascii", "Names would not be shown: set a UTF-8 locale, such as C.UTF-8."),
    ]
)
def test_the_terminal_is_judged_by_what_the_app_needs(
    kind: str, size: tuple[int, int], encoding: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **_given: os.terminal_size(size))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: True, encoding=encoding))
    item = this_computer.terminal()
    assert (item.verdict, str(item.advice or "")) == (Verdict.WARN if advice else Verdict.OK, advice)


def test_the_lock_digest_is_that_of_the_lock_file_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = Path(vault.__file__).parent.parent / "requirements.lock"
    assert str(this_computer.lock_digest().found) == f"SHA-256 {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    monkeypatch.setattr(vault, "__file__", str(tmp_path / "vault" / "__init__.py"))
    assert this_computer.lock_digest().verdict is Verdict.UNKNOWN


# The clock across sessions: what was believed stays believed, a jump is a question, a repair undoes an error.
YEAR_1970_MS, YEAR_2038_MS = 1_000, (2**31) * 1000


def _clock_words(session: Session) -> list[str]:
    return [str(alarm.message) for alarm in session.alarms if alarm.code is Code.CLOCK]


def _shows(session: Session, at_ms: int) -> None:
    session.log.now_ms = lambda: at_ms


def test_a_clock_that_is_years_away_changes_nothing_that_counts(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        before = this_computer.look_at_clock(nadia).trusted_ms
        for wrong in (YEAR_1970_MS, YEAR_2038_MS):
            _shows(nadia, wrong)
            assert this_computer.look_at_clock(nadia).trusted_ms == before
            assert this_computer.look_at_clock(nadia).state is not ClockState.STEADY


def test_a_jump_counts_after_a_person_said_so_and_that_is_in_the_log(office: Office) -> None:
    with office.open(office.amina) as amina:
        later = amina.log.now_ms() + 10 * DAY_MS
        _shows(amina, later)
        size = amina.log.size
        assert this_computer.confirm_clock(amina).trusted_ms == later
        assert amina.log.size == size + 1
        refuses(UsageError, "the clock did not jump", this_computer.confirm_clock, amina)


def test_a_jump_is_told_at_unlock_and_hinders_nothing(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        now = nadia.log.now_ms()
        _shows(nadia, now - 10 * DAY_MS)
        this_computer.repair_clock(nadia)
    with office.open(office.nadia) as nadia:
        assert this_computer.look_at_clock(nadia).state is ClockState.JUMPED
        assert "more than 48 hours ahead" in _clock_words(nadia)[0]
        nadia.require_sound_log()
        this_computer.confirm_clock(nadia)
        assert _clock_words(nadia) == []
    with office.open(office.nadia) as nadia:
        assert _clock_words(nadia) == []


def test_a_supervisor_undoes_a_wrong_time_that_was_believed(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        now = nadia.log.now_ms()
        _shows(nadia, YEAR_2038_MS)
        this_computer.confirm_clock(nadia)
        _shows(nadia, now)
        assert this_computer.look_at_clock(nadia).state is ClockState.SET_BACK
        assert this_computer.repair_clock(nadia).trusted_ms == now
    with office.open(office.nadia) as nadia:
        assert this_computer.look_at_clock(nadia).state is ClockState.STEADY
