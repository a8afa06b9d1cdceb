"""Which slot do these factors open? All are tried, at one cost; and how a slot is made (FORMAT.md 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError, WrongPassphraseError
from vault.seal.entrance.keyfile import (
    KeyFile,
    KeyHeader,
    SeatSecrets,
    open_slot,
    seal_slot,
    slot_context,
    slot_info,
)
from vault.seal.entrance.passphrase import (
    WORDS_COST,
    Form,
    KdfParameters,
    check_costs,
    derive_unlock_key,
    form_of,
    in_form,
    stretch,
)
from vault.seal.envelope import holds_commitment
from vault.words.message import Message


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
