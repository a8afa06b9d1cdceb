"""`casevault init`: make a vault."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault import platform
from vault.cli.asking import Personal, add_personal, personal_values, read_member, read_passphrase
from vault.cli.face import Face, Result
from vault.cli.opening import vault_path
from vault.errors import RefusedError, TryAgainError, UsageError

_ORG = (Personal("org", "--org", "Name of the organisation", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare the options of `init`."""
    del noun
    parser.add_argument(
        "--kdf-memory-mib",
        type=_memory,
        metavar="N",
        help="memory of one passphrase guess, in MiB (256), or `auto` for what this machine does in a second",
    )
    parser.add_argument(
        "--sheets", type=Path, metavar="FILE", help="write the recovery sheets here, and print them soon"
    )
    add_personal(parser, _ORG)
    parser.set_defaults(command=_init)


def _memory(text: str) -> int | str:
    return text if text == "auto" else int(text)


def _init(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import founding

    path = vault_path(args)
    organisation = personal_values(args, face, _ORG, "init")["org"][0]
    member = read_member(args, face)
    passphrase = read_passphrase(args, face, "New passphrase: ")
    if _asked_at_terminal(args) and read_passphrase(args, face, "The same again: ") != passphrase:
        raise UsageError("the two passphrases differ", advice="Type it again.")
    with _sheets_file(args.sheets) as sheets_file:
        new = founding.init(
            path, organisation=organisation, member=member, passphrase=passphrase, memory_mib=args.kdf_memory_mib
        )
    passphrase[:] = bytes(len(passphrase))
    lines = [
        f"The vault is ready at {path}.",
        "Its 13 words, to compare when somebody joins:",
        f"  {' '.join(new.root_words)}",
        *_hand_over(args, face, new.sheets, sheets_file),
    ]
    data = {"vault": str(path), "member": new.member.hex(), "root_words": list(new.root_words)}
    return Result(data, lines)


@contextmanager
def _sheets_file(path: Path | None) -> Iterator[int | None]:
    """Yield the new file of the sheets, open for writing, before there is anything to write; without a vault it goes.

    Raises:
        RefusedError: something is there already, or no file can be made there.
    """
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        why = "exists already" if isinstance(fault, FileExistsError) else "cannot be made"
        raise RefusedError(f"{path} {why}", advice="Name a new file for the recovery sheets.") from None
    try:
        yield descriptor
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise


def _hand_over(args: argparse.Namespace, face: Face, sheets: tuple[str, ...], sheets_file: int | None) -> list[str]:
    """Give the sheets to a file or to the terminal; to neither, they stay sealed in the vault."""
    if sheets_file is not None:
        try:
            with os.fdopen(sheets_file, "w", encoding="utf-8") as file:
                file.write("\n\n".join(sheets))
                file.flush()
                platform.flush_file(file.fileno())
        except OSError:
            raise TryAgainError(
                f"the vault is ready, and its recovery sheets could not be written to {args.sheets}",
                advice="Delete the new vault, make room, and begin again.",
            ) from None
        return [f"The recovery sheets are in {args.sheets}: print them, hand them out, and delete the file."]
    if face.may_ask and sys.stdin.isatty() and sys.stdout.isatty() and not args.json:
        for sheet in sheets:
            face.show_once(sheet, "Copy this sheet on paper, then press Enter; it is not shown again. ")
        return ["Give each sheet to another person, outside the organisation and the country."]
    return ["There are no recovery sheets yet; without them a lost passphrase loses the vault."]


def _asked_at_terminal(args: argparse.Namespace) -> bool:
    return args.passphrase_fd is None and args.passphrase_file is None
