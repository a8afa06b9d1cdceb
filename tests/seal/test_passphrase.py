from collections.abc import Callable
from typing import NoReturn

import pytest
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.seal.places import KEY, OTHER_KEY, fixed
from tests.tables import each
from vault.errors import MalformedError, RefusedError, TryAgainError, UsageError
from vault.seal.entrance import passphrase as passphrase_module
from vault.seal.entrance.passphrase import (
    CEILING,
    DEFAULT,
    FLOOR,
    WORDS_COST,
    KdfParameters,
    calibrate,
    check_bounds,
    derive_argon2_salt,
    derive_unlock_key,
    measure_ms,
    normalize_passphrase,
    stretch,
)

SALT = fixed("vault salt")
PHRASE = bytearray(b"correct horse battery staple")


def test_argon2id_follows_rfc_9106() -> None:
    # RFC 9106 5.3, which uses a secret and associated data; argon2-cffi takes neither, so pyca shows the vector
    # and the next test shows that the two agree.
    derived = Argon2id(
        salt=b"\x02" * 16, length=32, iterations=3, lanes=4, memory_cost=32, ad=b"\x04" * 12, secret=b"\x03" * 8
    ).derive(b"\x01" * 32)
    assert derived.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def test_stretching_is_argon2id_over_the_salt_of_vault_and_name_as_another_implementation_has_it() -> None:
    for memory_kib, iterations, lanes in ((32, 3, 4), (64, 1, 1), (1024, 2, 8)):
        ours = hash_secret_raw(bytes(PHRASE), SALT[:16], iterations, memory_kib, lanes, 32, Type.ID)
        other = Argon2id(salt=SALT[:16], length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib)
        assert ours == other.derive(bytes(PHRASE))
    salt, memory = derive_argon2_salt(SALT, "Amina"), FLOOR.memory_kib
    other = Argon2id(salt=salt, length=32, iterations=FLOOR.iterations, lanes=FLOOR.lanes, memory_cost=memory)
    assert stretch(PHRASE, "Amina", SALT, FLOOR) == other.derive(bytes(PHRASE))
    assert bytearray(b"correct horse battery staple") == PHRASE, "wiping is the caller's"


def test_the_costs_are_those_of_the_format_and_the_bounds_themselves_are_allowed() -> None:
    mib = 1_024
    costs = [(FLOOR, (64, 3, 1)), (CEILING, (2_048, 10, 8)), (DEFAULT, (256, 3, 4)), (WORDS_COST, (64, 3, 4))]
    for cost, (memory_mib, iterations, lanes) in costs:
        assert cost == KdfParameters(memory_mib * mib, iterations, lanes)
        check_bounds(cost)


