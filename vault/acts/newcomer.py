"""Who comes in: admitted once the words on both sides are compared by voice, some by two people; what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, one
from vault.errors import VaultError, WaitingForDecisionError
from vault.progress import CancelledError
from vault.words.message import Message, Words, listed, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Working
    from vault.services.members.admitting import Admitted, Proposal, Request
    from vault.services.members.changes import Outcome

ROLES: Final = (
    ("intake", Message("intake: takes calls, opens no case")),
    ("caseworker", Message("caseworker: makes and keeps cases")),
    ("field", Message("field: reads the cases granted to them")),
    ("legal-reviewer", Message("legal reviewer: reads, approves exports")),
    ("supervisor", Message("supervisor: makes and keeps cases too, and admits")),
    ("auditor", Message("auditor: reads the log, no case")),
    ("admin", Message("admin: members and keys, no case")),
)
"""(code, words), as often as they are needed."""
CODES: Final = tuple(code for code, _ in ROLES)


# ---- what came of a change ----------------------------------------------------------------------------------------


def files(count: int) -> Message:
    return plural("{count} case or section", "{count} cases and sections", count=count)


def told_of(outcome: Outcome, done: Words, waits: Words, **data: object) -> Told:
    """Return what came of a change of who is in. `done` says so of one that counts, `waits` who has to do it too."""
    from vault.services.grants.sharing import WHAT_MAY_BE_KEPT

    shown: dict[str, object] = {
        "done": outcome.is_done,
        "admitted": [seat.hex() for seat in outcome.admitted],
        "ended": [seat.hex() for seat in outcome.ended],
        **data,
    }
    if not outcome.is_done:
        return Told((Message("Nothing is changed yet."), waits), shown, waits=True)
    lines: list[Words] = [done]
    if outcome.ended:
        devices = plural("{count} device revoked", "{count} devices revoked", count=len(outcome.ended))
        lines += [Message("{devices}.", devices=devices), WHAT_MAY_BE_KEPT]
    lines.append(
        Message("Other members learn of it with your next bundle: {make_bundle}.", make_bundle=NextStep.MAKE_BUNDLE)
    )
    return Told(tuple(lines), shown)


# ---- admitted -----------------------------------------------------------------------------------------------------


_WORDS_IN_A_LINE: Final = 5
_INTAKE: Final = Begun(
    {"like": "intake", "days": "30"},
    {"like": (*ROLES, ("admin,caseworker", Message("admin and caseworker: in an office of two")))},
)


def _wish(said: Said) -> dict[str, Any]:
    wish = {"name": one(said, "name") or "", "like": one(said, "like") or "", "days": int(one(said, "days") or 0)}
    return {**wish, "gives_cases": "with_cases" in said}


def _who_asks(session: Session, said: Said) -> Plan[tuple[Request, Said]]:
    from vault.services.members import admitting
    from vault.services.projection.authors import name_in, names_of_members

    request = admitting.read_request(session, Path(said["request"][0]))
    admitting.wished(session, request, **_wish(said))
    who = Message("Somebody new asks to join.")
    if request.member is not None:
        who = _further(name_in(names_of_members(session), request.member))
    return Plan((request, said), mark=request, asks=comparing(request, said, who))


def _who_is_proposed(session: Session, said: Said) -> Plan[tuple[Proposal, Said]]:
    from vault.services.members import admitting
    from vault.words.codes import words_of

    proposal = admitting.find_proposal(session, said["device"][0])
    who = _further(proposal.name)
    if proposal.request.member is None:
        roles = words_of(sorted(proposal.roles))
        who = Message("As {name}, somebody new asks to join as {roles}.", name=proposal.name, roles=roles)
    who = Message("{who} Proposed by {names}.", who=who, names=listed(proposal.by))
    asks = comparing(proposal.request, said, who)
    return Plan((proposal, said), mark=proposal.request, shown=lambda: (who,), asks=asks)


def _further(name: str) -> Message:
    return Message("A further device asks to be let in. As the request says, it belongs to {name}.", name=name)


def comparing(request: Request, said: Said, who: Message) -> tuple[Ask, ...]:
    """Return what a person compares; the words of a script are compared at once."""
    from vault.services.members import admitting
    from vault.store.files import require_new

    if (bundle := one(said, "bundle")) is not None:
        require_new(Path(bundle))
    if (words := one(said, "words")) is not None:
        admitting.require_words(request, words.split())
        return ()
    every = request.words
    rows = ("   ".join(every[at : at + _WORDS_IN_A_LINE]) for at in range(0, len(every), _WORDS_IN_A_LINE))
    return (
        Ask(
            "words",
            Message("Were all 13 words read to you exactly as they are here?"),
            yes=Message("All the same"),
            no=Message("No, or not yet"),
            told=(
                who,
                *rows,
                Message(
                    "Yes lets this device in. If a word differs, somebody changed a file on the way: carry the request"
                    " yourself, and compare again."
                ),
            ),
        ),
    )


def _require_compared(request: Request, agreed: Agreed, said: Said) -> tuple[str, ...]:
    """Return the words, which somebody compared.

    Raises:
        WaitingForDecisionError: nobody did.
    """
    if "words" not in agreed.answers and "words" not in said:
        raise WaitingForDecisionError(
            Message("compare the 13 words first"),
            next_step=Message(
                'It must show these words: {words}. Repeat it with --words "W1 ... W13" as they are read out to you.',
                words=" ".join(request.words),
            ),
        )
    return request.words  # those of a script were compared by the look


def _admit(session: Session, plan: Plan[tuple[Request, Said]], agreed: Agreed, working: Working) -> Told:
    from vault.services.members import admitting

    request, said = plan.of
    words = _require_compared(request, agreed, said)
    wish = {**_wish(said), "by_sheets": agreed.by_sheets, "typed": agreed.typed}
    return _let_in(session, admitting.admit(session, request, words, **wish), said, working)


def _agree(session: Session, plan: Plan[tuple[Proposal, Said]], agreed: Agreed, working: Working) -> Told:
    from vault.services.members import admitting

    proposal, said = plan.of
    words = _require_compared(proposal.request, agreed, said)
    admitted = admitting.agree(session, proposal, words, by_sheets=agreed.by_sheets, typed=agreed.typed)
    return _let_in(session, admitted, said, working)


def _let_in(session: Session, admitted: Admitted, said: Said, working: Working) -> Told:
    """Give a device that is in what was asked for: cases, and its first bundle; return what came of it."""
    from vault.services.members import devices

    member, device = admitted.member.hex(), admitted.seat.hex()
    done, given, bundle = Message("{name} is admitted.", name=admitted.name), 0, one(said, "bundle")
    told = told_of(admitted.outcome, done, _PROPOSED, member=member, device=device, name=admitted.name)
    if told.waits:
        return replace(told, data={**told.data, "given_cases": 0, "bundle": None})
    lines: list[Words] = [done]
    if "with_cases" in said:
        given = devices.give_cases(session, admitted.seat)
        lines.append(Message("Given to the device: {files}.", files=files(given)))
    why = None if bundle is None else _not_written(session, admitted, Path(bundle), working)
    if why is not None:
        lines.append(Message("! The bundle is NOT written: {why}", why=why))
    needs = Message("The device needs its first bundle: {make_bundle}.", make_bundle=NextStep.MAKE_BUNDLE)
    if bundle is not None and why is None:
        needs = Message("What the device needs is at {bundle}.", bundle=bundle)
    lines += [needs, Message("There: {finish_joining}.", finish_joining=NextStep.FINISH_JOINING), *told.lines[1:]]
    data = {**told.data, "given_cases": given, "bundle": bundle if why is None else None}
    return Told(tuple(lines), data)


def _not_written(session: Session, admitted: Admitted, bundle: Path, working: Working) -> Message | None:
    """Write the first bundle, or return why it is not: who was admitted is in all the same."""
    from vault.services.exchange import syncing

    try:
        syncing.make(session, admitted.member, bundle, progress=lambda _, done, total: working(done, total))
    except CancelledError:
        return Message("it was stopped.")
    except VaultError as fault:
        return Message("{fault}. {next_step}", fault=fault.message, next_step=fault.next_step)
    return None


_PROPOSED: Final = Message(
    "A second person has to agree. Give them a bundle: {make_bundle}. They import it, and agree: {list_proposals}.",
    make_bundle=NextStep.MAKE_BUNDLE,
    list_proposals=NextStep.LIST_PROPOSALS,
)
_NOBODY_IN: Final = Message("nobody was admitted")
_NEEDS: Final = (
    Field("words", Message("Words"), Shape.CODE, Message("the 13 words as read out on the other side (scripts)"),
          form="[--words W]", is_answer=True),
    Field("bundle", Message("Its bundle"), Shape.NEW_FILE, Message("write what the new device needs into this file"),
          hint="/media/stick/admitted.bundle"),
    Field("with_cases", Message("All your cases"), Shape.YES,
          Message("a further device of yours: give it all your cases"), form="[--with-cases]"),
)  # fmt: skip
LIKE: Final = Field(
    "like",
    Message("As"),
    Shape.WORD,
    Message("the role, or several, for example admin,caseworker in an office of two ({roles})", roles=", ".join(CODES)),
    form="[--like ROLE[,ROLE]]",
)
DAYS: Final = Field(
    "days",
    Message("For days"),
    Shape.NUMBER,
    Message("membership expires after N days; without it, never"),
    hint=Message("empty: no end"),
    follows="like",
)
ADMIT: Final = Act(
    "member admit",
    Message("step 2: compare the words, and admit the new device"),
    Message("Admit"),
    Message("go on"),
    (
        Field("request", Message("Request"), Shape.FILE, Message("the file from the new device"), form="REQUEST",
              hint="/media/stick/request", is_required=True),
        Field("name", Message("Name"), Shape.LINE, hint=Message("of somebody new"),
              question=Message("Name of the new member; nothing for a further device of somebody")),
        LIKE,
        DAYS,
        *_NEEDS,
    ),
    look=_who_asks,
    run=_admit,
    doing=Message("Admitting, and writing what the device needs"),
    nothing=_NOBODY_IN,
    begin=lambda _session, _said: _INTAKE,
    by_sheets=True,
    is_long=True,
    about=Message(
        "The request is the file that came back from the new device. F4 reads it and shows 13 words: the new member"
        " sees the same words, unless somebody changed a file on the way. A further device of a member keeps name and"
        " roles: what is said of these is for somebody new."
    ),
)  # fmt: skip
AGREE: Final = Act(
    "member agree",
    Message("compare the words too, and agree to an admission"),
    Message("Agree"),
    Message("go on"),
    (
        Field(
            "device",
            Message("Device"),
            Shape.RECORDS,
            Message("the device's id, as the proposals show it"),
            form="DEVICE",
        ),
        *_NEEDS,
    ),
    look=_who_is_proposed,
    run=_agree,
    doing=Message("Admitting, and writing what the device needs"),
    nothing=_NOBODY_IN,
    by_sheets=True,
    is_long=True,
)
