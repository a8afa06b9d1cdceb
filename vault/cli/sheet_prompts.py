"""Recovery sheets at the command line: typed back row by row, shown or written; and the two ways back by them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, TypeVar

from vault.acts.recovery import PROVE, hand_out, in_files, n_compartments
from vault.cli.output import Output, in_words
from vault.cli.prompts import Personal, ask_line, personal_values, read_member
from vault.cli.table import Arg, Given
from vault.cli.way_in import new_passphrase
from vault.errors import NotFoundError, UsageError, VaultError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.recovering import BroughtBack
    from vault.access.session import Session
    from vault.seal.recovery import Sheet
    from vault.services.credentials.paper_sheets import SheetFiles, TypedSheets


BY_SHEETS: Final = Arg(
    "[--sheets]",
    Message("let the recovery sheets do it: for admins, or where nobody else can"),
    into="by_sheets",
)
PIPED_SHEETS: Final = Personal("sheets", "--sheet", Message("The words of a sheet"), many=True)
_TYPE_ROWS = Message(
    "Type each row of a sheet: three words and the number beside them. The first four letters of each word are enough."
)


def files_for(args: Given) -> AbstractContextManager[SheetFiles | None]:
    """Return the new files of the sheets, made before there is anything to write; if the block fails they go."""
    from vault.services.credentials.paper_sheets import sheet_files

    count = int(args.shape.rpartition("-")[2])
    return nullcontext() if args.sheets_out is None else sheet_files(args.sheets_out, count)


def hand_over(args: Given, output: Output, new: Sequence[Sheet], files: SheetFiles | None, *, day: str) -> list[Words]:
    """Give the sheets to files or to the terminal, and say what comes next; to neither, they stay sealed here."""
    if files is not None:
        files.write(new, day=day, languages=args.language or ())
        return [*in_files(files, new), _DRILL]
    if not at_terminal(args, output):
        return [
            Message("There are no recovery sheets yet; without them a lost passphrase loses the vault."),
            Message("Write them: `casevault recovery sheets --out FOLDER`."),
        ]
    copied(output, new)
    return [hand_out(new), _DRILL]


_DRILL = Message("{words}: `casevault {act}`.", words=PROVE.words, act=PROVE.act)


def at_terminal(args: Given, output: Output) -> bool:
    """Say whether somebody sits at a screen on which secrets may be shown."""
    return output.may_ask and sys.stdin.isatty() and sys.stdout.isatty() and not args.json


def secret_typed(args: Given, output: Output, session: Session, piped: Sequence[str] | None = None) -> bytes:
    """Return the secret of the sheets in effect, as typed or piped."""
    from vault.services.credentials import recovery

    return recovery.secret_of(session, typed_sheets(args, output, piped))


def require_terminal(args: Given, output: Output) -> None:
    """Return where new sheets can be shown.

    Raises:
        UsageError: nobody is there to copy them.
    """
    if not at_terminal(args, output):
        raise UsageError(
            Message("the sheets need a file or a terminal"),
            next_step=Message("Give --out FOLDER, or run it at a terminal."),
        )


def typed_sheets(args: Given, output: Output, piped: Sequence[str] | None = None) -> TypedSheets:
    """Return sheets as typed at the terminal, row by row, or as piped: `{"sheets": ["word word ...", ...]}`.

    `piped` are those that were read already.

    Raises:
        UsageError: there is neither a terminal nor a pipe.
        VerificationError: a piped sheet is wrong; the text names sheet and row.
    """
    from vault.services.credentials.paper_sheets import TypedSheets

    typed = TypedSheets()
    if args.personal_from or not (output.may_ask and sys.stdin.isatty()):
        if not args.personal_from:
            raise UsageError(
                Message("the sheets are missing"),
                next_step=Message(
                    "Type them at a terminal, or pipe them: `--from -` with a JSON object whose `sheets` is a list of"
                    " texts, the 33 words of a sheet each."
                ),
            )
        if piped is None:
            args.sheets = None
            piped = personal_values(args, output, (PIPED_SHEETS,))["sheets"]
        for text in piped:
            typed.take_sheet(text)
        return typed
    output.say(_TYPE_ROWS)
    try:
        while not typed.is_enough:
            sheet, row = typed.place
            if row == 1 and typed.needed is not None:
                output.say(
                    Message(
                        "Now the next sheet, {sheet} of the {needed} that are needed:", sheet=sheet, needed=typed.needed
                    )
                )
            try:
                typed.take_row(ask_line(Message("  {name}, row {row}: ", name=typed.name, row=f"{row:>2}")))
            except UsageError:
                raise
            except VaultError as slip:
                output.say(Message("  {slip}. {next_step}", slip=slip.message, next_step=slip.next_step))
    finally:
        output.clear()
    return typed


def copied(output: Output, new: Sequence[Sheet]) -> None:
    """Show each sheet until somebody has it on paper: three of its words are asked behind it."""
    for sheet in new:
        slip: Words = ""
        while not _is_copied(output, sheet, slip):
            slip = Message("That is not the word that was shown: here is the sheet again.\n\n")


def _is_copied(output: Output, sheet: Sheet, slip: Words) -> bool:
    from vault.services.credentials.paper_sheets import is_word, questions, shown

    output.show_once(
        f"{in_words(slip)}{shown(sheet)}",
        Message("Copy this sheet to paper, then press Enter. You are asked for three of its words. "),
    )
    try:
        return all(is_word(sheet, place, ask_line(_word_wanted(sheet, place))) for place in questions(sheet))
    finally:
        output.clear()


def compare_paper(args: Given, output: Output, new: Sequence[Sheet], paths: Sequence[object]) -> list[Words]:
    """Ask for three words of each sheet that was written for the printer, once it is on paper; say how it went.

    At a terminal alone; Enter leaves it to the drill, which compares everything.
    """
    from vault.services.credentials.paper_sheets import is_word, questions

    if not paths or not at_terminal(args, output):
        return []
    for path in paths:
        output.say(f"  {path}")
    output.say(
        Message(
            "Print these now, then type three words of each from the paper. Press only Enter to leave that to the"
            " drill."
        )
    )
    try:
        for sheet in new:
            for place in questions(sheet):
                while typed := ask_line(_word_wanted(sheet, place)):
                    if is_word(sheet, place, typed):
                        break
                    output.say(Message("That is not the word of this sheet. Look at the paper again."))
                else:
                    return [Message("The paper was not compared.")]
    finally:
        output.clear()
    return [Message("Three words of each sheet were compared with the paper.")]


def _word_wanted(sheet: Sheet, place: int) -> Message:
    return Message("Sheet {number}, word {place}, from your paper: ", number=sheet.number, place=place)


# What the two ways back by recovery sheets ask and say alike: into a vault that is here, and out of a backup.
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


def come_back_said(args: Given, back: BroughtBack, sheets_words: Sequence[str]) -> list[Words]:
    """Return what was done, in words, and what to do now."""
    lines: list[Words] = [
        Message("Access is restored. Every member hears of it with the next bundle from this device.")
    ]
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
    return [
        *lines,
        Message("Compare the 13 words with those on the sheets:"),
        f"  {' '.join(sheets_words)}",
        Message("The words were typed here: make new sheets now, `casevault recovery new`."),
    ]


def come_back_data(back: BroughtBack, sheets_words: Sequence[str]) -> dict[str, Any]:
    return {
        "member": back.member.hex(),
        "device": back.seat.hex(),
        "ended": [seat.hex() for seat in back.ended],
        "compartments": back.compartments,
        "left": back.left,
        "sheets_words": list(sheets_words),
    }
