"""The words of the letter about an erasure: kinds of record and reasons as a client reads them, in three languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from vault.errors import UsageError
from vault.words.message import ENGLISH, Catalogue, Message, Words, rendered

LANGUAGES: Final = ("en", "fr", "ru")
_OTHER: Final = Message("other records")
_KINDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "case": Message("cases"),
        "person": Message("people"),
        "note": Message("notes"),
        "document": Message("papers"),
        "slip": Message("notes of calls"),
        "register-entry": Message("entries in our register of names"),
        "section": Message("restricted sections"),
        "relation": Message("who is related to whom"),
        "detention": Message("detentions"),
        "incident": Message("incidents"),
        "event": Message("events"),
        "wanted": Message("searches by a state"),
        "deadline": Message("deadlines"),
        "hearing": Message("hearings"),
        "task": Message("tasks"),
        "risk": Message("risks"),
        "safety-plan": Message("safety plans"),
        "check-in": Message("check-ins"),
        "subject-request": Message("requests about own data"),
    }
)
_REASONS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "subject-request": Message("the person asked for it"),
        "retention": Message("the time for which we keep them is over"),
        "mistake": Message("they were written by mistake"),
        "court-order": Message("a court ordered it"),
    }
)
# English -> French and Russian; what is counted has a form for one and for many, in Russian one for two to four between
_SAID: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        "other records": (("autres données",), ("другие записи",)),
        "cases": (("dossiers",), ("дела",)),
        "people": (("personnes",), ("люди",)),
        "notes": (("notes",), ("заметки",)),
        "papers": (("papiers",), ("документы",)),
        "notes of calls": (("notes d’appels",), ("записи звонков",)),
        "entries in our register of names": (
            ("inscriptions dans notre registre des noms",),
            ("записи в нашем списке имён",),
        ),
        "restricted sections": (("parties à accès restreint",), ("закрытые разделы",)),
        "who is related to whom": (("liens entre personnes",), ("связи между людьми",)),
        "detentions": (("détentions",), ("задержания",)),
        "incidents": (("incidents",), ("происшествия",)),
        "events": (("événements",), ("события",)),
        "searches by a state": (("recherches par un État",), ("розыск государством",)),
        "deadlines": (("délais",), ("сроки",)),
        "hearings": (("audiences",), ("заседания суда",)),
        "tasks": (("tâches",), ("задачи",)),
        "risks": (("risques",), ("риски",)),
        "safety plans": (("plans de sécurité",), ("планы безопасности",)),
        "check-ins": (("prises de nouvelles",), ("контрольные звонки",)),
        "requests about own data": (("demandes sur ses propres données",), ("запросы о своих данных",)),
        "the person asked for it": (("la personne l’a demandé",), ("об этом просил сам человек",)),
        "the time for which we keep them is over": (
            ("la durée de conservation est terminée",),
            ("срок хранения истёк",),
        ),
        "they were written by mistake": (("elles ont été écrites par erreur",), ("они были записаны по ошибке",)),
        "a court ordered it": (("un tribunal l’a ordonné",), ("так решил суд",)),
        "Letter about an erasure": (("Lettre sur un effacement",), ("Письмо об удалении",)),
        "This letter names nobody whose records were erased. It is not encrypted.": (
            ("Cette lettre ne nomme personne dont les données ont été effacées. Elle n’est pas chiffrée.",),
            ("В этом письме не названы люди, чьи записи удалены. Письмо не зашифровано.",),
        ),
        "On {day} we erased these records (reason: {why}):": (
            ("Le {day}, nous avons effacé ces données (raison : {why}) :",),
            ("{day} мы удалили эти записи (причина: {why}):",),
        ),
        "  {kind}: {count}": (("  {kind} : {count}",), ("  {kind}: {count}",)),
        "They stood in: {cases}.": (("Elles se trouvaient dans : {cases}.",), ("Они были в делах: {cases}.",)),
        "Not erased: {count} record in {case}. A legal hold keeps it. The reason is written in our file."
        " We look at the hold again on {day}.": (
            (
                "Pas effacé : {count} élément dans {case}. Une conservation légale l’exige. La raison est écrite dans"
                " notre dossier. Nous la réexaminerons le {day}.",
                "Pas effacé : {count} éléments dans {case}. Une conservation légale l’exige. La raison est écrite dans"
                " notre dossier. Nous la réexaminerons le {day}.",
            ),
            (
                "Не удалена {count} запись в деле {case}: её нужно сохранить по закону. Причина записана у нас в деле."
                " Мы вернёмся к этому вопросу {day}.",
                "Не удалены {count} записи в деле {case}: их нужно сохранить по закону. Причина записана у нас в деле."
                " Мы вернёмся к этому вопросу {day}.",
                "Не удалены {count} записей в деле {case}: их нужно сохранить по закону. Причина записана у нас в деле."
                " Мы вернёмся к этому вопросу {day}.",
            ),
        ),
        "The same person also has records in {cases}. They stay: the request was for one case only.": (
            ("La même personne a aussi des données dans {cases}. Elles restent : un seul dossier était demandé.",),
            ("Записи об этом человеке есть и в {cases}. Они остаются: просили только об одном деле.",),
        ),
        "Every version of them and every key to them is removed from our database, from our search, from what"
        " waited to be imported and from unfinished texts. Our log still says how many saved changes were erased"
        " ({count}), but nothing of what they said.": (
            (
                "Toutes leurs versions et toutes leurs clés sont retirées de notre base, de notre recherche, de ce qui"
                " attendait d’être importé et des textes inachevés. Notre journal garde combien de versions ont été"
                " effacées ({count}), et rien de ce qu’elles disaient.",
            ),
            (
                "Все их версии и все ключи к ним убраны из нашей базы, из поиска, из того, что ждало загрузки, и из"
                " неоконченных текстов. Журнал хранит только то, что удалено версий: {count}, и ничего из их"
                " содержания.",
            ),
        ),
        "Removed on: {devices}.": (("Retiré des appareils de : {devices}.",), ("Удалено с устройств: {devices}.",)),
        "no other device had them": (("aucun autre appareil ne les avait",), ("на других устройствах их не было",)),
        "Not confirmed yet by: {devices}. They remove it within 72 hours after they import our next bundle, and their"
        " log says so.": (
            (
                "Pas encore confirmé par : {devices}. Ces appareils le retirent dans les 72 heures après avoir importé"
                " notre prochain lot, et leur journal le dit.",
            ),
            (
                "Ещё не подтвердили: {devices}. Эти устройства удалят записи в течение 72 часов после того, как получат"
                " наш следующий пакет, и их журнал это покажет.",
            ),
        ),
        "Not confirmed by devices that once held the records and have since lost the case or section: {devices}."
        " They remove what they have of it as the others do.": (
            (
                "Ont eu ces données autrefois et n’ont plus le dossier ou la partie, pas confirmé : {devices}. Ils"
                " retirent ce qu’ils en ont comme les autres.",
            ),
            (
                "Раньше имели эти записи, теперь не имеют дела или раздела, не подтвердили: {devices}. Они удалят то,"
                " что у них осталось, как и другие.",
            ),
        ),
        "Backups made before today keep it until they are deleted. The last one of this device: {day}.": (
            (
                "Les sauvegardes faites avant aujourd’hui le gardent jusqu’à leur suppression. La dernière de cet"
                " appareil : {day}.",
            ),
            ("Резервные копии, сделанные раньше, хранят это, пока их не удалят. Последняя копия: {day}.",),
        ),
        "none known": (("aucune connue",), ("неизвестна",)),
        "The content of {count} paper stays: another paper, which stays, names it too.": (
            (
                "Le contenu de {count} papier reste : un autre papier, qui reste, l’a aussi.",
                "Le contenu de {count} papiers reste : d’autres papiers, qui restent, l’ont aussi.",
            ),
            (
                "Содержание {count} документа остаётся: оно есть и в других документах, которые остаются.",
                "Содержание {count} документов остаётся: оно есть и в других документах, которые остаются.",
            ),
        ),
        "{count} package left these cases: its recipient still has it, and must be asked to destroy it.": (
            (
                "{count} envoi est sorti de ces dossiers : qui l’a le garde, et il faut lui demander de le détruire.",
                "{count} envois sont sortis de ces dossiers : qui les a les garde, et il faut lui demander de les"
                " détruire.",
            ),
            (
                "Из этих дел отправлен {count} пакет: он остаётся у получателя, его надо попросить уничтожить пакет.",
                "Из этих дел отправлено {count} пакета: они остаются у получателей, их надо попросить уничтожить"
                " пакеты.",
                "Из этих дел отправлено {count} пакетов: они остаются у получателей, их надо попросить уничтожить"
                " пакеты.",
            ),
        ),
        "{count} record of an export of these cases stays until the whole case is erased. It lists words that were"
        " hidden or left in the export: names of these people may be among them.": (
            (
                "{count} trace d’un envoi de ces dossiers reste jusqu’à l’effacement de tout le dossier. Elle contient"
                " des mots cachés ou laissés dans l’envoi : des noms de ces personnes peuvent en faire partie.",
                "{count} traces d’envois de ces dossiers restent jusqu’à l’effacement de tout le dossier. Elles"
                " contiennent des mots cachés ou laissés dans les envois : des noms de ces personnes peuvent en faire"
                " partie.",
            ),
            (
                "{count} запись об отправке из этих дел остаётся, пока не удалено всё дело. В ней есть слова, которые"
                " были скрыты или оставлены: среди них могут быть имена этих людей.",
                "{count} записи об отправках из этих дел остаются, пока не удалено всё дело. В них есть слова, которые"
                " были скрыты или оставлены: среди них могут быть имена этих людей.",
                "{count} записей об отправках из этих дел остаются, пока не удалено всё дело. В них есть слова, которые"
                " были скрыты или оставлены: среди них могут быть имена этих людей.",
            ),
        ),
        "{count} record of others still names these people.": (
            (
                "{count} élément sur d’autres personnes nomme encore ces personnes.",
                "{count} éléments sur d’autres personnes nomment encore ces personnes.",
            ),
            (
                "{count} запись о других людях ещё называет этих людей.",
                "{count} записи о других людях ещё называют этих людей.",
                "{count} записей о других людях ещё называют этих людей.",
            ),
        ),
        "{count} other record may name these people, by one name alone. Others may have that name too.": (
            (
                "{count} autre élément nomme peut-être ces personnes, par un seul nom. D’autres peuvent le porter.",
                "{count} autres éléments nomment peut-être ces personnes, par un seul nom. D’autres peuvent le porter.",
            ),
            (
                "Ещё {count} запись, возможно, называет этих людей, одним именем. Так могут звать и других.",
                "Ещё {count} записи, возможно, называют этих людей, одним именем. Так могут звать и других.",
                "Ещё {count} записей, возможно, называют этих людей, одним именем. Так могут звать и других.",
            ),
        ),
        "The title of {count} case still has a name of these people in it.": (
            (
                "Le titre de {count} dossier contient encore un nom de ces personnes.",
                "Les titres de {count} dossiers contiennent encore des noms de ces personnes.",
            ),
            (
                "В названии {count} дела ещё есть имя этих людей.",
                "В названиях {count} дел ещё есть имена этих людей.",
            ),
        ),
        "The history of {count} case keeps an earlier title with a name of these people until the whole case is"
        " erased. No search finds it.": (
            (
                "L’historique de {count} dossier garde un ancien titre avec un nom de ces personnes jusqu’à"
                " l’effacement de tout le dossier. Aucune recherche ne le trouve.",
                "L’historique de {count} dossiers garde d’anciens titres avec des noms de ces personnes jusqu’à"
                " l’effacement de tout le dossier. Aucune recherche ne les trouve.",
            ),
            (
                "В истории {count} дела остаётся прежнее название с именем этих людей, пока не удалено всё дело. Поиск"
                " его не находит.",
                "В истории {count} дел остаются прежние названия с именами этих людей, пока не удалено всё дело. Поиск"
                " их не находит.",
            ),
        ),
        "{count} unfinished text of ours may still name these people.": (
            (
                "{count} de nos textes inachevés nomme peut-être encore ces personnes.",
                "{count} de nos textes inachevés nomment peut-être encore ces personnes.",
            ),
            (
                "{count} неоконченный текст у нас, возможно, ещё называет этих людей.",
                "{count} неоконченных текста у нас, возможно, ещё называют этих людей.",
                "{count} неоконченных текстов у нас, возможно, ещё называют этих людей.",
            ),
        ),
        "{name} ({device})": (("{name} ({device})",), ("{name} ({device})",)),
        "device {id}": (("appareil {id}",), ("устройство {id}",)),
        "{first}, {second}": (("{first}, {second}",), ("{first}, {second}",)),
    }
)


@dataclass(frozen=True, slots=True)
class _Language:
    """A catalogue: the forms of each sentence, and which of them a number takes."""

    column: int
    form: Callable[[int], int] = field(repr=False)

    def gettext(self, message: str, /) -> str:
        """Return the sentence in this language; what is none of the letter stays as it is."""
        return self.forms(message)[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the form for this number."""
        if msgid1 not in _SAID:
            return ENGLISH.ngettext(msgid1, msgid2, n)
        forms = self.forms(msgid1)
        return forms[min(self.form(n), len(forms) - 1)]

    def forms(self, message: str) -> tuple[str, ...]:
        """Return all forms of a sentence."""
        said = _SAID.get(message)
        return (message,) if said is None else said[self.column]


def _of_russian(number: int) -> int:
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14} else 2


_CATALOGUES: Final[Mapping[str, Catalogue]] = MappingProxyType(
    {"en": ENGLISH, "fr": _Language(0, lambda number: int(number > 1)), "ru": _Language(1, _of_russian)}
)


def kind_in_words(kind: str) -> Message:
    """Return how a client calls records of a kind, many of them."""
    return _KINDS.get(kind, _OTHER)


def reason_in_words(why: str) -> Words:
    """Return why it was erased, as a client reads it."""
    return _REASONS.get(why, why)


def in_language(language: str) -> Callable[[Words], str]:
    """Return what says the sentences of a letter in a language.

    Raises:
        UsageError: there is no letter in it.
    """
    catalogue = _CATALOGUES.get(language)
    if catalogue is None:
        raise UsageError(Message("no letter in this language; languages are: {names}", names=", ".join(LANGUAGES)))
    chosen = catalogue
    return lambda line: line if isinstance(line, str) else rendered(line, chosen, lambda step: step.value)
