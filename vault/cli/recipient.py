"""`casevault recipient`: lawyers, courts and others who receive packages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.table import Arg, Given, Verb
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.exports.partners import KeptPartner

_NAME = (Personal("name", "--name", Message("Name of the recipient"), required=True),)
_CHANGED = (
    Personal("phone", "--phone", Message("Phone"), is_change=True),
    Personal("email", "--email", Message("E-mail"), is_change=True),
    Personal("town", "--town", Message("Town"), is_change=True),
    Personal("languages", "--language", Message("Language that they speak"), many=True, is_change=True),
)
_WORDS = (Personal("words", "--words", Message("The 13 words, as they read them to you"), required=True),)


def _add(args: Given, output: Output) -> Result:
    args.name = args.typed or args.name
    with opened_to_ask(args, output, _NAME) as (session, values):
        from vault.services.exports import partners

        kept = partners.add(session, name=values["name"][0], age_recipient=args.age)
    return Result(
        _data(kept),
        [
            Message("The recipient is saved. Call them, and let them read the words of their key to you:"),
            f"  {kept.fingerprint}",
            Message(
                "Then confirm it: `casevault recipient confirm`. The member who added a key cannot confirm it, unless"
                " they are an admin."
            ),
        ],
    )


def _present(args: Given, session: Session) -> dict[str, str]:
    """Return how the recipient that is changed is reached."""
    from vault.services.exports import partners

    kept = partners.find(session, args.recipient)
    return {"phone": kept.phone, "email": kept.email, "town": kept.town, "languages": "\n".join(kept.languages)}


def _edit(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _CHANGED, present=partial(_present, args)) as (session, values):
        from vault.services.exports import partners

        said = {key: next(iter(found), None) for key, found in values.items() if key != "languages"}
        languages = values["languages"] or None
        kept = partners.edit(session, args.recipient, age_recipient=args.age, languages=languages, **said)
    return Result(_data(kept), [Message("The change is saved."), *_lines(kept)])


def _confirm(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _WORDS) as (session, values):
        from vault.services.exports import partners

        kept = partners.confirm(session, args.recipient, words=values["words"][0])
    return Result(_data(kept), [Message("The key of this recipient is confirmed.")])


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exports import partners

        kept = partners.list_all(session)
    lines = [line for partner in kept for line in _lines(partner)]
    return Result({"recipients": [_data(partner) for partner in kept]}, lines or [Message("No recipients yet.")])


def _data(kept: KeptPartner) -> dict[str, object]:
    return {
        "recipient": kept.record.hex(),
        "name": kept.name,
        "fingerprint": kept.fingerprint,
        "confirmed": kept.is_confirmed,
        "phone": kept.phone,
        "email": kept.email,
        "town": kept.town,
        "languages": list(kept.languages),
    }


def _lines(kept: KeptPartner) -> list[Words]:
    name = kept.name if kept.is_confirmed else Message("{name}  NOT CONFIRMED", name=kept.name)
    known = [line for line in (kept.phone, kept.email, kept.town, ", ".join(kept.languages)) if line]
    return [name, f"  {kept.fingerprint}", *(f"  {line}" for line in known)]


_RECIPIENT: Final = Arg("RECIPIENT", Message("name or id (`recipient list`)"))
VERBS: Final = (
    Verb("add", Message("save a recipient's age key"), (
        Arg("[NAME]", Message("scripts only; at a terminal it is asked"), into="typed"),
        Arg("--age KEY", Message("the recipient's public key (age1...)")),
        *options_of(_NAME),
    ), _add),
    Verb("list", Message("the recipients"), (), _list),
    Verb("edit", Message("change how to reach a recipient, or their key, which then needs to be confirmed again"), (
        _RECIPIENT,
        Arg("[--age KEY]", Message("another public key of theirs (age1...)")),
        *options_of(_CHANGED),
    ), _edit),
    Verb("confirm", Message("confirm that the recipient read out the words of the key that is stored"), (
        _RECIPIENT, *options_of(_WORDS),
    ), _confirm),
)  # fmt: skip
