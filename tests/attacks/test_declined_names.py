"""People of the case whose names are ordinary words too: in no case of the word, and in no letters, does one leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.redaction.people import WITNESS, WITNESS_PERSON, outcome, registry_of, renamed, text_left
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.redaction.questions import OpenQuestions
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

# A surname, and forms of it that no ending of a name makes: a vowel flees, or it ends in -о, -е, -ья.
DECLINED = """
Заяц: зайца зайцем зайцу
Орёл: орла орлом
Соловей: соловья соловью соловьём соловьи
Воробей: воробья воробью
Козел: козла козлом
Немец: немца немцу
Пень: пня пню
Лёд: льда льду
Ёж: ежа ежу
Камень: камня камнем
Парень: парня парнем
Боец: бойца бойцу
Отец: отца отцом
Пёс: пса псу
День: дня дню
Любовь: любви
Третий: третьего третьему третья
Медвежий: медвежьего
Любимый: любимого любимою
Золото: золота золоту
Море: моря морю
Заря: зорь
"""
FORMS = [
    (name, form) for name, told in (line.split(": ") for line in DECLINED.strip().split("\n")) for form in told.split()
]


@pytest.mark.parametrize("sentence", ["{} задержали вчера.", "Вчера мы видели {} снова.", "Вчера, {} видели."])
def test_no_case_of_a_name_that_is_a_word_leaves(sentence: str) -> None:
    left = []
    for name, form in FORMS:
        known = registry_of((WITNESS, renamed(WITNESS_PERSON, f"Назар {name}")))
        for written in (form, form.capitalize(), form.upper()):
            text = text_left(sentence.format(written), registry=known)
            left += [text] if form in text.casefold() else []
    assert left == []


@pytest.mark.long
def test_a_package_that_names_nobody_does_not_name_the_client(session: Session, tmp_path: Path) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=["Назар Соловей"])
    case_people.add(session, case, role="witness", names=["Роман Заяц"])
    text = "Соловья задержали вчера на границе. Зайца вызвали на допрос. Адвоката к соловью не пустили."
    notes.add(session, case, Note(NoteKind.INTERVIEW, text))
    done = exporting.export(session, case, Wish("lawyer", RECIPIENT), out=tmp_path)
    assert isinstance(done, exporting.Exported)
    pages = " ".join(done.pages).casefold()
    assert "допрос" in pages
    assert "солов" not in pages
    assert "зайц" not in pages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Bo Li", "then li called us yesterday"),
        ("Xi Yu", "then xi called us yesterday"),
        ("He Wei", "He called us."),
        ("An Ng", "we met An there"),
        ("An Ng", "An called us."),
        ("Ли Ю", "Ли позвали."),
        ("Аким Ёж", "видели ежа снова"),
    ],
)
def test_a_name_of_two_letters_is_asked_about_where_it_may_be_the_word(name: str, text: str) -> None:
    known = registry_of((WITNESS, renamed(WITNESS_PERSON, name)))
    assert isinstance(outcome(text, registry=known), OpenQuestions)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Юлия Черных", "вчера приехал чёрный автобус"),
        ("Нгуен Мой", "вчера моего адвоката не было"),
        ("Назар Белый", "стало белее"),
        ("An Ng", "it was an office"),
        ("Ли Ю", "не знаем, был ли он там"),
        ("Торгаев Е. Я.", "Je suis ici"),
    ],
)
def test_a_word_that_is_no_form_of_the_name_stays_unasked(name: str, text: str) -> None:
    known = registry_of((WITNESS, renamed(WITNESS_PERSON, name)))
    assert not isinstance(outcome(text, registry=known), OpenQuestions)
    assert text_left(text, registry=known) == text
