"""`casevault key`: change the keys of cases, and wrap versions under the newest key."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import cost_words
from vault.cli.table import CASE, Given, Verb
from vault.display import counted
from vault.words.message import Message


def _list(args: Given, output: Output) -> Result:
    from vault.services.cases import cases
    from vault.services.grants import epoch_keys, sharing

    with opened(args, output) as session:
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
        f"{counted(found.epochs, 'key')} so far, {found.current} of them current",
        f"{counted(found.pending, 'version is', 'versions are')} to be wrapped under the current one",
        f"a new key would cost: {cost_words(cost)}",
    ]
    return Result(data, lines)


def _rotate(args: Given, output: Output) -> Result:
    from vault.services.cases import cases
    from vault.services.grants import sharing

    with opened(args, output) as session:
        case = cases.find(session, args.case)
        changed = sharing.rotate(
            session, case, progress=lambda done, total: output.progress(done, total, "Wrapping anew")
        )
    data = {"case": case.hex(), "versions": changed.versions, "left": changed.left}
    return Result(data, [f"The case has a new key, over {counted(changed.versions, 'version')}."])


def _rewrap(args: Given, output: Output) -> Result:
    from vault.services.grants import epoch_keys, sharing

    with opened(args, output) as session:
        done = sharing.rewrap_all(
            session,
            epoch_keys.cases_held(session),
            progress=lambda done, total: output.progress(done, total, "Wrapping anew"),
        )
    data = {"versions": done.done, "left": done.left}
    left = "" if not done.left else f"; {counted(done.left, 'is', 'are')} left for another member's device"
    return Result(data, [f"{counted(done.done, 'version was', 'versions were')} wrapped anew{left}."])


VERBS: Final = (
    Verb("list", Message("how many keys a case had, and what a new key would cost"), (CASE,), _list),
    Verb("rotate", Message("make a new key of a case for the same members"), (CASE,), _rotate),
    Verb("rewrap", Message("wrap all versions under the newest key of each case"), (), _rewrap),
)  # fmt: skip
