"""`casevault passphrase generate | factor list | destroy`: what opens your own seat: made, listed, destroyed."""

from __future__ import annotations

import locale
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault import platform
from vault.acts.device import listed
from vault.cli.opening import opened, read_entrance
from vault.cli.output import Output, Result, in_words
from vault.cli.prompts import Personal, is_at_terminal, options_of, personal_values, read_passphrase
from vault.cli.table import Arg, Given, Verb
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, Words, joined
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.seal.entrance.wordlists import GeneratedPassphrase


# A new passphrase at the command line: made for the person and shown once, or their own and not too weak.
LANGUAGES = ("en", "fr", "ru")

_TRIES = 3
_OWN = Message("New passphrase (press only Enter to have one made): ")
_LIKE_THIS = Message("Capital letters, extra spaces and the keyboard's layout do not matter.")


def memory_mib(text: str) -> int:
    """Return the value of `--kdf-memory-mib`, refused before anybody types what would be for nothing."""
    from vault.services.credentials import vault_founding

    return vault_founding.checked_memory_mib(text)


def usual_language() -> str:
    """Return the language of the words that this computer's language asks for."""
    name = (locale.getlocale(locale.LC_CTYPE)[0] or "").lower()  # `ru_RU`, or `Russian_Russia` on Windows
    return next((language for language in LANGUAGES if name.startswith(language)), LANGUAGES[0])


def new_passphrase(args: Given, output: Output, known: Sequence[str], *, language: str | None = None) -> bytearray:
    """Return a passphrase that is not too weak; the caller wipes it.

    At a terminal it is asked for until it is not too weak: a second try must not meet the shell and its history.

    `known` are names that a guesser knows. With a language it is made, of words of it; None lets the person choose.

    Raises:
        RefusedError: a script gave one that is too easy to guess.
        UsageError: there is no terminal for what was asked.
    """
    from vault.services.credentials import entering

    if language is not None:
        return made_for_person(output, language)
    if args.passphrase_fd is not None or args.passphrase_file is not None:
        given = read_passphrase(args, output, _OWN)
        entering.refuse_weak(given, known)
        return given
    while typed := read_passphrase(args, output, _OWN):
        try:
            entering.refuse_weak(typed, known)
        except RefusedError:
            slip = Message("This passphrase is too easy to guess. Type another one.")
        else:
            again = read_passphrase(args, output, Message("The same again: "))
            is_same = again == typed
            again[:] = bytes(len(again))
            if is_same:
                return typed
            slip = Message("The two were not the same. Type it twice again.")
        typed[:] = bytes(len(typed))
        output.say(slip)
    return made_for_person(output, usual_language())


def made_for_person(output: Output, language: str) -> bytearray:
    """Make a passphrase, show it once, and return it when it was typed back from the paper.

    Raises:
        UsageError: no terminal, or it was typed back wrong three times; nothing was changed.
    """
    from vault.services.credentials import entering

    if not is_at_terminal(output):
        raise UsageError(
            Message("a made passphrase is shown only at a terminal"),
            next_step=Message(
                "In a script: {generate_passphrase}, and give it by file descriptor.",
                generate_passphrase=NextStep.GENERATE_PASSPHRASE,
            ),
        )
    made = entering.propose_passphrase(language)
    slip: Words = ""
    for _ in range(_TRIES):
        show(output, made, slip)
        typed = platform.read_tty_passphrase(in_words(Message("Now type it from the paper: ")))
        if entering.is_same(made, typed):
            return bytearray(made.text().encode())
        slip = Message("That is not what was shown. Here it is again.\n\n")
    raise UsageError(
        Message("the passphrase was not typed back"), next_step=Message("Nothing was changed. Begin again.")
    )


def show(output: Output, made: GeneratedPassphrase, slip: Words = "") -> None:
    """Show a passphrase on the cleared screen until Enter is pressed; `slip` says why it is shown again."""
    words = joined([f"  {number}. {word}" for number, word in enumerate(made.words, 1)], "\n") or ""
    output.show_once(
        Message(
            "{slip}YOUR PASSPHRASE\n\n{words}\n\nOne space between two. {like_this}\nWorth {bits} bits:"
            " nobody guesses it, as long as nobody reads it.\n",
            slip=slip,
            words=words,
            like_this=_LIKE_THIS,
            bits=int(made.bits),
        ),
        Message("Write it on paper, then press Enter; it is not shown again. "),
    )


