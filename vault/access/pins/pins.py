"""What this account remembers of a vault, outside its folder: enough to notice an old copy (FORMAT.md 7).

Pins follow the vault: a commit is durable before they name it, so they may lag behind and never run ahead.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from vault import platform
from vault.access.pins.alarms import Stored
from vault.errors import InternalError, TryAgainError, VaultError
from vault.ids import Origin, SeatId, VaultId, make_id
from vault.records.seatlog import SeatLog, decoded
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.envelope import LocalContext, open_sealed, seal
from vault.seal.named import machine_digest, private_file_name
from vault.seal.purposes import Purpose
from vault.store.files import read_limited, write_durable
from vault.words.message import Message

_REST_SECONDS = 0.5
_PINS_LIMIT = 1024 * 1024
_PINS_STEP = 4096
_ONE_BYTE_LENGTH = 255

Endings = Mapping[bytes, frozenset[str] | None]
"""Seat that lost something -> the roles left to it, None where it was ended."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What this seat did last here, in ms UTC, and how its recovery stands; None for what it never did or cannot tell.

    Last backup that was proven, last check of a log or of a backup. `separated`: those who audit do nothing else here.
    `sheets`: the secret of the recovery sheets is off this device, as it goes when they are proven; `made`: a set was
    made here of that secret. `drill` is the last that proved the sheets, `proposed` when the app last proposed it.
    `root` is the digest of the root key in effect then and at the last unlock: with another one the drill says nothing.
    """

    backup: int | None = None
    verify: int | None = None
    separated: bool | None = None
    sheets: bool | None = None
    made: bool | None = None
    drill: int | None = None
    proposed: int | None = None
    root: bytes | None = None

    @property
    def proven(self) -> bool | None:
        """Whether a drill here proved the sheets that are valid now; None where this device cannot tell."""
        if self.sheets is False:
            return False
        return True if self.sheets and self.drill is not None else None

    @property
    def lack_of_sheets(self) -> Message | None:
        """What each screen warns of: sheets not proven, or none. What is not known here, `status` tells."""
        if self.proven is not False:
            return None
        return Message("recovery sheets not proven yet") if self.made else Message("no recovery sheets")


@dataclass(frozen=True, slots=True)
class Pinned:
    """The size and root at which a log was last seen whole."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Pins:
    """One seat's memory of one vault on one machine.

    Attributes:
        machine: digest of the machine that wrote them.
        logs: origin -> what was last seen of it.
        current: the log that this seat goes on with.
        pending: a log of this seat whose entry 0 may or may not have become durable, or None.
        sheets: digests of the acts that put other sheets in the place of those before, as their person compared them.
        seen: digests of acts of the sheets, and further devices of this member, that were told here.
        keys_header: SHA-256 of the header of the `keys` file. keys_slot: SHA-256 of this seat's slot.
        keys_generation: the generation of that file: a later one is newer, an earlier one was put back.
        keys_file: SHA-256 of the whole of it.
        index: digest of the member's index at the last lock, or None.
        highest_ms: the highest wall clock believed (`policy.clocks`).
        alarms: faults that an unlock met and that no clean verification has settled since (`alarms.stored`).
        here: the seats that had a way into this folder since its database got its key.
        attempts: SHA-256 of the hints about failed attempts that this seat has counted already.
        ended: what was taken so far.
        recovery: the recovery key that the recovery door was made for, as far as this account knows.
        dates: what this seat did last here; nothing counts because of it.
    """

    machine: bytes
    logs: Mapping[Origin, Pinned]
    current: Origin
    pending: Origin | None
    keys_header: bytes
    keys_slot: bytes
    index: bytes | None
    highest_ms: int
    keys_generation: int = 0
    alarms: tuple[Stored, ...] = ()
    here: frozenset[SeatId] = frozenset()
    attempts: bytes = b""
    ended: Endings = field(default_factory=dict)
    recovery: bytes = b""
    keys_file: bytes = b""
    dates: Dates = Dates()
    sheets: tuple[bytes, ...] = ()
    seen: frozenset[bytes] = frozenset()

    def encode(self) -> bytes:
        """Return the content of the pins file, before it is sealed, filled up so that its size tells little."""
        logs = [(origin, pinned.size, pinned.root) for origin, pinned in sorted(self.logs.items())]
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        ended = [(key, None if left is None else sorted(left)) for key, left in sorted(self.ended.items())]
        seen, here = sorted(self.seen), sorted(self.here)
        return _filled(_Wire(**kept | {"logs": logs, "here": here, "ended": ended, "seen": seen}))

    @classmethod
    def decode(cls, content: bytes) -> Pins:
        """Return the pins of an opened file.

        Raises:
            MalformedError: not what `encode` gives.
        """
        kept = msgspec.structs.asdict(decoded(content, _Wire, Message("the pins cannot be read")))
        del kept["fill"]
        logs = {origin: Pinned(size, root) for origin, size, root in kept.pop("logs")}
        ended = MappingProxyType({key: None if left is None else frozenset(left) for key, left in kept.pop("ended")})
        sets = {"here": frozenset(kept["here"]), "seen": frozenset(kept["seen"])}
        return cls(**kept | {"logs": MappingProxyType(logs), "ended": ended, **sets})


