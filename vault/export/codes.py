"""Codes of casework in the words of a report: kinds, stages, who wrote. The data file keeps the codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LANGUAGES = ("en", "fr", "ru")
# code -> the words in each of these languages
_CASES = {
    "asylum": ("asylum", "asile", "убежище"),
    "extradition": ("extradition", "extradition", "экстрадиция"),
    "detention": ("detention", "détention", "задержание"),
    "family": ("family", "famille", "семья"),
    "other": ("other", "autre", "другое"),
}
_NOTES = {
    "contact": ("contact", "échange", "контакт"),
    "interview": ("interview", "entretien", "беседа"),
    "legal-advice": ("legal advice", "conseil juridique", "юридическая консультация"),
    "medical": ("medical", "santé", "здоровье"),
    "safety": ("safety", "sécurité", "безопасность"),
    "administration": ("administration", "administration", "организация работы"),
    "supervision": ("supervision", "supervision", "супервизия"),
}
_WRITERS = {
    "caseworker": ("by a caseworker", "par une personne chargée de dossiers", "ведущий дела"),
    "field": ("by a field worker", "par une personne de terrain", "полевой сотрудник"),
    "intake": ("by an intake volunteer", "par une personne de l’accueil", "дежурный приёма"),
    "supervisor": ("by a supervisor", "par une personne qui encadre", "руководитель"),
    "legal-reviewer": ("by a legal reviewer", "par une personne de la relecture juridique", "юрист-рецензент"),
    "admin": ("by an admin", "par l’administration", "администратор"),
    "auditor": ("by an auditor", "par une personne chargée du contrôle", "аудитор"),
    "former": ("by a former member", "par une personne qui n’est plus membre", "бывший сотрудник"),
}
_STAGES = {
    "pre-reg": ("before registration", "avant l’enregistrement", "до регистрации"),
    "claim-expressed": ("claim expressed", "demande exprimée", "ходатайство заявлено"),
    "registered": ("registered", "enregistré", "зарегистрировано"),
    "cert-issued": ("certificate issued", "attestation délivrée", "справка выдана"),
    "interviewed": ("interviewed", "entretien passé", "собеседование пройдено"),
    "decision-pending": ("decision pending", "décision attendue", "ожидается решение"),
    "recognised": ("recognised as a refugee", "statut de réfugié reconnu", "статус беженца признан"),
    "complementary": ("complementary protection", "protection complémentaire", "дополнительная защита"),
    "refused-1": ("refused, first instance", "refus en première instance", "отказ в первой инстанции"),
    "appeal-1": ("first appeal", "premier recours", "первое обжалование"),
    "appeal-2": ("second appeal", "second recours", "второе обжалование"),
    "supreme": ("supreme court", "cour suprême", "верховный суд"),
    "final-refused": ("refused, final", "refus définitif", "окончательный отказ"),
    "subsequent": ("subsequent application", "demande ultérieure", "повторное ходатайство"),
    "mandate-rsd": (
        "status determination by UNHCR",
        "détermination du statut par le HCR",
        "определение статуса УВКБ ООН",
    ),
    "mandate-recognised": ("recognised by UNHCR", "reconnu par le HCR", "признание УВКБ ООН"),
    "resettlement-submitted": ("submitted for resettlement", "réinstallation demandée", "подано на переселение"),
    "travel-doc": ("travel document", "titre de voyage", "проездной документ"),
    "departed": ("departed", "parti", "выезд состоялся"),
    "ceased": ("status ceased", "statut terminé", "статус прекращён"),
    "withdrawn": ("withdrawn", "demande retirée", "ходатайство отозвано"),
    "flagged": ("flagged in a system", "signalé dans un système", "отметка в системе"),
    "located": ("located", "localisé", "местонахождение установлено"),
    "arrested-no-request": ("arrested, no request yet", "arrêté, pas encore de demande", "арест, запроса ещё нет"),
    "provisional": ("provisional arrest", "arrestation provisoire", "временный арест"),
    "request-received": ("request received", "demande reçue", "запрос получен"),
    "court-detention": ("detained by a court", "détention décidée par un tribunal", "арест по решению суда"),
    "prosecutor-check": ("examined by the prosecutor", "examen par le parquet", "проверка прокуратуры"),
    "decided-grant": ("extradition granted", "extradition accordée", "выдача разрешена"),
    "decided-refuse": ("extradition refused", "extradition refusée", "в выдаче отказано"),
    "appeal": ("appeal", "recours", "обжалование"),
    "final": ("decision final", "décision définitive", "решение окончательное"),
    "surrender-window": ("time of surrender", "délai de remise", "срок передачи"),
    "surrendered": ("surrendered", "remis", "выдан"),
    "released": ("released", "libéré", "освобождён"),
    "refused-at-risk": (
        "refused, still at risk",
        "refusée, danger persistant",
        "в выдаче отказано, опасность сохраняется",
    ),
    "disappeared": ("disappeared", "disparu", "пропал"),
    "arrested": ("arrested", "arrêté", "задержан"),
    "ordered": ("detention ordered", "détention ordonnée", "арест избран"),
    "extended": ("detention extended", "détention prolongée", "арест продлён"),
    "bail": ("bail", "caution", "залог"),
    "house-arrest": ("house arrest", "assignation à résidence", "домашний арест"),
    "deported": ("deported", "expulsé", "выслан"),
    "open": ("open", "ouvert", "открыто"),
    "waiting": ("waiting", "en attente", "ожидание"),
    "closed": ("closed", "clos", "закрыто"),
}
_INCIDENTS = {
    "arrest": ("arrest", "arrestation", "арест"),
    "raid": ("raid", "perquisition", "обыск"),
    "threat": ("threat", "menace", "угроза"),
    "abduction": ("abduction", "enlèvement", "похищение"),
    "disappearance": ("disappearance", "disparition", "исчезновение"),
    "surveillance": ("surveillance", "surveillance", "слежка"),
    "device-seized": ("devices seized", "appareils saisis", "изъятие устройств"),
    "data-breach": ("data breach", "fuite de données", "утечка данных"),
    "coerced-unlock": ("forced to unlock", "contrainte à déverrouiller", "принуждение к разблокировке"),
    "other": ("other", "autre", "другое"),
}
_ENDS = {
    "released": ("released", "libéré", "освобождён"),
    "bail": ("bail", "caution", "залог"),
    "house-arrest": ("house arrest", "assignation à résidence", "домашний арест"),
    "surrendered": ("surrendered", "remis", "выдан"),
    "deported": ("deported", "expulsé", "выслан"),
    "disappeared": ("disappeared", "disparu", "пропал"),
    "unknown": ("not known", "inconnu", "неизвестно"),
}
_SYSTEMS = {
    "cis-interstate": ("interstate search of the CIS", "avis de recherche de la CEI", "межгосударственный розыск СНГ"),
    "national": ("national list", "liste nationale", "национальный розыск"),
    "interpol-red": ("Interpol red notice", "notice rouge d’Interpol", "красное уведомление Интерпола"),
    "interpol-blue": ("Interpol blue notice", "notice bleue d’Interpol", "синее уведомление Интерпола"),
    "interpol-other": ("other Interpol notice", "autre notice d’Interpol", "другое уведомление Интерпола"),
    "diffusion": ("Interpol diffusion", "diffusion d’Interpol", "циркуляр Интерпола"),
    "extremist-register": ("register of extremists", "registre des extrémistes", "реестр экстремистов"),
    "terrorist-register": ("register of terrorists", "registre des terroristes", "реестр террористов"),
    "debtor": ("list of debtors", "liste de débiteurs", "розыск должников"),
    "missing": ("list of missing people", "liste de personnes disparues", "розыск пропавших"),
    "other": ("other", "autre", "другое"),
}
_SEEN = {
    "public-site": ("on a public site", "sur un site public", "на открытом сайте"),
    "court-paper": ("in a paper of a court", "dans un document judiciaire", "в документе суда"),
    "official-word": ("said by an official", "dit par un agent officiel", "сказано должностным лицом"),
    "press": ("in the press", "dans la presse", "в прессе"),
    "lawyer-query": ("by a question of a lawyer", "par une demande d’avocat", "по запросу адвоката"),
    "arrest": ("at an arrest", "lors d’une arrestation", "при аресте"),
}
_BY_PLACE = {
    ("incident", "what-happened"): _INCIDENTS,
    ("detention", "how-ended"): _ENDS,
    ("wanted", "system"): _SYSTEMS,
    ("wanted", "seen-how"): _SEEN,
    ("case", "kind"): _CASES,
    ("case", "stage"): _STAGES,
    ("note", "kind"): _NOTES,
    ("note", "by"): _WRITERS,
}
CODED: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        place: {language: {code: words[n] for code, words in table.items()} for n, language in enumerate(_LANGUAGES)}
        for place, table in _BY_PLACE.items()
    }
)
"""(heading, label) -> language -> code -> words."""


def code_in_words(heading: str, label: str, code: str, language: str) -> str | None:
    """Return a code that stands under this label in words; None where there is no such code."""
    return CODED.get((heading, label), {}).get(language, {}).get(code)
