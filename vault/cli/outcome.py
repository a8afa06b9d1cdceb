"""How a change of who is in looks at the command line: done, or a proposal that others have to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.output import Output, Result
from vault.cli.showing import indented, n_cases, n_devices
from vault.cli.table import Arg, Given, new_file
from vault.errors import RefusedError
from vault.store.files import write_new
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.services.members.rostering import Outcome, ProposalShown

WAITING = 3
PROPOSAL: Final = Arg(
    "[--out FILE]", Message("where to write the proposal, if others have to sign the change"), of=new_file
)
ROOT: Final = Arg(
    "[--root]",
    Message("sign with the secret of the recovery sheets too, while it is in this vault (before the drill)"),
)
_FIRST_BUNDLE = (
    Message("  here   `casevault bundle make --to MEMBER --out FILE`"),
    Message("  there  `casevault member finish FILE`"),
)
_COPIED = Message("They may have copied what they could open until now. They can open nothing that is written later.")
_OTHERS_LEARN = Message(
    "Other members learn of it with your next bundle: `casevault bundle make --to MEMBER --out FILE`."
)


def outcome_result(args: Given, output: Output, outcome: Outcome, done: Message, **data: object) -> Result:
    """Return what is to be said of a change, after its proposal was written where one is needed."""
    shown: dict[str, object] = {
        "done": outcome.is_done,
        "roster": outcome.number,
        "missing": outcome.missing,
        "admitted": [seat.hex() for seat in outcome.admitted],
        "ended": [seat.hex() for seat in outcome.ended],
        "cases": outcome.cases,
        "waiting": outcome.pending,
        **data,
    }
    if outcome.is_done:
        from vault.services.members.lists_apart import BEFORE_THE_NEXT

        lines = [done]
        if outcome.ended:
            devices, cases = n_devices(len(outcome.ended)), n_cases(outcome.cases)
            lines += [Message("{devices} revoked; {cases} got a new key.", devices=devices, cases=cases), _COPIED]
        elif outcome.cases:
            lines.append(Message("{cases} got a new key.", cases=n_cases(outcome.cases)))
        if outcome.pending:
            pending = n_cases(outcome.pending)
            lines.append(Message("{cases} still without a new key; the warnings say why.", cases=pending))
        if outcome.admitted:
            lines += [Message("A new device needs its first bundle:"), *_FIRST_BUNDLE]
        return Result(shown, [*lines, _OTHERS_LEARN, *([BEFORE_THE_NEXT] if outcome.admitted else [])])
    if args.out is None or outcome.proposal is None:
        raise RefusedError(
            Message("others have to sign this: {missing}", missing=outcome.missing or ""),
            next_step=Message(
                "Repeat it with --out FILE, and give them the file: {sign_proposal}.",
                sign_proposal=NextStep.SIGN_PROPOSAL,
            ),
        )
    write_new(args.out, outcome.proposal)
    output.say(Message("Nothing is changed yet. Who has to sign: {missing}.", missing=outcome.missing or ""))
    lines = [
        Message(
            "The proposal is at {out}. Only members can open it: `casevault member sign FILE --out SIGNED`.",
            out=args.out,
        ),
        Message(
            "Once all have signed, an admin or a supervisor puts it into effect: `casevault member commit SIGNED`."
        ),
    ]
    return Result({**shown, "proposal": str(args.out)}, lines, WAITING)


def shown_lines(shown: ProposalShown) -> list[Words]:
    """Return a proposal in words."""
    lines: list[Words] = [Message("List of members {number}:", number=shown.number)]
    lines += map(indented, shown.changes)
    lines.append(Message("Signed by: {names}.", names=", ".join(shown.signed_by) or Message("nobody yet")))
    if shown.missing is None:
        lines.append(Message("All who must sign have signed."))
    else:
        lines.append(Message("Still has to sign: {missing}.", missing=shown.missing))
    return lines


def shown_data(shown: ProposalShown) -> dict[str, object]:
    """Return a proposal for `--json`."""
    return {
        "roster": shown.number,
        "changes": list(shown.changes),
        "signed_by": list(shown.signed_by),
        "missing": shown.missing,
    }
