from __future__ import annotations

from tests.tables import each
from vault.casework.script import Script, script_of


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
