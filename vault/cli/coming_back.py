"""What the two ways back by recovery sheets ask and say alike: into a vault that is here, and out of a backup."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from vault.cli.new_passphrase import new_passphrase
from vault.cli.output import Output
from vault.cli.prompts import ask_line, read_member
from vault.cli.sheets import typed_sheets
from vault.cli.showing import n_compartments
from vault.cli.table import Arg, Given
from vault.errors import NotFoundError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.recovery.recovering import BroughtBack
    from vault.services.credentials.sheets import TypedSheets

T = TypeVar("T")

WISHES: Final = (
    Arg("[--new-admin]", Message("admit somebody new as admin under this name")),
    Arg("[--all]", Message("restore everything that the sheets open, not only what the member held")),
)  # fmt: skip


def ask_and(
    args: Given,
    output: Output,
    fits: Callable[[TypedSheets], None],
    come_back: Callable[[str, TypedSheets, bytearray], T],
) -> T:
    """Ask for the member, the sheets and a new passphrase, and return what coming back with them gives.

    Sheets that do not fit are told before a passphrase is chosen. A person at a terminal who mistyped the name
    is asked for it again, and for nothing else.
    """
    member = read_member(args, output)
    typed = typed_sheets(args, output)
    fits(typed)
    passphrase = new_passphrase(args, output, (member,))
    try:
        while True:
            try:
                return come_back(member, typed, bytearray(passphrase))
            except NotFoundError as slip:
                if args.personal_from or not (output.may_ask and sys.stdin.isatty()):
                    raise
                kept = Message("The sheets and the passphrase are kept: type only the name.")
                output.say(Message("{slip}. {kept}", slip=slip.message, kept=kept))
                member = ask_line(Message("Member: "))
    finally:
        passphrase[:] = bytes(len(passphrase))


def said_of(args: Given, back: BroughtBack, root_words: Sequence[str]) -> list[Words]:
    """Return what was done, in words, and what to do now."""
    lines: list[Words] = [Message("Access is restored, and every member will see that it was.")]
    if back.beyond:
        lines.append(Message("IT CAN OPEN EVERYTHING THAT THE SHEETS OPEN, also what this member never held."))
    elif args.all:
        lines.append(Message("`--all` added nothing: the sheets open nothing here that this member did not hold."))
    lines.append(
        Message(
            "The new device holds {compartments}; {old} revoked.",
            compartments=n_compartments(back.compartments),
            old=plural("{count} old device is", "{count} old devices are", count=len(back.ended)),
        )
    )
    if back.left:
        lines.append(Message("The sheets open {left} more, which this member did not hold (`--all`).", left=back.left))
    lines += [] if back.loss is None else [back.loss]
    return [
        *lines,
        Message("Compare the 13 words with those on the sheets:"),
        f"  {' '.join(root_words)}",
        Message("The words were typed here: make new sheets now, `casevault recovery new --old-sheets`."),
    ]


def data_of(back: BroughtBack, root_words: Sequence[str]) -> dict[str, Any]:
    """Return the same for `--json`."""
    return {
        "member": back.member.hex(),
        "device": back.seat.hex(),
        "ended": [seat.hex() for seat in back.ended],
        "compartments": back.compartments,
        "left": back.left,
        "left_out": back.left_out,
        "roster": back.roster,
        "root_words": list(root_words),
    }
