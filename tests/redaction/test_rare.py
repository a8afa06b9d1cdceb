"""What is rare is asked about before it leaves: facts that few people of the vault share, phrases no other case has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.once import made_once
from tests.redaction.usual_notes import ENGLISH, FRENCH, RUSSIAN
from tests.services import consenting
from tests.services.conftest import filled, filled_session, filled_template, founded_template
from tests.services.founded import Place
from tests.tables import each
from vault.access.session import Session
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.story.events import Detention, Hearing
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import UsageError
from vault.export.reader import open_package
from vault.ids import CompartmentId, RecordId, make_id
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.redaction.questions import Question
from vault.redaction.rare import phrases_in
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Ready, Wish
from vault.services.exports.rare_things import FEW_PEOPLE, MOST_ASKED, is_marked
from vault.services.projection.projection import audit_of

__all__ = ["filled", "filled_session", "filled_template", "founded_template"]  # fixtures

TO, IDENTITY = "Ondrelle", make_identity()
PEOPLE = 40
USUAL = "\n".join((ENGLISH, FRENCH, RUSSIAN))
USUAL_DAY = "2025-11-05"


def client(name: str, born: str = "1980-03-04", nation: str = "KG") -> Person:
    return Person(PersonRole.CLIENT, (PersonName.written(name),), born, nationalities=(nation,))


def arrest(at: str = USUAL_DAY, place: str = "Talvek") -> Incident:
    return Incident(IncidentKind.ARREST, at=at, place=place)


def make_case(session: Session, *records: CaseworkRecord) -> CompartmentId:
    case = cases.create(session, title="T", kind="asylum").case
    with session.work(case) as work:
        for record in records:
            work.write(case, RecordId(make_id()), record.KIND, to_fields(record))
        work.commit(Entry(act="case.import", obj=audit_of(session, case), covers={"note": len(records)}))
    return case


@pytest.fixture(scope="session")
@made_once
def town_template(founded_template: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A vault of forty people of one country, all arrested in one month and in one place."""
    place = founded_template.copied_to(tmp_path_factory.mktemp("town"))
    with place.open() as session:
        partners.add(session, name=TO, age_recipient=recipient_of(IDENTITY), compared=True)
        for number in range(PEOPLE):
            note = Note(NoteKind.INTERVIEW, (ENGLISH, FRENCH, RUSSIAN)[number % 3], "2025-12-01")
            make_case(session, client("Arvo Lindek", f"{1960 + number % 10}-01-02"), arrest(), note)
    return place


@pytest.fixture
def town(town_template: Place, tmp_path: Path) -> Iterator[Session]:
    with town_template.copied_to(tmp_path / "town").open() as session:
        yield session


def asked(
    session: Session, case: CompartmentId, profile: str = "lawyer", keep: Collection[str] = ()
) -> tuple[Sequence[Question], dict[str, str]]:
    """Return what is asked as rare, and the answers before it: proposals, but for what is kept."""
    decided: dict[str, str] = {}
    while True:
        found = consenting.make_ready(session, case, Wish(profile, TO, decisions=decided))
        if isinstance(found, Ready):
            return (), decided
        rare = [question for question in found.questions if question.told]
        if rare:
            assert len(rare) == len(found.questions)
            return rare, decided
        decided |= {q.form: "keep" if q.form in keep else q.proposal.value for q in found.questions}


def forms(questions: Sequence[Question]) -> list[str]:
    return [question.form for question in questions]


def interview(text: str) -> Note:
    return Note(NoteKind.INTERVIEW, text, "2025-12-01")


SHE = client("Mirela Dosk", "1992-01-02")
YOUNG = 2026 - 1992
AGES = ("34", "33")


