"""From a typed passphrase to the key that opens a slot (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from math import floor

from argon2.exceptions import HashingError
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vault.clock import monotonic_ms
from vault.errors import RefusedError, TryAgainError, UsageError
from vault.seal.entrance.wordlists import Language, is_generated, word_form, words_in
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message

# Is a chosen passphrase too easy to guess? Only to refuse: nothing here makes one good (FORMAT.md 3 has the cost).

# At a hundred thousand guesses a second, which takes a room full of machines, about thirty years.
LEAST_DIGITS = 14

_LONGEST = 72
# What Russian people choose, and what their keyboards make of it: it is in no list of the library and in none of ours.
_KNOWN_HERE = (
    "любовь", "йцукен", "йцукенг", "фыва", "ячсмит", "россия", "москва", "украина",
    "sonne", "motdepasse", "azerty", "azertyuiop", "casevault", "asylum", "asile",
)  # fmt: skip


def digits_of_guesses(passphrase: str, known: Iterable[str] = ()) -> int:
    """Return how many digits the number of guesses has that find this passphrase, at the least, as zxcvbn counts.

    What the same keys give in another layout is looked at too, and the easier of the two counts.

    Args:
        passphrase: as typed; what is behind the first 72 characters is not looked at.
        known: words that a guesser knows: names of member and organisation.
    """
    # Lists that nobody needs who unlocks with a passphrase of theirs.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415  # it carries no types

    cut = passphrase[:_LONGEST]
    words = [*known, *(part for word in known for part in word.split()), *_KNOWN_HERE]
    for language in (Language.RUSSIAN, Language.FRENCH):
        words.extend(words_in(language))
    typed = {cut, word_form(cut)}
    return min(floor(zxcvbn(text, user_inputs=words)["guesses_log10"]) if text else 0 for text in typed)


VAULT_SALT_SIZE = 32
_RUNS = 3


class Form(Enum):
    """In which form a passphrase is stretched: a chosen one as it was typed, a generated one as its words.

    Every unlock runs both, whatever was typed and whatever opens (FORMAT.md 3).
    """

    TYPED = auto()
    WORDS = auto()


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """The cost of one Argon2id run: memory in KiB, passes over it, lanes."""

    memory_kib: int
    iterations: int
    lanes: int


FLOOR = KdfParameters(memory_kib=64 * 1024, iterations=3, lanes=1)
CEILING = KdfParameters(memory_kib=2 * 1024 * 1024, iterations=10, lanes=8)
DEFAULT = KdfParameters(memory_kib=256 * 1024, iterations=3, lanes=4)
# Always this for words: their 77 bits need no more, and an unlock that tries both forms takes little longer than one.
WORDS_COST = KdfParameters(memory_kib=64 * 1024, iterations=3, lanes=4)

_ALTERED = Message("The keys file is damaged or was altered; restore it from a backup.")


def check_bounds(parameters: KdfParameters) -> None:
    """Return if the cost lies between FLOOR and CEILING. Allocates nothing: a file may claim a terabyte.

    Raises:
        RefusedError: it does not; the text names the number.
    """
    for what, value, low, high in (
        ("memory_kib", parameters.memory_kib, FLOOR.memory_kib, CEILING.memory_kib),
        ("iterations", parameters.iterations, FLOOR.iterations, CEILING.iterations),
        ("lanes", parameters.lanes, FLOOR.lanes, CEILING.lanes),
    ):
        if not low <= value <= high:
            raise RefusedError(
                Message(
                    "passphrase cost {what} = {value} is not between {low} and {high}",
                    what=what,
                    value=value,
                    low=low,
                    high=high,
                ),
                next_step=_ALTERED,
            )


def check_costs(parameters: KdfParameters, previous: KdfParameters | None) -> None:
    """Return if both costs are within bounds and the previous one takes no more than the present one.

    Raises:
        RefusedError: they are not; nothing was allocated.
    """
    for cost in (parameters,) if previous is None else (parameters, previous):
        check_bounds(cost)
    if previous is not None and not _takes_at_least(parameters, previous):
        raise RefusedError(
            Message("the previous passphrase cost is higher than the present one: no program writes that"),
            next_step=_ALTERED,
        )


def _takes_at_least(cost: KdfParameters, other: KdfParameters) -> bool:
    """Say whether a guess at `cost` takes as much memory and work as one at `other`."""
    work, other_work = cost.memory_kib * cost.iterations, other.memory_kib * other.iterations
    return cost.memory_kib >= other.memory_kib and work >= other_work


def stretch(passphrase: bytearray, member_name: str, vault_salt: bytes, parameters: KdfParameters) -> bytes:
    """Return K1, the 32 bytes that Argon2id makes of a passphrase; `vault_salt` has 32 bytes.

    The caller keeps and wipes `passphrase`; this function leaves copies that Python cannot wipe.

    Raises:
        RefusedError: the cost is out of bounds, or the passphrase is empty.
        UsageError: passphrase or name is not text.
        TryAgainError: there is not enough memory now.
    """
    check_bounds(parameters)
    salt = derive_argon2_salt(vault_salt, member_name)
    try:
        return hash_secret_raw(
            normalize_passphrase(passphrase),
            salt,
            time_cost=parameters.iterations,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            hash_len=KEY_SIZE,
            type=Type.ID,
            version=ARGON2_VERSION,
        )
    except HashingError:
        raise TryAgainError(
            Message("not enough memory for {memory_kib} KiB", memory_kib=parameters.memory_kib)
        ) from None


def normalize_passphrase(passphrase: bytearray) -> bytes:
    """Return the UTF-8 passphrase in NFKC, so that two keyboards that spell one letter differently agree.

    Raises:
        RefusedError: it is empty.
        UsageError: it is not UTF-8.
    """
    if not passphrase:
        raise RefusedError(Message("the passphrase is empty"), next_step=Message("Type a passphrase."))
    if passphrase.isascii():
        return bytes(passphrase)
    return unicodedata.normalize("NFKC", text_of(passphrase)).encode("utf-8")


def in_form(passphrase: bytearray, form: Form) -> bytearray:
    """Return a passphrase in one of its forms; the caller wipes it. What has no word in it stays as it is typed.

    Raises:
        UsageError: it is not UTF-8.
    """
    if form is Form.TYPED:
        return bytearray(passphrase)
    return bytearray(word_form(text_of(passphrase)).encode("utf-8")) or bytearray(passphrase)


def form_of(passphrase: bytearray) -> Form:
    """Return the form in which a new slot keeps this passphrase: words, if they are ours and enough of them.

    Raises:
        UsageError: it is not UTF-8.
    """
    return Form.WORDS if is_generated(text_of(passphrase)) else Form.TYPED


def text_of(passphrase: bytearray) -> str:
    """Return what was typed, for comparing and judging it.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return passphrase.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(Message("the passphrase is not UTF-8 text")) from None


