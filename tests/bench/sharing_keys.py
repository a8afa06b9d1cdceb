"""Giving a case to many, and opening a vault in which others gave thousands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pyrage  # type: ignore[import-untyped]  # it ships no types

from tests.bench.filling import Texts, make_cases
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, interleave, measure, timed
from tests.bench.unlocking import apart, unlock_apart
from tests.services.colleague import admit
from tests.services.founded import found
from vault.access.session import Session
from vault.ids import CompartmentId, EpochId, SeatId, make_id
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.keyring import make_key
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.services.projection.projection import up_to_date_index

_SEATS = 20
_ROUNDS = 20
_CASES_OF_THE_LIST_TO_ONE = 100


def grants(setting: Setting) -> Iterator[Figure]:
    """Seal one key to twenty seats, hybrid and listed in the log; the peer seals 32 bytes to twenty age recipients."""
    recipients = [pyrage.x25519.Identity.generate().to_public() for _ in range(_SEATS)]
    seats = [Holder(SeatId(make_id()), KemPrivate.from_seed(make_kem_seed()).public) for _ in range(_SEATS)]
    with found(setting.folder).open() as session:
        (case,) = make_cases(session, 1, Texts().invented)
        (epoch,) = session.keyring.epochs_of(case)
        both = interleave(
            min(_ROUNDS, setting.scale.rounds),
            lambda _: _grant(session, case, EpochId(epoch), seats),
            lambda _: pyrage.encrypt(make_key(), recipients),
        )
    yield timed(
        f"{_SEATS} grants of a case, durable: p50", "ms", [s.percentile(50) for s in both],
        peer_name="age to as many recipients, not stored", goal=Goal(50, Against.ITSELF),
    )  # fmt: skip


def _grant(session: Session, case: CompartmentId, epoch: EpochId, seats: list[Holder]) -> None:
    with session.work() as work:
        work.grant(case, epoch, seats)
        work.commit(Entry(act="grant.add"))


def granted_cases(setting: Setting) -> Iterator[Figure]:
    """Unlock as a member to whom somebody else granted every case: the first time, and every time after."""
    count = max(1, setting.scale.cases // _CASES_OF_THE_LIST_TO_ONE)
    place = found(setting.folder)
    with place.open() as session:
        colleague = admit(session)
        make_cases(session, count, Texts().invented, also=[colleague.seat])
    later = Series()
    _, first = unlock_apart(partial(colleague.open, place))
    index = apart(_bring_up_to_date, partial(colleague.open, place))
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        later.add(unlock_apart(partial(colleague.open, place))[1])
    of = f"unlock with {count:,} cases granted by others, beyond the passphrase"
    yield timed(f"{of}: p50", "ms", [later.percentile(50)], goal=Goal(100, Against.ITSELF))
    yield timed(
        f"{of}: the first time, when each grant is opened and judged", "s", [first.total()],
        goal=Goal(3, Against.ITSELF),
    )  # fmt: skip
    yield timed(f"{count:,} cases granted by others brought into the index", "s", [index.total()])


def _bring_up_to_date(opens: Callable[[], Session]) -> Series:
    series = Series()
    with opens() as session:
        measure(series, partial(up_to_date_index, session))
    return series


BENCHES = (Bench("grants", grants), Bench("granted", granted_cases))
