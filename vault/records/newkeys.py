"""The keys that one operation gives: compartments that it founds, epochs that it replaces, seats that it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RandomBytes
from vault.log.epoch_notice import MOST_REPLACED, RevokedLog
from vault.log.items import Item, ItemKind
from vault.records.epochs import NewEpoch, make_epoch, make_grant
from vault.records.seatlog import Holder, SeatLog
from vault.seal.keyring import compartment_id
from vault.store.rowtypes import GrantRow
from vault.words.message import Message


@dataclass(slots=True)
class NewKeys:
    """Collected while a work is under way; nothing of it is valid before its operation is durable."""

    log: SeatLog
    random: RandomBytes
    _foundings: list[NewEpoch] = field(default_factory=list)
    _replacing: list[NewEpoch] = field(default_factory=list)
    _added: list[tuple[CompartmentId, GrantRow]] = field(default_factory=list)

    def found(self, seq: int, kind: CompartmentKind, holders: Sequence[Holder]) -> NewEpoch:
        """Found a compartment at the next place of the list of entry `seq`."""
        compartment = CompartmentId(compartment_id(self.log.origin, seq, len(self._foundings)))
        self._foundings.append(make_epoch(self.log.place, compartment, kind, holders, random=self.random))
        return self._foundings[-1]

    def replace(
        self,
        compartment: CompartmentId,
        kind: CompartmentKind,
        holders: Sequence[Holder],
        replaced: Sequence[EpochId],
        revocations: Sequence[RevokedLog] = (),
    ) -> NewEpoch:
        """Put a new epoch in the place of others, however many; it alone is granted to anybody (FORMAT.md 2)."""
        left = tuple(replaced)
        while len(left) > MOST_REPLACED:
            step = make_epoch(self.log.place, compartment, kind, (), replaced=left[:MOST_REPLACED], random=self.random)
            self._replacing.append(step)
            left = (step.epoch, *left[MOST_REPLACED:])
        new = make_epoch(
            self.log.place,
            compartment,
            kind,
            holders,
            replaced=left,
            revocations=tuple(revocations),
            random=self.random,
        )
        self._replacing.append(new)
        return new

    def grant(self, compartment: CompartmentId, epoch: EpochId, holders: Sequence[Holder]) -> None:
        """Seal the key of an epoch that this seat holds to more seats.

        Raises:
            RefusedError: this seat does not hold it.
        """
        new = next((made.key for made in self.epochs if made.epoch == epoch), None)
        key = self.log.keyring.get(epoch) if new is None else new
        if key is None:
            raise RefusedError(Message("this case or list was not granted to this device"))
        self._added += [(compartment, make_grant(self.log.place, compartment, epoch, key, to)) for to in holders]

    def of(self, compartment: CompartmentId) -> NewEpoch | None:
        """Return the newest epoch of a compartment, or None where this work makes none."""
        return next((new for new in reversed(self.epochs) if new.compartment == compartment), None)

    @property
    def epochs(self) -> list[NewEpoch]:
        """All new epochs, the founding ones first."""
        return [*self._foundings, *self._replacing]

    @property
    def grants(self) -> list[GrantRow]:
        """All new grants, in the order of the list."""
        return [grant for new in self.epochs for grant in new.grants] + [grant for _, grant in self._added]

    @property
    def kept(self) -> list[NewEpoch]:
        """The new epochs whose keys this seat keeps."""
        return [new for new in self.epochs if new.stays_in_keyring]

    @property
    def compartments(self) -> set[CompartmentId]:
        """The compartments of which this work gives or replaces keys."""
        return {*(new.compartment for new in self.epochs), *(compartment for compartment, _ in self._added)}

    def items(self) -> list[Item]:
        """Return what the operation lists of them: founding epochs, grants, then the other epochs (FORMAT.md 5)."""
        items = [new.item() for new in self._foundings]
        items += [item for new in self.epochs for item in new.grant_items()]
        items += [Item.in_compartment(ItemKind.GRANT, where, grant.digest) for where, grant in self._added]
        return items + [new.item() for new in self._replacing]
