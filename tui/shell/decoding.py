"""What a terminal sends, as text: a byte that is no UTF-8 costs one letter, and never the session."""

from __future__ import annotations

from codecs import utf_8_decode


class TerminalText:
    """Decodes as it comes; half a letter waits for its other half."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, untrusted: bytes) -> tuple[str, bool]:
        """Return the text so far, and whether some of it was no UTF-8 and is replaced by U+FFFD."""
        waiting = self._rest + untrusted
        try:
            text, used = utf_8_decode(waiting, "strict", False)
        except UnicodeDecodeError:
            text, used = utf_8_decode(waiting, "replace", False)
            is_foreign = True
        else:
            is_foreign = False
        self._rest = waiting[used:]
        return text, is_foreign
