"""A whole person erased by command, in three cases with documents, on two devices: who has everything finds no byte.

The attacker has both folders, a backup made later, the database keys, and every key that either member ever held: each
epoch key from before the erasure is tried on each row that is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.cli.desk import Answer, Desk
from tests.services.colleague import PASSPHRASE as NADIAS
from tests.services.colleague import admit
from tests.services.founded import Place
from tests.services.organisation import JOEL, MIRA, Organisation, full_name, give, open_place
from tests.walks.second_person import Typed, run_beside
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId
from vault.services import case_papers
from vault.services.cases import case_people, cases, editing, notes, same_people, sections
from vault.services.grants import sharing

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
        held, going = fill(session, organisation, tmp_path)
        give(session, other, tmp_path)
        other.drafts().save(*held[0], f"{NAME} moved", "person")
    with nadia.open(mira.place):
        pass  # the second person has unlocked here once
    mira.keep_keys()
    joel.keep_keys()
    with mira.open() as session:
        for case, _ in held:
            sharing.rotate(session, case)
    mira.keep_keys()
    return Two(mira, joel, tmp_path, going)


def fill(
    mira: Session, organisation: Organisation, folder: Path
) -> tuple[list[tuple[CompartmentId, RecordId]], list[str]]:
    """Write one person into three cases, with papers, a restricted section and an entry of the register.

    Returns:
        Each case with the person's record, and the ids that are to be erased beside the first of them.
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
    return held, [held[0][1].hex(), *going, secret.hex(), note.hex()]


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
