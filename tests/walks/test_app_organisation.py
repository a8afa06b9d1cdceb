"""An organisation in the app: the deputy at 05:40, a member who leaves, and a second person who approves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services import colleague
from tests.services.approvals.keyboard import Person
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.services.organisation import AMINA as ORGANISATION_AMINA
from tests.services.organisation import MIRA, SELIN, Organisation, full_name
from tests.tui.still import press, read_on, type_in
from tests.walks.app_desk import AppDesk
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

    desk = AppDesk(office.place, office.joel.name)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot, office.joel.passphrase)
        # From the passphrase: search, the name, open. Nobody has to be asked.
        await press(pilot, "f3")
        await type_in(pilot, "Torgaev")
        await press(pilot, "enter", "enter")
        assert f"{made.ref} Arrest" in desk.words()
        assert "Ilham Torgaev" in desk.words()
        await press(pilot, "1")
        assert "call the lawyer Orlova first." in desk.words()
        assert office.amina.name in desk.words(), "the note says who wrote it"
        await press(pilot, "w")
        assert f"{office.joel.name} (you)" in desk.words()
        assert office.amina.name in desk.words()

    desk.walk(steps)


# Somebody leaves, in the app: an admin who reads no note orders the handover, the deputy comes in for his own work.
BEFORE = "She waits for the answer of the court."
AFTER = "The court has answered."


async def _order_and_let_leave(desk: AppDesk, pilot: Pilot[None]) -> None:
    await desk.unlock(pilot)
    await press(pilot, "escape")  # the guide to recovery sheets
    # The manager orders it, and reads nothing before and after.
    assert "No case yet" in desk.words()
    await press(pilot, ":members")
    while f"> {AMINA}" not in desk.words():
        await press(pilot, "down")
    await press(pilot, "h", "n", "tab")
    while f"{NADIA} (" not in desk.words():
        await press(pilot, "right")
    await press(pilot, "tab")
    await type_in(pilot, "leaves on Friday")
    await press(pilot, "f4")
    assert f"The device of {JOEL}, the deputy, carries it out" in desk.words()
    await press(pilot, "enter")
    assert f"> {AMINA} {NADIA} leaves on Friday" in desk.words()
    await press(pilot, "escape", "x")
    assert f"Does {AMINA} leave for good?" in desk.words()
    await press(pilot, "y")
    assert "The member has left. 1 device revoked; 0 cases and sections got a new key." in desk.words()
    await press(pilot, "enter")
    assert AMINA not in desk.words()
    await press(pilot, "escape")
    assert "No case yet" in desk.words()


@pytest.mark.long
def test_a_leavers_cases_go_on_with_somebody_else(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="On her way", kind="asylum")
        notes.add(amina, made.case, Note(NoteKind.CONTACT, BEFORE))
    kept = office.copied_to(tmp_path / "kept by her")
    miras, aminas = AppDesk(office.place, MEMBER), AppDesk(office.place, AMINA)
    joels, nadias = AppDesk(office.place, JOEL), AppDesk(office.place, NADIA)

    async def way_in(pilot: Pilot[None]) -> None:
        await aminas.unlock(pilot, office.amina.passphrase)
        assert "! No key slot opens with this name and passphrase." in aminas.words()

    async def carry_out(pilot: Pilot[None]) -> None:
        await joels.unlock(pilot, office.joel.passphrase)
        # Nothing was asked of him: it happened behind his coming in.
        await press(pilot, ":noticed at unlock")
        assert "1 case was revoked from devices that left: new keys were made." in joels.words()
        assert f"1 case of {AMINA} went to {NADIA}, as ordered." in joels.words()

    async def go_on(pilot: Pilot[None]) -> None:
        await nadias.unlock(pilot, office.nadia.passphrase)
        await press(pilot, "enter")
        assert f"{made.ref} On her way" in nadias.words()
        assert BEFORE in nadias.words()
        assert AMINA in nadias.words(), "the old note says who wrote it"
        await press(pilot, "n")
        await type_in(pilot, AFTER)
        await press(pilot, "f4")
        assert "Notes 2" in nadias.words()
        assert NADIA in nadias.words()
        await press(pilot, "w")
        assert f"> {NADIA} (you) handover {JOEL} {JOEL} deputy" in nadias.words()
        assert AMINA not in nadias.words()

    miras.walk(partial(_order_and_let_leave, miras))
    aminas.walk(way_in)
    joels.walk(carry_out)
    nadias.walk(go_on)

    # Her seat is sealed no key of it any more: of what was written after, nor of what was wrapped anew.
    with office.open(office.nadia) as nadia, nadia.database.reading() as rows:
        wrapped_under = {one.epoch for one in rows.versions(made.case)}
        granted = set(rows.epochs_granted_to(office.amina.seat))
    with kept.open(office.amina) as amina:
        taken_along = set(amina.keyring.epochs_of(made.case))
    assert taken_along
    assert taken_along <= granted
    assert wrapped_under.isdisjoint(granted)


# Scenario 14 in the app: a director and her own export. A second person approves, at her keyboard or elsewhere.
LAWYER = "Maître Lorvane"


async def _name_nobody(desk: AppDesk, pilot: Pilot[None], out: Path) -> None:
    """Choose the profile that names nobody, so that no name of this case is a question, and the folder."""
    await desk.go_to(pilot, "profile")
    await press(pilot, "right")
    await desk.fill(pilot, out=str(out))


@pytest.mark.long
def test_the_director_cannot_approve_her_own_export_and_a_second_person_at_her_keyboard_can(
    filled: Filled, tmp_path: Path
) -> None:
    identity, out = make_identity(), tmp_path / "out"
    out.mkdir()
    (tmp_path / "lawyer.key").write_text(identity)
    with filled.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(identity), compared=True)
        oren = admit(session)
    with oren.open(filled.place):
        pass
    person = Person(reasons=("",))
    filled.place.proposed_today()
    desk = AppDesk(filled.place, MEMBER, beside=person)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot)
        await press(pilot, "enter", "e")
        assert f"{colleague.NAME}, supervisor" in desk.said()
        assert MEMBER not in desk.said(), "nobody can name herself"

        # A question to whoever may, which she then opens herself.
        await _name_nobody(desk, pilot, out)
        await desk.go_to(pilot, "second-way")
        await press(pilot, "right")
        await desk.fill(pilot, second_file=str(tmp_path / "question"))
        await desk.export(pilot)
        assert "The question is written. Nothing has left the vault yet." in desk.said()
        await press(pilot, "escape", "escape", ":approve")
        await desk.fill(pilot, file=str(tmp_path / "question"))
        await press(pilot, "f4")
        assert "! This question is not for this device, or it was altered. Only the members whom" in desk.said()
        await press(pilot, "escape")

        # At her keyboard: he refuses; she types her own passphrase in his place; he approves.
        await press(pilot, "enter", "e")
        await _name_nobody(desk, pilot, out)
        await desk.export(pilot)
        assert "! The second person did not approve." in desk.said()
        person.reasons, person.passphrase = ("legal-referral",), PASSPHRASE
        await desk.export(pilot)
        assert "! No key slot opens with this name and passphrase." in desk.said()
        assert list(out.iterdir()) == []
        person.passphrase = colleague.PASSPHRASE
        await desk.export(pilot)
        assert "The package is at" in desk.said()
        assert "Two persons released it: log and package name both, by role." in desk.said()

    desk.walk(steps)
    assert "As the one who asks says:\n> this report leaves for Maître Lorvane" in person.shown[-2]
    (package,) = out.iterdir()
    manifest = packages.verify(package, identity_file=tmp_path / "lawyer.key").manifest
    assert manifest is not None
    assert manifest.release is not None
    assert manifest.release.approval is not None
    assert (manifest.release.approval.role, manifest.release.approval.why) == ("supervisor", "legal-referral")
    with filled.open() as session:
        assert log_checking.verify(session).verified


@dataclass(frozen=True)
class Files:
    """What travels on one stick."""

    folder: Path

    def __getattr__(self, name: str) -> str:
        return str(self.folder / name)


async def _ask(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await desk.unlock(pilot)
    await press(pilot, "enter", "e")
    assert "somebody elsewhere: write a question" in desk.said()
    await desk.fill(pilot, second_file=files.question)
    await desk.export(pilot)
    assert full_name(SELIN) in desk.said()


async def _approve(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await desk.unlock(pilot)
    await press(pilot, ":approve")
    await desk.fill(pilot, file=files.question)
    await press(pilot, "f4")
    assert f"{full_name(ORGANISATION_AMINA)} asks" in desk.said()
    assert "Nothing is signed before F4." in desk.words()
    await read_on(pilot)
    await press(pilot, "f4", "enter")
    await type_in(pilot, files.answer)
    await press(pilot, "enter", "y")
    assert "You approved it as supervisor; your log says so." in desk.said()
    await press(pilot, "escape", ":exchange", "left")
    await desk.go_to(pilot, "member")
    while f"{full_name(ORGANISATION_AMINA)} (" not in desk.said():
        await press(pilot, "right")
    await desk.fill(pilot, file=files.bundle)
    await press(pilot, "f4")
    assert "The bundle is made." in desk.said()


async def _choose_answer(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await press(pilot, "enter", "e")
    await desk.go_to(pilot, "second-way")
    await press(pilot, "right")
    await desk.fill(pilot, second_file=files.answer, out=files.package)


async def _ask_to_erase(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await desk.unlock(pilot)
    await press(pilot, "enter", ":erase this case", "f4")
    assert "somebody elsewhere: write a question" in desk.said()
    await desk.fill(pilot, second_file=files.question)
    await press(pilot, "f4")
    assert "Nothing is erased yet" in desk.said()
    assert full_name(SELIN) in desk.said()


async def _erase_with_the_answer(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await desk.unlock(pilot)
    await press(pilot, ":exchange")
    await desk.fill(pilot, file=files.bundle)
    await press(pilot, "f4")
    assert "The bundle is imported." in desk.said()
    await press(pilot, "escape", "enter", ":erase this case", "f4")
    await desk.go_to(pilot, "second-way")
    await press(pilot, "right")
    await desk.fill(pilot, second_file=files.answer)
    await press(pilot, "f4")
    assert "The answer in the file is checked now." in desk.said()
    await press(pilot, "y")
    assert "The letter about it" in desk.said()


async def _use(desk: AppDesk, pilot: Pilot[None], files: Files) -> None:
    await desk.unlock(pilot)
    await _choose_answer(desk, pilot, files)
    await press(pilot, "f4")
    assert "! The log entry of the approval is not here yet" in desk.said()
    await press(pilot, "escape", "f8", ":exchange")
    await desk.fill(pilot, file=files.bundle)
    await press(pilot, "f4")
    assert "The bundle is imported." in desk.said()
    await press(pilot, "escape")
    await _choose_answer(desk, pilot, files)
    await desk.export(pilot)
    assert "Two persons released it: log and package name both, by role." in desk.said()


@pytest.mark.long
def test_somebody_elsewhere_approves_by_file_and_bundle(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    organisation.exchange(MIRA, ORGANISATION_AMINA)
    with organisation.open(ORGANISATION_AMINA) as session:
        case = cases.create(session, title="Hearing", kind="extradition").case
        notes.add(session, case, Note(NoteKind.CONTACT, "They called from the station."))
    files = Files(tmp_path / "stick")
    (tmp_path / "stick" / "package").mkdir(parents=True)
    for name, act in ((ORGANISATION_AMINA, _ask), (SELIN, _approve), (ORGANISATION_AMINA, _use)):
        desk = AppDesk(organisation[name].place, full_name(name))
        desk.walk(partial(act, desk, files=files))
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
        desk = AppDesk(organisation[name].place, full_name(name))
        desk.walk(partial(act, desk, files=files))
    with organisation.open(ORGANISATION_AMINA) as session:
        assert cases.list_all(session) == []
        assert log_checking.verify(session).faults == ()
