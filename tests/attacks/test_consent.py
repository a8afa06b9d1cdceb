"""Nothing leaves a case but what its clients agreed to: to whom, for what, until when, and about what."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.conftest import AGE
from tests.cli.desk import Desk
from tests.services import consenting
from tests.services.founded import Place
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation, full_name, share
from tests.tables import each, refuses
from tests.tui.house import House, house, house_template
from vault.access.session import Session
from vault.acts.export import EXPORT
from vault.acts.records import EDIT as RECORDS
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.consent import Basis, Category, Consent, Speaker
from vault.casework.story.events import Detention
from vault.casework.story.referrals import Referral, Reply
from vault.casework.vocabulary import NoteKind, ReferralPurpose
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, RecordId, short_id
from vault.records.work import Entry
from vault.redaction.profile import PROFILES
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import by_file
from vault.services.cases import case_people, cases, notes, same_people, story_records
from vault.services.cases.editing import Place as RecordPlace
from vault.services.evidence import logbook
from vault.services.exports import exporting, partners
from vault.services.exports.consents import Leaving, require_agreed
from vault.services.exports.export_material import Wish
from vault.services.exports.export_people import clients_of
from vault.services.projection.projection import read_valid
from vault.services.projection.stored_records import stored_of_kind

__all__ = ["house", "house_template"]  # fixtures

LAWYER, OTHER = "Maître Ondrelle", "Advokat Lindqvist"
WISH = Wish("lawyer", LAWYER, take_proposals=True)
TOLD = [each for each in Category if each is not Category.HEALTH]
"""What of the case of these tests would leave."""


def day(ahead: int) -> str:
    return (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=ahead)).isoformat()


AGREED = {"given": day(-1), "until": day(30)}
REFUSED: Mapping[str, tuple[dict[str, Any] | None, str]] = {
    "none": (None, "there is none"),
    "expired": ({"given": day(-200), "until": day(-2)}, f"it ended on {day(-2)}"),
    "after 90 days": ({"given": day(-92), "until": None}, f"it ended on {day(-2)}"),
    "withdrawn": ({"withdrawn": day(-1)}, f"it was withdrawn on {day(-1)}"),
    "not yet": ({"given": day(3)}, f"it begins on {day(3)}"),
    "other purpose": ({"purpose": ReferralPurpose.MEDICAL_CARE}, "it is for another purpose: medical care"),
    "other recipient": ({"to": OTHER}, "it names another recipient"),
    "of somebody else": ({"of": "the witness"}, "there is none"),
    **{f"without {told.value}": ({told.value: False}, "it does not cover: ") for told in TOLD},
}
"""What is said in the consent, and the clause that refuses."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A case, and the people of it."""

    case: CompartmentId
    client: RecordId
    witness: RecordId


def case_of(session: Session) -> Kept:
    case = cases.create(session, title="T", kind="asylum").case
    client = case_people.add(session, case, role="client", names=["Miralo Dastenov"])
    witness = case_people.add(session, case, role="relative", names=["Sana Torgaeva"])
    notes.add(session, case, Note(NoteKind.CONTACT, "He came on foot."))
    return Kept(case, RecordId(client), RecordId(witness))


def write(session: Session, kept: Kept, said: dict[str, Any] | None) -> None:
    """Keep a consent as another program would: what it says is judged when something is to leave."""
    if said is None:
        return
    more = {**AGREED, "health": False, **said}
    whose = {"person": kept.witness} if more.pop("of", "") else {}
    made = consenting.consent(session, more.pop("to", LAWYER), **{**more, **whose})
    with session.work(kept.case) as work:
        work.keep(kept.case, made)
        work.commit(Entry(act="case.edit"))


@pytest.fixture
def session(session: Session) -> Session:
    for name in (LAWYER, OTHER):
        partners.add(session, name=name, age_recipient=recipient_of(make_identity()), compared=True)
    return session


@pytest.fixture
def kept(session: Session) -> Kept:
    return case_of(session)


def leaves(session: Session, kept: Kept, out: Path) -> str:
    done = exporting.export(session, kept.case, WISH, out=out)
    assert isinstance(done, exporting.Exported)
    return " ".join(done.pages)