class _Wire(msgspec.Struct, frozen=True):
    machine: bytes
    logs: list[tuple[Origin, int, bytes]]
    current: Origin
    pending: Origin | None
    keys_header: bytes
    keys_slot: bytes
    index: bytes | None
    highest_ms: int
    keys_generation: int = 0
    alarms: tuple[Stored, ...] = ()
    here: Sequence[SeatId] = ()
    attempts: bytes = b""
    ended: Sequence[tuple[bytes, list[str] | None]] = ()
    recovery: bytes = b""
    keys_file: bytes = b""
    dates: Dates = Dates()
    sheets: tuple[bytes, ...] = ()
    seen: Sequence[bytes] = ()
    fill: bytes = b""


def _filled(wire: _Wire) -> bytes:
    """Return the encoding with so much `fill` that content and mark take a multiple of 4,096 bytes."""
    missing = -(len(msgspec.msgpack.encode(wire)) + 1) % _PINS_STEP
    if missing > _ONE_BYTE_LENGTH:  # then the length of `fill` takes one byte more
        missing = missing - 1 if missing - 1 > _ONE_BYTE_LENGTH else missing - 1 + _PINS_STEP
    return msgspec.msgpack.encode(msgspec.structs.replace(wire, fill=bytes(missing)))


def first_pins(log: SeatLog, machine: bytes) -> Pins:
    """Return the pins of an account that has seen nothing of the vault yet and goes on with this log."""
    return Pins(
        machine=machine,
        logs={},
        current=log.origin,
        pending=None,
        keys_header=b"",
        keys_slot=b"",
        index=None,
        highest_ms=0,
    )


def with_keys(pins: Pins, file: KeyFile, slot: int) -> Pins:
    """Return pins that remember this `keys` file, and of its slots this seat's."""
    return replace(
        pins,
        keys_header=sha256(file.header.encode()).digest(),
        keys_slot=sha256(file.slots[slot]).digest(),
        keys_generation=file.header.generation,
        keys_file=file.digest(),
    )


def begun_pins(log: SeatLog, machine: bytes, file: KeyFile, slot: int, *, recovery: bytes) -> Pins:
    """Return the pins of an account that itself wrote this log from its beginning, and this `keys` file.

    `recovery` is the recovery key that its recovery door was made for.
    """
    pins = with_keys(pinned_now(log, first_pins(log, machine), {}), file, slot)
    return replace(pins, highest_ms=log.now_ms(), recovery=recovery)


def pinned_now(log: SeatLog, before: Pins, verified: Mapping[Origin, Pinned]) -> Pins:
    """Return the pins that follow from the log as it stands; what was seen of other logs is never unlearned."""
    logs = dict(before.logs)
    for origin, seen in verified.items():
        # What was verified is of the remembered history or shorter, so the longer of the two holds both. A log that was
        # let in may not be here yet.
        if seen.size > (logs[origin].size if origin in logs else 0):
            logs[origin] = seen
    logs[log.origin] = Pinned(log.size, log.frontier.root())
    return replace(before, logs=logs, current=log.origin, pending=None)


