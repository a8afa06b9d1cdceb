"""What leaves and what does not, through the service that the command line and the app call."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.services import consenting
from tests.services.colleague import admit
from tests.services.founded import MEMBER, Filled
from tests.services.office import Office
from tests.services.test_factors import proof
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind
from vault.casework.note import Note
from vault.casework.partner import Partner
from vault.casework.person import Person, PersonChange, SafeContact
from vault.casework.story.events import Deadline, Detention, Event, Fulfilled, Hearing, Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import Wanted, WantedSystem
from vault.casework.story.protection import SafetyPlan
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import BrokenSealError, LeakError, NotFoundError, RefusedError, UsageError, VerificationError
from vault.export import package
from vault.export.reader import open_package
from vault.ids import CompartmentId, RecordId, make_id
from vault.progress import CancelledError
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.age import fingerprint, make_identity, open_with, recipient_of
from vault.services import case_papers
from vault.services.backups import backups
from vault.services.case_papers import list_in
from vault.services.cases import case_people, cases, notes, same_people, sections, story_records
from vault.services.cases.editing import Place
from vault.services.credentials import entering
from vault.services.erasures import letter
from vault.services.evidence import log_checking, logbook
from vault.services.exchange import syncing
from vault.services.exports import export_people, exporting, full_export, ledger, packages, paper_week, partners
from vault.services.exports.export_material import Wish
from vault.services.exports.exporting import DeclinedError
from vault.services.exports.full_export import export_all
from vault.services.safety import person_pack, seizure

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
    result = consenting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out)
    assert isinstance(result, exporting.Exported)
    return result


def acts(session: Session) -> list[str]:
    lines = logbook.newest(session).lines
    return [line.payload.act for line in lines if line.payload is not None]


def test_nothing_is_written_while_a_question_is_open(
    filled_session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    result = consenting.export(filled_session, case, Wish("lawyer", LAWYER), out=tmp_path)
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
    second = consenting.export(session, case, Wish("lawyer", LAWYER), out=tmp_path)
    assert isinstance(second, exporting.Exported)
    assert (first.questions, second.questions) == (1, 0)
    assert first.pages == second.pages
    assert first.path != second.path
    named = consenting.export(session, case, Wish("lawyer-named", LAWYER), out=tmp_path)
    assert isinstance(named, exporting.Undecided)
    assert "Qarvosh" in {question.form for question in named.questions}
    partners.add(session, name="Another", age_recipient=recipient_of(make_identity()), compared=True)
    other = consenting.export(session, case, Wish("lawyer", "Another", take_proposals=True), out=tmp_path)
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
    named = consenting.export(session, case, Wish("lawyer-named", LAWYER, take_proposals=True), out=tmp_path)
    assert isinstance(named, exporting.Exported)
    names = [line for line in "\n".join(named.pages).splitlines() if "Vyuzhanin" in line]
    assert names
    assert not {"Vuzhanin", "Zumrat"} & set(" ".join(names).split())


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
        consenting.export(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=tmp_path)
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
    refuses(error, words, exporting.export, filled_session, case, wish, out=out)
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
        result = consenting.export(session, case, Wish("lawyer-named", LAWYER, take_proposals=True), out=tmp_path)
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
    assert ledger.given_out(filled_session, case) == []
    first = exported(filled_session, case, tmp_path)
    exported(filled_session, case, tmp_path)
    (holder,) = ledger.given_out(filled_session, case)
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
        consenting.ask(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out)
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
        consenting.ask(filled_session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out, approve=says_no)
    assert read
    assert not out.exists()
    assert "export.begin" not in acts(filled_session)


# All that a member may read, in one sealed file: whole, of nobody else, for a confirmed key, and told in the log.
KEY = make_identity()
NAME = "Own archive"


@pytest.fixture
def case_of_one(session: Session) -> CompartmentId:
    partners.add(session, name=NAME, age_recipient=recipient_of(KEY), compared=True)
    made = cases.create(session, title="A matter", kind="asylum").case
    case_people.add(session, made, role="client", names=["Zarina Quill", "Зарина"], phones=["0555 123456"])
    notes.add(session, made, Note(NoteKind.CONTACT, "She called"))
    return made


def opened(path: Path) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(open_with(KEY, path.read_bytes())), mode="r:") as tar:
        members = tar.getmembers()
        assert all(member.isfile() and not member.name.startswith(("/", "..")) for member in members)
        return {member.name: content.read() for member in members if (content := tar.extractfile(member)) is not None}


def records_of(files: dict[str, bytes], case: CompartmentId) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files[f"cases/{case.hex()}/records.json"])
    return rows


def test_records_sections_and_papers_are_in_it_and_no_key(
    session: Session, case_of_one: CompartmentId, tmp_path: Path
) -> None:
    section = sections.create(session, case_of_one, what="health", title="Doctors")
    sections.add_note(session, section, Note(NoteKind.MEDICAL, "Fell ill"))
    content = b"%PDF-1.4 an order" * 100_000
    (tmp_path / "order.pdf").write_bytes(content)
    case_papers.add_paper(session, case_of_one, tmp_path / "order.pdf", {"kind": "detention-order"})
    seen: list[int] = []
    done = export_all(session, to=NAME, out=tmp_path / "all.age", progress=lambda at, of: seen.append(at))
    assert (done.cases, done.documents, done.missing, seen) == (1, 1, 0, [0, 1])
    files = opened(tmp_path / "all.age")
    about = json.loads(files["export.json"])
    assert (about["format"], about["version"], about["cases"]) == ("casevault-full-export", 1, 1)
    rows = records_of(files, case_of_one)
    assert len(rows) == done.records
    by_kind = {row["kind"]: row for row in rows if row["section"] is None}
    assert [name["text"] for name in by_kind["person"]["fields"]["names"]] == ["Zarina Quill", "Зарина"]
    assert about["members"][by_kind["person"]["by"]]
    assert [row["fields"]["text"] for row in rows if row["kind"] == "note"] == ["She called", "Fell ill"]
    assert [row["section"] for row in rows if row["kind"] == "note"] == [None, "health"]
    document = by_kind["document"]
    assert files[document["content"]] == content
    assert {"body", "extracted"}.isdisjoint(document["fields"])
    assert log_checking.verify(session).verified
    with pytest.raises(BrokenSealError):
        open_with(make_identity(), (tmp_path / "all.age").read_bytes())


def test_it_leaves_for_a_confirmed_key_alone_and_never_over_a_file(
    session: Session, case_of_one: CompartmentId, tmp_path: Path
) -> None:
    out = tmp_path / "all.age"
    partners.add(session, name="Somebody new", age_recipient=recipient_of(make_identity()))
    refuses(RefusedError, "is not confirmed", export_all, session, to="Somebody new", out=out)
    assert not out.exists()
    out.write_bytes(b"there")
    refuses(RefusedError, "exists already", export_all, session, to=NAME, out=out)
    assert out.read_bytes() == b"there"


def test_what_is_stopped_leaves_nothing(session: Session, case_of_one: CompartmentId, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        export_all(session, to=NAME, out=tmp_path / "all.age", cancelled=lambda: True)
    assert list(tmp_path.glob("*.age")) == []


def _forged() -> bytes:
    """Return a tar that ends, with an export of nobody."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("export.json")
        member.size = len(b"{}")
        tar.addfile(member, io.BytesIO(b"{}"))
    return made.getvalue()


