"""An organisation in the app: the deputy at 05:40, a member who leaves, and a second person who approves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services import colleague
from tests.services.approvals.keyboard import Person
from tests.services.colleague import admit
from tests.services.consenting import agree
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.services.organisation import AMINA as ORGANISATION_AMINA
from tests.services.organisation import MIRA, SELIN, Organisation, full_name
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes
from vault.services.evidence import log_checking
from vault.services.exports import packages, partners
from vault.services.grants import sharing

pytestmark = [pytest.mark.screen, pytest.mark.slow]


def test_the_owner_cannot_be_reached_at_0540_and_the_deputy_reads_the_case(office: Office) -> None:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="Arrest", kind="detention")
        case_people.add(amina, made.case, role="client", names=["Ilham Torgaev"], phones=["+49 30 5550 1234"])
        notes.add(amina, made.case, Note(NoteKind.SAFETY, "If they come: call the lawyer Orlova first."))

    with Desk(office.place, office.joel.name, office.joel.passphrase, unlocks=True) as desk:
        # From the passphrase: search, the name, open. Nobody has to be asked.
        desk.press("f3", " Torgaev", "enter", "enter").sees(f"{made.ref} Arrest", "Ilham Torgaev")
        desk.press("1").sees("call the lawyer Orlova first.")
        desk.sees(office.amina.name)  # the note says who wrote it
        desk.press("w").sees(f"{office.joel.name} (you)", office.amina.name)


# Somebody leaves, in the app: an admin who reads no note orders the handover, the deputy comes in for his own work.
BEFORE = "She waits for the answer of the court."
AFTER = "The court has answered."


def _order_and_let_leave(desk: Desk) -> None:
    desk.unlock()
    desk.press("escape")  # the guide to recovery sheets
    # The manager orders it, and reads nothing before and after.
    desk.sees("No case yet")
    desk.press(":members").until(f"> {AMINA}", "down").press("h", "n", "tab").until(f"{NADIA} (", "right")
    desk.press("tab", " leaves on Friday", "f4").sees(f"The device of {JOEL}, the deputy, carries it out")
    desk.press("enter").sees(f"> {AMINA} {NADIA} leaves on Friday")
    desk.press("escape", "x").sees(f"Does {AMINA} leave for good?")
    desk.press("y").sees(f"{AMINA} has left.", "1 device revoked.")
    desk.press("enter").sees_not(f"{AMINA} caseworker")
    desk.press("escape").sees("No case yet")


@pytest.mark.long
def test_a_leavers_cases_go_on_with_somebody_else(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="On her way", kind="asylum")
        notes.add(amina, made.case, Note(NoteKind.CONTACT, BEFORE))
    kept = office.copied_to(tmp_path / "kept by her")
    with Desk(office.place) as desk:
        _order_and_let_leave(desk)
    with Desk(office.place, AMINA, office.amina.passphrase, unlocks=True) as desk:
        desk.sees("! No key slot opens with this name and passphrase.")
    with Desk(office.place, JOEL, office.joel.passphrase, unlocks=True) as desk:
        # Nothing was asked of him: it happened behind his coming in.
        desk.press(":noticed at unlock").sees(f"1 case of {AMINA} went to {NADIA}, as ordered.")
    with Desk(office.place, NADIA, office.nadia.passphrase, unlocks=True) as desk:
        desk.press("enter").sees(f"{made.ref} On her way", BEFORE, AMINA)
        desk.press("n", f" {AFTER}", "f4").sees("Notes 2", NADIA)
        desk.press("w").sees(f"> {NADIA} (you) handover {JOEL} {JOEL} deputy").sees_not(AMINA)

    # What was written after lies under keys that her device was never given; what she took along she still opens.
    with kept.open(office.amina) as amina:
        taken_along = amina.keyring.epochs_of(made.case)
        with amina.database.reading() as rows:
            before = {(one.origin, one.seq) for one in rows.versions(made.case)}
    with office.open(office.nadia) as nadia, nadia.database.reading() as rows:
        later = {one.epoch for one in rows.versions(made.case) if (one.origin, one.seq) not in before}
        granted = set(rows.epochs_granted_to(office.amina.seat))
    assert granted.issuperset(taken_along)
    assert later
    assert later.isdisjoint(granted)


# Scenario 14 in the app: a director and her own export. A second person approves, at her keyboard or elsewhere.
LAWYER = "Maître Lorvane"


def _name_nobody(desk: Desk, out: Path) -> None:
    """Choose the profile that names nobody, so that no name of this case is a question, and the folder."""
    desk.go_to("profile").press("right").fill(out=str(out))


@pytest.mark.long
def test_the_director_cannot_approve_her_own_export_and_a_second_person_at_her_keyboard_can(
    filled: Filled, tmp_path: Path
) -> None:
    identity, out = make_identity(), tmp_path / "out"
    out.mkdir()
    (tmp_path / "lawyer.key").write_text(identity)
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(identity), compared=True)
        for case in filled.cases:
            agree(session, case, LAWYER)
        oren = admit(session)
    with oren.open(filled.place):
        pass
    person = Person(reasons=("",))
    filled.place.proposed_today()
    with Desk(filled.place, MEMBER, beside=person) as desk:
        desk.unlock()
        desk.press("enter", "e").sees(f"{colleague.NAME}, supervisor")
        desk.sees_not(MEMBER)  # nobody can name herself

        # A question to whoever may, which she then opens herself.
        _name_nobody(desk, out)
        desk.go_to("second-way").press("right").fill(second_file=str(tmp_path / "question"))
        desk.export("The question is written. Nothing has left the vault yet.")
        desk.press("escape", "escape", ":approve").fill(file=str(tmp_path / "question")).press("f4")
        desk.sees("! This question is not for this device, or it was altered. Only the members whom")
        desk.press("escape")

        # At her keyboard: he refuses; she types her own passphrase in his place; he approves.
        desk.press("enter", "e")
        _name_nobody(desk, out)
        desk.export("! The second person did not approve.", to="Lorvane")
        person.reasons, person.passphrase = ("legal-referral",), PASSPHRASE
        desk.export("! No key slot opens with this name and passphrase.")
        assert list(out.iterdir()) == []
        person.passphrase = colleague.PASSPHRASE
        desk.export("The package is at")
        desk.sees("Two persons released it: log and package name both, by role.")
    assert "As the one who asks says:\n> this report leaves for Maître Lorvane" in person.shown[-2]
    (package,) = out.iterdir()
    manifest = packages.verify(package, identity_file=tmp_path / "lawyer.key").manifest
    assert manifest is not None
    assert manifest.release is not None
    assert (manifest.release.role, manifest.release.why) == ("supervisor", "legal-referral")
    with filled.open() as session:
        assert log_checking.verify(session).verified


@dataclass(frozen=True)
class Files:
    """What travels on one stick."""

    folder: Path

    def __getattr__(self, name: str) -> str:
        return str(self.folder / name)


def _ask(desk: Desk, files: Files) -> None:
    desk.unlock()
    desk.press("enter", "e").sees("somebody elsewhere: write a question")
    desk.fill(second_file=files.question).export(full_name(SELIN))


def _approve(desk: Desk, files: Files) -> None:
    desk.unlock()
    desk.press(":approve").fill(file=files.question).press("f4")
    desk.sees(f"{full_name(ORGANISATION_AMINA)} asks", "Nothing is signed before F4.")
    desk.read_on().press("f4", "enter", f" {files.answer}", "enter", "y")
    desk.sees("You approved it as supervisor; your log says so.")
    desk.press("escape", ":make a bundle").until(f"{full_name(ORGANISATION_AMINA)} (", "right").fill(out=files.bundle)
    desk.press("f4").sees("The bundle is at")


def _choose_answer(desk: Desk, files: Files) -> None:
    desk.press("enter", "e").go_to("second-way").press("right").fill(second_file=files.answer, out=files.package)


def _ask_to_erase(desk: Desk, files: Files) -> None:
    desk.unlock()
    desk.press("enter", ":erase this case", "f4").sees("somebody elsewhere: write a question")
    desk.fill(second_file=files.question).press("f4").sees("Nothing is erased yet", full_name(SELIN))


def _erase_with_the_answer(desk: Desk, files: Files) -> None:
    desk.unlock()
    desk.press(":import a bundle").fill(file=files.bundle).press("f4").sees("The bundle of")
    desk.press("enter", "enter", ":erase this case", "f4").go_to("second-way").press("right")
    desk.fill(second_file=files.answer).press("f4").sees("The answer in the file is checked now.")
    desk.press("y").sees("The letter about it")


def _use(desk: Desk, files: Files) -> None:
    desk.unlock()
    _choose_answer(desk, files)
    desk.press("f4").sees("! The log entry of the approval is not here yet")
    desk.press("escape", "f8", ":import a bundle").fill(file=files.bundle).press("f4").at("CASES")
    _choose_answer(desk, files)
    desk.export("Two persons released it: log and package name both, by role.", to="Lorvane")


@pytest.mark.long
def test_somebody_elsewhere_approves_by_file_and_bundle(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    organisation.exchange(MIRA, ORGANISATION_AMINA)
    with organisation.open(ORGANISATION_AMINA) as session:
        case = cases.create(session, title="Hearing", kind="extradition").case
        notes.add(session, case, Note(NoteKind.CONTACT, "They called from the station."))
        agree(session, case, LAWYER)
    files = Files(tmp_path / "stick")
    (tmp_path / "stick" / "package").mkdir(parents=True)
    for name, act in ((ORGANISATION_AMINA, _ask), (SELIN, _approve), (ORGANISATION_AMINA, _use)):
        with Desk(organisation[name].place, full_name(name)) as desk:
            act(desk, files)
    assert len(list((tmp_path / "stick" / "package").iterdir())) == 1


@pytest.mark.long
def test_somebody_elsewhere_approves_an_erasure_whose_records_they_hold(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(ORGANISATION_AMINA) as session:
        case = cases.create(session, title="Hearing", kind="extradition").case
        for text in (*map(str, range(10)), "They called from the station."):
            notes.add(session, case, Note(NoteKind.CONTACT, text))
        sharing.grant(session, case, organisation.members(SELIN))
    organisation.exchange(ORGANISATION_AMINA, SELIN)
    files = Files(tmp_path / "stick")
    (tmp_path / "stick").mkdir()
    for name, act in (
        (ORGANISATION_AMINA, _ask_to_erase),
        (SELIN, _approve),
        (ORGANISATION_AMINA, _erase_with_the_answer),
    ):
        with Desk(organisation[name].place, full_name(name)) as desk:
            act(desk, files)
    with organisation.open(ORGANISATION_AMINA) as session:
        assert cases.list_all(session) == []
        assert log_checking.verify(session).faults == ()
