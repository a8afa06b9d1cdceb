"""`casevault factor`: what your seat needs beside the passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.next_steps import in_words
from vault.cli.opening import opened, read_entrance, read_pin
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb, new_file
from vault.errors import UsageError
from vault.words.message import Message, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.services.credentials.factors import FactorInUse


def _list(args: Given, output: Output) -> Result:
    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        from vault.services.credentials import factors

        return _used(factors.list_own(session, entrance.factors))


def _add(args: Given, output: Output) -> Result:
    if (args.kind == "keyfile") != (args.out is not None):
        missing = Message("say where the keyfile goes")
        refused = Message("a security key needs no file")
        raise UsageError(
            missing if args.out is None else refused,
            next_step=Message("`casevault factor add keyfile --out F`, or `casevault factor add fido2`."),
        )
    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        from vault.services.credentials import factors

        member, given = entrance.member, entrance.factors
        if args.kind == "keyfile":
            now = factors.add_keyfile(session, member=member, factors=given, path=args.out)
            words = (
                Message("From now on you need this file too: {out} (option --keyfile).", out=args.out),
                Message("Keep a second copy away from this computer: without it only the recovery sheets help."),
            )
        else:
            now = factors.add_security_key(
                session, member=member, factors=given, provider=factors.security_key(read_pin)
            )
            words = (
                Message("From now on you need this security key too (option --security-key)."),
                Message("If it is lost or emptied, only the recovery sheets help."),
            )
        return _used(factors.list_own(session, now), (*words, factors.OLD_COPIES))


def _remove(args: Given, output: Output) -> Result:
    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        from vault.services.credentials import factors

        now = factors.remove(
            session, member=entrance.member, factors=entrance.factors, name=factors.FactorName(args.kind)
        )
        words = (Message("It is no longer required."), factors.OLD_COPIES)
        return _used(factors.list_own(session, now), words)


def _used(used: Sequence[FactorInUse], words: Sequence[Message] = ()) -> Result:
    data: dict[str, object] = {"factors": [{"name": factor.name, "is": factor.words} for factor in used]}
    if words:
        data["note"] = joined(words)
    return Result(data, [*words, *(f"{factor.name:<11} {in_words(factor.words)}" for factor in used)])


_KIND: Final = Arg("KIND", Message("what it is"), choices=("keyfile", "fido2"))
VERBS: Final = (
    Verb("list", Message("list what you need to unlock"), (), _list),
    Verb("add", Message("require a file or a security key from now on"), (
        _KIND,
        Arg("[--out F]", Message("where to write the new keyfile: a stick that you carry"), of=new_file),
    ), _add),
    Verb("remove", Message("stop requiring it"), (_KIND,), _remove),
)  # fmt: skip