def test_what_no_consent_allows_is_refused_with_the_clause(session: Session, tmp_path: Path) -> None:
    @each(REFUSED)
    def is_refused(said: dict[str, Any] | None, clause: str) -> None:
        kept = case_of(session)
        write(session, kept, said)
        size = session.log.size
        refuses(RefusedError, clause, exporting.export, session, kept.case, WISH, out=tmp_path)
        lines = logbook.newest(session).lines[: session.log.size - size]
        assert {line.payload.act for line in lines if line.payload} <= {"case.view", "log.read"}
        assert list(tmp_path.glob("*.age")) == []
        write(session, kept, {})
        assert "came on foot" in leaves(session, kept, tmp_path)
        (package,) = tmp_path.glob("*.age")
        package.unlink()

    is_refused()


@pytest.mark.long
def test_the_command_refuses_with_the_clause(session: Session, founded: Place, tmp_path: Path) -> None:
    made = {name: (case_of(session), said, clause) for name, (said, clause) in REFUSED.items()}
    for kept, said, _ in made.values():
        write(session, kept, said)
    session.close()
    desk = Desk.of(founded, tmp_path)

    @each(made)
    def is_refused(kept: Kept, _said: object, clause: str) -> None:
        wish = (
            "--profile",
            "lawyer",
            "--to",
            LAWYER,
            "--out",
            str(tmp_path),
            "--unread",
            "--decide",
            "proposed",
            "--surname",
            LAWYER.rsplit(maxsplit=1)[-1],
        )
        answer = desk.run("export", kept.case.hex(), *wish)
        assert (answer.code, clause in answer.err) == (5, True), answer.err
        assert list(tmp_path.glob("*.age")) == []

    is_refused()


def test_health_leaves_by_a_consent_that_covers_it_alone(session: Session, kept: Kept, tmp_path: Path) -> None:
    write(session, kept, {"health": False})
    assert "came on foot" in leaves(session, kept, tmp_path)
    versions = read_valid(session, kept.case)
    persons = stored_of_kind(versions, Person)
    medical = Leaving(partners.find(session, LAWYER), PROFILES["lawyer"], day(0), frozenset({("note", "medical")}))
    refuses(RefusedError, "does not cover: health", require_agreed, medical, versions, persons, clients_of(persons))
    unknown = dataclasses.replace(medical, records=frozenset({("safe house", "*")}))
    refuses(RefusedError, "no consent covers", require_agreed, unknown, versions, persons, clients_of(persons))


def test_words_that_a_client_excludes_leave_in_no_form_by_whatever_consent(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    text = "His brother sleeps behind the big stove. Also the big stove is cold."
    notes.add(session, kept.case, Note(NoteKind.CONTACT, text))
    write(session, kept, {})
    pages = leaves(session, kept, tmp_path)
    assert "big stove" in pages
    consenting.agree(session, kept.case, OTHER, excluded=("the big stove", "a word that stands nowhere"))
    pages = leaves(session, kept, tmp_path).casefold()
    assert [part for part in ("big", "stove") if part in pages] == []
    assert "brother sleeps" in pages


UNHIDEABLE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "a letter": (("a word that stands nowhere", "a"), "number 2 cannot be hidden"),
    "a number of the pages": (("1",), "number 1 cannot be hidden"),
    "two of them": (("a", "the stove", "1"), "number 1, 3 cannot be hidden"),
}


def test_an_excluded_word_that_cannot_be_hidden_is_refused_by_its_place_before_anything_is_sealed(
    session: Session, tmp_path: Path
) -> None:
    @each(UNHIDEABLE)
    def is_refused(excluded: tuple[str, ...], words: str) -> None:
        kept = case_of(session)
        notes.add(session, kept.case, Note(NoteKind.CONTACT, "He saw a train, number 1."))
        consenting.agree(session, kept.case, LAWYER, excluded=excluded)
        with pytest.raises(RefusedError, match=words) as fault:
            exporting.export(session, kept.case, WISH, out=tmp_path)
        assert [word for word in excluded if len(word) > 1 and word in f"{fault.value}"] == []
        assert list(tmp_path.glob("*.age")) == []

    is_refused()


