"""The `keys` file: header, slots, doors; and which slot these factors open. Bytes only, no I/O (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from vault.errors import BrokenSealError, MalformedError, NewerVaultError, RefusedError, WrongPassphraseError
from vault.ids import ID_SIZE, ZERO_ID, RandomBytes
from vault.seal.entrance.passphrase import (
    VAULT_SALT_SIZE,
    WORDS_COST,
    Form,
    KdfParameters,
    check_costs,
    derive_unlock_key,
    form_of,
    in_form,
    stretch,
)
from vault.seal.envelope import FORMAT, SUITE, LocalContext, holds_commitment, open_sealed, seal
from vault.seal.keyring import make_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KEM_PUBLIC_SIZE, KEM_SEED_SIZE, make_kem_seed
from vault.seal.signing import make_signing_seed
from vault.seal.sizes import KEY_SIZE, require_u64, require_width
from vault.words.message import Message

# The `keys` file: header, slots, doors; bytes only, no I/O (FORMAT.md 3).

KEYS_FORMAT = 2
_TRIAL_FORMAT = 1
SLOT_COUNT = 32
SLOT_BLOB_SIZE = 1024
DOOR_COUNT = 32
DOOR_SIZE = 1200

_LABELS = {Form.TYPED: b"casevault/slot", Form.WORDS: b"casevault/word"}
_HEADER = struct.Struct(">BB16s16sQ32sIIBIIB")
_DOORS_AT = _HEADER.size + SLOT_COUNT * SLOT_BLOB_SIZE
_RECOVERY_AT = _DOORS_AT + DOOR_COUNT * DOOR_SIZE
_ATTEMPTS_AT = _RECOVERY_AT + DOOR_SIZE
HEADER_SIZE = _HEADER.size
KEY_FILE_SIZE = _ATTEMPTS_AT + KEM_PUBLIC_SIZE


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """What must be readable before unlock: which vault and folder, which generation, which cost.

    `previous` is the cost that slots not yet renewed were made with; while it stands, both costs are always paid.
    """

    vault: bytes
    folder: bytes
    generation: int
    vault_salt: bytes
    parameters: KdfParameters
    previous: KdfParameters | None = None

    def __post_init__(self) -> None:
        for what in ("vault", "folder"):
            require_width(what, getattr(self, what), ID_SIZE)
        require_width("vault_salt", self.vault_salt, VAULT_SALT_SIZE)
        require_u64("generation", self.generation)

    def parameter_sets(self) -> tuple[KdfParameters, ...]:
        """Return the costs that every unlock pays: the current one and, while members migrate, the previous."""
        return (self.parameters,) if self.previous is None else (self.parameters, self.previous)

    def encode(self) -> bytes:
        current, previous = self.parameters, self.previous or KdfParameters(0, 0, 0)
        return _HEADER.pack(
            KEYS_FORMAT,
            SUITE,
            self.vault,
            self.folder,
            self.generation,
            self.vault_salt,
            *(current.memory_kib, current.iterations, current.lanes),
            *(previous.memory_kib, previous.iterations, previous.lanes),
        )

    @classmethod
    def decode(cls, untrusted: bytes) -> KeyHeader:
        """Return the header of its 92 bytes; whether its costs are sane is checked before they are paid.

        Raises:
            NewerVaultError: a later format or suite.
            RefusedError: the format of before the first release.
            MalformedError: any other deviation.
        """
        require_width("keys header", untrusted, HEADER_SIZE)
        form, suite, vault, folder, generation, salt, m, t, p, old_m, old_t, old_p = _HEADER.unpack(untrusted)
        if form == _TRIAL_FORMAT:
            raise RefusedError(
                Message("this vault was made by a trial version of CaseVault, and this version cannot open it"),
                next_step=Message("Found a new vault, and take along what that version exports."),
            )
        if form > KEYS_FORMAT or suite > SUITE:
            raise NewerVaultError(
                Message(
                    "keys file has format {form}, suite {suite}; this program knows {format}, {suite_2}",
                    form=form,
                    suite=suite,
                    format=KEYS_FORMAT,
                    suite_2=SUITE,
                )
            )
        if form != KEYS_FORMAT or suite != SUITE:
            raise MalformedError(Message("keys file has format {form}, suite {suite}", form=form, suite=suite))
        old = (old_m, old_t, old_p)
        previous = None if old == (0, 0, 0) else KdfParameters(*old)
        return cls(vault, folder, generation, salt, KdfParameters(m, t, p), previous)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One generation of the `keys` file. Slots and doors tell neither whose they are nor how many are in use."""

    header: KeyHeader
    slots: tuple[bytes, ...]
    doors: tuple[bytes, ...]
    recovery_door: bytes
    attempts_public: bytes

    def __post_init__(self) -> None:
        if len(self.slots) != SLOT_COUNT or len(self.doors) != DOOR_COUNT:
            raise MalformedError(
                Message(
                    "keys file has {slot_count} slots and {door_count} doors",
                    slot_count=SLOT_COUNT,
                    door_count=DOOR_COUNT,
                )
            )
        for slot in self.slots:
            require_width("slot", slot, SLOT_BLOB_SIZE)
        for door in (*self.doors, self.recovery_door):
            require_width("door", door, DOOR_SIZE)
        require_width("attempts key", self.attempts_public, KEM_PUBLIC_SIZE)

    def encode(self) -> bytes:
        return b"".join((self.header.encode(), *self.slots, *self.doors, self.recovery_door, self.attempts_public))

    @classmethod
    def decode(cls, untrusted: bytes) -> KeyFile:
        """Return the file of its bytes. Nothing in it is believed yet.

        Raises:
            NewerVaultError: a later format or suite.
            RefusedError: the format of before the first release.
            MalformedError: any other deviation.
        """
        header = KeyHeader.decode(untrusted[:HEADER_SIZE])
        require_width("keys file", untrusted, KEY_FILE_SIZE)
        return cls(
            header,
            _pieces(untrusted[HEADER_SIZE:_DOORS_AT], SLOT_BLOB_SIZE),
            _pieces(untrusted[_DOORS_AT:_RECOVERY_AT], DOOR_SIZE),
            untrusted[_RECOVERY_AT:_ATTEMPTS_AT],
            untrusted[_ATTEMPTS_AT:],
        )

    def digest(self) -> bytes:
        """Return SHA-256 of the whole file, which an operation lists."""
        return hashlib.sha256(self.encode()).digest()

    def with_slot(self, number: int, slot: bytes) -> KeyFile:
        """Return the next generation with one slot put or replaced."""
        slots = list(self.slots)
        slots[_slot_number(number)] = slot
        return replace(self, header=self._next_header(), slots=tuple(slots))

    def with_doors(self, doors: Sequence[bytes], recovery_door: bytes) -> KeyFile:
        """Return the next generation with all doors rewritten."""
        return replace(self, header=self._next_header(), doors=tuple(doors), recovery_door=recovery_door)

    def _next_header(self) -> KeyHeader:
        return replace(self.header, generation=self.header.generation + 1)


