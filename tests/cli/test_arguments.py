"""From words to arguments: what is understood, and refusals that hold no word of the person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import each
from vault.cli.nouns import GLOBAL, NOUNS, verbs_of
from vault.cli.output import Result
from vault.cli.table import Arg, Given, OneOf, Verb, parse, take_options
from vault.errors import UsageError
from vault.words.message import Message

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
