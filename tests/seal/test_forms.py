"""What opens a slot however it is typed, what does not, and that no attempt costs or says anything else."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import nullcontext
from dataclasses import replace

import pytest
from typing_extensions import override

from tests.seal.costs import with_costs
from tests.seal.fake_key import FakeKey
from tests.seal.layouts import typed_in
from tests.seal.places import KEY, OTHER_KEY, flipped
from tests.seal.test_factors import FILE, HEADER, SECRETS
from tests.tables import each
from vault.errors import (
    MalformedError,
    NotFoundError,
    RefusedError,
    TryAgainError,
    UsageError,
    VaultError,
    WrongPassphraseError,
)
from vault.seal.entrance import keyfile
from vault.seal.entrance.device_secret import PrfProvider, fido2_salt
from vault.seal.entrance.fido import SecurityKey
from vault.seal.entrance.keyfile import KeyFile, make_slot, open_slot, seal_slot, slot_info, unlock
from vault.seal.entrance.passphrase import (
    FLOOR,
    WORDS_COST,
    Form,
    KdfParameters,
    derive_unlock_key,
    form_of,
    in_form,
    normalize_passphrase,
    stretch,
)
from vault.seal.envelope import LocalContext, holds_commitment

STRONGER = KdfParameters(FLOOR.memory_kib, FLOOR.iterations + 1, FLOOR.lanes)
CHEAP = replace(HEADER, parameters=FLOOR, previous=None)
WRONG = r"^no key slot opens with this name and passphrase$"

CHOSEN = b"seven paper lanterns"
ENGLISH = "quarry mammal zippy walnut equinox squeeze"
FRENCH = "zanzibar maman colza explique moquette quatre"
RUSSIAN = "зеленый улица щедрый фонарь медицина теплый ячейка"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[KdfParameters]:
    """The runs of Argon2id, each in the place of a quick digest."""
    ran: list[KdfParameters] = []

    def quick(passphrase: bytearray, name: str, salt: bytes, parameters: KdfParameters) -> bytes:
        exact = normalize_passphrase(passphrase)
        ran.append(parameters)
        return hashlib.sha256(b"|".join((exact, name.casefold().encode(), salt, repr(parameters).encode()))).digest()

    monkeypatch.setattr(keyfile, "stretch", quick)
    return ran


def made(phrase: str, number: int = 8) -> KeyFile:
    slot = make_slot(CHEAP, number, SECRETS, passphrase=bytearray(phrase.encode()), member_name="Amina")
    return replace(FILE, header=CHEAP).with_slot(number, slot)


def opens(file: KeyFile, typed: str) -> Form | None:
    try:
        opened = unlock(file, bytearray(typed.encode()), "amina")
    except WrongPassphraseError:
        return None
    assert (opened.number, opened.secrets) == (8, SECRETS)
    return opened.form


SAME = {
    "as shown": (ENGLISH, ENGLISH),
    "upper case": (ENGLISH, ENGLISH.upper()),
    "more space": (ENGLISH, f"  {ENGLISH.replace(' ', '   ')}\t"),
    "hard space": (ENGLISH, ENGLISH.replace(" ", "\u00a0")),
    "en typed in ru": (ENGLISH, typed_in(ENGLISH, meant="en", layout="ru")),
    "fr typed in en": (FRENCH, typed_in(FRENCH, meant="fr", layout="en")),
    "accents": (FRENCH, FRENCH.replace("e", "é")),
    "ё": (RUSSIAN, RUSSIAN.replace("зеленый", "зелёный")),
    "ru typed in en": (RUSSIAN, typed_in(RUSSIAN, meant="ru", layout="en")),
    "ru typed in fr": (RUSSIAN, typed_in(RUSSIAN, meant="ru", layout="fr")),
    "switched on the way": (RUSSIAN, typed_in(RUSSIAN[:20], meant="ru", layout="en") + RUSSIAN[20:]),
}


@each(SAME)
@pytest.mark.usefixtures("runs")
def test_a_generated_passphrase_opens_however_it_is_typed(phrase: str, typed: str) -> None:
    assert opens(made(phrase), typed) is Form.WORDS


@each(
    {
        "another word": (ENGLISH, ENGLISH.replace("mammal", "mammals")),
        "a word less": (ENGLISH, ENGLISH.rsplit(" ", 1)[0]),
        "a word more": (ENGLISH, f"{ENGLISH} squeeze"),
        "another order": (ENGLISH, " ".join(reversed(ENGLISH.split()))),
        "no space": (ENGLISH, ENGLISH.replace(" ", "")),
        "hyphens": (ENGLISH, ENGLISH.replace(" ", "-")),
        "another alphabet by sound": (RUSSIAN, "zelenyj ulica yanvar fonar medicina cinik yacheyka"),
        "space alone": (ENGLISH, " "),
        "chosen: a capital": ("seven paper lanterns", "Seven paper lanterns"),
        "chosen: two spaces": ("seven paper lanterns", "seven  paper lanterns"),
        "chosen: a space behind": ("seven paper lanterns", "seven paper lanterns "),
        "chosen: another layout": ("seven paper lanterns", "ыумут зфзук дфтеукты"),
        "chosen: ё": ("тёплый фонарь", "теплый фонарь"),
    }
)
@pytest.mark.usefixtures("runs")
def test_what_is_another_passphrase_opens_nothing(phrase: str, typed: str) -> None:
    assert opens(made(phrase), phrase) is not None
    assert opens(made(phrase), typed) is None


@pytest.mark.usefixtures("runs")
def test_a_chosen_passphrase_stays_as_it_is_typed() -> None:
    assert opens(made("Seven  Paper Lanterns"), "Seven  Paper Lanterns") is Form.TYPED
    assert opens(made("p\u00e4ssword"), "pa\u0308ssword") is Form.TYPED


def test_a_slot_of_words_made_before_there_were_forms_opens_as_it_is_typed() -> None:
    """Format 1 knew no forms: whoever chose words of ours then has a slot over what was typed."""
    k1 = stretch(bytearray(ENGLISH.encode()), "Amina", CHEAP.vault_salt, FLOOR)
    slot = seal_slot(derive_unlock_key(k1, slot_info=slot_info(CHEAP, 8)), SECRETS, CHEAP, 8)
    file = replace(FILE, header=CHEAP).with_slot(8, slot)
    assert opens(KeyFile.decode(file.encode()), ENGLISH) is Form.TYPED
    assert opens(file, ENGLISH.upper()) is None


def test_the_keys_of_the_two_forms_differ_for_one_k1() -> None:
    """What is typed and its words can be equal: a chosen passphrase does not become one that case is ignored in."""
    typed, words = (derive_unlock_key(bytes(32), slot_info=slot_info(CHEAP, 8, FLOOR, form)) for form in Form)
    assert typed != words
    assert len(slot_info(CHEAP, 8, form=Form.WORDS)) == len(slot_info(CHEAP, 8))


@each(
    {
        "right": (8, (ENGLISH, "Amina"), None, True),
        "right, in the first slot": (0, (ENGLISH, "Amina"), None, True),
        "right, in the last slot": (31, (ENGLISH, "Amina"), None, True),
        "right in another form": (8, (ENGLISH.upper(), "Amina"), None, True),
        "wrong": (8, ("seven paper lanterns", "Amina"), None, False),
        "wrong words": (8, (RUSSIAN, "Amina"), None, False),
        "space": (8, (" ", "Amina"), None, False),
        "unknown member": (8, (ENGLISH, "Nadira"), None, False),
        "damaged slot": (8, (ENGLISH, "Amina"), 300, False),
    }
)
def test_every_attempt_pays_every_cost_once_over_every_slot(
    number: int,
    attempt: tuple[str, str],
    damage: int | None,
    is_right: bool,
    *,
    monkeypatch: pytest.MonkeyPatch,
    runs: list[KdfParameters],
) -> None:
    typed, name = attempt
    file = with_costs(made(ENGLISH, number), STRONGER, FLOOR)
    if damage is not None:
        file = file.with_slot(number, flipped(file.slots[number], damage))
    tried: list[int] = []

    def counted(key: bytes, untrusted: bytes, context: LocalContext) -> bool:
        tried.append(context.number)
        return holds_commitment(key, untrusted, context)

    monkeypatch.setattr(keyfile, "holds_commitment", counted)
    runs.clear()
    with nullcontext() if is_right else pytest.raises(WrongPassphraseError, match=WRONG):
        unlock(file, bytearray(typed.encode()), name)
    assert runs == [STRONGER, FLOOR, WORDS_COST]
    assert tried == [*range(32)] * 3


@pytest.mark.usefixtures("runs")
def test_a_chosen_passphrase_is_renewed_when_the_cost_rises_and_words_need_not_be() -> None:
    chosen = unlock(with_costs(made("seven paper lanterns"), STRONGER, FLOOR), bytearray(CHOSEN), "Amina")
    assert (chosen.parameters, chosen.form) == (FLOOR, Form.TYPED)
    assert chosen.renewed is not None
    after = with_costs(made("seven paper lanterns"), STRONGER, None).with_slot(8, chosen.renewed)
    again = unlock(after, bytearray(CHOSEN), "Amina")
    assert (again.parameters, again.renewed, again.form) == (STRONGER, None, Form.TYPED)
    words = unlock(with_costs(made(ENGLISH), STRONGER, None), bytearray(ENGLISH.encode()), "Amina")
    assert (words.parameters, words.renewed, words.form) == (WORDS_COST, None, Form.WORDS)


@pytest.mark.usefixtures("runs")
def test_a_slot_needs_each_factor_that_it_was_made_with_and_no_other() -> None:
    phrase, device, fido2 = bytearray(ENGLISH.encode()), bytes([1]) * 32, bytes([2]) * 32
    factors = [(b"", b""), (device, b""), (b"", fido2), (fido2, device), (device, fido2)]
    for made_with in factors:
        chosen = dict(zip(("device_secret", "fido2_secret"), made_with, strict=True))
        slot = make_slot(CHEAP, 8, SECRETS, passphrase=phrase[:], member_name="Amina", **chosen)
        file = replace(FILE, header=CHEAP).with_slot(8, slot)
        for device_secret, fido2_secret in factors:
            is_right = (device_secret, fido2_secret) == made_with
            with nullcontext() if is_right else pytest.raises(WrongPassphraseError, match=WRONG):
                unlock(file, phrase[:], "Amina", device_secret=device_secret, fido2_secret=fido2_secret)


def test_a_generated_passphrase_opens_at_the_real_cost_in_another_layout() -> None:
    file = made(RUSSIAN)
    assert opens(file, typed_in(RUSSIAN, meant="ru", layout="en")) is Form.WORDS
    k1 = stretch(in_form(bytearray(RUSSIAN.encode()), Form.WORDS), "Amina", CHEAP.vault_salt, WORDS_COST)
    key = derive_unlock_key(k1, slot_info=slot_info(CHEAP, 8, WORDS_COST, Form.WORDS))
    assert open_slot(key, file.slots[8], CHEAP, 8) == SECRETS


def test_making_a_slot_refuses_an_empty_passphrase() -> None:
    with pytest.raises(RefusedError, match="the passphrase is empty"):
        made("")


def test_what_is_not_text_is_refused_in_both_forms_without_repeating_it() -> None:
    for act in (lambda raw: in_form(raw, Form.WORDS), form_of):
        with pytest.raises(UsageError, match=r"^the passphrase is not UTF-8 text$"):
            act(bytearray(b"secret\xff"))


def test_the_typed_form_is_a_copy_that_can_be_wiped() -> None:
    typed = bytearray(b"phrase")
    in_form(typed, Form.TYPED)[:] = bytes(6)
    assert typed == b"phrase"


# A security key as a factor: it answers each vault in its own way, and only who knows its PIN.
def held(*keys: FakeKey, pin: str = "1234") -> SecurityKey:
    return SecurityKey(lambda: pin, lambda: keys)


def test_a_key_answers_the_same_each_time_and_otherwise_for_another_vault() -> None:
    key = FakeKey()
    provider: PrfProvider = held(key)
    provider.enrol()
    secret = provider.secret(KEY)
    ((party, seed),) = key.credentials
    assert party == "casevault"
    assert secret == hmac.digest(seed, KEY, "sha256") == held(key).secret(KEY)
    assert provider.secret(OTHER_KEY) != secret


def test_a_key_that_serves_another_vault_keeps_its_credential() -> None:
    key = FakeKey()
    held(key).enrol()
    before = held(key).secret(KEY)
    held(key).enrol()
    assert held(key).secret(KEY) == before


def test_what_other_programs_keep_on_the_key_is_left_alone() -> None:
    key = FakeKey()
    key.credentials.append(("example.org", bytes(32)))
    held(key).enrol()
    assert [party for party, _ in key.credentials] == ["example.org", "casevault"]


def test_a_key_is_let_go_after_each_act() -> None:
    key = FakeKey()
    held(key).enrol()
    held(key).secret(KEY)
    with pytest.raises(TryAgainError):
        held(key, pin="0000").secret(KEY)
    assert key.closed == 3


class _OldKey(FakeKey):
    """Speaks the protocol before FIDO2."""

    @property
    @override
    def capabilities(self) -> int:
        return 0


_MAKE, _GET, _PIN = 1, 2, 6


def _failing(*, mute: bool = False, withholding: int = 0, **answers: Exception | bytes) -> FakeKey:
    key = FakeKey()
    key.is_mute, key.withholding = mute, {withholding}
    key.failing = {{"make": _MAKE, "get": _GET, "pin": _PIN}[name]: answer for name, answer in answers.items()}
    return key


@each(
    {
        "none": ([], NotFoundError, "no security key is plugged in"),
        "two": ([FakeKey(), FakeKey()], RefusedError, "more than one security key"),
        "another PIN": ([FakeKey("4321")], TryAgainError, "the PIN of the security key is wrong"),
        "no PIN": ([FakeKey(None)], RefusedError, "has no PIN"),
        "no extension": ([FakeKey(extensions=())], RefusedError, "does not support the secret"),
        "no place": ([FakeKey(keeps_credentials=False)], RefusedError, "does not support the secret"),
        "not touched": ([_failing(mute=True)], TryAgainError, "did not answer"),
        "older than FIDO2": ([_OldKey()], RefusedError, "does not speak FIDO2"),
        "blocked": ([_failing(pin=bytes([0x32]))], RefusedError, "blocked after too many wrong PINs"),
        "pulled out": ([_failing(get=OSError("pulled out"))], TryAgainError, "did not answer"),
        "answers nonsense": ([_failing(get=b"\0\xff")], TryAgainError, "did not answer"),
    }
)
def test_what_a_key_does_not_do_is_said(keys: list[FakeKey], error: type[VaultError], words: str) -> None:
    for act in (held(*keys).enrol, lambda: held(*keys).secret(KEY)):
        with pytest.raises(error, match=words) as refusal:
            act()
        assert refusal.value.__cause__ is None
        assert str(refusal.value.next_step)
        assert "1234" not in str(refusal.value)


def test_a_key_is_added_where_it_keeps_and_gives_a_secret() -> None:
    key = FakeKey()
    with pytest.raises(NotFoundError, match="was never added here"):
        held(key).secret(KEY)
    for lacking, words in (
        (_failing(make=bytes([0x28])), "no room for another credential"),
        (_failing(withholding=_MAKE), "does not support the secret"),
    ):
        with pytest.raises(RefusedError, match=words):
            held(lacking).enrol()
    held(key).enrol()
    key.withholding = {_GET}
    with pytest.raises(RefusedError, match="gave no secret"):
        held(key).secret(KEY)


def test_a_pin_is_not_tried_until_the_key_is_blocked() -> None:
    key = FakeKey()
    for _ in range(2):
        with pytest.raises(TryAgainError, match="PIN of the security key is wrong"):
            held(key, pin="0000").enrol()
    with pytest.raises(TryAgainError, match="plugged in again"):
        held(key, pin="0000").enrol()
    assert (key.wrong_pins, key.credentials) == (3, [])


def test_devices_that_this_account_may_not_read_are_none() -> None:
    def refused() -> list[FakeKey]:
        raise PermissionError

    with pytest.raises(NotFoundError, match="no security key is plugged in"):
        SecurityKey(lambda: "1234", refused).enrol()


def test_the_salt_is_that_of_the_vault() -> None:
    assert fido2_salt(KEY) == hashlib.sha256(b"casevault/fido2" + KEY).digest()
    with pytest.raises(MalformedError, match="vault salt has 3 bytes"):
        fido2_salt(b"abc")
    with pytest.raises(MalformedError, match="salt has 3 bytes"):
        held(FakeKey()).secret(b"abc")
