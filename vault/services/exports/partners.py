"""Recipients of packages, whom casework calls partners: kept for the whole organisation; and what each was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.checks import checked_name
from vault.casework.partner import KeyVersion, Partner, is_confirmed
from vault.casework.typed_dates import IN_FUTURE
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, VersionId, short_id
from vault.index.heads import heads_of
from vault.names.normal import as_seen, looks_same
from vault.policy.rights import RIGHTS
from vault.policy.roles import Action, Role
from vault.records.versions import OpenedVersion, of_kind, to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, holds_against_quantum
from vault.services.cases.cases import today
from vault.services.projection.absences import author_of
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import held_of_kind, the_one_of_kind
from vault.services.projection.projection import read_valid, up_to_date_index
from vault.services.projection.seats import members_of_logs, seat_of_log
from vault.services.projection.short_ids import the_one_meant
from vault.services.projection.stored_records import Stored, read_valid_at, read_versions, stored_of_kind
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, filled
from vault.words.next_step import NextStep

# Which stored recipients are taken for such: what another program spoiled stops nobody but itself, and is told.


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A recipient as it is stored, and the words of its key, computed here."""

    home: CompartmentId
    stored: Stored[Partner] = field(repr=False)
    words: str


@dataclass(frozen=True, slots=True)
class SpoiledRow:
    """A record of kind `partner` that is no recipient: its name, where it says it, and whose log holds it."""

    record: RecordId
    name: str = field(repr=False)
    author: Value


def partner_rows(session: Session) -> tuple[list[PartnerRow], list[SpoiledRow]]:
    """Return the recipients, and what stands where recipients are kept and cannot be read as such.

    On one record id the directory wins. What is passed over is told as news of the session, with its author's name.
    """
    known: list[PartnerRow] = []
    spoiled: list[SpoiledRow] = []
    seen: set[RecordId] = set()
    session.drop_alarms(Code.RECIPIENT)
    for home in (session.directory.compartment, *held_of_kind(session, CompartmentKind.SENDING)):
        heads = [version for version in read_valid(session, home) if version.content.kind == Partner.KIND]
        stored = {row.record: row for row in stored_of_kind(heads, Partner)}
        for record, head in {head.record: head for head in heads}.items():
            row = stored.get(record)
            words = "" if row is None else _words(row.value)
            origin = head.origin if row is None or row.origin is None else row.origin
            if record in seen:
                _tell(session, record, origin, _TAKES_AN_ID)
            elif row is not None and words == row.value.fingerprint:
                known.append(PartnerRow(home, row, words))
            else:
                author = _tell(session, record, origin, _UNREADABLE)
                spoiled.append(SpoiledRow(record, "" if row is None else row.value.name, author))
        seen.update(head.record for head in heads)
    return known, spoiled


_UNREADABLE = Message(
    "A recipient cannot be read (id {id}, written by {who}). Nothing is sent to it; all others are as they were."
)
_TAKES_AN_ID = Message(
    "A recipient has the id of a recipient that admins keep (id {id}, written by {who}). It is not used."
)
_SOMEBODY = Message("somebody")


def _tell(session: Session, record: RecordId, origin: Origin, words: Message) -> Value:
    """Have a person hear of a row that is passed over; return whose log holds it."""
    author = author_of(session, seat_of_log(session, origin)) or _SOMEBODY
    told = filled(words, id=short_id(record), who=author)
    session.add_alarm(Finding(Code.RECIPIENT, told, record, severity=Severity.NEWS))
    return author


def _words(partner: Partner) -> str:
    try:
        return fingerprint(partner.age_recipient)
    except UsageError:
        return ""


# Recipients of packages, whom casework calls partners: kept for the whole organisation.
# Those of admins stand in the directory, those of caseworkers and supervisors in the sending compartment.
_NOW = b"now"
_AROUND = " .,;:()[]{}\"'«»“”"
_FEWEST_LETTERS = 4  # of a word of the list: no two begin with the same four


@dataclass(frozen=True, slots=True)
class KeptPartner:
    """A recipient's record, name, key and the words to compare by voice, and how to reach them.

    Who has no key gets pages, which words open. `is_confirmed`: somebody whose word counts compared the words of this
    very key. `was_replaced`: another key stood here before.
    """

    record: RecordId
    name: str
    age_recipient: str
    fingerprint: str
    home: CompartmentId
    is_confirmed: bool = False
    was_replaced: bool = False
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    town: str = field(default="", repr=False)
    languages: tuple[str, ...] = ()
    terms: str = field(default="", repr=False)
    terms_day: str = ""

    @property
    def is_post_quantum(self) -> bool | None:
        """Whether their key also withstands a later quantum computer; None without a key."""
        return holds_against_quantum(self.age_recipient) if self.age_recipient else None


