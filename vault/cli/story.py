"""What is kept in a case of each kind of record with a form: `casevault wanted list` and others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from vault.casework.form import FormedRecord, labelled
from vault.casework.story import STORY, headline_said
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.table import CASE, Given, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.ids import RecordId
    from vault.services.projection.reading import Stored

NO_DATE: Final = Message("no date")


def _list(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, people, story
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        found = story.list_in(session, case, (kind.KIND,), why=args.why)
        by, names = authors.written_by(session, found), people.names_in(session, case)
    lines = [line for record in found for line in record_lines(record, by.get(record.record, ""), names)]
    return Result({"records": [record_data(record) for record in found]}, lines or [Message("There are none.")])


def record_data(record: Stored[FormedRecord]) -> dict[str, object]:
    """Return a record for `--json`."""
    return {"record": record.record.hex(), "kind": record.value.KIND, **record.value.plain()}


def record_lines(record: Stored[FormedRecord], by: str, names: Mapping[RecordId, str] | None = None) -> list[Words]:
    """Return a record for people; `by` says who wrote it, `names` what the people of its case are called."""
    value = record.value
    head = Message(
        "{when}  {kind}  {about}  id {id}  {name}",
        when=value.when() or NO_DATE,
        kind=word_of(value.KIND),
        about=headline_said(value.KIND, value.headline()),
        id=short_id(record.record),
        name=by,
    )
    told = labelled(value) if names is None else labelled(value, names)
    return [head, *(indented(Message("{label}: {value}", label=label, value=text)) for label, text in told)]


TABLES: Final = {
    name: (Verb("list", Message("the records of this kind in a case"), (CASE,), partial(_list, kind)),)
    for name, kind in STORY.items()
}
