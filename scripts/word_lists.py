"""Make the word lists of vault/names/lists from dictionaries that are installed; run once, where these are at hand.

    apt-get install hunspell-tools hunspell hunspell-uk hunspell-kk hunspell-uz tesseract-ocr tesseract-ocr-ukr \
        tesseract-ocr-kir tesseract-ocr-tgk tesseract-ocr-kaz tesseract-ocr-uzb
    pip install dawg2 pymorphy3 pymorphy3-dicts-ru faker
    python scripts/word_lists.py vault/names/lists [LANGUAGE]...

A list has the words that its sources write in small letters, and lacks what names somebody or a place: what a source
writes with a capital alone, what a table of names has, and the cases of both. `word_lists_names.txt` was read by a
person: its names are on no list, and its words on theirs even where a table of names has them.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pymorphy3  # type: ignore[import-untyped]
from dawg import DAWG  # type: ignore[import-not-found]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from vault.names.word_lists import typed

_HUNSPELL = Path("/usr/share/hunspell")
_TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LETTERS = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
    "kk": _RUSSIAN + "әғқңөұүһі",
    "ky": _RUSSIAN + "ңөү",
    "tg": _RUSSIAN + "ғӣқӯҳҷ",
    "uz": _RUSSIAN + "ўқғҳabcdefghijklmnopqrstuvwxyz'",
}
_HUNSPELLS = ("uk_UA", "uz_UZ", "kk_KZ")
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшъыьэюяўқғҳ",
        "a,b,v,g,d,e,yo,j,z,i,y,k,l,m,n,o,p,r,s,t,u,f,x,s,ch,sh,',i,,e,yu,ya,o',q,g',h".split(","),
        strict=True,
    )
)
_VOWELS = "аеёиоуэюяўъь"
# What stands behind a name of these languages. A list lacks a name with any of them.
_ENDINGS = {
    "kk": "ға ге қа ке да де та те дан ден тан тен нан нен ды ді ты ті ны ні дың дің тың тің ның нің мен бен пен ым ім"
    " м ы і сы сі жан ша ше дар дер тар тер лар лер",
    "ky": "га ге го гө ка ке ко кө да де до дө та те то тө дан ден дон дөн тан тен тон төн ды ди ду дү ты ти ту тү ны"
    " ни ну нү дын дин дун дүн тын тин тун түн нын нин нун нүн ым им ум үм м ы и у ү сы си су сү жан",
    "tg": "и ро у ю ю я ам ат аш ҷон ҳо ҳои ву",
    "uz": "га да дан ни нинг ка қа жон хон ой им м и си лар ga da dan ni ning ka qa jon xon oy im m i si lar",
    "uk": "",
}


def main(folder: Path, *languages: str) -> None:
    hand, starts = _by_hand()
    capitals = {code: {word.casefold() for word in _hunspell(code) if word[:1].isupper()} for code in _HUNSPELLS}
    slavic = _russian_names()
    cyrillic = slavic.union(capitals["kk_KZ"], capitals["uz_UZ"], *hand.values())
    uzbek = cyrillic | {_in_latin(word) for word in cyrillic} | _faker("uz_UZ")
    tables = dict.fromkeys(_LETTERS, cyrillic) | {
        "uk": slavic | capitals["uk_UA"] | _faker("uk_UA"),
        "uz": uzbek,
    }
    small = {code: {word for word in _hunspell(code) if word.islower()} for code in _HUNSPELLS}
    found = {
        "uk": lambda: small["uk_UA"] | _correct("ukr", "uk_UA"),
        "kk": lambda: small["kk_KZ"] | _attested("kaz"),
        "ky": lambda: _attested("kir"),
        "tg": lambda: _attested("tgk"),
        "uz": lambda: small["uz_UZ"] | {_in_latin(word) for word in small["uz_UZ"]} | _attested("uzb"),
    }
    for language in languages or found:
        candidates = found[language]()
        allowed = frozenset(_LETTERS[language])
        whole = {word for word in starts[language] if not word.endswith("*")}
        begun = tuple(typed(word[:-1]) for word in starts[language] - whole)
        words = {typed(word) for word in whole}
        words |= {word for word in tables[language] if word.startswith(begun)} if begun else set()
        names = (tables[language] - words) | {typed(word) for word in hand[language]}
        long = {word for word in map(typed, candidates) if len(word) > 1}
        made = {word for word in long | whole if allowed.issuperset(word)}
        kept = sorted((word for word in made if not _names_somebody(language, typed(word), names)), key=str.encode)
        DAWG(kept).save(str(folder / f"{language}.dawg"))
        print(language, len(made), len(kept), (folder / f"{language}.dawg").stat().st_size)  # noqa: T201


def _names_somebody(language: str, word: str, names: set[str]) -> bool:
    """Say whether a word is a name, or one with something behind it."""
    if word in names:
        return True
    behind = (piece for piece in _ENDINGS[language].split() if word.endswith(piece))
    return any(
        word[: -len(piece)] in names for piece in behind if len(word) - len(piece) >= (4 if len(piece) < 2 else 3)
    )


def _by_hand() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the names and the words that a person wrote down, by language."""
    names: dict[str, set[str]] = {language: set() for language in _LETTERS}
    words: dict[str, set[str]] = {language: set() for language in _LETTERS}
    into, languages = names, list[str]()
    for line in Path(__file__).with_name("word_lists_names.txt").read_text("utf-8").splitlines():
        said = "" if line.startswith("#") else line
        head, colon, rest = said.rpartition(":")
        if colon:
            languages = [word for word in head.split() if word != "words"]
            into = words if head == "words" else into
        for language in languages:
            into[language].update(typed(word) for word in rest.split())
            if language == "uz":
                into[language].update(_in_latin(word) for word in rest.split())
    return names, words


