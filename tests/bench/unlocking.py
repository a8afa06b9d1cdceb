"""Unlock of a large vault, beyond what the passphrase costs on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar
from unittest import mock

from tests.bench.filling import Texts, make_cases, notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, measure, timed
from tests.services.bulk_notes import add_many
from tests.services.founded import Place, found
from vault.access.session import Session
from vault.seal.entrance import keyfile
from vault.seal.entrance.passphrase import stretch
from vault.services.cases import cases

_CASES_OF_THE_LIST_TO_ONE = 100
_ROUNDS = 20
_LISTED = 1_000
_Answer = TypeVar("_Answer")


def run(setting: Setting) -> Iterator[Figure]:
    """Fill a vault, then unlock it again and again."""
    count, cases_count = setting.scale.notes, max(1, setting.scale.cases // _CASES_OF_THE_LIST_TO_ONE)
    place = found(setting.folder)
    _fill(place, count, cases_count)
    whole, beyond = Series(), Series()
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        all_of_it, beyond_passphrase = unlock_apart(place.open)
        whole.add(all_of_it)
        beyond.add(beyond_passphrase)
    of = f"unlock with {count:,} notes and {cases_count:,} cases"
    yield timed(
        f"{of}, beyond the passphrase: p50", "ms", [beyond.percentile(50)], goal=Goal(100, Against.ITSELF)
    )  # fmt: skip
    yield timed(f"{of}, at the least that a passphrase may cost: p50", "ms", [whole.percentile(50)])


def listing(setting: Setting) -> Iterator[Figure]:
    """List a thousand cases of one's own, and say of each whether somebody else opens it too, as `case list` does."""
    count = min(_LISTED, setting.scale.cases)
    place = found(setting.folder)
    _fill(place, 0, count)
    apart(_list, place.open)
    listed = Series()
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        listed.add(apart(_list, place.open))
    of = f"`case list` of {count:,} own cases, beyond unlock: p50"
    yield timed(of, "ms", [listed.percentile(50)], goal=Goal(100, Against.ITSELF))


def _list(opens: Callable[[], Session]) -> Series:
    series = Series()
    with opens() as session:
        measure(series, lambda: cases.only_yours(session, cases.list_all(session)))
    return series


def _fill(place: Place, count: int, cases_count: int) -> None:
    texts = Texts()
    with place.open() as session:
        made = make_cases(session, cases_count, texts.invented)
        of_a_case = max(1, min(200, count // min(cases_count, 500)))
        for number, start in enumerate(range(0, count, of_a_case)):
            kept = texts.take(min(of_a_case, count - start))
            add_many(session, made[number % cases_count], notes_of(kept))


def unlock_apart(opens: Callable[[], Session]) -> tuple[Series, Series]:
    """Unlock once in a process of its own, as each command and the app does.

    Return the whole time, and the time beyond the passphrase, which is taken inside, in the same run. Starting the
    process and importing our modules is not in it; what is made ready at the first question to a database is.
    """
    return apart(_unlock, opens)


def apart(act: Callable[[Callable[[], Session]], _Answer], opens: Callable[[], Session]) -> _Answer:
    """Run an act on a vault that it opens, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(act, opens).result()


def _unlock(opens: Callable[[], Session]) -> tuple[Series, Series]:
    spent, whole = Series(), Series()
    with mock.patch.object(keyfile, "stretch", lambda *given: measure(spent, partial(stretch, *given))):
        measure(whole, opens).close()
    return whole, Series([whole.wall[0] - sum(spent.wall)], [whole.cpu[0] - sum(spent.cpu)])


BENCHES = (Bench("unlock", run), Bench("case list", listing))
