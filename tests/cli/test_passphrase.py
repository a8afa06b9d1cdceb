"""passphrase and factor as a person and a script use them: real processes, real terminals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.seal.layouts import typed_in
from tests.services.founded import MEMBER, PASSPHRASE
from vault.cli.way_in import usual_language

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
    answer = desk.run("--json", "passphrase", "change", "--new-passphrase-file", private(tmp_path, NEW))
    assert answer.code == 0, answer.err
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
    terminal.until("Name of the organisation")
    terminal.type("Aid")
    for weak in ("password1", "lina ortega"):
        terminal.until("New passphrase")
        terminal.type(weak)
        terminal.until("too easy to guess")
    terminal.until("New passphrase")
    terminal.type("\x04")  # the end of the input: nothing is made
    assert terminal.end() == 2
    assert not (tmp_path / "new.vault").exists()


def test_one_that_is_made_is_shown_once_and_typed_back_from_the_paper(desk: Desk, tmp_path: Path) -> None:
    terminal = Typist(desk, *desk.given()[:4], "passphrase", "change", "--generate", "ru")
    terminal.until("Passphrase: ")
    terminal.type(PASSPHRASE.decode())
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
    terminal.until("Passphrase: ")
    terminal.type(PASSPHRASE.decode())
    terminal.until("to have one made): ")
    terminal.type("")
    assert len(words_of(terminal.until("it is not shown again. ")).split()) == 6
    for _ in range(3):
        terminal.type("")
        terminal.until("Now type it from the paper: ")
        terminal.type("not these words")
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
    by_name = desk.run("case", "list", environment={"CASEVAULT_KEYFILE": str(key)})
    assert by_name.code == 0
    listed = desk.run("factor", "list", "--keyfile", str(key))
    assert re.search(r"^passphrase +chosen\nkeyfile ", listed.out, re.MULTILINE)
    wrong = desk.run("case", "list", "--keyfile", private(tmp_path, b"x" * 64))
    assert (wrong.code, "is not a keyfile, or is damaged" in wrong.err) == (12, True)
    missing = desk.run("case", "list", "--keyfile", str(tmp_path / "gone"))
    assert (missing.code, "no file gone" in missing.err) == (4, True)
    removed = desk.run("factor", "remove", "keyfile", "--keyfile", str(key))
    assert removed.code == 0
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
        (("factor", "add", "keyfile"), "say where the keyfile goes"),
        (("factor", "add", "fido2", "--out", "x"), "a security key needs no file"),
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
    terminal.until("Name of the organisation: ")
    terminal.type("Harbour Aid")
    terminal.until("to have one made): ")
    terminal.type("")
    made = words_of(terminal.until("it is not shown again. "))
    terminal.type("")
    terminal.until("Now type it from the paper: ")
    terminal.type(made.upper())
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
