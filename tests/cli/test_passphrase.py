"""passphrase and factor as a person and a script use them: real processes, real terminals."""

from __future__ import annotations

import datetime
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.cli.typist import Typist
from tests.seal.layouts import typed_in
from tests.services import colleague
from tests.services.founded import MEMBER, PASSPHRASE
from tests.tui.desk import Desk as AppDesk
from vault.access.pins.delays import AttemptFile, Attempts
from vault.cli.way_in import usual_language
from vault.policy.roles import Role
from vault.seal.entrance.keyfile import HEADER_SIZE, KeyHeader

NEW = b"a kettle for the harbour"


def words_of(shown: str) -> str:
    return " ".join(re.findall(r"^ +\d+\. (\w+)", shown, re.MULTILINE))


def private(folder: Path, content: bytes) -> str:
    path = folder / f"secret-{content.hex()[:8]}"
    path.write_bytes(content)
    path.chmod(0o600)
    return str(path)


def opens(desk: Desk, passphrase: bytes, folder: Path, *options: str) -> int:
    given = ("--vault", str(desk.place.path), "--member", MEMBER, "--passphrase-file", private(folder, passphrase))
    return desk.run_bare(*given, *options, "case", "list").code


def test_a_script_changes_the_passphrase_and_hears_what_stays_open(desk: Desk, tmp_path: Path) -> None:
    answer = desk.does("--json", "passphrase", "change", "--new-passphrase-file", private(tmp_path, NEW))
    assert answer.json()["changed"] is True
    assert "above all backups, still open" in answer.json()["note"]
    for said in (answer.out, answer.err):
        assert NEW.decode() not in said
        assert PASSPHRASE.decode() not in said
    assert opens(desk, NEW, tmp_path) == 0
    assert opens(desk, PASSPHRASE, tmp_path) == 12


def test_a_passphrase_that_is_refused_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    for new, code, words in (
        (b"password1", 5, "too easy to guess"),
        (MEMBER.encode(), 5, "too easy to guess"),
        (b"", 5, "too easy to guess"),
        (b"\xff\xfe\xfd", 2, "not UTF-8 text"),
    ):
        answer = desk.run("passphrase", "change", "--new-passphrase-file", private(tmp_path, new))
        assert (answer.code, words in answer.err) == (code, True), answer.err
    made = desk.run("passphrase", "change", "--generate", "en")
    assert (made.code, "shown only at a terminal" in made.err) == (2, True)
    for option in ("--passphrase", "--new-passphrase", "--pin"):
        assert desk.run("passphrase", "change", option, "x").code == 2
    assert "--new-passphrase-fd" in desk.run("passphrase", "change", "--help").out
    desk.passphrase_file.write_bytes(b"not the passphrase")
    answer = desk.run("--json", "passphrase", "change", "--new-passphrase-file", private(tmp_path, NEW))
    assert (answer.code, answer.json()["error"]["code"]) == (12, "wrong-passphrase")
    assert opens(desk, PASSPHRASE, tmp_path) == 0


def test_one_that_is_weak_or_mistyped_is_asked_for_again_and_never_meets_the_shell(desk: Desk, tmp_path: Path) -> None:
    terminal = Typist(desk, *desk.given()[:4], "passphrase", "change")
    for asked, typed in (
        ("Passphrase: ", PASSPHRASE.decode()),
        ("New passphrase", "password1"),
        ("This passphrase is too easy to guess. Type another one.", None),
        ("New passphrase", NEW.decode()),
        ("The same again: ", "a kettle for the harbor"),
        ("The two were not the same.", None),
        ("New passphrase", NEW.decode()),
        ("The same again: ", NEW.decode()),
    ):
        terminal.until(asked)
        if typed is not None:
            terminal.type(typed)
    terminal.until("The passphrase is changed.")
    assert terminal.end() == 0
    assert NEW.decode() not in terminal.seen
    assert opens(desk, NEW, tmp_path) == 0


