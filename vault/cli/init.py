"""`casevault init`: make a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.recovery import SET
from vault.cli.act_verbs import arg_of
from vault.cli.nouns import NOUNS
from vault.cli.opening import vault_path
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of, personal_values, read_member, refuse_as_options
from vault.cli.sheet_prompts import at_terminal, compare_paper, files_for, hand_over
from vault.cli.table import Arg, Given, Verb
from vault.cli.way_in import LANGUAGES, memory_mib, new_passphrase
from vault.errors import TryAgainError
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.services.credentials.paper_sheets import SheetFiles
    from vault.services.credentials.vault_founding import NewVault

_NEXT = (
    Message("Next: a case, `casevault case new --kind KIND`; or a colleague, best a second admin first:"),
    Message("  `casevault --vault NEW member join --out REQUEST`."),
)
_BY_HAND = Message(
    "At the end you see recovery sheets, to copy by hand: 33 words each. If you have a printer"
    " of your own, press Ctrl+C now and begin with `casevault init --sheets FOLDER`: each sheet"
    " is a page to print."
)
_ORG = (Personal("org", "--org", Message("Name of the organisation"), required=True),)


def _init(args: Given, output: Output) -> Result:
    from vault.services import this_computer
    from vault.services.credentials import recovery, vault_founding
    from vault.store.folder import VaultFolder

    path = vault_path(args)
    refuse_as_options(args, _ORG)
    VaultFolder(path).require_free()  # before anybody types what would be for nothing
    for line in this_computer.clear_place(path):
        output.say(line)
    if args.sheets_out is None and at_terminal(args, output):
        output.say(_BY_HAND)
    organisation = personal_values(args, output, _ORG)["org"][0]
    member = read_member(args, output)
    passphrase = new_passphrase(args, output, (organisation, member), language=args.generate)
    with files_for(args) as files:
        new = vault_founding.init(
            path,
            organisation=organisation,
            member=member,
            passphrase=passphrase,
            memory_mib=args.kdf_memory_mib,
            sheets=recovery.SHAPES[args.shape],
        )
        passphrase[:] = bytes(len(passphrase))
        lines: list[Words] = [
            Message("The vault is ready at {path}.", path=path),
            Message("Its 13 words, which are also on its recovery sheets:"),
            f"  {' '.join(new.sheets_words)}",
            *_sheets_of(args, output, new, files),
        ]
    lines += [*compare_paper(args, output, new.sheets, [] if files is None else files.paths), *_NEXT]
    return Result({"vault": str(path), "member": new.member.hex(), "sheets_words": list(new.sheets_words)}, lines)


def _sheets_of(args: Given, output: Output, new: NewVault, files: SheetFiles | None) -> list[Words]:
    """Hand the sheets over; the vault is there already, so that what fails now is said as what it is."""
    from vault import clock
    from vault.services.credentials import recovery

    try:
        said = hand_over(args, output, new.sheets, files, day=recovery.day(clock.now_ms()))
    except TryAgainError:
        raise TryAgainError(
            Message("the vault is ready, but its recovery sheets could not be written"),
            next_step=Message("Free some space, then {make_sheets}.", make_sheets=NextStep.MAKE_SHEETS),
        ) from None
    if files is not None or at_terminal(args, output):
        new.note_sheets()
    return said


_SHAPE, _OUT, _LANGUAGE = map(arg_of, SET)
VERBS: Final = (
    Verb("init", NOUNS["init"].help, (
        Arg("[--kdf-memory-mib N]",
            Message("MiB of memory for a passphrase attempt (256), or `auto`: what this computer does in a second"),
            of=lambda text: text if text == "auto" else memory_mib(text)),
        Arg("[--generate LANGUAGE]", Message("make the passphrase from words in this language"), choices=LANGUAGES),
        Arg("[--sheets PATH]", _OUT.help, of=Path, into="sheets_out"),
        Arg("[--language LANGUAGE ...]", _LANGUAGE.help, choices=_LANGUAGE.choices), _SHAPE, *options_of(_ORG),
    ), _init),
)  # fmt: skip
