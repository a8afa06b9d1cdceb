"""`casevault document`: the papers of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from vault.acts.act import CASE as CASE_NAMED
from vault.acts.document import DOCUMENT, OF_SECTION, home_of, place_of
from vault.casework.document import Document
from vault.casework.form import labelled
from vault.cli.act_verbs import arg_of, given_of
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.table import CASE, Arg, Given, Verb
from vault.display import MINUTE_UTC, bytes_text, local_time, time_data
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import RecordId
    from vault.services.cases.editing import Place
    from vault.services.projection.stored_records import Stored


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import case_papers
        from vault.services.projection import authors

        home = home_of(session, given_of(args, (CASE_NAMED, OF_SECTION)))
        found = case_papers.list_in(session, home, why=args.why)
        by = authors.written_by(session, found)
        data = [_data(session, paper) for paper in found]
        lines = [document_head(session, paper, by.get(paper.record, "")) for paper in found]
    none = Message("There are no documents yet.")
    return Result({"case" if args.section is None else "section": home.hex(), "documents": data}, lines or [none])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import case_papers, paper_text
        from vault.services.projection import authors

        place = _place(session, args)
        paper = case_papers.show(session, place, why=args.why)
        by = authors.written_by(session, [paper]).get(paper.record, "")
        names = {other.record: other.value.called for other in case_papers.list_in(session, place.case, why=args.why)}
        data, head = _data(session, paper), document_head(session, paper, by)
        said = paper_text.read_said(paper.value, paper_text.searched_by(session, place.case))
    return Result(data, [head, *map(indented, [*_facts(paper, names), *([said] if said else [])])])


def _senders(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import paper_text

        place = _place(session, args)
        found = paper_text.senders_of(session, place, why=args.why)
    data = [
        {
            "name": sender.name,
            "messages": sender.messages,
            "alike": [{"person": record.hex(), "name": name} for record, name in sender.alike],
        }
        for sender in found
    ]
    not_entered = Message("not entered here; `casevault person add` enters them")
    lines = [
        Message(
            "{messages}  {name}: {alike}",
            messages=f"{sender.messages:>6}",
            name=sender.name,
            alike=joined([name for _, name in sender.alike], ", ") or not_entered,
        )
        for sender in found
    ]
    return Result({"document": place.record.hex(), "senders": data}, lines or [Message("It is no chat.")])


def _remove(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import erasing
        from vault.services.erasures import what_goes

        place = _place(session, args)
        going = what_goes.what_goes(session, f"{place.case.hex()}/{place.record.hex()}", alone=True)
        erasing.erase(session, going, why="mistake")
        versions = len(going.versions)
    said = plural(
        "The document is erased here, with its only version.",
        "The document is erased here, with all {count} versions.",
        count=versions,
    )
    lines = [said, Message("Other devices erase it with the next bundle. Backups and packages made before keep it.")]
    return Result({"document": place.record.hex(), "versions": versions}, lines)


def _place(session: Session, args: Given) -> Place:
    return place_of(session, given_of(args, (DOCUMENT, OF_SECTION)))


def _data(session: Session, paper: Stored[Document]) -> dict[str, object]:
    from vault.services import case_papers

    document = paper.value
    return {
        "document": paper.record.hex(),
        **document.plain(),
        "name": document.name,
        "media": document.media,
        "size": document.body.size,
        "sha256": document.content_hash.hex(),
        "here": case_papers.is_here(session, document),
        "read_by": document.read_by,
        "written": time_data(paper.written_ms, MINUTE_UTC),
    }


def document_head(session: Session, paper: Stored[Document], by: str = "") -> Words:
    from vault.services import case_papers

    document = paper.value
    head = Message(
        "{when}  {kind}  {called}  {size}  id {id}  {name}",
        when=document.received or local_time(paper.written_ms),
        kind=word_of(document.kind),
        called=document.called,
        size=bytes_text(document.body.size),
        id=short_id(paper.record),
        name=by,
    )
    return head if case_papers.is_here(session, document) else Message("{head}  NOT ON THIS DEVICE", head=head)


def _facts(paper: Stored[Document], names: Mapping[RecordId, str]) -> list[Words]:
    document = paper.value
    told = [Message("{label}: {value}", label=label, value=text) for label, text in labelled(document, names)]
    told.append(Message("File: {name}, {media}", name=document.name or "", media=document.media or ""))
    told.append(Message("SHA-256: {digest}", digest=document.content_hash.hex()))
    return list(told)


_DOCUMENT: Final = arg_of(DOCUMENT)
_OF_SECTION: Final = arg_of(OF_SECTION)
VERBS: Final = (
    Verb("list", Message("the papers of a case"), (
        CASE, Arg("[--section ID]", Message("only the documents of this restricted section")),
    ), _list),
    Verb("show", Message("what is known of a paper"), (_DOCUMENT, _OF_SECTION), _show),
    Verb("senders", Message("who wrote in a chat, and which people of the case they may be"), (
        _DOCUMENT, _OF_SECTION,
    ), _senders),
    Verb("remove", Message("erase a paper with all its versions"), (_DOCUMENT, _OF_SECTION), _remove),
)  # fmt: skip
