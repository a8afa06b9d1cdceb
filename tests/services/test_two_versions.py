"""Two members change a record apart: what comes of both is what a member chose, and nobody confirmed it yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, Organisation, share
from tests.services.test_papers import ORDER, add, paper
from tests.tables import refuses
from tests.tui.house import House, house, house_template
from vault.access.session import Session
from vault.acts.act import Agreed
from vault.acts.person import SAME
from vault.acts.undo import UNDO
from vault.casework.differences import Answer, Chosen, chosen_fields, compare
from vault.casework.document import Authenticity, DocumentKind
from vault.casework.note import Note
from vault.casework.person import ContactChange, Person, PersonChange
from vault.casework.story.events import Detention, Task
from vault.casework.story.person_facts import Relation, Relationship
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId
from vault.index.file import Index
from vault.progress import Working
from vault.services import case_papers, paper_text
from vault.services.cases import (
    case_changes,
    case_people,
    cases,
    editing,
    notes,
    searching,
    story_records,
    two_versions,
    undoing,
)
from vault.services.cases.editing import Place
from vault.services.evidence import log_checking, logbook
from vault.services.grants import sharing
from vault.services.projection.approval_checks import UNDONE
from vault.services.safety import person_pack


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="A title", kind="asylum").case
        share(amina, made, organisation, JOEL)
    return made


def settled(session: Session, place: Place, chosen: Mapping[str, Chosen]) -> bool:
    """Answer each difference by its field, all others by what stands on the left: of this computer."""
    found = two_versions.both(session, place)
    pieces = compare(found.left.fields, found.right.fields)
    differs = {at: piece.name for at, piece in enumerate(pieces) if piece.is_open}
    assert chosen.keys() <= set(differs.values())
    answers = {at: chosen.get(name, Chosen(Answer.LEFT)) for at, name in differs.items()}
    fields = chosen_fields(pieces, answers)
    typed = [name for name, each in chosen.items() if each.answer is Answer.WRITTEN]
    sides = (found.left.version, found.right.version)
    return two_versions.settle(session, place, sides, fields, typed=typed)


THEIRS = Chosen(Answer.RIGHT)


@pytest.mark.long
@pytest.mark.parametrize(
    ("chosen", "confirmed"),
    [
        pytest.param({}, "the lawyer", id="all of one version"),
        pytest.param({"place": THEIRS}, None, id="of both"),
        pytest.param({"place": THEIRS, "confirmed": THEIRS}, None, id="of both, confirmed of the other"),
        pytest.param(
            {"place": THEIRS, "confirmed": Chosen(Answer.WRITTEN, "the lawyer")}, "the lawyer", id="confirmed anew"
        ),
    ],
)
def test_what_comes_of_two_versions_of_a_fact_is_confirmed_only_where_that_is_said_of_it(
    organisation: Organisation, case: CompartmentId, chosen: Mapping[str, Chosen], confirmed: str | None
) -> None:
    with organisation.open(AMINA) as amina:
        place = Place(case, story_records.add(amina, case, Detention(taken="2026-11-20")), Detention.KIND)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        story_records.change(joel, place, {"place": "Cell 4", "order": "b-2", "confirmed": "a guard"})
    with organisation.open(AMINA) as amina:
        story_records.change(amina, place, {"place": "Cell 9", "order": "b-1", "confirmed": "the lawyer"})
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        assert person_pack.facts(amina, case).confirmed == ()
        is_unconfirmed = settled(amina, place, chosen)
        (kept,) = story_records.list_in(amina, case, [Detention.KIND])
        assert (kept.heads, kept.value.confirmed) == (1, confirmed)  # type: ignore[attr-defined]
        assert is_unconfirmed == (confirmed is None)
        assert len(person_pack.facts(amina, case).confirmed) == (confirmed is not None)


def test_two_versions_of_a_paper_are_settled_fact_by_fact_and_its_content_stays_that_of_one(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    scan, better = paper(tmp_path, 900), tmp_path / "better.txt"
    better.write_text("The court of Vellanor holds him.")
    with organisation.open(AMINA) as amina:
        place = add(amina, case, scan)
        untouched = add(amina, case, scan)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        case_papers.add_paper(joel, case, better, {"kind": DocumentKind.DECISION}, version_of=place.record)
        paper_text.read_and_keep(joel, place)
        case_papers.change(joel, untouched, {"from_whom": "the court"})
    with organisation.open(AMINA) as amina:
        case_papers.change(amina, place, {"from_whom": "the second court", "authenticity": "copy"})
        case_papers.change(amina, untouched, {"from_whom": "the clerk", "received": "2026-11-20"})
    organisation.exchange(AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        assert {each.heads for each in case_papers.list_in(amina, case)} == {2}
        shown = two_versions.both(amina, place)
        assert not any(isinstance(value, bytes) for side in (shown.left, shown.right) for value in side.fields.values())
        settled(amina, place, {"content": THEIRS, "kind": THEIRS})
        kept = case_papers.show(amina, place)
        assert (kept.heads, kept.value.from_whom, kept.value.authenticity, kept.value.kind, kept.value.title) == (
            1, "the second court", Authenticity.COPY, DocumentKind.DECISION, ORDER["title"],
        )  # fmt: skip
        case_papers.save(amina, place, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == better.read_bytes()
        assert paper_text.text_of(amina, place).text == better.read_text()
        with pytest.raises(UsageError):  # `received` would be lost
            case_papers.change(amina, untouched, {"title": "One order", "from_whom": "the clerk"})
        edited = case_papers.change(amina, untouched, {"from_whom": "the clerk", "received": "2026-11-20"})
        assert edited.settled == 2
        assert {each.heads for each in case_papers.list_in(amina, case)} == {1}
        assert log_checking.verify(amina).verified


def apart(organisation: Organisation, case: CompartmentId, change: Callable[[Session, bool], object]) -> None:
    """Let both change something without seeing each other, Joel last."""
    for name in (AMINA, JOEL):
        with organisation.open(name) as session:
            change(session, name == AMINA)
    organisation.exchange(AMINA, JOEL)


def test_an_edit_of_a_case_in_two_versions_drops_nothing_and_what_is_urgent_goes_on(
    organisation: Organisation, case: CompartmentId
) -> None:
    organisation.exchange(AMINA, JOEL)
    apart(
        organisation,
        case,
        lambda session, first: (
            case_changes.change(session, case, risk="high")
            if first
            else case_changes.change(session, case, title="Another title")
        ),
    )
    with organisation.open(AMINA) as amina:
        place = editing.own_record(amina, case)
        refuses(UsageError, "differ in what you did not give", case_changes.change, amina, case, owner=amina.member)
        with pytest.raises(UsageError, match="differ in what you did not give"):
            case_changes.close(amina, case, reason="over", anyway=True)
        case_changes.change(amina, case, stage="interviewed")
        head = cases.open_case(amina, case).head
        assert (head.heads, head.value.stage, head.value.risk) == (2, "interviewed", "high")
        case_changes.change(amina, case, stage="registered")
        assert {side.fields["title"] for side in sides(amina, place)} == {"A title", "Another title"}
        assert case_changes.change(amina, case, title="Both", stage="registered", owner=amina.member).settled == 2
        head = cases.open_case(amina, case).head
        assert (head.heads, head.value.title, head.value.risk) == (1, "Both", "high")


def sides(session: Session, place: Place) -> tuple[two_versions.Side, two_versions.Side]:
    found = two_versions.both(session, place)
    return found.left, found.right


def test_an_edit_of_a_person_in_two_versions_keeps_both_lists_and_refuses_to_drop_a_safe_contact(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.open(AMINA) as amina:
        place = Place(case, case_people.add(amina, case, role="client", names=["Ilham"]), Person.KIND)
    organisation.exchange(AMINA, JOEL)

    def contact(address: str) -> PersonChange:
        return PersonChange(contact=ContactChange(channel="phone", address=address), add_phones=(address,))

    apart(
        organisation,
        case,
        lambda session, first: case_people.change(session, place, contact("030 555 1234" if first else "030 555 9999")),
    )
    with organisation.open(AMINA) as amina:
        for wanted in (PersonChange(unregistered=True), PersonChange(born="1983")):
            refuses(UsageError, "differ in what you did not give", case_people.change, amina, place, wanted)
        case_people.change(
            amina, place, PersonChange(contact=ContactChange(never_use=("030 555 7777",)))
        )  # holds at once
        kept = case_people.show(amina, place)
        assert (kept.heads, kept.value.safe_contact and kept.value.safe_contact.never_use) == (2, ("030 555 7777",))
        assert case_people.change(amina, place, replace(contact("030 555 1234"), add_phones=())).settled == 2
        kept = case_people.show(amina, place)
        assert (kept.heads, set(kept.value.phones)) == (1, {"030 555 1234", "030 555 9999"})


def test_the_history_compares_each_version_with_what_it_replaced_and_not_with_what_was_written_apart(
    organisation: Organisation, case: CompartmentId
) -> None:
    organisation.exchange(AMINA, JOEL)
    apart(
        organisation,
        case,
        lambda session, first: case_changes.change(
            session, case, risk="high" if first else None, title=None if first else "Another title"
        ),
    )
    with organisation.open(AMINA) as amina:
        place = editing.own_record(amina, case)
        found = two_versions.both(amina, place)
        fields = chosen_fields(
            found.pieces, {at: Chosen(Answer.LEFT) for at, piece in enumerate(found.pieces) if piece.is_open}
        )
        two_versions.settle(amina, place, (found.left.version, found.right.version), fields)
        case_changes.change(amina, case, title="A third title")
        told = [[(each.name, str(each.said)) for each in one.changes] for one in editing.history(amina, place)[1:]]
    assert told == [
        [("risk", "medium -> high")],
        [("title", "A title -> Another title")],
        [],
        [("title", "A title -> A third title")],
    ]


# What somebody takes back, as another member of the same folder sees it, and after a crash.
__all__ = ["house", "house_template"]  # fixtures


def test_who_saw_it_in_the_same_folder_misses_nothing_and_finds_nothing(house: House) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Quillfeather by mistake"))
    with house.open("Joel") as joel:
        assert searching.search(joel, "Quillfeather").hits
    with house.open("Amina") as amina:
        undoing.undo(amina, undoing.last(amina))
    with house.open("Joel") as joel:
        assert not searching.search(joel, "Quillfeather").hits
        assert "Quillfeather by mistake" not in {note.value.text for note in cases.open_case(joel, house.case).notes}
        assert joel.quarantine == []
        assert [line for line in joel.warnings if "not here" in str(line)] == []
        assert log_checking.verify(joel).verified


def test_nobody_takes_back_what_another_wrote(house: House) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "hers"))
    with house.open("Joel") as joel, pytest.raises((NotFoundError, RefusedError)):
        undoing.undo(joel, undoing.last(joel))


def test_a_new_case_and_a_grant_are_not_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="A new one", kind="asylum").case
        refuses(RefusedError, "cannot be undone", undoing.last, amina)
        story_records.add(amina, made, Task("first"))
        sharing.grant(amina, made, [house.people["Joel"].member])
        assert [version.content.kind for version in undoing.last(amina).versions] == ["task"]


def test_what_was_written_more_than_ten_minutes_ago_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "old"))
        later = amina.log.now_ms() + 11 * 60_000
        monkeypatch.setattr(amina.log, "now_ms", lambda: later)
        refuses(NotFoundError, "in the last 10 minutes", undoing.last, amina)


def test_an_index_that_was_cut_off_in_between_is_made_anew_and_finds_nothing_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Quillfeather by mistake"))
        undoable = undoing.last(amina)
        monkeypatch.setattr("vault.services.cases.undoing.reindex", crash)
        with pytest.raises(KeyboardInterrupt):
            undoing.undo(amina, undoable)
    with house.open("Amina") as amina:
        index = amina.index()
        assert isinstance(index, Index)
        assert index.was_made
        assert not searching.search(amina, "Quillfeather").hits


def test_what_a_colleague_wrote_since_keeps_only_what_it_names(house: House) -> None:
    with house.open("Amina") as amina:
        stands = case_people.add(amina, house.case, role="relative", names=["Zarina Quill"])
        case_people.add(amina, house.case, role="relative", names=["Pavel Quill"])
    with house.open("Joel") as joel:
        case_people.add(joel, house.case, role="relative", names=["Sami Quill"], phones=["0555 123456"])
        story_records.add(joel, house.case, Task("ask them"))
    with house.open("Amina") as amina:
        found = undoing.last(amina)
        assert found.about == "Pavel Quill"
        undoing.undo(amina, found)
        names = case_people.names_in(amina, house.case)
    assert stands in names
    assert {"Sami Quill"} <= set(names.values())
    assert "Pavel Quill" not in names.values()


def test_what_has_no_words_of_its_own_is_taken_back_without_any(house: House) -> None:
    with house.open("Amina") as amina:
        one, other = [person.record for person in cases.open_case(amina, house.case).persons]
        story_records.add(amina, house.case, Relation(one, Relationship.SIBLING, other))
        found = undoing.last(amina)
        assert (found.about, found.kinds) == ("", ("relation",))
        undoing.undo(amina, found)
        assert story_records.list_in(amina, house.case, (Relation.KIND,)) == []


def test_an_undo_is_told_as_one_and_before_it_what_it_takes_back_in_few_words(house: House) -> None:
    said = "She was called to the office of the prosecutor on {} March, with two guards, and came back in the evening."
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, said.format(3)))
        notes.correct(amina, note.hex(), text=said.format(4))
        found = undoing.last(amina)
        assert found.about == "She was called to the office of the …"
        assert [f"{change.name}: {change.said}" for change in found.changes] == [
            "text: … the prosecutor on 3 March, with two … -> … the prosecutor on 4 March, with two …"
        ]
        undoing.undo(amina, found)
        own = editing.own_record(amina, house.case)
        (*_, first) = [str(change.said) for change in editing.history(amina, own)[0].changes if change.name == "owner"]
        assert first == "Amina Ruskova"
    with house.open("Mira") as mira:
        (undone,) = logbook.newest(mira, act=UNDONE).lines
        assert undone.payload is not None
        assert logbook.told(undone.payload) == (UNDONE, "")
        assert undone.payload.act == "erase"  # which it is: what an erasure has to have, it has
        assert logbook.newest(mira, act="erase").lines == (undone,)  # nobody hides one by calling it so
        refuses(UsageError, "there is no act nonsense in any log", logbook.newest, mira, act="nonsense")


def test_two_who_were_said_to_be_one_are_two_again_at_once(house: House) -> None:
    with house.open("Amina") as amina:
        ids = [
            case_people.add(amina, house.case, role="witness", names=[name]).hex() for name in ("Vera One", "Vera Two")
        ]
        said = {"person": (ids[0],), "other": (f"{house.case.hex()}/{ids[1]}",)}
        two = SAME.look(amina, said)
        assert str(two.asks[0].question).startswith("Are Vera One and Vera Two, of ")
        told = SAME.run(amina, two, Agreed(), Working())
        assert (told.data["both_rows_stay"], told.follows[0].act) == (True, "undo")
        gone = UNDO.run(amina, UNDO.look(amina, {}), Agreed(), Working())
        assert gone.data == {"undone": {"person": 2}}
        assert {person.value.who for person in cases.open_case(amina, house.case).persons} == {None}