def test_a_new_vault_asks_again_for_a_weak_one(desk: Desk, tmp_path: Path) -> None:
    terminal = Typist(desk, "--vault", str(tmp_path / "new.vault"), "--member", "Lina Ortega", "init")
    terminal.answer("Name of the organisation", "Aid")
    for weak in ("password1", "lina ortega"):
        terminal.answer("New passphrase", weak)
        terminal.until("too easy to guess")
    terminal.until("New passphrase")
    terminal.type("\x04")  # the end of the input: nothing is made
    assert terminal.end() == 2
    assert not (tmp_path / "new.vault").exists()


def test_one_that_is_made_is_shown_once_and_typed_back_from_the_paper(desk: Desk, tmp_path: Path) -> None:
    terminal = Typist(desk, *desk.given()[:4], "passphrase", "change", "--generate", "ru")
    terminal.answer("Passphrase: ", PASSPHRASE.decode())
    made = words_of(terminal.until("it is not shown again. "))
    assert len(made.split()) == 7
    terminal.type("")
    assert "\x1b[3J" in terminal.until("Now type it from the paper: ")
    terminal.type("что-то другое")
    assert words_of(terminal.until("it is not shown again. ")) == made
    terminal.type("")
    terminal.until("Now type it from the paper: ")
    typed = typed_in(made.upper(), meant="ru", layout="en")
    terminal.type(typed)
    rest = terminal.until("The passphrase is changed.")
    assert terminal.end() == 0
    assert made not in rest + terminal.seen
    assert opens(desk, made.encode(), tmp_path) == 0
    assert opens(desk, typed.encode(), tmp_path) == 0
    assert opens(desk, PASSPHRASE, tmp_path) == 12


def test_who_presses_enter_alone_gets_one_made(desk: Desk) -> None:
    terminal = Typist(desk, *desk.given()[:4], "passphrase", "change")
    terminal.answer("Passphrase: ", PASSPHRASE.decode())
    terminal.answer("to have one made): ", "")
    assert len(words_of(terminal.until("it is not shown again. ")).split()) == 6
    for _ in range(3):
        terminal.type("")
        terminal.answer("Now type it from the paper: ", "not these words")
    terminal.until("the passphrase was not typed back")
    assert terminal.end() == 2


def test_generate_shows_at_a_terminal_and_answers_a_script_that_says_so(desk: Desk) -> None:
    refused = desk.run("--json", "passphrase", "generate")
    assert (refused.code, refused.json()["error"]["code"]) == (2, "usage")
    assert "--show" in refused.json()["error"]["advice"]
    shown = desk.run("--json", "passphrase", "generate", "--language", "fr", "--show").json()
    assert (shown["language"], shown["bits"], len(shown["passphrase"].split())) == ("fr", 77.5, 6)
    longer = desk.run("passphrase", "generate", "--words", "9", "--show")
    assert len(longer.out.split()) == 9
    shorter = desk.run("passphrase", "generate", "--language", "ru", "--words", "6", "--show")
    assert (shorter.code, "worth less than 77 bits" in shorter.err) == (2, True)
    terminal = Typist(desk, "--json", "passphrase", "generate", "--language", "en")
    made = words_of(terminal.until("it is not shown again. "))
    terminal.type("")
    assert terminal.end() == 0
    assert made.split()[0] not in terminal.seen.rpartition("\x1b[H")[2]


def test_a_keyfile_from_making_it_to_its_end(desk: Desk, tmp_path: Path) -> None:
    key = tmp_path / "stick.bin"
    added = desk.run("--json", "factor", "add", "keyfile", "--out", str(key))
    assert [one["name"] for one in added.json()["factors"]] == ["passphrase", "keyfile"]
    assert "recovery sheets" in added.json()["note"]
    assert opens(desk, PASSPHRASE, tmp_path) == 12
    assert opens(desk, PASSPHRASE, tmp_path, "--keyfile", str(key)) == 0
    desk.does("case", "list", environment={"CASEVAULT_KEYFILE": str(key)})
    listed = desk.run("factor", "list", "--keyfile", str(key))
    assert re.search(r"^passphrase +chosen\nkeyfile ", listed.out, re.MULTILINE)
    wrong = desk.run("case", "list", "--keyfile", private(tmp_path, b"x" * 64))
    assert (wrong.code, "is not a keyfile, or is damaged" in wrong.err) == (12, True)
    missing = desk.run("case", "list", "--keyfile", str(tmp_path / "gone"))
    assert (missing.code, "no file gone" in missing.err) == (4, True)
    desk.does("factor", "remove", "keyfile", "--keyfile", str(key))
    assert opens(desk, PASSPHRASE, tmp_path) == 0


