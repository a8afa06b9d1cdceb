"""Two recipients put their packages side by side: of one case, of one organisation, or of two vaults."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # ships no types
import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from tests.services import consenting
from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import Place, found
from tests.tables import each
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.story.events import Detention, Hearing
from vault.casework.story.person_facts import Relation, Relationship
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError
from vault.export import archive
from vault.export.package import write_package
from vault.export.page import sealed_in
from vault.export.reader import open_package
from vault.ids import CompartmentId, is_case_ref
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.redaction.transform import PseudonymBook
from vault.seal.age import make_identity, recipient_of
from vault.seal.page_seal import draw_words, open_page
from vault.services.approvals import second_person
from vault.services.cases import case_people, cases, notes, searching, story_records
from vault.services.exports import export_material, exporting, ledger, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing

RECIPIENTS = {"Maître Ondrelle": make_identity(), "Clinic Varse": make_identity()}
LAWYER, CLINIC = RECIPIENTS
WITHOUT_KEY = "Klinik Ostheim"
CONTACT = "Mira Halvorsen, +999 555 0100"
TEXTS = ("They were led to the yard at night.", "Tikhon Omutkov asked for paper.")
OTHER_TEXTS = ("The train left before noon.", "Sana Belgorova kept both letters.")
# What a program writes of itself by chance or by counting, and no link: the six letters before the name of a font come
# of the letters that the report uses.
_FONT = re.compile(r"^/[A-Z]{6}\+")
_RUN = re.compile(r"[0-9a-fA-F]{6,}|[2-7A-Z]{6,}|[0-9]{6,}|[2-9B-Z]{4}-[2-9B-Z]{4}")


def leaves(value: object) -> Iterator[str]:
    """Yield every string and number of a JSON value or a PDF object; streams without what they draw."""
    if isinstance(value, Mapping):
        for key in value:
            member = value.raw_get(key) if isinstance(value, DictionaryObject) else value[key]
            if key != "/Parent":
                yield from leaves(member)
    elif isinstance(value, list | tuple | ArrayObject):
        for member in value:
            yield from leaves(member)
    elif isinstance(value, bytes):
        yield value.hex()
    elif not isinstance(value, bool | int | float) and value is not None:
        yield _FONT.sub("", str(value))


def traces(package: Path, name: str) -> set[str]:
    """Return all by which a recipient could tell one package among others: leaves, objects, lines, and runs in them."""
    members = open_package(package.read_bytes(), RECIPIENTS[name]).members
    found = {*leaves(json.loads(members["manifest.json"])), *leaves(json.loads(members["data.json"]))}
    found.update(members["manifest.sig"].decode().split())
    pdf = PdfReader(io.BytesIO(members["report.pdf"]))
    for number in range(1, int(str(pdf.trailer["/Size"]))):
        one = pdf.get_object(number)
        found.update(leaves(one))
        if isinstance(one, StreamObject) and one.get("/Type") == "/Metadata":
            found.update(re.split(r"[<>\s]+", one.get_data().decode()))
    found.update(leaves(pdf.trailer["/ID"]))
    for page in pdf.pages:
        found.update(page.extract_text().splitlines())
    with zipfile.ZipFile(io.BytesIO(members["report.docx"])) as docx:
        found.update(text for name in docx.namelist() for text in re.split("[<>]+", docx.read(name).decode()))
    found.add(package.name)
    return found | {run for text in found for run in _RUN.findall(text)}


def told(package: Path, name: str) -> dict[str, str]:
    data: dict[str, str] = json.loads(open_package(package.read_bytes(), RECIPIENTS[name]).members["data.json"])
    return data


def case_of(session: Session, client: str, texts: Sequence[str] = TEXTS) -> CompartmentId:
    case = cases.create(session, title="T", kind="extradition").case
    case_people.add(session, case, role="client", names=[client])
    for text in texts:
        notes.add(session, case, Note(NoteKind.CONTACT, text, "2026-03-12"))
    return case


def add_recipients(session: Session) -> None:
    for name, identity in RECIPIENTS.items():
        partners.add(session, name=name, age_recipient=recipient_of(identity), compared=True)


def exported(
    session: Session, case: CompartmentId, name: str, out: Path, *, contact: str = CONTACT, approver: str | None = None
) -> Path:
    second = None if approver is None else second_person.at_this_keyboard(session, approver, run=Person().run)
    wish = Wish("lawyer", name, take_proposals=True, contact=contact)
    done = consenting.export(session, case, wish, out=out, second=second)
    assert isinstance(done, exporting.Exported)
    return done.path


@pytest.fixture
def office(founded: Place) -> Colleague:
    """A colleague who can approve at this keyboard; there are two recipients. Nobody has the vault open."""
    with founded.open() as session:
        add_recipients(session)
        colleague = admit(session, roles={Role.CASEWORKER}, by_root=True)
    with colleague.open(founded):
        return colleague


@pytest.fixture
def stranger(tmp_path: Path) -> set[str]:
    """What stands in a package of an organisation that has nothing to do with these: no link, as all have it."""
    with found(tmp_path / "stranger", organisation="Vellmark").open() as session:
        add_recipients(session)
        case = case_of(session, "Oruk Tessaly", ["Nothing was signed."])
        return traces(exported(session, case, LAWYER, tmp_path, contact="Ask Oruk"), LAWYER)


def by_design(package: Path, name: str) -> set[str]:
    """Return what every package of one organisation may share: its package key, its name, whom to call, the rule."""
    members = open_package(package.read_bytes(), RECIPIENTS[name]).members
    key, _ = members["manifest.sig"].decode().split()
    said = json.loads(members["data.json"])
    approved = json.loads(members["manifest.json"])["release"]["approved"]
    own = {key, said["organisation"], said["contact"], said["release"], *approved.values()}
    return own | {run for text in own for run in _RUN.findall(text)}


def unexplained(shared: set[str], allowed: set[str]) -> set[str]:
    """Return what of it is no part of what may be shared: a line of the page is a label and that, perhaps in part."""
    words = {word for text in allowed for word in text.split()}
    return {text for text in shared - allowed if not set(text.split()) <= words}


def test_two_recipients_learn_that_the_organisation_is_one_and_nothing_else(
    office: Colleague, session: Session, stranger: set[str], tmp_path: Path
) -> None:
    first, second = case_of(session, "Tikhon Omutkov"), case_of(session, "Sana Belgorova", OTHER_TEXTS)
    packages = {
        LAWYER: exported(session, first, LAWYER, tmp_path, approver=office.name),
        CLINIC: exported(session, second, CLINIC, tmp_path, approver=office.name),
    }
    lawyer, clinic = (traces(path, name) for name, path in packages.items())
    ours = by_design(packages[LAWYER], LAWYER)
    assert told(packages[LAWYER], LAWYER)["organisation"] in ours & lawyer & clinic, "the search finds what is shared"
    rule = set("By two persons of the organisation: one asked and another approved".lower().split())
    assert unexplained(lawyer & clinic, stranger | ours | rule) == set()
    certificate = session.directory.certificates[office.seat]
    for kept in (session.vault, session.seat, office.seat, certificate.identity, first, second):
        assert not [text for text in lawyer | clinic if kept.hex() in text]


def test_two_recipients_of_one_case_share_beside_that_its_own_text_alone(
    office: Colleague, session: Session, stranger: set[str], tmp_path: Path
) -> None:
    case = case_of(session, "Tikhon Omutkov")
    packages = {name: exported(session, case, name, tmp_path, approver=office.name) for name in RECIPIENTS}
    lawyer, clinic = (traces(path, name) for name, path in packages.items())
    rule = set("By two persons of the organisation: one asked and another approved".lower().split())
    text = {TEXTS[0], "[removed] asked for paper.", "2026-03-12", "12 March 2024", "1", "2"}
    assert unexplained(lawyer & clinic, stranger | by_design(packages[LAWYER], LAWYER) | rule | text) == set()
    ref = cases.open_case(session, case).head.value.ref
    assert not [text for text in lawyer | clinic if ref in text]


def test_a_reference_is_of_one_case_and_recipient_and_finds_the_case_and_whom_it_was_given_to(
    session: Session, tmp_path: Path
) -> None:
    add_recipients(session)
    case, other = case_of(session, "Tikhon Omutkov"), case_of(session, "Sana Belgorova")
    drawn = [told(exported(session, case, name, tmp_path), name)["reference"] for name in (LAWYER, LAWYER, CLINIC)]
    drawn.append(told(exported(session, other, LAWYER, tmp_path), LAWYER)["reference"])
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3
    assert all(map(is_case_ref, drawn))
    assert [cases.find(session, reference.lower()) for reference in drawn] == [case, case, case, other]
    assert {hit.case for hit in searching.search(session, drawn[2]).hits} == {case}
    given = {str(each.recipient): each.references for each in ledger.given_out(session, case)}
    assert given == {LAWYER: (drawn[0],), CLINIC: (drawn[2],)}
    with pytest.raises(NotFoundError):
        cases.find(session, "2222-2222")


@each(["the case's own", "another recipient's", "another case's", "no reference at all"])
def test_a_colleague_gives_two_recipients_no_reference_in_common(whose: str, founded: Place, tmp_path: Path) -> None:
    place = founded.copied_to(tmp_path / whose.replace(" ", "-"))
    with place.open() as session:
        add_recipients(session)
        case, other = case_of(session, "Tikhon Omutkov"), case_of(session, "Sana Belgorova")
        clinic, elsewhere = (
            told(exported(session, one, CLINIC, tmp_path), CLINIC)["reference"] for one in (case, other)
        )
        oren = admit(session, roles={Role.CASEWORKER}, by_root=True)
        ref = cases.open_case(session, case).head.value.ref
        planted = {"the case's own": ref, "another recipient's": clinic, "another case's": elsewhere}.get(whose, "")
        sharing.grant(session, case, [oren.member])
        lawyer = partners.find(session, LAWYER).record
    with oren.open(place) as colleague, colleague.work(case) as work:
        forged = Disclosure(lawyer, "lawyer", "x", bytes(16), bytes(32), "2031-01-01", reference=planted)
        work.keep(case, forged)
        work.commit(Entry(act="export.done"))
    with place.open() as session:
        drawn = told(exported(session, case, LAWYER, tmp_path, approver=oren.name), LAWYER)["reference"]
    assert drawn not in {ref, clinic, elsewhere, ""}


HIDDEN = {
    "short": ("Li Bo", "Ana Fe", "Wu"),
    "long": ("Maximiliana Featherstonehaugh-Quillington", "Bartholomew Underhillson-Marchbanks", "Ravensbournington"),
    "Cyrillic": ("Тихон Омутков", "Сана Белгорова", "Акылбек"),
    "Arabic": ("فریده نورزی", "سلیمان احمدی", "لیلا"),
    "of four words": ("Karim Abdul Rahman Noorzai", "Ummi Salama bint Tessaly", "Qamar Jandosov"),
}
"""A client, a witness, and somebody whom no record names: of the last two one leaves as a code, one as a removal."""

HELD_AND_HEARD = (
    Detention(place="the old prison", taken="2026-03-01", expires="2150-01-01"),
    Hearing("2150-02-01T10:00", about="how long it goes on"),
)


@pytest.fixture
def drawn_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Id, codes and reference are drawn alike each time."""
    monkeypatch.setattr(exporting, "write_package", partial(write_package, random=bytes))
    monkeypatch.setattr(export_material, "make_case_ref", lambda: "K7QM-3XPD")

    def drawing(*given: object, choose: object) -> object:
        turn = itertools.count()
        return PseudonymBook(*given, choose=lambda of: of[next(turn) % len(of)])  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(export_material, "PseudonymBook", drawing)


