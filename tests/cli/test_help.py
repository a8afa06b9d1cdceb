"""What a newcomer reads before anything else: each help says what its command is for, and names what it takes."""

from __future__ import annotations

import re

from tests.cli.desk import Desk
from tests.tables import each
from vault.cli.nouns import NOUNS, help_of_program, verbs_of
from vault.cli.output import in_words


@each(list(NOUNS))
def test_the_help_names_the_verbs_of_a_noun_in_the_order_of_its_table(noun: str) -> None:
    verbs = NOUNS[noun].verbs or (noun,)
    assert tuple(verbs_of(NOUNS[noun])) == verbs


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
        assert "\nRevoke a case from a member, and make a new key.\n" in answer.out


def test_an_argument_is_written_as_its_table_has_it(desk: Desk) -> None:
    told = desk.run_bare("member", "invite", "--help").out
    assert told.startswith("usage: casevault member invite --like ROLE[,ROLE] [--days N] --out FILE\n")
    assert "\n  --like ROLE[,ROLE]  the role" in told
    assert "\n  --out FILE          the invitation\n" in told


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
    answer = desk.run("grant", "add", "NOPE-NOPE", "--to", "Nobody Here", "--until", "tomorrow")
    assert answer.code == 2
    assert "--until must be a full day, YYYY-MM-DD." in answer.err


def test_the_help_is_given_beside_global_options_too(desk: Desk) -> None:
    for asked in ("--help", "-h", "help"):
        assert desk.run_bare("--json", asked).json()["help"] == desk.run_bare("--quiet", asked).out
        assert desk.run_bare(asked).out.splitlines() == help_of_program().lines
