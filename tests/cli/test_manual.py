"""The manual page and the completions: they name every noun, verb and option, and a shell offers what fits."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from types import ModuleType

import pytest

from tests.hygiene.tree import ROOT, loaded
from tests.tables import each
from vault.cli.nouns import GLOBAL


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
            ["lawyer-named", "lawyer", "disappearance", "subject"],
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