def _russian_names() -> set[str]:
    """Return given names and places of the Russian dictionary, in the nominative."""
    analyzer = pymorphy3.MorphAnalyzer()
    known = ((word, str(tag)) for word, tag, *_ in analyzer.dictionary.iter_known_words())
    return {word for word, tag in known if "nomn" in tag and any(one in tag for one in ("Name", "Geox"))}


def _faker(locale: str) -> set[str]:
    """Return the names of people of a locale, word by word, as they are typed."""
    provider = vars(import_module(f"faker.providers.person.{locale}").Provider)
    lists = (names for key, names in provider.items() if key.startswith(("first_names", "last_names", "middle_names")))
    return {typed(word) for names in lists for name in names for word in name.split()}


def _output(*command: object, given: Iterable[str] = ()) -> str:
    """Return what a program says, which reads one word a line."""
    words = "\n".join(given).encode()
    done = subprocess.run([*map(str, command)], input=words, capture_output=True, check=True)  # noqa: S603 - our own words
    return done.stdout.decode("utf-8", "replace")


def _hunspell(code: str) -> Iterable[str]:
    """Return all forms of a dictionary of hunspell, as it writes them."""
    return _output("unmunch", *(_HUNSPELL / f"{code}.{end}" for end in ("dic", "aff"))).replace("\ufeff", "").split()


def _tesseract(code: str) -> set[str]:
    """Return the words that a language of tesseract was trained with, as texts wrote them."""
    with TemporaryDirectory() as folder:
        _output("combine_tessdata", "-u", _TESSDATA / f"{code}.traineddata", f"{folder}/t.")
        _output("dawg2wordlist", *(f"{folder}/t.{part}" for part in ("lstm-unicharset", "lstm-word-dawg", "out")))
        return set(Path(folder, "t.out").read_text("utf-8").split())


def _attested(code: str) -> set[str]:
    """Return what texts wrote in small letters: not what they mostly wrote with a capital, endings and all."""
    words = _tesseract(code)
    small = {word for word in words if word.replace("'", "").isalpha() and word.islower()}
    titled = {word.casefold() for word in words if word.istitle() and len(word) > 3}
    begun = [Counter(word[:end] for word in group for end in range(4, len(word) + 1)) for group in (small, titled)]
    return {word for word in small if 2 * begun[0][word] >= begun[1][word] or word not in titled}


def _correct(code: str, dictionary: str) -> set[str]:
    """Return the words of a language of tesseract, in small letters, that a dictionary of hunspell accepts."""
    words = sorted(word for word in _tesseract(code) if word.isalpha() and word == word.casefold())
    return set(_output("hunspell", "-d", dictionary, "-i", "utf-8", "-G", given=words).split())


def _in_latin(word: str) -> str:
    """Return an Uzbek word of Cyrillic letters in Latin ones, as since 1995."""
    letters = []
    for place, letter in enumerate(typed(word)):
        first = place == 0 or word[place - 1] in _VOWELS
        letters.append(
            "ye"
            if letter == "е" and first
            else "ts"
            if letter == "ц" and not first and place
            else _LATIN.get(letter, letter)
        )
    return "".join(letters).replace("''", "'").rstrip("'")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
