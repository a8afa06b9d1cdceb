"""The fixed words of a report, in the recipient's language. They are the same for every case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vault.errors import UsageError


@dataclass(frozen=True, slots=True)
class Wording:
    """Title, labels and the notice of one language."""

    title: str
    purpose: str
    profile: str
    notice_heading: str
    notice: tuple[str, ...]


_ENGLISH = Wording(
    title="Referral report",
    purpose="Purpose",
    profile="Profile",
    notice_heading="What was left out, and how the codes read",
    notice=(
        "This report was written anew from the case file, for one recipient and one purpose. It holds only what the "
        "people concerned agreed to share, or what may be shared on another lawful ground.",
        "A code in square brackets stands for something that was left out: a person, a place, a date or a number. "
        "Within this report the same code always means the same one. It tells nothing about name, sex or order, and "
        "reports to other recipients use other codes. [removed] stands for something that got no code.",
        "Nothing lies hidden under the page: what was left out is not in this file. Letters that the fonts lack are "
        "written in Latin letters; the data file keeps them. Please use this report for the stated purpose only, and "
        "ask before passing it on.",
    ),
)
_FRENCH = Wording(
    title="Rapport de transmission",
    purpose="Finalité",
    profile="Profil",
    notice_heading="Ce qui a été retiré, et comment lire les codes",
    notice=(
        "Ce rapport a été rédigé à neuf à partir du dossier, pour un seul destinataire et une seule finalité. Il ne "
        "contient que ce que les personnes concernées ont accepté de partager, ou ce qu’une autre base légale permet "
        "de partager.",
        "Un code entre crochets remplace ce qui a été retiré : une personne, un lieu, une date ou un numéro. Dans ce "
        "rapport, un même code désigne toujours la même chose. Il ne dit rien du nom, du sexe ni de l’ordre, et les "
        "rapports remis à d’autres destinataires emploient d’autres codes. [removed] remplace ce qui n’a pas reçu de "
        "code.",
        "Rien n’est caché sous la page : ce qui a été retiré ne se trouve pas dans ce fichier. Les lettres absentes "
        "des polices sont écrites en lettres latines ; le fichier de données les conserve. Merci de n’utiliser ce "
        "rapport que pour la finalité indiquée et de demander avant de le transmettre.",
    ),
)
_RUSSIAN = Wording(
    title="Отчёт для передачи",
    purpose="Цель",
    profile="Профиль",
    notice_heading="Что не включено и как читать коды",
    notice=(
        "Этот отчёт составлен заново по материалам дела, для одного получателя и одной цели. В нём есть только то, "
        "чем согласились поделиться сами люди или чем можно поделиться на другом законном основании.",
        "Код в квадратных скобках заменяет то, что не включено: человека, место, дату или номер. В этом отчёте один "
        "и тот же код всегда означает одно и то же. Он ничего не говорит об имени, поле или порядке; в отчётах для "
        "других получателей коды другие. [removed] стоит там, где кода нет.",
        "Под страницей ничего не скрыто: того, что не включено, в этом файле нет. Буквы, которых нет в шрифтах, "
        "записаны латиницей; в файле данных они сохранены. Просим использовать отчёт только для указанной цели и "
        "спрашивать, прежде чем передавать дальше.",
    ),
)

_WORDINGS: Mapping[str, Wording] = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH, "ru": _RUSSIAN})


def wording(language: str) -> Wording:
    """Return the fixed words of a language.

    Raises:
        UsageError: there are none.
    """
    try:
        return _WORDINGS[language]
    except KeyError:
        raise UsageError(f"no report in this language; languages are: {', '.join(_WORDINGS)}") from None
