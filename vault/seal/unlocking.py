"""Which slot does a passphrase open? All are tried, at one cost (FORMAT.md 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError, WrongPassphraseError
from vault.seal.envelope import holds_commitment
from vault.seal.keyfile import KeyFile, SeatSecrets, open_slot, seal_slot, slot_context, slot_info
from vault.seal.passphrase import KdfParameters, check_bounds, derive_unlock_key, stretch


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """The slot that a passphrase opened, and the cost it was made with.

    `renewed` is the same slot sealed at the present cost of the header, where it was made with the previous one.
    """

    number: int
    parameters: KdfParameters
    secrets: SeatSecrets
    renewed: bytes | None = field(default=None, repr=False)


def unlock(
    file: KeyFile, passphrase: bytearray, member_name: str, *, device_secret: bytes = b"", fido2_secret: bytes = b""
) -> OpenedSlot:
    """Return the slot that these factors open, at the full cost whether one opens or not.

    Raises:
        WrongPassphraseError: none opens; whether name, passphrase, factor or slot is wrong is not told.
        RefusedError: a cost in the header is out of bounds; nothing was allocated.
    """
    for parameters in file.header.parameter_sets():
        check_bounds(parameters)
    stretched = [
        (parameters, stretch(passphrase, member_name, file.header.vault_salt, parameters))
        for parameters in file.header.parameter_sets()
    ]
    return find_slot(file, stretched, device_secret=device_secret, fido2_secret=fido2_secret)


def find_slot(
    file: KeyFile,
    stretched: Sequence[tuple[KdfParameters, bytes]],
    *,
    device_secret: bytes = b"",
    fido2_secret: bytes = b"",
) -> OpenedSlot:
    """Return the slot that opens under one of the (cost, K1) pairs; every pair is tried on every slot.

    Raises:
        WrongPassphraseError: none opens.
    """
    found: tuple[int, KdfParameters, bytes] | None = None
    for parameters, k1 in stretched:
        for number, slot in enumerate(file.slots):
            unlock_key = derive_unlock_key(
                k1,
                device_secret=device_secret,
                fido2_secret=fido2_secret,
                slot_info=slot_info(file.header, number, parameters),
            )
            if holds_commitment(unlock_key, slot, slot_context(file.header, number)):
                found = (number, parameters, unlock_key)
    if found is None:
        raise WrongPassphraseError("no key slot opens with this name and passphrase")
    number, parameters, unlock_key = found
    try:
        secrets = open_slot(unlock_key, file.slots[number], file.header, number)
    except (BrokenSealError, MalformedError):
        raise WrongPassphraseError("no key slot opens with this name and passphrase") from None
    present = file.header.parameters
    if parameters == present:
        return OpenedSlot(number, parameters, secrets)
    renewing_key = derive_unlock_key(
        dict(stretched)[present],
        device_secret=device_secret,
        fido2_secret=fido2_secret,
        slot_info=slot_info(file.header, number),
    )
    return OpenedSlot(number, parameters, secrets, seal_slot(renewing_key, secrets, file.header, number))
