"""What stays of a note says what it said: only names go, and no negation, verb or sentence with them."""

from __future__ import annotations

import itertools

import pytest

from tests.redaction.people import text_left

LATIN = [
    ("Temir", "Oshmar"), ("Rosa", "Ahmed"), ("Zarifa Oshmar", "Kubat Temirov"), ("Baker", "Ulan"),
    ("O'Shmar", "Leila"), ("Grant", "Mark"),
]  # fmt: skip
CYRILLIC = [
    ("Темир", "Кубат"), ("Зарифа", "Улан"), ("Зарифа Ошмарова", "Кубат Темиров"), ("Айгуль", "Бекзат"),
    ("Вера", "Лев"), ("Соколов", "Попов"),
]  # fmt: skip

# Pauses, emphasis, speaker marks and quotations before words that a sentence turns on, and the same words later.
SENTENCES = """
She said: (pause) Never. He never paid {0}.
I saw {0}. {1} left.
I saw {0}; {1} left.
Did you see {0}? {1} did not come.
Do not call {0}! {1} is not safe.
Client: Nobody came. Caseworker: Never? said {0}. They never came.
**Never** call {0}. We never call {1}.
*Nobody* saw {0}, and nobody asked {1}.
_Not_ {0} but {1}. It was not him.
He paid {0} on 3 Oct. {1} never paid.
[crying] Nothing happened to {0}. Nothing was said to {1}.
Interpreter: Please wait. {0} will not wait.
(laughs) Sometimes {0} lies. He sometimes lied to {1}.
I met {0}, {1} did not come.
We met {0}, but {1} never came.
{0} did not sign. {1} signed.
The guard hit {0}. Then {1} ran.
Before {0} left, {1} had not slept.
Later (Friday) Suddenly {0} fell. He suddenly fell.
- Went to {0}. Went home. She went away.
Nobody but {0} knew. {1} knew nothing.
They took {0} without {1}. Neither spoke.
"Never!" said {0}. "Never again!" said {1}.
He asked {0}: Are you safe? Are you alone? {1} said no.
Je n'ai jamais vu {0}. {1} n'est pas venu.
(pause) Jamais. Il n'a jamais payé {0}.
**Rien** ne va. {0} ne dit rien. {1} ne dit rien.
Interprète : Non. {0} ne viendra pas.
J'ai vu {0} ; {1} est parti.
Personne ne voit {0}. On ne voit personne avec {1}.
Avez-vous vu {0} ? {1} ne sait pas.
[pleure] Souvent {0} crie. Il crie souvent.
Elle a dit : Partez ! {0} partait déjà.
Я видела {0}. {1} ушёл.
(пауза) Никогда. Он никогда не платил {0}.
**Нет**, {0} не пришёл. {1} тоже нет.
Переводчик: Подождите. {0} не ждёт.
А вы видели {0}? {1} не видел.
Не звоните {0}! {1} не в безопасности.
[плачет] Ничего не было. {0} ничего не сказал.
Сначала ушёл {0}, {1} не ушёл.
- Ушла к {0}. Она ушла одна.
Он живёт на пятом этаже у {0}. Потом {1} ушёл.
Stop. {0} cannot sign. {1} cannot sign either.
We spoke to Mr {0} and Mrs {1}. Nobody agreed.
— Never, said {0}. — Nobody asked {1}.
> Never trust {0}. Trust nobody.
He said that {0} had paid, and that {1} had not.
Elle voulait partir, {0} ne voulait pas. {1} voulait partir aussi.
Сказал: «Никогда!» {0} ушёл. {1} никогда не платил.
""".strip().splitlines()


def _said(sentence: str) -> list[tuple[str, str]]:
    return CYRILLIC if any("а" <= letter <= "я" for letter in sentence) else LATIN


@pytest.mark.parametrize("sentence", SENTENCES)
def test_only_the_names_go_from_a_sentence(sentence: str) -> None:
    for called in _said(sentence):
        assert text_left(sentence.format(*called)) == sentence.format("[removed]", "[removed]")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I saw Rosa\nAhmed left.", "I saw [removed]\n[removed] left."),
        ("1. Never call Rosa\n2. Ahmed was not there", "1. Never call [removed]\n2. [removed] was not there"),
        ("Q. Did Rosa pay?\nA. No. He never paid.", "Q. Did [removed] pay?\nA. No. He never paid."),
        ("В: Вы видели Темира?\nО: Нет.", "В: Вы видели [removed]?\nО: Нет."),
        ("I met Oshmar R. He left.", "I met [removed]. He left."),
        ("I met R. Oshmar, Rosa R.", "I met [removed], [removed]."),
        ("We met Ulan\nleft him", "We met [removed]\nleft him"),
        ("lives at ul. Lesnaya 5. Nobody knows.", "lives at [removed]. Nobody knows."),
    ],
)
def test_no_removal_takes_the_end_of_a_sentence_or_a_line_with_it(text: str, left: str) -> None:
    assert text_left(text) == left


def test_the_sentences_are_some_three_hundred() -> None:
    assert len(list(itertools.chain.from_iterable(_said(sentence) for sentence in SENTENCES))) >= 300
