"""The command line's promises: where options may stand, what is refused and how, exit codes, `--json` everywhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.services.founded import MEMBER
from tests.tables import each
from vault.cli.nouns import NOUNS


def test_options_may_stand_before_and_after_the_verb_or_come_from_the_environment(desk: Desk) -> None:
    before = desk.run_bare(*desk.given(), "--json", "case", "list")
    after = desk.run_bare("case", "list", "--json", *desk.given())
    assert before.code == after.code == 0
    assert before.json() == after.json()
    assert len(before.json()["cases"]) == 2
    names = {"CASEVAULT_VAULT": str(desk.place.path), "CASEVAULT_MEMBER": "mira HALVORSEN"}
    answer = desk.run_bare("case", "list", "--passphrase-file", str(desk.passphrase_file), environment=names)
    assert answer.code == 0


@each(
    {
        "no such case": (("case", "show", "NOPE-NOPE"), "not-found", 4),
        "no such note": (("note", "show", "00" * 16), "not-found", 4),
        "a case that is no id": (("case", "show", "zz", "--why", "curiosity"), "not-found", 4),
        "no such verb": (("case", "frobnicate"), "usage", 2),
        "no such noun": (("casse", "list"), "usage", 2),
        "a value missing, and nobody to ask": (("case", "new", "--kind", "asylum"), "usage", 2),
        "a word of no vocabulary": (("case", "new", "--kind", "war", "--title", "T"), "usage", 2),
        "a file that is not there": (("note", "add", "NOPE-NOPE", "--file", "/nonexistent"), "usage", 2),
        "a package that is not there": (("package", "verify", "/nonexistent"), "not-found", 4),
    }
)
def test_a_refusal_is_one_json_object_and_one_sentence(
    arguments: tuple[str, ...], code: str, exit_code: int, desk: Desk
) -> None:
    answer = desk.run(*arguments, "--json")
    assert answer.code == exit_code
    error = answer.json()["error"]
    assert (error["code"], error["exit"]) == (code, exit_code)
    assert error["advice"]
    assert answer.err.startswith("casevault: ")
    assert answer.err.count("\n") == 1


@each(
    {
        "no request": (("member", "admit", "{}"), "Check the path"),
        "no proposal": (("member", "show", "{}"), "Check the path"),
        "no letter": (("approval", "show", "{}"), "Check the path"),
        "no bundle": (("bundle", "show", "{}"), "Check the path"),
        "no package": (("package", "verify", "{}/.."), "Name the folder that a package was opened to"),
        "no identity": (
            ("package", "open", "{}", "--identity", "{}", "--out", "o"),
            "Name the file that `age-keygen` wrote",
        ),
        "no key": (("recipient", "add", "A", "--age", "age1x"), "Ask the recipient for the public key"),
    }
)
def test_a_file_of_another_kind_is_the_wrong_file_and_no_damage_of_the_vault(
    arguments: tuple[str, ...], words: str, desk: Desk, tmp_path: Path
) -> None:
    other = tmp_path / "letters" / "shopping"
    other.parent.mkdir(exist_ok=True)
    other.write_text("bread\n")
    answer = desk.run(*(word.replace("{}/..", str(other.parent)).replace("{}", str(other)) for word in arguments))
    assert answer.code in {2, 6}
    assert words in answer.err
    assert "log verify" not in answer.err


def test_the_help_that_a_missing_value_names_can_be_asked_for_and_a_near_miss_is_pointed_out(desk: Desk) -> None:
    named = re.search("`casevault (.*)`", desk.run("case", "new", "--kind", "asylum").err)
    assert named
    assert "--title TITLE" in desk.run_bare(*named[1].split()).out
    lacking = desk.run("recipient", "add", "--age", "age1x").err
    assert lacking.endswith("--name is missing. See `casevault recipient add --help`.\n")
    assert desk.run("device", "name").err.endswith("DEVICE, NAME. See `casevault device name --help`.\n")
    assert "Did you mean `casevault case`?" in desk.run("casse", "list").err


def test_no_new_key_is_promised_to_who_takes_a_case_from_themselves(desk: Desk) -> None:
    case = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    answer = desk.run("grant", "revoke", case, "--from-member", MEMBER)
    assert answer.code == 5
    assert answer.err == "casevault: members cannot revoke a case from themselves. Ask another holder.\n"


def test_a_cost_that_no_unlock_would_take_is_refused_before_anything_is_asked(desk: Desk) -> None:
    for command in (("init",), ("member", "join", "INVITATION", "--out", "REQUEST")):
        for memory in ("16", "63", "2049", "-1", "much"):
            answer = desk.run_bare("--vault", "/nowhere/new.vault", *command, f"--kdf-memory-mib={memory}", "--json")
            assert answer.code == 2
            error = answer.json()["error"]
            assert (error["message"], error["advice"]) == ("--kdf-memory-mib is 64 to 2048", "Without it, it is 256.")


def test_no_vault_and_one_that_is_open_elsewhere_have_exit_codes_of_their_own(desk: Desk, tmp_path: Path) -> None:
    for arguments in ((), ("--vault", str(tmp_path / "nowhere.vault"))):
        assert desk.run_bare(*arguments, "case", "list", "--member", "M", "--no-input").code == 10
    with desk.place.open():
        answer = desk.run("case", "list", "--json")
    assert (answer.code, answer.json()["error"]["code"]) == (11, "open-elsewhere")


def test_a_wrong_passphrase_and_an_unknown_member_get_one_error(desk: Desk) -> None:
    right = desk.passphrase_file.read_text()
    desk.passphrase_file.write_text("not the passphrase")
    wrong = desk.run("case", "list", "--json")
    desk.passphrase_file.write_text(right)
    arguments = [a if a != "Mira Halvorsen" else "Somebody Else" for a in desk.given()]
    unknown = desk.run_bare(*arguments, "case", "list", "--json")
    assert wrong.code == unknown.code == 12
    assert wrong.out == unknown.out
    assert wrong.err == unknown.err


def test_the_passphrase_may_come_from_a_descriptor_and_from_no_file_that_others_can_read(desk: Desk) -> None:
    passphrase = desk.passphrase_file.read_text()
    answer = desk.run_bare(*desk.given()[:4], "--passphrase-fd", "0", "case", "list", "--json", stdin=passphrase + "\n")
    assert answer.code == 0, answer.err
    desk.passphrase_file.chmod(0o644)
    answer = desk.run("case", "list")
    assert answer.code == 2
    assert "others can read the passphrase file" in answer.err


PERSONAL = {
    "title": (("case", "new", "--kind", "asylum", "--title", "T"), "--title"),
    "name": (("person", "add", "X", "--role", "client", "--name", "N"), "--name"),
    "born": (("person", "add", "X", "--role", "client", "--born", "1990"), "--born"),
    "phone": (("person", "add", "X", "--role", "client", "--phone", "1234"), "--phone"),
    "email": (("person", "add", "X", "--role", "client", "--email", "a@b"), "--email"),
    "document": (("person", "add", "X", "--role", "client", "--document", "pin:1"), "--document"),
    "search words": (("search", "word"), "--words"),
    "recipient": (("recipient", "add", "Name", "--age", "age1x"), "--name"),
    "organisation": (("init", "--org", "Org"), "--org"),
}


@each(PERSONAL)
def test_at_a_terminal_a_personal_value_as_an_option_is_refused_with_the_safe_form(
    arguments: tuple[str, ...], option: str, desk: Desk
) -> None:
    answer = desk.run_at_terminal(*arguments)
    assert answer.code == 2
    assert f"{option} would stay in the shell's history" in answer.err
    assert f"`casevault {arguments[0]}" in answer.err
    assert "--from -" in answer.err


def test_personal_values_are_asked_at_a_terminal_and_options_or_json_in_scripts(desk: Desk) -> None:
    answer = desk.run_at_terminal("case", "new", "--kind", "family", typed="Asked title\n")
    assert answer.code == 0, answer.err
    assert "Title of the case: " in answer.err
    assert desk.run("case", "new", "--kind", "other", "--title", "By option").code == 0
    values = {"title": "По-русски"}
    assert desk.run("case", "new", "--kind", "other", "--from", "-", stdin=json.dumps(values)).code == 0
    titles = {case["title"] for case in desk.run("case", "list", "--json").json()["cases"]}
    assert titles >= {"Asked title", "By option", "По-русски"}


@pytest.mark.long_after(2)
@pytest.mark.parametrize(
    ("command", "question"),
    [
        (("person", "add", "CASE", "--role", "client"), "Name, in each script known"),
        (("case", "new", "--kind", "asylum"), "Title of the case"),
        (("search",), "Words to search for"),
        (("intake", "add"), "Name as heard"),
        (("recipient", "add", "--age", "age1x"), "Name of the recipient"),
        (("section", "new", "CASE", "--kind", "health"), "Title of the section"),
        (("handover", "order", "A", "--to", "B"), "Why (everybody in the vault can read it)"),
        (("note", "add", "CASE"), "Type the note"),
    ],
)
def test_a_wrong_passphrase_loses_nothing_that_was_typed_since_nothing_was_asked_before(
    desk: Desk, command: tuple[str, ...], question: str
) -> None:
    desk.passphrase_file.write_bytes(b"not this one")
    answer = desk.run_at_terminal(*command, typed="x\n\n" * 8)
    assert answer.code == 12
    assert question not in answer.err


@each(
    {
        "no JSON": ("not json", "not a JSON object"),
        "no object": ('["title"]', "not a JSON object"),
        "an unknown member": ('{"titel": "T"}', "can only have these keys: title"),
        "a number": ('{"title": 7}', "strings or lists of strings"),
        "two titles": ('{"title": ["A", "B"]}', "takes one value"),
        "nothing": ("{}", "--title is missing"),
    }
)
def test_bad_json_input_is_refused_and_changes_nothing(stdin: str, words: str, desk: Desk) -> None:
    before = desk.run("case", "list", "--json").json()
    answer = desk.run("case", "new", "--kind", "asylum", "--from", "-", stdin=stdin)
    assert answer.code == 2
    assert words in answer.err
    assert desk.run("case", "list", "--json").json() == before


def test_stored_text_cannot_reach_the_terminal_as_commands(desk: Desk) -> None:
    hostile = "\x1b]52;c;aGk=\x07\x1b[2J\u202eevil"
    assert desk.run("case", "new", "--kind", "other", "--from", "-", stdin=json.dumps({"title": hostile})).code == 0
    for answer in (desk.run("case", "list"), desk.run("case", "list", "--json")):
        assert not set(answer.out) & set("\x1b\x07\u202e")


def test_every_noun_is_in_the_help_and_answers_help_itself(desk: Desk) -> None:
    told = desk.run_bare("--help").out
    for noun in NOUNS:
        assert f"\n  {noun} " in told, f"{noun} is not in the help"
        answer = desk.run_bare(noun, "--help")
        assert answer.code == 0, answer.err
        assert answer.out.startswith(f"usage: casevault {noun}")
    alone = desk.run_bare()  # without a terminal
    assert alone.code == 0
    assert "open the app" in alone.out


def test_what_was_done_is_told_even_if_the_account_cannot_remember_it(desk: Desk) -> None:
    """Pins that cannot be written at the end are a warning: the note is durable, and must not be written twice."""
    code = (
        "import sys, vault.access.pins.pins as pins\n"
        "from vault.errors import TryAgainError\nfrom vault.words.message import Message\n"
        "def close(self): raise TryAgainError(Message('no room to write pins'))\n"
        "pins.PinKeeper.close = close\n"
        "from vault.__main__ import main\n"
        "sys.exit(main())\n"
    )
    case = desk.run("case", "list", "--json").json()["cases"][0]["case"]
    done = subprocess.run(
        [sys.executable, "-c", code, *desk.given(), "note", "add", case, "--json"],
        input=b"Kept once.",
        capture_output=True,
        env=desk.environment,
        cwd=REPOSITORY,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"no room to write pins; what this command did is safe" in done.stderr
    note = json.loads(done.stdout)["note"]
    assert desk.run("note", "show", note, "--json").json()["text"] == "Kept once."
