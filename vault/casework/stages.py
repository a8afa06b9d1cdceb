"""Kinds of case, and the stages each kind can be in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from types import MappingProxyType


@unique
class CaseKind(StrEnum):
    """What a case is about."""

    ASYLUM = "asylum"
    EXTRADITION = "extradition"
    DETENTION = "detention"
    FAMILY = "family"
    OTHER = "other"


@unique
class AsylumStage(StrEnum):
    """From the first wish to be protected to its end."""

    PRE_REG = "pre-reg"
    CLAIM_EXPRESSED = "claim-expressed"
    REGISTERED = "registered"
    CERT_ISSUED = "cert-issued"
    INTERVIEWED = "interviewed"
    DECISION_PENDING = "decision-pending"
    RECOGNISED = "recognised"
    COMPLEMENTARY = "complementary"
    REFUSED_1 = "refused-1"
    APPEAL_1 = "appeal-1"
    APPEAL_2 = "appeal-2"
    SUPREME = "supreme"
    FINAL_REFUSED = "final-refused"
    SUBSEQUENT = "subsequent"
    MANDATE_RSD = "mandate-rsd"
    MANDATE_RECOGNISED = "mandate-recognised"
    RESETTLEMENT_SUBMITTED = "resettlement-submitted"
    TRAVEL_DOC = "travel-doc"
    DEPARTED = "departed"
    CEASED = "ceased"
    WITHDRAWN = "withdrawn"


@unique
class ExtraditionStage(StrEnum):
    """From a flag in a system to surrender or release."""

    FLAGGED = "flagged"
    LOCATED = "located"
    ARRESTED_NO_REQUEST = "arrested-no-request"
    PROVISIONAL = "provisional"
    REQUEST_RECEIVED = "request-received"
    COURT_DETENTION = "court-detention"
    PROSECUTOR_CHECK = "prosecutor-check"
    DECIDED_GRANT = "decided-grant"
    DECIDED_REFUSE = "decided-refuse"
    APPEAL = "appeal"
    FINAL = "final"
    SURRENDER_WINDOW = "surrender-window"
    SURRENDERED = "surrendered"
    RELEASED = "released"
    REFUSED_AT_RISK = "refused-at-risk"  # the most dangerous time: a refused extradition is followed by abductions
    DISAPPEARED = "disappeared"


@unique
class DetentionStage(StrEnum):
    """From arrest to how it ended."""

    ARRESTED = "arrested"
    ORDERED = "ordered"
    EXTENDED = "extended"
    APPEAL = "appeal"
    RELEASED = "released"
    BAIL = "bail"
    HOUSE_ARREST = "house-arrest"
    DEPORTED = "deported"
    DISAPPEARED = "disappeared"


@unique
class GeneralStage(StrEnum):
    """For kinds of case without a procedure of their own."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


Stage = AsylumStage | ExtraditionStage | DetentionStage | GeneralStage

STAGES: Mapping[CaseKind, type[AsylumStage] | type[ExtraditionStage] | type[DetentionStage] | type[GeneralStage]] = (
    MappingProxyType(
        {
            CaseKind.ASYLUM: AsylumStage,
            CaseKind.EXTRADITION: ExtraditionStage,
            CaseKind.DETENTION: DetentionStage,
            CaseKind.FAMILY: GeneralStage,
            CaseKind.OTHER: GeneralStage,
        }
    )
)

_FIRST: Mapping[CaseKind, Stage] = MappingProxyType(
    {
        CaseKind.ASYLUM: AsylumStage.PRE_REG,
        CaseKind.EXTRADITION: ExtraditionStage.FLAGGED,
        CaseKind.DETENTION: DetentionStage.ARRESTED,
        CaseKind.FAMILY: GeneralStage.OPEN,
        CaseKind.OTHER: GeneralStage.OPEN,
    }
)


def first_stage(kind: CaseKind) -> Stage:
    """Return the stage that a case of this kind starts in when nobody names one."""
    return _FIRST[kind]