def test_a_paper_of_which_the_record_is_false_brings_no_file_and_stops_nothing(
    session: Session, case_of_one: CompartmentId, tmp_path: Path
) -> None:
    content = bytes(512) + _forged()
    true = {"size": len(content), "hash": hashlib.sha256(content).digest()}
    false: list[dict[str, Any]] = [{"size": 512}, {"size": 50_000_000}, {"size": 1 << 62}, {"hash": bytes(32)}]
    (tmp_path / "order.bin").write_bytes(content)
    for facts in ({}, *false):
        record = case_papers.add_paper(
            session, case_of_one, tmp_path / "order.bin", {"kind": DocumentKind.OTHER}
        ).record
        (paper,) = (paper for paper in list_in(session, case_of_one) if paper.record == record)
        told = {**true, **facts}
        body = replace(paper.value.body, size=told["size"])
        with session.work(case_of_one) as work:
            work.keep(case_of_one, replace(paper.value, body=body, content_hash=told["hash"]), record, [paper.version])
            work.commit(Entry(act="document.add", covers={Document.KIND: 1}))
    done = export_all(session, to=NAME, out=tmp_path / "all.age")
    assert (done.documents, done.missing) == (1, len(false))
    files = opened(tmp_path / "all.age")
    named = {row["content"] for row in records_of(files, case_of_one) if row["kind"] == "document"}
    (name,) = named - {None}
    assert sorted(files) == sorted(["export.json", f"cases/{case_of_one.hex()}/records.json", name])
    assert files[name] == content
    assert json.loads(files["export.json"])["format"] == "casevault-full-export"


