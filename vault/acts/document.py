"""The papers of a case: a file is kept as one, its text is read, and its facts are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vault.acts.act import CASE, Act, Agreed, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.acts.case import told_of_change
from vault.acts.records import emptying, fields_of, typed_in
from vault.casework.document import Document, DocumentKind, ReadBy, read_words
from vault.display import bytes_text
from vault.errors import VaultError
from vault.ids import short_id
from vault.progress import CancelledError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, RecordId
    from vault.progress import Working
    from vault.services.cases.editing import Place

DOCUMENT: Final = Field(
    "document", Message("Document"), Shape.RECORDS, Message("the document's id, or its beginning; or CASE/ID"),
    form="DOC",
)  # fmt: skip
OF_SECTION: Final = Field(
    "section", Message("Section"), Shape.CODE, Message("the document is in this restricted section"),
    form="[--section ID]", is_answer=True,
)  # fmt: skip
_FORM: Final = Document.FORM


def home_of(session: Session, said: Said) -> CompartmentId:
    """Return the case, or the section of it that was named."""
    from vault.services.cases import cases, sections

    case, section = cases.find(session, said[CASE.name][0]), one(said, OF_SECTION.name)
    return sections.find_in(session, case, section) if section else case


def place_of(session: Session, said: Said, text: str = "") -> Place:
    """Return where the paper is that was named; or another one, by its id."""
    from vault.services import case_papers
    from vault.services.cases import cases, sections

    named, _, record = (text or said[DOCUMENT.name][0]).rpartition("/")
    section, case = one(said, OF_SECTION.name), cases.find(session, named) if named else None
    return case_papers.place_of(session, record, sections.find(session, section) if section else None, case=case)


# ---- adding -------------------------------------------------------------------------------------------------------


class _New(NamedTuple):
    home: CompartmentId
    file: Path
    facts: Mapping[str, Any]
    version_of: RecordId | None
    is_read: bool


def _what_the_case_tells(session: Session, said: Said) -> Begun:
    from vault.services import paper_text

    language = "" if one(said, "version_of") else paper_text.proposed_language(session, home_of(session, said))
    return Begun({"language": language} if language else {})


def _what_is_kept(session: Session, said: Said) -> Plan[_New]:
    from vault.services import case_papers

    home, earlier, typed = home_of(session, said), one(said, "version_of"), typed_in(_FORM, said)
    if not earlier:
        typed = {"kind": DocumentKind.OTHER.value, **_what_the_case_tells(session, said).present, **typed}
    version_of = place_of(session, said, earlier).record if earlier else None
    facts = case_papers.facts_typed(session, home, typed)
    return Plan(_New(home, Path(said["file"][0]), facts, version_of, "no_text" not in said))


def _keep(session: Session, plan: Plan[_New], _agreed: Agreed, working: Working) -> Told:
    from vault.services import case_papers, paper_text
    from vault.services.cases.editing import Place

    home, file, facts, version_of, is_read = plan.of
    added = case_papers.add_paper(
        *(session, home, file, facts),
        version_of=version_of,
        progress=working.named(Message("Sealing the document")),
        cancelled=working.stopped,
    )
    language, holders = facts.get("language"), paper_text.searched_by(session, home)
    short, read = short_id(added.record), None
    unread: Message | None = None
    follows: list[Follow] = []
    try:
        if is_read:
            place, progress = Place(home, added.record, Document.KIND), working.named(_READING)
            read = paper_text.read_and_keep(session, place, progress=progress).read_by
    except (KeyboardInterrupt, CancelledError):  # the document is saved, and that is what the answer says
        unread = Message("stopped.")
    except VaultError as fault:
        unread = Message("{fault}. {step}", fault=fault.message, step=fault.next_step)
    lines: list[Words] = [
        Message("The document is saved: {media}, {size}", media=added.media, size=bytes_text(added.size)),
        Message("id {id}", id=short),
    ]
    if language:
        lines.append(Message("Language: {language}.", language=str(language)))
        follows.append(Follow(Message("To change its language"), "document edit"))
    if read is not None:
        lines.append(_how_read(read, holders, language))
        follows += _searched(holders)
    if unread is not None:
        lines.append(Message("Its text was not read: {fault}", fault=unread))
        follows.append(Follow(Message("To read its text"), f"document text {short}"))
    if not added.travels:
        lines.append(Message("It is larger than a bundle: other members do not get it. Backups contain it."))
    lines.append(Message("The file {name} is still there, in clear. Delete it if nobody needs it.", name=file.name))
    data = {
        "document": added.record.hex(),
        "case": added.case.hex(),
        "size": added.size,
        "media": added.media,
        "travels": added.travels,
        "language": language,
        "read_by": read,
        "searched_by": None if holders is None else list(holders),
    }
    return Told(tuple(lines), data, tuple(follows))


_READING: Final = Message("Reading its text")


# ---- its text -----------------------------------------------------------------------------------------------------


def _how_read(read: ReadBy, holders: Sequence[str] | None, language: str | None) -> Message:
    return Message("({said})", said=read_words(read, holders, language))


def _searched(holders: Sequence[str] | None) -> tuple[Follow, ...]:
    """Return how it is searched, where the usual search does not look there."""
    return () if holders is None else (Follow(Message("To search it"), "search --in-sections"),)


def _read(session: Session, plan: Plan[tuple[Place, Said]], _agreed: Agreed, working: Working) -> Told:
    from vault.services import paper_text

    place, said = plan.of
    found = paper_text.text_of(session, place, why=one(said, "why") or "casework")
    if "again" in said or found.read_by is None:
        found = paper_text.read_and_keep(session, place, progress=working)
    holders = paper_text.searched_by(session, place.case)
    data = {
        "document": place.record.hex(),
        "text": found.text,
        "read_by": found.read_by,
        "searched_by": None if holders is None else list(holders),
    }
    lines = [Message("  {line}", line=line) for line in found.text.splitlines()]
    if found.read_by is None:
        return Told(tuple(lines), data)
    return Told((*lines, _how_read(found.read_by, holders, found.language)), data, _searched(holders))


# ---- its content --------------------------------------------------------------------------------------------------


def _what_leaves(session: Session, said: Said) -> Plan[tuple[Place, Path, str]]:
    from vault.store.files import require_new

    out = Path(said["out"][0])
    require_new(out)
    return Plan((place_of(session, said), out, one(said, "why") or "casework"))


def _save(session: Session, plan: Plan[tuple[Place, Path, str]], _agreed: Agreed, working: Working) -> Told:
    from vault.services import case_papers

    place, out, why = plan.of
    size = case_papers.save(session, place, out, why=why, progress=working).body.size
    told = Message(
        "The document is at {path}, {size}, in clear. Delete it when nobody needs it there.",
        path=out,
        size=bytes_text(size),
    )
    return Told((told,), {"document": place.record.hex(), "out": str(out), "size": size})


# ---- its facts ----------------------------------------------------------------------------------------------------


def _what_is_known(session: Session, said: Said) -> Begun:
    from vault.services import case_papers

    return Begun(case_papers.show(session, place_of(session, said)).value.typed())


def _change(session: Session, plan: Plan[tuple[Place, dict[str, str]]], _agreed: Agreed, _working: Working) -> Told:
    from vault.services import case_papers

    return told_of_change(case_papers.change(session, *plan.of))


ADD: Final = Act(
    "document add",
    Message("keep a file as a paper of a case"),
    Message("New paper"),
    Message("keep"),
    (
        CASE,
        Field("file", Message("File"), Shape.FILE, Message("the file; it stays where it is"), form="FILE",
              hint="/media/stick/order.jpg", is_required=True),
        *fields_of(_FORM, is_new=True),
        Field("version_of", Message("Next version of"), Shape.CODE,
              Message("it is the next version of this document, which keeps its history"), form="[--version-of DOC]"),
        Field("no_text", Message("Without its text"), Shape.YES,
              Message("do not read its text now")),
        Field("section", Message("Section"), Shape.CODE, Message("keep it in this restricted section"),
              form="[--section ID]"),
    ),
    look=_what_is_kept,
    run=_keep,
    doing=Message("Sealing the paper, then reading its text"),
    nothing=Message("nothing is kept"),
    begin=_what_the_case_tells,
    stopped=Message("Stopped. Nothing was kept; the file is as it was."),
    is_long=True,
)  # fmt: skip
TEXT: Final = Act(
    "document text",
    Message("the text of a paper; it is read now if it was not read before"),
    Message("Read its text"),
    Message("read"),
    (
        DOCUMENT,
        Field("again", Message("Again"), Shape.YES,
              Message("read it again, for example once its language is known")),
        OF_SECTION,
    ),
    look=lambda session, said: Plan((place_of(session, said), said)),
    run=_read,
    doing=_READING,
    nothing=Message("the paper is as it was"),
    stopped=Message("Stopped. The paper is as it was."),
    is_long=True,
)  # fmt: skip
SAVE: Final = Act(
    "document save",
    Message("write the content of a paper to a new file, in clear"),
    Message("Save a paper"),
    Message("write the file"),
    (
        DOCUMENT,
        Field("out", Message("File"), Shape.NEW_FILE, Message("the new file; no file may be there yet"),
              form="--out FILE", hint="/media/stick/order.jpg", is_required=True),
        OF_SECTION,
    ),
    look=_what_leaves,
    run=_save,
    doing=Message("Writing the document"),
    nothing=Message("no file was written; the paper is still in the case"),
    begin=empty,
    about=Message(
        "The file will be in clear: anybody who has this computer or the stick can read it. The log says that the paper"
        " left. Delete the file when nobody needs it there."
    ),
    is_long=True,
    makes_files=True,
)  # fmt: skip
EDIT: Final = Act(
    "document edit",
    Message("change the facts of a paper; the history keeps what they were"),
    Message("Change a paper"),
    Message("keep"),
    (DOCUMENT, *fields_of(_FORM, is_new=False), emptying(_FORM), OF_SECTION),
    look=lambda session, said: Plan((place_of(session, said), typed_in(_FORM, said))),
    run=_change,
    doing=Message("Keeping the record"),
    nothing=Message("the paper is as it was"),
    begin=_what_is_known,
    is_change=True,
)
ACTS: Final = (ADD, TEXT, SAVE, EDIT)