@pytest.mark.usefixtures("drawn_in_turn")
def test_vaults_that_differ_in_hidden_names_alone_give_the_same_bytes(founded: Place, tmp_path: Path) -> None:
    """Of the whole page, and so of report, Word document, data and manifest in it; and of the text beside it."""
    made: dict[str, list[tuple[str, bytes]]] = {}
    with founded.open() as session:
        partners.add(session, name=WITHOUT_KEY)  # the manifest names the id of this record, in words
    for how, (client, witness, third) in HIDDEN.items():
        place = founded.copied_to(tmp_path / how.replace(" ", "-"))
        (out := tmp_path / f"page of {how}").mkdir()
        with place.open() as session:
            case = case_of(session, client, [f"{client} met {witness} at the station, and {third} called us."])
            (own,) = case_people.names_in(session, case)
            known = case_people.add(session, case, role="witness", names=[witness])
            for record in (*HELD_AND_HEARD, Relation(known, Relationship.SIBLING, own)):
                story_records.add(session, case, record)
            exported(session, case, WITHOUT_KEY, out)
        made[how] = sorted((file.name, file.read_bytes()) for file in out.iterdir())
    assert [name.partition(".")[2] for name, _ in made["short"]] == ["html", "mail.txt"]
    opened = {how: archive.unpack(open_page(draw_words("en", bytes), sealed_in(made[how][0][1]))) for how in made}
    differing = [how for how, files in made.items() if files != made["short"]]
    told_apart = {how: opened[how]["data.json"] for how in ("short", *differing)}
    assert differing == [], told_apart
    data = json.loads(told_apart["short"])
    assert [(each["type"], each["reason"]) for each in data["removals"]] == [("name", "not-agreed")]
    assert [each["relations"] for each in data["key"]] == [[], [{"is-to": "sibling", "to-whom": "client"}]]


@pytest.mark.usefixtures("drawn_in_turn")
def test_no_byte_tells_that_somebody_is_in_another_case_or_in_a_section(founded: Place, tmp_path: Path) -> None:
    """The type and reason of a removal are those of any word that nobody agreed about."""
    made: dict[bool, bytes] = {}
    for is_elsewhere in (False, True):
        place = founded.copied_to(tmp_path / str(is_elsewhere))
        with place.open() as session:
            add_recipients(session)
            case = case_of(session, "Tikhon Omutkov", ["Qamar Jandosov called us from +996 555 010 203."])
            other = case_of(session, "Sana Belgorova")
            if is_elsewhere:
                case_people.add(session, other, role="client", names=["Qamar Jandosov"], phones=["+996555010203"])
            package = exported(session, case, LAWYER, place.path.parent)
        made[is_elsewhere] = pyrage.decrypt(package.read_bytes(), [pyrage.x25519.Identity.from_str(RECIPIENTS[LAWYER])])
    said = {key: json.loads(archive.unpack(tar)["data.json"])["removals"] for key, tar in made.items()}
    assert made[True] == made[False], said
    assert [each["type"] for each in said[True]] == ["name", "phone"]
