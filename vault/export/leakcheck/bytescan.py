"""Search of raw bytes for forbidden forms in the encodings and disguises that files use."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from vault.export.leakcheck.forms import Occurrence

# Shorter needles turn up by chance in compressed data; shorter forms are found by the readers of text and strings.
_LEAST_BYTES = 6
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 2.3
_PREFIX = 4
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-be", "koi8-r", "koi8-u", "cp1251", "cp1256", "cp1252")
_SPACES = re.compile(rb"\s+")


class _Table:
    """Needles by their first bytes, then by length, so that one walk finds them all, however many they are."""

    def __init__(self) -> None:
        self._by_prefix: dict[bytes, dict[int, dict[bytes, Occurrence]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, needle: bytes, place: Occurrence) -> None:
        if len(needle) >= _LEAST_BYTES:
            self._by_prefix[needle[:_PREFIX]][len(needle)].setdefault(needle, place)

    def find_in(self, haystack: bytes) -> set[Occurrence]:
        found: set[Occurrence] = set()
        table = self._by_prefix
        for start in range(len(haystack) - _PREFIX + 1):
            prefix = haystack[start : start + _PREFIX]
            if prefix in table:
                for length, needles in table[prefix].items():
                    place = needles.get(haystack[start : start + length])
                    if place is not None:
                        found.add(place)
        return found


class Needles:
    """All encodings and disguises of some forms, of which the first has the place `first` in the whole list."""

    def __init__(self, forms: Sequence[str], first: Occurrence = 0) -> None:
        self._encoded, self._disguised = _Table(), _Table()
        for place, form in enumerate(forms, first):
            for spelling in {form, form.lower(), form.upper(), form.title()}:
                for encoded in _encodings(spelling):
                    self._encoded.add(encoded, place)
                    for disguise in _disguises(encoded):
                        self._disguised.add(disguise, place)
                for escaped in _escapes(spelling):
                    self._disguised.add(escaped, place)

    def find_in(self, haystack: bytes) -> set[Occurrence]:
        """Return which forms occur in bytes that are not text, as they are or disguised."""
        return self._encoded.find_in(haystack) | self.find_disguised_in(haystack)

    def find_disguised_in(self, haystack: bytes) -> set[Occurrence]:
        """Return which forms occur as hex, base64 or escapes, also where white space was strewn among the digits.

        For text, whose plain words are compared as words: inside a longer word that may stay, a form is no leak.
        """
        return self._disguised.find_in(haystack) | self._disguised.find_in(_SPACES.sub(b"", haystack))


def _encodings(form: str) -> set[bytes]:
    encoded = set()
    for encoding in _ENCODINGS:
        try:
            encoded.add(form.encode(encoding))
        except UnicodeEncodeError:
            continue
    return encoded


def _disguises(encoded: bytes) -> Iterator[bytes]:
    # Long enough to be looked for even where the encoded form itself is short.
    if len(encoded) >= _PREFIX:
        yield encoded.hex().encode()
        yield encoded.hex().upper().encode()
        yield from _base64_phases(encoded)


def _base64_phases(encoded: bytes) -> Iterator[bytes]:
    for phase in range(3):
        text = base64.b64encode(bytes(phase) + encoded)
        # The first and last characters also depend on neighbours that we do not know.
        first = (phase * 8 + 5) // 6
        whole = (phase + len(encoded)) * 8 // 6
        yield text[first:whole]
        yield text[first:whole].replace(b"+", b"-").replace(b"/", b"_")


def _percent(form: str) -> str:
    """Write a form as it stands in an address; what is allowed there as it is stays."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in form.encode())


def _escapes(form: str) -> Iterator[bytes]:
    for escaped in (
        _percent(form).encode(),
        _percent(form).lower().encode(),
        form.encode("ascii", "xmlcharrefreplace"),
        form.encode("ascii", "backslashreplace"),
    ):
        if escaped.lower() != form.lower().encode():
            yield escaped
