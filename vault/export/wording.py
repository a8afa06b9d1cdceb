"""The fixed words of a report, in the recipient's language. They are the same for every case.

Headings, labels and profiles go by the keys that `vault.redaction.profile` and the data file use in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vault.errors import UsageError
from vault.export.codes import HEADINGS, LABELS, WITHHELD
from vault.redaction.profile import profile_named
from vault.words.message import Message

# The purposes that the program itself gives; a report says them in its own language.
USUAL_PURPOSE = "legal referral"
SEARCH_PURPOSE = "search for a disappeared person"
SUBJECT_PURPOSE = "answer to a person about their own data"
OWN_PURPOSES = frozenset({USUAL_PURPOSE, SEARCH_PURPOSE, SUBJECT_PURPOSE})


@dataclass(frozen=True, slots=True)
class Wording:
    """Title, headings, labels and the notice of one language.

    `profiles` says who is named under each profile; `unread` stands where nobody read the pages before they left.
    """

    title: str
    day: str
    reference: str
    organisation: str
    contact: str
    recipient: str
    purpose: str
    profile: str
    purposes: Mapping[str, str]
    release: str
    unread: str
    written: str
    removed: str
    notice_heading: str
    notice: tuple[str, ...]
    profiles: Mapping[str, str]
    releases: Mapping[str, str]
    headings: Mapping[str, str]
    labels: Mapping[str, str]
    withheld: Mapping[str, str]

    def notice_of(self, profile: str) -> tuple[str, ...]:
        """Return the notice of a report by a profile: after what all of them say, what it has none of, and why."""
        return (*self.notice, *(self.withheld[key] for key in profile_named(profile).withheld))


_ENGLISH = Wording(
    title="Referral report",
    day="Date",
    reference="Reference",
    organisation="From",
    contact="Questions to",
    recipient="For",
    purpose="Purpose",
    profile="Who is named",
    purposes={purpose: purpose for purpose in OWN_PURPOSES},
    release="Released",
    unread="Nobody at the organisation read these pages before they were sealed.",
    written="date of writing",
    removed="[removed]",
    notice_heading="What was left out, and how the codes read",
    notice=(
        "This report was written anew from the case file, for one recipient and one purpose.",
        "A code in square brackets stands for something that was left out: a person, a place, a date or a number. "
        "Within this report the same code always means the same one. It tells nothing about name, sex or order, and "
        "reports to other recipients use other codes. [removed] stands for something that got no code.",
        "Nothing lies hidden under the page: what was left out is not in this file. Letters that the fonts lack are "
        "written in Latin letters; the data file keeps them. Please use this report for the stated purpose only, and "
        "ask before passing it on.",
    ),
    profiles={
        "lawyer": "nobody: codes stand for people",
        "lawyer-named": "client and persecutor; others by a code, or as was decided for this report",
        "disappearance": "the person who disappeared; of what happened only what is confirmed",
        "subject": "the person whose data these are, and nobody else",
    },
    releases={
        "alone": "by one person: nobody else in the organisation could approve it",
        "two-person": "by two persons of the organisation: one asked and another approved",
    },
    headings=HEADINGS["en"],
    labels=LABELS["en"],
    withheld=WITHHELD["en"],
)
_FRENCH = Wording(
    title="Rapport de transmission",
    day="Date",
    reference="Référence",
    organisation="De",
    contact="Questions à",
    recipient="Pour",
    purpose="Finalité",
    profile="Qui est nommé",
    purposes={
        USUAL_PURPOSE: "transmission pour assistance juridique",
        SEARCH_PURPOSE: "recherche d’une personne disparue",
        SUBJECT_PURPOSE: "réponse à une personne sur ses propres données",
    },
    release="Autorisé",
    unread="Personne dans l’organisation n’a lu ces pages avant qu’elles soient scellées.",
    written="date de rédaction",
    removed="[retiré]",
    notice_heading="Ce qui a été retiré, et comment lire les codes",
    notice=(
        "Ce rapport a été rédigé à neuf à partir du dossier, pour un seul destinataire et une seule finalité.",
        "Un code entre crochets remplace ce qui a été retiré : une personne, un lieu, une date ou un numéro. Dans ce "
        "rapport, un même code désigne toujours la même chose. Il ne dit rien du nom, du sexe ni de l’ordre, et les "
        "rapports remis à d’autres destinataires emploient d’autres codes. [retiré] remplace ce qui n’a pas reçu de "
        "code.",
        "Rien n’est caché sous la page : ce qui a été retiré ne se trouve pas dans ce fichier. Les lettres absentes "
        "des polices sont écrites en lettres latines ; le fichier de données les conserve. Merci de n’utiliser ce "
        "rapport que pour la finalité indiquée et de demander avant de le transmettre.",
    ),
    profiles={
        "lawyer": "personne : des codes remplacent les noms",
        "lawyer-named": "client et persécuteur ; les autres par un code, ou selon décision pour ce rapport",
        "disappearance": "la personne disparue ; de ce qui s’est passé, seulement ce qui est confirmé",
        "subject": "la personne dont ce sont les données, et personne d’autre",
    },
    releases={
        "alone": "par une seule personne : personne d’autre dans l’organisation ne pouvait l’approuver",
        "two-person": "par deux personnes de l’organisation : l’une l’a demandé, l’autre l’a approuvé",
    },
    headings=HEADINGS["fr"],
    labels=LABELS["fr"],
    withheld=WITHHELD["fr"],
)
_RUSSIAN = Wording(
    title="Отчёт для передачи",
    day="Дата",
    reference="Номер",
    organisation="От кого",
    contact="Вопросы к",
    recipient="Кому",
    purpose="Цель",
    profile="Кто назван",
    purposes={
        USUAL_PURPOSE: "передача для юридической помощи",
        SEARCH_PURPOSE: "поиск пропавшего человека",
        SUBJECT_PURPOSE: "ответ человеку о его собственных данных",
    },
    release="Разрешено",
    unread="Никто в организации не прочитал эти страницы, прежде чем они были запечатаны.",
    written="дата записи",
    removed="[удалено]",
    notice_heading="Что не включено и как читать коды",
    notice=(
        "Этот отчёт составлен заново по материалам дела, для одного получателя и одной цели.",
        "Код в квадратных скобках заменяет то, что не включено: человека, место, дату или номер. В этом отчёте один "
        "и тот же код всегда означает одно и то же. Он ничего не говорит об имени, поле или порядке; в отчётах для "
        "других получателей коды другие. [удалено] стоит там, где кода нет.",
        "Под страницей ничего не скрыто: того, что не включено, в этом файле нет. Буквы, которых нет в шрифтах, "
        "записаны латиницей; в файле данных они сохранены. Просим использовать отчёт только для указанной цели и "
        "спрашивать, прежде чем передавать дальше.",
    ),
    profiles={
        "lawyer": "никто: вместо людей стоят коды",
        "lawyer-named": "клиент и преследователь; остальные — кодом или как решено для этого отчёта",
        "disappearance": "пропавший человек; из случившегося — только подтверждённое",
        "subject": "только человек, о котором эти данные",
    },
    releases={
        "alone": "одним человеком: больше никто в организации не мог это одобрить",
        "two-person": "двумя людьми организации: один запросил, другой одобрил",
    },
    headings=HEADINGS["ru"],
    labels=LABELS["ru"],
    withheld=WITHHELD["ru"],
)

WORDINGS: Mapping[str, Wording] = {"en": _ENGLISH, "fr": _FRENCH, "ru": _RUSSIAN}


def wording(language: str) -> Wording:
    """Return the fixed words of a language.

    Raises:
        UsageError: there are none.
    """
    try:
        return WORDINGS[language]
    except KeyError:
        raise UsageError(
            Message("no report in this language; languages are: {names}", names=", ".join(WORDINGS))
        ) from None
