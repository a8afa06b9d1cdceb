"""One possible history of a log, while its rows go by: tree, session keys, and which sessions are sealed."""

from __future__ import annotations

from collections.abc import Iterable

from vault.log.checks.rowcheck import CheckedRow
from vault.log.tree import Frontier, Tile
from vault.words.finding import Code, Finding
from vault.words.message import Message


class History:
    """A tree under way. Where two rows claim one position, the log has two histories until a checkpoint decides.

    Attributes:
        frontier: the tree over the leaves so far.
        keys: session keys: that of genesis, then every `k`. The one before the last signs now.
        problems: what is wrong if this history is the true one.
        rejected: (seq, digest) of the rows that are false if this history is the true one.
    """

    __slots__ = ("_first", "_known", "_open", "_origin", "_sealed", "frontier", "keys", "problems", "rejected")

    def __init__(self, origin: bytes, first_key: bytes) -> None:
        self._origin = origin
        self.frontier = Frontier()
        self.keys = [first_key]
        self.problems: list[Finding] = []
        self.rejected: list[tuple[int, bytes]] = []
        self._known = {first_key}
        self._first = 0
        self._sealed = True
        # (number, first entry) of the sessions that ended without a valid checkpoint
        self._open: list[tuple[int, int]] = []

    def copy(self) -> History:
        """Return an independent history that is equal so far."""
        twin = History(self._origin, self.keys[0])
        twin.frontier, twin.keys, twin.problems = self.frontier.copy(), self.keys.copy(), self.problems.copy()
        twin.rejected = self.rejected.copy()
        twin._known, twin._open = self._known.copy(), self._open.copy()
        twin._first, twin._sealed = self._first, self._sealed
        return twin

    @property
    def session(self) -> int:
        """The number of the session under way: the count of `k` so far, which is the number of its key."""
        return len(self.keys) - 1

    @property
    def signing_key(self) -> bytes | None:
        """The key that signs a checkpoint of this size; None before entry 0."""
        return self.keys[-2] if len(self.keys) > 1 else None

    def append(self, row: CheckedRow) -> tuple[Tile, ...]:
        """Add the next entry; return the tiles that it completes (mostly none)."""
        seq = self.frontier.size
        if row.session_key is not None:
            self._begin_session(row.session_key, seq)
        elif seq == 0:
            self._note(Code.SESSION_KEY, seq, Message("entry 0 names no next session key"))
        return self.frontier.append(row.leaf)

    def reject(self, digests: Iterable[bytes]) -> None:
        """Note the other rows that claim the position of the entry to be added next."""
        seq = self.frontier.size
        for digest in digests:
            self.rejected.append((seq, digest))
            self._note(
                Code.FALSE_ROW, seq, Message("beside operation {seq} stands a row that no checkpoint covers", seq=seq)
            )

    def seal(self) -> bool:
        """Take a valid checkpoint at this size; False once any session before was left without one."""
        self._sealed = True
        for number, first in self._open:
            message = Message(
                "session {number}, from entry {first} on, has no valid checkpoint, and later sessions have",
                number=number,
                first=first,
            )
            self._note(Code.UNSEALED_SESSION, first, message)
        skipped = bool(self._open)
        self._open.clear()
        return not skipped

    def _begin_session(self, key: bytes, seq: int) -> None:
        if not self._sealed:
            self._open.append((self.session, self._first))
        if key in self._known:
            self._note(Code.SESSION_KEY, seq, Message("entry {seq} names a session key that was named before", seq=seq))
        self._known.add(key)
        self.keys.append(key)
        self._first = seq
        self._sealed = False

    def _note(self, code: Code, seq: int, message: Message) -> None:
        self.problems.append(Finding(code, message, self._origin, seq))
