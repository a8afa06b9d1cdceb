"""`casevault document`: the papers of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.casework.form import labelled
from vault.casework.papers.document import Document, DocumentKind, ReadBy, read_words
from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.showing import edited, indented
from vault.cli.story import asked, options_for, typed_fields
from vault.cli.table import CASE, SECTION, Arg, Given, Verb, new_file
from vault.display import MINUTE_UTC, bytes_text, local_time, time_data
from vault.errors import VaultError
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, RecordId
    from vault.services.cases.editing import Place
    from vault.services.projection.reading import Stored

_FORM: Final = Document.FORM


def _add(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, asked(_FORM, is_new=True), present=partial(_proposed, args)) as (session, answers):
        from vault.services.cases.editing import Place
        from vault.services.papers import adding, homes, paper_text

        home = _home(session, args)
        version_of = None if args.version_of is None else _place(session, args, args.version_of).record
        usual = {} if version_of else {"kind": DocumentKind.OTHER.value, **_proposed(args, session)}
        facts = homes.facts_typed(session, home, usual | typed_fields(_FORM, args, answers))
        progress = output.progress_of(Message("Sealing the document"))
        try:
            added = adding.add(session, home, args.file, facts, version_of=version_of, progress=progress)
        except KeyboardInterrupt:
            output.say(Message("Stopped. Nothing was kept; the file is as it was."))
            raise
        read, unread = None, None
        holders = paper_text.searched_by(session, home)
        if not args.no_text:
            place = Place(home, added.record, Document.KIND)
            progress = output.progress_of(Message("Reading its text"))
            try:
                read = paper_text.read_and_keep(session, place, progress=progress).read_by
            except KeyboardInterrupt:  # the document is saved, and that is what the answer says
                unread = Message("stopped.")
            except VaultError as fault:
                unread = Message("{fault}. {step}", fault=fault.message, step=fault.next_step)
    data = {
        "document": added.record.hex(),
        "case": added.case.hex(),
        "size": added.size,
        "media": added.media,
        "travels": added.travels,
        "language": facts.get("language"),
        "read_by": read,
        "searched_by": None if holders is None else list(holders),
    }
    lines: list[Words] = [
        Message("The document is saved: {media}, {size}", media=added.media, size=bytes_text(added.size)),
        Message("id {id}", id=short_id(added.record)),
    ]
    if facts.get("language"):
        lines.append(Message("Language: {language}. `document edit` changes it.", language=str(facts["language"])))
    lines += [] if read is None else _read_lines(read, holders, facts.get("language"))
    if unread is not None:
        short = short_id(added.record)
        lines.append(
            Message("Its text was not read: {fault} `casevault document text {id}` reads it.", fault=unread, id=short)
        )
    if not added.travels:
        lines.append(Message("It is larger than a bundle: other members do not get it. Backups contain it."))
    lines.append(
        Message("The file {name} is still there, in clear. Delete it if nobody needs it.", name=args.file.name)
    )
    return Result(data, lines)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.papers import papers
        from vault.services.projection import authors

        home = _home(session, args)
        found = papers.list_in(session, home, why=args.why)
        by = authors.written_by(session, found)
        data = [_data(session, paper) for paper in found]
        lines = [document_head(session, paper, by.get(paper.record, "")) for paper in found]
    none = Message("There are no documents yet.")
    return Result({"case" if args.section is None else "section": home.hex(), "documents": data}, lines or [none])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.papers import paper_text, papers
        from vault.services.projection import authors

        place = _place(session, args, args.document)
        paper = papers.show(session, place, why=args.why)
        by = authors.written_by(session, [paper]).get(paper.record, "")
        names = {other.record: other.value.called for other in papers.list_in(session, place.case, why=args.why)}
        data, head = _data(session, paper), document_head(session, paper, by)
        said = paper_text.read_said(paper.value, paper_text.searched_by(session, place.case))
    return Result(data, [head, *map(indented, [*_facts(paper, names), *([said] if said else [])])])


def _text(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.papers import paper_text

        place = _place(session, args, args.document)
        found = paper_text.text_of(session, place, why=args.why)
        if args.again or found.read_by is None:
            progress = output.progress_of(Message("Reading its text"))
            found = paper_text.read_and_keep(session, place, progress=progress)
        holders = paper_text.searched_by(session, place.case)
    data = {
        "document": place.record.hex(),
        "text": found.text,
        "read_by": found.read_by,
        "searched_by": None if holders is None else list(holders),
    }
    said = [] if found.read_by is None else _read_lines(found.read_by, holders, found.language)
    return Result(data, [*map(indented, found.text.splitlines()), *said])


def _proposed(args: Given, session: Session) -> dict[str, str]:
    """Return what the case tells of a new paper."""
    from vault.services.papers import paper_text

    language = "" if args.version_of else paper_text.proposed_language(session, _home(session, args))
    return {"language": language} if language else {}


def _read_lines(read: ReadBy, holders: Sequence[str] | None, language: str | None) -> list[Message]:
    """Return how a text was read, who can search it, and how where that is not the usual search."""
    said = Message("({said})", said=read_words(read, holders, language))
    return [said] if holders is None else [said, Message("`casevault search --in-sections` looks there.")]


def _senders(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.papers import senders

        place = _place(session, args, args.document)
        found = senders.senders_of(session, place, why=args.why)
    data = [
        {
            "name": sender.name,
            "messages": sender.messages,
            "alike": [{"person": record.hex(), "name": name} for record, name in sender.alike],
        }
        for sender in found
    ]
    lines = [_sender(sender.messages, sender.name, [name for _, name in sender.alike]) for sender in found]
    return Result({"document": place.record.hex(), "senders": data}, lines or [Message("It is no chat.")])


def _sender(messages: int, name: str, alike: list[str]) -> Words:
    said = joined(alike, ", ") or Message("not entered here; `casevault person add` enters them")
    return Message("{messages}  {name}: {alike}", messages=f"{messages:>6}", name=name, alike=said)


def _save(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.papers import papers

        place = _place(session, args, args.document)
        progress = output.progress_of(Message("Writing the document"))
        document = papers.save(session, place, args.out, why=args.why, progress=progress)
    lines = [
        Message("The document is at {path}, in clear: {size}.", path=args.out, size=bytes_text(document.body.size)),
        Message("Delete it when nobody needs it there."),
    ]
    return Result({"document": place.record.hex(), "out": str(args.out), "size": document.body.size}, lines)


def _present(args: Given, session: Session) -> Mapping[str, str]:
    """Return what is known of the paper that is changed; the look at it is in the log before."""
    from vault.services.papers import papers

    return papers.show(session, _place(session, args, args.document)).value.typed()


def _edit(args: Given, output: Output) -> Result:
    values = asked(_FORM, is_new=False)
    with opened_to_ask(args, output, values, present=partial(_present, args)) as (session, answers):
        from vault.services.papers import papers

        typed = typed_fields(_FORM, args, answers) | dict.fromkeys(args.empty, "")
        return edited(papers.change(session, _place(session, args, args.document), typed))


def _remove(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import erasing
        from vault.services.erasures import what_goes

        place = _place(session, args, args.document)
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


def _home(session: Session, args: Given) -> CompartmentId:
    """Return the case, or the section of it that was named."""
    from vault.services.cases import cases, sections

    case = cases.find(session, args.case)
    return case if args.section is None else sections.find_in(session, case, args.section)


def _place(session: Session, args: Given, typed: str) -> Place:
    from vault.services.cases import sections
    from vault.services.papers import homes

    return homes.place_of(session, typed, None if args.section is None else sections.find(session, args.section))


def _data(session: Session, paper: Stored[Document]) -> dict[str, object]:
    from vault.services.papers import papers

    document = paper.value
    return {
        "document": paper.record.hex(),
        **document.plain(),
        "name": document.name,
        "media": document.media,
        "size": document.body.size,
        "sha256": document.content_hash.hex(),
        "here": papers.is_here(session, document),
        "read_by": document.read_by,
        "written": time_data(paper.written_ms, MINUTE_UTC),
    }


def document_head(session: Session, paper: Stored[Document], by: str = "") -> Words:
    """Return the line of a paper in a list."""
    from vault.services.papers import papers

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
    return head if papers.is_here(session, document) else Message("{head}  NOT ON THIS DEVICE", head=head)


def _facts(paper: Stored[Document], names: Mapping[RecordId, str]) -> list[Words]:
    document = paper.value
    told = [Message("{label}: {value}", label=label, value=text) for label, text in labelled(document, names)]
    told.append(Message("File: {name}, {media}", name=document.name or "", media=document.media or ""))
    told.append(Message("SHA-256: {digest}", digest=document.content_hash.hex()))
    return list(told)


_DOCUMENT: Final = Arg("DOC", Message("the document's id, or its beginning"), into="document")
_OF_SECTION: Final = Arg("[--section ID]", Message("the document is in this restricted section"))
_EMPTY: Final = Arg(
    "[--empty FIELD ...]", Message("make this field empty"), choices=tuple(f.name for f in _FORM.fields)
)
VERBS: Final = (
    Verb("add", Message("keep a file as a paper of a case"), (
        CASE,
        Arg("FILE", Message("the file; it stays where it is"), of=Path, into="file"),
        *options_for(_FORM, is_new=True),
        Arg("[--version-of DOC]", Message("it is the next version of this document, which keeps its history")),
        Arg("[--no-text]", Message("do not read its text; `document text` does it later")),
        SECTION,
    ), _add),
    Verb("list", Message("the papers of a case"), (
        CASE, Arg("[--section ID]", Message("only the documents of this restricted section")),
    ), _list),
    Verb("show", Message("what is known of a paper"), (_DOCUMENT, _OF_SECTION), _show),
    Verb("text", Message("the text of a paper; it is read now if it was not read before"), (
        _DOCUMENT, Arg("[--again]", Message("read it again, for example once its language is known")), _OF_SECTION,
    ), _text),
    Verb("senders", Message("who wrote in a chat, and which people of the case they may be"), (
        _DOCUMENT, _OF_SECTION,
    ), _senders),
    Verb("save", Message("write the content of a paper to a new file, in clear"), (
        _DOCUMENT,
        Arg("--out FILE", Message("the new file; no file may be there yet"), of=new_file),
        _OF_SECTION,
    ), _save),
    Verb("edit", Message("change the facts of a paper; the history keeps what they were"), (
        _DOCUMENT, *options_for(_FORM, is_new=False), _EMPTY, _OF_SECTION,
    ), _edit),
    Verb("remove", Message("erase a paper with all its versions"), (_DOCUMENT, _OF_SECTION), _remove),
)  # fmt: skip
