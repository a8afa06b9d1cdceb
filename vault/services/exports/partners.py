"""Recipients of packages, whom casework calls partners: kept in the directory, for the whole organisation."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.checks import checked_name
from vault.casework.partner import Partner
from vault.errors import NotFoundError, UsageError, VerificationError
from vault.ids import CompartmentKind, RecordId
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.seal.age import fingerprint
from vault.services.projection.kinds_held import held_of_kind, the_one
from vault.services.projection.projection import read_valid
from vault.services.projection.reading import Stored, stored_of_kind
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.words.message import Message
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class KeptPartner:
    """A recipient's record, name, key and the words to compare by voice."""

    record: RecordId
    name: str
    age_recipient: str
    fingerprint: str


def add(session: Session, *, name: str, age_recipient: str) -> KeptPartner:
    """Keep a recipient. The fingerprint must be read to them by another channel before anything is sent.

    Raises:
        UsageError: no age key, no printable name, or one that is taken: two keys under one name is how a package goes
            astray.
    """
    rule = session.require(Action.PARTNER_WRITE)
    name, key = checked_name(name, "name of a recipient"), age_recipient.strip()
    partner = Partner(name=name, age_recipient=key, fingerprint=fingerprint(key))
    if any(_same(known.value.name, partner.name) for known in _stored(session)):
        raise UsageError(
            Message("there is already a recipient with this name"),
            next_step=Message("Use another name, for example with a place."),
        )
    home = session.directory.compartment
    if not session.directory.rights.may_write(session.roles, CompartmentKind.DIRECTORY, Partner.KIND):
        home = the_one(session, CompartmentKind.SENDING)
    with session.work(home) as work:
        record = work.keep(home, partner)
        work.commit(Entry(act="partner.create", covers={Partner.KIND: 1}, pol=rule))
    return KeptPartner(record, partner.name, partner.age_recipient, partner.fingerprint)


def list_all(session: Session) -> list[KeptPartner]:
    """Return all recipients by name. Their words are computed from their keys here.

    Raises:
        VerificationError: words that somebody stored beside a key are not those of this key.
    """
    session.require(Action.PARTNER_READ)
    return sorted(map(_kept, _stored(session)), key=lambda row: row.name.casefold())


def find(session: Session, name: str) -> KeptPartner:
    """Return the recipient of this name or id.

    Raises:
        NotFoundError: none. UsageError: several of this name. VerificationError: as `list_all`.
    """
    known = list_all(session)
    named = the_one_named(typed_id(name), (kept.record for kept in known))
    found = [kept for kept in known if _same(kept.name, name) or kept.record == named]
    if len(found) > 1:
        raise UsageError(
            Message("{count} recipients have this name", count=len(found)),
            next_step=Message("Give an id instead ({list_recipients}).", list_recipients=NextStep.LIST_RECIPIENTS),
        )
    if not found:
        raise NotFoundError(
            Message("there is no recipient with this name"),
            next_step=Message("Add one with {add_recipient}.", add_recipient=NextStep.ADD_RECIPIENT),
        )
    return found[0]


def _kept(stored: Stored[Partner]) -> KeptPartner:
    partner = stored.value
    try:
        words = fingerprint(partner.age_recipient)
    except UsageError:
        words = ""
    if words != partner.fingerprint:
        raise VerificationError(
            Message("recipient {record}: the stored words are not those of its key", record=stored.record.hex()),
            next_step=Message(
                "Nothing is sent until an admin has checked it; run {verify_log}.", verify_log=NextStep.VERIFY_LOG
            ),
        )
    return KeptPartner(stored.record, partner.name, partner.age_recipient, words)


def _stored(session: Session) -> list[Stored[Partner]]:
    homes = [session.directory.compartment, *held_of_kind(session, CompartmentKind.SENDING)]
    return [partner for home in homes for partner in stored_of_kind(read_valid(session, home), Partner)]


def _same(left: str, right: str) -> bool:
    return left.strip().casefold() == right.strip().casefold()
