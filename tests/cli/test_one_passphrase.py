"""`casevault shell`: one passphrase for several commands, and nothing stays open behind it."""

from __future__ import annotations

import datetime
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.services import colleague
from tests.services.founded import MEMBER
from tests.tui.desk import Desk as AppDesk
from vault.policy.roles import Role

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
    shell.wait_for("Title of the case")
    shell.type("Morning in the shell")
    (ref,) = shell.wait_for(r"Case ([0-9A-Z-]{9}) is saved").groups()
    shell.wait_for(_PROMPT)
    shell.type(f"casevault case show {ref}")
    shell.wait_for("Morning in the shell")
    shell.wait_for(_PROMPT)
    shell.type("case show NOPE-NOPE")
    shell.wait_for("you have no case with this id or reference")
    shell.wait_for(_PROMPT)
    shell.type("exit")
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
    shell.wait_for("format 1, opened with your passphrase")
    shell.type("--quiet lock")
    shell.wait_for("NOT LOCKED")
    shell.type("exit")
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
    more.wait_for("end with Ctrl")
    more.type("and the end\n")
    more.type_bytes(b"\x04")
    more.wait_for("The note is saved")
    assert more.end() == 0
    assert _notes(desk, ref)[-1]["text"].split("\n")[: len(said) + 1] == [*said, "and the end"]
    none = desk.run("note", "add", ref, "--go-on", stdin="x")
    assert (none.code, "no note that you began is kept for this case" in none.err) == (4, True)


def test_a_note_is_saved_where_no_draft_of_it_can_be_kept(desk: Desk) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    with desk.place.open() as session:
        drafts = session.own_drafts.found()
    drafts.parent.mkdir(exist_ok=True)
    drafts.write_bytes(b"no database" * 1000)
    assert desk.run("note", "add", ref, stdin="piped once").code == 0
    typed = Typist(desk, *desk.given(), "note", "add", ref)
    typed.wait_for("end with Ctrl")
    typed.type("first line")
    typed.wait_for("No draft of this note is kept")
    typed.type("second line")
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
    shell.wait_for(_PROMPT)
    shell.type("exit")
    assert shell.end() == 0
    (note,) = [note for note in desk.run("case", "show", ref, "--json").json()["notes"] if "harbour" in note["text"]]
    assert note["text"] == "the harbour at noon\nthe second line\n"


def test_a_script_is_told_to_give_each_command_by_itself(desk: Desk) -> None:
    answer = desk.run("shell")
    assert (answer.code, "A script gives each command by itself" in answer.err) == (5, True)
