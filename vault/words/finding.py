"""Something that is wrong, or that a person must hear of: told by its code, in words only where a face shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from vault.ids import DIGEST_SIZE, Origin, SeatId
from vault.words.message import Message


class Code(StrEnum):
    """What is wrong. The words are part of the reports that other programs read, and of what pins keep."""

    # the beginning of a log
    GENESIS = "genesis"
    # one operation
    HEADER = "header"  # not the canonical form
    FOREIGN = "foreign"  # of another log
    LIST = "list"  # not the one that the header names
    PAYLOAD = "payload"  # not the one that the header names
    ROW_DIGEST = "row-digest"  # the key of the row is not that of its content
    SESSION_KEY = "session-key"  # none where one belongs, one used before, or this device's is gone
    # the order of operations
    MISSING = "missing"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    MOVED = "moved"  # also: the seat went on with another log
    DUPLICATE = "duplicate"  # the same row again
    FALSE_ROW = "false-row"  # another row stands beside the true one
    UNORDERED = "unordered"
    # what was signed
    ALTERED = "altered"  # the signed tree holds other headers
    CHECKPOINT = "checkpoint"  # no checkpoint of this log
    SIGNATURE = "signature"  # by no key that the log names up to there
    WRONG_SESSION = "wrong-session"  # by the key of another session
    FORK = "fork"  # the log's key signed two histories
    OTHER_TREE = "other-tree"  # the log's key signed another history, which is not here
    UNSEALED_SESSION = "unsealed-session"  # a session before the newest has no valid checkpoint
    UNSIGNED = "unsigned"  # no valid checkpoint at all
    BEYOND_CHECKPOINT = "beyond-checkpoint"
    CUT = "cut"  # a checkpoint covers more than is here
    ROLLED_BACK = "rolled-back"  # not the history that was seen before
    # what the lists name
    ABSENT = "absent"  # listed, ours, not erased, not here
    UNLISTED = "unlisted"  # here, and no list names it
    VERSION_ID = "version-id"  # the id is not the hash of the row
    TAG = "tag"  # listed for another compartment
    KEYS_FILE = "keys-file"
    CONTENT = "content"  # of a document: not here, or not what was sealed
    # who is in
    ITEM = "item"  # an item that decides is of no known form
    # the logs of this seat and what this device remembers
    PINS = "pins"  # destroyed
    NO_PINS = "no-pins"
    OTHER_MACHINE = "other-machine"
    ROLLBACK = "rollback"  # a log is less than was seen
    OWN_LOG = "own-log"  # others have seen more of it
    TWIN_LOGS = "twin-logs"  # two logs of this seat go on from one
    OPEN_LOGS = "open-logs"  # nothing follows several logs of this seat
    COPIED = "copied"
    DAMAGED = "damaged"
    RATCHET = "ratchet"
    REMEMBERED = "remembered"  # of an earlier session, in words that this program does not know
    # keys
    OLD_KEYS = "old-keys"
    KEYRING = "keyring"
    KEYRING_LOST = "keyring-lost"
    REFUSED_KEYS = "refused-keys"
    # what lies on this device
    SCHEMA = "schema"
    DATABASE = "database"
    INDEX = "index"
    LOCAL = "local"
    # what a verification opens
    VERIFY = "verify"
    SEAL = "seal"
    WRAP = "wrap"
    CLOSED = "closed"  # no wrapped key that is here opens it
    EMPTY = "empty"  # what opened is no record
    QUARANTINED = "quarantined"
    QUARANTINE = "quarantine"
    WAITING = "waiting"
    UNENTITLED = "unentitled"
    NOT_HERE = "not-here"
    RECIPIENT = "recipient"  # stored where recipients are, and passed over
    REGISTER = "register"  # entries of an author under too many keys, passed over
    # what entries say
    ACT = "act"
    APPROVAL = "approval"
    HOLD = "hold"  # erased from a case on legal hold
    PAYLOAD_SEAL = "payload-seal"
    # what a member hears
    ATTEMPTS = "attempts"
    CLOCK = "clock"
    OWN_DEVICE = "own-device"
    SHEETS = "sheets"
    NEW_SHEETS = "new-sheets"
    # what a restored backup made valid again
    VALID_AGAIN = "valid-again"
    MEMBER_OVER = "member-over"
    # what waits in one compartment, because it failed there
    HANDOVER_WAITS = "handover-waits"
    ANNOUNCED = "announced"


class Severity(Enum):
    """What a finding stops."""

    FAULT = "fault"  # a contradiction: while it is told, nothing leaves, is granted or is erased
    ABSENCE = "absence"  # something is not here or does not open: acts in its own compartment wait, and no others
    NEWS = "news"  # nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or one piece of news.

    Attributes:
        code: what it is.
        message: with ids, numbers and names, never contents. Pins keep the code and no sentence.
        subject: the log, compartment, seat or act that it is about; None: this device, or the vault as a whole.
        seq: the operation, or the size that a checkpoint claims.
        n: the place in the operation's list.
        seats: in whose logs alone it lies; empty where that is not known.
        severity: what it stops.
        is_remembered: an earlier session noticed it.
    """

    code: Code
    message: Message
    subject: bytes | None = None
    seq: int | None = None
    n: int | None = None
    seats: frozenset[SeatId] = frozenset()
    severity: Severity = Severity.FAULT
    is_remembered: bool = False

    @property
    def origin(self) -> Origin | None:
        """The log that it lies in, where it is about a log."""
        return Origin(self.subject) if self.subject is not None and len(self.subject) == DIGEST_SIZE else None

    @property
    def is_news(self) -> bool:
        """Whether it stops nothing."""
        return self.severity is Severity.NEWS

    def replaces(self, other: Finding) -> bool:
        """Say whether this tells of the same thing as another one, told before; announcements stand side by side."""
        is_same = (self.code, self.subject) == (other.code, other.subject)
        return is_same and (self.code is not Code.ANNOUNCED or self.message == other.message)


def without(findings: Iterable[Finding], *codes: Code, subject: bytes | None = None) -> tuple[Finding, ...]:
    """Return the findings but those of these codes: about one subject where it is given, else about any."""
    return tuple(
        found for found in findings if found.code not in codes or (subject is not None and found.subject != subject)
    )
