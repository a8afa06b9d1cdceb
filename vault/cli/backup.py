"""`casevault backup`: make, verify and restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from vault.cli.face import Face, Result
from vault.cli.opening import advising, opened, read_entrance, vault_path
from vault.display import MINUTE_UTC, counted, time_data
from vault.errors import InternalError, RefusedError


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `make`, `verify`, `restore`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="make | verify | restore")
    make = verbs.add_parser("make", help="copy the vault, open the copy and read all of it", allow_abbrev=False)
    make.add_argument("destination", metavar="DEST", type=Path, help="a folder, best on another disk")
    make.set_defaults(command=_make)
    verify = verbs.add_parser("verify", help="open a backup and read all of it", allow_abbrev=False)
    verify.add_argument("source", metavar="SRC", type=Path, help="a backup, or the folder that it was made to")
    verify.set_defaults(command=_verify)
    restore = verbs.add_parser(
        "restore", help="make a vault of a backup, at --vault, in place of the old one", allow_abbrev=False
    )
    restore.add_argument("source", metavar="SRC", type=Path, help="a backup, or the folder that it was made to")
    restore.add_argument(
        "--old-vault-is-gone", action="store_true", help="needed where this account has opened the old vault"
    )
    restore.set_defaults(command=_restore)


def _make(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import backups

    with opened(args, face) as session:
        made = backups.make(session, args.destination, progress=_progress(face))
    if made is None:
        raise InternalError("a backup that nobody cancelled was cancelled")
    data = {
        "backup": str(made.path),
        "digest": made.digest.hex(),
        "versions": made.versions,
        "operations": made.operations,
        "drafts": made.drafts,
    }
    lines = [
        f"The backup is at {made.path}.",
        f"It was opened again and read: {_inside(made.operations, made.versions, made.drafts)}.",
        "Keep it apart from this computer. It opens with the same passphrases.",
    ]
    return Result(data, lines)


def _verify(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import backups
    from vault.services.restoring import day

    entrance = read_entrance(args, face, lambda: backups.salt_of(args.source))
    with advising(entrance):
        found = backups.verify(
            args.source,
            member=entrance.member,
            passphrase=entrance.factors.passphrase,
            device_secret=entrance.factors.device_secret,
            fido2_secret=entrance.factors.fido2_secret,
            progress=_progress(face),
        )
    data = {
        "backup": str(found.path),
        "digest": found.digest.hex(),
        "made": time_data(found.made_ms, MINUTE_UTC),
        "versions": found.versions,
        "opened": found.opened,
        "operations": found.operations,
        "drafts": found.drafts,
    }
    lines = [
        f"WHOLE. The backup at {found.path} was made on {day(found.made_ms)}.",
        f"It holds {_inside(found.operations, found.versions, found.drafts)}; versions that are yours, and opened:"
        f" {found.opened}.",
    ]
    return Result(data, lines)


def _restore(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import backups, restoring

    path = vault_path(args)
    opened_ms = restoring.last_opened_here(args.source)
    if opened_ms is not None and not args.old_vault_is_gone:
        raise RefusedError(
            f"this account opened the old vault on {restoring.day(opened_ms)}, and it would no longer verify",
            advice="To try a backup: `casevault backup verify`. If the old vault is lost or damaged, add"
            " --old-vault-is-gone.",
        )
    entrance = read_entrance(args, face, lambda: backups.salt_of(args.source))
    with advising(entrance):
        restored = restoring.restore(
            args.source,
            path,
            member=entrance.member,
            passphrase=entrance.factors.passphrase,
            device_secret=entrance.factors.device_secret,
            fido2_secret=entrance.factors.fido2_secret,
            progress=_progress(face),
        )
    for warning in restored.warnings:
        face.say(warning)
    data = {
        "vault": str(restored.path),
        "backup": str(restored.backup),
        "made": time_data(restored.made_ms, MINUTE_UTC),
        "versions": restored.versions,
        "operations": restored.operations,
        "drafts": restored.drafts,
        "log": restored.origin.hex(),
        "lost_entries": restored.lost_entries,
        "loss": restored.loss,
    }
    lines = [
        f"The vault is at {restored.path}, from the backup of {restoring.day(restored.made_ms)}.",
        f"It holds {_inside(restored.operations, restored.versions, restored.drafts)}.",
        f"LOSS: {restored.loss}",
        "A new log begins in it. Use it in place of the old vault, never beside it: opened again, the old one would"
        " no longer verify, and its exports would wait for good.",
    ]
    return Result(data, lines)


def _inside(entries: int, versions: int, drafts: int) -> str:
    return f"{counted(entries, 'entry', 'entries')}, {counted(versions, 'version')}, {counted(drafts, 'draft')}"


def _progress(face: Face) -> Callable[[str, int, int], None]:
    return lambda what, done, total: face.progress(done, total, what)
