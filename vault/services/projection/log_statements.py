"""What the entries of logs say, as far as this seat was granted it, judged against what their lists name (FORMAT.md 5).

A list is public and decides what is valid; what an entry says is known to its auditors alone. So what a false act lists
counts like anything else, and whoever can read the act names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from vault.ids import Origin
from vault.log.acts import ACTS, kinds_beyond
from vault.log.items import ItemKind
from vault.log.payload import Payload
from vault.services.projection.approval_checks import JUDGED_ACTS
from vault.store.rows import Rows
from vault.validity.audit_payloads import Auditor, read_histories
from vault.validity.authority import Proven
from vault.words.finding import Code, Finding
from vault.words.message import Message, enumerated

DRILL: Final = "recovery.drill"
_KEPT: Final = JUDGED_ACTS | {DRILL}
_NAMES: Final = {
    ItemKind.VERSION: Message("a version of a record"),
    ItemKind.GRANT: Message("a key given to a device"),
    ItemKind.EPOCH: Message("a new key"),
    ItemKind.KEYS: Message("a change of the file keys"),
    ItemKind.APPROVAL: Message("an approval"),
    ItemKind.ERASED: Message("an erasure"),
    ItemKind.SEEN: Message("a checkpoint of another log"),
    ItemKind.ATTACHMENT: Message("the content of a document"),
}


@dataclass(slots=True)
class Said:
    """What one run reads of payloads.

    Of `opened` payloads `newer` ones name an act that this program does not know: counted, not judged. `kept` has those
    of acts that need two persons, of erasures and of drills, by log, position and digest of the entry. `closed` are
    logs of which this seat cannot read every payload; `owed` entries it should be able to read and cannot;
    `sealed_to_others` were sealed to the auditors of their time, and this seat was none. `may_read` asks that of an
    entry, by the newest roster that its log had named.
    """

    may_read: Callable[[Origin, int, bytes], bool] = lambda origin, seq, digest: False
    opened: int = 0
    newer: int = 0
    kept: dict[tuple[bytes, int, bytes], Payload] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    owed: dict[Origin, list[int]] = field(default_factory=dict)
    sealed_to_others: int = 0

    def read(self, rows: Rows, auditor: Auditor, origin: Origin, known: Proven, start: int = 0) -> Iterator[Finding]:
        """Read one log from an entry on, in both histories where two part, and yield what is wrong."""
        for entry in read_histories(rows, auditor, origin, known, start):
            if entry.payload is None:
                self.closed.add(origin)
                if entry.fault == "broken":
                    yield Finding(Code.PAYLOAD_SEAL, Message("its details do not open"), origin, entry.seq)
                elif self.may_read(origin, entry.seq, entry.digest):
                    self.owed.setdefault(origin, []).append(entry.seq)
                else:
                    self.sealed_to_others += 1
                continue
            act = entry.payload.act
            self.opened += 1
            self.newer += act not in ACTS
            if act in _KEPT or ItemKind.ERASED in entry.kinds:
                self.kept[origin, entry.seq, entry.digest] = entry.payload
            if beyond := kinds_beyond(act, entry.kinds):
                names = enumerated([_NAMES[kind] for kind in beyond])
                message = Message("it says {act}, which may not list {names}, and lists it", act=act, names=names)
                yield Finding(Code.ACT, message, origin, entry.seq)
