"""`casevault destroy`: destroy your own key slot at once, or all slots after many failed attempts."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal, personal_values
from vault.errors import UsageError
from vault.words.message import Message

_OFF = "off"


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `access`, `after-wrong-attempts`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="access | after-wrong-attempts")
    access = verbs.add_parser("access", help="destroy your key slot for this vault on this device", allow_abbrev=False)
    add_personal(access, _sentence())
    access.set_defaults(command=_access)
    after = verbs.add_parser(
        "after-wrong-attempts",
        help="destroy every key slot of this folder after N failed attempts (off by default)",
        allow_abbrev=False,
    )
    after.add_argument("count", metavar="N|off", type=_count, help="20 or more, or `off`")
    after.set_defaults(command=_after)


def _sentence() -> tuple[Personal, ...]:
    return (Personal("sentence", "--sentence", "To go on, type: destroy my access here", required=True),)


def _access(args: argparse.Namespace, output: Output) -> Result:
    from vault.errors import RefusedError
    from vault.services.credentials import destroying

    with opened(args, output) as session:
        reason = destroying.why_not_armed(session)
        if reason is not None:
            raise RefusedError(
                Message("your access is not destroyed: {reason}", reason=reason),
                next_step=Message(
                    "Prove the recovery sheets, make a backup on a disk that stays elsewhere, then repeat."
                ),
            )
        for line in (
            "Your passphrase will open nothing here any more. Your drafts and your index on this device are deleted.",
            "Other members of this folder keep their access.",
            "Copies of this folder and backups still open as they do now.",
        ):
            output.say(line)
        typed = personal_values(args, output, _sentence(), "destroy access")["sentence"][0]
        destroying.destroy_access(session, typed=typed)
    return Result(
        {"destroyed": True},
        [
            "Your access here is destroyed. The log of this vault says that its keys were changed.",
            "Ask an admin to revoke this device. A backup or the recovery sheets restore access.",
        ],
    )


def _after(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.credentials import destroying

    with opened(args, output) as session:
        destroying.destroy_slots_after(session, args.count)
    if args.count is None:
        return Result({"after": None}, ["Wrong attempts destroy nothing here; they only cause a delay."])
    return Result(
        {"after": args.count},
        [
            f"After {args.count} wrong attempts in a row, EVERY slot of this folder is destroyed: yours and those of",
            "all members who use it on this device. After that only the recovery sheets and backups restore access.",
            "This limits attempts with this account; it does not limit a person who copied the folder.",
        ],
    )


def _count(text: str) -> int | None:
    if text == _OFF:
        return None
    if not text.isdecimal():
        raise UsageError(Message("the count is neither a number nor `off`"))
    return int(text)
