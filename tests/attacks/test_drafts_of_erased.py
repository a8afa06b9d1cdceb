"""Unfinished texts: what corrects an erased note goes with it, and what still names the people is told."""

from __future__ import annotations

from tests.english import in_english
from tests.services.organisation import AMINA, Organisation
from tests.services.test_erasures_of_others import erase
from tui.gateway.unlocked_vault import DraftShelf
from tui.values.cases_shown import DraftShown
from vault.access.session import Session
from vault.casework.note import AMENDS, Note, typed_note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, make_id
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, notes, sections
from vault.services.erasures.letter import letter
from vault.services.erasures.preview import preview
from vault.services.erasures.what_goes import what_goes

NAME = "Vexilda Morrowquay"


def begin(
    session: Session, case: CompartmentId, text: str, *, amends: RecordId | None = None, section: str = ""
) -> None:
    said = {"text": text} | ({} if amends is None else {AMENDS: amends.hex()})
    draft = DraftShown(case.hex(), make_id().hex(), "C", 1, typed_note(said), section=section)
    DraftShelf(session.drafts()).save(draft)


def lines(session: Session, *what: str) -> tuple[str, str]:
    going = what_goes(session, *what)
    return (
        "\n".join(in_english(preview(session, going, needs_second=False))),
        "\n".join(in_english(letter(session, going, why="subject-request"))),
    )


def test_a_draft_that_corrects_a_note_goes_with_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, f"{NAME} hides at 12 Elm Road"))
        other = notes.add(amina, case, Note(NoteKind.INTERVIEW, "the other"))
        begin(amina, case, f"{NAME} hides at 12 Elm Road, second floor", amends=note)
        begin(amina, case, "more of the other", amends=other)
        assert "unfinished" not in lines(amina, note.hex())[0]
        done = erasing.erase(amina, what_goes(amina, note.hex()), why="subject-request")
        assert done.removed.drafts == 1
        assert [draft.text for draft in DraftShelf(amina.drafts()).list()] == ["more of the other"]


def test_a_draft_in_a_section_goes_with_the_section(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        section = sections.create(amina, case, what="location", title="S")
        begin(amina, case, "of the section", section=section.hex())
        erase(amina, section.hex())
        assert amina.drafts().list() == []


def test_the_preview_and_the_letter_tell_of_drafts_that_still_name_the_people(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        person = case_people.add(amina, case, role="client", names=[NAME])
        begin(amina, case, f"{NAME} hides at 12 Elm Road")
        begin(amina, case, "somebody else")
        before, after = lines(amina, person.hex())
        assert "1 unfinished text of yours may name these people and stays" in before
        assert "1 unfinished text of ours may still name these people" in after