def test_a_backup_opens_with_the_factors_of_its_day(desk: Desk, tmp_path: Path) -> None:
    key = tmp_path / "stick.bin"
    assert desk.run("factor", "add", "keyfile", "--out", str(key)).code == 0
    named = ("--keyfile", str(key))
    assert desk.run("backup", "make", str(tmp_path / "copies"), *named).code == 0
    assert desk.run("backup", "verify", str(tmp_path / "copies")).code == 12
    whole = desk.run("backup", "verify", str(tmp_path / "copies"), *named)
    assert (whole.code, "WHOLE" in whole.out) == (0, True), whole.err
    target = ("--vault", str(tmp_path / "restored"), *desk.given()[2:])
    copies = str(tmp_path / "copies")
    restored = desk.run_bare(*target, "backup", "restore", copies, "--old-vault-is-gone", *named)
    assert restored.code == 0, restored.err


def test_a_factor_says_what_it_needs_before_anything_is_asked(desk: Desk) -> None:
    for arguments, words in (
        (("factor", "add", "keyfile"), "--out is missing. Type `--out F` behind the command"),
        (("factor", "add", "fido2", "--out", "x"), "--out does not go with what else is said"),
    ):
        answer = desk.run_bare(*arguments)
        assert (answer.code, words in answer.err) == (2, True)


def test_without_a_security_key_nothing_is_changed(desk: Desk, tmp_path: Path) -> None:
    if any(Path("/dev").glob("hidraw*")):
        pytest.skip("this computer has devices that might be security keys")
    answer = desk.run("factor", "add", "fido2")
    assert (answer.code, "no security key is plugged in" in answer.err) == (4, True)
    assert desk.run("--security-key", "case", "list").code == 4
    assert opens(desk, PASSPHRASE, tmp_path) == 0


def test_init_offers_one_that_is_made_and_refuses_what_is_easily_guessed(desk: Desk, tmp_path: Path) -> None:
    new = ("--vault", str(tmp_path / "new.vault"), "--member", "Amina Example", "--json", "--no-input")
    asked = ("init", "--org", "Harbour Aid", "--kdf-memory-mib", "64")
    weak = private(tmp_path, b"Harbour Aid 2024")
    refused = desk.run_bare(*new, "--passphrase-file", weak, *asked)
    assert (refused.code, refused.json()["error"]["message"]) == (5, "this passphrase is too easy to guess")
    assert not (tmp_path / "new.vault").exists()
    terminal = Typist(desk, "--vault", str(tmp_path / "new.vault"), "--member", "Amina Example", *asked[:1], *asked[3:])
    terminal.answer("Name of the organisation: ", "Harbour Aid")
    terminal.answer("to have one made): ", "")
    made = words_of(terminal.until("it is not shown again. "))
    terminal.type("")
    terminal.answer("Now type it from the paper: ", made.upper())
    terminal.until("RECOVERY SHEET")
    given = ("--vault", str(tmp_path / "new.vault"), "--member", "amina example")
    opened = desk.run_bare(*given, "--passphrase-file", private(tmp_path, made.title().encode()), "case", "list")
    terminal.end(pressing=b"\x03")
    assert opened.code == 0, opened.err


def test_words_are_in_the_language_of_the_computer_where_there_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, language in (
        ("ru_RU", "ru"),
        ("Russian_Russia", "ru"),
        ("fr_FR", "fr"),
        ("French_France", "fr"),
        ("de_DE", "en"),
        (None, "en"),
    ):
        monkeypatch.setattr("locale.getlocale", lambda _, name=name: (name, "UTF-8"))
        assert usual_language() == language


