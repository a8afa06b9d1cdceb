"""What a vault of invented people says, the same each time: fixed ids and times, so that a picture stays the same.

An answer is a value, or a function of what was asked. What no picture shows has none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from tui.values.access_shown import (
    AccessShown,
    HolderLine,
    MembersShown,
    SectionLine,
    SectionShown,
)
from tui.values.cases_shown import (
    Alert,
    CaseLine,
    CaseListStart,
    CaseShown,
    DraftShown,
    FoundShown,
    LogLineShown,
    LogShown,
    NoteShown,
    PaperPage,
    PaperShown,
    PersonShown,
    PreviewShown,
    RecordShown,
    SideShown,
    StageShown,
    VaultStatus,
    VersionsShown,
)
from tui.values.exchange_shown import (
    PackShown,
    ResultText,
    StandingShown,
)
from tui.values.forms_typed import CaseLike, Reminding, SlipBegun, SlipTyped
from tui.values.story_shown import (
    AgendaShown,
    DueShown,
    HomeShown,
    PersonPage,
    WeekShown,
)
from vault.access.pins.pins import Dates
from vault.acts.act import Act, Agreed, Ask, Begun, OpenFormsError, Plan, Said, Told
from vault.acts.approval import GIVE, Asked, compared_words
from vault.acts.backup import inside
from vault.acts.device import ON_SCREEN, to_revoke
from vault.acts.export import EXPORT, exported_lines
from vault.acts.grant import TAKE
from vault.acts.member import LEAVE, SUSPEND
from vault.acts.newcomer import ADMIT, AGREE, comparing, told_of
from vault.acts.recipient import compared
from vault.acts.recovery import DRILL, kinds_of_sheets
from vault.acts.undo import whether
from vault.casework.case import STAGES as STAGES_OF
from vault.casework.case import Case, CaseKind
from vault.casework.differences import Change, compare
from vault.casework.disclosure import Disclosure
from vault.casework.document import Authenticity, Body, Document, DocumentKind, ReadBy, read_words
from vault.casework.form import FormedRecord, labelled
from vault.casework.intake import Slip
from vault.casework.note import Note, typed_note
from vault.casework.organisation_records import Order
from vault.casework.partner import Partner
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.questionnaires import FormDefinition
from vault.casework.questionnaires import Question as OwnQuestion
from vault.casework.story.events import Deadline, DeadlineEnd, Detention, Hearing, SetBy, Task
from vault.casework.story.person_facts import Wanted, WantedSystem
from vault.casework.vocabulary import Channel, NameKind, NoteKind, PersonRole, Risk
from vault.casework.vocabulary import DocumentKind as IdKind
from vault.errors import SheetsNeededError
from vault.ids import CompartmentId, Digest, MemberId, RecordId, SeatId, VersionId
from vault.policy.roles import Role
from vault.redaction.questions import Question
from vault.redaction.spans import Action, IdentifierType
from vault.seal.entrance.wordlists import GeneratedPassphrase, Language
from vault.seal.recovery import Sheet, words_of
from vault.services.approvals.by_file import Received
from vault.services.approvals.question import ApprovalQuestion as AskedByFile
from vault.services.approvals.second_person import Approver
from vault.services.approvals.side_by_side import Beside
from vault.services.backups.proven_backup import cases_said
from vault.services.cases.editing import Earlier, Place
from vault.services.cases.intake import SlipLine
from vault.services.cases.same_people import Alike
from vault.services.cases.searching import FoundRecord, Why
from vault.services.credentials.recovery import RecoveryStatus
from vault.services.erasures.arrived import Waiting
from vault.services.erasures.retention import Overdue
from vault.services.erasures.standing_again import Again
from vault.services.evidence.log_checking import Verification
from vault.services.exchange.known_peers import Standing
from vault.services.exports.exporting import Exported
from vault.services.exports.ledger import Given, Package
from vault.services.exports.partners import KeptPartner, PartnerVersion
from vault.services.grants.sharing import WHAT_MAY_BE_KEPT
from vault.services.grants.timed_grants import end_of_day
from vault.services.health import sheets
from vault.services.members.admitting import Proposal, Request
from vault.services.members.changes import Outcome
from vault.services.members.devices import Device
from vault.services.members.members import MemberShown, Stand
from vault.services.members.warning import ToWarn, WarnList
from vault.services.projection.stored_records import Stored
from vault.services.safety.seizure import CaseOnDevice, Seizure
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

NOW_MS: Final = 1_795_615_320_000
"""2026-11-25 14:02 UTC."""
HOUR_MS: Final = 3_600_000


def _slip(record: str, slip: Slip, **more: Any) -> SlipLine:
    return SlipLine(Stored(RecordId(bytes.fromhex(record) * 16), VersionId(bytes(32)), 0, slip), **more)


SLIPS = (
    _slip("c1", Slip(NOW_MS - 16 * 24 * HOUR_MS, name="Нур?", language="Kyrgyz", text="Will call again."),
          is_overdue=True),
    _slip("c2", Slip(
        NOW_MS - HOUR_MS, number="+33 6 39 98 01 02", name="Saïd? Zomorodi?", language="French", call_back=True,
        text="« Mon frère est arrêté », this morning at the prefecture.\nTwo children are with him.",
        when="today after 15:00",
    ), is_overdue=False, do_not_call=("+33 6 39 98 01 02",)),
)  # fmt: skip

AMINA, SELIN = MemberId(b"\xa0" * 16), "Селин Астерхольт"


def _member(digit: int, name: str, seats: int, *roles: Role, stand: Stand = Stand.IN, until: str = "") -> MemberShown:
    until_ms = end_of_day(until) if until else None
    member = MemberId(bytes([0xA0 + digit]) * 16)
    return MemberShown(member, name, frozenset(roles), (SeatId(bytes(16)),) * seats, "", stand, until_ms)


MEMBERS = (
    _member(0, "Amina Raskolda", 2, Role.ADMIN, Role.CASEWORKER, Role.SUPERVISOR),
    _member(1, "Dana Okwiri", 1, Role.INTAKE, until="2026-12-24"),
    _member(2, "Joel Brandvik", 1, Role.CASEWORKER),
    _member(3, "Noor Auvrelle", 1, Role.AUDITOR),
    _member(4, "Tomas Verhoffen [/b]", 0, Role.SUPERVISOR, stand=Stand.SUSPENDED),
    _member(5, SELIN, 1, Role.SUPERVISOR),
)
LEFT = _member(6, "Karim Lindquell", 0, stand=Stand.LEFT)
EVERYTHING = frozenset(
    {"member.admit", "member.end", "role.change", "deputy.set", "away.set", "handover.order", "approve", "case.share"}
)
SPOKEN = "jury teacher animal academic empty cricket remove fortune writing galaxy spill ugly roster"
WAITS = Told((Message("Nothing is changed yet."), Message("It waits for a second person.")), waits=True)
SOMEBODY = Request(b"", SeatId(bytes.fromhex("4fd6f8f7" * 4)), None, tuple(SPOKEN.split()))
PROPOSED = Proposal(
    cast("Any", None),
    cast("Any", None),
    SOMEBODY,
    "Vera Tikhookova",
    frozenset({Role.CASEWORKER, Role.FIELD}),
    ("Joel Brandvik",),
)
DEVICES = [
    Device(SeatId(bytes.fromhex(seat * 4)), MemberId(bytes(16)), owner, name, "", is_this=is_this)
    for seat, owner, name, is_this in (
        ("edcaf1a7", "Amina Raskolda", "office desk", True),
        ("715fc4be", "Amina Raskolda", "old laptop", False),
        ("4fd6f8f7", "Dana Okwiri", "", False),
        ("5a745ffb", "Селин Астерхольт", "серый ноутбук", False),
    )
]
WARN = (
    "K7QM-3XPD  Арсений Вьюжанин",
    "    messenger: through his sister",
    "    hours: after 18:00",
    "    NEVER use: +996 555 010 203",
    "T4WB-9HNC  Salim Zumurrudi",
    "    no safe contact is kept; known: +996 555 010 204",
    "3 more cases were on that device and are not yours: ask who holds them.",
)
_BARRED = SafeContact(Channel.MESSENGER, "through his sister", hours="after 18:00",
                      never_use=("+996 555 010 203 [/b]",))  # fmt: skip
_TO_WARN = (
    ToWarn("K7QM-3XPD", Risk.HIGH, PersonRole.CLIENT, "Арсений Вьюжанин", _BARRED, (), ()),
    ToWarn("T4WB-9HNC", Risk.MEDIUM, PersonRole.CLIENT, "Salim Zumurrudi", None, ("+996 555 010 204",), ()),
)
TAKEN = Seizure(DEVICES[1], (CaseOnDevice("K7QM-3XPD", 3, 4, 2, 0),), (), 0, 6, 3, WarnList(_TO_WARN, 3))
PACK = PackShown(
    "00" * 16,
    "K7QM-3XPD",
    (
        "  2026-11-20 05:40  incident  disappearance, the bus station [/b] \x1b[31m",
        "    When: 2026-11-20T05:40",
        "    Where: the bus station",
        "    confirmed by two neighbours; Amina Raskolda wrote it 2026-11-25 13:02",
    ),
    ("  2026-11-21  detention  слух: подвал", "  2026-11-19  event  somebody followed him"),
    (Message("who took them, confirmed; or leave it out"),),
    1,
)
APPROVERS = (
    Approver(MemberId(b"n" * 16), "Nadia Ferrante", ("supervisor",), True),
    Approver(MemberId(b"s" * 16), "Селин Астерхольт", ("supervisor",), False),
)

CASES = (
    ("K7QM-3XPD", "Арсений Вьюжанин", "Vyuzhanin: extradition request, hearing on the 27th", "extradition", "flagged"),
    ("T4WB-9HNC", "Salim Zumurrudi", "Zumurrudi: detention order ends 9 December", "detention", "arrested"),
    ("M2RF-6VJK", "Вера Тихоокова", "Тихоокова: family in transit", "family", "open"),
    ("X9CD-5TQZ", "", "Call at night, no name yet [/b] \x1b[31m", "asylum", "pre-reg"),
)
DRAFT = DraftShown(
    "11" * 16,
    "22" * 16,
    "K7QM-3XPD",
    NOW_MS - 60_000,
    typed_note({"text": "The hearing was moved to 09:30."}),
    cursor=(0, 31),
)
PERSONS = (
    PersonShown("a1", "client", "Арсений Вьюжанин", (
        "Арсений Вьюжанин / Arseniy Vyuzhanin",
        "client",
        "",
        "SAFE CONTACT messenger through his sister; after 18:00",
        "",
        "Born      1988-03-14",
        "Phone     +996 555 010 203",
        "Document  passport 71 0034512",
    )),
    PersonShown("a2", "relative", "Лидия Вьюжанина", ("Лидия Вьюжанина", "relative", "", "Born      1991-11-02")),
    PersonShown("a3", "interpreter", "نورا الزمردي", ("نورا الزمردي / Nora Zumurrudi", "interpreter", "")),
)  # fmt: skip
VERSIONS = VersionsShown(
    "00" * 16, "b1", "note",
    SideShown(NOW_MS - HOUR_MS, "Amina Raskolda", "office-2", is_here=True),
    SideShown(NOW_MS - 2 * HOUR_MS, "Joel Brandvik", "field-03", is_here=False),
    tuple(compare(
        {"kind": "contact", "text": "Hearing on Monday at 09:00, room 4.\nInterpreter is booked for 08:45.\n"
         "He asks for his glasses and the medicine list.\nThe wife comes at 08:30, gate B.\nNext call on Thursday."},
        {"kind": "contact", "text": "Hearing on Monday at 09:00, room 4.\nInterpreter is NOT booked.\n"
         "He asks for his glasses and the medicine list.\nNext call on Thursday.\nGuard says no visitors on Mondays."},
    )),
)  # fmt: skip
PERSON_PAGE = PersonPage(
    PERSONS[0],
    Person(
        PersonRole.CLIENT,
        (
            PersonName.written("Viuzhanin Arsenii", NameKind.PASSPORT),
            PersonName.written("Вьюжанин Арсений Маратович", NameKind.BIRTH),
            PersonName.written("Vyuzhanin Arsenii", NameKind.PASSPORT),
            PersonName.written("Арсен", NameKind.NICK),
            PersonName.written("Viuschanin", NameKind.MISSPELT),
        ),
        born="1984~",
        documents=(IdentityDocument(IdKind("passport"), "71 0034512"),
                   IdentityDocument(IdKind("unhcr-case"), "UN-0412-771")),
        emails=("a.v@example.org",),
        safe_contact=SafeContact(
            Channel.MESSENGER, "Signal via Лидия", "after 18:00", code_phrase="library card",
            may_tell="Maître Kaltbrunner, legal help; not: health, family", never_use=("+996 555 010 203",),
        ),
    ),
    kin=(("Вьюжанина Лидия", Message("sibling")), ("Вьюжанина Ольга", Message("spouse"))),
    others=(("نورا الزمردي", Message("interpreter")),),
    given=(Given("Maître Solvène Kaltbrunner", 2, "2026-11-24"),),
    cases=(("K7QM-3XPD", "Vyuzhanin: extradition request, hearing on the 27th", False),),
    written=((NOW_MS - HOUR_MS, "Joel Brandvik"), (NOW_MS - 20 * HOUR_MS, "Amina Raskolda")),
)  # fmt: skip
NOTES = (
    NoteShown(
        "b1",
        Note(
            NoteKind.CONTACT,
            "Arseniy Vyuzhanin called at 07:40. Two men asked for him at the market. He can be reached through his "
            "sister until Friday. The court will hear the request on 27 November 2026.",
        ),
        NOW_MS - 30 * HOUR_MS,
        by="Joel Brandvik",
    ),
    NoteShown(
        "b2" * 16,
        Note(
            NoteKind.INTERVIEW,
            "Арсений Вьюжанин рассказал, что его имя есть в базе розыска с 2 июня 2026 года. Сестра видела машину у "
            "дома.",
        ),
        NOW_MS - 8 * HOUR_MS,
        by="Amina Raskolda",
    ),
    NoteShown(
        "b3",
        Note(
            NoteKind.LEGAL_ADVICE,
            "Entretien avec M. Vyuzhanin. Mireille Tastevent prépare la demande de mesures provisoires.\n\n"
            "Le recours doit partir avant le 26 novembre 2026.",
            "2026-11-25T12:00",
        ),
        NOW_MS - 2 * HOUR_MS,
        by="Селин Астерхольт",
    ),
    NoteShown(
        "b4",
        Note(NoteKind.INTERVIEW, "It was the 3rd of June.", amends=b"\xb2" * 16),
        NOW_MS - HOUR_MS,
        by="Amina Raskolda",
    ),
)
CONTACT = "Арсений Вьюжанин: messenger through his sister; after 18:00; say: “library card”"
YOU = HolderLine("a0" * 16, "Amina Raskolda", is_you=True)
HOLDERS = (
    YOU,
    HolderLine("a2" * 16, "Joel Brandvik", "2026-12-24", "away", "Amina Raskolda"),
    HolderLine("a5" * 16, "Селин Астерхольт", "", "supervision", "Amina Raskolda"),
)
ACCESS = AccessShown(HOLDERS, "The recovery sheets open it too.", only_you="", may_share=True)
ONLY_YOU = "only YOU can open this case. The recovery sheets do NOT open it."
ALONE = AccessShown((YOU,), "The recovery sheets do NOT open it.", only_you=ONLY_YOU, may_share=True)
SECTION = SectionShown(
    "location",
    "Where she is",
    (YOU, HOLDERS[2]),
    sheets="The recovery sheets open it too.",
    persons=(
        PersonShown("c2", "host", "Tilda Nobblewick", ("Tilda Nobblewick", "host", "", "Phone     +49 30 5550 12")),
    ),
    notes=(
        NoteShown(
            "c3",
            Note(NoteKind.SAFETY, "Quietwater 17.\nAsk for Tilda.", "2026-11-24"),
            NOW_MS - 3 * HOUR_MS,
            by="Amina Raskolda",
        ),
    ),
    may_share=True,
)


OWN_FORM = (
    FormDefinition(
        "reception",
        "Приём",
        3,
        (
            OwnQuestion("heard", "Как узнали о нас", "choice", required=True, choices=("от друга", "[b]из газеты")),
            OwnQuestion("arrived", "Приезд", "date"),
            OwnQuestion("told", "Что рассказано", "long-text"),
            OwnQuestion("children", "Дети", "number"),
            OwnQuestion("papers", "Бумаги отняли", "yes-no-unknown"),
            OwnQuestion("with_whom", "С кем", "person"),
            OwnQuestion("country", "Последняя страна", "country"),
        ),
    ),
    (("a1" * 16, "Арсений Вьюжанин"),),
)


def _start(_sort: str, untrusted_filter: str = "") -> CaseListStart:
    words = untrusted_filter.casefold()
    rows = tuple(
        CaseLine(
            *(f"{number:032x}", ref, client, title, stage),
            due=("2026-11-24", "2026-11-25T18:00", "2026-12-02", "")[number],
            risk=("high", "immediate", "low", "")[number],
            more_people=2 * (number == 0),
            today="2026-11-25",
        )
        for number, (ref, client, title, _, stage) in enumerate(CASES)
        if words in f"{client} {title}".casefold()
    )
    return CaseListStart(len(rows), rows, own=0 if words else 3)


def _open(case: str, _why: str) -> CaseShown:
    ref, _, title, kind, stage = CASES[0]
    head = Case(title, CaseKind(kind), stage, ref, bytes(16), "2026-09-19", Risk.HIGH, b"\xa0" * 16, b"\xa2" * 16)
    return CaseShown(case, ref, head, 1, (CONTACT,), PERSONS, NOTES, (DRAFT,), never_use=("+996 555 010 203",),
                     story=(*RECORDS, *MORE_STORY), stages=STAGES, today="2026-11-25", papers=PAPERS)  # fmt: skip


def _begin(case: str, ref: str, *, section: str = "") -> DraftShown:
    return DraftShown(case, "33" * 16, ref, 0, typed_note({}), section=section)


PAGES = ("REPORT\n\n⟦PERSON 1⟧ called. Two men asked for him at the market.", "The end of the report.")
KEY_WORDS = "amber birch cedar dune ember fjord grove heath inlet juniper kelp larch moss"
BESIDE = (
    Beside("Report on a case", is_heading=True),
    Beside("Reference: K7QM-3XPD"),
    Beside("Recipient: Maître Solvène Kaltbrunner"),
    Beside("Note", is_heading=True),
    Beside("Note 1 · 24 November 2026 · contact"),
    Beside(
        "", (("[P-KD7]", True), (" called. Two men asked for him at the market of ", False), ("[removed]", True),
             (".", False)),
        (("Вьюжанин", True), (" called. Two men asked for him at the market of ", False), ("Qarvosh", True),
         (".", False)), 2),
    Beside("", (("His sister ", False), ("[P-M2X]", True), (" will call again.", False)), (), 1),
    Beside("Note 2 · 25 November 2026 · interview"),
    *(Beside("", ((f"He said on the {day}th that nobody came.", False),), ()) for day in range(4, 20)),
)  # fmt: skip
FORMS = (
    Question(
        "Orvillard", 3, (IdentifierType.NAME,), Action.REMOVE, "… ⟦PERSON 1⟧ and Orvillard saw it from …", conflict=True
    ),
    Question("Qarvosh", 2, (IdentifierType.UNKNOWN,), Action.REMOVE, "… he came from Qarvosh by bus on …"),
    Question("07:40", 1, (IdentifierType.TIME,), Action.REMOVE, "… called at 07:40 from ⟦PHONE⟧. Two …"),
)
ACTS = (
    # minutes ago, by, act, outcome, case, covers, whom
    (1, "Amina Raskolda", "log.read", "ok", "", "", ""),
    (4, "Amina Raskolda", "export.done", "ok", "K7QM-3XPD", "4 files, 12 decisions", "Maître Kaltbrunner"),
    (5, "Joel Brandvik", "approve", "ok", "K7QM-3XPD", "", ""),
    (93, "Nadia Ferrante", "export.begin", "denied:consent", "T4WB-9HNC", "", ""),
    (95, "Amina Raskolda", "case.search", "ok", "", "3 people", ""),
    (96, "Amina Raskolda", "case.view", "ok", "K7QM-3XPD", "1 case, 3 people, 3 notes", ""),
    (240, "Amina Raskolda", "unlock.ok", "ok", "", "", ""),
    (2_700, "Amina Raskolda", "grant.add", "ok", "M2RF-6VJK", "2 seats", "Joel Brandvik"),
    (2_740, "Joel Brandvik", "case.view", "ok", "M2RF-6VJK", "1 case, 1 person", ""),
    (2_790, "Nadia Ferrante", "case.list", "ok", "", "4 cases", ""),
    (7_100, "Joel Brandvik", "break.glass", "ok:alone", "~3fa91c07", "", "Nadia Ferrante"),
    (12_800, "Amina Raskolda", "sync.out", "ok", "", "", ""),
    (12_950, "Amina Raskolda", "note.correct", "ok", "K7QM-3XPD", "1 note", ""),
    (500_000, "Amina Raskolda", "log.genesis", "ok", "", "", ""),
)
LOG_DAYS: Final = {  # days ago: entries, and what matters among them
    0: (15, "!E"), 1: (9, ""), 2: (22, "G"), 4: (7, "A"), 5: (1, ""), 8: (12, ""), 9: (4, "E"), 13: (2, ""),
    20: (6, ""),
}  # fmt: skip


def _carried_out(act: Act[Any], _said: Said, _plan: Plan[Any], agreed: Agreed, **_: object) -> Told | None:
    if act is DRILL and not agreed.by_sheets:
        raise SheetsNeededError(Message("a drill needs the recovery sheets from paper"))
    if act is not EXPORT:
        return TOLD.get(act.name, Told((Message("It is done."),)))
    if still_open := tuple(form for form in FORMS if form.form not in agreed.decided):
        raise OpenFormsError(still_open)
    return TOLD[act.name] if agreed.read is not None and agreed.read(PAGES) else None


def _log() -> LogShown:
    lines = [
        LogLineShown(
            191 - place, NOW_MS - ago * 60_000, by, act, outcome, case, "casework" if case else "", covers, whom
        )
        for place, (ago, by, act, outcome, case, covers, whom) in enumerate(ACTS)
    ]
    today = datetime.fromtimestamp(NOW_MS / 1000, UTC).date()
    return LogShown(tuple(lines), 192, {today - timedelta(days=ago): day for ago, day in LOG_DAYS.items()})


VAULT_WORDS, SHEETS_WORDS = words_of(bytes(32)), words_of(bytes(range(32)))
WORDS = (
    "maiden withdraw academic acid armed intend shaft crystal busy fact obtain welfare subject example iris photo "
    "floral profile standard dive twice losing lily pants talent chew born military believe bishop repair boring slim"
)
SHEET = Sheet(1, 3, 2, tuple(WORDS.split()), SHEETS_WORDS)
"""Its words are those of no share; real sheets are drawn anew each time."""
ASKED = (4, 17, 29)


def _record(number: int, record: FormedRecord) -> RecordShown:
    return RecordShown(
        f"{number:02x}" * 16,
        record.KIND,
        record.when() or "",
        record.headline(),
        record.is_due(),
        record.typed(),
        tuple(labelled(record)),
        by="Amina",
    )


RECORDS = tuple(
    _record(number, record)
    for number, record in enumerate(
        (
            Wanted(WantedSystem.CIS_INTERSTATE, category="accused", seen="2026-09-19"),
            Detention(place="Приёмник 1", taken="2026-10-14T07:10", order="4/17", expires="2026-12-10"),
            Hearing("2026-11-30T09:30", about="Complaint", court="Second district"),
        ),
        start=1,
    )
)

MORE_STORY = tuple(
    _record(number, record)
    for number, record in enumerate(
        (
            Hearing("2026-10-16T10:00", about="Arrest", outcome="held for two months"),
            Deadline("Appeal", "2026-11-24", SetBy.RULE),
            Deadline("Complaint to the prosecutor", "2026-11-02", SetBy.COURT, done="2026-11-01", end=DeadlineEnd.KEPT),
            Task("Call the interpreter", "2026-11-27"),
            Task("Ask the sister"),
        ),
        start=11,
    )
)
STAGES = (StageShown("flagged", "2026-09-19"), StageShown("provisional", "2026-10-14"))

_BODY = Body(bytes(32), bytes(16), bytes(32), 1_873_203)


def _paper(record: FormedRecord, name: str, media: str, read_by: ReadBy | None) -> PaperShown:
    facts = _record(len(name), record)
    words = "" if read_by is None else read_words(read_by, None, getattr(record, "language", None))
    return PaperShown(facts, str(facts.headline), facts.when, "1.8 MiB", media, name, read_by=words)


PAPERS = (
    _paper(
        Document(
            DocumentKind.DETENTION_ORDER, _BODY, bytes(32), title="Постановление о заключении под стражу",
            from_whom="Second district court", received="2026-10-16", dated="2026-10-16", language="Russian",
            authenticity=Authenticity.COPY, text="The second page is missing.",
        ),
        "IMG_2041.jpg", "image/jpeg", ReadBy.OCR,
    ),
    _paper(
        Document(
            DocumentKind.TRANSLATION, _BODY, bytes(32), title="Order on detention, English",
            received="2026-10-20", translation_of=RecordId(b"\x0c" * 16),
        ),
        "order-english.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ReadBy.DOCX,
    ),
    _paper(Document(DocumentKind.AUDIO, _BODY, bytes(32), received="2026-11-02", from_whom="his sister"),
           "voice.ogg", "audio/ogg", None),
)  # fmt: skip
PAPER = PaperPage(
    PAPERS[0],
    "ПОСТАНОВЛЕНИЕ\nо заключении под стражу\n\n16 октября 2026 года\n\nСудья второго районного суда, рассмотрев "
    "ходатайство об избрании меры пресечения в отношении Вьюжанина А. М., УСТАНОВИЛ: срок содержания под стражей "
    "истекает 10 декабря 2026 года.",
    PAPERS[1:],
)

DUE = tuple(
    DueShown("c3" * 16, ref, client, f"{number:02x}" * 16, kind, when, headline)
    for number, (ref, client, kind, when, headline) in enumerate(
        (
            ("K7QM-3XPD", "Вьюжанин Арсений", "deadline", "2026-11-26", "Appeal"),
            ("T4WB-9QRS", "Zumurrudi Salim", "detention", "2026-11-27T18:00", "Приёмник 1"),
            ("K7QM-3XPD", "Вьюжанин Арсений", "hearing", "2026-12-02T09:30", "Complaint, second district"),
            ("T4WB-9QRS", "Zumurrudi Salim", "task", "2026-11-27", "Call the interpreter"),
            ("K7QM-3XPD", "Вьюжанин Арсений", "task", "", "Ask the sister"),
        ),
        start=1,
    )
)

ALARM = "This vault was not opened on this device before: compare its words with a colleague."
STANDING = VaultStatus("Amina", NOW_MS - 26 * HOUR_MS, (ALARM,), (Alert("no recovery sheets", "own_access"),), 1)
LISTED = (
    Message("The list has 38 cases."),
    Message("  with a client: 37, with a next date: 12, with a note: 38"),
    Message("These have a number of somebody in your cases:"),
    Message("  row 4: 7XKM-20TQ  Vera Tikhookova"),
    Message("These may be known to colleagues:"),
    Message("  row 19: ask Joel Brandvik"),
)
FAULTY = (
    Message("2 cells have a fault. Their rows are left out:"),
    Message("  row 7, next date: a date is written 2026-11-28"),
    Message("  row 12, stage: stage must be one of: pre-reg, claim-expressed, registered"),
    Message("The list has 36 cases."),
    Message("  with a client: 35, with a next date: 12, with a note: 36"),
)
SKIP = (("skip", Message("leave these rows out")), ("make", Message("make them")))


def _at_once(act: Act[Any], _said: Said) -> Plan[Any] | Told:
    if act.name == "device words":
        return Told((Message("The 13 words of the vault:"), f"  {SPOKEN}", Message("Your own 13 words"), f"  {SPOKEN}"))
    ask = compared(KEY_WORDS) if act.name == "recipient add" else whether(("note",), "Der zweite Termin")
    if act is TAKE:
        question = Message("Revoke the case from {name}?", name="Joel Brandvik")
        ask = Ask("take", question, yes=Message("Revoke"), no=Message("Leave it"), told=(WHAT_MAY_BE_KEPT,))
    return Plan(None, asks=(ask,))


def _looked(act: Act[Any], said: Said) -> Plan[Any]:
    if act is ADMIT:
        return Plan(None, asks=comparing(SOMEBODY, {}, Message("Somebody new asks to join.")))
    if act in {SUSPEND, LEAVE}:
        sure = cast("partial[Plan[Any]]", act.look).args[0]("Dana Okwiri", 1)
        return Plan(None, asks=(replace(sure, told=(*sure.told, WHAT_MAY_BE_KEPT)),))
    if act.name == "import cases":
        known = Ask("known", Message("These have a number of somebody in your cases:"), choices=SKIP, told=LISTED)
        sure = Ask("make", Message("Make these cases?"), yes=Message("Make them"), told=FAULTY)
        return Plan(None, asks=(known if said["file"][0].endswith("xlsx") else sure,))
    if act.name.startswith("device"):
        told = Message("What was written there and has not come here is no longer accepted.")
        return Plan(None, asks=(to_revoke(DEVICES[1], told, Message("It gets no new keys from now on.")),))
    if act is not GIVE:
        return Plan(None)
    question = AskedByFile(
        act="export.begin",
        of={"profile": "lawyer", "purpose": "legal advice", "recipient": KEY_WORDS},
        about=("this report leaves for Maître Solvène Kaltbrunner",),
        reasons=("legal-referral", "casework"),
        expires_ms=0,
    )
    received = Received(SeatId(bytes(16)), MemberId(bytes(16)), "Amina Raskolda", question)
    sure = Ask(
        "approve",
        Message("Approve what {asker} asks?", asker=received.name),
        yes=Message("Approve"),
        no=Message("Not yet"),
        told=(compared_words(KEY_WORDS), Message("Your log says so, for ever, with your reason.")),
    )
    return Plan(Asked(received, said), asks=(sure,))


def _shown(act: Act[Any], _said: Said) -> tuple[Plan[Any], tuple[Words, ...]]:
    if act is AGREE:
        return Plan(None), ("A further device asks to be let in. As the request says, it belongs to Amina Raskolda.",)
    return Plan(None, needs_second=True), (
        Message("This is erased for good, with every earlier version:"),
        Message("  {count} x {kind}", count=3, kind=Message("document")),
        Message("  {count} x {kind}", count=9, kind=Message("note")),
        Message("In: {cases}.", cases="K7QM-3XPD"),
        Message("1 package left these cases: its recipient still has it, and must be asked to destroy it."),
        Message("It is more than one case or ten records: a second person has to approve it."),
    )


TOLD: Final = {
    "member admit": Told((
        Message("{name} is admitted.", name="Vera Tikhookova"),
        Message("What the device needs is at {bundle}.", bundle="/media/stick/admitted.bundle"),
    )),
    "backup make": Told((
        Message("The backup is at {path}.", path="/media/stick/backup-4"),
        Message("It was opened again and read: {inside}.", inside=inside(13, 9, 1)),
        cases_said(38),
        Message("Backups of this vault there: {removal}", removal=plural(
            "{count} was removed ({names}); {kept} kept.", "{count} were removed ({names}); {kept} kept.",
            count=1, names="backup-1", kept=3)),
        Message("Keep it apart from this computer. It opens with the same passphrases."),
    )),
    "bundle import": Told((
        "The bundle of Joel Brandvik brought 1 case, 2 people.",
        "4 entries of the log came with it.",
        "WAITS: Entries of Selin Asterholt from 3 on are pending: earlier entries have not arrived.",
    ), waits=True),
    "device revoke": Told(
        (*told_of(Outcome(ended=(DEVICES[1].seat,)), "The device is revoked.", "").lines,
         ON_SCREEN, *WARN),
        {"warn": ()},
    ),
    "export": Told(exported_lines(Exported(
        Path("/media/stick/package.age"), Digest(b""), 12, 12, ("amber", "birch", "cedar", "dune"), "alone",
        is_read=True, pages=()))),
    "report counts": Told((
        "kind       people  cases  acts", "asylum         62     58   201", "detention      17     16    44",
        "total          84     79   252",
        Message("Rows of fewer than {fewest} people or cases are hidden, and other rows that would reveal them.",
                fewest=5),
    ), is_table=True),
}  # fmt: skip


BEGUN = {
    "case new": Begun(line="Joel Brandvik, your deputy, can open it too."),
    "intake move": Begun({"role": "client"}, {"role": (("client", word_of("client")),)}),
    "backup make": Begun(),
    "bundle import": Begun(),
    "import cases": Begun(),
    "bundle make": Begun(choices={"to": (("aa" * 16, "Joel Brandvik"), ("bb" * 16, "Селин Астерхольт"))}),
    "report counts": Begun(),
    "recovery sheets": kinds_of_sheets(),
    "recovery new": kinds_of_sheets(),
    "recovery drill": Begun(),
    "recovery confirm": Begun(),
    "device name": Begun({"name": "old laptop"}),
    "device revoke": Begun(),
    "section new": Begun(choices={"to": tuple((each.member, each.name) for each in HOLDERS[1:])}),
    **{
        name: Begun(choices={field: (("a7" * 16, "Nadia Ferrante"), ("a8" * 16, "Ilse Varga"))})
        for name, field in (("break-glass", "for"), ("grant add", "to"), ("section grant", "to"))
    },
}


def _begun(act: Act[Any], _said: Said) -> Begun:
    if act.name in BEGUN:
        return BEGUN[act.name]
    if act.name == "case hold":
        hold = {"reason": "A court asks for the file.", "review": "2027-06-01"}
        return Begun(hold, line=Message("It is on legal hold, to be reviewed on {day}.", day="2027-06-01"))
    if act.begin is not None and act is ADMIT:
        return act.begin(cast("Any", None), {})
    if act.name in {"member away", "member deputy"}:
        others = (("a0" * 16, "Amina Raskolda"), ("a5" * 16, "Селин Астерхольт"))
        return Begun({"deputy": "a5" * 16}, {"deputy": others})
    if act.name == "handover order":
        return Begun(
            choices={
                "leaver": (("aa" * 16, "Joel Brandvik"), ("a7" * 16, "Nadia Ferrante")),
                "to": (("a7" * 16, "Nadia Ferrante"),),
            }
        )
    _, _, title, kind, stage = CASES[0]
    case = {"title": title, "risk": "high", "stage": stage, "on": STAGES[-1].since, "owner": "a0" * 16}
    stages = tuple((each.value, word_of(each.value)) for each in STAGES_OF[CaseKind(kind)])
    return Begun(case, {"stage": stages, "owner": (("a0" * 16, "Amina Raskolda"), ("a2" * 16, "Joel Brandvik"))})


WENT_OUT = Package(
    CompartmentId(bytes.fromhex("ca" * 16)),
    Stored(
        RecordId(b"l" * 16),
        VersionId(bytes(32)),
        0,
        Disclosure(
            b"k" * 16,
            "lawyer",
            "legal referral",
            b"\x5c" * 16,
            bytes(32),
            "2026-11-20",
            consents=(b"\xc0" * 16,),
            reference="W4DN-7GHP",
        ),
    ),
    "Maître Solvène Kaltbrunner",
    "Amina Raskolda",
    ("Farida Noorzai",),
)


def _partner(letter: bytes, name: str, words: str = "amber birch cedar", **more: Any) -> KeptPartner:
    return KeptPartner(RecordId(letter * 16), name, "age1", words, CompartmentId(b"d" * 16), **more)


RECIPIENTS = [
    _partner(b"c", "Clinic at the Harbour", town="Marseille", languages=("French",)),
    _partner(
        b"k",
        "Maître Solvène Kaltbrunner",
        "amber birch cedar dune ember fjord grove harbor island jasper kettle lantern meadow",
        is_confirmed=True,
        phone="+33 6 39 98 44 10",
        town="Strasbourg",
        languages=("French", "German"),
        terms="Deletes all after the appeal.",
        terms_day="2026-10-02",
    ),
    _partner(b"s", "Совет адвокатов", was_replaced=True, languages=("русский",)),
]
ANSWERS: dict[str, Any] = {
    "status": VaultStatus("Amina", NOW_MS - 26 * HOUR_MS, (ALARM,), (
        Alert("no auditor who does nothing else", "members"), Alert("no recovery sheets", "own_access"),
    ), 1, frozenset({"case.create"})),
    "casework.open": _open,
    "people.page": PERSON_PAGE,
    "people.alike": (
        Alike(
            Place(CompartmentId(b"\x11" * 16), RecordId(b"\xa9" * 16), "person"),
            "H3VK-8MDA", "Vjuschanin A.", ("Вьюжанин",), (), "1984",
        ),
    ),
    "writing.begin": _begin,
    "writing.form": None,
    "writing.forms": (),
    "writing.save": None,
    "writing.readers": ("Joel Brandvik", "Селин Астерхольт"),
    "writing.people_in": lambda text, _persons: (("Mireille Tastevent", Message("not entered here")),) if text else (),
    "writing.forget": None,
    "recovery.forget": None,
    "writing.drafts": (DRAFT,),
    "writing.take_spot": None,
    "finding.start": _start,
    "finding.alone": lambda shown: frozenset(shown[2:3]),
    "finding.preview": PreviewShown(
        "Vyuzhanin: extradition request, hearing on the 27th", "extradition", "flagged", "high",
        ("Арсений Вьюжанин",), ("Лидия Вьюжанина (relative)",),
        (("Арсений Вьюжанин", "messenger through his sister; after 18:00"),),
        (("appeal", "2026-11-26", "Appeal"),), "Amina Raskolda", ("+996 555 010 203",),
    ),
    "finding.search": FoundShown((
        FoundRecord(CompartmentId(b"\x11" * 16), "K7QM-3XPD", RecordId(b"\xb1" * 16), "note",
                    "… until Friday. The court will hear the request on 27 …", client="Арсений Вьюжанин",
                    written_ms=1_795_608_000_000, marks=((20, 25),)),
        FoundRecord(CompartmentId(bytes(16)), "T4WB-9HNC", RecordId(b"\xa9" * 16), "person",
                    "Salim Zumurrudi · سليم الزمردي", title="Salim Zumurrudi", client="Salim Zumurrudi",
                    is_closed=True, why=Why.DIGITS),
    ), more=False, of=4),
    "intake.begin": lambda now_ms: SlipBegun(SlipTyped("c0" * 16, now_ms)),
    "intake.remind": lambda number, name, *_: Reminding(
        (CaseLike("00" * 16, "T4WB-9HNC", "Salim Zumurrudi"),) if number else (),
        (CaseLike("00" * 16, "T4WB-9HNC", "Salim Zumurrudi"),) if name else ()),
    "intake.list_open": SLIPS,
    "intake.find_open": SLIPS[1:],
    "evidence.read_log": _log,
    "log_checking.verify": Verification(1, 192, 192, 9, 192, 0, 192, b"\x9c" * 32, ()),
    "authors.names_of_logs": {},
    "partners.list_all": [
        _partner(b"k", "Maître Solvène Kaltbrunner", "amber birch cedar dune ember fjord", is_confirmed=True),
    ],
    "partners.history": [
        PartnerVersion(NOW_MS - 40 * 24 * HOUR_MS, "Amina Raskolda", Partner("M", "age1x", "amber")),
        PartnerVersion(NOW_MS - 39 * 24 * HOUR_MS, "Joel Brandvik", Partner("M", "age1x", "amber", confirmed=True)),
    ],
    "safety.sent_to": [WENT_OUT],
    "papers_leaving.papers_staying": 2,
    "case_papers.list_in": [
        Stored(RecordId(bytes.fromhex(record) * 16), VersionId(bytes(32)), 0,
               Document(DocumentKind.DECISION, Body(bytes(32), bytes(16), bytes(32), 0), bytes(32), title=title))
        for record, title in (("61", "Decision of the court"), ("62", "Letter [/b] of the clinic"))
    ],
    "ledger.of_case": [WENT_OUT],
    "export_people.clients": [
        Stored(RecordId(bytes.fromhex(record) * 16), VersionId(bytes(32)), 0,
               Person(PersonRole.CLIENT, (PersonName.written(name),)))
        for record, name in (("51", "Farida Noorzai"), ("52", "Temir [/b]"))
    ],
    "own.check": None,
    "own.propose": GeneratedPassphrase(Language.ENGLISH, 78.0, ("amber", "kettle", "orchard", "violin")),
    "recovery.proposes": False,
    "recovery.are_made": False,
    "recovery.status": RecoveryStatus(
        VAULT_WORDS, SHEETS_WORDS, 1, secret_is_here=True, drill_ms=None, said=sheets(Dates(sheets=False), NOW_MS),
        held=4, without=1, stale=0, used=()),
    "recovery.may_manage": True,
    "recovery.ask_again": ASKED,
    "exchange.standing": StandingShown(
        NOW_MS - 26 * HOUR_MS, NOW_MS - 50 * HOUR_MS, None, Message("no recovery sheets"), (
            Standing(MemberId(b"\xaa" * 16), "Joel Brandvik", True, None, True, NOW_MS - 11 * 24 * HOUR_MS, 11),
            Standing(MemberId(b"\xbb" * 16), "Селин Астерхольт", True, NOW_MS - 20 * HOUR_MS, True,
                     NOW_MS - 20 * HOUR_MS, 0),
            Standing(MemberId(b"\xcc" * 16), "Dana Okwiri", False, None, False, None, 41),
        ), NOW_MS - HOUR_MS, (
            Message("The bundle of Joel Brandvik brought 1 case, 2 people."),
            Message("4 entries of the log came with it."),
        )),
    "acting.begin": _begun,
    "acting.shown": _shown,
    "acting.try_at_once": _at_once,
    "acting.look": _looked,
    "approvals.pages": BESIDE,
    "acting.carry_out": _carried_out,
    "arrived.waiting_now": [
        Waiting("K7QM-3XPD", "Joel Brandvik", 12, NOW_MS + 40 * HOUR_MS, is_held=False),
        Waiting("9HTA-22NC", "Amina Raskolda", 1, NOW_MS + 60 * HOUR_MS, is_held=True),
    ],
    "standing_again.standing_again": [Again(CompartmentId(bytes(16)), "K7QM-3XPD", RecordId(bytes(16)))],
    "retention.overdue": [
        Overdue(CompartmentId(bytes(16)), "4FDW-PP8K", "asylum", "2021-10-31", "2026-10-31", is_held=False),
    ],
    "second_person.approvers": [],
    "members.list_all": lambda also_left=False: MembersShown(
        (*MEMBERS, LEFT) if also_left else MEMBERS, separated=True, may=EVERYTHING,
        deputies={MEMBERS[2].member: SELIN}, lent={MEMBERS[2].member: "Amina Raskolda until 2026-12-01"}, you=AMINA),
    "members.how_to_join": ResultText((Message("It asks for the 13 words of this vault:"), f"  {SPOKEN}")),
    "admitting.proposals": [
        PROPOSED,
        replace(PROPOSED, request=replace(SOMEBODY, seat=SeatId(bytes.fromhex("715fc4be" * 4))),
                name="Amina Raskolda", roles=frozenset(), by=("Селин Астерхольт",)),
    ],
    "successors.handover_orders": [
        Stored(RecordId(bytes(16)), VersionId(bytes(32)), 0,
               Order(LEFT.member, MEMBERS[2].member, AMINA, "moves to another city")),
    ],
    "authors.names_of_members": {each.member: each.name for each in (*MEMBERS, LEFT)},
    "devices.list_all": DEVICES,
    "seizure.look": TAKEN,
    "safety.facts": lambda case: replace(PACK, case=case),
    "sharing.who": ACCESS,
    "paper_text.proposed_language": "",
    "papers.open": PAPER,
    "cases.today": "2026-11-27",
    "case_people.names_in": {RecordId(b"\x01" * 16): "Арсений Вьюжанин"},
    "story.agenda": WeekShown(tuple(AgendaShown(line, is_due=line.kind != "hearing") for line in DUE)),
    "story.list_in": RECORDS,
    "intake.newest": (2, ()),
    "story.home": HomeShown("2026-11-27", STANDING, DUE, 2, calls=SLIPS[::-1], drafts=(DRAFT,)),
    "story.history": (
        Earlier(
            *(VersionId(bytes(32)), NOW_MS - 26 * HOUR_MS, "Amina"),
            is_current=False,
            changes=(Change("stage", "", word_of("flagged")),),
        ),
        Earlier(
            *(VersionId(bytes(32)), NOW_MS - HOUR_MS, "Joel"),
            is_current=True,
            changes=(Change("stage", "", word_of("arrested")), Change("risk", "", word_of("high"))),
        ),
    ),
    "sections.list_of": (
        SectionLine("c1" * 16, "location", "Where she is", 2, with_recovery=True),
        SectionLine("c9" * 16, "sources", "Кто рассказал", 1, with_recovery=False),
    ),
    "sections.to_write": (),
    "sections.open": SECTION,
}  # fmt: skip

NEW_VAULT = HomeShown("2026-11-27", STANDING, (), begun=(False, True, False, False))
