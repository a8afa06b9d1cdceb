"""What a person reads of a list of cases before and after its import; command and app say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vault.access.session import Session
from vault.ids import short_id
from vault.policy.roles import Action
from vault.services.cases.undoing import UNDO_MINUTES
from vault.services.imports.case_import import Imported, Known, Preview, Way
from vault.services.imports.spreadsheet import EXAMPLES
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, Words, listed, plural

_MOST_SHOWN = 50
_MOST_OF_A_WAY = 20


def fault_lines(preview: Preview) -> list[Words]:
    """Return what is wrong in a list, by row and column, without a value of it; not more of it than can be read."""
    faults = preview.faults
    if not faults:
        return []
    nothing = plural(
        "{count} cell has a fault, and no other row is left to import:",
        "{count} cells have a fault, and no other row is left to import:",
        count=len(faults),
    )
    some = plural(
        "{count} cell has a fault. Its row is left out:",
        "{count} cells have a fault. Their rows are left out:",
        count=len(faults),
    )
    lines: list[Words] = [some if preview.rows else nothing]
    told: dict[tuple[str, Message], int] = {}
    for fault in faults[:_MOST_SHOWN]:
        first = told.setdefault((fault.column, fault.why), fault.row)
        if first != fault.row:  # what may stand there is told once
            lines.append(
                Message("  row {row}, {column}: as in row {first}", row=fault.row, column=fault.column, first=first)
                if fault.column
                else Message("  row {row}: as in row {first}", row=fault.row, first=first)
            )
        elif fault.column:
            lines.append(Message("  row {row}, {column}: {why}", row=fault.row, column=fault.column, why=fault.why))
        else:
            lines.append(Message("  row {row}: {why}", row=fault.row, why=fault.why))
    if len(faults) > _MOST_SHOWN:
        lines.append(Message("  and {count} more", count=len(faults) - _MOST_SHOWN))
    return lines


def to_mend_question(preview: Preview, place: Path) -> Message:
    """Ask whether the rows with a fault are written beside the list, in clear as the list is."""
    return plural(
        "Write the row with a fault to {place}, in clear as the list is, so that you can mend it?",
        "Write the {count} rows with a fault to {place}, in clear as the list is, so that you can mend them?",
        count=_n_to_mend(preview),
        place=place,
    )


def to_mend_lines(preview: Preview, place: Path | None) -> list[Words]:
    """Return where the rows with a fault are; nothing where none has."""
    if not preview.faults:
        return []
    if place is None:
        return [
            plural(
                "{count} row with a fault was not imported. It stands in the list as before.",
                "{count} rows with a fault were not imported. They stand in the list as before.",
                count=_n_to_mend(preview),
            )
        ]
    return [
        plural(
            "{count} row to mend is at {place}, in clear. Import that file next, not the whole list again.",
            "{count} rows to mend are at {place}, in clear. Import that file next, not the whole list again.",
            count=_n_to_mend(preview),
            place=place,
        )
    ]


def _n_to_mend(preview: Preview) -> int:
    return len(preview.to_mend) - 1


def template_lines(place: Path) -> list[Words]:
    """Return where the template is, and what may stand in its columns."""
    lines: list[Words] = [Message("The empty list is at {path}.", path=place)]
    lines.append(Message("What its columns can contain, for example:"))
    lines += [Message("  {column}: {words}", column=column, words=", ".join(words)) for column, *words in EXAMPLES]
    return lines


def preview_lines(session: Session, preview: Preview) -> list[Words]:
    """Return what a list would make, and who of it may be known already, with the rows of each."""
    session.require(Action.MEMBER_LIST)
    rows = preview.rows
    lines: list[Words] = [
        plural("The list has {count} case.", "The list has {count} cases.", count=len(rows)),
        Message(
            "  with a client: {clients}, with a next date: {dates}, with a note: {notes}",
            clients=sum(row.client is not None for row in rows),
            dates=sum(row.task is not None for row in rows),
            notes=sum(row.note is not None for row in rows),
        ),
    ]
    names = names_of_members(session)
    for way, known in preview.known.items():
        lines.append(HEADS[way])
        lines += [_line(who, [name_in(names, member) for member in who.members]) for who in known[:_MOST_OF_A_WAY]]
        if len(known) > _MOST_OF_A_WAY:
            lines.append(Message("  and {count} more", count=len(known) - _MOST_OF_A_WAY))
    return lines


def _line(who: Known, members: Sequence[str]) -> Message:
    if members:
        return Message("  row {row}: ask {members}", row=who.row, members=listed(members))
    if who.place is None:
        return Message("  row {row}: as in row {other}", row=who.row, other=who.other_row)
    return Message("  row {row}: {ref}  {name}", row=who.row, ref=who.ref, name=who.name)


def made_lines(imported: Imported) -> Iterator[Words]:
    """Yield how many cases were made, each with its title by its reference, and what is left to do."""
    yield plural("{count} case is made.", "{count} cases are made.", count=len(imported.cases))
    for ref, title in imported.titles.items():
        yield Message("  {ref}  {title}", ref=ref, title=title)
    if imported.left_out:
        yield plural("{count} row was left out.", "{count} rows were left out.", count=len(imported.left_out))
    if imported.to_join:
        yield Message("These may be one person. Look at both, then join them:")
        for pair in imported.to_join:
            yield Message(
                "  {person}  {new_ref}  {new_name}   and   {other}  {ref}  {name}",
                new_ref=pair.new_ref,
                new_name=pair.new_name,
                person=short_id(pair.person),
                ref=pair.ref,
                name=pair.name,
                other=short_id(pair.other),
            )
    yield Message("It can be taken back as a whole for {minutes} minutes, before any bundle.", minutes=UNDO_MINUTES)


HEADS: Mapping[Way, Message] = {
    Way.NUMBER: Message("These have a number of somebody in your cases:"),
    Way.NAME: Message("These have the name of somebody in your cases:"),
    Way.FILE: Message("These are in the list twice:"),
    Way.REGISTER: Message("These may be known to colleagues:"),
}
