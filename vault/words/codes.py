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
    Message("asked"),
    Message("owner"), Message("deputy"), Message("colleague"), Message("away"), Message("handover"),
    Message("member"), Message("lead"), Message("keeper"),
    Message("emergency"), Message("casework"), Message("audit"), Message("training"), Message("retention"),
    Message("mistake"), Message("moved"),
    # orders of the list
    Message("due"), Message("ref"), Message("name"), Message("status"),
    # what may leave
    Message("keep"), Message("pseudonym"), Message("remove"), Message("document"),
    Message("date"), Message("time"), Message("url"), Message("handle"), Message("iban"), Message("coordinates"),
    Message("words"), Message("unknown"),
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
    # what clients agreed to
    Message("consent"), Message("medical care"), Message("search for somebody"), Message("vital interest"),
    Message("legal claim"), Message("legal duty"), Message("written"), Message("said before a witness"),
    Message("recorded"), Message("by telephone"), Message("holder of a power of attorney"),
    Message("next of kin"),
    # what those who were asked to take a client on answered
    Message("referral"), Message("accepted"), Message("declined"), Message("conflict of interest"),
    # what a question of a form asks for
    Message("text"), Message("number"), Message("place"), Message("choice"), Message("country"),
    # steps of checklists
    Message("step"), Message("detained"),
    # of several words, with a hyphen between in the code
    Message("legal reviewer"), Message("court case"), Message("in person"), Message("not known"),
    Message("birth certificate"), Message("marriage certificate"), Message("draft notice"),
    Message("asylum application"), Message("asylum certificate"), Message("interview record"),
    Message("detention order"), Message("extension order"), Message("extradition request"), Message("arrest warrant"),
    Message("search record"), Message("wanted printout"), Message("interim measure letter"),
    Message("power of attorney"), Message("consent form"), Message("medical report"), Message("press article"),
    Message("certified copy"), Message("online handle"), Message("pseudonym of record"), Message("police list"),
    Message("legal advice"), Message("claim expressed"), Message("decision pending"), Message("house arrest"),
    Message("request received"), Message("court detention"), Message("prosecutor check"), Message("refused at risk"),
    Message("legal referral"), Message("subject request"), Message("court order"), Message("date of birth"),
    Message("register entry"), Message("public site"), Message("court paper"), Message("not yet"),
    Message("data breach"), Message("safety plan"), Message("wanted entry"), Message("extradition refused"),
    Message("travel booked"), Message("co-accused surrendered"), Message("6 hours"), Message("12 hours"),
    Message("2 days"), Message("wrong word"), Message("not heard"), Message("stop sharing"), Message("office raided"),
    Message("find where held"), Message("send lawyer"), Message("stop dead channels"), Message("tell family"),
    Message("warn others"), Message("copy the order"), Message("ask for a doctor"), Message("ask for interim measures"),
    Message("write last seen"), Message("ask every place"), Message("make the pack"), Message("alert unhcr"),
    Message("complain to prosecutor"), Message("ask for urgent action"), Message("look back at 48 hours"),
    Message("write who came"), Message("call lawyer"), Message("lock computers"), Message("list what was taken"),
    Message("revoke devices"), Message("run seizure drill"), Message("warn clients"), Message("warn recipients"),
    Message("end sessions"), Message("decide on breach notice"), Message("wrong recipient"),
    Message("ask to delete"), Message("list whose data"), Message("send it anew"), Message("long text"),
)
_IN_WORDS: Final = {
    "same-charge": Message("on the same charge"), "id-card": Message("identity card"),
    "birth-cert": Message("birth certificate"), "unhcr-case": Message("UNHCR case"),
    "asylum-cert": Message("asylum certificate"), "wanted-ref": Message("wanted reference"),
    "prison-no": Message("prison number"), "through-someone": Message("through somebody"),
    "military-id": Message("military identity card"), "interpol-reply": Message("Interpol reply"),
    "istanbul-protocol-report": Message("Istanbul Protocol report"), "country-info": Message("country information"),
    "cert-issued": Message("certificate issued"), "refused-1": Message("first refusal"),
    "appeal-1": Message("first appeal"), "appeal-2": Message("second appeal"),
    "final-refused": Message("final refusal"), "mandate-rsd": Message("UNHCR procedure"),
    "mandate-recognised": Message("recognised by UNHCR"), "resettlement-submitted": Message("resettlement asked"),
    "travel-doc": Message("travel document"), "arrested-no-request": Message("arrested, no request"),
    "decided-grant": Message("extradition granted"), "decided-refuse": Message("extradition refused"),
    "surrender-window": Message("time of surrender"), "cis-interstate": Message("CIS interstate search"),
    "interpol-red": Message("Interpol red notice"), "interpol-blue": Message("Interpol blue notice"),
    "interpol-other": Message("other Interpol notice"), "extremist-register": Message("register of extremists"),
    "terrorist-register": Message("register of terrorists"), "official-word": Message("word of an official"),
    "lawyer-query": Message("question by a lawyer"), "device-seized": Message("devices seized"),
    "coerced-unlock": Message("forced to unlock"), "prior-arrest": Message("arrested before"),
    "public-profile": Message("known in public"), "family-pressured": Message("family under pressure"),
    "pre-reg": Message("not registered"), "third": Message("third person"),
    "yes-no-unknown": Message("yes, no or not known"), "face-recognition": Message("camera or face recognition"),
    "border-search": Message("search at a border"), "shared-database": Message("shared search database"),
    "identity": Message("name, birth date and papers"), "others": Message("relatives and other people"),
    "account": Message("what happened and what they told"),
    "proceedings": Message("dates, hearings, detention and searches"),
    "generalise": Message("less exact"),
    # what an entry counts
    "seat": Message("device"), "compartments": Message("case or list"),
}
# fmt: on
CODES: Final[Mapping[str, Message]] = {word.template.replace(" ", "-"): word for word in _AS_THEY_ARE} | _IN_WORDS
"""In English many a code is its own word; none is shown with a hyphen that no English word has."""


def word_of(code: Words) -> Words:
    """Return the word for a code; what is none stays as it is."""
    return CODES.get(code, code) if isinstance(code, str) else code


def words_of(codes: Iterable[str]) -> Words:
    """Return the words for several codes, in one line."""
    return joined([word_of(code) for code in codes], ", ") or ""
