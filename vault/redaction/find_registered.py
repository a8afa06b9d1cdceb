"""The registry detector: where a text shows a registered person, in any known form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vault.casework.typed_dates import MONTHS, WEEKDAYS, plain
from vault.names.common_words import is_english_or_french
from vault.names.normal import NormalText, normal, normal_text
from vault.names.russian import is_known
from vault.names.written_forms import PARTICLES, WORD, passport_spelling, without_ending
from vault.redaction.decoded import decoded
from vault.redaction.registry import PREFIX_LETTERS, Registry
from vault.redaction.spans import IdentifierType, Match

_NOBODY: frozenset[bytes] = frozenset()

# Between two words of one name: spaces, an initial's full stop, a hyphen, the marks of addresses and handles.
_INSIDE_A_NAME = re.compile(r"[ \n.,'\-_]{0,4}")
_BESIDE = re.compile(r"[ '\-_]{0,2}")
_BETWEEN_TORN = re.compile(r"[ \n\-]{1,3}")
_SPACED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_]){3,}(?![^\W\d_])")
_BETWEEN_PIECES = re.compile(r"[ \n\-_.·*|/]{1,3}")
# Letters with what is typed in their place: `K@r1m0v`. Each table is one way to read them.
_LEET = re.compile(r"(?<![\w@$!])[^\W\d_]{0,40}+[0-9@$!][\w@$!]{1,40}")
_READ_AS = tuple(
    str.maketrans(signs, letters)
    for signs, letters in (
        ("013457@$!", "oieastasi"), ("013457@$!", "oleastasl"), ("0134567@$!", "оизчсбтаси"), ("034@", "оеаа"),
    )
)  # fmt: skip
_TOKEN = re.compile(r"[^\W_][\w.+\-@/]*")
_DIGITS = re.compile(r"\d(?:[ ().\-\n/]{0,3}\d){4,}")
_BEFORE_A_NUMBER = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,3}[ \-№]{0,2}|\+?\d{1,4}[ \-().]{1,3})?[\d+(]*\Z")
_LONGEST_WORD = 40
_FEWEST_SPACED_LETTERS = 4
_FEWEST_TORN_LETTERS = 5
_FEWEST_REVERSED_LETTERS = 4
_MOST_PIECES = 5  # of a name that was cut into syllables
_LONGEST_PIECE = 5
_LOOKING_BACK = 12

_NAMES_SOMEONE = 2  # weight of a word that points to a person alone; a short word has half, a particle or initial none


def find_registered(text: NormalText, registry: Registry) -> list[Match]:
    """Return where the registry's people are, in places of the source. Matches may touch and overlap."""
    plain = text.text
    found = [*_literals(plain, registry), *_numbers(plain, registry)]
    return [
        *(
            Match(*text.source_range(start, end), IdentifierType.NAME, who, is_part=is_part)
            for start, end, who, is_part in _names(plain, registry)
        ),
        *(Match(*text.source_range(start, end), kind, who) for start, end, kind, who in found),
    ]


def find_in(text: str, registry: Registry) -> list[Match]:
    """Return where the registry's people are in a text as written."""
    return [*find_registered(normal_text(text), registry), *find_encoded(text, registry)]


def find_encoded(text: str, registry: Registry) -> Iterator[Match]:
    """Yield the runs in another writing that tell of the registry's people: each whole, as part of a longer text."""
    for run in decoded(text):
        if found := find_registered(normal_text(run.text), registry):
            who = frozenset[bytes]().union(*(match.entities for match in found))
            yield Match(run.start, run.end, found[0].kind, who, is_part=True)


_TypedPlace = tuple[int, int, IdentifierType, frozenset[bytes]]


class _WordIndex:
    """Looks words up in a registry and remembers the answers for one text: most words of a text are repeated.

    Args:
        words: whom each word points to.
        prefixes: how those words begin.
    """

    def __init__(self, words: Mapping[str, frozenset[bytes]], prefixes: frozenset[str]) -> None:
        self._words = words
        self._prefixes = prefixes
        self._answers: dict[str, frozenset[bytes]] = {}

    def who(self, token: str) -> frozenset[bytes]:
        """Return whom a plain word alone points to."""
        answer = self._answers.get(token)
        if answer is None:
            answer = self._answers[token] = self._look_up(token)
        return answer

    def _look_up(self, token: str) -> frozenset[bytes]:
        if who := self._with_ending(token.replace("'", "")):
            return who
        if "'" in token:
            pieces = [self._with_ending(piece) for piece in token.split("'")]
            if any(pieces):
                return next(who for who in pieces if who)
        is_cyrillic = "\u0400" <= token[0] <= "\u052f"
        if is_cyrillic and (who := self._with_ending(passport_spelling(token))):
            return who
        who = self._words.get(token[::-1], _NOBODY) if len(token) >= _FEWEST_REVERSED_LETTERS else _NOBODY
        is_word = bool(who) and (is_known(token) if is_cyrillic else is_english_or_french(token))
        return _NOBODY if is_word else who

    def _with_ending(self, token: str) -> frozenset[bytes]:
        words = self._words
        if who := words.get(token):
            return who
        if any(token[skip : skip + PREFIX_LETTERS] in self._prefixes for skip in range(4)):
            for stem in without_ending(token):
                if who := words.get(stem):
                    return who
        return _NOBODY


