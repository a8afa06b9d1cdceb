"""Profiles: tables of what may leave. What a table does not name does not leave, however new it is.

Two tables: which fields of which records are written at all, and what becomes of each type of identifier of each role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError
from vault.redaction.actions import Action, IdentifierType
from vault.words.message import Message

ANY_VARIANT = "*"
CONFIRMED = "confirmed"
OF_SEVERAL = "of-several"


@dataclass(frozen=True, slots=True)
class RecordRule:
    """How one kind of record is written: its heading, and label by field for the fields that may leave, in order.

    Headings and labels are keys, the same in every language; `vault.export.wording` has the words for them.
    """

    heading: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """One table of what may leave.

    `records` goes by (kind, variant): the variant of a note is its kind, of a person the role, of what happened
    `confirmed` where somebody said how it is.
    `actions` goes by (type, role): role `None` is an identifier that belongs to nobody registered.
    `is_of_one_client`: of several clients of a case one alone is a client in it, and the others are third persons.
    `facts` are fields that name places, courts, orders and states: what stands there is proposed to stay.
    `withheld` are keys of what a report says in words that it has none of, and why, whether or not there is any.
    """

    name: str
    records: Mapping[tuple[str, str], RecordRule]
    actions: Mapping[tuple[IdentifierType, PersonRole | None], Action]
    is_of_one_client: bool = False
    withheld: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()

    def rule(self, kind: str, variant: str) -> RecordRule | None:
        """Return how such a record is written, or None: it does not leave."""
        return self.records.get((kind, variant)) or self.records.get((kind, ANY_VARIANT))

    def action(self, identifier: IdentifierType, role: PersonRole | None) -> Action:
        """Return what becomes of an identifier; REMOVE when the table is silent."""
        return self.actions.get((identifier, role), Action.REMOVE)


def profile_named(name: str) -> Profile:
    """Return a profile.

    Raises:
        UsageError: there is no such profile.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise UsageError(Message("no such profile; profiles are: {names}", names=", ".join(PROFILES))) from None


def _person(heading: str) -> RecordRule:
    return RecordRule(heading, {"names": "names", "born": "date-of-birth", "documents": "documents"})


# `written` and `by`: the day of writing, of a note without a day of its own, and the role of who wrote it.
_NOTE = RecordRule("note", {"occurred": "date", "written": "written", "kind": "kind", "by": "by", "text": "text"})

# Contact goes through the organisation: no number, no address. Safety and medical notes need a consent of their own,
# supervision and administration are the office's own.
_LAWYER_RECORDS: Mapping[tuple[str, str], RecordRule] = MappingProxyType(
    {
        ("case", ANY_VARIANT): RecordRule("case", {"kind": "kind", "stage": "stage", "opened": "opened"}),
        ("person", PersonRole.CLIENT): _person("client"),
        ("person", PersonRole.RELATIVE): _person("relative"),
        ("person", PersonRole.WITNESS): _person("witness"),
        ("person", PersonRole.PERSECUTOR): _person("persecutor"),
        ("person", PersonRole.THIRD): _person("other-person"),
        ("note", NoteKind.CONTACT): _NOTE,
        ("note", NoteKind.INTERVIEW): _NOTE,
        ("note", NoteKind.LEGAL_ADVICE): _NOTE,
    }
)

_DATES_STAY: Mapping[tuple[IdentifierType, PersonRole | None], Action] = MappingProxyType(
    {(IdentifierType.DATE, None): Action.KEEP, (IdentifierType.TIME, None): Action.KEEP}
)

# Nobody is named: the lawyer learns by voice whose case it is. What the file does not hold, its theft cannot tell.
_LAWYER = Profile(
    name="lawyer",
    records=_LAWYER_RECORDS,
    actions=MappingProxyType(
        {(IdentifierType.NAME, role): Action.PSEUDONYM for role in PersonRole} | dict(_DATES_STAY)
    ),
)

# The lawyer acts for the client, so the client is named.
_LAWYER_NAMED = Profile(
    name="lawyer-named",
    records=_LAWYER_RECORDS,
    actions=MappingProxyType(
        {
            (IdentifierType.NAME, PersonRole.CLIENT): Action.KEEP,
            (IdentifierType.NAME, PersonRole.RELATIVE): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.WITNESS): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.WORKER): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.INTERPRETER): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.PERSECUTOR): Action.KEEP,
            (IdentifierType.NAME, PersonRole.GUARANTOR): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.CO_ACCUSED): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.DEPENDANT): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.LAWYER): Action.PSEUDONYM,
            (IdentifierType.NAME, PersonRole.THIRD): Action.PSEUDONYM,
            (IdentifierType.BORN, PersonRole.CLIENT): Action.KEEP,
            (IdentifierType.BORN, PersonRole.RELATIVE): Action.GENERALISE,
            (IdentifierType.DOCUMENT, PersonRole.CLIENT): Action.KEEP,
        }
        | dict(_DATES_STAY)
    ),
)