def test_words_that_the_report_itself_prints_are_hidden_in_the_texts_alone(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    notes.add(session, kept.case, Note(NoteKind.CONTACT, "The case is a date of the report."))
    consenting.agree(session, kept.case, LAWYER, excluded=("Case", "date", "Notes", "asylum"))
    pages = leaves(session, kept, tmp_path)
    assert "The [R1 name] is a [R2 name] of the report." in " ".join(pages.split())
    assert "Case" in pages


def test_health_alone_is_enough_for_a_doctor_whatever_else_the_case_has(session: Session, tmp_path: Path) -> None:
    @each(
        {
            "health and who they are": ((), {"broke", "Miralo"}, {"SIZO"}),
            "the detention too": (("proceedings",), {"broke", "Miralo", "SIZO"}, set()),
        }
    )
    def is_sent(also: tuple[str, ...], there: set[str], absent: set[str]) -> None:
        kept = case_of(session)
        notes.add(session, kept.case, Note(NoteKind.MEDICAL, "Somebody broke his wrist."))
        story_records.add(session, kept.case, Detention(place="SIZO 1", taken="2026-09-01"))
        covered = {"identity", "health", *also}
        covers = {each.value: each.value in covered for each in Category}
        consenting.agree(session, kept.case, LAWYER, purpose=ReferralPurpose.MEDICAL_CARE, **covers)
        wish = Wish("medical", LAWYER, take_proposals=True)
        done = exporting.export(session, kept.case, wish, out=tmp_path)
        assert isinstance(done, exporting.Exported)
        pages = " ".join(done.pages)
        assert ({word for word in there if word not in pages}, {word for word in absent if word in pages}) == (
            set(),
            set(),
        )

    is_sent()


def test_each_client_gives_their_own(session: Session, kept: Kept, tmp_path: Path) -> None:
    write(session, kept, {})
    other = RecordId(case_people.add(session, kept.case, role="client", names=["Temir Osmonov"]))
    refuses(RefusedError, "does not allow this: there is none", leaves, session, kept, tmp_path)
    consenting.agree(session, kept.case, LAWYER, person=kept.client)
    refuses(RefusedError, f"client with the id {short_id(other)}", leaves, session, kept, tmp_path)
    consenting.agree(session, kept.case, LAWYER, person=other)
    assert "came on foot" in leaves(session, kept, tmp_path)


def test_what_is_about_one_client_leaves_by_the_consent_of_each(session: Session, kept: Kept, tmp_path: Path) -> None:
    alone = consenting.agree(session, kept.case, LAWYER)
    other = RecordId(case_people.add(session, kept.case, role="client", names=["Temir Osmonov"]))
    for person in (kept.client, other):
        wish = Wish("urgent", LAWYER, take_proposals=True, person=person)
        refuses(RefusedError, "there is none", exporting.export, session, kept.case, wish, out=tmp_path)
        consenting.agree(session, kept.case, LAWYER, person=person)
    done = exporting.export(session, kept.case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    edit = RECORDS["consent"].look
    said = {"record": (alone.hex(),), "recipient": (OTHER,)}
    refuses(UsageError, "recipient cannot be changed", edit, session, said)
    assert edit(session, said | {"recipient": (LAWYER,), "health": ("no",)}).of[1]["health"] == "no"


def test_a_consent_of_who_stands_in_the_case_twice_holds_for_both_rows(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    twice = RecordId(case_people.add(session, kept.case, role="client", names=["Miralo Dastanov"]))
    same_people.same(session, *(RecordPlace(kept.case, each, Person.KIND) for each in (kept.client, twice)))
    consenting.agree(session, kept.case, LAWYER, person=twice)
    assert "came on foot" in leaves(session, kept, tmp_path)


def test_of_two_versions_the_withdrawn_one_wins(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=AGE, compared=True)
        kept = case_of(mira)
        consent = RecordPlace(kept.case, consenting.agree(mira, kept.case, LAWYER), Consent.KIND)
        share(mira, kept.case, organisation, JOEL)
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        story_records.change(joel, consent, {"withdrawn": day(0), "withdrawn_how": "she called"})
    with organisation.open(MIRA) as mira:
        story_records.change(mira, consent, {"until": day(300), "health": "no"})
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        refuses(RefusedError, "it was withdrawn on", exporting.ask, mira, kept.case, WISH, out=tmp_path / "question")


@pytest.mark.screen
def test_the_app_refuses_with_the_clause_and_takes_a_consent_at_once(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        partners.add(amina, name=LAWYER, age_recipient=AGE, compared=True)
        consenting.agree(amina, house.case, LAWYER, purpose=ReferralPurpose.MEDICAL_CARE)
    with house.desk("Amina") as desk:
        desk.press("enter", "e").fill(out=str(tmp_path)).names(LAWYER.rpartition(" ")[2]).press("enter")
        desk.sees("it is for another purpose: medical care", "Ctrl+N in the export form")
        desk.press("ctrl+n").sees(f"Who may be told {LAWYER}", "For what legal referral", f"Given on {day(0)}")
        desk.press("f4").sees("! How it was given: is empty.")
        desk.go_to("how").press("right", "f4").sees("! May tell name, birth date, papers: is empty.")
        desk.press("escape")
        assert list(tmp_path.glob("*.age")) == []


# A conflict of interest, which no consent mends.
CONFLICTS: Mapping[str, tuple[dict[str, Any], bool]] = {
    "they said so": ({}, True),
    "they said so, and it was closed": ({"closed": day(0)}, True),
    "they said so of another purpose": ({"purpose": ReferralPurpose.MEDICAL_CARE}, True),
    "they declined": ({"answer": Reply.DECLINED}, False),
    "they accepted": ({"answer": Reply.ACCEPTED}, False),
    "somebody else said so": ({"to": OTHER}, False),
}


def answered(session: Session, case: CompartmentId, **said: Any) -> RecordId:
    """Keep what a recipient answered when they were asked: a conflict of interest, unless it is said otherwise."""
    to = partners.find(session, said.pop("to", LAWYER)).record
    usual = {"purpose": ReferralPurpose.LEGAL_REFERRAL, "asked": day(0), "answer": Reply.CONFLICT, "answered": day(0)}
    return story_records.add(session, case, Referral(recipient=to, **{**usual, **said}))


def test_nothing_leaves_for_who_has_a_conflict_of_interest(session: Session, tmp_path: Path) -> None:
    @each(CONFLICTS)
    def is_refused(said: dict[str, Any], stops: bool) -> None:
        kept = case_of(session)
        write(session, kept, {})
        record, asked = answered(session, kept.case, **said), {"case": (kept.case.hex(),), "out": (str(tmp_path),)}
        clause = rf"{LAWYER} has a conflict of interest .* on {day(0)} \(referral with the id {short_id(record)}\)"
        if not stops:
            assert "came on foot" in leaves(session, kept, tmp_path)
            return
        for profile in ("lawyer", "enquiry", "urgent"):
            wish = dataclasses.replace(WISH, profile=profile)
            of_act = {**asked, "profile": (profile,), "to": (LAWYER,)}
            refuses(RefusedError, clause, EXPORT.look, session, of_act)
            refuses(RefusedError, clause, exporting.export, session, kept.case, wish, out=tmp_path)
        assert list(tmp_path.glob("*.age")) == []

    is_refused()


@pytest.mark.long
def test_the_command_refuses_who_has_a_conflict_and_lets_another_have_it(
    session: Session, founded: Place, tmp_path: Path
) -> None:
    kept = case_of(session)
    record = answered(session, kept.case)
    for to in (LAWYER, OTHER):
        consenting.agree(session, kept.case, to)
    session.close()
    desk, wish = Desk.of(founded, tmp_path), ("--profile", "lawyer", "--out", str(tmp_path), "--unread")
    answer = desk.run("export", kept.case.hex(), *wish, "--to", LAWYER, "--decide", "proposed")
    assert (answer.code, f"(referral with the id {short_id(record)})" in answer.err) == (5, True), answer.err
    assert "Choose another recipient." in answer.err
    assert (
        desk.run(
            "export",
            kept.case.hex(),
            *wish,
            "--to",
            OTHER,
            "--decide",
            "proposed",
            "--surname",
            OTHER.rsplit(maxsplit=1)[-1],
        ).code
        == 0
    )


@pytest.mark.parametrize(
    ("written", "clause"),
    [
        (lambda session, consent: story_records.change(session, consent, {"withdrawn": day(0)}), "it was withdrawn on"),
        (lambda session, consent: answered(session, consent.case), "a conflict of interest"),
    ],
)
def test_what_is_written_since_stops_what_a_second_person_approved_before(
    organisation: Organisation, tmp_path: Path, written: Callable[[Session, RecordPlace], object], clause: str
) -> None:
    question, answer = tmp_path / "question", tmp_path / "answer"
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=AGE, compared=True)
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        kept = case_of(amina)
        refuses(RefusedError, "there is none", exporting.ask, amina, kept.case, WISH, out=question)
        consent = RecordPlace(kept.case, consenting.agree(amina, kept.case, LAWYER), Consent.KIND)
        exporting.ask(amina, kept.case, WISH, out=question, approver=full_name(SELIN))
    with organisation.open(SELIN) as selin:
        by_file.give(selin, question, answer, why="legal-referral")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        given = by_file.read_answer(amina, answer)
        written(amina, consent)
        refuses(RefusedError, clause, exporting.export, amina, kept.case, WISH, out=tmp_path, answer=given)
        refuses(RefusedError, clause, exporting.ask, amina, kept.case, WISH, out=tmp_path / "more")
    assert list(tmp_path.glob("*.age")) == []


@pytest.mark.screen
def test_the_app_refuses_who_has_a_conflict(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        partners.add(amina, name=LAWYER, age_recipient=AGE, compared=True)
        consenting.agree(amina, house.case, LAWYER)
        answered(amina, house.case)
    with house.desk("Amina") as desk:
        desk.press("enter", "e").fill(out=str(tmp_path)).press("f4")
        desk.sees("has a conflict of interest in this case", "Choose another recipient.")
    assert list(tmp_path.glob("*.age")) == []


def test_what_is_no_consent_is_refused_with_its_field(session: Session, kept: Kept) -> None:
    rows: dict[str, tuple[dict[str, Any], str]] = {
        "ends before it begins": ({"given": day(-1), "until": day(-2)}, "^until is before"),
        "withdrawn before it was given": ({"given": day(-1), "withdrawn": day(-2)}, "^withdrawn is before"),
        "no way in which it was given": ({"how": None}, "^how is empty"),
        "no consent, no reason": ({"basis": Basis.VITAL_INTEREST}, "^reason is empty"),
        "a speaker without a name": ({"by": Speaker.GUARDIAN}, "^speaker is empty"),
        "nothing may be told": (dict.fromkeys([each.value for each in Category], False), "^identity is empty"),
        "excluded words without a letter": ({"excluded": ("...",)}, "^excluded must have"),
        "an excluded text of 25 words": ({"excluded": ("word " * 25,)}, "^excluded must have"),
        "given tomorrow": ({"given": day(2)}, "^given is still to come"),
        "withdrawn tomorrow": ({"withdrawn": day(2)}, "^withdrawn is still to come"),
    }
    size = session.log.size

    @each(rows)
    def is_refused(said: dict[str, Any], words: str) -> None:
        with pytest.raises(UsageError, match=words):
            consenting.agree(session, kept.case, LAWYER, **said)
        assert session.log.size == size

    is_refused()


def test_who_speaks_for_somebody_who_is_gone_allows_it_with_another_basis(
    session: Session, kept: Kept, tmp_path: Path
) -> None:
    said = {"by": Speaker.NEXT_OF_KIN, "speaker": "her mother", "how": None}
    consenting.agree(session, kept.case, LAWYER, **said, basis=Basis.VITAL_INTEREST, reason="she disappeared")
    assert "came on foot" in leaves(session, kept, tmp_path)


def test_it_is_asked_again_before_it_ends(session: Session, kept: Kept) -> None:
    made = story_records.list_in(session, kept.case, (Consent.KIND,))
    assert made == []
    consenting.agree(session, kept.case, LAWYER, given="2026-01-01")
    (kept_one,) = story_records.list_in(session, kept.case, (Consent.KIND,))
    assert isinstance(kept_one.value, Consent)
    assert (kept_one.value.until, kept_one.value.when(), kept_one.value.is_due()) == ("2026-04-01", "2026-03-17", True)
