"""A new passphrase at the command line: made for the person and shown once, or their own and not too weak."""

from __future__ import annotations

import locale
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vault import platform
from vault.cli.next_steps import in_words
from vault.cli.output import Output
from vault.cli.prompts import read_passphrase
from vault.cli.table import Given
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, Words, joined
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.seal.entrance.words import GeneratedPassphrase

LANGUAGES = ("en", "fr", "ru")

_TRIES = 3
_OWN = Message("New passphrase (press only Enter to have one made): ")
_LIKE_THIS = Message("Capital letters, extra spaces and the keyboard's layout do not matter.")


def is_at_terminal(output: Output) -> bool:
    """Say whether a person can be shown a secret once, and asked."""
    return output.may_ask and sys.stdin.isatty() and sys.stderr.isatty()


def memory_mib(text: str) -> int:
    """Return the value of `--kdf-memory-mib`, refused before anybody types what would be for nothing."""
    from vault.services.credentials import founding

    return founding.checked_memory_mib(text)


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
    from vault.services.credentials import factors

    if language is not None:
        return made_for_person(output, language)
    if args.passphrase_fd is not None or args.passphrase_file is not None:
        given = read_passphrase(args, output, _OWN)
        factors.refuse_weak(given, known)
        return given
    while typed := read_passphrase(args, output, _OWN):
        try:
            factors.refuse_weak(typed, known)
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
    from vault.services.credentials import factors

    if not is_at_terminal(output):
        raise UsageError(
            Message("a made passphrase is shown only at a terminal"),
            next_step=Message(
                "In a script: {generate_passphrase}, and give it by file descriptor.",
                generate_passphrase=NextStep.GENERATE_PASSPHRASE,
            ),
        )
    made = factors.propose(language)
    slip: Words = ""
    for _ in range(_TRIES):
        show(output, made, slip)
        typed = platform.read_tty_passphrase(in_words(Message("Now type it from the paper: ")))
        if factors.is_same(made, typed):
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
