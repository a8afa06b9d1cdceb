"""Whom a backup brings back that this account saw go: said by name before the restored vault takes its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from vault.access.pins.copies import CopyKeys, SheetKeys
from vault.access.pins.pins import PinFile
from vault.access.trust.directory import Directory, read_directory
from vault.access.trust.keyrings import missing_keys, with_directory_keys
from vault.access.trust.roster_alarms import judge_restored
from vault.ids import MemberId
from vault.records.versions import open_each
from vault.seal.recipients import KemPrivate
from vault.services.projection.seats import names_said
from vault.store.engine import open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.validity.authority import Listings
from vault.words.finding import Code
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

_SHEETS = Message(
    "The recovery sheets that were replaced open again what is written from now on, and the newer ones open nothing."
    " Make new sheets: {new_root}.",
    new_root=NextStep.MAKE_NEW_ROOT,
)
_WAITS = Message(
    "They can read what is written from now on. Exports, grants and bundles to them wait until it is taken from them"
    " again: by a bundle of a colleague who knows of it, or by hand ({suspend}, {revoke}).",
    suspend=NextStep.SUSPEND_MEMBER,
    revoke=NextStep.REVOKE_DEVICE,
)


def valid_again(building: VaultFolder, keys: CopyKeys | SheetKeys, state: Path) -> tuple[Message, ...]:
    """Return who and what is valid again in a vault that was made of a backup, if this account saw it end.

    With sheets alone, or on an account that never opened the vault, nobody knows: nothing is returned.
    """
    if isinstance(keys, SheetKeys):
        return ()
    secrets = keys.secrets
    pins = PinFile(state / "pins", keys.vault, keys.place.seat, secrets.pin_key).load()
    database = open_database(building.database, keys.database_key, create=False)
    try:
        with database.reading() as rows:
            directory, names = _organisation(rows, keys)
    finally:
        database.close()
    found = judge_restored(directory, pins)
    certificates = directory.effective.certificates
    devices = Counter(certificates[seat].member for alarm in found for seat in alarm.seats)
    said = [
        plural(
            "{name} has access again that was taken from them, with {count} device.",
            "{name} has access again that was taken from them, with {count} devices.",
            count=count,
            name=_called(names, member),
        )
        for member, count in devices.items()
    ]
    waits = [_WAITS] if said else []
    sheets = [_SHEETS for alarm in found if alarm.code is Code.OLD_SHEETS]
    unknown = [alarm.message for alarm in found if alarm.code is Code.ROSTER]
    return (*sorted(said, key=str), *waits, *sheets, *unknown)


def _organisation(rows: Rows, keys: CopyKeys) -> tuple[Directory, Mapping[MemberId, set[str]]]:
    """Return the directory of the copy, and what it calls its members."""
    keyring = keys.keyring(rows)
    private = KemPrivate.from_seed(keys.secrets.kem_seed)
    granted = missing_keys(rows, keys.place, private, keyring, Listings())
    held = with_directory_keys(keyring, granted)
    directory = read_directory(rows, vault=keys.vault, keyring=held, root_public=keys.secrets.root_public)
    opened, _ = open_each(rows.versions(directory.compartment), vault=keys.vault, keyring=held)
    return directory, names_said(opened)


def _called(names: Mapping[MemberId, set[str]], member: bytes) -> str:
    return " / ".join(sorted(names.get(MemberId(member), ()))) or f"member {member.hex()[:8]}"
