"""Numbers and dates that were written as words, which no pattern sees. All keys are plain (`vault.names.normal`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from vault.names.normal import NormalText, normal

# Months and written dates in the languages of the notes. All keys are plain (`vault.names.normal`).

_TABLE = """
January February March April May June July August September October November December
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
jan feb mar apr may jun jul aug sep oct nov dec
янв фев мар апр май июн июл авг сен окт ноя дек
janv févr mars avr mai juin juil août sept oct nov déc
"""
_LANGUAGES = tuple(line.split() for line in _TABLE.strip().splitlines())
ENGLISH, FRENCH, OF_RUSSIAN, RUSSIAN = _LANGUAGES[:4]

MONTHS: Mapping[str, int] = MappingProxyType(
    {normal(word): number for language in _LANGUAGES for number, word in enumerate(language, start=1)}
)


def written_dates(year: int, month: int, day: int) -> frozenset[str]:
    """Return the usual ways to write a day, casefolded: numbers, and English, French and Russian words."""
    english, french, russian = (language[month - 1].casefold() for language in (ENGLISH, FRENCH, OF_RUSSIAN))
    forms = {f"{year}-{month:02}-{day:02}"}
    for mark in ".", "/", "-":
        forms |= {f"{day:02}{mark}{month:02}{mark}{year}", f"{day}{mark}{month}{mark}{year}"}
    forms |= {f"{day} {word} {year}" for word in (english, french, russian, normal(french), normal(russian))}
    return frozenset(forms | {f"{english} {day}, {year}", f"{english} {day} {year}"})


# Numbers written as words in English, French and Russian. All keys are plain (`vault.names.normal`).
_CARDINALS_BELOW_TEN = """
zero nought one two three four five six seven eight nine double triple
zéro un une deux trois quatre cinq six sept huit neuf
ноль ноля нуль нуля нолю нулю один одна одно одного одной одному одним одном одну два две двух двум двумя
три трёх трём тремя четыре четырёх четырём четырьмя пять пяти пятью шесть шести шестью семь семи семью
восемь восьми восемью девять девяти девятью
"""
_CARDINALS = """
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
eighty ninety hundred thousand million
dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante huitante octante
nonante cent cents mille
десять десяти десятью двадцать двадцати двадцатью тридцать тридцати тридцатью сорок сорока
пятьдесят пятидесяти пятьюдесятью шестьдесят шестидесяти шестьюдесятью семьдесят семидесяти семьюдесятью
восемьдесят восьмидесяти восьмьюдесятью девяносто девяноста сто ста двести двухсот двумстам триста трёхсот тремстам
четыреста четырёхсот пятьсот шестьсот семьсот восемьсот девятьсот тысяча тысячи тысяч тысячу тысячей тысяче миллион
"""
_ORDINALS_BELOW_TEN = """
first second third fourth fifth sixth seventh eighth ninth
premier première deuxième seconde troisième quatrième cinquième sixième septième huitième neuvième unième
третий третьего третьему третьим третьем третья третьей третью третье
"""
_ORDINALS = """
tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth
fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth thousandth
dixième onzième douzième treizième quatorzième quinzième seizième vingtième trentième centième
"""

# Stems of Russian numbers: of ordinals below ten, of 11 to 19 (cardinals and ordinals), of the other ordinals.
_STEMS_BELOW_TEN = "перв втор четвёрт пят шест седьм восьм девят"
_TEENS = """
одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат
"""
_STEMS = """
десят двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят девяност сот двухсот тысячн двухтысячн
"""
_CARDINAL_ENDINGS = ("ь", "и", "ью")
_ORDINAL_ENDINGS = ("ый", "ой", "ого", "ому", "ым", "ом", "ая", "ую", "ое", "ые", "ых", "ыми")


def normal_words(words: str) -> frozenset[str]:
    """Return the words of a line as `normal` leaves them."""
    return frozenset(normal(word) for word in words.split())


def _with_endings(stems: str, endings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(normal(stem + ending) for stem in stems.split() for ending in endings)


SMALL_CARDINALS = normal_words(_CARDINALS_BELOW_TEN)
CARDINALS = normal_words(_CARDINALS) | _with_endings(_TEENS, _CARDINAL_ENDINGS)
SMALL_ORDINALS = normal_words(_ORDINALS_BELOW_TEN) | _with_endings(_STEMS_BELOW_TEN, _ORDINAL_ENDINGS)
ORDINALS = normal_words(_ORDINALS) | _with_endings(_STEMS + _TEENS, _ORDINAL_ENDINGS)


# Numbers and dates that were written as words: no pattern sees them, and every one of their words is ordinary.
# Found: three or more number words in a row (one-digit numbers may stand among them), a day, month or year of a date
# in words, and an age. Each word becomes one letter for what it can be, and one expression looks at the letters.
_FEWEST_IN_A_ROW = 3
_ENDS = re.compile(r"\Z|[.,;:!?)\n]")
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \n,'\-()]{0,4}|\.")

# Months that are verbs in small letters: alone beside a number they count only with a capital.
_ALSO_VERBS = frozenset({"may", "march"})
_LETTERS = {
    "c": SMALL_CARDINALS,
    "C": CARDINALS,
    "s": SMALL_ORDINALS,
    "S": ORDINALS,
    "m": frozenset(MONTHS) - _ALSO_VERBS - SMALL_CARDINALS,
    "a": frozenset({"and", "et", "и", "oh", "o"}),
    "o": frozenset({"of", "the", "day", "de", "du", "d", "le", "la", "l", "jour", "числа"}),
    "y": frozenset({"year", "annee", "annees"}),
    "r": frozenset({"года", "году", "год", "годом", "годов", "годы", "г", "гг"}),
    "Y": frozenset({"years", "лет"}),
    "N": frozenset({"ans"}),
    "O": frozenset({"old"}),
    # Before an age: of these French ones tell of a person where years follow.
    "g": normal_words("aged age agee ages agees"),
    "p": normal_words("возрасте исполнилось исполнится ему ей им мне"),
    "b": normal_words("было уже тогда"),
    "n": normal_words("до течение протяжении около более больше меньше менее после от из свыше срок сроком"),
    "h": normal_words("a avait ont avaient avais ai"),
    "i": normal_words("in since en vers depuis"),
}
_LETTER_OF = {word: letter for letter, words in _LETTERS.items() for word in words}
_ANOTHER = "x"
_VERB_OR_MONTH = "w"

# A run ends after 16 words, so that a question stays a line; the rest is the next run.
_RUN = "[cCsS1](?:a?[cCsS1]){0,15}+"
_SPELLED = re.compile(
    rf"""
      (?P<age> (?: (?<=g) | (?<=go) ) {_RUN} (?: [YN] O? )? (?![mwr]) | (?: (?<=p) | (?<=pb) ) {_RUN} [Yr]
        | {_RUN} [Yy] O | (?<=[ho]) {_RUN} N | (?<!n) (?P<of_age>{_RUN}) Y )
    | (?<=i) (?P<short>Cc) (?![cCsS1mwrYN])
    | (?P<run>{_RUN}) (?: (?P<date> (?: o{{0,3}} m | o{{1,3}} w ) (?: [oa]{{0,3}} y? o? (?: {_RUN} | d ) )? r? )
        | (?P<year>r) )?
    | (?P<after> [my] ) o{{0,2}} (?P<its>{_RUN}) r?
    """,
    re.VERBOSE,
)


def spelled(text: NormalText, written: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has numbers in words, in order and without overlap: places of the plain text.

    `written` is the text as written: its capitals tell a month from a verb.
    """
    places: list[tuple[int, int]] = []
    letters: list[str] = []
    before, end = "", 0
    for match in _WORD.finditer(text.text):
        word = match.group()
        letter = "y" if (before, word) == ("l", "an") else _letter(word, written[text.places[match.start()]])
        if letters and letters[-1] != _ANOTHER and _GAP.fullmatch(text.text, end, match.start()) is None:
            letters.append(_ANOTHER)
            places.append((end, end))
        if letter != _ANOTHER or letters[-1:] != [_ANOTHER]:
            letters.append(letter)
            places.append(match.span())
        before, end = word, match.end()
    for found in _SPELLED.finditer("".join(letters)):
        start, end = places[found.start()][0], places[found.end() - 1][1]
        if _is_meant(found, text.text[start:end], text.text[end : end + 2]):
            yield start, end


