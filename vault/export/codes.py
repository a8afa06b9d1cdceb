"""Codes of casework and keys of profiles in the words of a report. The data file keeps the codes and the keys.

What a report says that it has none of is written to the person whose data it is.
"""

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
    "face-recognition": (
        "by a camera or face recognition",
        "par une caméra ou la reconnaissance faciale",
        "камерой или распознаванием лиц",
    ),
    "border-search": ("in a search at a border", "lors d’un contrôle à une frontière", "при проверке на границе"),
    "shared-database": (
        "in a shared search database",
        "dans une base de recherche partagée",
        "в общей базе розыска",
    ),
}
_SEXES = {
    "female": ("female", "femme", "женский"),
    "male": ("male", "homme", "мужской"),
    "other": ("other", "autre", "другой"),
}
_FULFILLED = {
    "not-yet": ("not yet", "pas encore", "ещё нет"),
    "partly": ("in part", "en partie", "частично"),
    "yes": ("yes", "oui", "да"),
    "no": ("no", "non", "нет"),
}
_KEPT = {
    "kept": ("kept", "respecté", "соблюдён"),
    "missed": ("missed", "manqué", "пропущен"),
    "waived": ("waived", "abandonné", "отменён"),
}
_HEADINGS = {
    "case": ("Case", "Dossier", "Дело"),
    "client": ("Client", "Client", "Клиент"),
    "relative": ("Relative", "Proche", "Родственник"),
    "witness": ("Witness", "Témoin", "Свидетель"),
    "persecutor": ("Persecutor", "Persécuteur", "Преследователь"),
    "other-person": ("Other person", "Autre personne", "Другое лицо"),
    "note": ("Notes", "Notes", "Записи"),
    "incident": ("Incidents", "Incidents", "Происшествия"),
    "event": ("What happened", "Ce qui s’est passé", "Что произошло"),
    "detention": ("Detention", "Détention", "Содержание под стражей"),
    "wanted": ("Searched for", "Recherché", "Розыск"),
    "hearing": ("Hearings", "Audiences", "Заседания суда"),
    "deadline": ("Dates to be kept", "Délais à respecter", "Сроки"),
}
_LABELS = {
    "kind": ("Kind", "Nature", "Вид"),
    "stage": ("Stage", "Étape", "Стадия"),
    "opened": ("Opened", "Ouvert le", "Открыто"),
    "names": ("Names", "Noms", "Имена"),
    "date-of-birth": ("Date of birth", "Date de naissance", "Дата рождения"),
    "documents": ("Documents", "Documents", "Документы"),
    "what-happened": ("What", "Quoi", "Что"),
    "when": ("When", "Quand", "Когда"),
    "until": ("Until, or at the latest", "Jusqu’au, ou au plus tard", "До, или не позднее"),
    "place": ("Place", "Lieu", "Место"),
    "by-whom": ("By whom", "Par qui", "Кем"),
    "taken": ("Taken on", "Pris le", "Задержан"),
    "order": ("Order", "Ordonnance", "Постановление"),
    "ordered-by": ("Ordered by", "Ordonné par", "Кем вынесено"),
    "ends-by-order": ("Ends by the order on", "Prend fin selon l’ordonnance le", "Срок по постановлению до"),
    "lawyer-let-in": ("Lawyer let in on", "Avocat admis le", "Адвокат допущен"),
    "ended": ("Ended on", "Terminé le", "Окончено"),
    "how-ended": ("How it ended", "Comment cela s’est terminé", "Чем закончилось"),
    "system": ("System", "Système", "Система"),
    "searching-state": ("State that searches", "État qui recherche", "Разыскивающее государство"),
    "category": ("Category", "Catégorie", "Категория"),
    "seen": ("Seen on", "Vu le", "Замечено"),
    "seen-how": ("Seen how", "Comment vu", "Как стало известно"),
    "lifted": ("Lifted on", "Levé le", "Снято"),
    "stage-since": ("In this stage since", "À cette étape depuis", "На этой стадии с"),
    "closed": ("Closed", "Clos le", "Закрыто"),
    "phones": ("Phones", "Téléphones", "Телефоны"),
    "emails": ("E-mails", "Adresses électroniques", "Электронная почта"),
    "sex": ("Sex", "Sexe", "Пол"),
    "nationalities": ("Nationality", "Nationalité", "Гражданство"),
    "extended": ("Extended on", "Prolongé le", "Продлено"),
    "devices": ("Devices that were taken", "Appareils saisis", "Изъятые устройства"),
    "about": ("About", "Objet", "О чём"),
    "court": ("Court", "Tribunal", "Суд"),
    "outcome": ("Outcome", "Issue", "Итог"),
    "court-orders": ("Orders of the court", "Décisions du tribunal", "Определения суда"),
    "orders-fulfilled": ("Orders fulfilled", "Décisions exécutées", "Определения исполнены"),
    "charge": ("Charge", "Chef d’accusation", "Обвинение"),
    "to-do": ("What must be done", "Ce qui doit être fait", "Что нужно сделать"),
    "latest": ("At the latest on", "Au plus tard le", "Не позднее"),
    "over": ("Over on", "Achevé le", "Завершено"),
    "what-became": ("What became of it", "Suite donnée", "Что вышло"),
    "details": ("Details", "Détails", "Подробности"),
}
_WITHHELD = {
    "safe-contact": (
        "Not in this copy: how we may reach you safely, with the words that we agreed. Why: somebody who finds "
        "this file could use it against you. We read it to you when you ask.",
        "Absent de cette copie : la manière sûre de vous joindre et les mots convenus. Pourquoi : qui trouve ce "
        "fichier pourrait s’en servir contre vous. Nous vous les lisons à votre demande.",
        "В этой копии нет: как с вами безопасно связаться и о каких словах мы договорились. Почему: нашедший этот"
        " файл мог бы использовать это против вас. Мы прочитаем это вам по вашей просьбе.",
    ),
    "note-medical": (
        "Not in this copy: notes about health. Why: they can harm you in other hands, and go to you alone, by "
        "hand. Ask us for them.",
        "Absent de cette copie : les notes de santé. Pourquoi : en d’autres mains, elles peuvent vous nuire ; "
        "elles vous sont remises à vous seul, en main propre. Demandez-les-nous.",
        "В этой копии нет: записей о здоровье. Почему: в чужих руках они могут вам навредить; мы отдаём их только"
        " вам, лично. Попросите их у нас.",
    ),
    "note-safety": (
        "Not in this copy: notes about safety. Why: they tell how you and other people are protected.",
        "Absent de cette copie : les notes de sécurité. Pourquoi : elles disent comment vous et d’autres "
        "personnes êtes protégés.",
        "В этой копии нет: записей о безопасности. Почему: в них сказано, как защищены вы и другие люди.",
    ),
    "note-office": (
        "Not in this copy: notes of administration and of supervision. Why: they are about the work of the office.",
        "Absent de cette copie : les notes d’administration et de supervision. Pourquoi : elles portent sur le "
        "travail du bureau.",
        "В этой копии нет: записей об организации работы и о супервизии. Почему: они о работе организации.",
    ),
    "danger": (
        "Not in this copy: reasons for danger, safety plans and check-ins. Why: they name people, places and "
        "signs that protect you and others.",
        "Absent de cette copie : les motifs de danger, les plans de sécurité et les appels de contrôle. Pourquoi "
        ": ils nomment des personnes, des lieux et des signes qui vous protègent, vous et d’autres.",
        "В этой копии нет: причин опасности, планов безопасности и контрольных звонков. Почему: в них названы "
        "люди, места и знаки, которые защищают вас и других.",
    ),
    "work": (
        "Not in this copy: tasks, steps of checklists and requests about data. Why: they say who in the office "
        "does what, and when.",
        "Absent de cette copie : les tâches, les étapes des listes de contrôle et les demandes sur les données. "
        "Pourquoi : elles disent qui fait quoi au bureau, et quand.",
        "В этой копии нет: задач, шагов контрольных списков и запросов о данных. Почему: в них сказано, кто и "
        "когда что делает в организации.",
    ),
    "others": (
        "Not in this copy: records of other people, and how people are related. Why: they are the data of others.",
        "Absent de cette copie : les fiches d’autres personnes et les liens entre les personnes. Pourquoi : ce "
        "sont les données d’autrui.",
        "В этой копии нет: данных о других людях и о том, кто кем кому приходится. Почему: это данные других людей.",
    ),
    "of-several": (
        "Not in this copy where your file is that of another person too: detention, hearings, incidents, events, "
        "searches and dates. Why: nothing says of whom each is. Ask us for yours.",
        "Absent de cette copie si votre dossier est aussi celui d’une autre personne : détention, audiences, "
        "incidents, événements, recherches et délais. Pourquoi : rien ne dit de qui il s’agit. Demandez-nous les "
        "vôtres.",
        "В этой копии нет, если дело не только ваше: содержания под стражей, заседаний, происшествий, событий, "
        "розыска и сроков. Почему: нигде не сказано, о ком каждая запись. Спросите у нас о своих.",
    ),
    "own-forms": (
        "Not in this copy: forms that the organisation made itself. Why: the program does not know what is yours "
        "in them. Ask us.",
        "Absent de cette copie : les formulaires propres à l’organisation. Pourquoi : le programme ne sait pas ce"
        " qui y est à vous. Demandez-nous.",
        "В этой копии нет: собственных форм организации. Почему: программа не знает, что в них ваше. Спросите нас.",
    ),
    "papers": (
        "Not in this copy: papers, pictures and recordings. Why: other people can be named or seen in them. Ask "
        "us for yours.",
        "Absent de cette copie : les documents, images et enregistrements. Pourquoi : d’autres personnes peuvent "
        "y être nommées ou visibles. Demandez-nous les vôtres.",
        "В этой копии нет: документов, снимков и записей звука. Почему: в них могут быть названы или видны другие"
        " люди. Попросите у нас свои.",
    ),
    "sections": (
        "Not in this copy: restricted sections, drafts and call slips. Why: few members may read them, or they "
        "are not finished. Ask us whether there is anything about you.",
        "Absent de cette copie : les sections restreintes, brouillons et fiches d’appel. Pourquoi : peu de "
        "membres peuvent les lire, ou ils ne sont pas terminés. Demandez-nous s’il y a quelque chose sur vous.",
        "В этой копии нет: закрытых разделов, черновиков и листков звонков. Почему: их могут читать немногие, или"
        " они не закончены. Спросите нас, есть ли там что-то о вас.",
    ),
    "sharing": (
        "Not in this copy: to whom we gave data about you, who may open your file, and how long it is kept. Why: "
        "it names other people. Ask us.",
        "Absent de cette copie : à qui nous avons remis vos données, qui peut ouvrir votre dossier et combien de "
        "temps il est gardé. Pourquoi : cela nomme d’autres personnes. Demandez-nous.",
        "В этой копии нет: кому мы передавали данные о вас, кто может открыть ваше дело и сколько оно хранится. "
        "Почему: там названы другие люди. Спросите нас.",
    ),
    "sources": (
        "Not in this copy: who told us something, and who confirmed it. Why: a source is somebody else.",
        "Absent de cette copie : qui nous a dit quelque chose, et qui l’a confirmé. Pourquoi : une source est "
        "quelqu’un d’autre.",
        "В этой копии нет: кто нам что-то сообщил и кто это подтвердил. Почему: источник — это другой человек.",
    ),
}
_BY_PLACE = {
    ("client", "sex"): _SEXES,
    ("hearing", "orders-fulfilled"): _FULFILLED,
    ("deadline", "what-became"): _KEPT,
    ("incident", "what-happened"): _INCIDENTS,
    ("detention", "how-ended"): _ENDS,
    ("wanted", "system"): _SYSTEMS,
    ("wanted", "seen-how"): _SEEN,
    ("case", "kind"): _CASES,
    ("case", "stage"): _STAGES,
    ("note", "kind"): _NOTES,
    ("note", "by"): _WRITERS,
}


def _by_language(table: Mapping[str, tuple[str, str, str]]) -> Mapping[str, Mapping[str, str]]:
    return {language: {key: words[n] for key, words in table.items()} for n, language in enumerate(_LANGUAGES)}


CODED: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {place: _by_language(table) for place, table in _BY_PLACE.items()}
)
"""(heading, label) -> language -> code -> words."""
HEADINGS, LABELS, WITHHELD = _by_language(_HEADINGS), _by_language(_LABELS), _by_language(_WITHHELD)
"""language -> key -> words."""


def code_in_words(heading: str, label: str, code: str, language: str) -> str | None:
    """Return a code that stands under this label in words; None where there is no such code."""
    return CODED.get((heading, label), {}).get(language, {}).get(code)
