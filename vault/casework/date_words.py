"""The words in which people say dates, in English, French and Russian, as `plain` leaves them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Which(Enum):
    """Which of the days of a name."""

    LAST = auto()
    THIS = auto()
    NEXT = auto()


class Unit(Enum):
    """What is counted."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    YEAR = auto()


def plain(text: str) -> str:
    """Return a text without accents and capitals: `août`, `Août` and `aout` are one word, and so are `ё` and `е`."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _numbered(*languages: str) -> Mapping[str, int]:
    """Return the words of lists that run side by side, each with its number from 0; a word may have several forms."""
    return {
        plain(form): number
        for language in languages
        for number, forms in enumerate(language.split())
        for form in forms.split("/")
    }


MONTHS: Final = {
    word: number + 1
    for word, number in _numbered(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct"
        " november/nov december/dec",
        "janvier/janv février/févr/fév mars avril/avr mai juin juillet/juil août septembre octobre novembre"
        " décembre/déc",
        "января/январь/январе/янв февраля/февраль/феврале/фев марта/март/марте/мар апреля/апрель/апреле/апр"
        " мая/май/мае июня/июнь/июне/июн июля/июль/июле/июл августа/август/августе/авг"
        " сентября/сентябрь/сентябре/сен/сент октября/октябрь/октябре/окт ноября/ноябрь/ноябре/ноя"
        " декабря/декабрь/декабре/дек",
    ).items()
}
WEEKDAYS: Final = _numbered(
    "monday/mon tuesday/tue/tues wednesday/wed thursday/thu/thurs friday/fri saturday/sat sunday/sun",
    "lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim",
    "понедельник/пн вторник/вт среда/среду/ср четверг/чт пятница/пятницу/пт суббота/субботу/сб воскресенье/вс",
)
DAYS: Final = {
    plain(word): days
    for days, said in {
        -2: "day before yesterday;the day before yesterday;avant-hier;avant hier;позавчера",
        -1: "-;yesterday;hier;вчера",
        # The key of `t` gives `е` on a Russian keyboard.
        0: "t;е;today;now;aujourd'hui;aujourdhui;сегодня",
        1: "+;tomorrow;demain;завтра",
        2: "day after tomorrow;the day after tomorrow;après-demain;après demain;послезавтра",
    }.items()
    for word in said.split(";")
}
MONTHS_AWAY: Final = {
    plain(word): months
    for months, said in {
        -1: "last month;mois dernier;le mois dernier;в прошлом месяце;прошлый месяц",
        0: "this month;ce mois;ce mois-ci;в этом месяце;этот месяц",
        1: "next month;mois prochain;le mois prochain;в следующем месяце",
    }.items()
    for word in said.split(";")
}
YEARS_AWAY: Final = {
    plain(word): years
    for years, said in {
        -1: "last year;l'année dernière;année dernière;l'an dernier;в прошлом году;прошлый год",
        0: "this year;cette année;в этом году;этот год",
        1: "next year;l'année prochaine;année prochaine;l'an prochain;в следующем году",
    }.items()
    for word in said.split(";")
}
WHICH: Final[Mapping[str | None, Which]] = {
    plain(word): which
    for which, said in {
        Which.LAST: "last past dernier passé прошлый прошлую прошлое прошлая",
        Which.THIS: "this ce этот эту это эта",
        Which.NEXT: "next prochain следующий следующую следующее следующая",
    }.items()
    for word in said.split()
}
ABOUT: Final = frozenset(map(plain, ("about", "around", "circa", "ca", "vers", "environ", "около", "примерно", "ок")))
COUNTS: Final[Mapping[str, int]] = {
    plain(word): number
    for number, said in {
        1: "a an one un une один одну одна",
        2: "two deux два две",
        3: "three trois три",
        4: "four quatre четыре",
        5: "five cinq пять",
        6: "six шесть",
        7: "seven sept семь",
        8: "eight huit восемь",
        9: "nine neuf девять",
        10: "ten dix десять",
    }.items()
    for word in said.split()
}
UNITS: Final[Mapping[str, Unit]] = {
    plain(word): unit
    for unit, said in {
        Unit.DAY: "day days jour jours день дня дней",
        Unit.WEEK: "week weeks semaine semaines неделю недели недель",
        Unit.MONTH: "month months mois месяц месяца месяцев",
        Unit.YEAR: "year years an ans année années год года лет",
    }.items()
    for word in said.split()
}