@each(
    {
        "a month of an arrest": ((SHE, arrest("2026-05-14")), "lawyer", (), "«arrest 2026-05»"),
        "a month of a raid": (
            (SHE, Incident(IncidentKind.RAID, at="2026-02")),
            "lawyer",
            ("2026-02",),
            "«raid 2026-02»",
        ),
        "a month of detention": ((SHE, Detention(taken="2026-05-14T10:00")), "lawyer", (), "«detention 2026-05»"),
        "a hearing that is over": (
            (SHE, Hearing("2026-04-02", outcome="put off")),
            "lawyer",
            (),
            "«hearing 2026-04»",
        ),
        "a town that stays": ((SHE, arrest(place="Osh")), "lawyer", ("Osh",), "«Osh, arrest 2025-11»"),
        "an age": ((SHE, arrest(), interview("She is 34 years old.")), "lawyer", AGES, "«34, arrest 2025-11»"),
        "an age in French": ((SHE, arrest(), interview("Elle a 34 ans.")), "lawyer", AGES, "«34, arrest 2025-11»"),
        "an age in Russian": (
            (SHE, arrest("2025-10"), interview("Ей 34 года.")),
            "lawyer",
            (*AGES, "2025-10"),
            "«34, arrest 2025-10»",
        ),
        "a country": ((client("Mirela Dosk", nation="TJ"),), "enquiry", (), "«TJ»"),
        "no country": ((client("Mirela Dosk", nation="XX"),), "enquiry", (), "«XX»"),
    }
)
def test_facts_that_few_people_share_are_asked_about(
    records: tuple[CaseworkRecord, ...], profile: str, keep: tuple[str, ...], form: str, town: Session
) -> None:
    questions, _ = asked(town, make_case(town, *records), profile, keep)
    assert form in forms(questions)
    assert "of your vault" in str(questions[0].told)


@each(
    {
        "what somebody said": ("He shouted “give us our river back” at the gate.", (), "«give us our river back»"),
        "a nickname": ("At home she is known as the grey lantern.", (), "«grey lantern»"),
        "a trade": ("She worked as a bell founder for years.", (), "«bell founder for years»"),
        "a school": ("She studied at the school for the deaf.", (), "«school for the deaf»"),
        "a prize": ("She won the national archery cup.", (), "«national archery cup»"),
        "a mark": ("He has a tattoo of two herons.", (), "«two herons»"),
        "a trade in French": ("Elle travaille comme vitrailliste.", ("vitrailliste",), "«vitrailliste»"),
        "a trade in Russian": ("Она работала настройщицей роялей.", (), "«настройщицей роялей»"),
        "a name that stays": ("They met at the Balmory club.", ("Balmory",), "«Balmory»"),
        "a number that stays": ("They live in flat 2177.", ("2177",), "«2177»"),
    }
)
def test_phrases_of_one_case_alone_are_asked_about(text: str, keep: tuple[str, ...], form: str, town: Session) -> None:
    case = make_case(town, SHE, interview(f"{ENGLISH}\n{text}"))
    questions, _ = asked(town, case, keep=keep)
    assert form in forms(questions)
    (found,) = (question for question in questions if question.form == form)
    assert found.context in " ".join(f"{ENGLISH}\n{text}".split())


def test_what_many_share_and_what_another_case_has_too_is_not_asked_about(town: Session) -> None:
    make_case(town, SHE, interview("She worked as a bell founder."))
    case = make_case(town, client("Mirela Dosk", "1962-01-02"), arrest(), interview("She worked as a bell founder."))
    assert asked(town, case) == ((), asked(town, case)[1])


def test_usual_text_raises_at_most_three_questions_a_thousand_words(town: Session) -> None:
    texts = [text.replace("client", "person") for text in (ENGLISH, FRENCH, RUSSIAN)]
    alone, _ = asked(town, make_case(town, SHE, *(interview(text) for text in texts)))
    assert len(alone) <= 3 * len(USUAL.split()) / 1000
    found = phrases_in(texts)
    assert sum(phrase.rank < 2 for phrase in found) <= 3 * len(USUAL.split()) / 1000


def test_no_export_asks_about_more_than_ten_phrases(town: Session) -> None:
    words = ["sing", "walk", "wait", "swim", "talk", "read", "write", "sleep", "cook", "paint", "count", "dance"]
    said = " ".join(f"He said “all herons {word}”." for word in words)
    case = make_case(town, SHE, *(interview(text) for text in (f"{USUAL} {said}", *[USUAL] * 5)))
    questions, _ = asked(town, case)
    assert len(questions) == MOST_ASKED


def test_where_the_client_is_named_nothing_is_asked(town: Session) -> None:
    case = make_case(town, SHE, arrest("2026-05-14"), interview("She worked as a bell founder."))
    assert asked(town, case, "lawyer-named")[0] == ()


def test_in_a_vault_of_few_people_the_combination_alone_is_asked_about_and_once(filled_session: Session) -> None:
    partners.add(filled_session, name=TO, age_recipient=recipient_of(IDENTITY), compared=True)
    records = (arrest("2026-05-14"), arrest("2026-03-01"), interview("She worked as a bell founder."))
    (question,), _ = asked(filled_session, make_case(filled_session, SHE, *records))
    assert question.form == "«arrest 2026-03, arrest 2026-05»"
    assert "everything in it is rare" in str(question.told)
    assert FEW_PEOPLE > 3


