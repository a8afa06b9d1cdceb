"""Unlock of a large vault, beyond what the passphrase costs on purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from unittest import mock

from tests.bench.filling import Texts, make_cases, notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, timed
from tests.services.founded import Place, found
from vault.seal import unlocking
from vault.seal.passphrase import stretch
from vault.services import notes

_CASES_OF_THE_LIST_TO_ONE = 100
_ROUNDS = 20


def run(setting: Setting) -> Iterator[Figure]:
    """Fill a vault, then unlock it again and again."""
    count, cases_count = setting.scale.notes, max(1, setting.scale.cases // _CASES_OF_THE_LIST_TO_ONE)
    place = found(setting.folder)
    _fill(place, count, cases_count)
    whole, beyond = Series(), Series()
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        _unlock(place, whole, beyond)
    of = f"unlock with {count:,} notes and {cases_count:,} cases"
    yield timed(
        f"{of}, beyond the passphrase: p50", "ms", [beyond.percentile(50)], goal=Goal(100, Against.ITSELF)
    )  # fmt: skip
    yield timed(f"{of}, at the least that a passphrase may cost: p50", "ms", [whole.percentile(50)])


def _fill(place: Place, count: int, cases_count: int) -> None:
    texts = Texts()
    with place.open() as session:
        cases = make_cases(session, cases_count, texts.invented)
        of_a_case = max(1, min(200, count // min(cases_count, 500)))
        for number, start in enumerate(range(0, count, of_a_case)):
            kept = texts.take(min(of_a_case, count - start))
            notes.add_many(session, cases[number % cases_count], notes_of(kept))


def _unlock(place: Place, whole: Series, beyond: Series) -> None:
    """Unlock once; the time of the passphrase alone is taken inside, in the same run."""
    spent = [0.0, 0.0]

    def timed_stretch(*given: object) -> bytes:
        cpu, wall = time.process_time(), time.perf_counter()
        key = stretch(*given)  # type: ignore[arg-type]  # whatever unlock gives
        spent[0] += time.perf_counter() - wall
        spent[1] += time.process_time() - cpu
        return key

    with mock.patch.object(unlocking, "stretch", timed_stretch):
        cpu, wall = time.process_time(), time.perf_counter()
        session = place.open()
        taken = time.perf_counter() - wall, time.process_time() - cpu
    session.close()
    whole.wall.append(taken[0])
    whole.cpu.append(taken[1])
    beyond.wall.append(taken[0] - spent[0])
    beyond.cpu.append(taken[1] - spent[1])


BENCHES = (Bench("unlock", run),)
