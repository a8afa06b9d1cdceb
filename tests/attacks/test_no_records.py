"""A record that does not hold the fields of its kind, by a patched program: the others are shown, without it."""

from __future__ import annotations

import pytest

from tests.services.organisation import AMINA, DANA, JOEL, MIRA, Organisation, share
from vault.access.session import Session
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, RecordId, make_id
from vault.records.work import Entry
from vault.services.cases import cases, intake, register, sections
from vault.services.projection.places import the_one_of_kind

NAME = "Ilham Quillfeather"


def write_none(session: Session, home: CompartmentId, kind: str, act: str, fields: dict[str, object]) -> None:
    with session.work(home) as work:
        work.write(home, RecordId(make_id()), kind, fields)
        work.commit(Entry(act=act, pol="role"))


@pytest.mark.long_after(2)
@pytest.mark.parametrize("received", [-1, 1 << 62, 0.5, "today", None])
def test_one_slip_that_is_none_leaves_the_list_of_slips(organisation: Organisation, received: object) -> None:
    with organisation.open(MIRA) as mira:
        kept = intake.add(mira, name=NAME)
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        write_none(
            dana, the_one_of_kind(dana, CompartmentKind.INTAKE), Slip.KIND, "intake.edit", {"received": received}
        )
    organisation.exchange(DANA, MIRA)
    with organisation.open(MIRA) as mira:
        assert [one.stored.record for one in intake.list_open(mira)] == [kept]
        intake.close(mira, kept.hex())
        assert mira.faults() == []


def test_one_entry_that_is_none_leaves_the_register(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        register.add(mira, [NAME])
    organisation.exchange(MIRA, DANA)
    with organisation.open(DANA) as dana:
        home = the_one_of_kind(dana, CompartmentKind.REGISTER)
        write_none(dana, home, RegisterEntry.KIND, "register.edit", {"contact": -1})
    organisation.exchange(DANA, MIRA)
    with organisation.open(MIRA) as mira:
        assert register.ask(mira, [NAME]) == [mira.member]
        assert mira.faults() == []
        assert mira.index().pending() == {}


def test_one_note_that_is_none_leaves_a_section(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, JOEL)
        joel = organisation[JOEL].member
        section = sections.create(amina, case, what="location", title="Where she is", members=[joel])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "Quietwater Rise 17"))
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as session:
        write_none(session, section, Note.KIND, "note.create", {"text": -1})
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        assert [note.value.text for note in sections.open_section(amina, section).notes] == ["Quietwater Rise 17"]