@dataclass(frozen=True, slots=True)
class SeatSecrets:
    """All that a seat keeps behind its passphrase: 96 bytes of KEM seed, 16 of seat id, 32 of each other.

    `anchor` is what the vault's 13 words are the words of: all that the seat took from a person.
    """

    seat: bytes
    kem_seed: bytes = field(repr=False)
    identity_seed: bytes = field(repr=False)
    keyring_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    draft_key: bytes = field(repr=False)
    pin_key: bytes = field(repr=False)
    anchor: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for name, (_, size) in _SECRET_FIELDS.items():
            require_width(name, getattr(self, name), size)

    @classmethod
    def draw(cls) -> SeatSecrets:
        """Return the secrets of a new seat; which seat it is, its certificate says, and which vault its founder's."""
        return cls(
            seat=ZERO_ID,
            kem_seed=make_kem_seed(),
            identity_seed=make_signing_seed(),
            keyring_key=make_key(),
            index_key=make_key(),
            draft_key=make_key(),
            pin_key=make_key(),
            anchor=bytes(KEY_SIZE),
        )

    def encode(self) -> bytes:
        """Return the MessagePack map that a slot seals."""
        return msgspec.msgpack.encode({key: getattr(self, name) for name, (key, _) in _SECRET_FIELDS.items()})

    @classmethod
    def decode(cls, content: bytes) -> SeatSecrets:
        """Return the secrets of an opened slot.

        Raises:
            MalformedError: not exactly the map that `encode` gives.
        """
        try:
            fields = msgspec.msgpack.decode(content, type=dict[str, bytes])
        except ValueError:  # msgspec's errors, and bytes that are no UTF-8
            raise MalformedError(Message("slot content cannot be read")) from None
        if fields.keys() != {key for key, _ in _SECRET_FIELDS.values()}:
            raise MalformedError(Message("slot content has other fields than this format"))
        return cls(**{name: fields[key] for name, (key, _) in _SECRET_FIELDS.items()})


