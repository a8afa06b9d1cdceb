"""`casevault recovery`: the sheets that restore access when a passphrase is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened, vault_path
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.sheet_prompts import (
    WISHES,
    ask_and,
    at_terminal,
    come_back_data,
    come_back_said,
    compare_paper,
    files_for,
    hand_over,
    typed_sheets,
    writing,
)
from vault.cli.showing import n_compartments, n_versions
from vault.cli.table import Arg, Given, Verb
from vault.display import DAY, time_text
from vault.errors import UsageError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.backups.restoring import Tried
    from vault.services.credentials.paper_sheets import TypedSheets
    from vault.services.credentials.recovery import RecoveryStatus, Restored

_SEALED_ANEW = Message("Sealing anew")


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
    return Result(data, _status_lines(found))


def _status_lines(found: RecoveryStatus) -> list[Words]:
    lines: list[Words] = [
        Message("The 13 words of this vault, which a new device is told:"),
        f"  {' '.join(found.vault_words)}",
    ]
    if found.sheets_words != found.vault_words:
        lines += [Message("The 13 words on the newest sheets:"), f"  {' '.join(found.sheets_words)}"]
    if found.to_confirm:
        lines.append(Message("New sheets were made. Compare their words with the paper: `casevault recovery confirm`."))
    lines.append(Message("recovery: {found}", found=found.said.found))
    lines += [] if found.said.advice is None else [found.said.advice]
    held = n_compartments(found.held)
    if found.proven is False:
        lines.append(Message("You hold {held}.", held=held))
    elif found.without:
        some = Message("You hold {held}; the sheets cannot open {without} of them.", held=held, without=found.without)
        lines.append(some)
    else:
        lines.append(Message("You hold {held}; the sheets open all of them.", held=held))
    if found.stale:
        lines.append(Message("Replaced sheets still open {stale}: `casevault recovery follow`.", stale=found.stale))
    return [*lines, *(used.finding.message for used in found.used)]


def _sheets(args: Given, output: Output) -> Result:
    from vault.services.credentials import recovery

    if args.show and args.sheets_out is not None:
        raise UsageError(Message("--show and --out do not go together"))
    if args.sheets_out is None and not at_terminal(args, output):
        raise UsageError(
            Message("the sheets need a file or a terminal"),
            next_step=Message("Give --out FOLDER, or run it at a terminal."),
        )
    with files_for(args, output) as files:
        with opened(args, output) as session:
            made = recovery.sheets(session, args.shape)
            today = recovery.day(session.log.now_ms())
        lines = hand_over(args, output, made, files, day=today)
    lines += compare_paper(args, output, made, files)
    return Result({"sheets": len(made), "needed": made[0].threshold, "files": _paths(files)}, lines)


def _drill(args: Given, output: Output) -> Result:
    from vault.services.backups import restoring
    from vault.services.credentials import recovery

    path = vault_path(args)
    recovery.require_vault(path)
    backup = None if args.backup is None else restoring.require_whole(args.backup)
    typed = typed_sheets(args, output)
    tried = None if backup is None else _tried(backup, path, typed, output)
    with opened(args, output) as session:
        done = recovery.drill(session, typed)
    day, compartments = time_text(done.at_ms, DAY), n_compartments(done.opened)
    lines = [
        Message(
            "recovery: proven on {day}. The sheets open {compartments} that you hold.",
            day=day,
            compartments=compartments,
        )
    ]
    if done.without:
        lines.append(Message("Recovery cannot open {without} that were made without recovery.", without=done.without))
    if done.erased:
        lines.append(
            Message("Their secret is erased from this device: it is now only on paper. Older backups still contain it.")
        )
    if tried is None:
        lines.append(
            Message(
                "Would they open a backup if this computer were lost? `casevault recovery drill --backup SRC` tries it."
            )
        )
    else:
        lines.append(
            Message(
                "The backup of {day} at {backup} opened with only these sheets: {versions} in {compartments}"
                " were read.",
                day=time_text(tried.made_ms, DAY),
                backup=tried.backup,
                versions=n_versions(tried.versions),
                compartments=n_compartments(tried.compartments),
            )
        )
    data = {
        "proven": time_text(done.at_ms, DAY),
        "opened": done.opened,
        "without_recovery": done.without,
        "erased_here": done.erased,
        "backup": None if tried is None else str(tried.backup),
        "backup_versions": None if tried is None else tried.versions,
    }
    return Result(data, lines)


def _tried(backup: Path, beside: Path, typed: TypedSheets, output: Output) -> Tried:
    from vault.services import this_computer
    from vault.services.backups import restoring

    for line in this_computer.clear_place(beside):
        output.say(line)
    return restoring.try_backup(backup, beside, typed, progress=output.step_progress())


def _new(args: Given, output: Output) -> Result:
    from vault.services.credentials import recovery

    typed = typed_sheets(args, output) if args.old_sheets else None
    with files_for(args, output) as files:
        with opened(args, output) as session:
            made = recovery.renew(session, typed, shape=args.shape, progress=output.progress_of(_SEALED_ANEW))
            today = recovery.day(session.log.now_ms())
        new = made.sheets
        lines = [
            Message("There are new sheets. Their 13 words, which every member compares on their own device:"),
            f"  {' '.join(new[0].sheets_words)}",
            *hand_over(args, output, new, files, day=today),
            _followed(made.followed),
            Message("Burn the old sheets: they still open copies and backups from before."),
        ]
    lines += compare_paper(args, output, new, files)
    data = {
        "sheets_words": list(new[0].sheets_words),
        "needed": new[0].threshold,
        "files": _paths(files),
        "sealed_anew": made.followed,
    }
    return Result(data, lines)


def _confirm(args: Given, output: Output) -> Result:
    words = args.words or ask_line(Message("The 13 words on the new sheets: "))
    with opened(args, output) as session:
        from vault.services.credentials import recovery

        done = recovery.confirm(session, words.split(), output.progress_of(_SEALED_ANEW))
    lines = [Message("This device goes by the new sheets."), _followed(done)]
    return Result({"sealed_anew": done}, lines)


def _follow(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import recovery

        done = recovery.follow(session, output.progress_of(_SEALED_ANEW))
    return Result({"sealed_anew": done}, [_followed(done)])


def _followed(replaced: int) -> Message:
    return plural(
        "{count} case or list has a new key that the old sheets do not open.",
        "{count} cases and lists have a new key that the old sheets do not open.",
        count=replaced,
    )


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


def _paths(files: object) -> list[str]:
    from vault.services.credentials.paper_sheets import SheetFiles

    return [str(path) for path in files.paths] if isinstance(files, SheetFiles) else []


VERBS: Final = (
    Verb("status", Message("show the state of recovery, and when sheets were used"), (), _status),
    Verb("sheets", Message("write or show the sheets before their first drill"), (
        *writing("--out"),
        Arg("[--show]", Message("show them on the cleared screen (the usual way)")),
    ), _sheets),
    Verb("drill", Message("prove that the sheets open this vault"), (
        Arg("[--backup SRC]",
            Message("first try, on a copy, that the sheets open this backup, as if everything else were lost"),
            of=Path),
    ), _drill),
    Verb("new", Message("make new sheets; the old sheets open nothing new"), (
        *writing("--out"),
        Arg("[--old-sheets]", Message("type the old sheets, if their secret is only on paper")),
    ), _new),
    Verb("confirm", Message("compare the words of new sheets, and go by them on this device"), (
        Arg("[--words W]", Message("the 13 words, as they stand on the paper (scripts)")),
    ), _confirm),
    Verb("follow", Message("seal your cases again after somebody made new sheets"), (), _follow),
    Verb("restore", Message("restore a member's access with sheets only"), (
        *WISHES,
        Arg("[--keep-old]", Message("do not revoke the member's other devices")),
    ), _restore),
)  # fmt: skip