# ---- what answers change -----------------------------------------------------------------------------------------

TEXT = (
    "On 14 May 2026 she was taken in Osh, and on 14 May her brother. She worked as a bell founder, and is 34 years old."
)
COMBINATION, PHRASE = "«34, Osh, arrest 2026-05»", "«bell founder»"
KEPT = ("Osh", "34", "May", "14 May")


Told = tuple[CompartmentId, Mapping[str, str]]


@pytest.fixture
def told(town: Session) -> Told:
    """A case in which two things are rare, and what was decided before they are asked about."""
    case = make_case(town, SHE, arrest("2026-05-14", "Osh"), interview(TEXT))
    questions, decided = asked(town, case, keep=KEPT)
    assert forms(questions) == [COMBINATION, PHRASE]
    return case, decided


def read_all(_pages: tuple[str, ...]) -> bool:
    return True


def sealed(session: Session, case: CompartmentId, answers: Mapping[str, str], out: Path) -> str:
    """Return the data file of a package in which this is decided."""
    done = consenting.export(
        session, case, Wish("lawyer", TO, decisions=answers, is_strict=True), out=out, approve=read_all
    )
    assert isinstance(done, exporting.Exported)
    members = open_package(done.path.read_bytes(), IDENTITY).members
    assert all("Dosk" not in page for page in done.pages)
    return json.dumps(json.loads(members["data.json"])["sections"], ensure_ascii=False) + "\n".join(done.pages)


@each(
    {
        "left": (("keep", "keep"), ("2026-05-14", "14 May", "Osh", "34", "bell founder"), ()),
        "less exactly": (
            ("generalise", "keep"),
            ("30-39", "2026", "bell founder"),
            ("-05-14", "May 2026", "14 May", "Osh", "34"),
        ),
        "hidden": (("remove", "remove"), ("worked as",), ("-05-14", "14 May", "Osh", "34", "bell", "founder")),
    }
)
def test_answers_change_every_place_of_the_finished_files(
    answers: tuple[str, str], stays: Sequence[str], gone: Sequence[str], *, town: Session, told: Told, tmp_path: Path
) -> None:
    case, decided = told
    text = sealed(town, case, {**decided, **dict(zip((COMBINATION, PHRASE), answers, strict=True))}, tmp_path)
    assert [form for form in stays if form not in text] == []
    assert [form for form in gone if form in text] == []


def test_a_script_takes_the_proposal_and_the_next_export_asks_nothing_again(
    town: Session, told: Told, tmp_path: Path
) -> None:
    case, decided = told
    done = consenting.export(
        town, case, Wish("lawyer", TO, decisions=decided, take_proposals=True), out=tmp_path, approve=read_all
    )
    assert isinstance(done, exporting.Exported)
    assert {q.form: q.proposal.value for q in done.as_proposed if is_marked(q.form)} == {
        COMBINATION: "generalise",
        PHRASE: "keep",
    }
    again = consenting.export(town, case, Wish("lawyer", TO), out=tmp_path, approve=read_all)
    assert isinstance(again, exporting.Exported)
    assert again.pages == done.pages


def test_what_was_hidden_stays_hidden_in_later_text_and_what_was_kept_is_asked_about_again(
    town: Session, told: Told, tmp_path: Path
) -> None:
    case, decided = told
    sealed(town, case, {**decided, COMBINATION: "keep", PHRASE: "remove"}, tmp_path)
    with town.work(case) as work:
        work.write(
            case,
            RecordId(make_id()),
            Note.KIND,
            to_fields(interview("A bell founder, she is known as the grey lantern.")),
        )
        work.commit(Entry(act="case.import", obj=audit_of(town, case), covers={"note": 1}))
    questions, _ = asked(town, case, keep=KEPT)
    assert forms(questions) == ["«grey lantern»"]


def test_a_decision_about_nothing_rare_is_refused_to_a_script(town: Session, told: Told) -> None:
    case, decided = told
    answers = {**decided, COMBINATION: "keep", PHRASE: "keep"}
    wish = Wish("lawyer", TO, decisions={**answers, "«marble lions»": "keep"}, is_strict=True)
    with pytest.raises(UsageError, match="about nothing"):
        consenting.make_ready(town, case, wish)
