"""What left a case and who holds it now: packages by case and by person, and the letters that ask for them back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from vault.access.session import Session
from vault.casework.disclosure import Disclosure, Heard, PageWords, package_file
from vault.casework.person import Person
from vault.casework.story.consent import Consent
from vault.casework.story.events import Task
from vault.casework.story.incident import ChecklistStep
from vault.casework.story.referrals import Referral
from vault.casework.vocabulary import PersonRole
from vault.errors import NotFoundError
from vault.ids import ID_SIZE, CompartmentId, RecordId, short_id
from vault.policy import roles
from vault.records.versions import OpenedVersion, of_kind
from vault.redaction.profile import PROFILES
from vault.redaction.spans import Action, IdentifierType
from vault.services.cases import same_people
from vault.services.cases.cases import today, view
from vault.services.cases.editing import Place
from vault.services.exports import partners
from vault.services.exports.said_beside import organisation_name
from vault.services.projection.authors import written_by
from vault.services.projection.short_ids import the_one_meant
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.words.codes import word_of
from vault.words.message import Message, Words, filled
from vault.words.next_step import NextStep

_ANSWER_DAYS = 14
_DAY = len("2026-12-03")
LETTER_TITLE = Message("Letter about packages that you got")
LETTER_FOOT = Message("This letter names nobody whose data is in a package. It is not encrypted.")


@unique
class State(StrEnum):
    """What the records of a case say of a package that left. The words are part of `--json`."""

    SENT = "sent"  # to a recipient whose referral is for this: the last of several
    OPENED = "opened"
    ANSWERED = "answered"
    ENDED = "consent-ended"
    WITHDRAWN = "consent-withdrawn"
    ASKED_BACK = "asked-back"
    DELETED = "deletion-confirmed"
    WRONG_RECIPIENT = "wrong-recipient"


_SINCE: Final = frozenset({State.SENT, State.OPENED, State.ANSWERED, State.DELETED})
_STATES: Final[Mapping[State, Message]] = {
    State.SENT: Message("sent {day}"),
    State.OPENED: Message("opened {day}"),
    State.ANSWERED: Message("they answered {day}"),
    State.ENDED: Message("consent ended {day}"),
    State.WITHDRAWN: Message("consent withdrawn {day}"),
    State.ASKED_BACK: Message("asked back {day}"),
    State.DELETED: Message("deleted {day}"),
    State.WRONG_RECIPIENT: Message("wrong hands {day}"),
}


def told_state(states: Sequence[tuple[State, str]]) -> Message:
    """Return the last that is known of a package."""
    if not states:
        return Message("sent? not written down")
    state, day = states[0]
    return filled(_STATES[state], day=day)


def asks_deletion(holder: Words) -> str:
    """Return what the task says that is kept with the letter to a recipient that asks packages back."""
    return str(Message("did {name} confirm the deletion?", name=holder))


@dataclass(frozen=True, slots=True)
class Package:
    """A package that left: of which case, who got it when, by which consents, and who sent it.

    `whose` are the people of the case who stand in it by a code, or are clients that its profile names. `states` are
    what the case says of it since, the last first; `page` is the digest of the newest page that words open, if any;
    `heard` is what its recipient said of it, in the order of the days.
    """

    case: CompartmentId
    kept: Stored[Disclosure] = field(repr=False)
    recipient: Words = field(repr=False)
    by: str = field(repr=False)
    whose: tuple[str, ...] = field(default=(), repr=False)
    states: tuple[tuple[State, str], ...] = ()
    page: bytes = b""
    heard: tuple[Heard, ...] = ()

    @property
    def file(self) -> str:
        """Return the name that its file got; older programs drew another: its digest tells it then."""
        return _file(self.kept.value, self.page)

    @property
    def state(self) -> Message:
        """Return how it stands, for people."""
        return told_state(self.states)

    @property
    def called(self) -> str:
        """Return what people call it by: what its report quotes, or of an older one the beginning of its id."""
        return self.kept.value.reference or short_id(self.kept.value.package)

    @property
    def data(self) -> dict[str, object]:
        said = self.kept.value
        return {
            "package": said.package.hex(),
            "record": self.kept.record.hex(),
            "reference": said.reference,
            "case": self.case.hex(),
            "recipient": said.recipient.hex(),
            "made": said.made,
            "profile": said.profile,
            "purpose": said.purpose,
            "digest": said.digest.hex(),
            "file": self.file,
            "states": [{"state": state.value, "day": day} for state, day in self.states],
            "consents": [consent.hex() for consent in said.consents],
            "read": said.pages,
            "heard": [{"day": each.day, "answer": each.answer, "numbers": list(each.numbers)} for each in self.heard],
        }

    @property
    def line(self) -> Message:
        said = self.kept.value
        return Message(
            "{day}  {recipient}  {profile}  {purpose}  {state}  file {file}  reference {ref}  package {id}"
            "  consent {consents}  {name}",
            day=said.made,
            state=self.state,
            file=self.file,
            ref=said.reference or "-",
            recipient=self.recipient,
            profile=said.profile,
            purpose=said.purpose,
            id=short_id(said.package),
            consents=", ".join(short_id(consent) for consent in said.consents) or "-",
            name=self.by,
        )

    @property
    def replies(self) -> tuple[Message, ...]:
        """What its recipient said of it, a line each."""
        return tuple(_heard(each) for each in self.heard)


def _heard(heard: Heard) -> Message:
    asked = Message(", asks about {numbers}", numbers=", ".join(heard.numbers)) if heard.numbers else ""
    if not heard.answer:
        return Message("opened, we heard on {day}{asked}", day=heard.day, asked=asked)
    return Message("they answered on {day}: {answer}{asked}", day=heard.day, answer=word_of(heard.answer), asked=asked)


def of_case(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Package]:
    """Return the packages that were made of a case, the last first; opening it is in the log before."""
    session.require(roles.Action.CASE_READ, case)
    versions = view(session, case, why=why)
    found, names = stored_of_kind(versions, Disclosure), partners.names(session)
    persons = {person.record: person.value for person in stored_of_kind(versions, Person)}
    pages = sorted(stored_of_kind(versions, PageWords), key=lambda words: words.written_ms)
    newest = {words.value.package: words.value.digest for words in pages}
    heard = sorted((each.value for each in stored_of_kind(versions, Heard)), key=lambda each: each.day)
    authors, gone = written_by(session, found), Message("a recipient who is no longer on the list")
    packages = [
        Package(
            case,
            stored,
            names.get(RecordId(stored.value.recipient), gone),
            authors.get(stored.record, ""),
            _whose(stored.value, persons),
            _states(stored.value, versions, names.get(RecordId(stored.value.recipient), gone), today(session)),
            newest.get(stored.value.package, b""),
            tuple(each for each in heard if each.package == stored.value.package),
        )
        for stored in found
    ]
    return sorted(packages, key=lambda package: (package.kept.value.made, package.kept.written_ms), reverse=True)


def _file(left: Disclosure, page: bytes) -> str:
    return package_file(page, "html") if page else package_file(left.digest)


def _states(left: Disclosure, versions: list[OpenedVersion], holder: Words, day: str) -> tuple[tuple[State, str], ...]:
    """Return what the records of a case say of a package that left it, the last first."""
    profile, file = PROFILES.get(left.profile), package_file(left.digest)
    consents = [consent for version, consent in of_kind(versions, Consent) if version.record in left.consents]
    referrals = [
        each.value
        for each in stored_of_kind(versions, Referral)
        if profile is not None and (each.value.recipient, each.value.purpose) == (left.recipient, profile.consent)
    ]
    withdrawn = min((consent.withdrawn for consent in consents if consent.withdrawn), default="")
    asked = [each.value for each in stored_of_kind(versions, Task) if each.value.what == asks_deletion(holder)]
    heard = [each for each in stored_of_kind(versions, Heard) if each.value.package == left.package]
    steps = [each.value for each in stored_of_kind(versions, ChecklistStep) if file in (each.value.text or "")]
    ended = min((consent.until or "" for consent in consents), default="")
    found = [
        (State.WRONG_RECIPIENT, min((step.due or "" for step in steps), default="")[:_DAY]),
        (State.DELETED, max((task.done or "" for task in asked if withdrawn), default="")),
        (State.ASKED_BACK, withdrawn if asked else ""),
        (State.WITHDRAWN, withdrawn),
        (State.ENDED, ended if ended < day else ""),
        (State.ANSWERED, max((each.replied or "" for each in referrals), default="")),
        (State.OPENED, max((each.value.day for each in heard), default="")),
        (State.SENT, max((each.sent or "" for each in referrals), default="")),
    ]
    return tuple((state, when) for state, when in found if when and (when >= left.made or state not in _SINCE))


def _whose(left: Disclosure, persons: Mapping[RecordId, Person]) -> tuple[str, ...]:
    """Return who stands in a package: by a code, and the clients, where its profile names them."""
    coded = {RecordId(given.entity) for given in left.pseudonyms if len(given.entity) == ID_SIZE}
    profile = PROFILES.get(left.profile)
    names_clients = profile is not None and profile.action(IdentifierType.NAME, PersonRole.CLIENT) is Action.KEEP
    named = {record for record, person in persons.items() if names_clients and person.role is PersonRole.CLIENT}
    return tuple(person.display_name() for record, person in persons.items() if record in coded | named)


@dataclass(frozen=True, slots=True)
class Given:
    """A recipient of packages of a case, how many were made, and the day of the last one (YYYY-MM-DD).

    `references` are those under which the recipient asks about the case; packages of older programs had the case's.
    """

    recipient: Words = field(repr=False)
    count: int
    last: str
    references: tuple[str, ...] = ()


def given_out(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Given]:
    """Return who holds packages of a case, the last first; opening it is in the log before."""
    held: dict[bytes, list[Package]] = {}
    for package in of_case(session, case, why=why):
        held.setdefault(package.kept.value.recipient, []).append(package)
    return [
        Given(
            packages[0].recipient,
            len(packages),
            packages[0].kept.value.made,
            tuple(dict.fromkeys(each.kept.value.reference for each in reversed(packages) if each.kept.value.reference)),
        )
        for packages in held.values()
    ]


def of_person(session: Session, place: Place, *, why: str = "casework") -> list[Package]:
    """Return the packages of every case of this member in which a person stands."""
    homes = dict.fromkeys(standing.case for standing in same_people.cases_of(session, place))
    found = [package for home in homes for package in of_case(session, home, why=why)]
    return sorted(found, key=lambda package: package.kept.value.made, reverse=True)


def find(session: Session, case: CompartmentId, called: str, *, is_numbered: bool = False) -> Package:
    """Return the package of a case that this id, or its beginning, means; of one reference the last.

    `is_numbered`: of those alone that number what was removed, as no supplement does.

    Raises:
        NotFoundError: none. UsageError: several.
    """
    found = [each for each in of_case(session, case) if each.kept.value.removed or not is_numbered]
    quoted = next((package for package in found if package.kept.value.reference == called.upper()), None)
    if quoted is not None and called:
        return quoted
    meant = the_one_meant(called, [RecordId(each.kept.value.package) for each in found], [])
    for package in found:
        if package.kept.value.package in meant:
            return package
    raise NotFoundError(
        Message("there is no package with this id"),
        next_step=Message("{list_packages} shows them.", list_packages=NextStep.LIST_PACKAGES),
    )


def by_consent(session: Session, case: CompartmentId, consent: RecordId) -> list[Package]:
    """Return the packages that left by a consent."""
    return [package for package in of_case(session, case) if consent in package.kept.value.consents]


def answer_by(session: Session) -> str:
    """Return until when a recipient is asked to answer, YYYY-MM-DD."""
    return (datetime.date.fromisoformat(today(session)) + datetime.timedelta(days=_ANSWER_DAYS)).isoformat()


def recall_letter(session: Session, packages: Sequence[Package]) -> tuple[Words, ...]:
    """Return the letter to a recipient whose packages are asked back; it names nobody whose data is in them."""
    return (
        *_from(session),
        Message("On {day} a person withdrew the consent by which you got data from us.", day=today(session)),
        Message("You hold:"),
        *_named(packages),
        Message("Please do not use these packages any more, and pass them on to nobody."),
        Message("Delete every copy: files, mail, backups, paper."),
        Message(
            "Write to us by {day} that it is done. If you must keep something, say what, and why.",
            day=answer_by(session),
        ),
        *_answers_to(packages),
    )


def wrong_letter(session: Session, package: Package) -> tuple[Words, ...]:
    """Return the letter to somebody who got a package that was not for them; it names nobody."""
    return (
        *_from(session),
        Message("By our mistake you got a file that was not for you:"),
        *_named([package]),
        Message("Please do not try to open it, and pass it on to nobody."),
        Message("Delete every copy: files, mail, backups, paper."),
        Message("Write to us today that it is done, and whether anybody opened it."),
        *_answers_to([package]),
    )


def called_by(packages: Sequence[Package]) -> str:
    """Return whom the newest of these packages names to be called, and how; empty where none does."""
    return next((each.kept.value.contact for each in packages if each.kept.value.contact), "")


def _answers_to(packages: Sequence[Package]) -> list[Message]:
    contact = called_by(packages)
    return [Message("Your answer to: {contact}", contact=contact)] if contact else []


def _from(session: Session) -> list[Words]:
    name = organisation_name(session)
    return [name, ""] if name else []


def _named(packages: Sequence[Package]) -> list[Message]:
    return [Message("  reference {ref}, made on {day}", ref=each.called, day=each.kept.value.made) for each in packages]