_SECRET_FIELDS = {
    "seat": ("seat", ID_SIZE),
    "kem_seed": ("kem", KEM_SEED_SIZE),
    "identity_seed": ("identity", KEY_SIZE),
    "keyring_key": ("keyringkey", KEY_SIZE),
    "index_key": ("indexkey", KEY_SIZE),
    "draft_key": ("draftkey", KEY_SIZE),
    "pin_key": ("pinkey", KEY_SIZE),
    "anchor": ("anchor", KEY_SIZE),
}


def make_key_file(
    header: KeyHeader,
    *,
    doors: Sequence[bytes],
    recovery_door: bytes,
    attempts_public: bytes,
    slots: Mapping[int, bytes],
    random: RandomBytes = secrets.token_bytes,
) -> KeyFile:
    """Return a fresh file: the given slots at their numbers, random bytes in the others.

    Raises:
        RefusedError: a cost in the header is out of bounds.
        MalformedError: a slot has no place in the file, or a part has another width.
    """
    check_costs(header.parameters, header.previous)
    for number in slots:
        _slot_number(number)
    filled = tuple(slots[n] if n in slots else random(SLOT_BLOB_SIZE) for n in range(SLOT_COUNT))
    return KeyFile(header, filled, tuple(doors), recovery_door, attempts_public)


def slot_info(
    header: KeyHeader, number: int, parameters: KdfParameters | None = None, form: Form = Form.TYPED
) -> bytes:
    """Return what a slot's key is bound to: nothing of the header that changes while the slot stays.

    `parameters` is the cost that the slot was made with; the header's current one if not given.
    """
    cost = header.parameters if parameters is None else parameters
    return _LABELS[form] + struct.pack(
        ">BB16s32sIIBQ",
        FORMAT,
        SUITE,
        header.vault,
        header.vault_salt,
        *(cost.memory_kib, cost.iterations, cost.lanes),
        _slot_number(number),
    )


def seal_slot(unlock_key: bytes, content: SeatSecrets, header: KeyHeader, number: int) -> bytes:
    """Return the 1,024 bytes of a slot, which nothing tells from random ones."""
    return seal(unlock_key, content.encode(), slot_context(header, number))


def open_slot(unlock_key: bytes, untrusted_slot: bytes, header: KeyHeader, number: int) -> SeatSecrets:
    """Return the secrets of one slot.

    Raises:
        BrokenSealError: another key, another slot, altered, or unused.
        MalformedError: sealed by the holder of the key, but not with the content of a slot.
    """
    return SeatSecrets.decode(open_sealed(unlock_key, untrusted_slot, slot_context(header, number)))


def slot_context(header: KeyHeader, number: int) -> LocalContext:
    """Return the context in which slot `number` of this vault is sealed."""
    return LocalContext(Purpose.SLOT, header.vault, ZERO_ID, _slot_number(number))


def _slot_number(number: int) -> int:
    if not 0 <= number < SLOT_COUNT:
        raise MalformedError(
            Message("slot {number} is not between 0 and {slot_count}", number=number, slot_count=SLOT_COUNT - 1)
        )
    return number


