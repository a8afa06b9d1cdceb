"""The words for codes: roles, kinds, stages and reasons, stored as a code that a person reads as a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vault.casework.script import Script
from vault.words.message import Message, Words, filled, joined

# fmt: off
_WORDS: Final = (
    # roles of members, and how they stand
    Message("admin"), Message("supervisor"), Message("caseworker"), Message("intake"), Message("legal-reviewer"),
    Message("auditor"), Message("field"), Message("suspended"), Message("over"), Message("left"),
    # people of a case
    Message("client"), Message("relative"), Message("witness"), Message("worker"), Message("interpreter"),
    Message("persecutor"), Message("guarantor"), Message("co-accused"), Message("dependant"),
    Message("lawyer"), Message("relation"), Message("link"), Message("spouse"), Message("parent"), Message("child"),
    Message("sibling"), Message("guardian"), Message("friend"), Message("same-charge"),
    Message("female"), Message("male"),
    # documents and ways to reach somebody
    Message("passport"), Message("id-card"), Message("pin"), Message("birth-cert"), Message("unhcr-case"),
    Message("asylum-cert"), Message("court-case"), Message("wanted-ref"), Message("prison-no"), Message("other"),
    Message("phone"), Message("sms"), Message("messenger"), Message("email"), Message("in-person"),
    Message("through-someone"), Message("not-known"),
    # papers
    Message("birth-certificate"), Message("marriage-certificate"), Message("military-id"),
    Message("draft-notice"), Message("asylum-application"), Message("asylum-certificate"),
    Message("interview-record"), Message("decision"), Message("detention-order"), Message("extension-order"),
    Message("extradition-request"), Message("arrest-warrant"), Message("indictment"), Message("judgment"),
    Message("search-record"), Message("wanted-printout"), Message("interpol-reply"),
    Message("interim-measure-letter"), Message("power-of-attorney"), Message("consent-form"),
    Message("medical-report"), Message("istanbul-protocol-report"), Message("country-info"),
    Message("press-article"), Message("photo"), Message("audio"), Message("video"), Message("screenshot"),
    Message("correspondence"), Message("translation"), Message("laissez-passer"), Message("visa"),
    Message("ticket"), Message("original"), Message("certified-copy"), Message("copy"),
    # where a written name comes from
    Message("legal"), Message("birth"), Message("former"), Message("married"), Message("alias"), Message("nick"),
    Message("online-handle"), Message("pseudonym-of-record"), Message("press"), Message("police-list"),
    Message("misspelt"),
    # records, and kinds of notes and sections
    Message("case"), Message("person"), Message("note"), Message("draft"), Message("contact"), Message("interview"),
    Message("filled"),
    Message("legal-advice"), Message("medical"), Message("safety"), Message("administration"), Message("supervision"),
    Message("location"), Message("health"), Message("sources"),
    # kinds of cases, and risk
    Message("asylum"), Message("extradition"), Message("detention"), Message("family"), Message("low"),
    Message("medium"), Message("high"), Message("immediate"),
    # stages of asylum
    Message("claim-expressed"), Message("registered"), Message("cert-issued"),
    Message("interviewed"), Message("decision-pending"), Message("recognised"), Message("complementary"),
    Message("refused-1"), Message("appeal-1"), Message("appeal-2"), Message("supreme"), Message("final-refused"),
    Message("subsequent"), Message("mandate-rsd"), Message("mandate-recognised"), Message("resettlement-submitted"),
    Message("travel-doc"), Message("departed"), Message("ceased"), Message("withdrawn"),
    # stages of detention
    Message("arrested"), Message("ordered"), Message("extended"), Message("appeal"), Message("released"),
    Message("bail"), Message("house-arrest"), Message("deported"), Message("disappeared"),
    # stages of extradition
    Message("flagged"), Message("located"), Message("arrested-no-request"), Message("provisional"),
    Message("request-received"), Message("court-detention"), Message("prosecutor-check"), Message("decided-grant"),
    Message("decided-refuse"), Message("final"), Message("surrender-window"), Message("surrendered"),
    Message("refused-at-risk"),
    # stages of other kinds
    Message("open"), Message("waiting"), Message("closed"),
    # reasons
    Message("owner"), Message("deputy"), Message("colleague"), Message("away"), Message("handover"),
    Message("emergency"), Message("legal-referral"), Message("casework"), Message("subject-request"),
    Message("audit"), Message("training"), Message("retention"), Message("mistake"), Message("court-order"),
    Message("moved"),
    # orders of the list
    Message("due"), Message("ref"), Message("name"), Message("status"),
    # what may leave
    Message("keep"), Message("generalise"), Message("pseudonym"), Message("remove"), Message("date-of-birth"),
    Message("document"), Message("date"), Message("time"), Message("url"), Message("handle"), Message("iban"),
    Message("coordinates"), Message("unknown"),
    # what is erased
    Message("register-entry"), Message("section"), Message("slip"), Message("relation"), Message("link"),
    # what happened in a case
    Message("wanted"), Message("cis-interstate"), Message("national"), Message("interpol-red"),
    Message("interpol-blue"), Message("interpol-other"), Message("diffusion"), Message("extremist-register"),
    Message("terrorist-register"), Message("debtor"), Message("missing"), Message("public-site"),
    Message("court-paper"), Message("official-word"), Message("press"), Message("lawyer-query"), Message("arrest"),
    Message("hearing"), Message("not-yet"), Message("partly"), Message("yes"), Message("no"), Message("incident"),
    Message("raid"), Message("threat"), Message("abduction"), Message("disappearance"), Message("surveillance"),
    Message("device-seized"), Message("data-breach"), Message("coerced-unlock"), Message("event"), Message("task"),
    Message("deadline"), Message("court"), Message("rule"), Message("kept"), Message("missed"), Message("waived"),
    # risk and safety
    Message("risk"), Message("safety-plan"), Message("wanted-entry"), Message("prior-arrest"),
    Message("extradition-refused"), Message("travel-booked"), Message("public-profile"),
    Message("co-accused-surrendered"), Message("family-pressured"), Message("watched"), Message("illness"),
    Message("check-in"), Message("6-hours"), Message("12-hours"), Message("day"), Message("2-days"), Message("week"),
    Message("well"), Message("late"), Message("wrong-word"), Message("not-heard"),
    # requests of people about their own data
    Message("subject-request"), Message("copy"), Message("correction"), Message("erasure"), Message("stop-sharing"),
    # steps of checklists
    Message("step"), Message("detained"), Message("office-raided"), Message("find-where-held"), Message("send-lawyer"),
    Message("stop-dead-channels"), Message("tell-family"), Message("warn-others"), Message("copy-the-order"),
    Message("ask-for-a-doctor"), Message("ask-for-interim-measures"), Message("write-last-seen"),
    Message("ask-every-place"), Message("power-of-attorney"), Message("make-the-pack"), Message("alert-unhcr"),
    Message("complain-to-prosecutor"), Message("ask-for-urgent-action"), Message("look-back-at-48-hours"),
    Message("write-who-came"), Message("call-lawyer"), Message("lock-computers"), Message("list-what-was-taken"),
    Message("revoke-devices"), Message("run-seizure-drill"), Message("warn-clients"), Message("warn-recipients"),
    Message("end-sessions"), Message("decide-on-breach-notice"),
)
# fmt: on
LANGUAGES: Final = (("en", Message("English")), ("fr", Message("French")), ("ru", Message("Russian")))
"""In which a report, a letter or a recovery sheet can be."""
_PLAINER: Final = {"pre-reg": Message("not registered"), "third": Message("third person")}
CODES: Final[Mapping[str, Message]] = {word.template: word for word in _WORDS} | _PLAINER
"""In English a code is its own word, but for a few that nobody knows as words."""
SCRIPTS: Final[Mapping[str, Message]] = {
    Script.LATIN.value: Message("Latin"),
    Script.CYRILLIC.value: Message("Cyrillic"),
    Script.ARABIC.value: Message("Arabic"),
}


def word_of(code: Words) -> Words:
    """Return the word for a code; what is none stays as it is."""
    return CODES.get(code, code) if isinstance(code, str) else code


def with_kind(sentence: Words) -> Words:
    """Return a sentence of the library, the code of a kind of record in it as the word for that."""
    values = dict(sentence.values) if isinstance(sentence, Message) else {}
    kind = values.get("kind")
    if not isinstance(sentence, Message) or not isinstance(kind, str):
        return sentence
    return filled(sentence, **(values | {"kind": word_of(kind)}))


def words_of(codes: Iterable[str]) -> Words:
    """Return the words for several codes, in one line."""
    return joined([word_of(code) for code in codes], ", ") or ""


def choices(codes: Iterable[str]) -> list[tuple[str, Words]]:
    """Return codes with their words, for a field that offers them."""
    return [(code, word_of(code)) for code in codes]
