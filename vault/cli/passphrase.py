"""`casevault passphrase`: change your passphrase, or make one from words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vault.cli.new_passphrase import LANGUAGES, is_at_terminal, new_passphrase, show, usual_language
from vault.cli.opening import opened, read_entrance
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb
from vault.errors import UsageError
from vault.words.message import Message


def _change(args: Given, output: Output) -> Result:
    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        from vault.services.credentials import factors

        source = Given(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        new = new_passphrase(source, output, (entrance.member,), language=args.generate)
        try:
            factors.change_passphrase(session, member=entrance.member, old=entrance.factors, new=new)
        finally:
            for secret in (new, entrance.factors.passphrase):
                secret[:] = bytes(len(secret))
    return Result(
        {"changed": True, "note": factors.OLD_COPIES},
        [Message("The passphrase is changed."), factors.OLD_COPIES],
    )


def _generate(args: Given, output: Output) -> Result:
    from vault.services.credentials import factors

    made = factors.propose(args.language or usual_language(), args.words)
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


VERBS: Final = (
    Verb("change", Message("change your passphrase"), (
        Arg("[--generate LANGUAGE]", Message("make it from words in this language"), choices=LANGUAGES),
        Arg("[--new-passphrase-fd N]", Message("read the new passphrase from this file descriptor (scripts)"), of=int),
        Arg("[--new-passphrase-file F]", Message("read the new passphrase from this file (scripts)"), of=Path),
    ), _change),
    Verb("generate", Message("make a passphrase and show it once"), (
        Arg("[--language LANGUAGE]", Message("language of its words (this computer's language)"), choices=LANGUAGES),
        Arg("[--words N]", Message("number of words (as many as give 77 bits)"), of=int),
        Arg("[--show]", Message("print it as the answer: for scripts, never on a screen")),
    ), _generate),
)  # fmt: skip
