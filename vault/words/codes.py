"""The words for codes: the one place where a stored code becomes what a person reads, on a screen and in an answer.

Options and `--json` keep the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vault.words.message import Message, Words, joined

# fmt: off
_AS_THEY_ARE: Final = (
    # roles of members, and how they stand
    Message("admin"), Message("supervisor"), Message("caseworker"), Message("intake"), Message("auditor"),
    Message("field"), Message("suspended"), Message("over"), Message("left"),
    # people of a case
    Message("client"), Message("relative"), Message("witness"), Message("worker"), Message("interpreter"),
    Message("persecutor"), Message("guarantor"), Message("co-accused"), Message("dependant"), Message("lawyer"),
    Message("relation"), Message("link"), Message("spouse"), Message("parent"), Message("child"), Message("sibling"),
    Message("guardian"), Message("friend"), Message("female"), Message("male"),
    # documents and ways to reach somebody
    Message("passport"), Message("pin"), Message("other"), Message("phone"), Message("sms"), Message("messenger"),
    Message("email"),
    # papers
    Message("decision"), Message("indictment"), Message("judgment"), Message("photo"), Message("audio"),
    Message("video"), Message("screenshot"), Message("correspondence"), Message("translation"),
    Message("laissez-passer"), Message("visa"), Message("ticket"), Message("original"), Message("copy"),
    # where a written name comes from
    Message("legal"), Message("birth"), Message("former"), Message("married"), Message("alias"), Message("nick"),
    Message("press"), Message("misspelt"),
    # records, and kinds of notes and sections
    Message("case"), Message("person"), Message("note"), Message("draft"), Message("contact"), Message("interview"),
    Message("filled"), Message("medical"), Message("safety"), Message("administration"), Message("supervision"),
    Message("location"), Message("health"), Message("sources"),
    # kinds of cases, and risk
    Message("asylum"), Message("extradition"), Message("detention"), Message("family"), Message("low"),
    Message("medium"), Message("high"), Message("immediate"),
    # stages of asylum
    Message("registered"), Message("interviewed"), Message("recognised"), Message("complementary"),
    Message("supreme"), Message("subsequent"), Message("departed"), Message("ceased"), Message("withdrawn"),
    # stages of detention
    Message("arrested"), Message("ordered"), Message("extended"), Message("appeal"), Message("released"),
    Message("bail"), Message("deported"), Message("disappeared"),
    # stages of extradition
    Message("flagged"), Message("located"), Message("provisional"), Message("final"), Message("surrendered"),
    # stages of other kinds
    Message("open"), Message("waiting"), Message("closed"),
    # reasons
    Message("owner"), Message("deputy"), Message("colleague"), Message("away"), Message("handover"),
    Message("emergency"), Message("casework"), Message("audit"), Message("training"), Message("retention"),
    Message("mistake"), Message("moved"),
    # orders of the list
    Message("due"), Message("ref"), Message("name"), Message("status"),
    # what may leave
    Message("keep"), Message("generalise"), Message("pseudonym"), Message("remove"), Message("document"),
    Message("date"), Message("time"), Message("url"), Message("handle"), Message("iban"), Message("coordinates"),
    Message("unknown"),
    # what is erased
    Message("section"), Message("slip"), Message("relation"), Message("link"),
    # what happened in a case
    Message("wanted"), Message("national"), Message("diffusion"), Message("debtor"), Message("missing"),
    Message("press"), Message("arrest"), Message("hearing"), Message("partly"), Message("yes"), Message("no"),
    Message("incident"), Message("raid"), Message("threat"), Message("abduction"), Message("disappearance"),
    Message("surveillance"), Message("event"), Message("task"), Message("deadline"), Message("court"),
    Message("rule"), Message("kept"), Message("missed"), Message("waived"),
    # risk and safety
    Message("risk"), Message("watched"), Message("illness"), Message("check-in"), Message("day"), Message("week"),
    Message("well"), Message("late"),
    # requests of people about their own data
    Message("copy"), Message("correction"), Message("erasure"),
    # what a question of a form asks for
    Message("text"), Message("number"), Message("choice"), Message("country"),
    # steps of checklists
    Message("step"), Message("detained"),
)
_IN_WORDS: Final = {
    "legal-reviewer": Message("legal reviewer"), "same-charge": Message("on the same charge"),
    "id-card": Message("identity card"), "birth-cert": Message("birth certificate"),
    "unhcr-case": Message("UNHCR case"), "asylum-cert": Message("asylum certificate"),
    "court-case": Message("court case"), "wanted-ref": Message("wanted reference"),
    "prison-no": Message("prison number"), "in-person": Message("in person"),
    "through-someone": Message("through somebody"), "not-known": Message("not known"),
    "birth-certificate": Message("birth certificate"), "marriage-certificate": Message("marriage certificate"),
    "military-id": Message("military identity card"), "draft-notice": Message("draft notice"),
    "asylum-application": Message("asylum application"), "asylum-certificate": Message("asylum certificate"),
    "interview-record": Message("interview record"), "detention-order": Message("detention order"),
    "extension-order": Message("extension order"), "extradition-request": Message("extradition request"),
    "arrest-warrant": Message("arrest warrant"), "search-record": Message("search record"),
    "wanted-printout": Message("wanted printout"), "interpol-reply": Message("Interpol reply"),
    "interim-measure-letter": Message("interim measure letter"), "power-of-attorney": Message("power of attorney"),
    "consent-form": Message("consent form"), "medical-report": Message("medical report"),
    "istanbul-protocol-report": Message("Istanbul Protocol report"), "country-info": Message("country information"),
    "press-article": Message("press article"), "certified-copy": Message("certified copy"),
    "online-handle": Message("online handle"), "pseudonym-of-record": Message("pseudonym of record"),
    "police-list": Message("police list"), "legal-advice": Message("legal advice"),
    "claim-expressed": Message("claim expressed"), "cert-issued": Message("certificate issued"),
    "decision-pending": Message("decision pending"), "refused-1": Message("first refusal"),
    "appeal-1": Message("first appeal"), "appeal-2": Message("second appeal"),
    "final-refused": Message("final refusal"), "mandate-rsd": Message("UNHCR procedure"),
    "mandate-recognised": Message("recognised by UNHCR"), "resettlement-submitted": Message("resettlement asked"),
    "travel-doc": Message("travel document"), "house-arrest": Message("house arrest"),
    "arrested-no-request": Message("arrested, no request"), "request-received": Message("request received"),
    "court-detention": Message("court detention"), "prosecutor-check": Message("prosecutor check"),
    "decided-grant": Message("extradition granted"), "decided-refuse": Message("extradition refused"),
    "surrender-window": Message("time of surrender"), "refused-at-risk": Message("refused at risk"),
    "legal-referral": Message("legal referral"), "subject-request": Message("subject request"),
    "court-order": Message("court order"), "date-of-birth": Message("date of birth"),
    "register-entry": Message("register entry"), "cis-interstate": Message("CIS interstate search"),
    "interpol-red": Message("Interpol red notice"), "interpol-blue": Message("Interpol blue notice"),
    "interpol-other": Message("other Interpol notice"), "extremist-register": Message("register of extremists"),
    "terrorist-register": Message("register of terrorists"), "public-site": Message("public site"),
    "court-paper": Message("court paper"), "official-word": Message("word of an official"),
    "lawyer-query": Message("question by a lawyer"), "not-yet": Message("not yet"),
    "device-seized": Message("devices seized"), "data-breach": Message("data breach"),
    "coerced-unlock": Message("forced to unlock"), "safety-plan": Message("safety plan"),
    "wanted-entry": Message("wanted entry"), "prior-arrest": Message("arrested before"),
    "extradition-refused": Message("extradition refused"), "travel-booked": Message("travel booked"),
    "public-profile": Message("known in public"), "co-accused-surrendered": Message("co-accused surrendered"),
    "family-pressured": Message("family under pressure"), "6-hours": Message("6 hours"),
    "12-hours": Message("12 hours"), "2-days": Message("2 days"), "wrong-word": Message("wrong word"),
    "not-heard": Message("not heard"), "stop-sharing": Message("stop sharing"),
    "office-raided": Message("office raided"), "find-where-held": Message("find where held"),
    "send-lawyer": Message("send lawyer"), "stop-dead-channels": Message("stop dead channels"),
    "tell-family": Message("tell family"), "warn-others": Message("warn others"),
    "copy-the-order": Message("copy the order"), "ask-for-a-doctor": Message("ask for a doctor"),
    "ask-for-interim-measures": Message("ask for interim measures"), "write-last-seen": Message("write last seen"),
    "ask-every-place": Message("ask every place"), "make-the-pack": Message("make the pack"),
    "alert-unhcr": Message("alert unhcr"), "complain-to-prosecutor": Message("complain to prosecutor"),
    "ask-for-urgent-action": Message("ask for urgent action"),
    "look-back-at-48-hours": Message("look back at 48 hours"), "write-who-came": Message("write who came"),
    "call-lawyer": Message("call lawyer"), "lock-computers": Message("lock computers"),
    "list-what-was-taken": Message("list what was taken"), "revoke-devices": Message("revoke devices"),
    "run-seizure-drill": Message("run seizure drill"), "warn-clients": Message("warn clients"),
    "warn-recipients": Message("warn recipients"), "end-sessions": Message("end sessions"),
    "decide-on-breach-notice": Message("decide on breach notice"), "pre-reg": Message("not registered"),
    "third": Message("third person"), "yes-no-unknown": Message("yes, no or not known"),
    "long-text": Message("long text"),
    "face-recognition": Message("camera or face recognition"), "border-search": Message("search at a border"),
    "shared-database": Message("shared search database"),
    # what an entry counts
    "seat": Message("device"), "compartments": Message("case or list"),
}
# fmt: on
CODES: Final[Mapping[str, Message]] = {word.template: word for word in _AS_THEY_ARE} | _IN_WORDS
"""In English many a code is its own word; none is shown with a hyphen that no English word has."""


def word_of(code: Words) -> Words:
    """Return the word for a code; what is none stays as it is."""
    return CODES.get(code, code) if isinstance(code, str) else code


def words_of(codes: Iterable[str]) -> Words:
    """Return the words for several codes, in one line."""
    return joined([word_of(code) for code in codes], ", ") or ""
