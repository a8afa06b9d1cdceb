"""A whole person erased by command, in three cases with documents, on two devices: who has everything finds no byte.

The attacker has both folders, a backup made later, the database keys, and every key that either member ever held: each
epoch key from before the erasure is tried on each row that is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.conftest import AGE, RECIPIENT
from tests.cli.desk import Answer, Desk
from tests.english import in_english
from tests.services import consenting
from tests.services.colleague import PASSPHRASE as NADIAS
from tests.services.colleague import admit
from tests.services.founded import Place
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation, full_name, give, open_place
from tests.services.test_erasing_told import erase
from tests.walks.second_person import Typed, run_beside
from tui.gateway.unlocked_vault import DraftShelf
from tui.values.cases_shown import DraftShown
from vault.access.session import Session
from vault.casework.document import Document, DocumentKind
from vault.casework.note import AMENDS, Note, typed_note
from vault.casework.person import Person
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.records.versions import open_all
from vault.records.work import Entry
from vault.services import case_papers
from vault.services.approvals import by_file, erasing
from vault.services.cases import case_people, cases, editing, notes, same_people, sections, story_records
from vault.services.cases.editing import Place as PlaceOfEditing
from vault.services.erasures import letter, preview, what_goes
from vault.services.erasures.letter import letter as letter_letter
from vault.services.erasures.preview import preview as preview_preview
from vault.services.erasures.reach import Plan
from vault.services.erasures.what_goes import what_goes as what_goes_what_goes
from vault.services.exports import partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.projection.places import name_of

NAME = "Vexilda Morrowquay"
OTHER = "Вексильда Морокуй"
PHONE = "+996 555 918 273"
PAPER = "Thistledown tribunal order"
HIDDEN = "Burdockgate Lane 9"
MARKERS = {"Vexilda", "vexilda", "Morrowquay", "morrowquay", "Вексильда", "вексильда", "Морокуй", PHONE, "372819555"}
MARKERS |= {"Thistledown", "thistledown", "Burdockgate"}
# The index writes of a folded word only what the word before it does not begin with, too.
_SHARED = 2
SECOND = "Nadia Brightmoor"
APPROVED = [Typed("your reason to approve", "subject-request"), Typed("Passphrase of", NADIAS.decode())]


@dataclass
class Device:
    """One member at one device, by command, and the keys that they held at any time."""

    name: str
    place: Place
    desk: Desk
    keys: set[bytes] = field(default_factory=set)

    def run(self, *arguments: str) -> Answer:
        file = str(self.desk.passphrase_file)
        given = ("--vault", str(self.place.path), "--member", full_name(self.name), "--passphrase-file", file)
        return self.desk.run_bare(*given, *arguments)

    def done(self, *arguments: str) -> Answer:
        answer = self.run(*arguments)
        assert answer.code == 0, (arguments, answer.err)
        return answer

    def open(self) -> Session:
        return open_place(self.place, full_name(self.name))

    def keep_keys(self) -> None:
        """Take a copy of every epoch key that this member holds now."""
        with self.open() as session:
            for home in session.keyring.compartments():
                self.keys |= {session.keyring.get(epoch) or b"" for epoch in session.keyring.epochs_of(home)}

    def found(self, *folders: Path) -> set[str]:
        """Return which markers are readable anywhere with all the keys: as they are, and in hexadecimal."""
        session = self.open()
        assert session.keys_now is not None
        copied, secrets, vault = session.copy_keys(session.keys_now[0]), session._secrets, session.vault
        session.close()
        loot = everything([self.place.path, *folders], vault, secrets, {copied.database_key, *self.keys})
        parts = {word: (word[_SHARED:] if word.islower() else word).encode() for word in MARKERS}
        return {word for word, part in parts.items() if part in loot or part.hex().encode() in loot}

    def contents(self, folder: Path) -> list[str]:
        """Return what a folder has of sealed contents: chunk files by name, rows of names and of last chunks."""
        with self.open() as session, session.database.reading() as rows:
            named = [row.digest.hex() for row in rows.attachments()]
        return [*named, *(path.name for path in folder.rglob("blobs/*/*"))]


@dataclass
class Two:
    """Mira, beside whom Nadia may sit, and Joel, who has her three cases; and what is to go."""

    mira: Device
    joel: Device
    folder: Path
    going: list[str]

    def give(self, giver: Device, taker: Device) -> None:
        file = self.folder / "one.bundle"
        giver.done("bundle", "make", "--to", full_name(taker.name), "--out", str(file))
        taker.done("bundle", "import", str(file))
        file.unlink()

    def erase(self) -> tuple[str, ...]:
        return ("erase", *self.going, "--reason", "subject-request", "--yes")


@pytest.fixture
def two(organisation: Organisation, tmp_path: Path) -> Two:
    devices = {}
    for name in (MIRA, JOEL):
        (tmp_path / name).mkdir()
        devices[name] = Device(name, organisation[name].place, Desk.of(organisation[name].place, tmp_path / name))
    mira, joel = devices[MIRA], devices[JOEL]
    with mira.open() as session, joel.open() as other:
        nadia = admit(session, name=SECOND, by_root=True)
        first, going = fill(session, organisation, tmp_path)
        give(session, other)
        other.drafts().save(*first, f"{NAME} moved", "person")
    with nadia.open(mira.place):
        pass  # the second person has unlocked here once
    mira.keep_keys()
    joel.keep_keys()
    return Two(mira, joel, tmp_path, going)


def fill(mira: Session, organisation: Organisation, folder: Path) -> tuple[tuple[CompartmentId, RecordId], list[str]]:
    """Write one person into three cases, with papers, a restricted section and an entry of the register.

    Returns:
        The first case with the person's record, and the ids that are to be erased beside the first of them.
    """
    scan = folder / "scan.txt"
    scan.write_text(f"{PAPER} about {NAME}, {PHONE}. " * 40_000, "utf-8")  # two full chunks, and a tail
    held, going = [], list[str]()
    for number in range(3):
        case = cases.create(mira, title=f"case {number}", kind="asylum", alone_reason="nobody").case
        held.append((case, case_people.add(mira, case, role="client", names=[NAME, OTHER], phones=[PHONE])))
        paper = case_papers.add_paper(mira, case, scan, {"kind": DocumentKind.DECISION, "title": PAPER}).record
        going.append(paper.hex())
        scan.write_text(f"{NAME} wrote it.", "utf-8")
    scan.unlink()
    places = [editing.Place(case, record, "person") for case, record in held]
    section = sections.create(mira, held[1][0], what="location", title="where")
    hidden = sections.add_person(mira, section, case_people.checked_person(role="client", names=[NAME]))
    for place in (*places[1:], editing.Place(section, hidden, "person")):
        same_people.same(mira, place, places[0])
    secret = sections.add_note(mira, section, Note(NoteKind.SAFETY, f"{NAME} is at {HIDDEN}"))
    note = notes.add(mira, held[2][0], Note(NoteKind.CONTACT, f"{NAME} came"))
    notes.amend(mira, note.hex(), text=f"{NAME} called")  # it goes with what it corrects
    for case, _ in held:
        sharing.grant(mira, case, organisation.members(JOEL))
    return held[0], [held[0][1].hex(), *going, secret.hex(), note.hex()]


@pytest.mark.long
def test_who_has_both_devices_and_every_old_key_finds_no_byte_of_a_person_who_was_erased(two: Two) -> None:
    mira, joel, folder = two.mira, two.joel, two.folder
    assert mira.found() == MARKERS, "the attacker's way finds them while they are there"
    joel.done("search", "Thistledown")
    assert joel.found() == MARKERS - {"Burdockgate"}  # he has no section
    assert mira.contents(mira.place.path)
    assert joel.contents(joel.place.path)

    alone = mira.run(*two.erase())
    assert (alone.code, "a second person has to approve" in alone.err) == (3, True), alone.err
    assert mira.done("search", "Morrowquay", "--json").json()["hits"] != []

    erased = run_beside(mira.desk, (*two.erase(), "--second", SECOND), APPROVED)
    assert erased.code == 0, erased.err
    assert "Morrowquay" not in erased.out + erased.err
    assert mira.done("search", "Morrowquay", "--json").json()["hits"] == []
    two.give(mira, joel)
    joel.done("erasures", "now")
    two.give(joel, mira)
    for device in (mira, joel):
        assert device.done("log", "verify").code == 0
        backup = folder / f"backup of {device.name}"
        device.done("backup", "make", str(backup))
        assert device.found(backup) == set()
        assert device.contents(device.place.path) == []
        assert list(backup.rglob("blobs/*/*")) == []


# A person is erased: what still names them is counted, also what nobody can read in a list.
GUARDED_NAME = "Rustam Guardovenko"
SAID = "names of these people may be among them"


def exported(session: Session, out: Path) -> tuple[CompartmentId, bytes]:
    """Export a case in which a note names somebody whom nobody registered; return the case and the note."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=["Ilham Sodiqova"])
    note = notes.add(session, case, Note(NoteKind.INTERVIEW, "Her neighbour Guardovenko saw it."))
    consenting.export(session, case, Wish("lawyer", RECIPIENT, take_proposals=True), out=out)
    return case, note