def derive_argon2_salt(vault_salt: bytes, member_name: str) -> bytes:
    """Return the 16-byte Argon2 salt: the file names nobody, and each name costs an attacker a run of its own."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", member_name).casefold())
    try:
        name = folded.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(Message("the member name is not text")) from None
    return hashlib.sha256(require_width("vault salt", vault_salt, VAULT_SALT_SIZE) + name).digest()[:16]


def derive_unlock_key(k1: bytes, *, slot_info: bytes, device_secret: bytes = b"", fido2_secret: bytes = b"") -> bytes:
    """Return the 32-byte key of one slot from K1 and the further factors (absent = empty), bound to `slot_info`."""
    factors = (require_key(k1), device_secret, fido2_secret)
    for what, factor in (("device secret", device_secret), ("FIDO2 secret", fido2_secret)):
        if factor:
            require_width(what, factor, KEY_SIZE)
    keying = b"".join(len(factor).to_bytes(2, "big") + factor for factor in factors)
    return HKDF(hashes.SHA256(), KEY_SIZE, None, slot_info).derive(keying)


def measure_ms(parameters: KdfParameters) -> int:
    """Return how long one run takes on this machine now, in milliseconds."""
    begin = monotonic_ms()
    stretch(bytearray(b"measure"), "", bytes(VAULT_SALT_SIZE), parameters)
    return monotonic_ms() - begin


def calibrate(
    target_ms: int, memory_bytes: int | None, measure: Callable[[KdfParameters], int] = measure_ms
) -> KdfParameters:
    """Return the most memory, doubled from the default, whose run stays within `target_ms`.

    Memory comes first, because it is what costs an attacker; time is added only where no more memory may be taken. It
    is never less than the default: one measurement on a busy machine decides for the life of a vault. It is never more
    than a quarter of this machine's memory, because the weakest machine has to open the vault too.

    Args:
        target_ms: what a person waits.
        memory_bytes: how much memory this machine has; None where that is not known, and no more than the default is
            taken.
        measure: runs it once.
    """
    most = max(DEFAULT.memory_kib, min(CEILING.memory_kib, (memory_bytes or 0) // 4096))
    chosen = DEFAULT
    took_ms = _least(chosen, measure)
    # Both memory and passes cost in proportion, so that the next step is foreseen without running it.
    while 2 * chosen.memory_kib <= most and 2 * took_ms <= target_ms:
        chosen = replace(chosen, memory_kib=2 * chosen.memory_kib)
        took_ms = _least(chosen, measure)
    per_pass_ms = took_ms / chosen.iterations
    while (
        2 * chosen.memory_kib > most
        and chosen.iterations < CEILING.iterations
        and per_pass_ms * (chosen.iterations + 1) <= target_ms
    ):
        chosen = replace(chosen, iterations=chosen.iterations + 1)
    return chosen


def _least(parameters: KdfParameters, measure: Callable[[KdfParameters], int]) -> int:
    """Return the least of three runs: what else the machine does makes a run longer, never shorter."""
    return min(measure(parameters) for _ in range(_RUNS))
