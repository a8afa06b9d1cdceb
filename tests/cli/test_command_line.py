"""The command line's promises: where options may stand, what is refused and how, exit codes, `--json` everywhere."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.services.founded import Filled
from tests.tables import each
from vault.cli.nouns import GLOBAL, NOUNS, verbs_of
from vault.cli.output import Result, fitted
from vault.cli.table import Arg, Given, OneOf, Verb, parse, take_options
from vault.errors import UsageError
from vault.words.message import Message


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


def test_a_cost_that_no_unlock_would_take_is_refused_before_anything_is_asked(desk: Desk) -> None:
    for command in (("init",), ("member", "join", "--out", "REQUEST")):
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


# From words to arguments: what is understood, and refusals that hold no word of the person.
HELP = Message("what it is")
VERB = Verb(
    "send",
    HELP,
    (
        Arg("FILE", HELP, of=Path),
        Arg("[WORD ...]", HELP),
        Arg("--to MEMBER", HELP, into="whom"),
        Arg("[--kind KIND]", HELP, choices=("letter", "parcel"), default="letter"),
        Arg("[--copies N]", HELP, of=int, default=1),
        Arg("[--cc MEMBER ...]", HELP),
        Arg("[--dry-run]", HELP),
        OneOf((Arg("[--by DATE]", HELP), Arg("[--at-once]", HELP)), is_required=True),
    ),
    lambda given, output: Result({"given": bool(given), "output": bool(output)}),
)
USUAL = ("a.txt", "--to", "Mira", "--at-once")


def given(*words: str) -> Given:
    found = Given()
    parse(VERB, words, found)
    return found


def test_what_is_left_out_is_what_the_table_says() -> None:
    assert given(*USUAL) == Given(
        file=Path("a.txt"), word=[], whom="Mira", kind="letter", copies=1, cc=[], dry_run=False, by=None, at_once=True
    )


@each(
    {
        "an option before the place": (("--dry-run", *USUAL), "dry_run", True),
        "a value behind =": ((*USUAL, "--kind=parcel"), "kind", "parcel"),
        "a value with =": ((*USUAL, "--cc", "a=b"), "cc", ["a=b"]),
        "an empty value": ((*USUAL, "--cc="), "cc", [""]),
        "a repeated option": ((*USUAL, "--cc", "Ada", "--cc", "Kim"), "cc", ["Ada", "Kim"]),
        "the last of two": ((*USUAL, "--kind", "parcel", "--kind", "letter"), "kind", "letter"),
        "repeated places on both sides of an option": (("a", "x", *USUAL[1:], "y"), "word", ["x", "y"]),
        "a number below nothing": ((*USUAL, "--copies", "-2"), "copies", -2),
        "a value that is a dash": ((*USUAL, "--cc", "-"), "cc", ["-"]),
        "a sentence that begins with a dash": ((*USUAL, "--cc", "- and more"), "cc", ["- and more"]),
        "what stands behind --": ((*USUAL, "x", "--", "--to", "-y"), "word", ["x", "--to", "-y"]),
    }
)
def test_words_are_understood(words: tuple[str, ...], key: str, value: object) -> None:
    assert getattr(given(*words), key) == value


@each(
    {
        "nothing": ((), "the following arguments are required: FILE, --to"),
        "no value at the end": ((*USUAL, "--kind"), "argument --kind: expected one argument"),
        "an option in place of a value": (("--to", "--at-once"), "argument --to: expected one argument"),
        "no such choice": ((*USUAL, "--kind", "Amina"), "argument --kind: invalid choice (choose from letter, parcel)"),
        "no number": ((*USUAL, "--copies", "Amina"), "argument --copies: invalid int value"),
        "a value for a flag": ((*USUAL, "--dry-run=Amina"), "argument --dry-run: takes no value"),
        "two of a choice": ((*USUAL, "--by", "Amina"), "argument --at-once: not allowed with argument --by"),
        "none of a choice": (USUAL[:3], "one of these is required: --by, --at-once"),
        "an option that is none": ((*USUAL, "--file=Amina"), "--file is not an option here"),
        "the beginning of an option": ((*USUAL, "--dry"), "--dry is not an option here"),
        "a name in the place of an option": ((*USUAL, "--Amina"), "there are words that this command does not know"),
    }
)
def test_words_are_refused_without_repeating_them(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        given(*words)
    assert str(refusal.value) == told


def test_a_word_too_many_is_refused() -> None:
    with pytest.raises(UsageError, match="there are words that this command does not know"):
        parse(VERB._replace(args=VERB.args[2:]), USUAL, Given())


@each(list(NOUNS))
def test_no_argument_hides_a_global_option_or_another_argument(noun: str) -> None:
    for verb in verbs_of(NOUNS[noun]).values():
        keys = [arg.key for arg in (*GLOBAL, *verb.each_arg())] + ["held", "command", "usage"]
        assert sorted(keys) == sorted(set(keys)), verb.name


def test_options_are_taken_from_before_a_double_dash_and_the_rest_keeps_its_order() -> None:
    found = Given()
    rest = take_options(
        [Arg("[--json]", HELP), Arg("[--vault V]", HELP)],
        ["a", "--x", "--json", "b", "--vault", "v", "--", "--json"],
        found,
    )
    assert (rest, found.json, found.vault) == (["a", "--x", "b", "--", "--json"], True, "v")


# What is typed wrongly is not said again: standard error and JSON are kept by scripts, and values may be names.
SECRET = "Quillfeather"

WRONG = {
    "a word of no vocabulary": (("person", "add", "X", "--role", SECRET),),
    "one that looks like choices": (("person", "add", "X", "--role", f"{SECRET} (choose from {SECRET})"),),
    "an option misspelt": (("person", "add", "X", "--rol", "client", "--name", SECRET),),
    "a word too many": (("case", "new", "--kind", "other", "--title", "T", SECRET),),
    "no such verb": (("case", SECRET),),
    "no such noun": ((SECRET, "list"),),
    "a limit that is no number": (("search", "x", "--limit", SECRET),),
    "an option that does not exist": (("search", f"--bogus={SECRET}", "x"),),
    "a value where none belongs": (("case", "list", f"--json={SECRET}"),),
    "a global option of the wrong type": (("case", "list", "--passphrase-fd", SECRET),),
    "a limit of nothing": (("search", SECRET, "--limit", "0"),),
    "a limit below nothing": (("search", SECRET, "--limit", "-5"),),
    "a limit beyond any number of hits": (("search", SECRET, "--limit", str(10**20)),),
    "a limit beyond any number of cases": (("case", "list", "--limit", str(10**20)),),
}


@each(WRONG)
def test_a_usage_error_says_nothing_of_what_was_typed(arguments: tuple[str, ...], desk: Desk) -> None:
    answer = desk.run(*arguments, "--json")
    assert answer.code == 2
    assert answer.json()["error"]["code"] == "usage"
    assert SECRET not in answer.out + answer.err
    assert str(10**20) not in answer.out + answer.err


def test_a_usage_error_still_names_the_option_and_what_it_takes(desk: Desk) -> None:
    error = desk.run("person", "add", "X", "--role", "wizard", "--json").json()["error"]
    assert "argument --role: invalid choice (choose from" in error["message"]
    assert "client" in error["message"]


# Lines at a narrow terminal: they break between words, and what somebody copies from them stays whole.
@each(
    {
        "between words": ("one two three four", "one two\nthree four"),
        "under its first word": ("  one two three", "  one two\n  three"),
        "under its last column": ("ok   one two three", "ok   one\n     two\n     three"),
        "a command stays whole": ("say `do it now` there", "say\n`do it now`\nthere"),
        "a path stays whole": ("at /a/long-long/path it", "at\n/a/long-long/path\nit"),
        "what fits stays as it is": ("ten chars.", "ten chars."),
        "a column too far right indents nothing": ("a table  of  wide   cells", "a table\nof  wide\ncells"),
    }
)
def test_a_line_breaks_between_words_and_goes_on_under_its_last_column(line: str, broken: str) -> None:
    assert fitted(line, 10) == broken


def test_no_word_is_cut_at_a_terminal_of_80_columns_and_a_pipe_gets_whole_lines(desk: Desk) -> None:
    status = ("--vault", str(desk.place.path), "status")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    subprocess.run(desk.command(*status), stdout=theirs, env=desk.environment, cwd=REPOSITORY, check=True)
    shown = os.read(ours, 65_536).decode().splitlines()
    os.close(theirs)
    os.close(ours)
    whole = desk.run_bare(*status).out.splitlines()
    assert max(map(len, whole)) > 80
    assert max(map(len, shown)) <= 80
    assert " ".join(shown).split() == " ".join(whole).split()


# Questions at a terminal: stored words in them drive no terminal, and a script is told none of them.
HOSTILE = "call Zumurrudi\x1b]0;pwned\x07\x1b[2J"


def test_stored_words_in_a_question_drive_no_terminal(desk: Desk, filled_template: Filled) -> None:
    task = desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE, "--json").json()["record"]
    asked = desk.run_at_terminal("task", "edit", task, typed="\n" * 9, is_seen=True)
    assert "call Zumurrudi" in asked.err
    assert [mark for mark in ("\x1b]", "\x1b[2J", "\x07") if mark in asked.err] == []
    undone = desk.run_at_terminal("undo", typed="yes\n", is_seen=True)
    assert (undone.code, "call Zumurrudi" in undone.err) == (0, True)
    assert [mark for mark in ("\x1b]", "\x1b[2J", "\x07") if mark in undone.err] == []


def test_a_script_that_takes_something_back_is_told_no_word_of_it(desk: Desk, filled_template: Filled) -> None:
    desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE)
    refused = desk.run("undo", "--json")
    assert (refused.code, "Zumurrudi" in refused.out + refused.err) == (3, False)
    undone = desk.run("undo", "--yes", "--json")
    assert (undone.json()["undone"], "Zumurrudi" in undone.out + undone.err) == ({"task": 1}, False)
    desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE)
    in_words = desk.run("undo", "--yes")
    assert ("Taken back: task." in in_words.out, "Zumurrudi" in in_words.out + in_words.err) == (True, False)


def test_a_script_that_imports_a_list_is_told_no_name_of_who_may_be_known(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    known = ("--role", "client", "--name", "Zumurrudi Quillfeather", "--phone", "+996555918273", "--anyway")
    assert desk.run("person", "add", filled_template.refs[0], *known).code == 0
    file = tmp_path / "list.csv"
    file.write_text("case,names,phones\nNight arrest,Vexilda Morrowquay,+996555918273\n", "utf-8")
    listed = (str(file), "--kind", "asylum")
    assert "Zumurrudi Quillfeather" in desk.run("import", "show", *listed).out
    for answered, code in ((), 3), (("--duplicates", "make"), 3), (("--duplicates", "make", "--yes"), 0):
        answer = desk.run("import", "cases", *listed, *answered)
        assert (answer.code, "Quillfeather" in answer.out + answer.err) == (code, False), answer.err


# An act that was done is said to be done, whatever becomes of its answer: nobody is made to do it twice.
_WORDS = "kept, though nobody hears of it"


def _shell(desk: Desk, words: str, behind: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    line = " ".join(f"'{word}'" for word in desk.command(*desk.given()))
    return subprocess.run(
        ["/bin/sh", "-c", f"{line} {words} {behind}"],
        env={**desk.environment, **more},
        cwd=REPOSITORY,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long_after(2)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("behind", "code", "said"),
    [
        pytest.param("> /dev/full", 74, b"What this command did is safe", id="full"),
        pytest.param("> /dev/full 2> /dev/full", 74, b"", id="full, and standard error too"),
        pytest.param(">&-", 0, b"", id="closed"),
        pytest.param(">&- 2>&-", 0, b"", id="closed, and standard error too"),
        pytest.param("--json > /dev/full", 74, b"Do not repeat it", id="full, as JSON"),
    ],
)
def test_a_note_whose_answer_cannot_be_written_is_kept_once_and_not_denied(
    desk: Desk, tmp_path: Path, behind: str, code: int, said: bytes
) -> None:
    (tmp_path / "text").write_text(_WORDS)
    case = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    done = _shell(desk, f"note add {case} --file '{tmp_path / 'text'}'", behind)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert b"internal" not in done.stderr
    notes = desk.run("note", "list", case, "--json").json()["notes"]
    assert [note["text"] for note in notes].count(_WORDS) == 1


def test_a_command_with_no_stream_at_all_does_its_work(desk: Desk) -> None:
    done = _shell(desk, "case new --kind asylum --title Quiet", "<&- >&- 2>&-")
    assert done.returncode == 0
    assert "Quiet" in [case["title"] for case in desk.run("case", "list", "--json").json()["cases"]]


def test_letters_that_the_terminal_cannot_write_are_written_as_numbers(desk: Desk) -> None:
    desk.run("case", "new", "--kind", "asylum", "--title", "Дело")
    done = _shell(desk, "case list", "", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert rb"\u0414\u0435\u043b\u043e" in done.stdout


def test_a_refusal_that_nobody_can_read_keeps_its_exit_code(desk: Desk) -> None:
    assert _shell(desk, "case show NOPE", "> /dev/full 2> /dev/full").returncode == 4