def _names(plain: str, registry: Registry) -> Iterator[tuple[int, int, frozenset[bytes], bool]]:
    """Yield runs of neighbouring words that can be one person's name, with everyone they can point to together.

    And whether a word of them stands without another word of the name: no more than a space or hyphen away.
    """
    whole = _WordIndex(registry.whole, registry.prefixes)
    run = _Run()
    for found in _name_words(plain, registry):
        if not (run.end and _INSIDE_A_NAME.fullmatch(plain, run.end, found.start) and run.admits(found.who)):
            yield from run.finished(whole)
            run = _Run()
        run.add(found, is_near=_BESIDE.fullmatch(plain, run.end, found.start) is not None)
    yield from run.finished(whole)


class _Found(NamedTuple):
    """A word that can be part of a registered name; `who` is None for an initial, which fits anyone."""

    start: int
    end: int
    word: str
    who: frozenset[bytes] | None
    weight: int


@dataclass(slots=True)
class _Run:
    """Neighbouring words; `who` is None while it holds only initials. `together` are the words that stand together."""

    start: int = 0
    end: int = 0
    who: frozenset[bytes] | None = None
    weight: int = 0
    together: list[set[str]] = field(default_factory=list)

    def admits(self, who: frozenset[bytes] | None) -> bool:
        return self.who is None or who is None or bool(self.who & who)

    def add(self, found: _Found, *, is_near: bool) -> None:
        self.start = self.start if self.end else found.start
        self.end = found.end
        self.who = found.who if self.who is None else self.who if found.who is None else self.who & found.who
        self.weight += found.weight
        if not (self.together and is_near):
            self.together.append(set())
        if found.weight:
            self.together[-1].add(found.word)

    def finished(self, whole: _WordIndex) -> Iterator[tuple[int, int, frozenset[bytes], bool]]:
        if self.who and self.weight >= _NAMES_SOMEONE:
            alone = [word for words in self.together if len(words) == 1 for word in words]
            yield self.start, self.end, self.who, any(not self.who <= whole.who(word) for word in alone)


def _name_words(plain: str, registry: Registry) -> Iterator[_Found]:
    index = _WordIndex(registry.words, registry.prefixes)
    before: list[tuple[int, int, str]] = [(0, 0, "")]
    for match in WORD.finditer(plain):
        start, end = match.span()
        token = match.group()
        first, last, piece = before[-1]
        torn = piece + token
        if who := index.who(token):
            yield _Found(*_widened(plain, start, end), token, who, _NAMES_SOMEONE)
        elif (who := registry.words.get(torn, _NOBODY)) and _is_torn(plain, last, start, torn):
            yield _Found(first, end, torn, who, _NAMES_SOMEONE)
        elif len(token) <= _LONGEST_PIECE >= len(piece) and (cut := _in_pieces(plain, before, match, registry)):
            yield cut
        elif who := registry.weak.get(token.replace("'", ""), _NOBODY):
            yield _Found(start, end, token, who, 0 if token in PARTICLES else 1)
        elif end - start == 1 and plain[end : end + 1] == ".":
            yield _Found(start, end + 1, token, None, 0)
        before = [*before[1 - _MOST_PIECES :], (start, end, token)]
    for match in _LEET.finditer(plain):
        readings = (match.group().translate(table) for table in _READ_AS)
        if who := next((who for word in readings if word.isalpha() and (who := index.who(word))), _NOBODY):
            yield _Found(*match.span(), match.group(), who, _NAMES_SOMEONE)
    for match in _SPACED_WORD.finditer(plain):
        letters = "".join(letter for letter in match.group() if letter.isalpha())
        if who := _inside(letters, registry):
            yield _Found(*match.span(), letters, who, _NAMES_SOMEONE)


