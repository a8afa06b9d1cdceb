"""The rules that ship. What was read in the law and is in force is confirmed; everything else says who must check it.

Beside each rule stands how well its text is known: [C] read in the text that is cited, [K] known and not read again,
[U] not verified. A rule with a mixed mark is not confirmed. What gives no date has no rule: HRC_KG, CAT_22, CCF_2025
(a change, its steps not read), GDPR_30, GDPR_17_HOLD.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vault.deadlines.counting import Clock
from vault.deadlines.holidays import without_holidays
from vault.deadlines.rules import Certainty, Counting, Period, Rule, Trigger, Unit
from vault.deadlines.shipped_europe import EUROPE, FRANCE
from vault.errors import UsageError
from vault.words.message import Message

_AT_ONCE: Final = Period(0, Unit.HOURS)
_LIMIT_ON_AUTHORITY: Final = Message("It binds the authority: its end does not free anybody by itself.")
_CCF: Final = Message("Statute of the Commission for the Control of INTERPOL's Files, Art. 40, and its change of 2025")
_COE: Final = Message("European Convention on Extradition, Art. 16(4) and (5)")
_TRANSIT: Final = Message("Agreement on transfer and transit of detained persons, 17 February 1994, Art. 1")

_KYRGYZSTAN = (
    Rule(
        code="KG_RSD_DECISION",
        title=Message("Decision on the application for asylum"),
        trigger=Trigger.APPLICATION_ACCEPTED,
        period=Period(6, Unit.MONTHS),
        source=Message("Kyrgyzstan, Government Regulation 188 of 4 April 2003, as changed on 2 August 2021"),
        certainty=Certainty.UNCONFIRMED,  # text [C], whether it is in force [U]
        caution=Message("It may be prolonged up to 1 year."),
    ),
    Rule(
        code="KG_REGISTER",
        title=Message("Registration of the application for asylum"),
        trigger=Trigger.WISH_EXPRESSED,
        period=None,
        source=Message("Kyrgyzstan, Law on Refugees No. 44 of 25 March 2002, Art. 4"),
        certainty=Certainty.UNCONFIRMED,  # [U]: the days were not seen
    ),
    Rule(
        code="KG_RSD_APPEAL",
        title=Message("Appeal to the court against a refusal of asylum"),
        trigger=Trigger.REFUSAL_NOTIFIED,
        period=None,
        source=Message("Kyrgyzstan, State Migration Service (ssm.gov.kg); the length was not seen"),
        certainty=Certainty.UNCONFIRMED,  # [U]: the length was not seen
        is_irreversible=True,
    ),
    Rule(
        code="KG_REMAND",
        title=Message("End of custody unless a court prolongs it"),
        trigger=Trigger.CUSTODY,
        period=Period(2, Unit.MONTHS),
        source=Message("Kyrgyzstan, Criminal Procedure Code No. 129 of 28 October 2021, Art. 114"),
        certainty=Certainty.UNCONFIRMED,  # custody by a court alone [C], its lengths [U]
        counting=Counting.SAME_DAY,  # the earlier reading, as the text was not seen
        caution=Message("It may be prolonged up to 12 months."),
    ),
    Rule(
        code="KG_OLD_3DAYS",
        title=Message("Application for asylum after arrival"),
        trigger=Trigger.ARRIVAL,
        period=Period(3, Unit.DAYS),
        source=Message("Kyrgyzstan, Temporary Provision of 1996, repealed in 2003"),
        certainty=Certainty.SUPERSEDED,  # [C]: do not use
    ),
    Rule(
        code="KG_EXTR_APPEAL",
        title=Message("Complaint to the court against a decision to extradite"),
        trigger=Trigger.EXTRADITION_DECIDED,
        period=None,
        source=Message("Kyrgyzstan, Criminal Procedure Code No. 129 of 28 October 2021, chapter on extradition"),
        certainty=Certainty.UNCONFIRMED,  # [U]
        is_irreversible=True,
    ),
)

_EXTRADITION = (
    Rule(
        code="CIS_ACK_1D",
        title=Message("The requesting side confirms that it wants the person"),
        trigger=Trigger.ARREST_NOTICE,
        period=Period(1, Unit.DAYS),
        source=_TRANSIT,
        certainty=Certainty.CONFIRMED,  # [C]
        caution=_LIMIT_ON_AUTHORITY,
    ),
    Rule(
        code="CIS_PICKUP_10D",
        title=Message("The requesting side confirms that it is ready to take the person over"),
        trigger=Trigger.EXTRADITION_PERMITTED,
        period=Period(10, Unit.DAYS),
        source=_TRANSIT,
        certainty=Certainty.CONFIRMED,  # [C]
        is_irreversible=True,
        caution=Message("The surrender may come on any day before it."),
    ),
    Rule(
        code="MINSK_40D",
        title=Message("Release when no request for extradition has come"),
        trigger=Trigger.ARREST,
        period=Period(40, Unit.DAYS),
        source=Message("Minsk Convention of 1993, Art. 61 and 62, and its protocol of 1997"),
        certainty=Certainty.UNCONFIRMED,  # [U]: the text was not readable; the text of 1993 has 1 month
    ),
    Rule(
        code="CHIS_TERM",
        title=Message("Release when no request for extradition has come"),
        trigger=Trigger.ARREST,
        period=None,
        source=Message("Chisinau Convention of 2002, and the treaty of Russia and Kyrgyzstan of 14 September 1992"),
        certainty=Certainty.UNCONFIRMED,  # ratification [C], which treaty applies [U]
    ),
    Rule(
        code="COE_16_18D",
        title=Message("Provisional arrest may end when no request has come"),
        trigger=Trigger.ARREST,
        period=Period(18, Unit.DAYS),
        source=_COE,
        certainty=Certainty.CONFIRMED,  # [C]
        caution=Message("Release does not bar a new arrest when the request comes later."),
    ),
    Rule(
        code="COE_16_40D",
        title=Message("Provisional arrest must end when no request has come"),
        trigger=Trigger.ARREST,
        period=Period(40, Unit.DAYS),
        source=_COE,
        certainty=Certainty.CONFIRMED,  # [C]
        caution=Message("Release does not bar a new arrest when the request comes later."),
    ),
)

_ANYWHERE = (
    Rule(
        code="COURT_SET",
        title=Message("Date that a court set"),
        trigger=Trigger.COURT_ORDER,
        period=None,
        source=Message("The order itself"),
        certainty=Certainty.CONFIRMED,  # [C]: it is read from the paper
    ),
    Rule(
        code="CONSENT_90D",
        title=Message("End of a consent that names no date"),
        trigger=Trigger.CONSENT_GIVEN,
        period=Period(90, Unit.DAYS),
        source=Message("Rule of the house, after RCW 70.123.076 of Washington State"),
        certainty=Certainty.CONFIRMED,  # [C] as a model: the rule is ours, not one of law
    ),
    Rule(
        code="GDPR_SAR",
        title=Message("Answer to a person who asks for their data"),
        trigger=Trigger.REQUEST_RECEIVED,
        period=Period(1, Unit.MONTHS),
        source=Message("Regulation (EU) 2016/679 (GDPR), Art. 12(3)"),
        certainty=Certainty.UNCONFIRMED,  # [K]
        caution=Message("A complex request may take 2 months more, when the person is told in time."),
    ),
    Rule(
        code="GDPR_BREACH",
        title=Message("Report of a data breach to the authority"),
        trigger=Trigger.BREACH_KNOWN,
        period=Period(72, Unit.HOURS),
        source=Message("Regulation (EU) 2016/679 (GDPR), Art. 33 and 34"),
        certainty=Certainty.UNCONFIRMED,  # [K]
        caution=Message("The people concerned must be told too when the risk for them is high."),
    ),
)

_INTERNATIONAL = (
    Rule(
        code="HRC_IM",
        title=Message("Request to the Human Rights Committee for interim measures"),
        trigger=Trigger.ACT_IMMINENT,
        period=_AT_ONCE,
        source=Message("Human Rights Committee, rules of procedure, Rev. 10 Rule 84 and Rev. 11"),
        certainty=Certainty.UNCONFIRMED,  # at once [C], the thresholds of delay [K], the numbers moved
        is_irreversible=True,
        caution=Message("The State must be party to the Optional Protocol."),
    ),
    Rule(
        code="ECHR_R39",
        title=Message("Request to the European Court of Human Rights for interim measures"),
        trigger=Trigger.ACT_IMMINENT,
        period=_AT_ONCE,
        source=Message("European Court of Human Rights, Rule 39 as changed on 28 March 2024"),
        certainty=Certainty.UNCONFIRMED,  # the way [C], against whom it is open [K]
        is_irreversible=True,
        caution=Message("Not against Kyrgyzstan or Kazakhstan, nor against Russia for acts after 16 September 2022."),
    ),
    Rule(
        code="ECHR_4M",
        title=Message("Application to the European Court of Human Rights"),
        trigger=Trigger.FINAL_DECISION,
        period=Period(4, Unit.MONTHS),
        source=Message("European Convention on Human Rights, Art. 35(1) after Protocol 15"),
        certainty=Certainty.UNCONFIRMED,  # [K]
        is_irreversible=True,
    ),
    Rule(
        code="CED_30",
        title=Message("Request for urgent action about a disappearance"),
        trigger=Trigger.DISAPPEARANCE,
        period=_AT_ONCE,
        source=Message("Convention on Enforced Disappearance, Art. 30; CED/C/4/Rev.1 and CED/C/21/2"),
        certainty=Certainty.UNCONFIRMED,  # the way [C], whether Kyrgyzstan is party [U]
        is_irreversible=True,
        caution=Message("Where the State is not party, the request is forwarded to the working group."),
    ),
    # The text [C] is that of before November 2025; the articles after the change were not read.
    Rule(
        code="CCF_ACCESS",
        title=Message("Answer about access to data at INTERPOL"),
        trigger=Trigger.ADMISSIBLE,
        period=Period(4, Unit.MONTHS),
        source=_CCF,
        certainty=Certainty.UNCONFIRMED,
    ),
    Rule(
        code="CCF_DELETE",
        title=Message("Decision on deletion of data at INTERPOL"),
        trigger=Trigger.ADMISSIBLE,
        period=Period(9, Unit.MONTHS),
        source=_CCF,
        certainty=Certainty.UNCONFIRMED,
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType({
    rule.code: rule for rule in (*_ANYWHERE, *_EXTRADITION, *EUROPE, *FRANCE, *_INTERNATIONAL, *_KYRGYZSTAN)
})  # fmt: skip
"""Every rule by its code. Those that are not enabled can be chosen by a person who has read their source."""


def rule_named(code: str) -> Rule:
    """Return the rule with this code, in letters of any size.

    Raises:
        UsageError: there is none; those that there are are named.
    """
    rule = RULES.get(code.strip().upper().replace("-", "_"))
    if rule is None:
        raise UsageError(Message("there is no such rule; there are: {names}", names=", ".join(sorted(RULES))))
    return rule


def answer_by(received: datetime.date) -> datetime.date:
    """Return the last day to answer a person who asks for their data, of a request that came on this day."""
    rule = RULES["GDPR_SAR"]
    periods = () if rule.period is None else (rule.period,)
    return Clock(periods, rule.counting, (), without_holidays(""), is_rolled_over=rule.is_rolled_over).due_day(received)
