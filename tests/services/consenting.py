"""A client of a test agrees that a recipient is told."""

from __future__ import annotations

from typing import Any

from vault.access.session import Session
from vault.casework.story.consent import Basis, Category, Consent, ConsentHow, Purpose, Speaker
from vault.ids import CompartmentId, RecordId
from vault.services.cases import cases, story_records
from vault.services.exports import partners


def consent(session: Session, recipient: str, **said: Any) -> Consent:
    """Return the consent of the only client to all that can be told, given today; `said` says more, or otherwise."""
    usual: dict[str, Any] = {
        "recipient": partners.find(session, recipient).record,
        "purpose": Purpose.LEGAL_REFERRAL,
        "given": cases.today(session),
        "basis": Basis.CONSENT,
        "how": ConsentHow.WRITTEN,
        "by": Speaker.SELF,
        **{category.value: True for category in Category},
    }
    return Consent(**usual | said)


def agree(session: Session, case: CompartmentId, recipient: str, **said: Any) -> RecordId:
    """Write down such a consent."""
    return story_records.add(session, case, consent(session, recipient, **said))
