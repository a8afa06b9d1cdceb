"""All case forms of a Russian given name, patronymic or surname, known to the dictionary or not."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple, Protocol

from vault.errors import DependencyMissingError
from vault.words.message import Message

_NAME_TAGS = frozenset({"Name", "Surn", "Patr"})

_GIVEN_TAGS = frozenset({"Name"})
_SELDOM = 0.1  # of how a word is used: `машину` is hardly ever a Mr Машин
_PLACE_TAGS = frozenset({"Geox", "Orgn"})
_GRAMMAR_TAGS = ("PREP", "CONJ", "PRCL", "NPRO", "Apro")
_ACTING_TAGS = ("VERB", "INFN", "GRND", "ADVB", "PRED")

# Given names and places of which the dictionary knows only the word, in the forms that are not much used as that word.
_THEIR_FORMS = """
алмаз алмаза алмазу алмазом ара баян баяна баяну баяном болот болоту болотом канат каната канату канатом
калина калине калину калиной луча мака мальва мальве мальву мальвой милован мина мира мирой олим рада раде
раду радой саламат талант таланта таланту талантом туман тумана туману туманом улан улана улану уланом чинара
чинаре чинару чинарой шах шаха шаху шахом буча бучи буче бучу бучей ведено изюм изюма изюме лиман лимана
лимане рыбачье чон чу шу кант канта канту кантом канте чуй шали
"""
_NAMES_TOO = frozenset(_THEIR_FORMS.split())

# Endings by stem, for words that the dictionary takes for something else. Both genders and the family in the plural.
_SURNAME = ("", "а", "у", "ым", "ом", "е", "ой", "ою", "ую", "ы", "ых", "ыми")
_ADJECTIVE = ("ий", "ый", "ой", "ого", "ому", "им", "ым", "ом", "ая", "ую", "ие", "ые", "их", "ых", "ими", "ыми")
_CONSONANT = ("", "а", "у", "ом", "ем", "е", "ы", "и", "ов", "ей", "ам", "ами", "ах")
_FEMININE = ("а", "ы", "и", "е", "у", "ой", "ою", "ей", "ею", "")
_SOFT_FEMININE = ("я", "и", "е", "ю", "ей", "ею", "ь", "й")
_SOFT = ("ь", "й", "я", "ю", "ем", "ём", "е", "и", "ью", "ев", "ей", "ям", "ями", "ях")
_NOMINATIVES = (
    (_SURNAME, ("", "а")), (_ADJECTIVE, ("ий", "ый", "ой", "ая")), (_CONSONANT, ("",)), (_FEMININE, ("а",)),
    (_SOFT_FEMININE, ("я",)), (_SOFT, ("ь", "й")),
)  # fmt: skip

SURNAME_ENDINGS = ("ов", "ев", "ёв", "ин", "ын")
"""Of a man; a woman's has an `а` more."""
_ADJECTIVE_ENDINGS = ("ский", "цкий", "ской", "цкой", "ый", "ий", "ая", "ой")
_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")
_FEWEST_STEM_LETTERS = 2


class _Analyzer(Protocol):
    def parse(self, word: str) -> list[_Parse]: ...
    def word_is_known(self, word: str) -> bool: ...


class _Parse(Protocol):
    tag: object
    score: float
    is_known: bool
    lexeme: list[_Parse]
    word: str
    normal_form: str


@lru_cache(maxsize=1)
def _analyzer() -> _Analyzer:
    """Return the analyzer; imported here because it costs 100 ms and most commands need no inflection.

    Raises:
        DependencyMissingError: pymorphy3 or its Russian dictionary is not installed.
    """
    try:
        import pymorphy3  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; why here: see above
        import pymorphy3_dicts_ru  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

        # Named, since a variable of the environment could put another dictionary in its place.
        analyzer: _Analyzer = pymorphy3.MorphAnalyzer(path=pymorphy3_dicts_ru.get_path(), lang="ru")
    except (ImportError, ValueError, OSError):
        raise DependencyMissingError(
            Message("the Russian dictionary (pymorphy3, pymorphy3-dicts-ru) is not installed")
        ) from None
    return analyzer


def case_forms(word: str) -> frozenset[str]:
    """Return a Cyrillic word in all cases, genders and numbers, casefolded, itself included.

    Too many forms are harmless (each is looked up as a whole word); a missing one would leak. So a name that is also a
    word is declined as that word too: only the dictionary knows that of `Заяц` and `Золото` come `зайца` and `золоту`.
    """
    plain = unicodedata.normalize("NFC", word).casefold()
    forms = {plain} | _forms_by_ending(plain)
    for parse in _analyzer().parse(plain):
        if _has(parse, _NAME_TAGS):
            forms.update(form.word for form in parse.lexeme)
        elif parse.is_known and _is_nominative_word(parse):
            # Of an adjective its cases alone: no comparative, no short form, no other word of its verb.
            forms.update(
                form.word
                for form in parse.lexeme
                if str(form.tag).startswith("NOUN") or _constant(form) == _constant(parse)
            )
    return frozenset(forms)