@dataclass(frozen=True, slots=True)
class PartnerVersion:
    """What a recipient's record said since somebody wrote it, and whether they compared the words of its key."""

    written_ms: int
    by: str = field(repr=False)
    value: Partner = field(repr=False)


def words_of_new(session: Session, *, name: str, age_recipient: str) -> str:
    """Return the words of a new recipient's key, which are compared by voice; none of one without a key.

    Raises:
        UsageError: no age key, no printable name, or one that is taken or looks like one that is: two keys under one
            name is how a package goes astray.
    """
    session.require(Action.PARTNER_WRITE)
    name, words = checked_name(name, "name of a recipient"), _words_of(age_recipient.strip())
    known, _ = partner_rows(session)
    if any(looks_same(row.stored.value.name, name) for row in known):
        raise UsageError(
            Message("there is already a recipient with this name"),
            next_step=Message("Use another name, for example with a place."),
        )
    return words


def _words_of(key: str) -> str:
    return fingerprint(key) if key else ""


def add(session: Session, *, name: str, age_recipient: str = "", compared: bool = False) -> KeptPartner:
    """Keep a recipient, with their key if they have one.

    The fingerprint of a key must be read to them by another channel before anything is sent.
    `compared`: the words were read to them already. That confirms the key where an admin says it.

    Raises:
        UsageError: as `words_of_new` says.
    """
    rule = session.require(Action.PARTNER_WRITE)
    words = words_of_new(session, name=name, age_recipient=age_recipient)
    name, key = checked_name(name, "name of a recipient"), age_recipient.strip()
    partner = Partner(name=name, age_recipient=key, fingerprint=words, confirmed=compared and bool(key))
    home = session.directory.compartment
    if not _may_write(session, home):
        home = the_one_of_kind(session, CompartmentKind.SENDING)
    with session.work(home) as work:
        record = work.keep(home, partner)
        work.commit(Entry(act="partner.create", covers={Partner.KIND: 1}, pol=rule))
    return find(session, record.hex())


def edit(
    session: Session,
    name: str,
    *,
    age_recipient: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    town: str | None = None,
    languages: Sequence[str] | None = None,
    terms: str | None = None,
    terms_day: str | None = None,
) -> KeptPartner:
    """Change what is known of a recipient; None leaves a field, an empty text empties it.

    Another key is not confirmed, whoever confirmed the one before. The name stays: packages were made out to it.
    What they promise has the day of today, unless another is said.

    Raises:
        UsageError: nothing to change, no age key, or a promise of tomorrow.
        RefusedError: an admin keeps this recipient, and this member is none.
    """
    rule = session.require(Action.PARTNER_WRITE)
    key = None if age_recipient is None else age_recipient.strip()
    words = None if key is None else fingerprint(key)
    if terms is not None and terms_day is None:
        terms_day = today(session) if terms else ""
    if (terms_day or "") > today(session):
        raise UsageError(filled(IN_FUTURE, field="terms_day"))

    def changed(head: Partner) -> Partner:
        return replace(
            head,
            age_recipient=head.age_recipient if key is None else key,
            fingerprint=head.fingerprint if words is None else words,
            phone=head.phone if phone is None else phone,
            email=head.email if email is None else email,
            town=head.town if town is None else town,
            languages=head.languages if languages is None else tuple(languages),
            terms=head.terms if terms is None else terms,
            terms_day=head.terms_day if terms_day is None else terms_day,
            confirmed=False,  # who confirmed it said so in a version of their own
        )

    if (age_recipient, phone, email, town, languages, terms_day) == (None,) * 6:
        raise UsageError(Message("there is nothing to change"))
    return _write(session, find(session, name), changed, rule)


