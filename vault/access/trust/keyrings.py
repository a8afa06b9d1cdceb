"""The keys that a seat was granted and its keyring does not hold yet: believed by nobody so far.

The keyring row is a cache of what was granted. An older one opens as well as the newest, so it is compared with
the grants at each unlock. Whether the giver was entitled, `refresh` asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from vault.access.trust.directory import Directory, read_directory
from vault.errors import MalformedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, SeatId, VaultId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import SEAT_IN_GENESIS
from vault.log.items import ItemKind, compartment_tag
from vault.log.operation import Header
from vault.platform import LockedMemory
from vault.records.epochs import notices_naming
from vault.records.seatlog import SealedPlace
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, grant_digest
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Authority, Listings, Place, Proven
from vault.validity.epoch_validity import GrantReader

# One page, 128 keys; a keyring that holds more takes a larger piece.
_FIRST_SIZE = 4096
# Keys of the directory by one giver that are opened at one time, before anybody can say whether it might give them.
MOST_UNJUDGED = 256


Opening = Callable[[], bytes | None]


@dataclass(frozen=True, slots=True)
class GrantedKey:
    """An epoch granted to a seat by entries of some logs, in the compartment for which they list it.

    To open is dear, and anybody in the vault can list what does not: it is opened where its key is asked for, once,
    and whoever asks has judged first whether it was given by right.

    Attributes:
        notice: what is said of the epoch.
        listed_at: where logs list grants of it.
        givers: whose logs these are.
        is_some_altered: a row is not what the list names.
    """

    notice: EpochNotice
    opening: Opening = field(repr=False, compare=False)
    listed_at: tuple[Place, ...]
    givers: frozenset[bytes] = frozenset()
    is_some_altered: bool = False

    @property
    def key(self) -> bytes | None:
        return self.opening()

    @property
    def is_altered(self) -> bool:
        """Whether it does not open, and a row is not what the list names."""
        return self.is_some_altered and self.key is None

    @property
    def compartment(self) -> CompartmentId:
        return CompartmentId(self.notice.compartment)

    @property
    def epoch(self) -> EpochId:
        return EpochId(self.notice.epoch)


def stored_keyring(rows: Rows, place: SealedPlace) -> Keyring:
    """Return the keyring of the seat's row; of an altered row nothing is kept: all of it is in the grants."""
    row = rows.local(place.seat, Purpose.KEYRING)
    if row is not None:
        with suppress(VerificationError):
            return Keyring.decode(place.open_row(row), LockedMemory(_FIRST_SIZE))
    return Keyring(LockedMemory(_FIRST_SIZE))


def missing_keys(
    rows: Rows, place: SealedPlace, private: KemPrivate, keyring: Keyring, listings: Listings
) -> list[GrantedKey]:
    """Return the keys that an operation lists a grant of to this seat and its keyring lacks, oldest first, unopened.

    Audit keys are left out: a seat keeps none (FORMAT.md 5).
    """
    missing = _missing_epochs(rows, place.seat, keyring)
    if not missing:
        return []
    listed = listings.of(rows, ItemKind.GRANT)
    seats = {row.origin: row.bytes[SEAT_IN_GENESIS] for row in rows.geneses()}
    reader = GrantReader(rows, listings, place.vault, private)
    found = []
    for epoch, notices in missing:
        grants = [row for row in grants_between(rows, epoch, place.seat) if row.digest in listed]
        for notice in {notice.compartment: notice for notice in sorted(notices, key=is_of_directory)}.values():
            given = {row: givers for row in grants if (givers := _givers(row, notice.compartment, listings, seats))}
            if given:
                found.append(_granted(reader, notice, given, listed))
    return found


def directory_keys(
    keyring: Keyring, granted: Iterable[GrantedKey], might_give: Callable[[GrantedKey], bool]
) -> list[tuple[GrantedKey, bytes]]:
    """Return what opens of the keys that say they are the directory's: it is read before anybody can be judged.

    A seat that holds a directory opens keys of that one alone, and of one giver no more than `MOST_UNJUDGED` at once.
    """
    claimed = [key for key in granted if is_of_directory(key.notice) and might_give(key)]
    held = {key.compartment for key in claimed if keyring.epochs_of(key.compartment)}
    opened: list[tuple[GrantedKey, bytes]] = []
    tried: Counter[bytes] = Counter()
    for given in claimed:
        if held and given.compartment not in held:
            continue
        if given.givers and all(tried[giver] >= MOST_UNJUDGED for giver in given.givers):
            continue
        tried.update(given.givers)
        if (key := given.key) is not None:
            opened.append((given, key))
    return opened


def with_directory_keys(
    keyring: Keyring, granted: Iterable[GrantedKey], might_give: Callable[[GrantedKey], bool] = lambda key: True
) -> Keyring:
    """Return the keyring with the directory keys that were granted: a seat opens them first and believes after.

    Where there are any it is a copy, and the keyring itself stays as it was (FORMAT.md 2).
    """
    new = directory_keys(keyring, granted, might_give)
    if not new:
        return keyring
    copy = keyring.copy(LockedMemory(_FIRST_SIZE))
    for given_key, key in new:
        with suppress(VerificationError):
            copy.add(given_key.compartment, given_key.epoch, key)
    return copy