def told(session: Session, going: Plan) -> list[bool]:
    """Say whether the preview and the letter tell of records of exports."""
    before = preview.preview(session, going, needs_second=False)
    erasing.erase(session, going, why="subject-request")
    after = letter.letter(session, going, why="subject-request")
    return [SAID in "\n".join(map(str, lines)) for lines in (before, after)]


def test_the_preview_and_the_letter_count_the_records_of_exports_that_may_name_who_was_erased(
    founded: Place, tmp_path: Path
) -> None:
    with founded.open() as session:
        case, note = exported(session, tmp_path)
        person = case_people.add(session, case, role="witness", names=[GUARDED_NAME])
        assert told(session, what_goes.what_goes(session, note.hex())) == [True, True]
        assert told(session, what_goes.what_goes(session, person.hex())) == [True, True]
        with session.database.reading() as rows:
            left = open_all(rows.versions(case), vault=session.vault, keyring=session.keyring)
        assert {each.content.kind for each in left if "Guardovenko" in repr(each.content.fields)} == {"disclosure"}
        ref = cases.open_case(session, case).head.value.ref
        assert told(session, what_goes.what_goes(session, ref)) == [False, False]


@pytest.mark.parametrize("is_in_section", [False, True], ids=["case", "section"])
@pytest.mark.parametrize("file", ["Rustam_Guardovenko_passport.jpg", "RUSTÁM-Guardovenko.2.jpg"])
def test_what_names_a_person_is_found_in_a_section_as_in_the_case(
    founded: Place, tmp_path: Path, file: str, *, is_in_section: bool
) -> None:
    paper = tmp_path / file
    paper.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    with founded.open() as session:
        case = cases.create(session, title="T", kind="asylum").case
        person = case_people.add(session, case, role="witness", names=[GUARDED_NAME])
        home = sections.create(session, case, what="sources", title="who told us") if is_in_section else case
        case_papers.add_paper(session, home, paper, {"kind": DocumentKind.PASSPORT, "title": "scan"})
        going = what_goes.what_goes(session, person.hex())
        assert list(going.left.named.values()) == ["document"]
        assert list(going.left.perhaps.values()) == ["document"]


