from __future__ import annotations

from tests.tables import each
from vault.casework.script import Script, script_of, strays


@each(
    [
        ("Elmar Torgaev", Script.LATIN),
        ("Элмар Торгаев", Script.CYRILLIC),
        ("Өмүрбек", Script.CYRILLIC),
        ("رستم ولي", Script.ARABIC),
        ("ﻢﺘﺳﺭ", Script.ARABIC),
        ("Ｅｌｍａｒ", Script.LATIN),
        ("Élodie", Script.LATIN),
        ("12.03.1984", Script.COMMON),
        ("", Script.COMMON),
        ("Ελμαρ", Script.COMMON),
        ("Элмар aka E", Script.CYRILLIC),
    ]
)
def test_the_script_is_that_of_most_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


@each(
    [
        ("Асанов Бакиw", "“Бакиw” has Latin among its Cyrillic letters: w. A slip?"),
        ("Аcaнoв", "“Аcaнoв” has Latin among its Cyrillic letters: c, a, o. A slip?"),
        ("Elmar Tоrgaev", "“Tоrgaev” has Cyrillic among its Latin letters: о. A slip?"),
        ("Вьюжанин Arseni", None),
        ("Иванов-Smith", None),
        ("Өмүрбек Жаңыл", None),
        ("Ahmad Haile317", None),
        ("17.5.1984", "“17.5.1984” is no name but a date or a number. A slip?"),
        ("+996 555 010 203", "“+996 555 010 203” is no name but a date or a number. A slip?"),
        ("Şeyma Işık", None),
        ("Зо\u0438\u0306", None),
    ]
)
def test_a_letter_of_another_script_in_a_word_is_pointed_out(name: str, said: str | None) -> None:
    assert [str(words) for words in strays([name]).values()] == ([] if said is None else [said])