def confirm(session: Session, name: str, *, words: str) -> KeptPartner:
    """Say that the recipient read out the words of their key; the first four letters of each are enough.

    It counts where another member brought the key in, or where an admin says it.

    Raises:
        UsageError: those are not the words of this key.
        RefusedError: this member brought the key in and is no admin, or may not write where the recipient is kept.
    """
    rule = session.require(Action.PARTNER_WRITE)
    kept = find(session, name)
    require_key(kept)
    if not _are_words(words, kept.fingerprint):
        raise UsageError(
            Message("these are not the words of the key that is stored"),
            next_step=Message("Send nothing to this key. Ask the recipient for their key in another way."),
        )
    if kept.is_confirmed:
        return kept
    if not _would_count(session, kept):
        raise RefusedError(
            Message("the member who added a key cannot confirm it"),
            next_step=Message("Ask another member, or an admin, to call the recipient and to confirm it."),
        )

    def changed(head: Partner) -> Partner:
        if head.age_recipient != kept.age_recipient:
            raise UsageError(
                Message("the key was changed in the meantime"), next_step=Message("Compare the new words.")
            )
        return replace(head, confirmed=True)

    return _write(session, kept, changed, rule)


def require_key(kept: KeptPartner) -> None:
    """Return if a recipient has a key.

    Raises:
        RefusedError: they have none.
    """
    if not kept.age_recipient:
        raise RefusedError(
            Message("this recipient has no key"),
            next_step=Message("They can get a page, which opens with words. Or ask them for their key."),
        )


def require_surname(kept: KeptPartner, typed: str) -> str:
    """Return what somebody typed, if it is the last word of the recipient's name: they mean whom they chose.

    Case, marks and letters that look alike in two scripts do not count, nor do words before it.

    Raises:
        UsageError: it is another, or nothing.
    """
    seen = ([part.strip(_AROUND) for part in as_seen(name).split()] for name in (kept.name, typed))
    last, said = (list(filter(None, words))[-1:] for words in seen)
    if said != last:
        raise UsageError(
            Message("that is not the last word of the name of the recipient who is chosen"),
            next_step=Message("Look whom you chose. Then type the last word of their name."),
        )
    return typed


def require_confirmed(kept: KeptPartner, *, is_shown_to_second: bool = False) -> None:
    """Return if somebody confirmed the key, or a second person is told its words and it is the first that was kept.

    Raises:
        RefusedError: there is no key, or nobody did, or nobody whose word counts.
    """
    require_key(kept)
    if kept.is_confirmed or (is_shown_to_second and not kept.was_replaced):
        return
    refused = (
        Message("the key of this recipient was replaced and is not confirmed: nobody compared the new words with them")
        if kept.was_replaced
        else Message("the key of this recipient is not confirmed: nobody compared its words with them")
    )
    raise RefusedError(
        refused,
        next_step=Message(
            "Call them, and confirm it with {confirm_recipient}.", confirm_recipient=NextStep.CONFIRM_RECIPIENT
        ),
    )


def list_all(session: Session) -> list[KeptPartner]:
    """Return all recipients by name. Their words are computed from their keys here.

    A row that cannot be read, or has the id of a recipient of the directory, is passed over and becomes news of the
    session.
    """
    session.require(Action.PARTNER_READ)
    known, _ = partner_rows(session)
    return sorted((_kept(session, row) for row in known), key=lambda kept: kept.name.casefold())


def find(session: Session, name: str) -> KeptPartner:
    """Return the recipient of this name or id.

    Raises:
        NotFoundError: none. UsageError: several of this name. VerificationError: what is stored of it cannot be read.
    """
    session.require(Action.PARTNER_READ)
    known, spoiled = partner_rows(session)
    ids = [*(row.stored.record for row in known), *(row.record for row in spoiled)]
    alike = [row.stored.record for row in known if looks_same(row.stored.value.name, name)]
    named = the_one_meant(name, ids, alike)
    found = [row for row in known if row.stored.record in named]
    if len(found) > 1:
        raise UsageError(
            Message("{count} recipients have this name", count=len(found)),
            next_step=Message("Give an id instead ({list_recipients}).", list_recipients=NextStep.LIST_RECIPIENTS),
        )
    if not found:
        _require_unspoiled([row for row in spoiled if row.record in named or looks_same(row.name, name)])
        raise NotFoundError(
            Message("there is no recipient with this name"),
            next_step=Message("Add one with {add_recipient}.", add_recipient=NextStep.ADD_RECIPIENT),
        )
    return _kept(session, found[0])


def _require_unspoiled(spoiled: Sequence[SpoiledRow]) -> None:
    for row in spoiled[:1]:
        raise VerificationError(
            Message("this recipient cannot be read, as {who} wrote it", who=row.author),
            next_step=Message(
                "Nothing is sent to it. Ask for the key again and add it: {add_recipient}.",
                add_recipient=NextStep.ADD_RECIPIENT,
            ),
        )


