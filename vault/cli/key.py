"""`casevault key`: change the keys of cases, and wrap versions under the newest key."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import cost_words, new_key
from vault.cli.table import CASE, Given, Verb
from vault.words.message import Message, plural


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import epoch_keys, sharing

        case = cases.find(session, args.case)
        found = epoch_keys.keys_of(session, case)
        cost = sharing.cost_of_change(session, case)
    data = {
        "case": case.hex(),
        "keys": found.epochs,
        "current": found.current,
        "waiting": found.pending,
        "versions": cost.versions,
        "seats": cost.seats,
        "with_recovery": cost.with_recovery,
    }
    lines = [
        plural(
            "{count} key so far, {current} of them current",
            "{count} keys so far, {current} of them current",
            count=found.epochs,
            current=found.current,
        ),
        plural(
            "{count} saved change is to be wrapped under the current key",
            "{count} saved changes are to be wrapped under the current key",
            count=found.pending,
        ),
        Message("the cost of a new key: {cost}", cost=cost_words(cost)),
    ]
    return Result(data, lines)


def _rotate(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import sharing

        case = cases.find(session, args.case)
        changed = sharing.rotate(session, case, progress=output.progress_of(Message("Wrapping anew")))
    data = {"case": case.hex(), "versions": changed.versions, "left": changed.left}
    return Result(data, [new_key(changed)])


def _rewrap(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.grants import epoch_keys, sharing

        done = sharing.rewrap_all(
            session,
            epoch_keys.cases_held(session),
            progress=output.progress_of(Message("Wrapping anew")),
        )
    data = {"versions": done.done, "left": done.left}
    lines = [plural("{count} saved change was rewrapped.", "{count} saved changes were rewrapped.", count=done.done)]
    if done.left:
        lines.append(
            plural(
                "{count} is left for another member's device.",
                "{count} are left for another member's device.",
                count=done.left,
            )
        )
    return Result(data, lines)


VERBS: Final = (
    Verb("list", Message("how many keys a case had, and what a new key would cost"), (CASE,), _list),
    Verb("rotate", Message("make a new key of a case for the same members"), (CASE,), _rotate),
    Verb("rewrap", Message("wrap all that was written under the newest key of each case"), (), _rewrap),
)  # fmt: skip