@each(
    {
        "zeros": (KdfParameters(0, 0, 0), "memory_kib = 0 is not between 65536 and 2097152"),
        "less memory": (KdfParameters(65535, 3, 1), "memory_kib = 65535 is not"),
        "more memory": (KdfParameters(2097153, 3, 1), "memory_kib = 2097153 is not"),
        "four terabytes": (KdfParameters(0xFFFFFFFF, 3, 1), "memory_kib = 4294967295 is not"),
        "fewer passes": (KdfParameters(65536, 2, 1), "iterations = 2 is not between 3 and 10"),
        "more passes": (KdfParameters(65536, 11, 1), "iterations = 11 is not"),
        "no lane": (KdfParameters(65536, 3, 0), "lanes = 0 is not between 1 and 8"),
        "more lanes": (KdfParameters(65536, 3, 9), "lanes = 9 is not"),
    }
)
def test_absurd_costs_are_refused_before_anything_is_allocated(
    parameters: KdfParameters, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> NoReturn:
        pytest.fail("Argon2 was called")

    monkeypatch.setattr(passphrase_module, "hash_secret_raw", never)
    with pytest.raises(RefusedError, match=error):
        stretch(PHRASE, "Amina", SALT, parameters)


def test_a_machine_without_the_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(passphrase_module, "hash_secret_raw", fail)
    with pytest.raises(TryAgainError, match="not enough memory for 65536 KiB"):
        stretch(PHRASE, "Amina", SALT, FLOOR)


def _normal(text: str) -> bytes:
    return bytes(normalize_passphrase(bytearray(text.encode())))


def test_two_keyboards_that_spell_a_letter_differently_agree_and_case_and_spaces_count() -> None:
    for typed, same in (("pa\u0308ssword", "p\u00e4ssword"), ("\ufb01sh", "fish"), ("\uff21bc", "Abc")):
        assert _normal(typed) == _normal(same)
    assert len({_normal(text) for text in ("abc", "Abc", " abc", "abc ")}) == 4


def test_what_is_empty_or_no_text_is_refused_without_repeating_it() -> None:
    with pytest.raises(RefusedError, match="the passphrase is empty"):
        stretch(bytearray(), "Amina", SALT, FLOOR)
    with pytest.raises(UsageError, match="not UTF-8") as refusal:
        normalize_passphrase(bytearray(b"secret\xff"))
    assert refusal.value.__suppress_context__
    assert "secret" not in str(refusal.value)
    with pytest.raises(UsageError, match="the member name is not text"):
        derive_argon2_salt(SALT, "\udc80")
    with pytest.raises(MalformedError, match="vault salt has 0 bytes, not 32"):
        derive_argon2_salt(b"", "Amina")


def test_a_name_is_found_however_it_is_typed_and_another_one_has_another_salt() -> None:
    ours = derive_argon2_salt(SALT, "Amina")
    assert {derive_argon2_salt(SALT, typed) for typed in ("AMINA", "amina", "\uff21mina")} == {ours}
    others = {derive_argon2_salt(SALT, typed) for typed in ("Amina ", " Amina", "Amima", "")}
    assert ours not in others | {derive_argon2_salt(KEY, "Amina")}


def test_each_factor_and_the_slot_change_the_unlock_key() -> None:
    derived = {
        derive_unlock_key(KEY, slot_info=b"slot 1"),
        derive_unlock_key(KEY, slot_info=b"slot 2"),
        derive_unlock_key(OTHER_KEY, slot_info=b"slot 1"),
        derive_unlock_key(KEY, slot_info=b"slot 1", device_secret=OTHER_KEY),
        derive_unlock_key(KEY, slot_info=b"slot 1", fido2_secret=OTHER_KEY),
        derive_unlock_key(KEY, slot_info=b"slot 1", device_secret=OTHER_KEY, fido2_secret=OTHER_KEY),
    }
    assert len(derived) == 6


def test_factors_have_32_bytes() -> None:
    for k1, factors, error in (
        (b"", {}, "key has 0 bytes"),
        (KEY, {"device_secret": b"x"}, "device secret has 1 bytes"),
        (KEY, {"fido2_secret": b"x"}, "FIDO2 secret has 1 bytes"),
    ):
        with pytest.raises(MalformedError, match=error):
            derive_unlock_key(k1, slot_info=b"", **factors)


def _proportional(ms_per_64_mib_pass: float) -> Callable[[KdfParameters], int]:
    return lambda p: round(ms_per_64_mib_pass * p.memory_kib / FLOOR.memory_kib * p.iterations)


_GIB = 1 << 30


@each(
    {
        "a slow or busy machine keeps the default": (16 * _GIB, 10_000, (256 * 1024, 3)),
        "an ordinary machine": (16 * _GIB, 50, (256 * 1024, 3)),
        "a fast machine takes the most memory": (16 * _GIB, 7.3, (2048 * 1024, 3)),
        "a faster one more passes": (16 * _GIB, 4, (2048 * 1024, 5)),
        "to the last millisecond": (16 * _GIB, 5.46875, (2048 * 1024, 4)),
        "no more passes as long as there could be more memory": (16 * _GIB, 35, (256 * 1024, 3)),
        "never beyond the ceiling": (16 * _GIB, 0, (2048 * 1024, 10)),
        "a quarter of the memory, then passes": (4 * _GIB, 7.5, (1024 * 1024, 5)),
        "never more than a quarter of the memory": (4 * _GIB - 1, 7.3, (512 * 1024, 10)),
        "a small machine keeps the default": (_GIB // 2, 50, (256 * 1024, 3)),
        "unknown memory": (None, 35, (256 * 1024, 5)),
    }
)
def test_calibration_spends_memory_first(
    memory: int | None, ms_per_64_mib_pass: float, chosen: tuple[int, int]
) -> None:
    parameters = calibrate(700, memory, _proportional(ms_per_64_mib_pass))
    assert (parameters.memory_kib, parameters.iterations) == chosen
    assert parameters.lanes == DEFAULT.lanes
    check_bounds(parameters)


def test_calibration_believes_the_least_of_three_runs() -> None:
    busy = iter([400, 2_000, 340, 5_000, 600, 900])
    assert calibrate(700, 16 * _GIB, lambda _: next(busy)) == KdfParameters(512 * 1024, 3, DEFAULT.lanes)


def test_measuring_runs_the_real_thing() -> None:
    assert measure_ms(FLOOR) > 0
