"""A text taken apart into what may need a decision: words, numbers, numbers in words, each with the part it plays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

import msgspec

from vault.data_files import read_table
from vault.names.common_words import is_english_or_french
from vault.names.normal import NormalText, normal_text
from vault.names.russian import use_of
from vault.names.word_lists import is_word, language_of, typed
from vault.names.written_forms import PARTICLES
from vault.redaction.spelled import normal_words, spelled

# Words by the part that they play in a text: what default-deny does not ask about. All plain forms.
# The words stand in `neutral.toml`.


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parts: str
    titles: str
    short_titles: str
    abbreviations: str
    grammar: str
    grammar_and_names: str
    sentence_starts: str
    particles_behind: str
    particles_before: str
    function_words: str


_WORDS = read_table("vault.redaction", "neutral.toml", _Words)
PARTS = normal_words(_WORDS.parts)
TITLES = normal_words(_WORDS.titles)
SHORT_TITLES = normal_words(_WORDS.short_titles)
ABBREVIATIONS = normal_words(_WORDS.abbreviations)
GRAMMAR = normal_words(_WORDS.grammar)

# The name of the part that a word plays in any letters (`vault.redaction.units.Part`).
PART_OF = (
    dict.fromkeys(PARTS, "BESIDE")
    | dict.fromkeys(GRAMMAR, "GRAMMAR")
    | dict.fromkeys(ABBREVIATIONS, "GRAMMAR")
    | dict.fromkeys(TITLES, "TITLE")
)

GRAMMAR_AND_NAMES = normal_words(_WORDS.grammar_and_names)

# Those of them that are valid as the name even where another word stands beside it: "Will Smith", and later "Will".
FIRST_OF_ALL_NAMES = frozenset(("will", "may"))

SENTENCE_STARTS = (GRAMMAR_AND_NAMES - FIRST_OF_ALL_NAMES) | normal_words(_WORDS.sentence_starts)
PARTICLES_BEHIND = normal_words(_WORDS.particles_behind)
PARTICLES_BEFORE = normal_words(_WORDS.particles_before)
FUNCTION_WORDS = normal_words(_WORDS.function_words)

# As written: in plain form they are ordinary words, and with these letters they are the names Ali, Mai and Aimé.
NAMES_AS_WRITTEN = frozenset(("علي", "علی", "مي", "aimé"))

# What English and French write words with; a word with another letter, such as `ş`, is none of theirs.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâæçèéêëîïôœùûüÿ'’")


class Part(Enum):
    """What a unit is in its text."""

    WORD = auto()
    NUMBER = auto()
    INITIAL = auto()  # a capital letter and a full stop: `С.`
    PARTICLE = auto()  # in small letters: `von`, `кызы`
    BESIDE = auto()  # a day, court or street, which belongs to a name beside it
    DESCRIBING = auto()  # an adjective that begins a sentence, and perhaps a name: `Южную Осетию`
    TITLE = auto()
    GRAMMAR = auto()  # names nobody, wherever it stands
    MARK = auto()  # the number of a line in a list


class Unit(NamedTuple):
    """One unit in places of the source. `asked`: nothing explains it. `near`: nothing but a space or hyphen before it.

    `capital`: it is written with one. `word` is its plain form.
    """

    start: int
    end: int
    word: str
    part: Part
    asked: bool
    capital: bool
    near: bool


_TOKEN = re.compile(r"\d+(?:[.,:/\-]\d+)*(?!\w)|\w+(?:'\w+)*")
_BEFORE_A_SENTENCE = re.compile(r"(?:\A|[.!?…:;\n\"«“(\[•])[\s\"«“(\-•]*\Z")
_AFTER_AN_INITIAL = re.compile(r"\.[ \-]?| ")
_LIST_MARK = re.compile(r"(?:\A|(?<=\n))[ ]{0,8}(\d{1,3})[.)](?=[ ])")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th|er|re|e|eme)")
_LOOKING_BACK = 6
_Languages = Mapping[str, str]
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=\w\w)")
_LETTER_WORDS = frozenset("aioyавикосуяю")  # one-letter words, so no initials where no full stop follows


def units(text: str) -> Iterator[Unit]:
    """Yield the units of a text in order; those that could neither need a decision nor stand in a name are left out.

    A number in words ends the word that it stands in: of `Temir'one May` the name is a unit of its own.
    """
    plain = normal_text(text)
    marks = _list_marks(plain.text)
    before = _Before(_languages(plain, text))
    place = 0
    for number in spelled(plain, text):
        yield from _tokens(plain, text, (place, number[0]), marks, before)
        yield before.number(plain, *number)
        place = number[1]
    yield from _tokens(plain, text, (place, len(plain.text)), marks, before)


def _tokens(
    plain: NormalText, text: str, stretch: tuple[int, int], marks: frozenset[int], before: _Before
) -> Iterator[Unit]:
    for match in _TOKEN.finditer(plain.text, *stretch):
        start, end = match.span()
        if start in marks:
            before.past(end, Part.MARK)
        elif match.group().strip("_"):
            yield before.token(plain, text, start, end)


class _Before:
    """The unit before, which tells what may stand beside it."""

    def __init__(self, languages: _Languages) -> None:
        self._languages = languages
        self._end = -1
        self._part = Part.MARK
        self._word = ""

    def past(self, end: int, part: Part, word: str = "") -> None:
        self._end, self._part, self._word = end, part, word

    def number(self, plain: NormalText, start: int, end: int) -> Unit:
        self.past(end, Part.NUMBER)
        return Unit(*plain.source_range(start, end), plain.text[start:end], Part.NUMBER, True, False, False)

    def token(self, plain: NormalText, text: str, start: int, end: int) -> Unit:
        word = plain.text[start:end]
        place = plain.source_range(start, end)
        written = text[slice(*place)]
        begins = _BEFORE_A_SENTENCE.search(plain.text, max(0, start - _LOOKING_BACK), start) is not None
        between = plain.text[self._end : start] if self._end >= 0 else "\n"
        titled = self._part is Part.TITLE and (
            between == " " or (between in {". ", "."} and self._word in SHORT_TITLES)
        )
        capital = any(letter.isupper() or letter.istitle() for letter in written)
        language = self._languages.get(_script(word), "")
        part, asked = _judged(word, written, language, capital, begins and not titled)
        if capital and len(word) == 1 and part is not Part.NUMBER:
            part, asked = _as_initial(plain.text, start, word, part, asked)
        near = between in {" ", "-"} or (
            self._part is Part.INITIAL and _AFTER_AN_INITIAL.fullmatch(between) is not None
        )
        if titled and capital:
            part, asked = (part if part is Part.INITIAL else Part.WORD), True
        self.past(end, part, word)
        return Unit(*place, word, part, asked, capital, near)


def _as_initial(plain: str, place: int, word: str, part: Part, asked: bool) -> tuple[Part, bool]:
    """Judge a single capital letter: an initial where a full stop or, unless it can be a word, a name follows it.

    At the start of a line it counts a heading, and is asked about only with the name that it stands before.
    """
    follows = plain[place + 1 : place + 2]
    if follows == ".":
        return Part.INITIAL, place > 0 and plain[place - 1] != "\n"
    return (Part.INITIAL, asked) if follows == " " and word not in _LETTER_WORDS else (part, asked)


@lru_cache(maxsize=65536)
def _judged(word: str, written: str, language: str, capital: bool, begins: bool) -> tuple[Part, bool]:
    """Return the part that a word plays, and whether nothing explains it."""
    if any(letter.isdigit() for letter in word):
        return Part.NUMBER, len(word) > 1 and _ORDINAL.fullmatch(word) is None
    if not capital and word in PARTICLES:
        return Part.PARTICLE, not _is_known(word, written, language)
    if (part := PART_OF.get(word)) is not None:
        return Part[part], False
    if capital and _is_explained_capital(word, written, language, begins):
        describes = _is_cyrillic(word) and use_of(written.casefold()).adjective
        return (Part.DESCRIBING if describes else Part.WORD), False
    if capital:
        return Part.WORD, True
    return (Part.GRAMMAR, False) if _is_grammar(word, written) else (Part.WORD, not _is_known(word, written, language))


def _is_explained_capital(word: str, written: str, language: str, begins: bool) -> bool:
    if language:  # these lists keep case
        return begins and is_word(language, typed(written))
    if word == "i":
        return written == "I"
    if (elided := _ELIDED.match(word)) and not written[elided.end() :].islower():
        return False
    if elided:
        return is_english_or_french(word[elided.end() :])
    if _is_cyrillic(word):
        return begins and use_of(written.casefold()).first
    return begins and word in SENTENCE_STARTS


def _is_grammar(word: str, written: str) -> bool:
    return word in GRAMMAR_AND_NAMES or (_is_cyrillic(word) and use_of(written.casefold()).grammar)


def _is_known(word: str, written: str, language: str) -> bool:
    """Return whether a word in small letters, or of a script without capitals, is one that names nobody."""
    if _is_cyrillic(word):
        if language:  # its list alone: of the Russian words `талант` and `семей` one is a man there, one a city
            return is_word(language, typed(written))
        return use_of(written.casefold()).ordinary or use_of(written.casefold()).grammar
    letters = _letters(written)
    if letters in NAMES_AS_WRITTEN:
        return False
    if language:
        return is_word(language, typed(written))
    if word[0].isascii():
        return LETTERS.issuperset(letters) and is_english_or_french(word)
    return word in FUNCTION_WORDS


def _languages(plain: NormalText, text: str) -> _Languages:
    """Return the language of a text for each script that it has words in, where these need a list of words."""
    words: dict[str, dict[str, bool]] = {}
    for match in _TOKEN.finditer(plain.text):
        written = text[slice(*plain.source_range(*match.span()))]
        word = typed(written)
        if written == written.casefold() and word.replace("'", "").isalpha():
            words.setdefault(_script(match.group()), {})[word] = _is_known(match.group(), written, "")
    return {
        script: language_of(script, (word for word, known in by_word.items() if not known), len(by_word))
        for script, by_word in words.items()
        if script
    }


def _script(word: str) -> str:
    return "Cyrillic" if _is_cyrillic(word) else "Latin" if word[0].isascii() else ""


def _letters(written: str) -> str:
    """Return a word with the letters that were typed, without vowel points, stretching or invisible characters."""
    composed = unicodedata.normalize("NFC", written.casefold())
    return "".join(letter for letter in composed if letter in "'’" or unicodedata.category(letter) in {"Ll", "Lo"})


def _is_cyrillic(word: str) -> bool:
    return "\u0400" <= word[0] <= "\u052f"


def _list_marks(plain: str) -> frozenset[int]:
    """Return where numbers stand that only count the lines of a list: one more than the mark before, or one."""
    places: list[int] = []
    before = 0
    for match in _LIST_MARK.finditer(plain):
        number = int(match[1])
        if number in {1, before + 1}:
            places.append(match.start(1))
            before = number
    return frozenset(places)
