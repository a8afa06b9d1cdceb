"""Who might have given a key of the directory, by the rosters that a seat can read before it opens that key.

A first sieve, so that nobody without the right makes a seat open what they list. What is valid is judged afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from vault.access.trust.directory import Directory, read_directory
from vault.access.trust.keyrings import GrantedKey, is_of_directory
from vault.errors import MalformedError, VerificationError
from vault.ids import CompartmentKind, Origin, VaultId
from vault.log.header import Header
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.validity.authority import Authority, Proven

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
