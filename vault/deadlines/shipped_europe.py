"""The rules of the European Union and of France that ship; `shipped` says what the marks mean."""

from __future__ import annotations

import datetime
from typing import Final

from vault.deadlines.rules import Certainty, Period, Rule, Trigger, Unit
from vault.words.message import Message

_TAKE_CHARGE: Final = Message("Regulation (EU) 2024/1351, Art. 45")
_PROCEDURES: Final = Message("Directive 2013/32/EU, replaced by Regulation (EU) 2024/1348")
_APPEAL: Final = Message("French law since 12 June 2026 (before it: rimailho-avocat.com)")
_COURT: Final = Message("French law since 12 June 2026 (before it: service-public, page F2675)")

EUROPE = (
    # [C], and replaced; the new figures were not read.
    Rule(
        code="EU_APD_REGISTER",
        title=Message("Registration of an application in the European Union"),
        trigger=Trigger.APPLICATION_MADE,
        period=Period(3, Unit.WORKING_DAYS),
        source=_PROCEDURES,
        certainty=Certainty.SUPERSEDED,
    ),
    Rule(
        code="EU_APD_DECISION",
        title=Message("Decision on an application in the European Union"),
        trigger=Trigger.APPLICATION_MADE,
        period=Period(6, Unit.MONTHS),
        source=_PROCEDURES,
        certainty=Certainty.SUPERSEDED,
    ),
    Rule(
        code="EU_BORDER_12W",
        title=Message("End of the border procedure in Ireland"),
        trigger=Trigger.REGISTRATION,
        period=Period(84, Unit.DAYS),
        source=Message("Ireland, Act 9/2026, section 176"),
        certainty=Certainty.CONFIRMED,  # [C]; from which day the new laws apply is [K], which only narrows
        valid_from=datetime.date(2026, 6, 12),
        caution=Message("It is 16 weeks where the person is relocated."),
    ),
    Rule(
        code="EU_TAKE_2W",
        title=Message("Take-charge request for a person in detention"),
        trigger=Trigger.CUSTODY,
        period=Period(14, Unit.DAYS),
        source=_TAKE_CHARGE,
        certainty=Certainty.CONFIRMED,  # [C]
        valid_from=datetime.date(2026, 7, 1),
    ),
    Rule(
        code="EU_TAKE_REPLY_1W",
        title=Message("Reply to a take-charge request for a person in detention"),
        trigger=Trigger.TAKE_CHARGE_ASKED,
        period=Period(7, Unit.DAYS),
        source=_TAKE_CHARGE,
        certainty=Certainty.CONFIRMED,  # [C]
        valid_from=datetime.date(2026, 7, 1),
    ),
)

# Read before 12 June 2026 [C]; the law since then [U].
FRANCE = (
    Rule(
        code="FR_OFPRA_21D",
        title=Message("Application to OFPRA"),
        trigger=Trigger.CERTIFICATE_ISSUED,
        period=Period(21, Unit.DAYS),
        source=Message("French law since 12 June 2026 (before it: asile-en-france.org)"),
        certainty=Certainty.UNCONFIRMED,
        country="FR",
        is_irreversible=True,
    ),
    Rule(
        code="FR_CNDA_1M",
        title=Message("Appeal to the CNDA"),
        trigger=Trigger.REFUSAL_NOTIFIED,
        period=Period(1, Unit.MONTHS),
        source=_APPEAL,
        certainty=Certainty.UNCONFIRMED,
        is_rolled_over=True,
        may_be_suspended=True,
        country="FR",
        deemed_served_days=15,
        is_irreversible=True,
    ),
    Rule(
        code="FR_AJ_15D",
        title=Message("Request for legal aid for the appeal to the CNDA"),
        trigger=Trigger.REFUSAL_NOTIFIED,
        period=Period(15, Unit.DAYS),
        source=_APPEAL,
        certainty=Certainty.UNCONFIRMED,
        country="FR",
        deemed_served_days=15,
        caution=Message("The request stops the clock of the appeal: enter it there as a suspension."),
    ),
    Rule(
        code="FR_CNDA_5M",
        title=Message("Decision of the CNDA"),
        trigger=Trigger.APPEAL_LODGED,
        period=Period(5, Unit.MONTHS),
        source=_COURT,
        certainty=Certainty.UNCONFIRMED,
        country="FR",
    ),
    Rule(
        code="FR_CNDA_5W",
        title=Message("Decision of the CNDA in the accelerated procedure"),
        trigger=Trigger.APPEAL_LODGED,
        period=Period(35, Unit.DAYS),
        source=_COURT,
        certainty=Certainty.UNCONFIRMED,
        country="FR",
    ),
)
