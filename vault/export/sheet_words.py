"""The fixed words of a recovery sheet, in three languages: who finds it in ten years knows what to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vault.errors import UsageError
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class SheetWords:
    """What stands on a sheet in one language.

    `set_words` has places for `needed` and `count`; `place` for `number` and `count`.
    """

    title: str
    place: str
    set_words: str
    belongs: str
    row: str
    check: str
    made: str
    what_heading: str
    what: tuple[str, ...]
    do_heading: str
    do: tuple[str, ...]
    name: str
    signature: str


_ENGLISH = SheetWords(
    title="Recovery sheet",
    place="Sheet {number} of {count}",
    set_words="Any {needed} of the {count} sheets together open everything. A single sheet reveals nothing.",
    belongs="The vault that this sheet belongs to",
    row="Row",
    check="Check",
    made="Made on {day}",
    what_heading="What this is",
    what=(
        "A part of the last key to an organisation's case files. It is needed when nobody there can open them any "
        "more. A person with {needed} sheets and any copy can read everything, and no log shows it.",
    ),
    do_heading="What to do",
    do=(
        "Keep it on paper, out of sight, apart from the other sheets, outside the organisation and the country.",
        "Never photograph, copy or send it. Type it only into the computer that asks for it.",
        "Give it only to people you know, whose voice you know, after you asked why.",
        "Once a year type it in a drill, the bold letters are enough: casevault recovery drill. After a new set, burn "
        "this one.",
    ),
    name="Kept by",
    signature="Date, signature",
)

_FRENCH = SheetWords(
    title="Feuille de récupération",
    place="Feuille {number} sur {count}",
    set_words="{needed} des {count} feuilles réunies ouvrent tout. Une seule ne révèle rien.",
    belongs="Le coffre auquel appartient cette feuille",
    row="Ligne",
    check="Contrôle",
    made="Établie le {day}",
    what_heading="Ce que c’est",
    what=(
        "Une partie de la dernière clé des dossiers d’une organisation. Elle sert quand plus personne là-bas ne peut "
        "les ouvrir. Qui réunit {needed} feuilles, sur n’importe quelle copie, peut tout lire, sans laisser de trace.",
    ),
    do_heading="Ce qu’il faut faire",
    do=(
        "La garder sur papier, à l’abri des regards, loin des autres feuilles, hors de l’organisation et du pays.",
        "Pas de photo, pas de copie, pas de message, aucun ordinateur sauf celui où on la demande.",
        "Ne la donner qu’à des gens que vous connaissez, dont vous connaissez la voix, après avoir demandé pourquoi.",
        "Une fois par an, la taper pour un essai, les lettres grasses suffisent : casevault recovery drill. Après un "
        "nouveau jeu, brûler celle-ci.",
    ),
    name="Gardée par",
    signature="Date, signature",
)

_RUSSIAN = SheetWords(
    title="Лист восстановления",
    place="Лист {number} из {count}",
    set_words="Любые {needed} из {count} листов вместе открывают всё. Один лист не выдаёт ничего.",
    belongs="Хранилище, к которому относится этот лист",
    row="Ряд",
    check="Сверка",
    made="Составлен {day}",
    what_heading="Что это",
    what=(
        "Часть последнего ключа к делам организации. Она нужна, когда там никто больше не может их открыть. "
        "Кто сложит листов: {needed}, тот на любой копии прочтёт всё, и ни один журнал этого не покажет.",
    ),
    do_heading="Что делать",
    do=(
        "Хранить на бумаге, не на виду, отдельно от других листов, вне организации и вне страны.",
        "Не снимать, не копировать, не пересылать; вводить только в тот компьютер, где его просят.",
        "Отдавать только тем, кого вы знаете, чей голос вы узнали, и спросив, зачем.",
        "Раз в год вводить для проверки, хватит жирных букв: casevault recovery drill. После нового набора этот лист "
        "сжечь.",
    ),
    name="Хранит",
    signature="Дата, подпись",
)

_LANGUAGES: Mapping[str, SheetWords] = {"en": _ENGLISH, "fr": _FRENCH, "ru": _RUSSIAN}
LANGUAGES = tuple(_LANGUAGES)


def sheet_words(language: str) -> SheetWords:
    """Return the words of one language.

    Raises:
        UsageError: there are none in it.
    """
    if language not in _LANGUAGES:
        raise UsageError(Message("no sheet in this language; languages are: {names}", names=", ".join(LANGUAGES)))
    return _LANGUAGES[language]
