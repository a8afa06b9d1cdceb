"""`casevault export | pack`: a redacted package for one recipient, of a case, or of a client who disappeared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.export import EXPORT, PAGE
from vault.casework.story import headline_said
from vault.cli.act_verbs import arg_of, carried_out, opened_for, verb_of
from vault.cli.nouns import NOUNS
from vault.cli.output import Output, Result
from vault.cli.reviewing import reading_of
from vault.cli.showing import indented
from vault.cli.story import NO_DATE, record_data
from vault.cli.table import Arg, Given, Verb
from vault.display import MINUTE_UTC, local_time, time_data
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from vault.casework.person import Person
    from vault.ids import RecordId
    from vault.services.projection.stored_records import Stored


def _pack(args: Given, output: Output) -> Result:
    leaves = args.to is not None
    if leaves is (args.out is None and args.ask is None):
        raise UsageError(Message("--to and --out go together"))
    if leaves and args.page is not None:
        raise UsageError(Message("--page goes without --to"))
    if not leaves and args.personal_from:
        raise UsageError(Message("--from goes with --to"))
    read = reading_of(args, output) if leaves else None
    with opened_for(EXPORT, args, output) as opened:
        if args.page is not None:
            return carried_out(PAGE, args, output, opened, None)
        session, *_ = opened
        from vault.services.cases import cases
        from vault.services.exports.records_told import require_fact
        from vault.services.projection import authors
        from vault.services.safety import person_pack

        found = person_pack.facts(session, cases.find(session, args.case))
        by = authors.written_by(session, found.confirmed)
        if leaves:
            require_fact(found.confirmed)
            sealed = Given(**{**vars(args), "profile": person_pack.PROFILE})
            return carried_out(EXPORT, sealed, output, opened, read)
    only_said = len(found.unconfirmed)
    several = found.clients if len(found.clients) > 1 else ()
    lines: list[Words] = [
        plural("{count} fact is confirmed", "{count} facts are confirmed", count=len(found.confirmed)),
        *(line for stored in found.confirmed for line in (_line(stored), _confirmed(stored, by))),
        plural("{count} is not confirmed: it stays here", "{count} are not confirmed: they stay here", count=only_said),
        *(_line(stored) for stored in found.unconfirmed),
    ]
    if found.lacks:
        lines += [Message("A reader will miss:"), *map(indented, found.lacks)]
    lines += [Message("It is about one client (choose with --person):")] if several else []
    lines += [indented(Message("{name}  id {id}", name=_name(row), id=short_id(row.record))) for row in several]
    lines.append(Message("`casevault incident edit ID` asks by whom it is confirmed. Then pack with --to and --out."))
    data = {
        "confirmed": [
            record_data(stored)
            | {"written_by": by.get(stored.record, ""), "written": time_data(stored.written_ms, MINUTE_UTC)}
            for stored in found.confirmed
        ],
        "unconfirmed": [record_data(stored) for stored in found.unconfirmed],
        "lacks": [str(line) for line in found.lacks],
        "clients": [{"person": client.record.hex(), "name": client.value.display_name()} for client in found.clients],
    }
    return Result(data, lines)


def _name(client: Stored[Person]) -> Words:
    return client.value.display_name() or Message("no name")


def _line(stored: Stored[Any]) -> Message:
    when, kind = stored.value.when() or NO_DATE, word_of(stored.value.KIND)
    about, short = headline_said(stored.value.KIND, stored.value.headline()), short_id(stored.record)
    return Message("  {when}  {kind}  {about}  id {id}", when=when, kind=kind, about=about, id=short)


def _confirmed(stored: Stored[Any], by: Mapping[RecordId, str]) -> Message:
    """Return by whom a fact is confirmed, and which member wrote that when: a later change would have emptied it."""
    said, name, when = stored.value.confirmed, by.get(stored.record, ""), local_time(stored.written_ms)
    return Message("      confirmed by {who}; {name} wrote it {when}", who=said, name=name, when=when)


_OF_EXPORT: Final = tuple(arg for arg in verb_of(EXPORT).each_arg() if arg.key not in {"profile", "to", "say"})
PACK: Final = (
    Verb("pack", NOUNS["pack"].help, (
        *_OF_EXPORT,
        Arg("[--to NAME]", Message("the recipient's name or id; without it the facts are listed, and nothing leaves")),
        arg_of(PAGE.fields[-1])._replace(help=PAGE.help),
    ), _pack),
)  # fmt: skip

TABLES: Final = {"pack": PACK}