def _kept(session: Session, row: PartnerRow) -> KeptPartner:
    partner = row.stored.value
    versions = _key_versions(session, row.home, row.stored.record)
    return KeptPartner(
        record=row.stored.record,
        name=partner.name,
        age_recipient=partner.age_recipient,
        fingerprint=row.words,
        home=row.home,
        is_confirmed=bool(partner.age_recipient) and is_confirmed(versions, row.stored.version),
        was_replaced=any(version.key not in {"", partner.age_recipient} for version in versions.values()),
        phone=partner.phone,
        email=partner.email,
        town=partner.town,
        languages=partner.languages,
        terms=partner.terms,
        terms_day=partner.terms_day,
    )


def _key_versions(session: Session, home: CompartmentId, record: RecordId) -> dict[bytes, KeyVersion]:
    """Return every valid version of a recipient's record, each judged now: replaced ones say who confirmed what."""
    versions = _versions(session, home, record)
    members = members_of_logs(session, {version.origin for version in versions})
    found: dict[bytes, KeyVersion] = {}
    for version, partner in of_kind(versions, Partner):
        member = members.get(version.origin)
        found[version.id] = KeyVersion(
            key=partner.age_recipient,
            parents=frozenset(version.content.parents),
            member=member,
            confirms=partner.confirmed,
            by_admin=member is not None and Role.ADMIN in session.directory.roles_of(member),
        )
    return found


def _versions(session: Session, home: CompartmentId, record: RecordId) -> list[OpenedVersion]:
    with session.database.reading() as rows:
        places = [(origin, seq) for _, origin, seq in rows.places_in_record(home, record)]
    return [version for version in read_valid_at(session, home, places) if version.record == record]


def history(session: Session, name: str) -> list[PartnerVersion]:
    """Return every valid version of a recipient, oldest first: who wrote it, and who says that they compared the words.

    Raises:
        NotFoundError, UsageError, VerificationError: as `find` says.
    """
    kept = find(session, name)
    versions = _versions(session, kept.home, kept.record)
    members, called = members_of_logs(session, {each.origin for each in versions}), names_of_members(session)
    return [
        PartnerVersion(version.content.clock[0], name_in(called, members.get(version.origin)), value)
        for version, value in sorted(of_kind(versions, Partner), key=lambda each: each[0].content.clock)
    ]


def _would_count(session: Session, kept: KeptPartner) -> bool:
    """Say whether it would be confirmed if this member said so now."""
    versions = _key_versions(session, kept.home, kept.record)
    heads = frozenset(versions) - {parent for version in versions.values() for parent in version.parents}
    now = KeyVersion(kept.age_recipient, heads, session.member, confirms=True, by_admin=Role.ADMIN in session.roles)
    return is_confirmed({**versions, _NOW: now}, _NOW)


def _write(session: Session, kept: KeptPartner, changed: Callable[[Partner], Partner], rule: str) -> KeptPartner:
    home, record = kept.home, kept.record
    if not _may_write(session, home):
        raise RefusedError(
            Message("this recipient is kept where your roles may not write"),
            next_step=Message("Ask an admin to do it; what a caseworker added, another caseworker changes."),
        )
    heads = frozenset(map(VersionId, heads_of(up_to_date_index(session), home, record, Partner.KIND)))
    versions = read_versions(session, home, record, heads)
    (stored,) = stored_of_kind(versions, Partner)
    known = {name: part for version in versions for name, part in version.content.fields.items()}
    with session.work(home) as work:
        fields = to_fields(changed(stored.value), known=known)
        work.write(home, record, Partner.KIND, fields, [version.id for version in versions])
        work.commit(Entry(act="partner.edit", covers={Partner.KIND: 1}, pol=rule))
    return find(session, record.hex())


def _may_write(session: Session, home: CompartmentId) -> bool:
    is_directory = home == session.directory.compartment
    kind = CompartmentKind.DIRECTORY if is_directory else CompartmentKind.SENDING
    return RIGHTS.may_write(session.roles, kind, Partner.KIND)


def _are_words(typed: str, words: str) -> bool:
    given, own = typed.casefold().split(), words.split()
    return len(given) == len(own) and all(
        len(part) >= min(_FEWEST_LETTERS, len(word)) and word.startswith(part)
        for part, word in zip(given, own, strict=True)
    )


def names(session: Session) -> dict[RecordId, str]:
    """Return what the recipients are called, by id; nothing for whoever may not see them."""
    if not session.allows(Action.PARTNER_READ).allowed:  # whoever may not see them sees that there are some
        return {}
    return {partner.record: partner.name for partner in list_all(session)}
