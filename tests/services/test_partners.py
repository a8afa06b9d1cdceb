from __future__ import annotations

from dataclasses import replace

import pytest

from vault.access.session import Session
from vault.casework.partner import Partner
from vault.errors import UsageError, VerificationError
from vault.ids import RecordId, make_id
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.exports import partners

NAME = "Advocate Orlova"


def keep(session: Session, partner: Partner) -> RecordId:
    """Write a recipient as another program, or an admin of ill will, might."""
    record = RecordId(make_id())
    with session.work() as work:
        work.write(session.directory.compartment, record, Partner.KIND, to_fields(partner))
        work.commit(Entry(act="partner.create"))
    return record


def a_partner() -> Partner:
    key = recipient_of(make_identity())
    return Partner(name=NAME, age_recipient=key, fingerprint=fingerprint(key))


def test_what_has_other_words_than_those_of_its_key_is_passed_over_and_gets_nothing(session: Session) -> None:
    keep(session, replace(a_partner(), fingerprint=a_partner().fingerprint))
    assert partners.list_all(session) == []
    with pytest.raises(VerificationError, match="cannot be read"):
        partners.find(session, NAME)


def test_of_two_recipients_of_one_name_neither_is_taken(session: Session) -> None:
    first, second = keep(session, a_partner()), keep(session, a_partner())
    with pytest.raises(UsageError, match="2 recipients have this name"):
        partners.find(session, NAME)
    assert [partners.find(session, record.hex()).record for record in (first, second)] == [first, second]


def test_a_key_that_is_confirmed_is_confirmed_once_and_never_by_other_words(session: Session) -> None:
    kept = partners.add(session, name=NAME, age_recipient=recipient_of(make_identity()))
    with pytest.raises(UsageError, match="not the words of the key that is stored"):
        partners.confirm(session, NAME, words=a_partner().fingerprint)
    assert not partners.find(session, NAME).is_confirmed
    assert partners.confirm(session, NAME, words=kept.fingerprint).is_confirmed
    size = session.log.size
    assert partners.confirm(session, NAME, words=kept.fingerprint).is_confirmed
    assert session.log.size == size