# Unfinished texts: what corrects an erased note goes with it, and what still names the people is told.
def begin(
    session: Session, case: CompartmentId, text: str, *, amends: RecordId | None = None, section: str = ""
) -> None:
    said = {"text": text} | ({} if amends is None else {AMENDS: amends.hex()})
    draft = DraftShown(case.hex(), make_id().hex(), "C", 1, typed_note(said), section=section)
    DraftShelf(session.drafts()).save(draft)


def lines(session: Session, *what: str) -> tuple[str, str]:
    going = what_goes_what_goes(session, *what)
    return (
        "\n".join(in_english(preview_preview(session, going, needs_second=False))),
        "\n".join(in_english(letter_letter(session, going, why="subject-request"))),
    )


def test_a_draft_that_corrects_a_note_goes_with_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, f"{NAME} hides at 12 Elm Road"))
        other = notes.add(amina, case, Note(NoteKind.INTERVIEW, "the other"))
        begin(amina, case, f"{NAME} hides at 12 Elm Road, second floor", amends=note)
        begin(amina, case, "more of the other", amends=other)
        assert "unfinished" not in lines(amina, note.hex())[0]
        assert erasing.erase(amina, what_goes_what_goes(amina, note.hex()), why="subject-request").removed.drafts == 1
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


# Who asks for an erasure wrote last into what others wrote: who approves it reads whose words would go.
IN_PART = f"of these were written, at least in part, by others than {full_name(JOEL)}, who asks: {full_name(AMINA)}."


