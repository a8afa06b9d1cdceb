"""`casevault recovery`: the sheets that restore access when a passphrase is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.recovery import status_lines
from vault.cli.opening import opened, vault_path
from vault.cli.output import Output, Result
from vault.cli.sheet_prompts import WISHES, ask_and, come_back_data, come_back_said
from vault.cli.table import Arg, Given, Verb
from vault.display import DAY, time_text
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.services.credentials.paper_sheets import TypedSheets
    from vault.services.credentials.recovery import Restored


def _status(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import recovery

        found = recovery.status(session)
    data = {
        "vault_words": list(found.vault_words),
        "sheets_words": list(found.sheets_words),
        "to_confirm": found.to_confirm,
        "proven": found.proven,
        "drill": None if found.drill_ms is None else time_text(found.drill_ms, DAY),
        "held": found.held,
        "without_recovery": found.without,
        "under_old_sheets": found.stale,
        "used": [{"device": use.seat.hex(), "admitted": use.admitted, "taken": use.taken} for use in found.used],
    }
    return Result(data, status_lines(found))


def _restore(args: Given, output: Output) -> Result:
    from vault.services.credentials import recovery

    path = vault_path(args)
    recovery.require_vault(path)

    def come_back(member: str, typed: TypedSheets, passphrase: bytearray) -> Restored:
        return recovery.restore(
            path,
            typed,
            member=member,
            passphrase=passphrase,
            new_admin=args.new_admin,
            everything=args.all,
            ends_old=not args.keep_old,
        )

    done = ask_and(args, output, lambda sheets: recovery.require_fitting(path, sheets), come_back)
    for warning in done.warnings:
        output.say(warning)
    return Result(come_back_data(done.back, done.sheets_words), come_back_said(args, done.back, done.sheets_words))


VERBS: Final = (
    Verb("status", Message("show the state of recovery, and when sheets were used"), (), _status),
    Verb("restore", Message("restore a member's access with sheets only"), (
        *WISHES,
        Arg("[--keep-old]", Message("do not revoke the member's other devices")),
    ), _restore),
)  # fmt: skip
