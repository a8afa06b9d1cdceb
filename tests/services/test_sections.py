"""Restricted sections: granted on their own, told to nobody else, and no part of the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services import consenting
from tests.services.office import JOEL, Office
from tests.tables import refuses
from vault.casework.case import SectionKind
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.vocabulary import NoteKind
from vault.display import DAY, time_data
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import moving
from vault.services.cases import case_people, cases, holds, notes, same_people, searching, sections, undoing
from vault.services.cases.editing import Place, own_record
from vault.services.exports import partners
from vault.services.exports.export_material import Wish
from vault.services.exports.exporting import Undecided
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index
from vault.trust.trust_items import Rank

PLACE = "Quietwater 17"


def _case_with_section(office: Office, *, for_joel: bool = False) -> tuple[CompartmentId, CompartmentId]:
    """Amina makes a case, which Joel holds as her deputy, and a section of it."""
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        members = [office.joel.member] if for_joel else []
        section = sections.create(amina, case, what="location", title="Where she is", members=members)
        sections.add_note(amina, section, Note(NoteKind.SAFETY, f"{PLACE}, second floor"))
        sections.add_person(amina, section, case_people.checked_person(role="third", names=[f"Host {PLACE}"]))
    return case, section


def test_a_holder_reads_what_is_kept_apart(office: Office) -> None:
    case, section = _case_with_section(office, for_joel=True)
    with office.open(office.joel) as joel:
        (line,) = sections.list_of(joel, case)
        assert (line.section, line.what, line.title) == (section, SectionKind.LOCATION, "Where she is")
        assert line.holders == {office.amina.member, office.joel.member}
        assert line.with_recovery
        view = sections.open_section(joel, section)
        assert [note.value.text for note in view.notes] == [f"{PLACE}, second floor"]
        assert [person.value.display_name() for person in view.persons] == [f"Host {PLACE}"]
        sections.add_note(joel, section, Note(NoteKind.SAFETY, "moved on"))
    with office.open(office.amina) as amina:
        assert len(sections.open_section(amina, section).notes) == 2


def test_who_founds_a_section_keeps_it_and_whom_they_choose_is_a_member(office: Office) -> None:
    _, section = _case_with_section(office, for_joel=True)
    with office.open(office.amina) as amina:
        ranks = {office.amina.member: Rank.KEEPER, office.joel.member: Rank.MEMBER}
        assert sharing.ranks_of(amina, section) == ranks
        sharing.revoke(amina, section, [office.joel.member])
        assert sharing.holders_of(amina, section).members == {office.amina.member}


def test_who_holds_the_case_alone_does_not_learn_that_there_is_a_section(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.joel) as joel:
        view = cases.open_case(joel, case)
        assert (view.notes, view.persons) == ((), ())
        assert sections.list_of(joel, case) == []
        never_made = CompartmentId(bytes(16))
        for one in (section, never_made):
            refuses(NotFoundError, "you have no section with this id", sections.find, joel, one.hex())
            refuses(RefusedError, "not granted to you", sections.open_section, joel, one)
            refuses(RefusedError, "not granted to you", sections.add_note, joel, one, Note(NoteKind.SAFETY, "x"))


def test_the_look_into_a_section_is_in_the_log_once_for_each_reason(office: Office) -> None:
    _, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        sections.find(amina, section.hex())
        before = amina.log.size
        sections.open_section(amina, section)
        sections.open_section(amina, section)
        assert amina.log.size == before + 1
        sections.open_section(amina, section, why="supervision")
        assert amina.log.size == before + 2
        refuses(UsageError, "the reason must be one of", sections.open_section, amina, section, why="curiosity")


def test_no_search_finds_and_no_list_counts_what_lies_in_a_section(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        notes.add(amina, case, Note(NoteKind.CONTACT, "called from Quietly"))
        assert searching.search(amina, "Quietwater").hits == ()
        assert searching.search(amina, "Host").hits == ()
        assert [hit.kind for hit in searching.search(amina, "Quietly").hits] == ["note"]
        with up_to_date_index(amina).reading() as sql:
            assert sql.execute("SELECT count(*) FROM head WHERE compartment=?", (section,)).fetchone() == (0,)


def test_nothing_of_a_section_is_offered_to_an_export(office: Office, tmp_path: Path) -> None:
    case, _ = _case_with_section(office)
    with office.place.open() as founder:
        partners.add(founder, name="Lawyer", age_recipient=recipient_of(make_identity()), compared=True)
    with office.open(office.amina) as amina:
        notes.add(amina, case, Note(NoteKind.INTERVIEW, "She spoke of Nobbleton for an hour."))
        asked = consenting.ask(amina, case, Wish("lawyer", "Lawyer"), out=tmp_path / "question")
        forms = {question.form for question in asked.questions} if isinstance(asked, Undecided) else set()
        assert "Nobbleton" in forms
        assert not {form for form in forms if "Quietwater" in form or form == "17" or "Host" in form}


def test_a_section_is_of_one_case_and_for_members_who_hold_it(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        for refused in (
            lambda: sections.create(amina, case, what="health", title="x", members=[office.nadia.member]),
            lambda: sections.give(amina, section, [office.nadia.member]),
        ):
            refuses(UsageError, "a section is for members who hold its case", refused)
        with pytest.raises(UsageError, match="kind must be one of: location, health"):
            sections.create(amina, case, what="gossip", title="x")
        other = cases.create(amina, title="Another", kind="other").case
        refuses(NotFoundError, "you have no such section in this case", sections.find_in, amina, other, section.hex())
        assert sections.list_of(amina, other) == []
        sections.give(amina, section, [office.joel.member])
    with office.open(office.joel) as joel:
        assert [note.value.text for note in sections.open_section(joel, section).notes] == [f"{PLACE}, second floor"]


def test_no_section_stands_within_another(office: Office) -> None:
    _, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        holders = amina.directory.holders([amina.seat])
        with amina.work() as work:
            inner = work.found_case(holders, keepers=(), with_recovery=True, within=section)
            work.commit(Entry(act="section.create"))
        assert amina.state_of(inner) is None


def test_who_loses_the_case_loses_its_sections_with_it_and_comes_back_with_it(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, case, [office.nadia.member])
        sections.give(amina, section, [office.nadia.member])
        sharing.revoke(amina, case, [office.nadia.member])
        assert sharing.holders_of(amina, section).members == {office.amina.member}
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "after Nadia"))
    with office.open(office.nadia) as nadia, pytest.raises(RefusedError, match="not granted to you"):
        sections.open_section(nadia, section)
    with office.open(office.amina) as amina:
        sharing.grant(amina, case, [office.nadia.member])
        assert sharing.holders_of(amina, section).members == {office.amina.member, office.nadia.member}
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "with Nadia again"))
    with office.open(office.nadia) as nadia:
        assert len(sections.open_section(nadia, section).notes) == 3


def test_a_person_kept_apart_is_changed_and_known_again_in_a_case(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        sections.give(amina, section, [office.joel.member])
        host = sections.open_section(amina, section).persons[0].record
        there = sections.locate_person(amina, section, host.hex()[:8])
        changed = sections.change_person(amina, there, PersonChange(add_phones=("+996 555 010 777",)))
        assert changed.settled == 1
        record = case_people.add(amina, case, role="witness", names=["The host"])
        here = Place(case, record, Person.KIND)
        assert same_people.same(amina, here, there) == same_people.Joined(places=2)
        assert [(line.record, line.name) for line in same_people.cases_of(amina, here)] == sorted(
            [(record, "The host"), (host, f"Host {PLACE}")]
        )
        third = Place(case, case_people.add(amina, case, role="third", names=["Neighbour"]), Person.KIND)
        assert same_people.same(amina, there, third).places == 3
        (kept,) = sections.open_section(amina, section).persons
        assert kept.value.phones == ("+996 555 010 777",)
    with office.open(office.amina) as amina:
        sharing.revoke(amina, section, [office.joel.member])
    with office.open(office.joel) as joel:
        for refused in (
            lambda: sections.locate_person(joel, section, host.hex()),
            lambda: sections.change_person(joel, there, PersonChange(role="third")),
            lambda: same_people.same(joel, there, here),
        ):
            refuses(RefusedError, "not granted to you", refused)
        assert {line.name for line in same_people.cases_of(joel, here)} == {"The host", "Neighbour"}


def test_who_is_spelled_alike_or_reached_alike_is_proposed_with_the_reason(office: Office) -> None:
    with office.open(office.amina) as amina:
        one, other = (cases.create(amina, title=title, kind="asylum").case for title in ("One", "Another"))
        record = case_people.add(
            amina, one, role="client", names=["Вьюжанин Арсений"], born="1984", phones=["+996 555 1234"]
        )
        place = Place(one, record, Person.KIND)
        case_people.add(amina, other, role="client", names=["Vyuzhanin Arseniy"])
        case_people.add(amina, other, role="relative", names=["Arseniy Borsov"])
        case_people.add(amina, other, role="witness", names=["Vyuzhanin A."], born="1984-05")
        case_people.add(amina, other, role="witness", names=["Somebody"], phones=["0555 12 34"])
        found = same_people.alike(amina, place, case_people.show(amina, place).value)
        assert [(one.name, one.names, one.numbers, one.born) for one in found] == [
            ("Somebody", (), ("+996 555 1234",), ""),
            ("Vyuzhanin Arseniy", ("Вьюжанин", "Арсений"), (), ""),
            ("Vyuzhanin A.", ("Вьюжанин",), (), "1984-05"),
        ]
        same_people.same(amina, place, found[0].place)
        assert "Somebody" not in [
            one.name for one in same_people.alike(amina, place, case_people.show(amina, place).value)
        ]


def test_a_note_with_its_correction_moves_into_a_section_and_out_of_the_case(
    office: Office,
) -> None:
    case, section = _case_with_section(office)
    with office.open(office.joel) as joel:
        notes.add(joel, case, Note(NoteKind.CONTACT, "stays"))
    with office.open(office.amina) as amina:
        note = notes.add(amina, case, Note(NoteKind.SAFETY, "She sleeps at Larkspur Yard 4"))
        notes.amend(amina, note.hex(), text="No, at Larkspur Yard 5")
        host = case_people.add(amina, case, role="third", names=["Host Larkspur"])
        asked = moving.ask(amina, Place(case, note, Note.KIND), section)
        assert asked.taken_from == (JOEL,)
        first, second = moving.move(amina, asked).records
        moving.move(amina, moving.ask(amina, Place(case, host, Person.KIND), section))
        view = sections.open_section(amina, section)
        moved = {stored.record: stored.value for stored in view.notes}
        assert (moved[first].text, moved[second].amends) == ("She sleeps at Larkspur Yard 4", first)
        assert "Host Larkspur" in [person.value.display_name() for person in view.persons]
        assert [stored.value.text for stored in cases.open_case(amina, case).notes] == ["stays"]
        assert searching.search(amina, "Larkspur").hits == ()
    with office.open(office.joel) as joel:
        assert [stored.value.text for stored in cases.open_case(joel, case).notes] == ["stays"]


def test_what_cannot_move_into_a_section_stays_where_it_is(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        note = notes.add(amina, case, Note(NoteKind.SAFETY, "here"))
        other = cases.create(amina, title="Another", kind="asylum").case
        elsewhere = sections.create(amina, other, what="location", title="There")
        size = amina.log.size
        refuses(UsageError, "not one of the case", moving.ask, amina, Place(case, note, Note.KIND), elsewhere)
        with pytest.raises(UsageError, match="only notes, people and documents"):
            moving.ask(amina, own_record(amina, case), section)
        holds.hold(amina, case, reason="appeal", review="2150-01-01")
        refuses(RefusedError, "legal hold", moving.ask, amina, Place(case, note, Note.KIND), section)
        assert amina.log.size == size + 1


def test_sections_are_searched_by_kind_and_member_and_not_at_all_for_nothing(office: Office) -> None:
    _, section = _case_with_section(office, for_joel=True)
    with office.open(office.joel) as joel:
        sections.add_note(joel, section, Note(NoteKind.SAFETY, "Quietwater was left"))
    with office.open(office.amina) as amina:
        size = amina.log.size
        assert searching.search_sections(amina, " ").hits == ()
        assert amina.log.size == size
        for words, found in (
            ("quietwater", 3),
            ("quietwater kind:note", 2),
            ("quietwater by:joel", 1),
            ("quietwater kind:person by:joel", 0),
        ):
            assert len(searching.search_sections(amina, words).hits) == found, words


def test_what_too_much_belongs_to_is_not_moved_and_what_nothing_may_leave_neither(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        note = notes.add(amina, case, Note(NoteKind.CONTACT, "called"))
        for at in range(11):
            notes.amend(amina, note.hex(), text=f"called {at} times")
        size = amina.log.size
        refuses(RefusedError, "too many records belong to it", moving.ask, amina, Place(case, note, Note.KIND), section)
        with pytest.raises(UsageError, match="this section is not one of the case"):
            moving.ask(amina, Place(case, note, Note.KIND), CompartmentId(bytes(16)))
        assert amina.log.size == size
        assert len(cases.open_case(amina, case).notes) == 12


@pytest.mark.parametrize("kind", [Note.KIND, Person.KIND])
def test_undo_takes_no_only_copy_after_a_move(office: Office, kind: str) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        if kind == Note.KIND:
            record = notes.add(amina, case, Note(NoteKind.CONTACT, "she sleeps at the mill"))
        else:
            record = case_people.add(amina, case, role="relative", names=["Hidden One"])
        before = sections.open_section(amina, section)
        moving.move(amina, moving.ask(amina, Place(case, record, kind), section))
        refuses(RefusedError, "moved into a section", undoing.last, amina)
        view = sections.open_section(amina, section)
        assert len(view.notes) + len(view.persons) == len(before.notes) + len(before.persons) + 1
        # What is written from then on is taken back as ever.
        notes.add(amina, case, Note(NoteKind.CONTACT, "by mistake"))
        assert undoing.undo(amina, undoing.last(amina)) == {"note": 1}


def test_a_note_that_names_no_day_keeps_the_day_of_its_writing_in_the_section(office: Office) -> None:
    case, section = _case_with_section(office)
    with office.open(office.amina) as amina:
        note = notes.add(amina, case, Note(NoteKind.CONTACT, "by phone"))
        (written,) = [time_data(one.written_ms, DAY) for one in cases.open_case(amina, case).notes]
        (moved,) = moving.move(amina, moving.ask(amina, Place(case, note, Note.KIND), section)).records
        view = sections.open_section(amina, section)
        assert [one.value.occurred for one in view.notes if one.record == moved] == [written]
