"""Numbers written as words in English, French and Russian. All keys are plain (`vault.names.normal`)."""

from __future__ import annotations

from vault.names.normal import normal

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


def _plain(words: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words.split())


def _with_endings(stems: str, endings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(normal(stem + ending) for stem in stems.split() for ending in endings)


SMALL_CARDINALS = _plain(_CARDINALS_BELOW_TEN)
CARDINALS = _plain(_CARDINALS) | _with_endings(_TEENS, _CARDINAL_ENDINGS)
SMALL_ORDINALS = _plain(_ORDINALS_BELOW_TEN) | _with_endings(_STEMS_BELOW_TEN, _ORDINAL_ENDINGS)
ORDINALS = _plain(_ORDINALS) | _with_endings(_STEMS + _TEENS, _ORDINAL_ENDINGS)
