"""Recipients of packages, whom casework calls partners: kept for the whole organisation.

Those of admins stand in the directory, those of caseworkers and supervisors in the sending compartment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.checks import checked_name
from vault.casework.partner import KeyVersion, Partner, is_confirmed
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.names.normal import looks_same
from vault.policy.roles import Action, Role
from vault.records.codec import of_kind, to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint
from vault.services.exports.partner_rows import PartnerRow, SpoiledRow, partner_rows
from vault.services.projection.kinds_held import the_one
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import read_valid_at, read_versions, stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.services.projection.short_ids import the_one_meant
from vault.words.message import Message
from vault.words.next_step import NextStep

_NOW = b"now"
_FEWEST_LETTERS = 4  # of a word of the list: no two begin with the same four


@dataclass(frozen=True, slots=True)
class KeptPartner:
    """A recipient's record, name, key and the words to compare by voice, and how to reach them.

    `is_confirmed`: somebody whose word counts compared the words of this very key. `was_replaced`: another key stood
    here before.
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


def words_of_new(session: Session, *, name: str, age_recipient: str) -> str:
    """Return the words of a new recipient's key, which are compared by voice.

    Raises:
        UsageError: no age key, no printable name, or one that is taken or looks like one that is: two keys under one
            name is how a package goes astray.
    """
    session.require(Action.PARTNER_WRITE)
    name, words = checked_name(name, "name of a recipient"), fingerprint(age_recipient.strip())
    known, _ = partner_rows(session)
    if any(looks_same(row.stored.value.name, name) for row in known):
        raise UsageError(
            Message("there is already a recipient with this name"),
            next_step=Message("Use another name, for example with a place."),
        )
    return words


def add(session: Session, *, name: str, age_recipient: str, compared: bool = False) -> KeptPartner:
    """Keep a recipient. The fingerprint must be read to them by another channel before anything is sent.

    `compared`: the words were read to them already. That confirms the key where an admin says it.

    Raises:
        UsageError: as `words_of_new` says.
    """
    rule = session.require(Action.PARTNER_WRITE)
    words = words_of_new(session, name=name, age_recipient=age_recipient)
    name, key = checked_name(name, "name of a recipient"), age_recipient.strip()
    partner = Partner(name=name, age_recipient=key, fingerprint=words, confirmed=compared)
    home = session.directory.compartment
    if not _may_write(session, home):
        home = the_one(session, CompartmentKind.SENDING)
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
) -> KeptPartner:
    """Change what is known of a recipient; None leaves a field, an empty text empties it.

    Another key is not confirmed, whoever confirmed the one before. The name stays: packages were made out to it.

    Raises:
        UsageError: nothing to change, or no age key.
        RefusedError: an admin keeps this recipient, and this member is none.
    """
    rule = session.require(Action.PARTNER_WRITE)
    key = None if age_recipient is None else age_recipient.strip()
    words = None if key is None else fingerprint(key)

    def changed(head: Partner) -> Partner:
        return replace(
            head,
            age_recipient=head.age_recipient if key is None else key,
            fingerprint=head.fingerprint if words is None else words,
            phone=head.phone if phone is None else phone,
            email=head.email if email is None else email,
            town=head.town if town is None else town,
            languages=head.languages if languages is None else tuple(languages),
            confirmed=False,  # who confirmed it said so in a version of their own
        )

    if (age_recipient, phone, email, town, languages) == (None,) * 5:
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


def require_confirmed(kept: KeptPartner, *, is_shown_to_second: bool = False) -> None:
    """Return if somebody confirmed the key, or a second person is told its words and it is the first that was kept.

    Raises:
        RefusedError: nobody did, or nobody whose word counts.
    """
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
        is_confirmed=is_confirmed(versions, row.stored.version),
        was_replaced=any(version.key != partner.age_recipient for version in versions.values()),
        phone=partner.phone,
        email=partner.email,
        town=partner.town,
        languages=partner.languages,
    )


def _key_versions(session: Session, home: CompartmentId, record: RecordId) -> dict[bytes, KeyVersion]:
    """Return every valid version of a recipient's record, each judged now: replaced ones say who confirmed what."""
    with session.database.reading() as rows:
        places = [(origin, seq) for _, origin, seq in rows.places_in_record(home, record)]
    versions = [version for version in read_valid_at(session, home, places) if version.record == record]
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
    return session.directory.rights.may_write(session.roles, kind, Partner.KIND)


def _are_words(typed: str, words: str) -> bool:
    given, own = typed.casefold().split(), words.split()
    return len(given) == len(own) and all(
        len(part) >= min(_FEWEST_LETTERS, len(word)) and word.startswith(part)
        for part, word in zip(given, own, strict=True)
    )
