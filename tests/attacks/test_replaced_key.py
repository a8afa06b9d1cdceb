"""An insider replaces the key of a lawyer by their own: nobody's earlier word makes it good, nor their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, Organisation
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentKind, RecordId, VersionId, make_id
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.cases import cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.exports.partners import partner_rows
from vault.services.projection.places import the_one_of_kind

LAWYER = "Advocate Orlova"
OWN, STOLEN = (recipient_of(make_identity()) for _ in range(2))


def write(session: Session, key: str, *parents: bytes, record: RecordId, name: str = LAWYER) -> bytes:
    """Write a recipient as a program of the insider's own would: confirmed, by their own word."""
    partner = Partner(name=name, age_recipient=key, fingerprint=fingerprint(key), confirmed=True)
    home = the_one_of_kind(session, CompartmentKind.SENDING)
    with session.work(home) as work:
        version = work.write(home, record, Partner.KIND, to_fields(partner), [VersionId(parent) for parent in parents])
        work.commit(Entry(act="partner.edit"))
    return bytes(version)


def head(session: Session) -> tuple[RecordId, bytes]:
    ((row,), _) = partner_rows(session)
    return row.stored.record, row.stored.version


@pytest.mark.long
def test_the_word_of_who_brought_a_key_in_never_counts_and_another_key_is_not_confirmed(
    organisation: Organisation,
) -> None:
    with organisation.open(AMINA) as amina:
        kept = partners.add(amina, name=LAWYER, age_recipient=OWN, compared=True)
        assert not kept.is_confirmed
        with pytest.raises(RefusedError, match="the member who added a key cannot confirm it"):
            partners.confirm(amina, LAWYER, words=kept.fingerprint)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        with pytest.raises(UsageError, match="not the words of the key"):
            partners.confirm(joel, LAWYER, words=fingerprint(STOLEN))
        short = " ".join(word[:4] for word in kept.fingerprint.split())
        assert partners.confirm(joel, LAWYER, words=short).is_confirmed
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        assert partners.edit(amina, LAWYER, phone="+996 312 555 010").is_confirmed
        record, good = head(amina)
        write(amina, STOLEN, good, record=record)
        assert not partners.find(amina, LAWYER).is_confirmed
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        assert not partners.edit(joel, LAWYER, town="Qarvosh").is_confirmed  # an innocent change says nothing of it
        with pytest.raises(RefusedError, match="not confirmed"):
            partners.require_confirmed(partners.find(joel, LAWYER))
        assert not partners.edit(joel, LAWYER, age_recipient=OWN).is_confirmed  # and back: compared anew
        assert partners.find(joel, LAWYER).age_recipient == OWN
        record, now = head(joel)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        write(amina, OWN, now, good, record=record)  # as if the key that Joel confirmed had never gone
        assert not partners.find(amina, LAWYER).is_confirmed


def test_two_recipients_of_one_name_are_refused_whatever_letters_write_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        partners.add(amina, name=LAWYER, age_recipient=OWN)
        for name in ("advocate  orlova", "Advocate Оrlоva", "ADVOCATE ORLOVA"):
            with pytest.raises(UsageError, match="already a recipient with this name"):
                partners.add(amina, name=name, age_recipient=STOLEN)
        write(amina, STOLEN, record=RecordId(make_id()), name="Аdvocate Orlova")
        with pytest.raises(UsageError, match="2 recipients have this name"):
            partners.find(amina, LAWYER)


def test_what_an_admin_keeps_no_caseworker_changes_and_an_admin_confirms_it(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        kept = partners.add(mira, name=LAWYER, age_recipient=OWN)
        assert not kept.is_confirmed
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(MIRA, KARIM)
    with organisation.open(AMINA) as amina:
        with pytest.raises(RefusedError, match="your roles may not write"):
            partners.edit(amina, LAWYER, age_recipient=STOLEN)
        record, version = head(amina)
        write(amina, STOLEN, version, record=record)  # beside it, in the compartment where she may write
        assert partners.find(amina, LAWYER).age_recipient == OWN
    with organisation.open(KARIM) as karim:
        assert partners.confirm(karim, LAWYER, words=kept.fingerprint).is_confirmed


@pytest.mark.long
def test_alone_nothing_leaves_for_a_key_that_is_not_confirmed(session: Session, tmp_path: Path) -> None:
    case = cases.create(session, title="T", kind="asylum").case
    notes.add(session, case, Note(NoteKind.CONTACT, "They called."))
    wish = Wish("lawyer", LAWYER, take_proposals=True)
    partners.add(session, name=LAWYER, age_recipient=OWN)
    with pytest.raises(RefusedError, match="not confirmed"):
        exporting.export(session, case, wish, out=tmp_path)
    partners.confirm(session, LAWYER, words=fingerprint(OWN))
    assert isinstance(exporting.export(session, case, wish, out=tmp_path), exporting.Exported)
    partners.edit(session, LAWYER, age_recipient=STOLEN)
    with pytest.raises(RefusedError, match="not confirmed"):
        exporting.export(session, case, wish, out=tmp_path)
