"""What a command loads, and when: where a person types, most of it behind the prompt."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.cli.typist import Typist
from tests.hygiene.tree import ROOT, loaded
from tests.services.founded import MEMBER, PASSPHRASE
from tests.tables import each
from vault import platform
from vault.cli import dispatch
from vault.cli.nouns import GLOBAL, NOUNS, Noun, help_of_program, verbs_of
from vault.cli.output import Output, Result, in_words
from vault.cli.table import Given, Verb
from vault.redaction.profile import PROFILES
from vault.words.message import Message

# Stands in for the terminal, and tells which modules are there before the prompt, behind it and at the end.
_RUN = """
import json, sys
from vault import platform
from vault.__main__ import main
loaded = []
def typed(prompt, *, meanwhile):
    loaded.append(list(sys.modules))
    meanwhile()
    loaded.append(list(sys.modules))
    return bytearray(PASSPHRASE)
platform.read_tty_passphrase = typed
code = main()
loaded.append(list(sys.modules))
json.dump(loaded, sys.stderr)
sys.exit(code)
"""
_LARGE = {"sqlcipher3.dbapi2", "vault.access.unlock", "vault.access.session", "vault.services.housekeeping"}
_STARTED = [("-m", "vault"), ("-c", "from vault.__main__ import main; raise SystemExit(main())")]


@pytest.mark.parametrize("way", _STARTED, ids=["as a module", "by the installed command"])
def test_what_the_environment_says_of_python_is_left_out(way: tuple[str, str], desk: Desk, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for name in ("json", "msgspec", "argon2", "cryptography", "shlex", "textwrap"):
        (hostile / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'a').write('{name} ')\n")
    for left_over in ({"PYTHONPATH": str(hostile)}, {"PYTHONINSPECT": "1"}):
        done = subprocess.run(
            [sys.executable, *way, "--vault", str(desk.place.path), "--json", "--no-input", "status"],
            cwd=REPOSITORY, env={**desk.environment, **left_over}, input="print('asked for more')\n",
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert json.loads(done.stdout)["schema"] == 1
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize("words", [("case", "list"), ("log", "verify")], ids=" ".join)
def test_a_command_loads_what_opens_a_vault_behind_its_prompt_and_sqlalchemy_never(
    desk: Desk, words: tuple[str, ...]
) -> None:
    options = ("--vault", str(desk.place.path), "--member", MEMBER)
    done = subprocess.run(
        [sys.executable, "-c", f"PASSPHRASE = {PASSPHRASE!r}\n{_RUN}", *words, *options],
        cwd=REPOSITORY, env=desk.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    before, behind, at_the_end = map(set, json.loads(done.stderr))
    assert before & _LARGE == set()
    assert behind >= _LARGE
    assert "sqlalchemy" not in at_the_end


# `casevault` alone where there is nothing to open: it says what to do, whoever stands there.
@pytest.mark.parametrize("named", [True, False])
def test_where_no_vault_is_each_way_to_one_is_told(desk: Desk, tmp_path: Path, named: bool) -> None:
    typist = Typist(desk, *(("--vault", str(tmp_path / "none.vault")) if named else ()))
    typist.wait_for("there is no vault at .*none.vault" if named else "no vault was named.*--vault V")
    for way in ("casevault init", "member join --out REQUEST", "backup restore", "recovery restore", "casevault demo"):
        typist.wait_for(way)
    assert typist.end() == 10


def test_a_terminal_of_lines_alone_is_told_before_the_app_takes_it(desk: Desk) -> None:
    desk.environment["TERM"] = "dumb"
    typist = Typist(desk, "--vault", str(desk.place.path))
    typist.wait_for("this terminal shows only lines .TERM=dumb.")
    typist.wait_for("casevault --help")
    assert typist.end() == 2
    assert "\x1b[" not in typist.seen


@pytest.mark.slow
@pytest.mark.long
def test_what_the_demo_did_can_be_read_before_the_app_and_the_way_back_behind_it(desk: Desk, tmp_path: Path) -> None:
    typist = Typist(desk, "demo", str(tmp_path / "my demo"))
    typist.wait_for(r"10 The vault is .*, passphrase demo\.")
    typist.wait_for("Enter opens the app, which then asks for the passphrase. It is `demo`. ")
    assert "\x1b[?1049h" not in typist.seen
    typist.type("")
    typist.wait_for("assphrase")
    typist.type_bytes(b"\x1c")  # leave at once
    (again,) = typist.wait_for(r"To open it again \(passphrase demo\): `(.*?)`").groups()
    assert typist.end() == 0
    words = shlex.split(re.sub(r"\s+", " ", again))
    assert words[:4] == [sys.executable, "-m", "vault", "--vault"]
    assert words[5:] == ["--member", "Amina"]
    assert words[4].startswith(str(tmp_path / "my demo"))


def test_a_place_that_is_taken_is_refused_before_anything_is_asked_and_leaves_no_half_a_vault(
    desk: Desk, tmp_path: Path
) -> None:
    for words in (("init",), ("member", "join", "--out", "request")):
        typist = Typist(desk, "--vault", str(desk.place.path), *words)
        typist.wait_for("there is something at .* already")
        assert typist.end() == 5
        assert typist.seen.startswith("casevault: there is something at ")
    request, new = tmp_path / "request", tmp_path / "new.vault"
    request.write_text("an earlier one")
    answer = desk.run_bare("--vault", str(new), "member", "join", "--out", str(request))
    assert answer.code == 5
    assert f"{request} exists already. Name a new file." in answer.err
    assert not new.exists()
    assert request.read_text() == "an earlier one"


# No command begins in a process that may dump its memory or be read by its neighbours, whatever it asks for.
def every_verb() -> Iterator[tuple[str, ...]]:
    for noun in NOUNS.values():
        yield from ((noun.name, *((name,) if noun.verbs else ())) for name in verbs_of(noun))


def test_every_command_is_closed_to_its_neighbours_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    is_closed = False
    began: dict[tuple[str, ...], bool] = {}

    def harden() -> tuple[Message, ...]:
        nonlocal is_closed
        is_closed = True
        return ()

    def begin(given: Given, output: Output) -> Result:
        began[tuple(given.command.split())] = is_closed
        return Result({})

    def beginning_only(noun: Noun) -> Mapping[str, Verb]:
        return {name: verb._replace(args=(), run=begin) for name, verb in verbs_of(noun).items()}

    monkeypatch.setattr(platform, "harden_process", harden)
    monkeypatch.setattr(dispatch, "verbs_of", beginning_only)
    for words in every_verb():
        is_closed = False
        assert dispatch.run([*words]) == 0
    assert len(began) > 100
    assert [words for words in every_verb() if not began[words]] == []


# What a newcomer reads before anything else: each help says what its command is for, and names what it takes.
@each(list(NOUNS))
def test_the_help_names_the_verbs_of_a_noun_in_the_order_of_its_table_and_acts_beyond_it_last(noun: str) -> None:
    verbs = NOUNS[noun].verbs or (noun,)
    assert tuple(verbs_of(NOUNS[noun]))[: len(verbs)] == verbs


@each(list(NOUNS))
def test_every_help_is_a_phrase_in_plain_words(noun: str) -> None:
    for verb in verbs_of(NOUNS[noun]).values():
        for told in (NOUNS[noun].help, verb.help, *(arg.help for arg in verb.each_arg())):
            words = in_words(told)
            assert words, verb.name
            assert not words.endswith("."), words
            assert not re.search(r"\b(whoever|no more|(this|the|an?|old|new) one)\b", words), words


def test_the_help_of_a_noun_and_of_a_verb_begin_with_what_they_are_for(desk: Desk) -> None:
    assert "\nList who can open a case, grant access, revoke it.\n" in desk.run_bare("grant", "--help").out
    for asked in (("grant", "revoke", "--help"), ("help", "grant", "revoke")):
        answer = desk.run_bare(*asked)
        assert desk.run_bare("--json", *asked).json()["help"] == answer.out
        assert answer.code == 0
        assert "\nTake a case from a member.\n" in answer.out


def test_an_argument_is_written_as_its_table_has_it(desk: Desk) -> None:
    told = desk.run_bare("member", "admit", "--help").out
    assert told.startswith("usage: casevault member admit REQUEST [--like ROLE[,ROLE]] [--days N] [--words W]")
    assert "\n  --like ROLE[,ROLE]  the role" in told
    assert "\n  REQUEST             the file from the new device\n" in told


def test_nouns_without_verbs_say_what_they_do(desk: Desk) -> None:
    for noun, promise in (
        ("lock", "Stop this vault's running app"),
        ("status", "Show the state of this vault"),
        ("doctor", "Show what this computer lets"),
        ("app", "Open the app on this terminal"),
    ):
        assert f"\n{promise}" in desk.run_bare(noun, "--help").out


def test_the_people_of_a_case_are_listed(desk: Desk) -> None:
    case = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    shown = desk.run("case", "show", case, "--json").json()["persons"]
    assert shown
    assert desk.run("person", "list", case, "--json").json()["persons"] == shown
    assert f"{shown[0]['role']}: {shown[0]['names'][0]}" in desk.run("person", "list", case).out


def test_a_day_that_is_none_is_told_the_form_that_it_needs(desk: Desk) -> None:
    answer = desk.run("grant", "add", "NOPE-NOPE", "--to", "Nobody Here", "--until", "31 February")
    assert answer.code == 2
    assert "--until must be a full day, YYYY-MM-DD." in answer.err


def test_the_help_is_given_beside_global_options_too(desk: Desk) -> None:
    for asked in ("--help", "-h", "help"):
        assert desk.run_bare("--json", asked).json()["help"] == desk.run_bare("--quiet", asked).out
        assert desk.run_bare(asked).out.splitlines() == help_of_program().lines


# The manual page and the completions: they name every noun, verb and option, and a shell offers what fits.
@pytest.fixture(scope="module")
def script() -> ModuleType:
    return loaded(ROOT / "scripts" / "manual.py")


@pytest.fixture(scope="module")
def files(script: ModuleType) -> Mapping[str, str]:
    found: dict[str, str] = script.files()
    return found


def test_the_manual_page_names_every_verb_and_every_option(script: ModuleType, files: Mapping[str, str]) -> None:
    page = files["man/man1/casevault.1"].replace("\\-", "-")
    for noun, verb in script.commands():
        section = page.partition(f"\n\\fBcasevault {noun.name_of(verb)}\\fR")[2].partition("\n.RE\n")[0]
        assert section, noun.name_of(verb)
        assert [arg.name for arg in verb.each_arg() if f"\n\\fB{arg.name}" not in section] == []
    assert [arg.name for arg in GLOBAL if f"\n\\fB{arg.name}" not in page] == []


def test_no_line_of_the_manual_page_is_taken_for_a_request(files: Mapping[str, str]) -> None:
    requests = {line.split()[0] for line in files["man/man1/casevault.1"].splitlines() if line[:1] in {".", "'"}}
    assert requests == {".TH", ".SH", ".SS", ".TP", ".RS", ".RE", ".PP", ".nf", ".fi"}


def offered(files: Mapping[str, str], place: str, *words: str) -> list[str]:
    """Return what a shell offers behind these words."""
    functions = files[place].partition("}\n")[0] + "}\n"
    asked = subprocess.run(
        ["sh", "-c", f'{functions}_casevault_offers "$@"', "sh", *words], capture_output=True, text=True, check=True
    )
    return asked.stdout.split()


@each(["bash-completion/completions/casevault", "zsh/site-functions/_casevault"])
def test_bash_and_zsh_offer_every_verb_and_every_option(
    place: str, script: ModuleType, files: Mapping[str, str]
) -> None:
    nouns = offered(files, place)
    for noun, verb in script.commands():
        assert noun.name in nouns
        assert not noun.verbs or verb.name in offered(files, place, noun.name)
        options = {arg.name for arg in (*verb.each_arg(), *GLOBAL) if arg.is_option}
        assert options <= set(offered(files, place, *noun.name_of(verb).split())), noun.name_of(verb)


@each(
    {
        "behind a global option and its value": (("--vault", "grant", "bundle"), ["make", "import", "show", "--help"]),
        "the choices of an option": (
            ("export", "C", "--profile"),
            [*PROFILES],
        ),
        "nothing where a value is free": (("grant", "add", "C", "--to"), []),
        "nothing where a global value is free": (("--vault",), []),
    }
)
def test_what_is_offered_fits_its_place(words: tuple[str, ...], said: list[str], files: Mapping[str, str]) -> None:
    assert offered(files, "bash-completion/completions/casevault", *words) == said


def test_fish_is_told_every_verb_and_every_option(script: ModuleType, files: Mapping[str, str]) -> None:
    lines = files["fish/vendor_completions.d/casevault.fish"].splitlines()
    for noun, verb in script.commands():
        mine = [
            line for line in lines if f"__fish_seen_subcommand_from {noun.name}" in line or f"-a {noun.name} " in line
        ]
        assert any(f" -a {verb.name} " in line for line in mine), noun.name_of(verb)
        assert [
            arg.name
            for arg in verb.each_arg()
            if arg.is_option and not any(f" -l {arg.name[2:]} " in line for line in mine)
        ] == []
    assert [arg.name for arg in GLOBAL if not any(f"casevault -l {arg.name[2:]} " in line for line in lines)] == []