@dataclass(frozen=True, slots=True)
class Office:
    """Amina's case of eleven incidents, which Joel and Selin hold too."""

    organisation: Organisation
    case: CompartmentId
    incidents: tuple[RecordId, ...]

    def joel_asks_selin(self, records: Iterable[RecordId], question: Path) -> list[str]:
        """Return what she reads: all versions under these ids would go."""
        self.organisation.exchange(JOEL, SELIN)
        with self.organisation.open(JOEL) as joel:
            ask_about(joel, self.case, list(records), question)
        with self.organisation.open(SELIN) as selin:
            shown = by_file.read_question(selin, question).shown
            assert len(in_english(shown)) == len(shown)
            return list(in_english(shown))


def ask_about(session: Session, case: CompartmentId, records: list[RecordId], out: Path) -> None:
    """Ask as a program does that calls everything a note."""
    with session.database.reading() as rows:
        versions = tuple(version for record in records for version in rows.placed(case, record))
    found = {(case, record): "note" for record in records}
    going = Plan(versions=versions, found=found, cases={case: name_of(session, case)})
    erasing.ask(session, going, why="mistake", out=out, approver=full_name(SELIN))


@pytest.fixture
def office(organisation: Organisation) -> Office:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="Hearing", kind="extradition", alone_reason="nobody").case
        incidents = tuple(
            story_records.add(
                amina, case, Incident(what=IncidentKind.ABDUCTION, place=f"Isolator {n}", text="statement")
            )
            for n in range(11)
        )
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel)
    organisation.exchange(AMINA, SELIN)
    return Office(organisation, case, incidents)


