"""What redaction asks of a person, what it lets go unasked, and how fast it reads. No peer does the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.attacks.called import GIVEN, PLACES
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
    names = [name.lower() for lists in (GIVEN, PLACES) for words in lists.values() for name in words.split()]
    unasked = [name for name in names if not list(forms(uncovered(f"then {name} ran", ()), frozenset()))]
    yield Figure(
        f"of {len(names):,} names and places in small letters, unasked", "names", len(unasked),
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


def _read(text: str, registry: Registry) -> int:
    return len(detect(text, registry)) + sum(1 for _ in forms(uncovered(text, ()), frozenset()))


BENCHES = (Bench("asking", run),)