def _pieces(joined: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(joined[start : start + size] for start in range(0, len(joined), size))


# Which slot do these factors open? All are tried, at one cost; and how a slot is made (FORMAT.md 3).
@dataclass(frozen=True, slots=True)
class Stretched:
    """What one run of Argon2id made of a passphrase: its cost, the form that was stretched, and the 32 bytes of K1."""

    parameters: KdfParameters
    k1: bytes = field(repr=False)
    form: Form = Form.TYPED


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """The slot that a passphrase opened, and the cost and form it was made with.

    `renewed` is the same slot sealed at the present cost of the header, where it was made with the previous one.
    """

    number: int
    parameters: KdfParameters
    secrets: SeatSecrets
    renewed: bytes | None = field(default=None, repr=False)
    form: Form = Form.TYPED


def unlock(
    file: KeyFile, passphrase: bytearray, member_name: str, *, device_secret: bytes = b"", fido2_secret: bytes = b""
) -> OpenedSlot:
    """Return the slot that these factors open, at the full cost whether one opens or not.

    Raises:
        WrongPassphraseError: none opens; whether name, passphrase, factor or slot is wrong is not told.
        RefusedError: a cost in the header is out of bounds, or the previous one above the present one; nothing was
            allocated.
    """
    check_costs(file.header.parameters, file.header.previous)
    runs = [*((parameters, Form.TYPED) for parameters in file.header.parameter_sets()), (WORDS_COST, Form.WORDS)]
    stretched = [_stretch(file.header, passphrase, member_name, parameters, form) for parameters, form in runs]
    return find_slot(file, stretched, device_secret=device_secret, fido2_secret=fido2_secret)


def make_slot(
    header: KeyHeader,
    number: int,
    content: SeatSecrets,
    *,
    passphrase: bytearray,
    member_name: str,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
) -> bytes:
    """Return the 1,024 bytes of a slot that these factors open.

    A passphrase of our words is kept as its words, any other as it is typed and at the present cost of the header. The
    caller wipes it.

    Raises:
        RefusedError: it is empty, or the cost is out of bounds.
        UsageError: it is not text.
    """
    form = form_of(passphrase)
    cost = WORDS_COST if form is Form.WORDS else header.parameters
    own = _stretch(header, passphrase, member_name, cost, form)
    return seal_slot(_unlock_key(header, number, own, device_secret, fido2_secret), content, header, number)


def find_slot(
    file: KeyFile, stretched: Sequence[Stretched], *, device_secret: bytes = b"", fido2_secret: bytes = b""
) -> OpenedSlot:
    """Return the slot that opens under one of the runs; every run is tried on every slot.

    Raises:
        WrongPassphraseError: none opens.
    """
    found: tuple[int, Stretched, bytes] | None = None
    for run in stretched:
        for number, slot in enumerate(file.slots):
            unlock_key = _unlock_key(file.header, number, run, device_secret, fido2_secret)
            if holds_commitment(unlock_key, slot, slot_context(file.header, number)):
                found = (number, run, unlock_key)
    if found is None:
        raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))
    number, run, unlock_key = found
    try:
        secrets = open_slot(unlock_key, file.slots[number], file.header, number)
    except (BrokenSealError, MalformedError):
        raise WrongPassphraseError(Message("no key slot opens with this name and passphrase")) from None
    present = file.header.parameters
    if run.form is Form.WORDS or run.parameters == present:
        return OpenedSlot(number, run.parameters, secrets, form=run.form)
    renewing = next(other for other in stretched if (other.parameters, other.form) == (present, Form.TYPED))
    renewing_key = _unlock_key(file.header, number, renewing, device_secret, fido2_secret)
    return OpenedSlot(number, run.parameters, secrets, seal_slot(renewing_key, secrets, file.header, number))


def _stretch(
    header: KeyHeader, passphrase: bytearray, member_name: str, parameters: KdfParameters, form: Form
) -> Stretched:
    formed = in_form(passphrase, form)
    try:
        return Stretched(parameters, stretch(formed, member_name, header.vault_salt, parameters), form)
    finally:
        formed[:] = bytes(len(formed))


def _unlock_key(header: KeyHeader, number: int, run: Stretched, device_secret: bytes, fido2_secret: bytes) -> bytes:
    return derive_unlock_key(
        run.k1,
        device_secret=device_secret,
        fido2_secret=fido2_secret,
        slot_info=slot_info(header, number, run.parameters, run.form),
    )