# A command after wrong attempts: it says that it waits, and Ctrl+C ends the waiting.
def count_of(desk: Desk) -> AttemptFile:
    header = KeyHeader.decode((desk.place.path / "keys").read_bytes()[:HEADER_SIZE])
    return AttemptFile.of(header, desk.place.state)


def test_the_fourth_attempt_says_that_it_waits_and_the_third_does_not(desk: Desk) -> None:
    count_of(desk)._save(Attempts(2, time.time_ns() // 1_000_000))
    desk.passphrase_file.write_bytes(b"guess")
    third = desk.run("case", "list", "--json")
    # As if the clock had been set back since: the whole delay is left, however slow this machine is.
    count_of(desk)._save(Attempts(3, time.time_ns() // 1_000_000 + 3_600_000))
    fourth = desk.run("case", "list", "--json")
    assert third.code == fourth.code == 12
    assert third.out == fourth.out
    assert [path.parent for path in desk.place.state.glob("attempts/*.json")] == [desk.place.state / "attempts"]
    assert "wrong attempts" not in third.err
    assert "There were wrong attempts: the next attempt is possible in 1 s. Ctrl+C cancels." in fourth.err


def test_ctrl_c_ends_the_waiting_and_counts_nothing(desk: Desk) -> None:
    # As above: the whole delay is left, however slow this machine is.
    earlier = Attempts(9, time.time_ns() // 1_000_000 + 3_600_000)
    count_of(desk)._save(earlier)
    process = subprocess.Popen(
        desk.command(*desk.given(), "case", "list"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=desk.environment,
        cwd=REPOSITORY,
    )
    assert process.stderr is not None
    assert b"possible in 30 s" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert count_of(desk).load() == earlier


# `casevault shell`: one passphrase for several commands, and nothing stays open behind it.
_OPEN = "The vault is open"
_PROMPT = "casevault> "


def _begin(desk: Desk, *more: str) -> Typist:
    shell = Typist(desk, *desk.given(), "shell", *more)
    shell.wait_for(_OPEN)
    shell.wait_for(_PROMPT)
    return shell


def _unlocks(desk: Desk) -> int:
    entries = desk.run("log", "list", "--json").json()["entries"]
    return [entry["act"] for entry in entries].count("unlock.ok")


def test_a_morning_of_commands_takes_one_passphrase(desk: Desk) -> None:
    before = _unlocks(desk)
    shell = _begin(desk)
    shell.type("case new --kind asylum")
    shell.answer("Title of the case", "Morning in the shell")
    (ref,) = shell.wait_for(r"Case ([0-9A-Z-]{9}) is saved").groups()
    shell.answer(_PROMPT, f"casevault case show {ref}")
    shell.wait_for("Morning in the shell")
    shell.answer(_PROMPT, "case show NOPE-NOPE")
    shell.wait_for("you have no case with this id or reference")
    shell.answer(_PROMPT, "exit")
    shell.wait_for("Locked.")
    assert shell.end() == 0
    assert _unlocks(desk) == before + 2  # the shell's, and this look's
    titles = [case["title"] for case in desk.run("case", "list", "--json").json()["cases"]]
    assert titles.count("Morning in the shell") == 1


def test_what_does_not_go_in_the_shell_is_said_and_ends_nothing(desk: Desk) -> None:
    shell = _begin(desk)
    for typed, said in (
        ("app", "does not work inside the shell"),
        ("--quiet shell", "does not work inside the shell"),
        ("--vault elsewhere.vault case list", "does not work inside the shell"),
        ("--member=Somebody case list", "does not work inside the shell"),
        ("passphrase change", "Leave with `exit` first"),
        ("note add 'half", "a quotation mark is not closed"),
        ("frobnicate", "there is no such command"),
        ("status", "none since the last unlock"),
    ):
        shell.type(typed)
        shell.wait_for(said)
        shell.wait_for(_PROMPT)
    shell.type_bytes(b"\x04")
    shell.wait_for("Locked.")
    assert shell.end() == 0


def test_lock_and_status_say_that_a_shell_has_the_vault_open(desk: Desk) -> None:
    here = ("--vault", str(desk.place.path))
    shell = _begin(desk)
    lock, status = desk.run_bare(*here, "lock"), desk.run_bare(*here, "status")
    assert (lock.code, "NOT LOCKED" in lock.out, "Leave `casevault shell` with `exit`" in lock.out) == (11, True, True)
    data = desk.run_bare(*here, "lock", "--json")
    assert (data.code, data.json()["locked"], data.json()["ended"]) == (11, False, False)
    assert "format 1, the vault is open in another window or command" in status.out
    shell.type("status")
    shell.answer("format 1, opened with your passphrase", "--quiet lock")
    shell.answer("NOT LOCKED", "exit")
    assert shell.end() == 0
    assert desk.run_bare(*here, "lock", "--json").json() == {"schema": 1, "locked": True, "ended": False}
    assert "format 1, locked" in desk.run_bare(*here, "status").out


def _sleeps_until_the_alarm(pid: int) -> bool:
    """Say whether it waits for a key: an alarm between its handler and the wait would be heard after the wait only."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    hears = caught is not None and bool(int(caught[1], 16) >> (signal.SIGALRM - 1) & 1)
    return hears and re.search(r"State:\s*S", status) is not None


def _run_the_clock_ahead(shell: Typist, pid: int | None = None) -> None:
    """The shortest time is a minute: the clock of a process is run ahead by its own alarm, once it waits."""
    pid, in_turn = pid or shell.pid, 0
    while in_turn < 3:
        time.sleep(0.01)
        in_turn = in_turn + 1 if _sleeps_until_the_alarm(pid) else 0
    os.kill(pid, signal.SIGALRM)


@pytest.mark.long_after(1)
@pytest.mark.parametrize(
    "typed",
    [
        (),
        (("case new --kind asylum", "Title of the case"),),
        (("note add {ref}", "end with Ctrl"),),
        (("member add --like caseworker", "Name of the new member"), ("Oren Vell", "New passphrase")),
        (("recovery drill", "row  1"),),
    ],
)
def test_a_command_that_asks_and_is_not_answered_locks_too(desk: Desk, typed: tuple[tuple[str, str], ...]) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    shell = _begin(desk, "--idle", "1")
    for words, answer in typed:
        shell.type(words.format(ref=ref))
        shell.wait_for(answer)
    _run_the_clock_ahead(shell)
    shell.wait_for("Locked: nobody typed for 1 minute")
    assert shell.end() == 0
    assert ("other answers are not saved" in shell.seen) is bool(typed)
    assert desk.run("case", "list").code == 0


def _type_and_wait_until_kept(desk: Desk, shell: Typist, line: str) -> None:
    def kept() -> list[tuple[str, int]]:
        drafts = (desk.place.path / "drafts").rglob("*")
        return sorted((str(path), path.stat().st_mtime_ns) for path in drafts if path.is_file())

    before = kept()
    shell.type(line)
    deadline = time.monotonic() + 30
    while kept() == before:
        assert time.monotonic() < deadline, "nothing was kept"
        time.sleep(0.01)
    shell.wait_for(re.escape(line))
    time.sleep(0.1)  # until the save has ended


_WAYS: Final[dict[str, Callable[[Typist], None]]] = {
    "its window goes": lambda shell: shell.close(),
    "SIGHUP": lambda shell: os.kill(shell.pid, signal.SIGHUP),
    "nobody types": _run_the_clock_ahead,
}


@pytest.mark.long
def test_the_lines_of_a_note_that_was_not_finished_are_kept_however_the_shell_ends(desk: Desk) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    said: list[str] = []
    for way, ends in _WAYS.items():
        shell = _begin(desk, "--idle", "1")
        shell.type(f"note add {ref}" + " --go-on" * bool(said))
        for line in said:
            shell.wait_for(line)
        shell.wait_for("end with Ctrl")
        said.append(f"typed before {way}")
        _type_and_wait_until_kept(desk, shell, said[-1])
        ends(shell)
        shell.end()
        assert not any("typed before" in note["text"] for note in _notes(desk, ref))
    desk.place.proposed_today()
    with AppDesk(desk.place, MEMBER, unlocks=True) as app:
        app.press("f4", "enter")
        app.sees("Going on with the draft.", *said)
    away = Typist(desk, *desk.given(), "note", "add", ref, "--go-on")
    away.wait_for("end with Ctrl")
    away.type_bytes(b"\x03")  # throws away what begins here, and nothing that was typed before
    assert away.end() == 130
    plain = Typist(desk, *desk.given(), "note", "add", ref)
    plain.wait_for("A note that you began is kept: `--go-on`")
    plain.wait_for("end with Ctrl")
    plain.type_bytes(b"\x03")
    assert plain.end() == 130
    more = Typist(desk, *desk.given(), "note", "add", ref, "--go-on")
    more.answer("end with Ctrl", "and the end\n")
    more.type_bytes(b"\x04")
    more.wait_for("The note is saved")
    assert more.end() == 0
    assert _notes(desk, ref)[-1]["text"].split("\n")[: len(said) + 1] == [*said, "and the end"]
    none = desk.run("note", "add", ref, "--go-on", stdin="x")
    assert (none.code, "no note that you began is kept for this case" in none.err) == (4, True)


def test_a_note_is_saved_where_no_draft_of_it_can_be_kept(desk: Desk) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    with desk.place.open() as session:
        drafts = session.own_drafts.path
    drafts.parent.mkdir(exist_ok=True)
    drafts.write_bytes(b"no database" * 1000)
    assert desk.run("note", "add", ref, stdin="piped once").code == 0
    typed = Typist(desk, *desk.given(), "note", "add", ref)
    typed.answer("end with Ctrl", "first line")
    typed.answer("No draft of this note is kept", "second line")
    typed.type_bytes(b"\x04")
    assert typed.end() == 0
    texts = [note["text"].strip() for note in _notes(desk, ref)]
    assert sorted(texts)[-2:] == ["first line\nsecond line", "piped once"]


def _notes(desk: Desk, ref: str) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = desk.run("note", "list", ref, "--json").json()["notes"]
    return notes


@pytest.mark.long_after(1)
@pytest.mark.parametrize("asks", ["your reason to approve", f"Passphrase of {colleague.NAME}"])
def test_a_second_person_who_does_not_answer_locks_too(desk: Desk, asks: str) -> None:
    with desk.place.open() as session:
        oren = colleague.admit(session)
        colleague.admit(session, name="Tove Arendal", roles={Role.CASEWORKER})
    with oren.open(desk.place):
        pass  # who has never opened the vault here cannot approve
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    shell = _begin(desk, "--idle", "1")
    day = datetime.date.today().isoformat()
    shell.type(f'break-glass {ref} --for "Tove Arendal" --until {day} --second "{colleague.NAME}"')
    shell.wait_for("your reason to approve")
    if "reason" not in asks:
        shell.type("emergency")
        shell.wait_for(asks)
    (second,) = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()
    _run_the_clock_ahead(shell, int(second))
    shell.wait_for("Locked: nobody typed for 1 minute")
    assert shell.end() == 0
    assert "break.glass" not in desk.run("log", "list").out


def test_a_note_of_several_lines_is_typed_in_the_shell(desk: Desk) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    shell = _begin(desk, "--idle", "1")
    shell.type(f"note add {ref}")
    shell.wait_for("end with Ctrl")
    for line in ("the harbour at noon", "the second line"):
        shell.type(line)
        shell.wait_for(line)
    shell.type_bytes(b"\x04")
    shell.wait_for("The note is saved")
    shell.answer(_PROMPT, "exit")
    assert shell.end() == 0
    (note,) = [note for note in desk.run("case", "show", ref, "--json").json()["notes"] if "harbour" in note["text"]]
    assert note["text"] == "the harbour at noon\nthe second line\n"


def test_a_script_is_told_to_give_each_command_by_itself(desk: Desk) -> None:
    answer = desk.run("shell")
    assert (answer.code, "A script gives each command by itself" in answer.err) == (5, True)
