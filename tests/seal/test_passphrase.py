from collections.abc import Callable
from typing import NoReturn

import pytest
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.seal.places import KEY, OTHER_KEY, fixed
from vault.errors import MalformedError, RefusedError, TryAgainError, UsageError
from vault.seal import passphrase as passphrase_module
from vault.seal.passphrase import (
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


@pytest.mark.parametrize(("memory_kib", "iterations", "lanes"), [(32, 3, 4), (64, 1, 1), (1024, 2, 8)])
def test_two_implementations_of_argon2id_agree(memory_kib: int, iterations: int, lanes: int) -> None:
    ours = hash_secret_raw(bytes(PHRASE), SALT[:16], iterations, memory_kib, lanes, 32, Type.ID)
    other = Argon2id(salt=SALT[:16], length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib)
    assert ours == other.derive(bytes(PHRASE))


def test_stretching_is_argon2id_over_the_salt_of_vault_and_name() -> None:
    other = Argon2id(
        salt=derive_argon2_salt(SALT, "Amina"),
        length=32,
        iterations=FLOOR.iterations,
        lanes=FLOOR.lanes,
        memory_cost=FLOOR.memory_kib,
    )
    assert stretch(PHRASE, "Amina", SALT, FLOOR) == other.derive(bytes(PHRASE))
    assert bytearray(b"correct horse battery staple") == PHRASE, "wiping is the caller's"


@pytest.mark.parametrize("parameters", [FLOOR, DEFAULT, CEILING], ids=["floor", "default", "ceiling"])
def test_the_bounds_themselves_are_allowed(parameters: KdfParameters) -> None:
    check_bounds(parameters)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        pytest.param(KdfParameters(0, 0, 0), "memory_kib = 0 is not between 65536 and 2097152", id="zeros"),
        pytest.param(KdfParameters(65535, 3, 1), "memory_kib = 65535 is not", id="less memory"),
        pytest.param(KdfParameters(2097153, 3, 1), "memory_kib = 2097153 is not", id="more memory"),
        pytest.param(KdfParameters(0xFFFFFFFF, 3, 1), "memory_kib = 4294967295 is not", id="four terabytes"),
        pytest.param(KdfParameters(65536, 2, 1), "iterations = 2 is not between 3 and 10", id="fewer passes"),
        pytest.param(KdfParameters(65536, 11, 1), "iterations = 11 is not", id="more passes"),
        pytest.param(KdfParameters(65536, 3, 0), "lanes = 0 is not between 1 and 8", id="no lane"),
        pytest.param(KdfParameters(65536, 3, 9), "lanes = 9 is not", id="more lanes"),
    ],
)
def test_absurd_costs_are_refused_before_anything_is_allocated(
    monkeypatch: pytest.MonkeyPatch, parameters: KdfParameters, error: str
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


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        pytest.param("pa\u0308ssword", "p\u00e4ssword", id="composed and decomposed"),
        pytest.param("\ufb01sh", "fish", id="ligature"),
        pytest.param("\uff21bc", "Abc", id="full width"),
    ],
)
def test_two_keyboards_that_spell_a_letter_differently_agree(typed: str, same: str) -> None:
    assert normalize_passphrase(bytearray(typed.encode())) == normalize_passphrase(bytearray(same.encode()))


def test_case_and_spaces_of_a_passphrase_count() -> None:
    spelled = [bytearray(text) for text in (b"abc", b"Abc", b" abc", b"abc ")]
    assert len({normalize_passphrase(one) for one in spelled}) == 4


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(RefusedError, match="the passphrase is empty"):
        stretch(bytearray(), "Amina", SALT, FLOOR)


def test_a_passphrase_that_is_not_text_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError, match="not UTF-8") as refusal:
        normalize_passphrase(bytearray(b"secret\xff"))
    assert refusal.value.__suppress_context__
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("typed", ["AMINA", "amina", "\uff21mina"])
def test_a_name_is_found_however_it_is_typed(typed: str) -> None:
    assert derive_argon2_salt(SALT, typed) == derive_argon2_salt(SALT, "Amina")


@pytest.mark.parametrize("typed", ["Amina ", " Amina", "Amima", ""])
def test_another_name_has_another_salt(typed: str) -> None:
    assert derive_argon2_salt(SALT, typed) != derive_argon2_salt(SALT, "Amina")
    assert derive_argon2_salt(KEY, "Amina") != derive_argon2_salt(SALT, "Amina")


def test_a_name_that_is_not_text_is_refused() -> None:
    with pytest.raises(UsageError, match="the member name is not text"):
        derive_argon2_salt(SALT, "\udc80")


def test_a_vault_salt_has_32_bytes() -> None:
    with pytest.raises(MalformedError, match="vault salt has 0 bytes, not 32"):
        derive_argon2_salt(b"", "Amina")


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


@pytest.mark.parametrize(
    ("derive", "error"),
    [
        pytest.param(lambda: derive_unlock_key(b"", slot_info=b""), "key has 0 bytes", id="K1"),
        pytest.param(
            lambda: derive_unlock_key(KEY, slot_info=b"", device_secret=b"x"), "device secret has 1 bytes", id="device"
        ),
        pytest.param(
            lambda: derive_unlock_key(KEY, slot_info=b"", fido2_secret=b"x"), "FIDO2 secret has 1 bytes", id="FIDO2"
        ),
    ],
)
def test_factors_have_32_bytes(derive: Callable[[], bytes], error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        derive()


def _proportional(ms_per_64_mib_pass: float) -> Callable[[KdfParameters], int]:
    return lambda p: round(ms_per_64_mib_pass * p.memory_kib / FLOOR.memory_kib * p.iterations)


@pytest.mark.parametrize(
    ("ms_per_64_mib_pass", "chosen"),
    [
        pytest.param(10_000, (64 * 1024, 3), id="a slow machine keeps the floor"),
        pytest.param(50, (256 * 1024, 3), id="an ordinary machine"),
        pytest.param(7.3, (2048 * 1024, 3), id="a fast machine takes the most memory"),
        pytest.param(4, (2048 * 1024, 5), id="a faster one more passes"),
        pytest.param(5.46875, (2048 * 1024, 4), id="to the last millisecond"),
        pytest.param(35, (256 * 1024, 3), id="no more passes as long as there could be more memory"),
        pytest.param(0, (2048 * 1024, 10), id="never beyond the ceiling"),
    ],
)
def test_calibration_spends_memory_first(ms_per_64_mib_pass: float, chosen: tuple[int, int]) -> None:
    parameters = calibrate(700, _proportional(ms_per_64_mib_pass))
    assert (parameters.memory_kib, parameters.iterations) == chosen
    assert parameters.lanes == DEFAULT.lanes
    check_bounds(parameters)


def test_measuring_runs_the_real_thing() -> None:
    assert measure_ms(FLOOR) > 0


def test_a_measurement_is_the_time_between_begin_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1_000, 1_250])
    monkeypatch.setattr(passphrase_module, "monotonic_ms", lambda: next(clock))
    monkeypatch.setattr(passphrase_module, "stretch", lambda *_: KEY)
    assert measure_ms(FLOOR) == 250


def test_the_costs_are_those_of_the_format() -> None:
    mib = 1_024
    assert KdfParameters(64 * mib, 3, 1) == FLOOR
    assert KdfParameters(2_048 * mib, 10, 8) == CEILING
    assert KdfParameters(256 * mib, 3, 4) == DEFAULT
    assert KdfParameters(64 * mib, 3, 4) == WORDS_COST