def test_what_others_hold_is_not_in_it(office: Office, tmp_path: Path) -> None:
    with office.open(office.nadia) as nadia:
        cases.create(nadia, title="Hers alone", kind="asylum")
    with office.open(office.amina) as amina, pytest.raises(UsageError, match="there is nothing to export"):
        export_all(amina, to=NAME, out=tmp_path / "all.age")


# A copy of their own data for a person: what is theirs is in it, nobody else is, and what is withheld is said.
SHE, SISTER, GUARD = "Farida Noorzai", "Leila Noorzai", "Temir Abdykaparov"
PHONE, MAIL, OF_SISTER, OF_OFFICER = "+996555010999", "farida@example.org", "+996700111222", "+996555010203"
HELD = Detention(
    place="SIZO 1", taken="2026-09-01", order="77/26", court="the court", expires="2026-12-01", confirmed="her sister"
)
RECORDS = (
    HELD,
    Hearing("2026-10-02", about="detention", outcome="two months more", fulfilled=Fulfilled.NOT_YET),
    Incident(IncidentKind.THREAT, at="2026-08-01", told_by=SISTER, text=f"{GUARD} said it, from {OF_OFFICER}."),
    Event("she left her home", at="2026-07-01", source=SISTER),
    Wanted(WantedSystem.NATIONAL, charge="article 12", seen_by=SISTER),
    Deadline("appeal", "2026-11-30"),
)
STAYING = (Task("ring the consul"), SafetyPlan("flight", steps=("go to the cellar",)))


class Own:
    """A recipient who reads what was sealed for them."""

    def __init__(self) -> None:
        self._identity = pyrage.x25519.Identity.generate()
        self.age = str(self._identity.to_public())

    def read(self, sealed: Path) -> dict[str, object]:
        data: dict[str, object] = json.loads(
            open_package(sealed.read_bytes(), str(self._identity)).members["data.json"]
        )
        return data


@pytest.fixture
def reader(filled_session: Session) -> Own:
    reader = Own()
    partners.add(filled_session, name=SHE, age_recipient=reader.age, compared=True)
    return reader


@pytest.fixture
def case_of_sisters(filled_session: Session) -> CompartmentId:
    """A case of one client and her sister, with each kind of record."""
    made = cases.create(filled_session, title="T", kind="asylum").case
    contact = SafeContact(Channel.PHONE, OF_SISTER, code_phrase="the parcel is here")
    case_people.add(
        filled_session,
        made,
        role="client",
        names=[SHE],
        born="1990-03-04",
        phones=[PHONE],
        emails=[MAIL],
        documents=["passport:AC1234567"],
        safe_contact=contact,
    )
    case_people.add(filled_session, made, role="relative", names=[SISTER], phones=[OF_SISTER])
    case_people.add(filled_session, made, role="persecutor", names=[GUARD], phones=[OF_OFFICER])
    for record in (*RECORDS, *STAYING):
        story_records.add(filled_session, made, record)
    return made


def copied(session: Session, case: CompartmentId, out: Path, person: RecordId | None = None) -> exporting.Exported:
    decided = {"SIZO": "keep", "SIZO 1": "keep", "77/26": "keep", "12": "keep", "1": "keep"}
    wish = Wish("subject", SHE, decided, take_proposals=True, person=person)
    done = consenting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return done


def test_a_copy_has_the_persons_own_data_and_what_happened_and_nobody_else(
    filled_session: Session, reader: Own, case_of_sisters: CompartmentId, tmp_path: Path
) -> None:
    done = copied(filled_session, case_of_sisters, tmp_path)
    page = " ".join(" ".join(done.pages).split())
    own = (SHE, "4 March 1990", "AC1234567", PHONE, MAIL)
    happened = (
        *("SIZO", "77/26", "1 September 2026", "1 December 2026", "two months more", "not yet", "threat"),
        *("she left her home", "national list", "appeal", "30 November 2026"),
    )
    assert [text for text in (*own, *happened) if text not in page] == []
    others = (SISTER, "Leila", GUARD, "Temir", OF_SISTER, OF_OFFICER, "parcel", "consul", "cellar", "her sister")
    assert [text for text in others if text in page] == []
    data = reader.read(done.path)
    told = json.dumps(data, ensure_ascii=False)
    assert [text for text in (SHE, PHONE, MAIL, "77/26", "two months more") if text not in told] == []
    assert [text for text in others if text in told] == []
    assert page.count("Not in this copy") == page.count("Why:") == told.count("Not in this copy") == told.count("Why:")
    assert "Not in this copy: notes about safety. Why: they tell how you and other people are protected." in page