_FACTS = frozenset({"place", "order", "court", "state", "category", "charge", "by_whom"})

# For UNHCR and the UN bodies: a client who disappeared is named, and of what happened only what is confirmed leaves, in
# fields alone. No note and no free text: who told it, and what is only said, stay here.
_DISAPPEARANCE = Profile(
    name="disappearance",
    records=MappingProxyType(
        {
            ("case", ANY_VARIANT): RecordRule("case", {"kind": "kind", "stage": "stage"}),
            ("person", PersonRole.CLIENT): _person("client"),
            ("incident", CONFIRMED): RecordRule(
                "incident", {"what": "what-happened", "at": "when", "place": "place", "by_whom": "by-whom"}
            ),
            ("event", CONFIRMED): RecordRule(
                "event", {"what": "what-happened", "at": "when", "until": "until", "place": "place"}
            ),
            ("detention", CONFIRMED): RecordRule(
                "detention",
                {
                    "taken": "taken",
                    "place": "place",
                    "order": "order",
                    "court": "ordered-by",
                    "expires": "ends-by-order",
                    "lawyer_seen": "lawyer-let-in",
                    "ended": "ended",
                    "end": "how-ended",
                },
            ),
            ("wanted", CONFIRMED): RecordRule(
                "wanted",
                {
                    "system": "system",
                    "state": "searching-state",
                    "category": "category",
                    "seen": "seen",
                    "seen_how": "seen-how",
                    "lifted": "lifted",
                },
            ),
        }
    ),
    actions=_LAWYER_NAMED.actions,
    is_of_one_client=True,
    facts=_FACTS,
)

# The client's own data, for the client or who speaks for them: nobody else is named, and no code stands for anybody.
# Who told or confirmed something stays here: a source is somebody else.
_SUBJECT = Profile(
    name="subject",
    records=MappingProxyType(
        {
            ("case", ANY_VARIANT): RecordRule(
                "case",
                {
                    "kind": "kind",
                    "stage": "stage",
                    "stage_since": "stage-since",
                    "opened": "opened",
                    "closed": "closed",
                },
            ),
            ("person", PersonRole.CLIENT): RecordRule(
                "client",
                {
                    **_person("client").labels,
                    "phones": "phones",
                    "emails": "emails",
                    "sex": "sex",
                    "nationalities": "nationalities",
                },
            ),
            **{("note", kind): _NOTE for kind in (NoteKind.CONTACT, NoteKind.INTERVIEW, NoteKind.LEGAL_ADVICE)},
            ("detention", ANY_VARIANT): RecordRule(
                "detention",
                {
                    "taken": "taken",
                    "place": "place",
                    "order": "order",
                    "court": "ordered-by",
                    "expires": "ends-by-order",
                    "extended": "extended",
                    "lawyer_seen": "lawyer-let-in",
                    "devices": "devices",
                    "ended": "ended",
                    "end": "how-ended",
                    "text": "details",
                },
            ),
            ("hearing", ANY_VARIANT): RecordRule(
                "hearing",
                {
                    "at": "when",
                    "about": "about",
                    "court": "court",
                    "outcome": "outcome",
                    "orders": "court-orders",
                    "fulfilled": "orders-fulfilled",
                    "text": "details",
                },
            ),
            ("incident", ANY_VARIANT): RecordRule(
                "incident",
                {"what": "what-happened", "at": "when", "place": "place", "by_whom": "by-whom", "text": "details"},
            ),
            ("event", ANY_VARIANT): RecordRule(
                "event", {"what": "what-happened", "at": "when", "until": "until", "place": "place", "text": "details"}
            ),
            ("wanted", ANY_VARIANT): RecordRule(
                "wanted",
                {
                    "system": "system",
                    "state": "searching-state",
                    "category": "category",
                    "charge": "charge",
                    "seen": "seen",
                    "seen_how": "seen-how",
                    "lifted": "lifted",
                    "text": "details",
                },
            ),
            ("deadline", ANY_VARIANT): RecordRule(
                "deadline", {"what": "to-do", "at": "latest", "done": "over", "end": "what-became", "text": "details"}
            ),
        }
    ),
    actions=MappingProxyType(
        {
            **{
                (identifier, PersonRole.CLIENT): Action.KEEP
                for identifier in (
                    *(IdentifierType.NAME, IdentifierType.BORN, IdentifierType.DOCUMENT),
                    *(IdentifierType.PHONE, IdentifierType.EMAIL),
                )
            },
            **_DATES_STAY,
        }
    ),
    is_of_one_client=True,
    facts=_FACTS,
    withheld=(
        *("safe-contact", "note-medical", "note-safety", "note-office", "danger", "work", "others", OF_SEVERAL),
        *("own-forms", "papers", "sections", "sharing", "sources"),
    ),
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (_LAWYER, _LAWYER_NAMED, _DISAPPEARANCE, _SUBJECT)}
)
