"""Keys that mean the same in every keyboard layout of this program."""

from __future__ import annotations

from typing import Final

_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"

RUSSIAN_OF_LATIN: Final = dict(zip(_LATIN, _RUSSIAN + _RUSSIAN.upper(), strict=True))
"""What the key of a QWERTY letter or mark sends in the Russian layout (JCUKEN), for all 33 letters, both cases."""


def with_layouts(keys: str) -> str:
    """Return the keys of a binding together with what the same keys send in the Russian layout.

    Args:
        keys: as Textual takes them, separated by commas: `n`, `N`, `ctrl+l`, `f3,slash`. Keys that send no
            letter in that layout stay as they are.
    """
    every: list[str] = []
    for key in keys.split(","):
        every.append(key)
        modifiers, plus, last = key.rpartition("+")
        twin = RUSSIAN_OF_LATIN.get(last)
        if twin is not None:
            every.append(f"{modifiers}{plus}{twin}")
    return ",".join(every)
