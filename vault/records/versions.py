"""Opening sealed versions: the only place where a stored blob becomes content."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vault.errors import BrokenSealError, MalformedError, VaultError
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.records.content import Content, decode_content
from vault.seal.envelope import VersionContext, open_sealed, version_id
from vault.seal.keyring import Keyring, unwrap
from vault.store.rowtypes import SealedVersion, VersionKeyRow
from vault.words.message import Message


# One for each note of a case: a dataclass takes nine times as long, and nothing in it leads back to it.
class OpenedVersion(msgspec.Struct, frozen=True, gc=False):
    """One version in clear, with the place that its operation gave it."""

    id: VersionId
    origin: Origin
    seq: int
    n: int
    compartment: CompartmentId
    record: RecordId
    content: Content


def unseal_version(sealed: SealedVersion, *, vault: bytes, keyring: Keyring) -> bytes | None:
    """Return what was sealed in a version, not yet read, or None when its epoch was never granted to this seat.

    Raises:
        BrokenSealError: the blob is not the one of its id, its epoch is of another compartment, or its seal does not
            hold at this place.
    """
    wrap_key = keyring.wrap_key(sealed.epoch)
    if wrap_key is None:
        return None
    if keyring.compartment_of(sealed.epoch) != sealed.compartment:
        raise BrokenSealError(
            Message("version {id} is sealed for another compartment than its own", id=sealed.id.hex())
        )
    if version_id(sealed.compartment, sealed.record, sealed.blob) != sealed.id:
        raise BrokenSealError(Message("version {id} is not what its id names", id=sealed.id.hex()))
    context = VersionContext(vault, sealed.compartment, sealed.record, sealed.origin, sealed.seq)
    return open_sealed(unwrap(wrap_key, sealed.wrap), sealed.blob, context)


def no_wraps(rows: Iterable[SealedVersion], *, keyring: Keyring) -> set[VersionKeyRow]:
    """Return what stands in the place of wrapped keys and is none, by an epoch that this seat holds."""
    found = set()
    for sealed in rows:
        wrap_key = keyring.wrap_key(sealed.epoch)
        if wrap_key is None:
            continue
        try:
            unwrap(wrap_key, sealed.wrap)
        except BrokenSealError:
            found.add(VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap))
    return found


def is_no_fault_of_the_copy(sealed: SealedVersion, *, keyring: Keyring) -> bool:
    """Say of a version that does not open whether its bytes are those that its author listed, under a whole wrap."""
    if keyring.wrap_key(sealed.epoch) is None or no_wraps([sealed], keyring=keyring):
        return False
    return version_id(sealed.compartment, sealed.record, sealed.blob) == sealed.id


def open_version(sealed: SealedVersion, *, vault: bytes, keyring: Keyring) -> OpenedVersion | None:
    """Open one version with the keyring, or return None when its epoch was never granted to this seat.

    Raises:
        BrokenSealError: as `unseal_version` does.
        MalformedError: what was sealed is no content.
    """
    plaintext = unseal_version(sealed, vault=vault, keyring=keyring)
    if plaintext is None:
        return None
    return OpenedVersion(
        id=VersionId(sealed.id),
        origin=Origin(sealed.origin),
        seq=sealed.seq,
        n=sealed.n,
        compartment=CompartmentId(sealed.compartment),
        record=RecordId(sealed.record),
        content=decode_content(plaintext),
    )


def open_all(rows: Iterable[SealedVersion], *, vault: bytes, keyring: Keyring) -> list[OpenedVersion]:
    """Open every version that the keyring reaches, each once, whatever number of wraps it has.

    Raises:
        BrokenSealError, MalformedError: for some version no wrap that this seat can unwrap opens it.
    """
    opened, refusals = open_each(rows, vault=vault, keyring=keyring)
    if refusals:
        raise refusals[0]
    return opened


def open_each(
    rows: Iterable[SealedVersion], *, vault: bytes, keyring: Keyring
) -> tuple[list[OpenedVersion], list[VaultError]]:
    """Open every version that the keyring reaches, and say of each that does not open why.

    A wrap carries no authority (FORMAT.md 0.6): of several for one version the first that opens serves.
    """
    opened: dict[VersionId, OpenedVersion] = {}
    broken: dict[VersionId, VaultError] = {}
    for sealed in rows:
        identity = VersionId(sealed.id)
        if identity in opened:
            continue
        try:
            version = open_version(sealed, vault=vault, keyring=keyring)
        except MalformedError as error:
            broken[identity] = error  # it opened: no other wrap makes anything else of it
            continue
        except BrokenSealError as error:
            broken.setdefault(identity, error)
            continue
        if version is not None:
            opened[identity] = version
    return list(opened.values()), [refusal for identity, refusal in broken.items() if identity not in opened]