@pytest.mark.long
def test_what_another_kind_under_the_same_id_hides_is_shown(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel, joel.work(office.case) as work:
        for record in office.incidents:
            work.keep(office.case, Note(NoteKind.CONTACT, "Test entry, made twice by mistake"), record, [])
        work.commit(Entry(act="note.create", covers={"note": 11}))
    lines = office.joel_asks_selin(office.incidents, tmp_path / "question")
    assert lines[0] == "Your own vault says what would go: 22 records."
    assert lines[1] == f"11 {IN_PART}"
    assert [f"Isolator {n}  in" in line and full_name(AMINA) in line for n, line in enumerate(lines[2:13])] == [
        True
    ] * 11
    assert lines[13] == f"11 are by {full_name(JOEL)}, who asks, and by nobody else:"
    assert all("  note  Test entry" in line for line in lines[14:-1])
    assert len(lines) == 26


@pytest.mark.long
def test_whose_words_an_edit_has_replaced_is_shown(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        for record in office.incidents:
            story_records.change(
                joel, PlaceOfEditing(office.case, record, "incident"), {"place": "test entry", "text": ""}
            )
        story_records.change(
            joel, PlaceOfEditing(office.case, office.incidents[0], "incident"), {"place": "test entry, twice"}
        )
    lines = office.joel_asks_selin(office.incidents, tmp_path / "question")
    assert lines[:2] == ["Your own vault says what would go: 11 records.", f"11 {IN_PART}"]
    names = f"{full_name(AMINA)}, {full_name(JOEL)}"
    assert lines[2].endswith(f", by {full_name(JOEL)}, and 2 earlier versions, by {names}")
    assert all(
        line.endswith(f"by {full_name(JOEL)}, and 1 earlier version, by {full_name(AMINA)}") for line in lines[3:-1]
    )


def test_what_others_wrote_stands_before_what_the_asker_wrote(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        own = [notes.add(joel, office.case, Note(NoteKind.CONTACT, f"Call {n}")) for n in range(10)]
    lines = office.joel_asks_selin([*own, office.incidents[3]], tmp_path / "question")
    assert lines[1].startswith("1 of these was written, at least in part, by others than ")
    assert "Isolator 3" in lines[2]
    assert lines[3].startswith("10 are by ")


def test_what_the_asker_alone_wrote_is_said_to_be_theirs(office: Office, tmp_path: Path) -> None:
    with office.organisation.open(JOEL) as joel:
        own = [notes.add(joel, office.case, Note(NoteKind.CONTACT, f"Call {n}")) for n in range(11)]
    lines = office.joel_asks_selin(own, tmp_path / "question")
    assert lines[1] == f"11 are by {full_name(JOEL)}, who asks, and by nobody else:"
    assert len(lines) == 14


# Beside what others wrote a colleague writes that it belongs to junk: who erases the junk takes nothing of theirs.
INTERVIEW = "The interview, all of it"
Kept = Note | Document | Person


@dataclass(frozen=True, slots=True)
class OfficeOfThree:
    """Amina's case, which Joel and Selin hold too, with Joel's junk note."""

    organisation: Organisation
    case: CompartmentId
    junk: RecordId

    def joel_writes(self, value: Kept, record: RecordId, parents: tuple[VersionId, ...] = ()) -> None:
        """Write a version by a program of his own, beside what stands there or over it; Amina gets it."""
        self.organisation.exchange(AMINA, JOEL)
        with self.organisation.open(JOEL) as joel, joel.work(self.case) as work:
            work.keep(self.case, value, record, list(parents))
            work.commit(Entry(act="note.correct", covers={value.KIND: 1}))
        self.organisation.exchange(AMINA, JOEL)

    def selin_says(self) -> RecordId:
        with self.organisation.open(SELIN) as selin:
            said = notes.add(selin, self.case, Note(NoteKind.INTERVIEW, INTERVIEW))
        self.organisation.exchange(AMINA, SELIN)
        return said


@pytest.fixture
def office_of_three(organisation: Organisation) -> OfficeOfThree:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL, SELIN))
        give(amina, joel)
        give(amina, selin)
        junk = notes.add(joel, case, Note(NoteKind.CONTACT, "please remove, entered twice"))
        give(joel, amina)
    return OfficeOfThree(organisation, case, junk)


def shown_and_erased(session: Session, record: RecordId) -> str:
    going = what_goes.what_goes(session, record.hex())
    shown = "\n".join(in_english(preview_preview(session, going, needs_second=False)))
    erasing.erase(session, going, why="mistake")
    return shown


def read(session: Session, case: CompartmentId) -> list[str]:
    return [note.value.text for note in cases.open_case(session, case).notes]


@pytest.mark.long
def test_a_note_that_one_of_its_versions_calls_a_correction_of_junk_stays_and_is_shown(
    office_of_three: OfficeOfThree,
) -> None:
    office_of_three.joel_writes(
        Note(NoteKind.INTERVIEW, INTERVIEW, amends=office_of_three.junk), office_of_three.selin_says()
    )
    with office_of_three.organisation.open(AMINA) as amina:
        shown = shown_and_erased(amina, office_of_three.junk)
        assert read(amina, office_of_three.case) == [INTERVIEW]
        assert "  1 x note" in shown.splitlines()
        assert "1 record stays: one of its versions says that it belongs to this, another does not." in shown


@pytest.mark.long
def test_a_record_of_another_kind_that_stands_under_the_id_of_a_correction_stays(
    office_of_three: OfficeOfThree,
) -> None:
    with office_of_three.organisation.open(SELIN) as selin:
        incident = Incident(what=IncidentKind.ABDUCTION, place="Isolator 4", text="statement")
        record = RecordId(story_records.add(selin, office_of_three.case, incident))
    office_of_three.organisation.exchange(AMINA, SELIN)
    office_of_three.joel_writes(Note(NoteKind.CONTACT, "a correction", amends=office_of_three.junk), record)
    with office_of_three.organisation.open(AMINA) as amina:
        going = what_goes.what_goes(amina, office_of_three.junk.hex())
    assert set(going.found) == {(office_of_three.case, office_of_three.junk)}


@pytest.mark.long
def test_whose_words_a_correction_of_junk_has_replaced_is_shown(office_of_three: OfficeOfThree) -> None:
    said = office_of_three.selin_says()
    with office_of_three.organisation.open(AMINA) as amina:
        before = tuple(map(VersionId, heads_of(amina.index(), office_of_three.case, said, Note.KIND)))
    office_of_three.joel_writes(Note(NoteKind.INTERVIEW, "x", amends=office_of_three.junk), said, before)
    with office_of_three.organisation.open(AMINA) as amina:
        going = what_goes.what_goes(amina, office_of_three.junk.hex())
        shown = "\n".join(in_english(preview_preview(amina, going, needs_second=False)))
    authors = f"{full_name(JOEL)}, {full_name(SELIN)}"
    assert f"2 of these records are by colleagues, at least in part: {authors}." in shown
    assert f"by {full_name(JOEL)}, and 1 earlier version, by {full_name(SELIN)}" in shown


@pytest.mark.long
def test_a_paper_that_one_of_its_versions_calls_a_translation_of_junk_stays(
    office_of_three: OfficeOfThree, tmp_path: Path
) -> None:
    source = tmp_path / "paper.txt"
    source.write_text("a decision", "utf-8")
    with office_of_three.organisation.open(SELIN) as selin:
        case_papers.add_paper(selin, office_of_three.case, source, {"kind": DocumentKind.DECISION, "title": "Decision"})
    office_of_three.organisation.exchange(AMINA, SELIN)
    with office_of_three.organisation.open(AMINA) as amina:
        junk = case_papers.add_paper(
            amina, office_of_three.case, source, {"kind": DocumentKind.OTHER, "title": "junk"}
        ).record
        (paper,) = (each for each in case_papers.list_in(amina, office_of_three.case) if each.value.title == "Decision")
    office_of_three.joel_writes(replace(paper.value, translation_of=junk), paper.record)
    with office_of_three.organisation.open(AMINA) as amina:
        shown_and_erased(amina, junk)
        assert [each.record for each in case_papers.list_in(amina, office_of_three.case)] == [paper.record]
        assert case_papers.is_whole(amina, paper.value)


@pytest.mark.long
@pytest.mark.parametrize("is_asked_for", ["the one that is claimed", "the one that it is claimed to be"])
def test_a_person_whom_one_version_calls_somebody_else_stays_and_is_named_as_staying(
    office_of_three: OfficeOfThree, is_asked_for: str
) -> None:
    with office_of_three.organisation.open(AMINA) as amina:
        client = case_people.add(amina, office_of_three.case, role="client", names=["Ilham"])
        other = cases.create(amina, title="D", kind="asylum", alone_reason="nobody").case
        elsewhere = case_people.add(amina, other, role="client", names=["Zumrat"])
        same = PlaceOfEditing(other, case_people.add(amina, other, role="third", names=["Zumratbibi"]), Person.KIND)
        same_people.same(amina, PlaceOfEditing(other, elsewhere, Person.KIND), same)
        who = next(each.value.who for each in cases.open_case(amina, other).persons if each.record == elsewhere)
        (person,) = (
            each.value for each in cases.open_case(amina, office_of_three.case).persons if each.record == client
        )
    office_of_three.joel_writes(replace(person, who=who), client)
    with office_of_three.organisation.open(AMINA) as amina:
        asked, stays = (client, elsewhere) if is_asked_for == "the one that is claimed" else (elsewhere, client)
        shown = shown_and_erased(amina, asked)
        left = [each.record for home in (office_of_three.case, other) for each in cases.open_case(amina, home).persons]
        assert stays in left
        assert asked not in left
        assert "names these people and stays" in shown or "name these people and stay" in shown
