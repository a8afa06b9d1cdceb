"""Every act that a log may name, and the kinds of item that it may list (FORMAT.md 5).

The table is closed: what a program does under no name here, it does not do, and it writes no operation that lists more
than its act allows. Others may run another program: whoever opens a payload compares its act with the list, so that
nothing rides along under a harmless name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from vault.errors import VerificationError
from vault.log.items import Item, ItemKind
from vault.words.message import Message

_NOTHING: frozenset[ItemKind] = frozenset()
_VERSIONS = frozenset({ItemKind.VERSION})
_SEEN = frozenset({ItemKind.SEEN})
_APPROVED = frozenset({ItemKind.APPROVAL})
# A new key for a compartment travels with its grants.
_KEYS_OF_COMPARTMENT = frozenset({ItemKind.EPOCH, ItemKind.GRANT})
# Erasing the last live version of a compartment replaces its epoch; a move lists the new place of the record.
_ERASURE = frozenset({ItemKind.ERASED, ItemKind.VERSION}) | _KEYS_OF_COMPARTMENT | _APPROVED
_MEMBERSHIP = frozenset({ItemKind.VERSION, ItemKind.KEYS}) | _KEYS_OF_COMPARTMENT | _APPROVED

ACTS: Mapping[str, frozenset[ItemKind]] = MappingProxyType(
    {
        # the log itself
        "log.genesis": _VERSIONS | _KEYS_OF_COMPARTMENT | {ItemKind.KEYS},
        "log.restored": _KEYS_OF_COMPARTMENT | _SEEN,
        "log.read": _NOTHING,
        "log.verify": _SEEN,
        "log.export": _NOTHING,
        # The first session of a day and every 4,096 entries open a new audit period.
        "audit.period": _KEYS_OF_COMPARTMENT,
        # the seat
        "unlock.ok": _KEYS_OF_COMPARTMENT | _SEEN,
        "unlock.fail": _NOTHING,
        "lock": _SEEN,
        "keys.change": frozenset({ItemKind.KEYS}),
        "clock.jump": _NOTHING,
        "clock.repair": _VERSIONS | _APPROVED,
        "break.glass": _APPROVED | _VERSIONS | {ItemKind.GRANT},
        "config.change": _VERSIONS,
        # cases and what they hold
        "case.list": _NOTHING,
        "case.view": _NOTHING,
        "case.search": _NOTHING,
        "case.create": _VERSIONS | _KEYS_OF_COMPARTMENT,
        "case.edit": _VERSIONS,
        "case.delete": _ERASURE,
        "case.import": _VERSIONS | _KEYS_OF_COMPARTMENT,
        "section.create": _VERSIONS | _KEYS_OF_COMPARTMENT,
        "note.create": _VERSIONS,
        "note.correct": _VERSIONS,
        "person.create": _VERSIONS,
        "person.edit": _VERSIONS,
        "deadline.create": _VERSIONS,
        "deadline.edit": _VERSIONS,
        "file.add": _VERSIONS,
        "file.view": _NOTHING,
        "document.add": frozenset({ItemKind.VERSION, ItemKind.ATTACHMENT}),
        "intake.edit": _VERSIONS | {ItemKind.ERASED},
        "register.edit": _VERSIONS | {ItemKind.ERASED},
        "partner.create": _VERSIONS,
        "partner.edit": _VERSIONS,
        "rule.edit": _VERSIONS,
        "erase": _ERASURE,
        # what leaves the vault
        # The approval itself is kept in the case by the operation that uses it.
        "export.begin": _APPROVED | _VERSIONS,
        "export.done": _VERSIONS,
        "export.abort": _NOTHING,
        "export.all": _NOTHING,
        "print": _NOTHING,
        "backup.make": _NOTHING,
        "backup.restore": _SEEN,
        "sync.in": _SEEN,
        "sync.out": _NOTHING,
        # who may do what
        "grant.add": _KEYS_OF_COMPARTMENT | _APPROVED,
        "grant.remove": _KEYS_OF_COMPARTMENT | _APPROVED,
        "role.change": _MEMBERSHIP,
        "roster.change": _MEMBERSHIP,
        "key.rotate": _KEYS_OF_COMPARTMENT | _VERSIONS,
        "approve": _APPROVED,
        "access.recover": _MEMBERSHIP,
        "recovery.drill": _NOTHING,
    }
)


def check_act(act: str, items: Iterable[Item]) -> None:
    """Check that an operation lists no more than its act allows.

    Raises:
        VerificationError: the act is not in the table, or it may not list such an item.
    """
    allowed = ACTS.get(act)
    if allowed is None:
        raise VerificationError(Message("an operation names an act that this program does not know"))
    for item in items:
        if item.kind not in allowed:
            raise VerificationError(
                Message("an operation of act {act} lists an item of kind {kind}", act=act, kind=item.kind)
            )


def kinds_beyond(act: str, kinds: Collection[int]) -> list[ItemKind]:
    """Return which kinds of item an entry lists that its act may not, as whoever opens its payload judges it.

    Of an act or a kind that this program does not know, nothing is said: a newer one may have written it.
    """
    allowed = ACTS.get(act, frozenset(ItemKind))
    return [kind for kind in ItemKind if kind in kinds and kind not in allowed]
