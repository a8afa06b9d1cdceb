"""Months and written dates in the languages of the notes. All keys are plain (`vault.names.normal`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vault.names.normal import normal

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
