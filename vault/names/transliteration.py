"""Russian and its neighbours in Latin letters, by the schemes that stood in passports and stand in the press.

Tables after the official ones, without marks: a comparison is made on plain letters.
"""

from __future__ import annotations

import unicodedata

from anyascii import anyascii

from vault.names.normal import normal

_COMMON = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip

# й and ё are и and е in the plain form, so each scheme spells them from the source letters before that.
_SCHEMES: dict[str, dict[str, str]] = {
    "icao": _COMMON | {"й": "i", "ё": "e", "ъ": "ie"},  # Russian passports since 2013
    "gost-52535": _COMMON | {"й": "i", "ё": "e", "ц": "tc"},  # 2010 to 2013
    "english": _COMMON | {"й": "y", "ё": "yo", "ю": "yu", "я": "ya"},  # 1997 to 2010, and the press
    "english-e": _COMMON | {"й": "y", "ё": "e", "ю": "yu", "я": "ya"},
    "french": _COMMON  # before 1997, and the French press
    | {"й": "i", "ё": "e", "у": "ou", "ж": "j", "ч": "tch", "ш": "ch", "щ": "chtch", "ю": "iou", "я": "ia"},
    "iso9": _COMMON
    | {"й": "j", "ё": "e", "ж": "z", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s", "ю": "u", "я": "a"},
    "scientific": _COMMON
    | {"й": "j", "ё": "e", "ж": "z", "х": "ch", "ц": "c", "ч": "c", "ш": "s", "щ": "sc", "ю": "ju", "я": "ja"},
    "german": _COMMON
    | {"в": "w", "й": "j", "ё": "jo", "ж": "sch", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch"}
    | {"ю": "ju", "я": "ja"},
}

_NEIGHBOURS = {
    "ө": "o", "ү": "u", "ұ": "u", "ң": "ng", "ә": "a", "қ": "q", "ғ": "gh", "ҳ": "h", "һ": "h", "ҷ": "j", "ў": "o",
    "ӣ": "i", "ӯ": "u", "і": "i", "ї": "i", "є": "ie", "ґ": "g",
}  # fmt: skip

_PASSPORT = str.maketrans(_SCHEMES["icao"])

_ADJECTIVE_ENDINGS = ("ый", "ий")
_VOWELS = frozenset("аеёиоуыэюяөүі")


def latin_spellings(word: str) -> tuple[str, ...]:
    """Return the plain Latin spellings of one word in any script, the passport one first, without repeats."""
    source = unicodedata.normalize("NFC", word).casefold()
    if not any("\u0400" <= letter <= "\u052f" for letter in source):
        plain = normal(word).replace("'", "")
        ascii_only = _letters(anyascii(word).casefold())
        return tuple(dict.fromkeys(form for form in (plain, ascii_only) if form.isascii() and form))
    spellings = [_spelled(source, table) for table in _SCHEMES.values()]
    spellings.append(_spelled(normal(word), _SCHEMES["icao"]))
    if source.endswith(_ADJECTIVE_ENDINGS):
        stem = source[:-2]
        for scheme in ("icao", "english", "french"):
            spellings += [_spelled(stem, _SCHEMES[scheme]) + ending for ending in ("y", "i", "iy", "ii", "yi")]
    spellings.append(_spelled(_with_iotation(source, "ye"), _SCHEMES["english"]))
    spellings.append(_spelled(_with_iotation(source, "ie"), _SCHEMES["french"]))
    french = _spelled(source, _SCHEMES["french"])
    if source.endswith(("ин", "ын")):
        spellings.append(french + "e")  # so that French does not nasalise the end
    return tuple(dict.fromkeys(form for form in map(_letters, spellings) if form))


def _spelled(source: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, _NEIGHBOURS.get(letter, letter)) for letter in source)


def _with_iotation(source: str, spelling: str) -> str:
    """Return the word with е after a vowel or at the start spelled as it sounds: `ye` in English, `ie` in French."""
    letters = []
    for before, letter in zip(" " + source, source, strict=False):
        letters.append(spelling if letter == "е" and (before in _VOWELS or not before.isalpha()) else letter)
    return "".join(letters)


def passport_spelling(plain: str) -> str:
    """Return the passport spelling of a plain Cyrillic word: one table look-up, for comparing many words."""
    return plain.translate(_PASSPORT)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalpha())
