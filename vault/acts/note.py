"""A note is written, corrected, or withdrawn: it is not to be used any more, and somebody says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import CASE, Act, Agreed, Ask, Field, Plan, Said, Shape, Told, one
from vault.casework.note import AMENDS, TEXT, WHEN, Note, note_head, note_of, typed_note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.message import Message, joined
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.notes import NoteBegun


_New: TypeAlias = tuple["CompartmentId", "CompartmentId | None", Note]


def _what_is_written(session: Session, said: Said) -> Plan[_New]:
    from vault.services.cases import cases, sections

    case, section = cases.find(session, said["case"][0]), one(said, "section")
    home = sections.find_in(session, case, section) if section else None
    return Plan((case, home, note_of({TEXT: ".", **_typed(said)})))


def _typed(said: Said) -> dict[str, str]:
    return {name: texts[0] for name, texts in said.items()}


def _begun(session: Session, said: Said) -> NoteBegun:
    from vault.services.cases import notes

    if "go_on" in said and (WHEN in said or one(said, "kind") != NoteKind.CONTACT):
        raise UsageError(
            Message("--go-on goes on with the note as you began it: its kind and its day stay"),
            next_step=Message("Leave the other options out. Correct the note when it is saved."),
        )
    case, section, _ = _what_is_written(session, said).of
    return notes.begin(session, case, typed_note(_typed(said)), section=section, goes_on="go_on" in said)


def _write(session: Session, plan: Plan[_New], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import notes, sections

    case, section, note = plan.of
    record = notes.add(session, case, note) if section is None else sections.add_note(session, section, note)
    saved = Message("The note is saved: {head}", head=joined(note_head(note), ", ") or "")
    return Told((saved, Message("id {id}", id=short_id(record))), {"note": record.hex()})


def _correction_begun(session: Session, said: Said) -> NoteBegun:
    from vault.services.cases import notes

    case, earlier = notes.locate(session, said["note"][0])
    there = notes.show(session, said["note"][0], why=one(said, "why") or "casework").value.typed()
    return notes.begin(session, case, {**there, **_typed(said), TEXT: "", AMENDS: earlier.hex()})


def _correct(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import notes

    said, why = plan.of, one(plan.of, "why") or "casework"
    _, earlier = notes.locate(session, said["note"][0])
    note = notes.correct(session, said["note"][0], text=said[TEXT][0], occurred=one(said, WHEN), why=why)
    if note == earlier:
        changed = Message("The note is changed; {history} shows what it said before.", history=NextStep.SHOW_HISTORY)
        return Told((changed,), {"note": note.hex(), "amends": None})
    lines = (Message("The correction is saved."), Message("id {id}", id=short_id(note)))
    return Told(lines, {"note": note.hex(), "amends": earlier.hex()})


def _what_is_withdrawn(session: Session, said: Said) -> Plan[Said]:
    from vault.services.cases import notes

    notes.require_in_use(session, said["note"][0], why=one(said, "why") or "casework")
    reason = Message("Why is this note withdrawn? It stays readable here, and leaves in no export.")
    return Plan(said, asks=(Ask("reason", reason),))


def _withdraw(session: Session, plan: Plan[Said], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import notes

    why, reason = one(plan.of, "why") or "casework", agreed.answers.get("reason", "")
    note = notes.withdraw(session, plan.of["note"][0], reason=reason, why=why)
    told = Message("The note is withdrawn: it stays readable here, and leaves in no export.")
    return Told((told,), {"note": note.hex(), "withdrawn": True})


NOTE: Final = Field(
    "note", Message("Note"), Shape.RECORDS, Message("the note's id, or its beginning; or CASE/NOTE"), form="NOTE"
)
_WHEN: Final = Field(WHEN, Message("When"), Shape.MOMENT, form="[--when DATE]", is_past=True)
_TEXT: Final = Field(TEXT, Message("Text"), Shape.TEXT, Message("read the text from this file"), form="[--file FILE]")
ADD: Final = Act(
    "note add",
    Message("write a note (text from --file or standard input)"),
    Message("Note"),
    Message("finish"),
    (
        CASE,
        Field("kind", Message("Kind"), Shape.WORD, words=tuple(NoteKind), first=NoteKind.CONTACT),
        _WHEN,
        _TEXT,
        Field("section", Message("Section"), Shape.RECORDS, Message("save it in this restricted section of the case"),
              form="[--section ID]"),
        Field("go_on", Message("Go on"), Shape.YES, is_answer=True,
              help=Message("go on with the note of this case that you began last and did not finish")),
    ),
    look=_what_is_written,
    run=_write,
    draft=_begun,
    doing=Message("Keeping the note."),
    nothing=Message("no note is written"),
)  # fmt: skip
AMEND: Final = Act(
    "note amend",
    Message("correct a note: your own note of today in place, any other by a linked note"),
    Message("Correction"),
    Message("finish"),
    (NOTE, _WHEN, _TEXT),
    look=lambda _session, said: Plan(said),
    run=_correct,
    draft=_correction_begun,
    doing=Message("Keeping the note."),
    nothing=Message("the note stays as it is"),
)
WITHDRAW: Final = Act(
    "note withdraw",
    Message("mark a note as not to be used, with a reason"),
    Message("Withdraw a note"),
    Message("withdraw"),
    (
        NOTE,
        Field("reason", Message("Reason"), Shape.LINE, question=Message("Why the note is withdrawn"), is_answer=True),
    ),
    look=_what_is_withdrawn,
    run=_withdraw,
    doing=Message("Withdrawing the note"),
    nothing=Message("the note stays in use"),
)  # fmt: skip
ACTS: Final = (ADD, AMEND, WITHDRAW)
