"""What leaves and what does not, through the service that the command line and the app call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.colleague import admit
from tests.services.founded import MEMBER
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.vocabulary import NoteKind
from vault.errors import LeakError, NotFoundError, RefusedError, UsageError
from vault.export import package
from vault.ids import CompartmentId
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes, same_people
from vault.services.cases.editing import Place
from vault.services.evidence import logbook
from vault.services.exports import export_people, exporting, packages, partners
from vault.services.exports.export_material import Wish
from vault.services.exports.exporting import DeclinedError

LAWYER = "Maître Ondrelle"


@pytest.fixture
def case(filled_session: Session) -> CompartmentId:
    """A case of its own, and a recipient."""
    session = filled_session
    partners.add(session, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    made = cases.create(session, title="T", kind="extradition").case
    case_people.add(session, made, role="witness", names=["Тихон Омутков", "Tikhon Omutkov"], born="1987-06-05")
    text = f"Tikhon Omutkov met {MEMBER} in Qarvosh. Омуткова ждали. He was born on 5 June 1987."
    notes.add(session, made, Note(NoteKind.CONTACT, text))
    return made


def exported(session: Session, case: CompartmentId, out: Path) -> exporting.Exported:
    result = exporting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out)
    assert isinstance(result, exporting.Exported)
    return result


def acts(session: Session) -> list[str]:
    lines = logbook.newest(session).lines
    return [line.payload.act for line in lines if line.payload is not None]


def test_nothing_is_written_while_a_question_is_open(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    result = exporting.export(filled_session, case, Wish("lawyer", LAWYER), out=tmp_path)
    assert isinstance(result, exporting.Undecided)
    assert {question.form for question in result.questions} == {"Qarvosh"}
    assert list(tmp_path.glob("*.age*")) == []
    assert "export.begin" not in acts(filled_session)


def test_the_pages_name_nobody_and_only_the_same_profile_and_recipient_go_on_with_decisions_and_codes(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    session = filled_session
    first = exported(session, case, tmp_path)
    text = " ".join(first.pages)
    for form in ("Tikhon", "Omutkov", "Омутков", "Тихон", "1987", "Qarvosh", *MEMBER.split()):
        assert form.casefold() not in text.casefold()
    lines = {line.payload.act: line for line in logbook.newest(session, act="export").lines if line.payload}
    begun, done = lines["export.begin"], lines["export.done"]
    assert done.payload is not None
    assert done.payload.cause == begun.seq < done.seq
    assert (done.payload.dig, done.payload.why) == (first.digest, "legal-referral")
    second = exporting.export(session, case, Wish("lawyer", LAWYER), out=tmp_path)
    assert isinstance(second, exporting.Exported)
    assert (first.questions, second.questions) == (1, 0)
    assert first.pages == second.pages
    assert first.path != second.path
    named = exporting.export(session, case, Wish("lawyer-named", LAWYER), out=tmp_path)
    assert isinstance(named, exporting.Undecided)
    assert "Qarvosh" in {question.form for question in named.questions}
    partners.add(session, name="Another", age_recipient=recipient_of(make_identity()), compared=True)
    other = exporting.export(session, case, Wish("lawyer", "Another", take_proposals=True), out=tmp_path)
    assert isinstance(other, exporting.Exported)
    codes, others = ({word for word in " ".join(made.pages).split() if "[P-" in word} for made in (first, other))
    assert codes
    assert codes.isdisjoint(others)


@pytest.mark.long
def test_a_name_that_was_misspelt_or_borne_before_is_not_printed_and_does_not_leave_in_a_note(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    session = filled_session
    place = Place(case, case_people.add(session, case, role="client", names=["Arseni Vuzhanin"]), Person.KIND)
    wanted = PersonChange(add_names=("Arseni Vyuzhanin", "Zumrat Odil"), misspelt=("Arseni Vuzhanin",))
    case_people.change(session, place, wanted)
    case_people.change(session, place, PersonChange(former=("Zumrat Odil",)))
    notes.add(session, case, Note(NoteKind.CONTACT, "Vuzhanin called; the papers say Zumrat."))
    text = " ".join(exported(session, case, tmp_path).pages).casefold()
    assert [form for form in ("vuzhanin", "vyuzhanin", "zumrat", "odil") if form in text] == []
    named = exporting.export(session, case, Wish("lawyer-named", LAWYER, take_proposals=True), out=tmp_path)
    assert isinstance(named, exporting.Exported)
    (names,) = [line for line in "\n".join(named.pages).splitlines() if "Vyuzhanin" in line]
    assert not {"Vuzhanin", "Zumrat"} & set(names.split())


@pytest.mark.long
def test_a_withdrawn_note_leaves_in_no_report_and_its_reason_neither(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    session = filled_session
    note = notes.add(session, case, Note(NoteKind.CONTACT, "The bakery is open."))
    kept = notes.add(session, case, Note(NoteKind.CONTACT, "The garden is closed."))
    assert "bakery" in " ".join(exported(session, case, tmp_path).pages)
    notes.withdraw(session, note.hex(), reason="belongs to the dairy")
    text = " ".join(exported(session, case, tmp_path).pages)
    assert [word for word in ("bakery", "dairy", "garden") if word in text] == ["garden"]
    assert notes.show(session, kept.hex()).value.withdrawn is None


def test_what_corrects_a_withdrawn_note_does_not_leave_either(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    session = filled_session
    first = notes.add(session, case, Note(NoteKind.CONTACT, "The garden is open."))
    second = notes.amend(session, first.hex(), text="The bakery is closed.")
    notes.amend(session, second.hex(), text="The bakery is gone.")
    notes.withdraw(session, second.hex(), reason="of another case")
    text = " ".join(exported(session, case, tmp_path).pages)
    assert [word for word in ("garden", "bakery") if word in text] == ["garden"]


def test_a_failed_check_stops_the_export_and_is_logged(
    filled_session: Session, case: CompartmentId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "verifier_command", lambda: ("/bin/false",))
    with pytest.raises(LeakError, match="cannot check the package"):
        exporting.export(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=tmp_path)
    assert list(tmp_path.glob("*.age*")) == []
    assert acts(filled_session)[1] == "export.abort"
    assert "export.done" not in acts(filled_session)


@each(
    [
        ({"to": "Nobody"}, NotFoundError, "no recipient with this name"),
        ({"profile": "everything"}, UsageError, "no such profile"),
        ({"out": Path("/nonexistent/folder")}, UsageError, "there is no folder"),
    ]
)
def test_refusals_change_nothing(  # noqa: PLR0917 - a row of the table, then fixtures
    changes: dict[str, Any],
    error: type[Exception],
    words: str,
    filled_session: Session,
    case: CompartmentId,
    tmp_path: Path,
) -> None:
    out = changes.get("out", tmp_path)
    told = {name: value for name, value in changes.items() if name != "out"}
    wish = replace(Wish("lawyer", LAWYER, take_proposals=True), **told)
    with pytest.raises(error, match=words):
        exporting.export(filled_session, case, wish, out=out)
    assert "export.begin" not in acts(filled_session)


def test_who_called_and_is_the_client_is_one_person_in_a_report_and_a_witness_is_never_made_the_client(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    session = filled_session
    client = case_people.add(session, case, role="client", names=["Mohammad Karimov"], born="1990")

    def report(role: str, name: str) -> str:
        other = case_people.add(session, case, role=role, names=[name])
        joined = same_people.same(session, *(Place(case, record, Person.KIND) for record in (other, client)))
        assert joined.ref == cases.open_case(session, case).head.value.ref
        result = exporting.export(session, case, Wish("lawyer-named", LAWYER, take_proposals=True), out=tmp_path)
        assert isinstance(result, exporting.Exported)
        assert [client.record for client in export_people.clients(session, case, why="casework")] == [client]
        return " ".join(result.pages)

    called = report("third", "Мухаммад Каримов")
    assert "Mohammad Karimov" in called
    assert "Мухаммад Каримов" in called
    assert "Other person" not in called
    assert "Скорякина" not in report("witness", "Скорякина")


def test_a_case_says_who_holds_its_packages_how_many_and_since_when(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    assert partners.given_out(filled_session, case) == []
    first = exported(filled_session, case, tmp_path)
    exported(filled_session, case, tmp_path)
    (holder,) = partners.given_out(filled_session, case)
    assert (str(holder.recipient), holder.count, holder.last) == (LAWYER, 2, cases.today(filled_session))
    out = tmp_path / "opened"
    out.mkdir()
    (out / "a letter").write_text("hers")
    with pytest.raises(RefusedError, match="there is something at"):
        packages.open_to(first.path, identity_file=tmp_path / "no identity", out=out)
    assert [path.name for path in out.iterdir()] == ["a letter"]


def test_where_nobody_else_could_approve_no_question_is_written(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    out = tmp_path / "question"
    with pytest.raises(RefusedError, match="nobody else could approve it: it is done alone"):
        exporting.ask(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out)
    assert not out.exists()


def test_who_reads_the_pages_and_says_no_asks_nobody_and_nothing_is_kept(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    admit(filled_session)
    out = tmp_path / "question"
    read: list[str] = []

    def says_no(pages: Sequence[str]) -> bool:
        read.extend(pages)
        return False

    with pytest.raises(DeclinedError):
        exporting.ask(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out, approve=says_no)
    assert read
    assert not out.exists()
    assert "export.begin" not in acts(filled_session)
