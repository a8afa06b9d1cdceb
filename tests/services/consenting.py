"""Clients of a test agree that a recipient is told, so that something can leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vault.access.session import Session
from vault.casework.person import Person
from vault.casework.story.consent import Category, Consent, ConsentHow
from vault.casework.vocabulary import ReferralPurpose
from vault.ids import CompartmentId, RecordId
from vault.records.versions import of_kind
from vault.redaction.profile import profile_named
from vault.redaction.questions import OpenQuestions
from vault.services.cases import cases, story_records
from vault.services.exports import export_material, exporting, partners
from vault.services.exports.export_material import Ready, Wish
from vault.services.exports.export_people import as_one, clients_of
from vault.services.projection.projection import read_valid
from vault.services.projection.stored_records import stored_of_kind


def consent(session: Session, recipient: str, **said: Any) -> Consent:
    """Return the consent of the only client to all that can be told, given today; `said` says more, or otherwise."""
    usual: dict[str, Any] = {
        "recipient": partners.find(session, recipient).record,
        "purpose": ReferralPurpose.LEGAL_REFERRAL,
        "given": cases.today(session),
        "how": ConsentHow.WRITTEN,
        **{category.value: True for category in Category},
    }
    return Consent(**usual | said)


def agree(session: Session, case: CompartmentId, recipient: str, **said: Any) -> RecordId:
    """Write down such a consent."""
    return story_records.add(session, case, consent(session, recipient, **said))


def all_agree(session: Session, case: CompartmentId, wish: Wish) -> None:
    """Write down what an export needs and the case does not have: a consent of each client that it is about."""
    profile, recipient = profile_named(wish.profile), partners.find(session, wish.to).record
    if profile.consent is None:
        return
    versions = read_valid(session, case)
    said = {
        each.person
        for _, each in of_kind(versions, Consent)
        if (each.recipient, each.purpose) == (recipient, profile.consent)
    }
    clients = [client.record for client in clients_of(as_one(stored_of_kind(versions, Person)))]
    whose: list[RecordId | None] = [*clients] or [None]
    for person in whose:
        if person not in said and not (len(whose) == 1 and None in said):
            agree(session, case, recipient.hex(), purpose=profile.consent, person=person)


def make_ready(session: Session, case: CompartmentId, wish: Wish) -> Ready | OpenQuestions:
    """Redact a case once all of its clients agree; see `export_material.make_ready`."""
    all_agree(session, case, wish)
    return export_material.make_ready(session, case, wish)


def export(
    session: Session, case: CompartmentId, wish: Wish, *, out: Path, **more: Any
) -> exporting.Exported | exporting.Undecided:
    """Export a case once all of its clients agree; see `exporting.export`."""
    all_agree(session, case, wish)
    return exporting.export(session, case, wish, out=out, **more)


def ask(
    session: Session, case: CompartmentId, wish: Wish, *, out: Path, **more: Any
) -> exporting.Asked | exporting.Undecided:
    """Ask a second person about an export to which all clients agree; see `exporting.ask`."""
    all_agree(session, case, wish)
    return exporting.ask(session, case, wish, out=out, **more)
