"""How long a refusal takes, for each reason there is: a difference would tell which name, slot or factor was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from statistics import mean, variance

from tests.bench.frame import Against, Bench, Figure, Goal, Setting, interleave, timed
from tests.services.founded import MEMBER, PASSPHRASE, found
from vault.access.seat_keys.rekeying import read_key_file
from vault.errors import WrongPassphraseError
from vault.seal.entrance.keyfile import KeyFile, unlock

_ROUNDS = 40
# Beyond it two series are held to differ, in the practice of tests for leaks by time.
_APART = 4.5


def run(setting: Setting) -> Iterator[Figure]:
    """Refuse again and again, for four reasons in turn."""
    place = found(setting.folder)
    file = read_key_file(place.path / "keys")
    damaged = replace(file, slots=tuple(slot[:100] + bytes([slot[100] ^ 1]) + slot[101:] for slot in file.slots))
    ways: dict[str, Callable[[int], None]] = {
        "a wrong passphrase": lambda _: _refused(file, MEMBER, b"seven paper lantern"),
        "an unknown member": lambda _: _refused(file, "Somebody Else", PASSPHRASE),
        "a damaged slot": lambda _: _refused(damaged, MEMBER, PASSPHRASE),
        "a wrong keyfile": lambda _: _refused(file, MEMBER, PASSPHRASE, b"k" * 32),
    }
    series = interleave(min(_ROUNDS, max(2, setting.scale.rounds // 3)), *ways.values())
    first = series[0]
    for name, other in list(zip(ways, series, strict=True))[1:]:
        yield timed(
            f"refuse {name}: p50",
            "ms",
            [other.percentile(50), first.percentile(50)],
            peer_name="a wrong passphrase",
            goal=Goal(1.1, Against.PEER_CPU),
        )
    apart = max(_welch(first.cpu, other.cpu) for other in series[1:])
    yield Figure("refusals apart: largest |t| of Welch, CPU", "t", apart, goal=Goal(_APART, Against.ITSELF))


def _refused(file: KeyFile, member: str, passphrase: bytes, device_secret: bytes = b"") -> None:
    with suppress(WrongPassphraseError):
        unlock(file, bytearray(passphrase), member, device_secret=device_secret)
        raise AssertionError("it was not refused")


def _welch(one: Sequence[float], other: Sequence[float]) -> float:
    spread = variance(one) / len(one) + variance(other) / len(other)
    return abs(mean(one) - mean(other)) / spread**0.5 if spread else 0.0


BENCHES = (Bench("refusals", run),)
