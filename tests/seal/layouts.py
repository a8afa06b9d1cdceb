"""What a screen shows when the keys of one layout are pressed while another is on."""

from __future__ import annotations

# The same keys, row by row, from the one left of 1.
_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?'
_AZERTY = "²azertyuiop^$qsdfghjklmùwxcvbn,;:!" + "²AZERTYUIOP¨£QSDFGHJKLM%WXCVBN?./§"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю." + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"

LAYOUTS = {"en": _QWERTY, "fr": _AZERTY, "ru": _RUSSIAN}


def typed_in(text: str, *, meant: str, layout: str) -> str:
    """Return what comes out when `text` is typed by somebody who takes the keyboard for `meant`."""
    return text.translate(str.maketrans(LAYOUTS[meant], LAYOUTS[layout]))