def _in_pieces(
    plain: str, before: list[tuple[int, int, str]], match: re.Match[str], registry: Registry
) -> _Found | None:
    """Return a name that was cut into three pieces or more, of which a word is the last."""
    joined, follows = match.group(), match.start()
    for count, (start, end, piece) in enumerate(reversed(before), start=2):
        if len(piece) > _LONGEST_PIECE or _BETWEEN_PIECES.fullmatch(plain, end, follows) is None:
            return None
        joined, follows = piece + joined, start
        if count > 2 and len(joined) >= _FEWEST_TORN_LETTERS and (who := registry.words.get(joined)):
            return _Found(start, match.end(), joined, who, _NAMES_SOMEONE)
    return None


def _is_torn(plain: str, end: int, start: int, joined: str) -> bool:
    return len(joined) >= _FEWEST_TORN_LETTERS and _BETWEEN_TORN.fullmatch(plain, end, start) is not None


def _widened(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return the place with the digits and underscores written onto the word, as handles have them."""
    while start and (plain[start - 1] == "_" or plain[start - 1].isdigit()):
        start -= 1
    while end < len(plain) and (plain[end] == "_" or plain[end].isdigit()):
        end += 1
    return start, end


def _inside(letters: str, registry: Registry) -> frozenset[bytes]:
    """Return everyone whose word stands somewhere in these letters, which had been written apart."""
    pieces = (
        letters[start:end]
        for start in range(len(letters))
        for end in range(start + _FEWEST_SPACED_LETTERS, min(len(letters), start + _LONGEST_WORD) + 1)
    )
    return frozenset().union(*(registry.words.get(piece, _NOBODY) for piece in pieces))


def _literals(plain: str, registry: Registry) -> Iterator[_TypedPlace]:
    """Yield whole tokens that are a registered e-mail, its local part, or a document number with letters inside."""
    if not registry.literals:
        return
    for match in _TOKEN.finditer(plain):
        token = match.group().rstrip(".-/")
        for candidate in (token, token.partition("@")[0]):
            if hit := registry.literals.get(candidate):
                yield match.start(), match.start() + len(candidate), *hit
                break


def _numbers(plain: str, registry: Registry) -> Iterator[_TypedPlace]:
    """Yield registered digits in any grouping, with the country code, prefix or series letters written before them."""
    numbers = registry.numbers
    for match in _DIGITS.finditer(plain) if numbers else ():
        places = [place for place in range(*match.span()) if plain[place].isdigit()]
        digits = "".join(plain[place] for place in places)
        for length in registry.number_lengths:
            for first in range(len(digits) - length + 1):
                if hit := numbers.get(digits[first : first + length]):
                    start, end = _whole_number(plain, places[first], places[first + length - 1] + 1)
                    yield start, end, *hit


def _whole_number(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return the place widened to neighbouring digits, a prefix such as `+996 (0)`, and letters of a series."""
    before = _BEFORE_A_NUMBER.search(plain, max(0, start - _LOOKING_BACK), start)
    start = before.start() if before else start
    while end < len(plain) and plain[end].isdigit():
        end += 1
    return start, end


# Words of a text that look like people: who is known to a case, and names that nobody has entered yet.
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_FEWEST_LETTERS: Final = 3
_ENDS: Final = '.!?:\n«“"('


class Spotted(NamedTuple):
    """A name as written, and the entities that it may mean; none for a name that nobody has entered."""

    word: str
    who: frozenset[bytes]


def people_in(text: str, registry: Registry) -> list[Spotted]:
    """Return what looks like people, each spelling once, in the order of the text.

    A word of no known person counts where it has a capital inside a sentence and is no English or French word: the
    first word of a sentence has a capital anyhow.
    """
    places = [match for match in find_in(text, registry) if match.kind is IdentifierType.NAME]
    taken = [(match.start, match.end) for match in places]
    found = [(match.start, Spotted(text[match.start : match.end], match.entities)) for match in places]
    found += [(start, Spotted(word, frozenset())) for start, word in _unknown(text, taken)]
    once: dict[str, Spotted] = {}
    for _, spotted in sorted(found, key=lambda place: place[0]):
        once.setdefault(normal(spotted.word), spotted)
    return list(once.values())


def _unknown(text: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    for found in _WORD.finditer(text):
        word, start = found[0], found.start()
        before = text[:start].rstrip(" \t")
        is_first = not before or before[-1] in _ENDS
        is_name = word[0].isupper() and not word.isupper() and len(word) >= _FEWEST_LETTERS and not is_first
        is_known = any(first < found.end() and start < last for first, last in taken)
        is_word = plain(word) in MONTHS or plain(word) in WEEKDAYS or is_english_or_french(normal(word))
        if is_name and not is_known and not is_word:
            yield start, word
