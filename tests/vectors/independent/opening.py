"""A whole folder, from name and passphrase to what counts; and everything that is wrong with it (FORMAT.md 3 to 7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.vectors.independent.basis import (
    ATTACHMENT,
    EPOCH,
    GRANT,
    KEYS,
    VERSION,
    Fault,
    Refused,
    message,
    private_path,
    sha256,
    word_groups,
)
from tests.vectors.independent.compartments import Everything, key_id, tag_of
from tests.vectors.independent.contents import (
    Keys,
    Opened,
    Payload,
    beginning_of,
    heads,
    kept,
    lets_in,
    listed_at,
    read_payloads,
    read_versions,
)
from tests.vectors.independent.keys_file import KeysFile, Secrets, open_door, open_slot
from tests.vectors.independent.lines import Lines
from tests.vectors.independent.logs import read_logs, tile_faults
from tests.vectors.independent.pins import Pins, pins_faults, read_pins
from tests.vectors.independent.rights import CASE, SECTION
from tests.vectors.independent.sealing import PURPOSES, grant_info, local_aad, open_envelope, open_hpke
from tests.vectors.independent.tables import Local, Rows, connect, read_tables

_LOCAL_ROWS = ("session", "root secret", "keyring", "peers", "joining", "lines")
_WORDS = {VERSION: "version", ATTACHMENT: "attachment", EPOCH: "key"}


@dataclass
class Whole:
    """What a folder comes to for one seat."""

    file: KeysFile
    secrets: Secrets
    everything: Everything
    keys: Keys
    opened: list[Opened]
    payloads: list[Payload]
    faults: list[Fault] = field(default_factory=list)

    def held(self) -> set[bytes]:
        """Return the compartments of which this seat has a key, and its member is in."""
        found = {compartment for compartment, _ in self.keys.values()}
        states = {compartment: self.everything.state(compartment) for compartment in found}
        return {each for each, state in states.items() if state is not None and self.member in state.members}

    @property
    def member(self) -> bytes:
        return self.everything.lines.members.get(self.secrets.seat, b"")

    def shown(self, kind: str) -> list[Opened]:
        """Return the heads of all records of a kind in compartments that this seat holds."""
        held = self.held()
        return [one for one in heads(self.opened) if one.kind == kind and one.row.compartment in held]

    def holders_of(self, compartment: bytes) -> set[bytes]:
        """Return the members to whose devices a case is written now."""
        state, members = self.everything.state(compartment), self.everything.lines.members
        readers = set() if state is None or state.case is None else state.case.readers(1000 * time.time())
        return {members[seat] for seat in readers if seat in members}

    def in_short(self) -> tuple[str, ...]:
        """Return the notes that this seat reads, and who holds each case."""
        cases = {one.row.compartment for one in self.shown("case")}
        held = (",".join(sorted(member.hex() for member in self.holders_of(case))) for case in cases)
        return (*sorted(one.fields["text"] for one in self.shown("note")), *sorted(held))


def open_folder(folder: Path, name: str, passphrase: str, *, state: Path | None = None, device: bytes = b"") -> Whole:
    """Open a vault's folder and check all of it; with `state`, the pins of the account too.

    Raises:
        Refused: name, passphrase or files do not fit: nothing can be said about the contents.
    """
    file = KeysFile.read((folder / "keys").read_bytes())
    secrets = open_slot(file, name, passphrase, device)
    new, old = open_door(file, secrets)
    try:
        rows = read_tables(folder / "vault.db", new)
    except Refused:
        if not any(old):
            raise
        rows = read_tables(folder / "vault.db", old)
    pins = None if state is None else read_pins(state, file.vault, secrets)
    return judge(file, secrets, rows, pins)


def judge(file: KeysFile, secrets: Secrets, rows: Rows, pins: Pins | None = None) -> Whole:
    """Check rows, open what the seat may, and name what is wrong."""
    logs, faults = read_logs(rows, file.vault)
    faults += rows.faults + tile_faults(rows, logs)
    lines = Lines(file.vault, logs, () if pins is None else pins["sheets"])
    faults += lines.faults
    everything = Everything(file.vault, rows, logs, lines)
    if lines.founder is None:
        return Whole(file, secrets, everything, {}, [], [], faults)
    if word_groups(lines.anchor) != word_groups(secrets.anchor):
        faults.append(Fault("the anchor", "the vault of this seat began otherwise"))
    faults += [Fault("a log of no seat", log.name) for log in logs.values() if not lines.is_of_its_seat(log.genesis)]
    faults += [fault for log in logs.values() if lines.is_in(log.genesis.seat) for fault in log.contradictions]
    keys = (stored_keyring(everything, secrets) or {}) | open_grants(everything, secrets)
    opened, more = read_versions(everything, keys, lines.members.get(secrets.seat, b""))
    payloads, further = read_payloads(everything, keys)
    whole = Whole(file, secrets, everything, keys, opened, payloads, faults + more + further)
    whole.faults += [*absent(whole), *strays(whole)]
    whole.faults += [*keys_file_faults(whole), *keyring_faults(whole)]
    if pins is not None:
        whole.faults += pins_faults(pins, file, secrets, logs)
    return whole


def stored_keyring(everything: Everything, secrets: Secrets) -> dict[bytes, tuple[bytes, bytes]] | None:
    """Return what the keyring row of this seat holds; None where no such row opens."""
    for row in everything.rows.locals:
        if (row.seat, row.purpose) == (secrets.seat, PURPOSES["keyring"]):
            try:
                content = message(open_local(everything.vault, secrets, row))
            except Refused:
                continue
            return {bytes(epoch): (bytes(compartment), bytes(key)) for epoch, compartment, key in content}
    return None


def open_grants(everything: Everything, secrets: Secrets) -> dict[bytes, tuple[bytes, bytes]]:
    """Open every key that was given to this seat: as from the hint, then as from each seat whose log says so."""
    keys: dict[bytes, tuple[bytes, bytes]] = {}
    notices = {one.epoch: one for one in everything.notices.values()}
    for grant in everything.rows.grants:
        notice = notices.get(grant.epoch)
        if grant.seat != secrets.seat or notice is None or grant.epoch in keys:
            continue
        given = everything.listings(GRANT, notice.compartment, grant.epoch + grant.seat)
        for giver in dict.fromkeys((grant.giver, *(everything.seat_of(entry) for entry, _ in given))):
            info = grant_info(everything.vault, notice.compartment, grant.epoch, giver, grant.seat)
            try:
                key = open_hpke(secrets.kem, grant.sealed, info)
            except Refused:
                continue
            if key_id(notice, key) == grant.epoch:
                keys[grant.epoch] = notice.compartment, key
                break
    return keys


def absent(whole: Whole) -> Iterator[Fault]:
    """Name each listed row that is not here, was not erased, and is ours: what is missing (FORMAT.md 5 and 6)."""
    everything = whole.everything
    here = {VERSION: {row.id for row in everything.rows.versions if listed_at(everything, row) is not None}}
    here |= {EPOCH: set(everything.notices)}
    here |= {ATTACHMENT: {row.digest for row in everything.rows.attachments if sha256(row.names) == row.digest}}
    held = whole.held()
    epochs = {one.epoch for one in everything.notices.values()}
    kept_keys = (stored_keyring(everything, whole.secrets) or {}).items()
    rowless = {compartment for epoch, (compartment, _) in kept_keys if epoch not in epochs}
    erased = everything.erased()
    erased -= {
        (one, tag_of(compartment, one))
        for compartment in held
        if (one := kept(everything, compartment, whole.keys, erased)) is not None
    }
    # Beside a grant stands why it was given: that goes with the whole case or section alone.
    begun = {of: beginning_of(everything, of, whole.keys) for of in held if everything.kind_of(of) in {CASE, SECTION}}
    stands = {of for of, one in begun.items() if one is None or (one, tag_of(of, one)) not in erased}
    # A content is erased with the last document that names it.
    documents = [one.fields for one in whole.opened if one.kind == "document"]
    named = {fields[name]["digest"] for fields in documents for name in ("body", "extracted") if fields.get(name)}
    for entry in everything.entries():
        seat = everything.seat_of(entry)
        own = seat == whole.secrets.seat
        author = everything.lines.members[seat] if everything.lines.is_in(seat) else b""
        for n, item in enumerate(entry.items):
            if item.kind not in here or item.digest in here[item.kind]:
                continue
            of = next((one for one in held if tag_of(one, item.digest) == item.tag), None)
            goes = of not in stands or item.kind != VERSION or not lets_in(entry, of)
            if (item.digest, item.tag) in erased and goes and item.digest not in named:
                continue
            if item.kind != VERSION and not own and not (item.kind == EPOCH and of in rowless):
                continue  # an attachment is not fetched, a key did not come
            state = everything.state(of or b"")
            is_owed = of is not None and state and author in state.members and everything.may_write_there(entry, of)
            if own or item.kind != VERSION or is_owed:
                yield Fault(f"a missing {_WORDS[item.kind]}", f"{entry.origin.hex()[:8]} {entry.seq} {n}")


def strays(whole: Whole) -> Iterator[Fault]:
    """Name rows of keys, and of keys as they are sealed to somebody, that no list names."""
    everything = whole.everything
    for notice in everything.notices.values():
        if not any(everything.listings(EPOCH, notice.compartment, notice.digest)):
            yield Fault("an unlisted key", notice.digest.hex()[:8])
    for grant in everything.rows.grants:
        if (GRANT, grant.epoch + grant.seat) not in everything.listed:
            yield Fault("a key that nobody gave", grant.digest.hex()[:8])


def keys_file_faults(whole: Whole) -> Iterator[Fault]:
    """Name a `keys` file that is not the newest that some log lists for this folder."""
    file, newest = whole.file, []
    for log in whole.everything.logs.values():
        listed = [
            item.digest
            for entry in log.entries
            for item in entry.items
            if item.kind == KEYS and item.tag == sha256(file.folder, item.digest)[:16]
        ]
        newest += listed[-1:]
    if file.digest not in newest:
        yield Fault("the keys file", "is not the newest that the logs list")


def open_local(vault: bytes, secrets: Secrets, row: Local) -> bytes:
    aad = local_aad(row.purpose, vault, row.seat, row.number)
    return open_envelope(secrets.keyringkey, row.purpose, row.blob, aad)


def keyring_faults(whole: Whole) -> Iterator[Fault]:
    """Compare the keyring with what opens, and name each local row of this seat that does not open."""
    seat, everything = whole.secrets.seat, whole.everything
    for row in everything.rows.locals:
        word = next((word for word in _LOCAL_ROWS if PURPOSES[word] == row.purpose), None)
        if row.seat == seat and word is not None:
            try:
                open_local(whole.file.vault, whole.secrets, row)
            except Refused:
                yield Fault(f"the local row {word}", "does not open")
    found, held = stored_keyring(everything, whole.secrets), whole.held()
    if found is None:  # who has not yet begun a log never unlocked
        if any(log.genesis.seat == seat for log in everything.logs.values()):
            yield Fault("the keyring", "is not here")
    elif any(found.get(epoch) != kept for epoch, kept in whole.keys.items() if kept[0] in held):
        yield Fault("the keyring", "lacks a key that was given")


class Draft(NamedTuple):
    """A row of the table `draft` of a seat's drafts (FORMAT.md 8)."""

    compartment: bytes
    record: bytes
    kind: str
    saved_ms: int
    content: bytes


def read_drafts(folder: Path, whole: Whole) -> list[Draft]:
    """Read the drafts of a seat: a database of its own, under the draft key."""
    ids = whole.file.vault + whole.secrets.seat
    path = private_path(folder / "drafts", whole.secrets.draftkey, ids, ".db")
    with closing(connect(path, whole.secrets.draftkey)) as connection:
        return [Draft(*cells) for cells in connection.execute(f"SELECT {', '.join(Draft._fields)} FROM draft")]
