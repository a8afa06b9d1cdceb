"""Words that look like people: who is known in any form, and names that nobody has entered."""

from __future__ import annotations

from tests.tables import each
from vault.casework.vocabulary import PersonRole
from vault.redaction.find_registered import people_in
from vault.redaction.registry import RegisteredPerson, build_registry

REGISTRY = build_registry(
    (
        RegisteredPerson(b"a", PersonRole.CLIENT, ("Арсений Вьюжанин",)),
        RegisteredPerson(b"l", PersonRole.RELATIVE, ("Lidia Vyuzhanina",)),
    )
)


@each(
    {
        "known in another form": ("Звонил Арсению утром", [("Арсению", {b"a"})]),
        "known in another script": ("Told Arseniy about it", [("Arseniy", {b"a"})]),
        "not entered": ("Told him that Kaltbrunner files today", [("Kaltbrunner", set())]),
        "once": ("With Orvillard, for Orvillard", [("Orvillard", set())]),
        "the first word of a sentence": ("Kaltbrunner files. Orvillard waits", []),
        "words with a capital": ("On Monday in November, at the Prefecture of the Court", []),
        "capitals alone": ("The UNHCR wrote", []),
        "nothing": ("", []),
    }
)
def test_what_looks_like_people_is_found_with_who_it_may_be(text: str, found: list[tuple[str, set[bytes]]]) -> None:
    assert [(spotted.word, set(spotted.who)) for spotted in people_in(text, REGISTRY)] == found
