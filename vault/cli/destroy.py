"""`casevault destroy`: destroy your own key slot at once, or all slots after many failed attempts."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of, personal_values
from vault.cli.table import Arg, Given, Verb
from vault.errors import UsageError
from vault.words.message import Message

_OFF = "off"
_SENTENCE = (Personal("sentence", "--sentence", Message("To go on, type: destroy my access here"), required=True),)


def _access(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import destroying

        destroying.require_armed(session)
        for line in (
            Message("Your passphrase will open nothing here any more."),
            Message("Your drafts and your index on this device are deleted."),
            Message("Other members of this folder keep their access."),
            Message("Copies of this folder and backups still open as they do now."),
        ):
            output.say(line)
        typed = personal_values(args, output, _SENTENCE)["sentence"][0]
        destroying.destroy_access(session, typed=typed)
    return Result(
        {"destroyed": True},
        [
            Message("Your access here is destroyed. The log of this vault says that its keys were changed."),
            Message("Ask an admin to revoke this device. A backup or the recovery sheets restore access."),
        ],
    )


def _after(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import destroying

        destroying.destroy_slots_after(session, args.count)
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


VERBS: Final = (
    Verb("access", Message("destroy your key slot for this vault on this device"), options_of(_SENTENCE), _access),
    Verb("after-wrong-attempts", Message(
        "destroy every key slot of this folder after N failed attempts (off by default)"
    ), (
        Arg("N|off", Message("20 or more, or `off`"), of=_count, into="count"),
    ), _after),
)  # fmt: skip
