"""What joined sheets may give on: which keys recovery holds by right, and who the members are."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from vault.access.recovery.recovery_session import RecoverySession
from vault.access.seat_keys.audit_keys import AuditKey, open_audit_keys
from vault.access.trust.directory import RECOVERY
from vault.access.trust.keyrings import GrantedKey
from vault.access.trust.proving import Prover
from vault.casework.directory import Member
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, MemberId, SeatId
from vault.log.items import ItemKind
from vault.names.same_look import looks_same
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.validity.authority import Authority, names_its_list
from vault.validity.compartment_access import AccessResolver, CompartmentState
from vault.validity.grants import GrantReader
from vault.validity.said_once import SaidOnce
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class RecoverableKeys:
    """One compartment that recovery holds: what is valid of it, and the keys that were given to recovery by right."""

    state: CompartmentState
    keys: tuple[GrantedKey, ...] = field(repr=False)

    def was_held_by(self, seats: Collection[SeatId]) -> bool:
        """Say whether one of these seats held the compartment and was not revoked there."""
        epochs = self.state.epochs.values()
        return any(seat not in self.state.cutoffs and any(seat in epoch.granted for epoch in epochs) for seat in seats)


@dataclass(slots=True)
class RecoveryScope:
    """Judges for recovery, over one moment of the rows."""

    opened: RecoverySession
    rows: Rows
    prover: Prover
    authority: Authority = field(init=False)
    holding: AccessResolver = field(init=False)

    def __post_init__(self) -> None:
        chain = self.opened.directory.chain
        self.authority = Authority(self.rows, chain, lambda origin, seq: self.prover.around(self.rows, origin, seq))
        self.holding = AccessResolver(self.authority, self.opened.listings)

    def reached(self) -> list[RecoverableKeys]:
        """Return each compartment of which recovery holds a key by right, in the order in which it got them."""
        keys: dict[CompartmentId, list[GrantedKey]] = {}
        for key in self.opened.granted:
            keys.setdefault(key.compartment, []).append(key)
        found = []
        for compartment, given in keys.items():
            state = self.holding.state(compartment)
            if state is None:
                continue
            if counted := tuple(key for key in given if _is_by_right(state, key)):
                found.append(RecoverableKeys(state, counted))
        return found

    def audit_keys_of(self, seats: Collection[SeatId]) -> list[AuditKey]:
        """Return the audit keys that these seats were granted and recovery too."""
        reader = GrantReader(self.rows, self.opened.listings, self.opened.vault, self.opened.private)
        return open_audit_keys(reader, seat=RECOVERY, granted_to=seats)

    def member_named(self, name: str) -> MemberId | None:
        """Return the member of this name in the newest roster, however it is capitalised; None if there is none.

        Raises:
            RefusedError: several have it.
        """
        wanted = _folded(name)
        known = self.opened.directory.effective.members
        found = {
            said.member for said in self._said_of_members() if said.member in known and _folded(said.name) == wanted
        }
        if len(found) > 1:
            raise RefusedError(
                Message("several members have this name"),
                next_step=Message("Admit somebody new as admin with `--new-admin`."),
            )
        return next(iter(found), None)

    def is_taken(self, name: str) -> bool:
        """Say whether the name is, to the eye, that of somebody in the newest roster."""
        known = self.opened.directory.effective.members
        return any(looks_same(said.name, name) for said in self._said_of_members() if said.member in known)

    def _said_of_members(self) -> list[Member]:
        """Return the versions of kind `member` that somebody who might wrote; none stands in the place of another."""
        home = self.opened.directory.compartment
        keyring = Keyring()
        for key in self.opened.granted:
            if key.compartment == home and (opened_key := key.key) is not None:
                keyring.add(home, key.epoch, opened_key)
        opened, _ = open_each(self.rows.versions(home), vault=self.opened.vault, keyring=keyring)
        once = SaidOnce(self.rows, self.opened.vault, keyring)
        return [said for version, said in of_kind(opened, Member) if self._may_stand(version, once)]

    def _may_stand(self, version: OpenedVersion, once: SaidOnce) -> bool:
        entry = self.authority.entry(version.origin, version.seq, (ItemKind.VERSION, version.id))
        return (
            entry is not None
            and self.authority.may_have_written(version, CompartmentKind.DIRECTORY)
            and any(
                once.is_admission(version, row, entry, self.authority.chain)
                for row in self.rows.operations(version.origin, version.seq, version.seq + 1)
                if names_its_list(row)
            )
        )


def require_member(found: MemberId | None) -> MemberId:
    """Return the member who was found.

    Raises:
        NotFoundError: nobody was.
    """
    if found is None:
        raise NotFoundError(
            Message("no member of this name is in the newest list of members"),
            next_step=Message("Check the name, or admit somebody new as admin with `--new-admin`."),
        )
    return found


def _is_by_right(state: CompartmentState, key: GrantedKey) -> bool:
    return key.epoch in state.epochs and RECOVERY in state.epochs[key.epoch].granted and key.key is not None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())
