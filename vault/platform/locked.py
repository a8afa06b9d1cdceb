"""One piece of memory for keys: kept out of swap, of core dumps and of forked children, where the system allows it."""

from __future__ import annotations

import mmap
import sys

_MADV_WIPEONFORK = 18  # Linux; `mmap` names it only in later versions of Python
_PAGE = mmap.PAGESIZE


class LockedMemory:
    """A private mapping that its owner fills, and that `close` overwrites.

    What Python computes with passes through memory of its own: this protects what rests here, not what is in use.

    `is_locked`: the system promised to keep it out of swap (`RLIMIT_MEMLOCK` bounds how much it does).
    """

    def __init__(self, size: int) -> None:
        self._size = -(-max(size, 1) // _PAGE) * _PAGE
        self._map = _make_map(self._size)
        self.is_locked = _lock(self._map, self._size)

    def __len__(self) -> int:
        return self._size

    def read(self, start: int, size: int) -> bytes:
        """Return a copy of `size` bytes: a short-lived one, if the caller keeps it so."""
        return self._map[start : start + size]

    def write(self, start: int, data: bytes) -> None:
        """Overwrite bytes.

        Raises:
            IndexError: they would not fit.
        """
        if start < 0 or start + len(data) > self._size:
            raise IndexError(f"{len(data)} bytes at {start} of {self._size}")
        self._map[start : start + len(data)] = data

    def larger(self, size: int) -> LockedMemory:
        """Return a larger mapping with the same bytes; this one is wiped and closed."""
        new = LockedMemory(max(size, self._size))
        # Through views: a slice would be a copy of every key in ordinary memory.
        with memoryview(self._map) as ours, memoryview(new._map) as theirs:
            theirs[: self._size] = ours
        self.close()
        return new

    def close(self) -> None:
        """Wipe it and give it back. Closing twice does nothing."""
        if not self._map.closed:
            self._map[:] = bytes(self._size)
            self._map.close()


def _make_map(size: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    made = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if sys.platform == "linux":
        for advice in (mmap.MADV_DONTDUMP, _MADV_WIPEONFORK):
            try:
                made.madvise(advice)
            except OSError:  # an older kernel: the mapping is used without
                continue
    return made


def _lock(made: mmap.mmap, size: int) -> bool:
    import ctypes  # noqa: PLC0415 - 5 ms at start, and `--help` needs none of this

    place = ctypes.c_char.from_buffer(made)
    address = ctypes.c_void_p(ctypes.addressof(place))
    del place  # a mapping with a view on it cannot be closed
    try:
        if sys.platform == "win32":
            return bool(ctypes.windll.kernel32.VirtualLock(address, ctypes.c_size_t(size)))
        return int(ctypes.CDLL(None, use_errno=True).mlock(address, ctypes.c_size_t(size))) == 0
    except (OSError, AttributeError):
        return False