def test_where_a_case_has_two_clients_what_happened_stays_as_nothing_says_to_whom(
    filled_session: Session, reader: Own, case_of_sisters: CompartmentId, tmp_path: Path
) -> None:
    persons = cases.open_case(filled_session, case_of_sisters, why="casework").persons
    her = next(person.record for person in persons if person.value.display_name() == SHE)
    case_people.add(filled_session, case_of_sisters, role="client", names=["Rustam Ondarov"])
    page = " ".join(copied(filled_session, case_of_sisters, tmp_path, person=her).pages)
    assert (PHONE in page, "SIZO" in page, "she left her home" in page) == (True, False, False)
    assert "where your file is that of another person too" in " ".join(page.split())


PARTNER_NAME = "Advocate Orlova"


def keep(session: Session, partner: Partner) -> RecordId:
    """Write a recipient as another program, or an admin of ill will, might."""
    record = RecordId(make_id())
    with session.work() as work:
        work.write(session.directory.compartment, record, Partner.KIND, to_fields(partner))
        work.commit(Entry(act="partner.create"))
    return record


def a_partner() -> Partner:
    key = recipient_of(make_identity())
    return Partner(name=PARTNER_NAME, age_recipient=key, fingerprint=fingerprint(key))


def test_what_has_other_words_than_those_of_its_key_is_passed_over_and_gets_nothing(session: Session) -> None:
    keep(session, replace(a_partner(), fingerprint=a_partner().fingerprint))
    assert partners.list_all(session) == []
    refuses(VerificationError, "cannot be read", partners.find, session, PARTNER_NAME)


def test_of_two_recipients_of_one_name_neither_is_taken(session: Session) -> None:
    first, second = keep(session, a_partner()), keep(session, a_partner())
    refuses(UsageError, "2 recipients have this name", partners.find, session, PARTNER_NAME)
    assert [partners.find(session, record.hex()).record for record in (first, second)] == [first, second]


def test_a_key_that_is_confirmed_is_confirmed_once_and_never_by_other_words(session: Session) -> None:
    kept = partners.add(session, name=PARTNER_NAME, age_recipient=recipient_of(make_identity()))
    with pytest.raises(UsageError, match="not the words of the key that is stored"):
        partners.confirm(session, PARTNER_NAME, words=a_partner().fingerprint)
    assert not partners.find(session, PARTNER_NAME).is_confirmed
    assert partners.confirm(session, PARTNER_NAME, words=kept.fingerprint).is_confirmed
    size = session.log.size
    assert partners.confirm(session, PARTNER_NAME, words=kept.fingerprint).is_confirmed
    assert session.log.size == size


# A service that ends in a new file asks for its place first: the log says nothing of what could not be written.
Act = Callable[[Session, Any, Path], object]
ACTS: dict[str, Act] = {
    "a bundle": lambda session, _, out: syncing.make(session, session.member, out),
    "a backup": lambda session, _, out: backups.make(session, out / "deeper"),
    "a paper": lambda session, case, out: case_papers.save(session, Place(case, RecordId(bytes(16)), "document"), out),
    "everything": lambda session, _, out: full_export.export_all(session, to="Lawyer", out=out),
    "the week": lambda session, _, out: paper_week.print_week(session, datetime.date(2026, 12, 1), out, str),
    "a letter": lambda session, _, out: letter.print_letter(session, ["It is erased."], out, str),
    "a seizure": lambda session, _, out: seizure.print_page(session, cast("Any", None), out, str),
    "confirmed facts": lambda session, case, out: person_pack.print_page(
        session, cast("Any", SimpleNamespace(case=case)), cast("Any", None), out, str
    ),
    "a keyfile": lambda session, _, out: entering.add_keyfile(session, proof(), out),
    "an export": lambda session, case, out: exporting.export(session, case, Wish("lawyer", "Lawyer"), out=out),
}


def test_what_cannot_be_written_there_is_refused_before_the_log_says_that_it_was(
    filled: Filled, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("an earlier one")
    with filled.open() as session:
        size = session.log.size

        @each(
            {
                f"{name} at {place.name}": (act, place)
                for name, act in ACTS.items()
                for place in (taken, tmp_path / "no" / "folder")
            }
        )
        def is_refused(act: Act, place: Path) -> None:
            with pytest.raises((RefusedError, UsageError), match=r"exists already|there is no folder"):
                act(session, filled.cases[0], place)
            assert session.log.size == size

        is_refused()
    assert taken.read_text() == "an earlier one"
