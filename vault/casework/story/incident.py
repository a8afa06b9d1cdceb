"""Something that was done to people of a case or to those who help them, and the steps of the checklist after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from types import MappingProxyType
from typing import ClassVar, Final

from vault.casework.form import Form, FormedRecord, Shape, asked
from vault.words.message import Message

# Something that was done to people of a case, or to those who help them.


@unique
class IncidentKind(StrEnum):
    """What was done."""

    ARREST = "arrest"
    RAID = "raid"
    THREAT = "threat"
    ABDUCTION = "abduction"
    DISAPPEARANCE = "disappearance"
    SURVEILLANCE = "surveillance"
    DEVICE_SEIZED = "device-seized"
    DATA_BREACH = "data-breach"
    COERCED_UNLOCK = "coerced-unlock"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incident(FormedRecord):
    """One incident, as it was told."""

    KIND: ClassVar[str] = "incident"
    FORM: ClassVar[Form] = Form(
        Message("incident"),
        headline=("what", "place"),
        dated_by="at",
    )

    what: IncidentKind = asked(Message("What"), Shape.WORD, IncidentKind, is_required=True)
    at: str | None = asked(Message("On"), Shape.MOMENT)
    place: str | None = asked(Message("Place"))
    by_whom: str | None = asked(Message("By whom"))
    affected: tuple[str, ...] = asked(Message("Who and which devices"), Shape.LINES)
    told_by: str | None = asked(Message("Told by"))
    confirmed: str | None = asked(Message("Confirmed by"))
    text: str | None = asked(Message("What happened"), Shape.TEXT)


# A step of a checklist: what is to be done after somebody or something was taken, by whom, by when, and when it was.
# A step is kept by its code; what it says is of this program, in every language.
@unique
class Checklist(StrEnum):
    """What happened."""

    DETAINED = "detained"
    DISAPPEARED = "disappeared"
    OFFICE_RAIDED = "office-raided"
    DEVICE_SEIZED = "device-seized"
    WRONG_RECIPIENT = "wrong-recipient"


@unique
class StepCode(StrEnum):
    """What is to be done."""

    FIND_WHERE_HELD = "find-where-held"
    SEND_LAWYER = "send-lawyer"
    STOP_DEAD_CHANNELS = "stop-dead-channels"
    TELL_FAMILY = "tell-family"
    WARN_OTHERS = "warn-others"
    COPY_THE_ORDER = "copy-the-order"
    ASK_FOR_A_DOCTOR = "ask-for-a-doctor"
    ASK_FOR_INTERIM_MEASURES = "ask-for-interim-measures"
    WRITE_LAST_SEEN = "write-last-seen"
    ASK_EVERY_PLACE = "ask-every-place"
    POWER_OF_ATTORNEY = "power-of-attorney"
    MAKE_THE_PACK = "make-the-pack"
    ALERT_UNHCR = "alert-unhcr"
    COMPLAIN_TO_PROSECUTOR = "complain-to-prosecutor"
    ASK_FOR_URGENT_ACTION = "ask-for-urgent-action"
    LOOK_BACK_AT_48_HOURS = "look-back-at-48-hours"
    WRITE_WHO_CAME = "write-who-came"
    CALL_LAWYER = "call-lawyer"
    LOCK_COMPUTERS = "lock-computers"
    LIST_WHAT_WAS_TAKEN = "list-what-was-taken"
    REVOKE_DEVICES = "revoke-devices"
    RUN_SEIZURE_DRILL = "run-seizure-drill"
    WARN_CLIENTS = "warn-clients"
    WARN_RECIPIENTS = "warn-recipients"
    END_SESSIONS = "end-sessions"
    DECIDE_ON_BREACH_NOTICE = "decide-on-breach-notice"
    ASK_TO_DELETE = "ask-to-delete"
    LIST_WHOSE_DATA = "list-whose-data"
    SEND_IT_ANEW = "send-it-anew"


SAID: Final[Mapping[str, Message]] = MappingProxyType({
    StepCode.FIND_WHERE_HELD: Message("Find out where they are held, by whom and since when. Write who said it."),
    StepCode.SEND_LAWYER: Message("Send a lawyer. Write when the lawyer was let in, or that nobody was."),
    StepCode.STOP_DEAD_CHANNELS: Message(
        "Do not use their phone and accounts any more: the people who took them read what comes. Put both on the"
        " never-use list."
    ),
    StepCode.TELL_FAMILY: Message("Tell the family, only in the way that was agreed as safe."),
    StepCode.WARN_OTHERS: Message("Warn the people whom their phone or their case leads to."),
    StepCode.COPY_THE_ORDER: Message("Copy the order: number, court, article, end. Its dates apply before any rule."),
    StepCode.ASK_FOR_A_DOCTOR: Message("Ask about health, medicine and ill-treatment. Ask for a doctor in writing."),
    StepCode.ASK_FOR_INTERIM_MEASURES: Message(
        "If they may be removed, ask UNHCR and the UN body that is open to them for interim measures at once."
    ),
    StepCode.WRITE_LAST_SEEN: Message("Write when and where they were last seen or heard, and who says so."),
    StepCode.ASK_EVERY_PLACE: Message(
        "Ask police, places of detention and hospitals. Write who answered what, and at what time."
    ),
    StepCode.POWER_OF_ATTORNEY: Message("Let the family sign a power of attorney for the lawyer."),
    StepCode.MAKE_THE_PACK: Message("Say of each fact how it is confirmed, then make the pack of confirmed facts."),
    StepCode.ALERT_UNHCR: Message("Alert UNHCR, with confirmed facts only."),
    StepCode.COMPLAIN_TO_PROSECUTOR: Message("Ask the prosecutor in writing where they are. Keep proof of the day."),
    StepCode.ASK_FOR_URGENT_ACTION: Message(
        "Ask the UN Committee on Enforced Disappearances, or the Working Group, for urgent action. Not anonymously."
    ),
    StepCode.LOOK_BACK_AT_48_HOURS: Message("Look back at the first 48 hours together: what is open, who does it?"),
    StepCode.WRITE_WHO_CAME: Message("Write when, who came, which paper they showed, and who was there."),
    StepCode.CALL_LAWYER: Message("Call the lawyer of the organisation. Say nothing about clients before."),
    StepCode.LOCK_COMPUTERS: Message("Lock and switch off every computer and phone that is still here."),
    StepCode.LIST_WHAT_WAS_TAKEN: Message("List what was taken, and ask for a signed record of it."),
    StepCode.REVOKE_DEVICES: Message("Revoke every device that was taken, and bring the new keys to all colleagues."),
    StepCode.RUN_SEIZURE_DRILL: Message("Print the page that says what was on the device and what left from there."),
    StepCode.WARN_CLIENTS: Message("Warn the clients whose cases were on it, each in the way that is safe for them."),
    StepCode.WARN_RECIPIENTS: Message("Warn the recipients whose packages were made there."),
    StepCode.END_SESSIONS: Message("Sign the device out of mail and messengers, and change those passwords."),
    StepCode.DECIDE_ON_BREACH_NOTICE: Message(
        "Decide, and write down, whether an authority and the people concerned must be told. Often within 72 hours."
    ),
    StepCode.ASK_TO_DELETE: Message(
        "Call the person who got it: they must not open it. They delete it, and write that it is done."
    ),
    StepCode.LIST_WHOSE_DATA: Message("Write whose data is in it, and if that person can open it."),
    StepCode.SEND_IT_ANEW: Message("Make a new package for whom it was meant."),
})  # fmt: skip
"""What each step says at length."""

HOURS: Final[Mapping[Checklist, Mapping[StepCode, int]]] = MappingProxyType({
    Checklist.DETAINED: {
        StepCode.FIND_WHERE_HELD: 0, StepCode.STOP_DEAD_CHANNELS: 0, StepCode.SEND_LAWYER: 1,
        StepCode.TELL_FAMILY: 2, StepCode.WARN_OTHERS: 4, StepCode.COPY_THE_ORDER: 24,
        StepCode.ASK_FOR_A_DOCTOR: 24, StepCode.ASK_FOR_INTERIM_MEASURES: 24,
    },
    Checklist.DISAPPEARED: {
        StepCode.WRITE_LAST_SEEN: 0, StepCode.STOP_DEAD_CHANNELS: 0, StepCode.MAKE_THE_PACK: 1,
        StepCode.ASK_EVERY_PLACE: 2, StepCode.TELL_FAMILY: 2, StepCode.ALERT_UNHCR: 4, StepCode.WARN_OTHERS: 4,
        StepCode.POWER_OF_ATTORNEY: 4, StepCode.COMPLAIN_TO_PROSECUTOR: 24, StepCode.ASK_FOR_URGENT_ACTION: 24,
        StepCode.LOOK_BACK_AT_48_HOURS: 48,
    },
    Checklist.OFFICE_RAIDED: {
        StepCode.CALL_LAWYER: 0, StepCode.LOCK_COMPUTERS: 0, StepCode.WRITE_WHO_CAME: 0,
        StepCode.LIST_WHAT_WAS_TAKEN: 1, StepCode.REVOKE_DEVICES: 1, StepCode.RUN_SEIZURE_DRILL: 1,
        StepCode.WARN_CLIENTS: 2, StepCode.END_SESSIONS: 4, StepCode.WARN_RECIPIENTS: 24,
        StepCode.DECIDE_ON_BREACH_NOTICE: 72,
    },
    Checklist.DEVICE_SEIZED: {
        StepCode.WRITE_WHO_CAME: 0, StepCode.REVOKE_DEVICES: 0, StepCode.RUN_SEIZURE_DRILL: 0,
        StepCode.WARN_CLIENTS: 2, StepCode.END_SESSIONS: 2, StepCode.LIST_WHAT_WAS_TAKEN: 24,
        StepCode.WARN_RECIPIENTS: 24, StepCode.DECIDE_ON_BREACH_NOTICE: 72,
    },
    Checklist.WRONG_RECIPIENT: {
        StepCode.ASK_TO_DELETE: 0, StepCode.LIST_WHOSE_DATA: 1, StepCode.WARN_CLIENTS: 2, StepCode.SEND_IT_ANEW: 24,
        StepCode.DECIDE_ON_BREACH_NOTICE: 72,
    },
})  # fmt: skip
"""The steps of each checklist, in their order, and within how many hours of what happened."""


@dataclass(frozen=True, slots=True)
class ChecklistStep(FormedRecord):
    """One step. It is due until it is done."""

    KIND: ClassVar[str] = "step"
    FORM: ClassVar[Form] = Form(
        Message("step of a checklist"),
        headline=("step", "by"),
        dated_by="due",
        done_by="done",
    )

    step: StepCode = asked(Message("What is to be done"), Shape.WORD, StepCode, is_required=True, at_length=SAID)
    checklist: Checklist = asked(Message("After what"), Shape.WORD, Checklist, is_required=True)
    due: str | None = asked(Message("By"), Shape.MOMENT)
    by: str | None = asked(Message("Who does it, or did it"))
    done: str | None = asked(Message("Done on"), Shape.MOMENT)
    text: str | None = asked(Message("What came of it"), Shape.TEXT)
