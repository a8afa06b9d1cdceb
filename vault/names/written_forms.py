"""A written name taken apart into words, each in the plain forms that a text may show, also in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii

from vault.names.common_words import is_english_or_french
from vault.names.normal import PLAIN_LETTERS, lookalike, normal, normal_text
from vault.names.russian import case_forms, may_be_case_of, use_of

# Russian and its neighbours in Latin letters, by the schemes that stood in passports and stand in the press.
# Tables after the official ones, without marks: a comparison is made on plain letters.

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
    return "".join(
        spelling if letter == "е" and (before in _VOWELS or not before.isalpha()) else letter
        for before, letter in zip(" " + source, source, strict=False)
    )


def passport_spelling(plain: str) -> str:
    """Return the passport spelling of a plain Cyrillic word: one table look-up, for comparing many words."""
    return plain.translate(_PASSPORT)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalpha())


# A written name taken apart into words, and each word in the plain forms that a text may show it in.
FEWEST_LETTERS = 3  # a shorter word stands for a person only beside another word of the same name

# Parts that many people share. They belong to a name only beside another word of it.
# fmt: off
PARTICLES = frozenset((
    "abd", "abu", "al", "as", "ash", "bin", "ben", "bint", "da", "de", "del", "der", "di", "dos", "du", "el", "ibn",
    "la", "le", "ogly", "oglu", "uulu", "uly", "kyzy", "qizi", "zada", "zoda", "van", "von",
    "абд", "абу", "аль", "ас", "аш", "бин", "бен", "бинт", "дер", "де", "ибн", "оглы", "оглу", "углы", "уулу", "улы",
    "кызы", "кизи", "гызы", "заде", "зода", "зада", "фон", "ван", "эль",
    "ابو", "ابن", "بنت", "عبد", "ال",
))
# fmt: on

# What may follow a name in one word: English and French plural, Russian cases of Latin names, Kyrgyz and Turkish cases.
ENDINGS = (
    "s", "es", "a", "u", "om", "em", "ym", "e", "oi", "oy", "oj", "oju", "uju", "in", "nin", "un", "nun", "un", "dan",
    "ден", "дин", "дын", "дун", "дан", "дон", "тан", "тын", "тин", "ка", "га", "ге", "ке", "го", "нын", "нин", "нун",
    "ди", "ды", "ти", "ты", "да", "та", "де", "те", "лар", "лер", "дар", "дер", "тар", "тер", "у",
)  # fmt: skip
_ENDINGS_FOR_A = ("y", "i", "e", "u", "oi", "oy", "oj", "oiu", "oju")  # a Latin name in -a, declined as in Russian
_BEGINNINGS = ("و", "ال", "وال", "ب", "ل", "لل", "ك", "ف", "al", "el")
_FEWEST_STEM_LETTERS = 4

# A word of a plain text.
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a written name in order, as written. An apostrophe stays inside its word."""
    plain = normal_text(name)
    return tuple(name[slice(*plain.source_range(*match.span()))] for match in WORD.finditer(plain.text))


@lru_cache(maxsize=8192)
def word_forms(word: str) -> frozenset[str]:
    """Return the plain forms of one word of a name: as written, declined, transliterated."""
    plain = normal(word).replace("'", "")
    forms = {plain, *latin_spellings(word)}
    if any("\u0400" <= letter <= "\u052f" for letter in plain):
        forms.update(normal(form).replace("'", "") for form in case_forms(word))
    return frozenset(form for form in forms if form)


def lookalikes(forms: Iterable[str]) -> frozenset[str]:
    """Return those plain forms that can be typed in the letters of the other script throughout, so typed."""
    return frozenset(twin for form in forms if (twin := lookalike(form)))


def without_ending(token: str) -> tuple[str, ...]:
    """Return what may be left of a plain token when something was written onto a name."""
    stems = [token.removesuffix(ending) for ending in ENDINGS if token.endswith(ending)]
    stems += [token.removesuffix(ending) + "a" for ending in _ENDINGS_FOR_A if token.endswith(ending)]
    stems += [token.removeprefix(beginning) for beginning in _BEGINNINGS if token.startswith(beginning)]
    return tuple(stem for stem in stems if len(stem) >= _FEWEST_STEM_LETTERS)


def may_be_form_of(word: str) -> frozenset[str]:
    """Return words of names, casefolded, that a word of a text may show: none of an English or French word or a verb.

    Wide, by endings alone: whoever asks looks each of them up.
    """
    plain = word.casefold().translate(PLAIN_LETTERS)
    if "\u0400" <= plain[:1] <= "\u052f":
        use = use_of(word.casefold())
        return frozenset() if use.grammar or use.acting else may_be_case_of(word).union(without_ending(plain))
    return frozenset() if is_english_or_french(normal(word)) else frozenset(without_ending(plain))
