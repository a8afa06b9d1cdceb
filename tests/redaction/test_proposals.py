"""What is proposed for words that the same report keeps in a field: they stay, and nobody else's word with them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.redaction.people import (
    CLIENT,
    NOTE_ID,
    WITNESS,
    WITNESS_PERSON,
    Counting,
    note,
    registry_of,
    renamed,
    source_of,
)
from tests.tables import each
from vault.casework.disclosure import ByHand, Decision
from vault.casework.person import Person, PersonName
from vault.casework.story.events import Detention
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import PersonRole
from vault.redaction.apply import redact
from vault.redaction.profile import PROFILES, profile_named
from vault.redaction.questions import OpenQuestions
from vault.redaction.transform import PseudonymBook

RUSTAM = Person(PersonRole.CLIENT, (PersonName.written("Rustam Veltrov"), PersonName.written("Рустам Вельтров")))
FACTS = (
    (b"i" * 16, Incident(IncidentKind.ARREST, place="Bishkek, Chui 48", by_whom="GKNB", confirmed="the lawyer")),
    (b"d" * 16, Detention(place="SIZO 1, Karakol", court="Pervomaisky court of Bishkek", confirmed="the lawyer")),
)
WITH_NOTES = [name for name, profile in PROFILES.items() if profile.facts and profile.rule("note", "interview")]


def proposals(
    text: str,
    profile: str = "lawyer-named",
    *,
    client: Person = RUSTAM,
    witness: str = "Зафира Маратовна Скворкина",
    excluded: Iterable[str] = (),
    elsewhere: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return what is proposed for each form that is asked about."""
    found = redact(
        source_of((CLIENT, client), *FACTS, (NOTE_ID, note(text))),
        profile_named(profile),
        registry_of((CLIENT, client), (WITNESS, renamed(WITNESS_PERSON, witness))),
        {},
        PseudonymBook(choose=Counting()),
        elsewhere=elsewhere,
        by_hand=[Decision(form, "remove", ByHand.OTHER.value) for form in excluded],
    )
    return {q.form: q.proposal.value for q in found.questions} if isinstance(found, OpenQuestions) else {}


KEPT_TOO = {
    "an institution": ("GKNB came at night.", "GKNB", "keep"),
    "one that can be said as a word": ("He was moved to SIZO.", "SIZO", "keep"),
    "a town": ("He was seen in Karakol.", "Karakol", "keep"),
    "a town in another writing": ("Его видели в Бишкеке.", "Бишкеке", "keep"),
    "two facts side by side": ("Taken by GKNB Bishkek.", "GKNB Bishkek", "keep"),
    "a number": ("Held for 48 hours.", "48", "keep"),
    "a court": ("The Pervomaisky court said no.", "Pervomaisky", "keep"),
    "the given name of the client": ("At night Rustam was hit.", "Rustam", "keep"),
    "a case of it": ("Ночью Рустама увезли.", "Рустама", "keep"),
    "the surname of the client": ("At night Veltrov was hit.", "Veltrov", "keep"),
    "a town that no field has": ("He was seen in Naryn.", "Naryn", "remove"),
    "an institution that no field has": ("The MVDT came at night.", "MVDT", "remove"),
    "a fact beside what is none": ("He was with Oshmar GKNB.", "Oshmar GKNB", "remove"),
    "a word of a court that may be a person": ("Then Pervomaisky said no.", "Pervomaisky", "remove"),
    "the surname of a relative whom nobody entered": ("At night Emil Veltrov was hit.", "Veltrov", "remove"),
    "the surname as a woman has it": ("Ночью видели Вельтрову.", "Вельтрову", "remove"),
    "the given name of somebody beside it": ("At night Emil Veltrov was hit.", "Emil", "remove"),
}


@each(KEPT_TOO)
def test_a_word_that_a_field_of_the_same_report_keeps_is_proposed_to_stay_where_it_means_nobody_else(
    text: str, form: str, proposal: str
) -> None:
    assert proposals(text)[form] == proposal


@pytest.mark.parametrize("profile", WITH_NOTES)
def test_so_it_is_by_every_profile_that_writes_facts_and_notes(profile: str) -> None:
    found = proposals("GKNB came to Bishkek. Rustam was held for 48 hours. End of the call. Taken away.", profile)
    assert {"GKNB", "Bishkek", "48"} <= {form for form, proposal in found.items() if proposal == "keep"}
    assert {"End", "Taken"}.isdisjoint(found)


NEVER = {
    "excluded by a consent": ("He was seen in Bishkek.", "Bishkek", {"excluded": ["Bishkek"]}),
    "excluded in another case": ("Его видели в Бишкеке.", "Бишкеке", {"excluded": ["Бишкек"]}),
    "excluded in other letters": ("He was seen in Bishkek.", "Bishkek", {"excluded": ["Бишкек"]}),
    "the client's own name excluded": ("Ночью Рустама увезли.", "Рустама", {"excluded": ["Рустам"]}),
    "a name of a witness too": ("At night Rustam was hit.", "Rustam", {"witness": "Rustam Oshmar"}),
    "a surname of a witness too": ("At night Veltrov was hit.", "Veltrov", {"witness": "Liana Veltrov"}),
    "a name of another case too": ("At night Rustam was hit.", "Rustam", {"elsewhere": frozenset({"rustam"})}),
    "what sounds like a witness": ("He was seen in Bishkek.", "Bishkek", {"witness": "Bischkeck Oshmar"}),
    "a father's name": (
        "At night Karim was hit.",
        "Karim",
        {"client": renamed(RUSTAM, "Farida Karim kyzy", "Karim kyzy Farida")},
    ),
}


@each(NEVER)
def test_what_may_mean_somebody_else_or_was_excluded_is_never_proposed_to_stay(
    text: str, form: str, given: dict[str, object]
) -> None:
    assert proposals(text, **given).get(form, "remove") != "keep"  # type: ignore[arg-type]


def test_a_question_about_the_clients_name_still_stands() -> None:
    assert "Rustam" in proposals("At night Rustam was hit.")


STARTS = (
    "Taken Beaten Hit Held End Ended Kept Arrested Phoned Detained Told Left Made Police Children Photos Names"
    " Somebody Nothing Sorry Died Gave"
)


@each(STARTS.split())
def test_an_english_word_that_begins_a_sentence_is_not_asked_about(word: str) -> None:
    assert word not in proposals(f"{word} again. He was {word.lower()} again. {word}: so it was.")


@each(["Baker", "Grant", "Reed", "Freed", "Harding", "Rose", "Mark", "Fleming", "Drew"])
def test_a_word_that_people_are_called_by_is_asked_about_at_the_start_too(word: str) -> None:
    assert word in proposals(f"{word} left.")
