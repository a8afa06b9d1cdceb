"""How a written word of a name sounds, in letters that all scripts and romanisations of it share.

A *sound* keeps vowels roughly and consonants well (`Skoriakine` and `Скорякин` both give `skoriakin`); its *key* keeps
classes of consonants alone, so that what one scheme writes `zh`, another `j` and a third `ž` meets. Where a spelling
can be read in two ways (French `ch`, Arabic `و`), each reading has its sound.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice, product

from vault.names.normal import APOSTROPHES

_MOST_READINGS = 32

# Consonants that neighbouring languages, schemes and ears take for one another.
_CLASSES = str.maketrans(
    {"b": "p", "v": "f", "d": "t", "g": "k", "h": "k", "x": "k"}
    | dict.fromkeys("zSZCJc", "s")
    | dict.fromkeys("aeiou", "")
)
KEY_LETTERS = "pftksmnlr"

_CYRILLIC = {letters: (sound,) for letters, sound in (dict(zip(
    "абвгґғдеёєәжзиіїйкқлмнңоөпрстуүўұфхҳһцчҷшщыэюяъь",
    ("a", "b", "v", "g", "g", "g", "d", "e", "o", "e", "a", "Z", "z", "i", "i", "i", "i", "k", "k", "l", "m", "n", "n",
     "o", "o", "p", "r", "s", "t", "u", "u", "u", "u", "f", "x", "h", "h", "c", "C", "J", "S", "S", "i", "e", "iu",
     "ia", "", ""),
    strict=True,
)) | {"дж": "J", "дз": "z", "тс": "c", "ӣ": "i", "ӯ": "u"}).items()}  # fmt: skip

# The longest first. Several readings stand beside one another.
_LATIN: dict[str, tuple[str, ...]] = {
    "schtsch": ("S",), "chtch": ("S",), "shch": ("S",), "šč": ("S",), "tsch": ("C",), "tch": ("C",), "sch": ("S",),
    "sh": ("S", "sh"),
    "dzh": ("J",), "dsch": ("J",), "dj": ("J",), "zh": ("Z", "zh"), "kh": ("x",), "gh": ("g",), "ph": ("f",),
    "th": ("t", "s", "th"), "dh": ("d", "z", "dh"), "ch": ("C", "x"), "ts": ("c",), "tz": ("c",), "tc": ("c",),
    "cz": ("c", "C"), "sz": ("S", "sz"),
    "ck": ("k",), "ou": ("u",), "oo": ("u", "o"), "ee": ("i", "e"), "qu": ("k",), "x": ("ks", "x"), "w": ("v",),
    "j": ("J", "i"), "y": ("i",), "q": ("k",), "c": ("k", "c"), "ç": ("C",), "č": ("C",), "ć": ("C",), "š": ("S",),
    "ş": ("S",), "ș": ("S",), "ž": ("Z",), "ż": ("Z",), "ğ": ("g",), "ł": ("l",), "ı": ("i",), "ə": ("a",),
    "ø": ("o",), "đ": ("d",), "ß": ("s",),
}  # fmt: skip
_SOFT_C = re.compile("c(?=[eiy])")

_ARABIC: dict[str, tuple[str, ...]] = {
    "ا": ("a",), "أ": ("a",), "إ": ("i",), "آ": ("a",), "ب": ("b",), "پ": ("p",), "ت": ("t",), "ث": ("s", "t"),
    "ج": ("J", "g"), "چ": ("C",), "ح": ("h",), "خ": ("x",), "د": ("d",), "ډ": ("d",), "ذ": ("z", "d"), "ر": ("r",),
    "ړ": ("r",), "ز": ("z",), "ژ": ("Z",), "س": ("s",), "ش": ("S",), "ص": ("s",), "ض": ("d", "z"), "ط": ("t",),
    "ظ": ("z", "d"), "ع": ("",), "غ": ("g",), "ف": ("f",), "ق": ("k",), "ک": ("k",), "ك": ("k",), "گ": ("g",),
    "ل": ("l",), "م": ("m",), "ن": ("n",), "ه": ("h",), "ة": ("",), "و": ("u", "v"), "ی": ("i",), "ي": ("i",),
    "ٹ": ("t",), "ڈ": ("d",), "ڑ": ("r",), "ں": ("n",), "ے": ("i",), "ہ": ("h",), "ھ": ("h", ""), "دج": ("J",),
    "تش": ("C",), "ى": ("a",), "ئ": ("",), "ؤ": ("",), "ء": ("",), "ټ": ("t",), "څ": ("c",), "ځ": ("z",),
    "ښ": ("S",), "ڼ": ("n",),
}  # fmt: skip
ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
_CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
# `al` between two parts is not heard before these letters; behind `Abd` nobody agrees whether it is written.
_ARTICLE_INSIDE = re.compile("(?<=^عبد)ال|(?<=..)ال(?=[تثدذرزسشصضطظن]..)")
_ABD = re.compile("^(abd|абд)[aeiouаеиоу]l?л?ь?(?=[^aeiouаеиоу])")
_ARTICLE = re.compile("^(?:al|el|ben|bin|ibn|abou|abu|аль|эль|бен|бин|ибн|абу)(?=[^aeiouаеиоу].{3})")
_SILENT_HEH = re.compile("ه\u200c")  # before an ending that is not joined
_DROPPED = re.compile(f"[{''.join(APOSTROPHES)}\u064b-\u0652\u0670\u0640\u200b-\u200f]")
_DOUBLED = re.compile(r"(.)\1+")
_SILENT_H = re.compile("(?<=[aeiou])h$")


@lru_cache(maxsize=65536)
def sounds_of(word: str) -> tuple[str, ...]:
    """Return the sounds of one word in any script, the likeliest first; none when no letter has one."""
    word = _SILENT_HEH.sub("ا", word)
    plain = _DROPPED.sub("", unicodedata.normalize("NFC", word).casefold().replace("\u0307", ""))
    if ARABIC_LETTER.search(plain):
        readings = _read_arabic(plain)
    else:
        read = _read_cyrillic if _CYRILLIC_LETTER.search(plain) else _read_latin
        readings = read(_ABD.sub(r"\1", plain))
        if (without := _ARTICLE.sub("", plain)) != plain:
            readings += read(without)
    readings += [without for reading in readings if (without := _SILENT_H.sub("", reading)) != reading]
    sounds = [_DOUBLED.sub(r"\1", reading) for reading in readings]
    if ARABIC_LETTER.search(plain):  # two letters of one kind may have a vowel between them
        sounds += readings
    return tuple(dict.fromkeys(sound for sound in sounds if sound))


def key_of(sound: str) -> str:
    """Return the key of a sound: the classes of its consonants, in order."""
    return sound.translate(_CLASSES)


def _read_cyrillic(word: str) -> list[str]:
    return ["".join(pieces) for pieces in _pieces(word, _CYRILLIC, most=2)]


def _read_latin(word: str) -> list[str]:
    return [_joined(pieces) for pieces in _pieces(_SOFT_C.sub("s", word), _LATIN, most=7)]


def _joined(pieces: tuple[str, ...]) -> str:
    letters = unicodedata.normalize("NFD", "".join(pieces))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def _read_arabic(word: str) -> list[str]:
    word = _ARTICLE_INSIDE.sub("", word)
    words = [word] if not word.startswith("ال") else [word.removeprefix("ال"), word]
    readings = [_joined(pieces) for form in words for pieces in _pieces(form, _ARABIC, most=2)]
    if word.endswith("ه"):
        readings = [form for reading in readings for form in (reading.removesuffix("h") + "a", reading)]
    return readings


def _pieces(word: str, table: Mapping[str, tuple[str, ...]], *, most: int) -> list[tuple[str, ...]]:
    """Return the word read from left to right, the longest letters first, in each of its readings."""
    choices: list[tuple[str, ...]] = []
    place = 0
    while place < len(word):
        for length in range(min(most, len(word) - place), 0, -1):
            letters = word[place : place + length]
            if letters in table or length == 1:
                choices.append(table.get(letters, (letters,)))
                place += length
                break
    return list(islice(product(*choices), _MOST_READINGS))
