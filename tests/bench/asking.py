"""What redaction asks of a person, what it lets go unasked, and how fast it reads. No peer does the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.attacks.called import GIVEN, INSIDE, NOTES, PLACES
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, measure, timed
from tests.redaction.people import outcome, registry_of
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from vault.redaction.detect import detect
from vault.redaction.judging import forms, uncovered
from vault.redaction.questions import OpenQuestions
from vault.redaction.registry import Registry

_NOTES = {"English": ENGLISH, "French": FRENCH, "Russian": RUSSIAN}


def run(setting: Setting) -> Iterator[Figure]:
    """Ask about usual notes, look for names in small letters, then read notes again and again."""
    for language, note in _NOTES.items():
        result = outcome(note)
        asked = len(result.questions) if isinstance(result, OpenQuestions) else 0
        yield Figure(
            f"questions in usual notes, {language}", "per 1,000 words", 1000 * asked / len(note.split()),
            goal=Goal(25, Against.ITSELF),
        )  # fmt: skip
    called = {name: f"{GIVEN[name]} {PLACES[name]}".lower().split() for name in GIVEN}
    unasked = [name for language, names in called.items() for name in _unasked(language, names)]
    yield Figure(
        f"of {sum(map(len, called.values())):,} names and places in small letters, unasked", "names", len(unasked),
        goal=Goal(0, Against.ITSELF),
    )  # fmt: skip
    text = "\n".join(_NOTES.values())
    series, registry = Series(), registry_of()
    for _ in range(max(3, setting.scale.rounds // 20)):
        measure(series, partial(_read, text, registry))
    wall, cpu = series.total()
    count = len(series.wall) * len(text) / 1000
    yield timed(
        "redaction reads a note: 1,000 characters", "us", [(wall / count, cpu / count)],
        goal=Goal(3_300, Against.ITSELF),
    )  # fmt: skip


def _unasked(language: str, names: list[str]) -> list[str]:
    """Return those of the names that a note in their language, with a sentence for each, would let go."""
    text = NOTES.get(language, "") + ".\n".join(INSIDE[language].format(name) for name in names)
    asked = {text[form.start : form.end] for form in forms(uncovered(text, ()), frozenset())}
    return [name for name in names if name not in asked]


def _read(text: str, registry: Registry) -> int:
    return len(detect(text, registry)) + sum(1 for _ in forms(uncovered(text, ()), frozenset()))


BENCHES = (Bench("asking", run),)
