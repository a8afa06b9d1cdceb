"""Letters that stand for one another: the tables behind `vault.names.normal`."""

from __future__ import annotations

# Letters that Unicode does not decompose, and letters that keyboards without them replace. One letter for one letter,
# so that places in a text stay where they are. й and ё need no line: their decomposition already ends in и and е.
PLAIN_LETTERS = str.maketrans(
    {
        "ө": "о", "ү": "у", "ұ": "у", "ң": "н", "ә": "а", "қ": "к", "ғ": "г", "ҳ": "х", "һ": "х", "ҷ": "ч", "ӊ": "н",
        "і": "и", "є": "е", "ґ": "г", "ј": "и",
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ə": "a", "ŋ": "n",
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ګ": "گ", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ٱ": "ا",
    }
)  # fmt: skip

# Same look, other script; both alphabets casefolded. Upper-case pairs (В/B, Н/H) count, since text is casefolded first.
CYRILLIC_AS_LATIN = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "н": "h", "і": "i", "ј": "j", "к": "k", "м": "m", "о": "o",
    "р": "p", "г": "r", "ѕ": "s", "т": "t", "и": "u", "ѵ": "v", "х": "x", "у": "y", "ԛ": "q", "ԝ": "w",
}  # fmt: skip
LATIN_AS_CYRILLIC = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "i": "і", "k": "к", "m": "м", "n": "п", "o": "о", "p": "р",
    "r": "г", "s": "ѕ", "t": "т", "u": "и", "x": "х", "y": "у",
}  # fmt: skip

APOSTROPHES = frozenset("'`´ʹʻʼʽˈ‘’‛′＇՚")
DASHES = frozenset("-‐‑‒–—―−﹘﹣－⁃")
