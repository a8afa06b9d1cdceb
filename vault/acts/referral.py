"""What clients agree may be told, and who was asked to take them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from vault.acts.act import (
    CASE,
    IN_CASE,
    RECORD,
    Act,
    Agreed,
    Begun,
    Field,
    Follow,
    Letter,
    Plan,
    Said,
    Shape,
    Told,
    empty,
    one,
)
from vault.acts.erase import letter_of
from vault.acts.records import ADD, EDIT, ON, Change, ending, fields_of, located, typed_in
from vault.casework.story.consent import Consent
from vault.casework.story.events import Task
from vault.casework.story.referrals import DAYS_AFTER_ASKING, DAYS_AFTER_SENDING, Referral, Reply, Step, awaited_until
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.message import Message, Words, filled, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, RecordId
    from vault.progress import Progress, Working
    from vault.redaction.profile import Profile
    from vault.services.cases.editing import Place
    from vault.services.exports.ledger import Package


def _withdraw(session: Session, plan: Plan[Change], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import story_records
    from vault.services.exports import ledger

    place, typed = plan.of
    is_new = bool(story_records.change(session, place, typed).settled)
    packages = ledger.by_consent(session, place.case, place.record)  # of one recipient: it is never changed
    data = {"record": place.record.hex(), "packages": [package.data for package in packages]}
    done = Message("It is withdrawn: nothing leaves by it from now on, also what waits for a second person.")
    if not packages:
        return Told((done,), data)
    lines, until = ledger.recall_letter(session, packages), ledger.answer_by(session)
    holder = packages[0].recipient
    asks = ledger.asks_deletion(holder)
    if is_new:  # who repeats it for the letter has the task already
        story_records.add(session, place.case, Task(asks, due=until))
    held = plural(
        "{name} holds {count} package that left by it:", "{name} holds {count} packages that left by it:",
        count=len(packages), name=holder,
    )  # fmt: skip
    return Told(
        (done, held, *(Message("  {line}", line=package.line) for package in packages)),
        {**data, "letter": [str(line) for line in lines]},
        follows=(
            Follow(Message("Send them the letter. A task asks in 14 days whether they confirmed.")),
            *no_address(packages),
        ),
        letter=letter_about(Message("Letter that asks packages back"), lines),
    )


def letter_about(title: Message, lines: tuple[Words, ...]) -> Letter:
    """Return a letter to a recipient about packages."""
    from vault.services.exports import ledger

    warning = Message("It names nobody whose data it is about, and it is not encrypted.")
    return letter_of(title, lines, warning, title=ledger.LETTER_TITLE, foot=ledger.LETTER_FOOT)


def no_address(packages: Sequence[Package]) -> list[Follow]:
    """Return what to do where the letter cannot say whom they answer."""
    from vault.services.exports import ledger

    write_it = Message("Write on the letter how they can answer you: no package named anybody to call.")
    return [] if ledger.called_by(packages) else [Follow(write_it)]


WITHDRAW: Final = replace(
    ending(Consent),
    name="consent withdraw",
    help=Message("say that a client withdrew it: nothing leaves by it any more, and what left is asked back"),
    title=Message("Withdraw a consent"),
    key=Message("withdraw"),
    run=_withdraw,
    has_letter=True,
)


# ---- referrals: what happened is written down as it happened, also what was sent before they accepted ---------------

_FORM: Final = Referral.FORM
_FIELDS: Final[Mapping[str, Field]] = {each.name: each for each in fields_of(_FORM, is_new=False)}
_UNKNOWN: Final = Message("Nobody wrote down that they accept: a conflict of interest may not be checked.")
_UNTIL: Final = Message("until when an answer is awaited; {days} days without it")

# ---- somebody is asked -----------------------------------------------------------------------------------------------


def _whom(session: Session, _said: Said) -> Begun:
    from vault.services.exports import partners

    known: list[tuple[str, Words]] = [(each.record.hex(), each.name) for each in partners.list_all(session)]
    line = Message("There is no recipient yet. Add one: {add_recipient}.", add_recipient=NextStep.ADD_RECIPIENT)
    return Begun(choices={"recipient": tuple(known)}, line="" if known else line)


def _what_is_asked(session: Session, said: Said) -> Plan[Any]:
    from vault.services.cases import cases

    plan = ADD[Referral.KIND].look(session, {**said, "asked": (one(said, ON.name) or cases.today(session),)})
    made, called = plan.of.record, said[CASE.name][0]
    enquiry = Follow(
        Message("Tell them what the case is about, without a name"),
        f"export {called} --profile enquiry --to {short_id(made.recipient)} --out DIR",
    )
    return Plan(plan.of._replace(follows=(enquiry,)))


# ---- what comes next ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Next:
    """Where a referral is, what it shall say, and what it says then."""

    place: Place
    typed: Mapping[str, str]
    made: Referral


def _kept(session: Session, case: CompartmentId, why: str) -> dict[RecordId, Referral]:
    from vault.services.cases import story_records

    found = story_records.list_in(session, case, (Referral.KIND,), why=why)
    return {each.record: each.value for each in found if isinstance(each.value, Referral)}


def _what_comes(step: Step, session: Session, said: Said) -> Plan[_Next]:
    from vault.services.cases import cases, story_records

    place = located(session, said, Referral.KIND)
    was = _kept(session, place.case, one(said, "why") or "casework")[place.record]
    refused = was.refuses(step)
    if refused is not None:
        anew = Message("Change the record if that is wrong, or ask anew.")
        first = Message("Write down first that they accepted or declined, or that a package left.")
        raise UsageError(refused, next_step=first if step is Step.ANSWER and was.closed is None else anew)
    day = one(said, ON.name) or cases.today(session)
    typed = _SAYS[step](day) | typed_in(_FORM, said)
    made = replace(was, **story_records.typed_values(session, place.case, _FORM, typed))
    return Plan(_Next(place, typed, made))


_SAYS: Final[Mapping[Step, Callable[[str], dict[str, str]]]] = {
    Step.ACCEPT: lambda day: {"answer": Reply.ACCEPTED.value, "answered": day},
    Step.DECLINE: lambda day: {"answer": Reply.DECLINED.value, "answered": day, "closed": day},
    Step.SEND: lambda day: {"sent": day, "due": awaited_until(day, is_sent=True)},
    Step.ANSWER: lambda day: {"replied": day, "due": awaited_until(day, is_sent=True)},
    Step.CLOSE: lambda day: {"closed": day},
}
"""What a referral says of something that happened on a day, unless it is said otherwise."""


def _write_next(step: Step, session: Session, plan: Plan[_Next], agreed: Agreed, working: Working) -> Told:
    found = plan.of
    told = EDIT[Referral.KIND].run(session, Plan((found.place, found.typed)), agreed, working)
    more = () if step is not Step.SEND or found.made.answer is Reply.ACCEPTED else (_UNKNOWN,)
    return replace(told, lines=(*told.lines, *more), follows=_follows(step, found))


def _follows(step: Step, found: _Next) -> tuple[Follow, ...]:
    case, whom, made = short_id(found.place.case), short_id(found.made.recipient), found.made
    if step is Step.ACCEPT:
        consent = f"consent add {case} --recipient {whom} --purpose {made.purpose.value} --given today --how WORD"
        return (
            Follow(Message("Write down what the client agrees to"), consent),
            Follow(Message("Then make the package"), f"export {case} --profile PROFILE --to {whom} --out DIR"),
        )
    if step is Step.DECLINE:
        return (Follow(Message("Ask somebody else"), f"referral ask {case}"),)
    return ()


def open_referrals(session: Session, case: CompartmentId, recipient: bytes, step: Step) -> list[RecordId]:
    """Return the referrals of a case to this recipient of which this step may come next."""
    kept = _kept(session, case, "casework").items()
    return [record for record, each in kept if each.recipient == recipient and each.refuses(step) is None]


def to_send(session: Session, case: CompartmentId, recipient: bytes, profile: Profile) -> tuple[Follow, ...]:
    """Return which referrals of a case a package is for: they are to be said to be sent once it is."""
    return tuple(
        Follow(Message("Once they have it, write down that it was sent"), f"referral send {short_id(record)}")
        for record, each in _kept(session, case, profile.why).items()
        if (each.recipient, each.purpose) == (recipient, profile.consent) and each.refuses(Step.SEND) is None
    )


# ---- the acts -----------------------------------------------------------------------------------------------------

# fmt: off
ASK: Final[Act[Any]] = replace(
    ADD[Referral.KIND],
    name="referral ask",
    help=Message("write down that somebody was asked to take a client on"),
    title=Message("Ask somebody to take it on"),
    key=Message("keep"),
    fields=(
        CASE,
        replace(_FIELDS["recipient"], shape=Shape.WORD, form="--recipient NAME", is_required=True),
        replace(_FIELDS["purpose"], form="--purpose WORD", is_required=True),
        ON,
        replace(_FIELDS["due"], help=filled(_UNTIL, days=DAYS_AFTER_ASKING), form="[--due DATE]"),
        _FIELDS["text"],
    ),
    look=_what_is_asked,
    begin=_whom,
)


def _next(step: Step, words: Message, title: Message, *fields: Field) -> Act[Any]:
    return Act(
        f"referral {step.value}",
        words,
        title,
        Message("keep"),
        (RECORD, IN_CASE, ON, *fields),
        look=partial(_what_comes, step),
        run=partial(_write_next, step),
        doing=EDIT[Referral.KIND].doing,
        nothing=EDIT[Referral.KIND].nothing,
        begin=empty,
    )


_DUE: Final = replace(
    _FIELDS["due"], help=filled(_UNTIL, days=DAYS_AFTER_SENDING), form="[--due DATE]"
)
NEXT: Final[Mapping[Step, Act[Any]]] = {
    Step.ACCEPT: _next(Step.ACCEPT, Message("write down that they accepted"), Message("They accept")),
    Step.DECLINE: _next(
        Step.DECLINE, Message("write down that they declined, or cannot for a conflict of interest: it is closed then"),
        Message("They decline"),
        replace(_FIELDS["answer"], words=(Reply.DECLINED.value, Reply.CONFLICT.value), first=Reply.DECLINED.value),
    ),
    Step.SEND: _next(
        Step.SEND, Message("write down that a package was sent to them"), Message("The package was sent"), _DUE
    ),
    Step.ANSWER: _next(
        Step.ANSWER, Message("write down what they answered to what was sent"), Message("They answered"), _DUE,
        replace(_FIELDS["outcome"], label=Message("What they answered"), is_required=True),
    ),
    Step.CLOSE: _next(
        Step.CLOSE, Message("say that it is over: no answer is awaited"), Message("Close the referral"),
        _FIELDS["outcome"],
    ),
}
"""What may come next of a referral."""
# fmt: on
ACTS: Final = (
    ADD[Consent.KIND],
    EDIT[Consent.KIND],
    WITHDRAW,
    ASK,
    *NEXT.values(),
    EDIT[Referral.KIND],
)  # fmt: skip