def _letter(word: str, first: str) -> str:
    if word.isdigit():
        return "1" if len(word) == 1 else "d" if len(word) <= 4 else _ANOTHER
    if word in _ALSO_VERBS:
        return "m" if first.isupper() else _VERB_OR_MONTH
    return _LETTER_OF.get(word, _ANOTHER)


def _is_meant(found: re.Match[str], said: str, behind: str) -> bool:
    if found["age"]:
        # `двенадцати лет` is an age, `двенадцать лет` a time.
        is_age = not found["of_age"] or _WORD.findall(said)[-2].endswith("и")
        return is_age and any(letter in "cCsS" for letter in found["age"])
    # What follows `in seventy-two` without a mark is what it counts.
    return _ENDS.match(behind) is not None if found["short"] else _is_number(found)


def _is_number(found: re.Match[str]) -> bool:
    numbers = (found["run"] or found["its"]).replace("a", "")
    words = numbers.replace("1", "")
    if found["date"]:
        return bool(words) or any(letter in "cCsS" for letter in found["date"])
    if not words:
        return False
    if len(numbers) >= _FEWEST_IN_A_ROW:
        return True
    if found["year"]:
        # "The year ninety" in Russian is an ordinal; "two years" is not.
        return numbers[-1] == "S" or (numbers[-1] == "s" and len(numbers) > 1)
    # A small number counts what follows: "in March two men came".
    return numbers[-1] in "CS" if found["after"] == "y" else found["after"] == "m" and numbers != "c"