@lru_cache(maxsize=16384)
def may_be_case_of(word: str) -> frozenset[str]:
    """Return the words of names, casefolded, of which a Cyrillic word may be a case: by its endings alone."""
    plain = unicodedata.normalize("NFC", word).casefold()
    found = {parse.normal_form for parse in _analyzer().parse(plain)}
    for endings, nominatives in _NOMINATIVES:
        stems = (plain.removesuffix(ending) for ending in endings if plain.endswith(ending))
        found |= {stem + end for stem in stems if len(stem) > _FEWEST_STEM_LETTERS for end in nominatives}
    return frozenset(found - {plain})


@lru_cache(maxsize=16384)
def lemmas_of(word: str) -> frozenset[str]:
    """Return the dictionary forms that a Cyrillic word may be a form of, casefolded; none of another word."""
    plain = word.casefold()
    if not "\u0400" <= plain[:1] <= "\u052f":
        return frozenset()
    return frozenset(parse.normal_form for parse in _analyzer().parse(plain))


class Use(NamedTuple):
    """How a word may be used.

    `ordinary`: somebody's name or a place in no reading, but for a surname hardly anybody means. `grammar`: it is first
    of all a preposition, conjunction, particle or pronoun; `acting`: a verb or an adverb. `first`: with a capital at
    the start of a sentence it is more likely a word than a name. `adjective`: it is first of all one, or a participle.
    """

    ordinary: bool
    grammar: bool
    acting: bool
    first: bool
    adjective: bool


@lru_cache(maxsize=65536)
def use_of(word: str) -> Use:
    """Return how a casefolded word may be used; for one that the dictionary does not know, in no way.

    `по` is a river and `том` a name too, but nobody could read a text without them. `Кулаков` is a genitive that
    hardly begins a sentence, and a surname.
    """
    analyzer = _analyzer()
    if not analyzer.word_is_known(word):
        return Use(ordinary=False, grammar=False, acting=False, first=False, adjective=False)
    parses = analyzer.parse(word)
    tags = [str(parse.tag) for parse in parses]
    called = any(_has(parse, _GIVEN_TAGS | _PLACE_TAGS) for parse in parses)
    surnamed = sum(parse.score for parse in parses if _has(parse, _NAME_TAGS - _GIVEN_TAGS))
    ordinary = word not in _NAMES_TOO and not called and surnamed < _SELDOM
    surname = "Poss" in tags[0] or (word.endswith(SURNAME_ENDINGS) and all("plur" in tag for tag in tags))
    return Use(
        ordinary,
        grammar=any(tag in tags[0] for tag in _GRAMMAR_TAGS),
        acting=ordinary and tags[0].startswith(_ACTING_TAGS),
        first=tags[0].startswith("PREP") or (ordinary and not surnamed and not surname),
        adjective=tags[0].startswith(("ADJF", "PRTF")) and "Apro" not in tags[0],
    )


def is_known(word: str) -> bool:
    """Say whether the dictionary has a Cyrillic word."""
    return _analyzer().word_is_known(word.casefold())


def is_name(word: str) -> bool:
    """Say whether somebody may be called by a Cyrillic word: a given name, a patronymic, a surname."""
    plain = word.casefold()
    if not plain or not "\u0400" <= plain[0] <= "\u052f":
        return False
    return any(_has(parse, _NAME_TAGS) for parse in _analyzer().parse(plain))


def is_place_first(word: str) -> bool:
    """Say whether the dictionary has a Cyrillic word as a place, at least as likely as somebody's name."""
    plain = word.casefold()
    if not is_known(plain):
        return False
    parses = _analyzer().parse(plain)
    place = max((parse.score for parse in parses if "Geox" in str(parse.tag)), default=0.0)
    return place > 0 and place >= max((parse.score for parse in parses if _has(parse, _NAME_TAGS)), default=0.0)


def _has(parse: _Parse, tags: frozenset[str]) -> bool:
    return any(tag in str(parse.tag) for tag in tags)


def _is_nominative_word(parse: _Parse) -> bool:
    """Say whether a name can be written so as this noun, adjective or participle: `Седых` is no case of a `Седой`."""
    tag = str(parse.tag)
    return tag.startswith(("NOUN", "ADJF", "PRTF")) and "nomn" in tag and "Apro" not in tag


def _constant(parse: _Parse) -> str:
    """Return what a reading's tag says of the word, without case, gender and number."""
    return str(parse.tag).partition(" ")[0]


def _forms_by_ending(word: str) -> set[str]:
    masculine = word.removesuffix("а")
    if masculine.endswith(SURNAME_ENDINGS):
        return _joined(masculine, _SURNAME)
    if word.endswith(_ADJECTIVE_ENDINGS):
        return _joined(word[:-2], _ADJECTIVE)
    last = word[-1:]
    if last == "а":
        return _joined(word[:-1], _FEMININE)
    if last == "я":
        return _joined(word[:-1], _SOFT_FEMININE)
    if last in ("ь", "й"):
        return _joined(word[:-1], _SOFT)
    return _joined(word, _CONSONANT) if last in _CONSONANTS else set()


def _joined(stem: str, endings: tuple[str, ...]) -> set[str]:
    return {stem + ending for ending in endings} if len(stem) >= _FEWEST_STEM_LETTERS else set()
