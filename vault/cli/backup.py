"""`casevault backup`: verify and restore."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vault.acts.backup import documents, inside
from vault.cli.opening import advising, read_entrance, vault_path
from vault.cli.output import Output, Result
from vault.cli.prompts import require_word
from vault.cli.sheet_prompts import WISHES, ask_and, come_back_data, come_back_said
from vault.cli.table import Arg, Given, Verb
from vault.display import MINUTE_UTC, time_data
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.services.backups.restoring import Regained, Restored
    from vault.services.credentials.paper_sheets import TypedSheets


def _verify(args: Given, output: Output) -> Result:
    from vault.services.backups import backups
    from vault.services.backups.restoring import day

    entrance = read_entrance(args, output, lambda: backups.salt_of(args.source))
    with advising(entrance):
        found = backups.verify(
            args.source,
            member=entrance.member,
            passphrase=entrance.factors.passphrase,
            device_secret=entrance.factors.device_secret,
            fido2_secret=entrance.factors.fido2_secret,
            progress=output.step_progress(),
        )
    data = {
        "backup": str(found.path),
        "digest": found.digest.hex(),
        "made": time_data(found.made_ms, MINUTE_UTC),
        "versions": found.versions,
        "opened": found.opened,
        "operations": found.operations,
        "drafts": found.drafts,
        "documents": found.documents,
        "missing": found.missing,
        "cases": found.cases,
    }
    lines = [
        Message("WHOLE. The backup at {path} was made on {day}.", path=found.path, day=day(found.made_ms)),
        Message(
            "It contains {inside}. Saved changes of yours that were opened: {opened}.",
            inside=inside(found.operations, found.versions, found.drafts),
            opened=found.opened,
        ),
        found.said_of_cases,
        *documents(found.documents, found.missing),
        *([] if found.advice is None else [Message("It is old. {advice}", advice=found.advice)]),
    ]
    return Result(data, lines)


def _restore(args: Given, output: Output) -> Result:
    from vault.services import this_computer
    from vault.store.folder import VaultFolder

    path = vault_path(args)
    _refuse_beside_living_vault(args)
    VaultFolder(path).require_free()
    for line in this_computer.clear_place(path):
        output.say(line)
    if args.sheets:
        return _restore_by_sheets(args, output, path)
    if args.new_admin or args.all or args.end_old:
        raise UsageError(Message("--new-admin, --all and --end-old go with --sheets"))
    restored = _restore_with_passphrase(args, output, path)
    for warning in restored.warnings:
        output.say(warning)
    return Result(_restored_data(restored), [*_restored_lines(restored), _IN_ITS_PLACE])


def _refuse_beside_living_vault(args: Given) -> None:
    from vault.services.backups import restoring

    opened_ms = restoring.last_opened_here(args.source)
    if opened_ms is not None and not args.old_vault_is_gone:
        raise RefusedError(
            Message(
                "this account opened the old vault on {day}: after a restore, the old vault would no longer verify",
                day=restoring.day(opened_ms),
            ),
            next_step=Message(
                "To try a backup: {verify_backup}. If the old vault is lost or damaged, add --old-vault-is-gone.",
                verify_backup=NextStep.VERIFY_BACKUP,
            ),
        )


def _restore_with_passphrase(args: Given, output: Output, path: Path) -> Restored:
    from vault.services.backups import backups, restoring

    entrance = read_entrance(args, output, lambda: backups.salt_of(args.source))
    with advising(entrance):
        return restoring.restore(
            args.source,
            path,
            member=entrance.member,
            passphrase=entrance.factors.passphrase,
            device_secret=entrance.factors.device_secret,
            fido2_secret=entrance.factors.fido2_secret,
            agree=partial(_agree, args, output),
            progress=output.step_progress(),
        )


def _agree(args: Given, output: Output, valid_again: tuple[Message, ...]) -> None:
    """Return where a person, or `--yes`, takes it that what this account saw end is valid again."""
    for line in _valid_again_lines(valid_again):
        output.say(line)
    require_word(
        args,
        output,
        Message("Restore it all the same? Type yes: "),
        nothing=Message("nothing is restored"),
        why=Message("who was removed since, or sheets that were replaced, would be valid again"),
        instead=Message("Take a newer backup, or the vault of another device."),
    )


def _valid_again_lines(valid_again: tuple[Message, ...]) -> list[Words]:
    return [Message("VALID AGAIN: {who}", who=who) for who in valid_again]


def _restore_by_sheets(args: Given, output: Output, path: Path) -> Result:
    from vault.access.recovering import Wish
    from vault.services.backups import restoring
    from vault.services.credentials import recovery

    backup = restoring.require_whole(args.source)
    output.say(Message("The backup at {backup} is unaltered. It opens with recovery sheets.", backup=backup))
    output.say(restoring.ENDED_SINCE)

    def come_back(member: str, typed: TypedSheets, passphrase: bytearray) -> Regained:
        wish = Wish(member, new_admin=args.new_admin, everything=args.all, ends_old=args.end_old)
        return restoring.restore_by_sheets(
            backup, path, typed, wish, passphrase=passphrase, progress=output.step_progress()
        )

    done = ask_and(args, output, partial(recovery.require_fitting, backup), come_back)
    for warning in done.vault.warnings:
        output.say(warning)
    lines = [
        *_restored_lines(done.vault),
        *come_back_said(args, done.back, done.sheets_words),
        *([] if done.back.ended or args.new_admin else [restoring.KEPT]),
        _IN_ITS_PLACE,
    ]
    if done.closed_drafts:
        lines.insert(3, Message("Unfinished drafts in it stay closed: only their writer's passphrase opens them."))
    data = {
        **_restored_data(done.vault),
        **come_back_data(done.back, done.sheets_words),
        "closed_drafts": done.closed_drafts,
    }
    return Result(data, lines)


_IN_ITS_PLACE = Message(
    "A new log begins in it. Use it instead of the old vault, never beside it: if you open the old vault"
    " again, it no longer verifies and blocks exports for ever."
)


def _restored_data(restored: Restored) -> dict[str, Any]:
    return {
        "vault": str(restored.path),
        "backup": str(restored.backup),
        "made": time_data(restored.made_ms, MINUTE_UTC),
        "versions": restored.versions,
        "operations": restored.operations,
        "drafts": restored.drafts,
        "log": restored.origin.hex(),
        "lost_entries": restored.lost_entries,
        "loss": restored.loss,
        "cases": restored.cases,
        "closed": list(restored.closed),
        "valid_again": list(restored.valid_again),
    }


def _restored_lines(restored: Restored) -> list[Words]:
    from vault.services.backups.restoring import day

    return [
        Message("The vault is at {path}, from the backup of {day}.", path=restored.path, day=day(restored.made_ms)),
        Message("It contains {inside}.", inside=inside(restored.operations, restored.versions, restored.drafts)),
        restored.said_of_cases,
        Message("LOSS: {loss}", loss=restored.loss),
        *_valid_again_lines(restored.valid_again),
        *(Message("CLOSED: {closed}", closed=closed) for closed in restored.closed),
    ]


_SOURCE: Final = Arg("SRC", Message("a backup, or the folder that contains it"), of=Path, into="source")
VERBS: Final = (
    Verb("verify", Message("open a backup and read all of it"), (_SOURCE,), _verify),
    Verb("restore", Message("make a vault from a backup, at --vault, in place of the old vault"), (
        _SOURCE,
        Arg("[--old-vault-is-gone]", Message("needed where this account has opened the old vault")),
        Arg("[--yes]", Message("do not ask when what was ended since would be valid again (scripts)")),
        Arg("[--sheets]", Message("with recovery sheets only, when no passphrase opens it")),
        *WISHES,
        Arg("[--end-old]",
            Message("revoke the member's other devices: what they wrote after the backup is no longer accepted")),
    ), _restore),
)  # fmt: skip