def _givers(grant: GrantRow, compartment: bytes, listings: Listings, seats: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """Return from whom a grant may be: who lists it for this compartment, first the one that its row names."""
    tag = compartment_tag(compartment, grant.digest)
    logs = [origin for origin, listed in listings.grants.get(grant.digest, ()) if listed == tag]
    by = sorted({seats[origin] for origin in logs if origin in seats})
    return tuple(dict.fromkeys((grant.giver, *by))) if logs else ()


def _granted(
    reader: GrantReader,
    notice: EpochNotice,
    given: Mapping[GrantRow, Sequence[bytes]],
    listed: Mapping[bytes, Sequence[Place]],
) -> GrantedKey:
    @cache
    def opening() -> bytes | None:
        keys = (reader.open_as_from(notice.compartment, grant, givers) for grant, givers in given.items())
        return next((key for key in keys if key is not None), None)

    return GrantedKey(
        notice,
        opening,
        tuple(at for grant in given for at in listed[grant.digest]),
        frozenset(giver for givers in given.values() for giver in givers),
        any(row.digest != grant_digest(row.epoch, row.seat, row.sealed) for row in given),
    )


def is_of_directory(notice: EpochNotice) -> bool:
    """Say whether a notice calls its compartment the directory."""
    return notice.kind is CompartmentKind.DIRECTORY


def grants_between(rows: Rows, epoch: bytes, seat: SeatId) -> list[GrantRow]:
    return [row for row in rows.grants_of(epoch) if row.seat == seat]


def _missing_epochs(rows: Rows, seat: SeatId, keyring: Keyring) -> list[tuple[bytes, list[EpochNotice]]]:
    """Return the epochs that some row grants to the seat and its keyring lacks, with their notices, oldest first.

    Audit epochs are left out, and those of which no notice is here. Whether an operation lists the grant is the
    caller's to ask.
    """
    wanted = [epoch for epoch in rows.epochs_granted_to(seat) if epoch not in keyring]
    notices: dict[bytes, list[EpochNotice]] = {}
    for notice in notices_naming(rows, wanted):
        if notice.kind is not CompartmentKind.AUDIT:
            notices.setdefault(notice.epoch, []).append(notice)
    return _oldest_first(list(notices.items()))


def _oldest_first(missing: list[tuple[bytes, list[EpochNotice]]]) -> list[tuple[bytes, list[EpochNotice]]]:
    notices = dict(missing)
    waits = {
        epoch: {before for notice in of_epoch for before in notice.replaced if before in notices}
        for epoch, of_epoch in missing
    }
    followers: dict[bytes, list[bytes]] = {}
    for epoch, before in waits.items():
        for replaced in before:
            followers.setdefault(replaced, []).append(epoch)
    ordered = [epoch for epoch, before in waits.items() if not before]
    for epoch in ordered:
        for follower in followers.get(epoch, ()):
            waits[follower].discard(epoch)
            if not waits[follower]:
                ordered.append(follower)
    circle = [epoch for epoch, before in waits.items() if before]  # rows in a circle have no order
    return [(epoch, notices[epoch]) for epoch in (*ordered, *circle)]


# Who might have given a key of the directory, by the rosters that a seat can read before it opens that key.
# A first sieve, so that nobody without the right makes a seat open what they list. What is valid is judged
# afterwards.
MightGive = Callable[[GrantedKey], bool]


def by_what_is_held(
    rows: Rows, vault: VaultId, keyring: Keyring, root_public: bytes, granted: Sequence[GrantedKey]
) -> MightGive:
    """Return the sieve of the rosters that this keyring reads; where it reads none, everybody might give."""
    if any(is_of_directory(key.notice) for key in granted):
        with suppress(VerificationError):
            return by_directory(rows, read_directory(rows, vault=vault, keyring=keyring, root_public=root_public))
    return lambda key: True


def by_directory(rows: Rows, known: Directory) -> MightGive:
    """Return the sieve of these rosters: an entry that lists the key might give it, or names a roster not read yet.

    Who was ended by a known roster names none that is still to come.
    """
    authority = Authority(rows, known.chain, lambda origin, _: Proven(rows.size(origin)))

    def might_give(key: GrantedKey) -> bool:
        return any(_might_give(authority, known, Origin(origin), seq) for origin, seq in dict.fromkeys(key.listed_at))

    return might_give


def _might_give(authority: Authority, known: Directory, origin: Origin, seq: int) -> bool:
    if entries := authority.entries_at(origin, seq):
        return any(
            entry.rights.may_grant(entry.roles, CompartmentKind.DIRECTORY) or entry.founds_vault or entry.recovers
            for entry in entries
        )
    genesis = authority.genesis(origin)
    if genesis is None:
        return False
    is_ended = authority.is_certified(genesis.seat) and genesis.seat not in known.effective.certificates
    return not is_ended and any(known.chain.by_root(named) is None for named in _named_at(authority.rows, origin, seq))


def _named_at(rows: Rows, origin: Origin, seq: int) -> list[bytes]:
    named: list[bytes] = []
    for row in rows.operations(origin, seq, seq + 1):
        with suppress(MalformedError):
            named.append(Header.decode(row.header).roster)
    return named
