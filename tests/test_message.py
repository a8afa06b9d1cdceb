"""Sentences of ours: a template, its values, and the catalogue of a language."""

from __future__ import annotations

import gettext

import pytest
from typing_extensions import override

from tests.tables import each
from tui.text.in_words import in_words, speaking
from vault.words.message import Message, enumerated, filled, listed, plural
from vault.words.next_step import NextStep


class Polish(gettext.NullTranslations):
    """Three forms for a number, where English has two."""

    @override
    def gettext(self, message: str) -> str:
        return {"{name} has {cases}.": "{name} ma {cases}.", "the help (F1)": "pomoc (F1)"}.get(message, message)

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        del msgid1, msgid2
        return "{count} sprawa" if n == 1 else "{count} sprawy" if n in {2, 3, 4} else "{count} spraw"


@each([(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1200, "1200 cases")])
def test_a_number_takes_its_form(count: int, said: str) -> None:
    assert str(plural("{count} case", "{count} cases", count=count)) == said


@each([(1, "1 sprawa"), (3, "3 sprawy"), (5, "5 spraw")])
def test_a_catalogue_decides_how_many_forms_there_are(count: int, said: str) -> None:
    cases = plural("{count} case", "{count} cases", count=count)
    with speaking(Polish()):
        assert in_words(Message("{name} has {cases}.", name="Case", cases=cases)) == f"Case ma {said}."
    assert in_words(cases).startswith(f"{count} case")


def test_a_name_is_no_template() -> None:
    assert in_words(Message("{name} is admitted.", name="{count} {0} {name.x}")) == "{count} {0} {name.x} is admitted."
    assert in_words("{name}") == "{name}"


def test_a_next_step_is_named_in_the_language_of_the_app() -> None:
    with speaking(Polish()):
        assert in_words(Message("See {help}.", help=NextStep.READ_HELP)) == "See pomoc (F1)."


def test_a_translation_that_names_an_unknown_value_is_refused() -> None:
    with speaking(Polish()), pytest.raises(KeyError):
        in_words(Message("{name} has {cases}.", name="Amina"))


def test_a_sentence_of_a_table_takes_the_values_that_it_names_and_its_count() -> None:
    plain = Message("Entries of {who} wait.")
    several = plural("{what} is on its way.", "{what} are on their way.", count=0)
    assert filled(plain, who="Ann", at=3) == Message("Entries of {who} wait.", who="Ann")
    assert [str(filled(several, what="Keys", count=number)) for number in (1, 2)] == [
        "Keys is on its way.",
        "Keys are on their way.",
    ]


def test_a_list_in_a_sentence_has_commas_and_one_and() -> None:
    for names, all_of, ending in (([], "", ""), (["a"], "a", "a"), (["a", "b"], "a, b", "a and b")):
        assert (str(listed(names)), str(enumerated(names))) == (all_of, ending)
    assert str(enumerated(["a", Message("the {n}", n="b"), "c"])) == "a, the b and c"
    many = [f"CV-{number}" for number in range(5_000)]
    assert str(listed(many)) == ", ".join(many)
