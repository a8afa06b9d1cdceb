"""Search of raw bytes for forbidden forms in the encodings and disguises that files use."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from vault.export.leakcheck.forms import Occurrence

# Shorter needles turn up by chance in compressed data; shorter forms are found by the readers of text and strings.
_LEAST_BYTES = 6
_PREFIX = 4
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-be", "koi8-r", "koi8-u", "cp1251", "cp1256", "cp1252")
_SPACES = re.compile(rb"\s+")


class Needles:
    """All encodings of all forms behind one table of prefixes, so that one walk over the bytes finds them all."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._by_prefix: dict[bytes, list[tuple[bytes, Occurrence]]] = defaultdict(list)
        for place, form in enumerate(forms):
            for needle in {n for dress in _dresses(form) for n in _encodings(dress) if len(n) >= _LEAST_BYTES}:
                self._by_prefix[needle[:_PREFIX]].append((needle, place))

    def find_in(self, haystack: bytes) -> set[Occurrence]:
        """Return which forms occur in the bytes, also where white space was strewn among hex or base64 digits."""
        return self._walk(haystack) | self._walk(_SPACES.sub(b"", haystack))

    def _walk(self, haystack: bytes) -> set[Occurrence]:
        found: set[Occurrence] = set()
        table = self._by_prefix
        for start in range(len(haystack) - _PREFIX + 1):
            prefix = haystack[start : start + _PREFIX]
            if prefix in table:
                found.update(place for needle, place in table[prefix] if haystack.startswith(needle, start))
        return found


def _dresses(form: str) -> set[str]:
    return {form, form.lower(), form.upper(), form.title(), form.casefold()}


def _encodings(form: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        try:
            encoded = form.encode(encoding)
        except UnicodeEncodeError:
            continue
        yield encoded
        # Hex and base64 are long enough to be looked for even where the encoded form itself is short.
        if len(encoded) >= _PREFIX:
            yield encoded.hex().encode()
            yield encoded.hex().upper().encode()
            yield from _base64_phases(encoded)
    yield quote(form).encode()
    yield quote(form).lower().encode()
    yield form.encode("ascii", "xmlcharrefreplace")
    yield form.encode("ascii", "backslashreplace")


def _base64_phases(encoded: bytes) -> Iterator[bytes]:
    for phase in range(3):
        text = base64.b64encode(bytes(phase) + encoded)
        # The first and last characters also depend on neighbours that we do not know.
        first = (phase * 8 + 5) // 6
        whole = (phase + len(encoded)) * 8 // 6
        yield text[first:whole]
        yield text[first:whole].replace(b"+", b"-").replace(b"/", b"_")
