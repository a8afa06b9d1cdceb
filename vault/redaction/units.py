"""A text taken apart into what may need a decision: words, numbers, numbers in words, each with the part it plays."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import msgspec

from vault.data_files import read_table
from vault.names.common_words import is_acting, is_english_or_french, may_be_called
from vault.names.normal import NormalText, normal_text
from vault.names.russian import use_of
from vault.names.word_lists import KEEPING_CASE, is_word, language_of, typed
from vault.names.written_forms import PARTICLES
from vault.redaction.addresses import SHORT_WORDS, addresses
from vault.redaction.decoded import decoded
from vault.redaction.spelled import normal_words, spelled
from vault.redaction.vehicles import vehicles

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
    listed_starts: str
    particles_behind: str
    particles_before: str
    function_words: str
    dotted: str


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
_LISTED_STARTS = normal_words(_WORDS.listed_starts)
PARTICLES_BEHIND = normal_words(_WORDS.particles_behind)
PARTICLES_BEFORE = normal_words(_WORDS.particles_before)
_DOTTED = normal_words(_WORDS.dotted)
FUNCTION_WORDS = normal_words(_WORDS.function_words)

# As written: in plain form they are ordinary words, and with these letters they are the names Ali, Mai and Aimé.
NAMES_AS_WRITTEN = frozenset(("علي", "علی", "مي", "aimé"))

# What English and French write words with; a word with another letter, such as `ş`, is none of theirs.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâæçèéêëîïôœùûüÿ'’")


class Part(Enum):
    """What a unit is in its text."""

    WORD = auto()
    NUMBER = auto()  # in digits
    WHOLE = auto()  # several words that are one thing: a number in words, an address, a word in letters apart
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
_BEFORE_A_SENTENCE = re.compile(r"(?:\A|[.!?…:;\n\"«“()\[\]•*_>#])[\s\"«“(\-–—•*_]*\Z")
_AFTER_AN_INITIAL = re.compile(r"\.[ \-]?| ")
_LETTERS_APART = re.compile(
    r"(?<![^\W\d_])[^\W\d_](?:(?P<gap>[ .\-_*]{1,2})[^\W\d_])(?:(?P=gap)[^\W\d_]){2,}(?![^\W\d_])"
)
_SMALL_INITIALS = re.compile(r"(?<![\w.])([^\W\d_])\.[ ]?([^\W\d_])\.(?!\w)")
_TORN = re.compile(r"(?<!\w)([^\W\d_]{2,4})[ ]*\n[ ]*([^\W\d_]{2,6})(?!\w)")
_IN_SYLLABLES = re.compile(r"(?<![\w\-])[^\W\d_]{1,5}(?:-[^\W\d_]{1,5}){1,7}-[^\W\d_]{1,12}(?![\w\-])")
_SIGNS_FOR_LETTERS = re.compile(r"(?<![\w@$])(?=[^\W_]{0,40}[^\W\d_][@$]{1,3}[^\W\d_])[\w@$]{1,80}")
_HALF = 3  # letters of a half that hardly anybody is called by
_LIST_MARK = re.compile(r"(?:\A|(?<=\n))[ ]{0,8}(\d{1,3})[.)](?=[ ])")
_ASKED_AND_ANSWERED = (frozenset("qa"), frozenset("qr"), frozenset("во"))
_SPEAKER = re.compile(r"(?:\A|(?<=\n))([qaвоr])[.:](?=[ ])")  # who asks and who answers, on lines of their own
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th|er|re|e|eme)")
_LOOKING_BACK = 6
_TELLING = 500  # words at the beginning tell the language of a text
_Languages = Mapping[str, str]
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=\w\w)")
_ADVERBIAL = ("ly", "ment")  # an adverb; other verbs and adverbs are surnames too
_OF_THE_PAST = "ed"
_NO_SURNAME = 6  # letters of such a verb; `Freed` and `Reed` are called so
_LETTER_WORDS = frozenset("aioyавикосуяю")  # one-letter words, so no initials where no full stop follows


def units(text: str) -> Iterator[Unit]:
    """Yield the units of a text in order; those that could neither need a decision nor stand in a name are left out.

    A number in words ends the word that it stands in: of `Temir'one May` the name is a unit of its own.
    """
    plain = normal_text(text)
    marks = _list_marks(plain.text)
    before = _Before(_languages(plain, text))
    place = 0
    for whole in _wholes(plain, text):
        yield from _tokens(plain, text, (place, whole[0]), marks, before)
        yield before.whole(plain, *whole)
        place = whole[1]
    yield from _tokens(plain, text, (place, len(plain.text)), marks, before)


def _wholes(plain: NormalText, text: str) -> Iterator[tuple[int, int]]:
    """Yield where several words are one thing; of two that overlap, the one that begins first."""
    end = 0
    told = (
        *addresses(plain, text, _carries_on),
        *spelled(plain, text),
        *vehicles(plain, text),
        *_pieces(plain, text),
        *_encoded(plain, text),
    )
    for found in sorted(told):
        if found[0] >= end:
            yield found
            end = found[1]


def _encoded(plain: NormalText, text: str) -> Iterator[tuple[int, int]]:
    """Yield runs in another writing that say something to be asked about, and words with `@` and `$` for letters."""
    for run in decoded(text):
        start, end = plain.plain_range(run.start, run.end)
        if start < end and any(unit.asked for unit in units(run.text)):
            yield start, end
    if "@" in plain.text or "$" in plain.text:
        for match in _SIGNS_FOR_LETTERS.finditer(plain.text):
            yield match.span()


def _pieces(plain: NormalText, text: str) -> Iterator[tuple[int, int]]:
    """Yield words in letters that stand apart, initials in small letters, and names torn by the end of a line."""
    for match in _LETTERS_APART.finditer(plain.text):
        yield match.span()
    for match in _IN_SYLLABLES.finditer(plain.text):
        parts = text[slice(*plain.source_range(*match.span()))].split("-")
        if any(part.istitle() for part in parts[1:]):
            continue  # names that are joined, each with a fate of its own
        if not all(_is_said(piece) for piece in match.group().split("-")) or may_be_called(
            match.group().replace("-", "")
        ):
            yield match.span()
    for match in _SMALL_INITIALS.finditer(plain.text):
        if text[slice(*plain.source_range(*match.span()))].islower() and match[1] + match[2] not in _DOTTED:
            yield match.span()
    for match in _TORN.finditer(plain.text):
        first, second = (text[slice(*plain.source_range(*match.span(half)))] for half in (1, 2))
        passes = match[1] in PART_OF or match[2] in PART_OF or _carries_on(match[1], first)
        # A verb behind who may be called so goes on with the sentence: `Ali` left. `Voi` is half of `Voisin`.
        goes_on = _carries_on(match[2], second) and (len(first) > _HALF or may_be_called(match[1]))
        if first[0].isupper() and second.islower() and not passes and not goes_on:
            yield match.span()


def _tokens(
    plain: NormalText, text: str, stretch: tuple[int, int], marks: frozenset[int], before: _Before
) -> Iterator[Unit]:
    for match in _TOKEN.finditer(plain.text, *stretch):
        start, end = match.span()
        if start in marks:
            before.past(end, Part.MARK)
        elif word := match.group().strip("_"):  # which emphasise
            start = plain.text.index(word, start)
            yield before.token(plain, text, start, start + len(word))


class _Before:
    """The unit before, which tells what may stand beside it."""

    def __init__(self, languages: _Languages) -> None:
        self._languages = languages
        self._end = -1
        self._part = Part.MARK
        self._word = ""

    def past(self, end: int, part: Part, word: str = "") -> None:
        self._end, self._part, self._word = end, part, word

    def whole(self, plain: NormalText, start: int, end: int) -> Unit:
        self.past(end, Part.WHOLE)
        return Unit(*plain.source_range(start, end), plain.text[start:end], Part.WHOLE, True, False, False)

    def token(self, plain: NormalText, text: str, start: int, end: int) -> Unit:
        word = plain.text[start:end]
        place = plain.source_range(start, end)
        written = text[slice(*place)]
        begins = _BEFORE_A_SENTENCE.search(plain.text, max(0, start - _LOOKING_BACK), start) is not None
        between = plain.text[self._end : start] if self._end >= 0 else "\n"
        titled = self._part is Part.TITLE and (
            between == " " or (between in {". ", "."} and self._word in SHORT_TITLES)
        )
        begins &= not (between in {". ", "."} and self._word in SHORT_WORDS)
        capital = not written.islower() and any(letter.isupper() or letter.istitle() for letter in written)
        language = self._languages.get(_script(word), "")
        part, asked = _judged(word, written, language, capital, begins and not titled)
        if capital and len(word) == 1 and part is not Part.NUMBER:
            part, asked = _as_initial(plain.text, start, word, part, asked)
        near = between in {" ", "-"} or (
            self._part is Part.INITIAL and _AFTER_AN_INITIAL.fullmatch(between) is not None
        )
        if titled and (capital or len(word) == 1 or "'" in word[:2]):
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
    is_grammar = not language and _is_grammar(word, written)
    return (Part.GRAMMAR, False) if is_grammar else (Part.WORD, not _is_known(word, written, language))


def _is_explained_capital(word: str, written: str, language: str, begins: bool) -> bool:
    if language:
        is_start = word in _LISTED_STARTS or (language in KEEPING_CASE and is_word(language, typed(written)))
        return begins and is_start
    if word == "i":
        return written == "I"
    if (elided := _ELIDED.match(word)) and not written[elided.end() :].islower():
        return False
    if elided:
        return is_english_or_french(word[elided.end() :])
    if _is_cyrillic(word):
        return begins and use_of(written.casefold()).first
    return begins and (word in SENTENCE_STARTS or (_ends_as_no_name(word) and _is_acting(word, written)))


def _ends_as_no_name(word: str) -> bool:
    return word.endswith(_ADVERBIAL) or (word.endswith(_OF_THE_PAST) and len(word) >= _NO_SURNAME)


def _is_grammar(word: str, written: str) -> bool:
    """Return whether a word in small letters has no fate: a sentence without its `never` or `paid` says another."""
    return word in GRAMMAR_AND_NAMES or _is_acting(word, written)


def _is_said(piece: str) -> bool:
    return piece in PART_OF or piece in PARTICLES or _is_grammar(piece, piece) or _is_known(piece, piece, "")


def _carries_on(word: str, written: str) -> bool:
    return PART_OF.get(word) == "GRAMMAR" or _is_grammar(word, written)


def _is_acting(word: str, written: str) -> bool:
    if _is_cyrillic(word):
        use = use_of(written.casefold())
        return use.grammar or use.acting
    return is_acting(word) and LETTERS.issuperset(_letters(written))


def _is_known(word: str, written: str, language: str) -> bool:
    """Return whether a word in small letters, or of a script without capitals, is one that names nobody."""
    if _is_cyrillic(word):
        if language:  # its list alone: of the Russian words `талант` and `семей` one is a man there, one a city
            return is_word(language, typed(written))
        use = use_of(written.casefold())
        return use.ordinary or use.grammar
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
    for match in islice(_TOKEN.finditer(plain.text), _TELLING):
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
    """Return where marks of lines stand: numbers that count, one more than the mark before, or one; `Q.` and `A.`."""
    speakers = [(match[1], match.start(1)) for match in _SPEAKER.finditer(plain)]
    said = {mark for mark, _ in speakers}
    places = [place for mark, place in speakers if any(mark in pair and pair <= said for pair in _ASKED_AND_ANSWERED)]
    before = 0
    for match in _LIST_MARK.finditer(plain):
        number = int(match[1])
        if number in {1, before + 1}:
            places.append(match.start(1))
            before = number
    return frozenset(places)