@dataclass(frozen=True, slots=True)
class PinFile:
    """Where the pins of one seat and vault lie, and what seals them."""

    folder: Path
    vault: VaultId
    seat: SeatId
    pin_key: bytes = field(repr=False)

    @property
    def path(self) -> Path:
        """The file; its name tells neither vault nor seat to who has not the key."""
        return self.folder / private_file_name(self.pin_key, self.vault, self.seat)

    def load(self) -> Pins | None:
        """Return the pins, or None where there are none that this seat wrote. Nothing there keeps a person out."""
        try:
            untrusted = read_limited(self.path, _PINS_LIMIT)
            return Pins.decode(open_sealed(self.pin_key, untrusted, self._context()))
        except VaultError:
            return None

    def is_there(self) -> bool:
        """Say whether anything stands where the pins belong: where it does not `load`, somebody broke it."""
        return os.path.lexists(self.path)

    def save(self, pins: Pins) -> None:
        """Replace the pins durably, and whatever stands in their place.

        Raises:
            TryAgainError: no room in the account's state folder, or no right to write there.
        """
        try:
            platform.make_private_folder(self.folder)
            if self.path.is_dir() and not self.path.is_symlink():
                # A file cannot take the name of a folder.
                self.path.rename(self.path.with_name(f"{self.path.name}.{make_id().hex()}"))
        except OSError:
            raise _unwritable(self.folder) from None
        write_durable(self.path, seal(self.pin_key, pins.encode(), self._context()))

    def note(self, what: Mapping[str, Any]) -> None:
        """Remember these `dates` where no session is open. Without pins, or a place for them, nothing is remembered.

        A session elsewhere may write its own pins over these, or they older ones over its own: pins may lag behind.
        """
        known = self.load()
        if known is not None:
            with suppress(VaultError):
                self.save(replace(known, dates=replace(known.dates, **what)))

    def _context(self) -> LocalContext:
        return LocalContext(Purpose.PINS, self.vault, self.seat)


def this_machine(state: Path) -> bytes:
    """Return the digest that pins keep of this machine.

    Raises:
        TryAgainError: the system names no machine, and the account's state folder cannot be written.
    """
    try:
        return machine_digest(platform.machine_id(state))
    except OSError:
        raise _unwritable(state) from None


def _unwritable(folder: Path) -> TryAgainError:
    return TryAgainError(
        Message("the state folder {folder} cannot be written", folder=folder),
        next_step=Message("Check its free space and rights."),
    )


class PinKeeper:
    """Writes pins behind the work: a person never waits for them, and `close` waits for the last ones.

    It rests before each time, because its syncs and those of the commits wait for one another on the same disk, and a
    command is over by then. What a kill in between leaves behind are older pins of the same log.
    """

    def __init__(self, file: PinFile) -> None:
        self._file = file
        self._wanted: Pins | None = None
        self._ended = False
        self._waits = False  # for work; while it rests, only who hurries wakes it
        self._hurries = False
        self._fault: VaultError | None = None
        self._condition = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="pins", daemon=True)
        self._thread.start()

    def keep(self, pins: Pins) -> None:
        """Have these pins written soon, in place of any that still wait."""
        with self._condition:
            self._wanted = pins
            if self._waits:
                self._condition.notify()

    def keep_now(self, pins: Pins) -> None:
        """Have these pins written before what follows.

        Raises:
            VaultError: they could not be written.
        """
        with self._condition:
            self._wanted, self._hurries = pins, True
            self._condition.notify_all()
            self._condition.wait_for(lambda: not self._hurries)
        if self._fault is not None:
            raise self._fault

    def close(self) -> None:
        """Write what still waits.

        Raises:
            VaultError: the last pins could not be written; the vault itself is complete.
        """
        with self._condition:
            self._ended = True
            self._condition.notify()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        while True:
            with self._condition:
                self._waits = True
                self._condition.wait_for(lambda: self._wanted is not None or self._ended)
                self._waits = False
                self._condition.wait_for(lambda: self._ended or self._hurries, timeout=_REST_SECONDS)
                pins, self._wanted = self._wanted, None
            if pins is None:
                return
            try:
                self._file.save(pins)
                self._fault = None
            except VaultError as fault:
                self._fault = fault
            except Exception as fault:  # a thread that ends by itself would leave all later pins unwritten
                self._fault = InternalError(
                    Message("the pins could not be written: {name__}", name__=type(fault).__name__)
                )
            with self._condition:
                self._hurries &= self._wanted is not None
                self._condition.notify_all()