# `casevault passphrase generate`: make one from words.
def _generate(args: Given, output: Output) -> Result:
    from vault.services.credentials import entering

    made = entering.propose_passphrase(args.language or usual_language(), args.words)
    data: dict[str, object] = {"language": made.language.value, "bits": round(made.bits, 1)}
    if args.show:
        return Result(data | {"passphrase": made.text()}, [made.text()])
    if not is_at_terminal(output):
        raise UsageError(
            Message("a made passphrase is shown only at a terminal"),
            next_step=Message("In a script, ask for it: --show."),
        )
    show(output, made)
    return Result(
        data, [Message("It was worth {bits} bits. Use it with `casevault passphrase change`.", bits=int(made.bits))]
    )


NEW_PASSPHRASE: Final = (
    Arg("[--generate LANGUAGE]", Message("make it from words in this language"), choices=LANGUAGES),
    Arg("[--new-passphrase-fd N]", Message("read the new passphrase from this file descriptor (scripts)"), of=int),
    Arg("[--new-passphrase-file F]", Message("read the new passphrase from this file (scripts)"), of=Path),
)
PASSPHRASE: Final = (
    Verb("generate", Message("make a passphrase and show it once"), (
        Arg("[--language LANGUAGE]", Message("language of its words (this computer's language)"), choices=LANGUAGES),
        Arg("[--words N]", Message("number of words (as many as give 77 bits)"), of=int),
        Arg("[--show]", Message("print it as the answer: for scripts, never on a screen")),
    ), _generate),
)  # fmt: skip


# `casevault factor`: what your seat needs beside the passphrase.
def _list(args: Given, output: Output) -> Result:
    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        from vault.services.credentials import entering

        used = entering.list_factors(session, entrance.factors)
    return Result({"factors": listed(used)}, [f"{factor.name:<11} {in_words(factor.words)}" for factor in used])


FACTOR: Final = (Verb("list", Message("list what you need to unlock"), (), _list),)


# `casevault destroy`: destroy your own key slot at once, or all slots after many failed attempts.
_OFF = "off"
_SENTENCE = (Personal("sentence", "--sentence", Message("To go on, type: destroy my access here"), required=True),)


def _access(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import entering

        entering.require_armed(session)
        for line in (
            Message("Your passphrase will open nothing here any more."),
            Message("Your drafts and your index on this device are deleted."),
            Message("Other members of this folder keep their access."),
            Message("Copies of this folder and backups still open as they do now."),
        ):
            output.say(line)
        typed = personal_values(args, output, _SENTENCE)["sentence"][0]
        entering.destroy_access(session, typed=typed)
    return Result(
        {"destroyed": True},
        [
            Message("Your access here is destroyed. The log of this vault says that its keys were changed."),
            Message("Ask an admin to revoke this device. A backup or the recovery sheets restore access."),
        ],
    )


def _after(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import entering

        entering.destroy_slots_after(session, args.count)
    if args.count is None:
        return Result({"after": None}, [Message("Wrong attempts destroy nothing here; they only cause a delay.")])
    return Result(
        {"after": args.count},
        [
            Message(
                "After {count} wrong attempts in a row, EVERY slot of this folder is destroyed: yours and those of all"
                " members who use it on this device. After that only the recovery sheets and backups restore access.",
                count=args.count,
            ),
            Message("This limits attempts with this account; it does not limit a person who copied the folder."),
        ],
    )


def _count(text: str) -> int | None:
    if text == _OFF:
        return None
    if not text.isdecimal():
        raise UsageError(Message("the count is neither a number nor `off`"))
    return int(text)


DESTROY: Final = (
    Verb("access", Message("destroy your key slot for this vault on this device"), options_of(_SENTENCE), _access),
    Verb("after-wrong-attempts", Message(
        "destroy every key slot of this folder after N failed attempts (off by default)"
    ), (
        Arg("N|off", Message("20 or more, or `off`"), of=_count, into="count"),
    ), _after),
)  # fmt: skip

TABLES: Final = {"passphrase": PASSPHRASE, "factor": FACTOR, "destroy": DESTROY}
