"""What opens a copy of a vault for one seat, beside any session; and the files of one seat in a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vault.access.pins.pins import PinFile
from vault.errors import BrokenSealError, VerificationError
from vault.ids import SeatId, VaultId
from vault.records.seatlog import SealedPlace
from vault.seal.entrance.doors import open_doors
from vault.seal.entrance.keyfile import KeyFile, SeatSecrets
from vault.seal.entrance.keyfile import unlock as open_slot_with
from vault.seal.keyring import Keyring
from vault.seal.named import private_file_name
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.store.rows import Rows
from vault.words.message import Message

# The files of one seat beside the others' of a folder: named by the key that opens them (FORMAT.md 8).


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A database of one seat, index or drafts, with what the engine keeps beside it."""

    folder: Path
    vault: VaultId
    seat: SeatId
    key: bytes = field(repr=False)

    @property
    def path(self) -> Path:
        """Where it lies: the name tells nothing to who has not the key."""
        return self.folder / f"{private_file_name(self.key, self.vault, self.seat)}.db"

    def parts(self) -> list[Path]:
        """Return all files of it."""
        return list(self.folder.glob(f"{self.path.name}*"))


# What opens a copy of a vault for one seat, beside any session: no pins are read or written, no log goes on.

# A copy never signs: the next session key and the audit ratchet stay on the device (FORMAT.md 7). Whose slot is which
# goes along with the `keys` file that it is about: who gets a slot in a restored copy must not take another's.
COPIED_ROWS = (Purpose.ROOT_SECRET, Purpose.KEYRING, Purpose.SLOT)


@dataclass(frozen=True, slots=True)
class CopyKeys:
    """One seat's keys to a copy: that of the database, 32 bytes, and its secrets."""

    place: SealedPlace
    database_key: bytes = field(repr=False)
    secrets: SeatSecrets = field(repr=False)

    @property
    def vault(self) -> VaultId:
        return self.place.vault

    def pin_file(self, state: Path) -> PinFile:
        """Return what this account remembers of the vault for the seat."""
        return PinFile(state / "pins", self.vault, self.place.seat, self.secrets.pin_key)

    def keyring(self, rows: Rows) -> Keyring:
        """Return the seat's epoch keys from the rows of a copy.

        Raises:
            VerificationError: they are not there, or were altered.
        """
        content = self.place.content(rows, Purpose.KEYRING)
        if content is None:
            raise VerificationError(Message("the copy holds no keyring of your device"))
        return Keyring.decode(content)


@dataclass(frozen=True, slots=True)
class SheetKeys:
    """What joined sheets open of a copy before its rows are asked: the database, and the rows of no seat."""

    vault: VaultId
    database_key: bytes = field(repr=False)

    def keyring(self, rows: Rows) -> Keyring:
        """Return no keys: those of recovery are in the grants, and `opened_by_sheets` finds them."""
        del rows
        return Keyring()


def copy_keys(file: KeyFile, secrets: SeatSecrets) -> CopyKeys:
    """Return a seat's keys to a copy that has this `keys` file.

    Raises:
        VerificationError: no door of the file opens for the seat.
    """
    vault, seat = VaultId(file.header.vault), SeatId(secrets.seat)
    try:
        doors = open_doors(KemPrivate.from_seed(secrets.kem_seed), seat, vault, file.doors)
    except BrokenSealError:
        raise VerificationError(Message("no door of the keys file opens for your device")) from None
    return CopyKeys(SealedPlace(vault, seat, secrets.keyring_key), doors.new, secrets)


def copy_keys_of(
    file: KeyFile, *, member: str, passphrase: bytearray, device_secret: bytes = b"", fido2_secret: bytes = b""
) -> CopyKeys:
    """Return the keys that a member's factors reach. The passphrase is wiped before this returns.

    Raises:
        WrongPassphraseError: wrong passphrase or factor, unknown member or damaged slot, at one cost.
    """
    try:
        opened = open_slot_with(file, passphrase, member, device_secret=device_secret, fido2_secret=fido2_secret)
    finally:
        passphrase[:] = bytes(len(passphrase))
    return copy_keys(file, opened.secrets)
