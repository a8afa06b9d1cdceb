"""What bundles bring and hold, in sentences: the same at the command line and on the screens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from vault.display import bytes_text
from vault.ids import CompartmentKind, short_id
from vault.services.backups.restoring import day
from vault.services.cases.two_versions import InTwo
from vault.services.exchange.syncing import ImportedBundle, Inside, MadeBundle
from vault.words.message import Message, Value, enumerated, filled, listed, plural
from vault.words.next_step import NextStep

# kind of record -> (one, several); all others are "other records"
_WORDS: Final = {
    "case": plural("{count} case", "{count} cases", count=0),
    "person": plural("{count} person", "{count} people", count=0),
    "note": plural("{count} note", "{count} notes", count=0),
    "disclosure": plural("{count} record of a referral", "{count} records of referrals", count=0),
    "document": plural("{count} document", "{count} documents", count=0),
    "partner": plural("{count} recipient", "{count} recipients", count=0),
    "member": plural("{count} member", "{count} members", count=0),
    "slip": plural("{count} intake slip", "{count} intake slips", count=0),
}
_OTHER: Final = plural("{count} other record", "{count} other records", count=0)
_GAINED: Final = {
    CompartmentKind.CASE: plural(
        "You can open {count} more case from now on.", "You can open {count} more cases from now on.", count=0
    ),
    CompartmentKind.SECTION: plural(
        "You can open {count} more restricted section from now on.",
        "You can open {count} more restricted sections from now on.",
        count=0,
    ),
}
_GAINED_SHARED: Final = plural(
    "You can open {count} more list that members share (calls, register, recipients).",
    "You can open {count} more lists that members share (calls, register, recipients).",
    count=0,
)
_WITHDRAWN: Final = plural(
    "{count} case or section is no longer open to you.",
    "{count} cases and sections are no longer open to you.",
    count=0,
)
_CONFLICTS: Final = plural(
    "CONFLICT: {count} record outside cases was changed twice. The next change of it joins both.",
    "CONFLICT: {count} records outside cases were changed twice. The next change of each joins both.",
    count=0,
)
_MOST_CONFLICTS: Final = 20


def made_lines(made: MadeBundle) -> list[Message]:
    """Return where a bundle lies, for whom it opens and what is in it."""
    opens = plural(
        "The bundle is at {path} ({size}). It opens on {count} device of this member and nowhere else.",
        "The bundle is at {path} ({size}). It opens on {count} devices of this member and nowhere else.",
        count=made.seats,
        path=made.path,
        size=bytes_text(made.size),
    )
    left_out = [_left_out(reference, count) for reference, count in sorted(made.too_long.items())]
    return [opens, _inside(made.entries, made.versions), *left_out, *_documents(made)]


def _documents(made: MadeBundle) -> list[Message]:
    carried = plural(
        "The content of documents is in it: {count} file.",
        "The content of documents is in it: {count} files, with the texts that were read from them.",
        count=made.documents,
    )
    wait = plural(
        "NOT IN IT: the content of {count} document: no room, or not whole here. A next bundle takes it.",
        "NOT IN IT: the contents of {count} documents: no room, or not whole here. A next bundle takes them.",
        count=made.left_out,
    )
    return [carried] * bool(made.documents) + [wait] * bool(made.left_out)


def _left_out(reference: str, count: int) -> Message:
    return plural(
        "NOT IN IT: {count} record{home} is too long for a bundle. The member who imports it is told that"
        " something is missing. Write the record again in parts.",
        "NOT IN IT: {count} records{home} are too long for a bundle. The member who imports it is told that"
        " something is missing. Write the records again in parts.",
        count=count,
        home=Message(" of {reference}", reference=reference) if reference else "",
    )


def inside_lines(inside: Inside) -> list[Message]:
    """Return what a bundle says of itself."""
    rows = {kind.name: count for kind, count in inside.counts.items()}
    made = Message(
        "A bundle of {sender}, made on {day} by their clock ({size}).",
        sender=inside.sender,
        day=day(inside.made_ms),
        size=bytes_text(inside.size),
    )
    unknown = Message("{made} Nobody here knows that device yet.", made=made)
    lacks = plural(
        "This device lacks {count} entry of what its maker has. Nothing was imported.",
        "This device lacks {count} entries of what its maker has. Nothing was imported.",
        count=inside.entries,
    )
    return [made if inside.is_known else unknown, _inside(rows.get("OPERATION", 0), rows.get("VERSION", 0)), lacks]


def _inside(entries: int, versions: int) -> Message:
    return Message(
        "In it: {entries} and {versions}.",
        entries=_entries(entries),
        versions=plural("{count} saved change", "{count} saved changes", count=versions),
    )


def imported_lines(imported: ImportedBundle) -> list[Message]:
    """Return what came with a bundle, what waits and what was refused."""
    sender, came = imported.sender, _came(imported.came)
    entries = _entries(imported.entries)
    if came:
        lines = [Message("The bundle of {sender} brought {came}.", sender=sender, came=came)]
        lines += [Message("{entries} of the log came with it.", entries=entries)] if imported.entries else []
    elif imported.entries:
        no_record = Message(
            "The bundle of {sender} brought {entries} of the log, and no new record that you can open.",
            sender=sender,
            entries=entries,
        )
        lines = [no_record]
    else:
        lines = [Message("{sender}: nothing new came.", sender=sender)]
    for count, words in (
        *((imported.gained_kinds.get(kind, 0), words) for kind, words in _GAINED.items()),
        (sum(count for kind, count in imported.gained_kinds.items() if kind not in _GAINED), _GAINED_SHARED),
        (len(imported.withdrawn), _WITHDRAWN),
        (imported.other_conflicts, _CONFLICTS),
    ):
        lines += [filled(words, count=count)] if count else []
    lines += _conflicts(imported.conflicts)
    lines += _known(imported)
    lines += [Message("WAITS: {what}", what=pending) for pending in imported.pending]
    lines += [Message("REFUSED: {what}", what=fault) for fault in imported.faults]
    return lines


def _conflicts(found: Sequence[InTwo]) -> Iterator[Message]:
    """Yield which records were changed twice, without a word of what they say, and how to join them."""
    for each in found[:_MOST_CONFLICTS]:
        what = each.place.kind.replace("-", " ")
        if each.is_case:
            yield Message("CONFLICT: the case {ref} has two versions now.", ref=each.ref)
        else:
            record = short_id(each.place.record)
            yield Message(
                "CONFLICT: {ref} has two versions of a record: {kind} {id}.", ref=each.ref, kind=what, id=record
            )
    more = len(found) - _MOST_CONFLICTS
    if more > 0:
        yield plural("CONFLICT: {count} more record.", "CONFLICT: {count} more records.", count=more)
    if found:
        yield Message("You see both and say what stands: {join}.", join=NextStep.JOIN_VERSIONS)


def _known(imported: ImportedBundle) -> Iterator[Message]:
    """Yield where to look and whom to ask for people who may be known already; it names none of them."""
    for person in imported.known.people:
        if person.refs:
            yield Message(
                "A MATCH MAY EXIST for somebody of {ref}: look at {others}.",
                ref=person.ref,
                others=enumerated(person.refs),
            )
        if person.ask:
            yield Message(
                "A MATCH MAY EXIST for somebody of {ref}: ask {names}.", ref=person.ref, names=enumerated(person.ask)
            )
    if imported.known.passed_over:
        yield plural(
            "{count} person too many came to compare all at once. Search before you add anybody.",
            "{count} people too many came to compare all at once. Search before you add anybody.",
            count=imported.known.passed_over,
        )


def _came(counts: Mapping[str, int]) -> Value:
    known = [filled(words, count=counts[kind]) for kind, words in _WORDS.items() if counts.get(kind)]
    others = sum(count for kind, count in counts.items() if kind not in _WORDS)
    return listed([*known, *([filled(_OTHER, count=others)] if others else [])])


def _entries(count: int) -> Message:
    return plural("{count} entry", "{count} entries", count=count)
