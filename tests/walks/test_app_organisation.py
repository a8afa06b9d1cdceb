"""An organisation in the app: the deputy at 05:40, a volunteer who starts tomorrow, a laptop that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.office import Office
from tests.services.organisation import ask_to_join, open_place
from tests.tui.still import press, type_in
from tests.walks.app_desk import AppDesk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import case_people, cases, notes
from vault.services.members import invitations, members

pytestmark = [pytest.mark.screen, pytest.mark.slow]

VOLUNTEER = "Dana Okwiri"


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


def test_a_volunteer_starts_tomorrow_and_is_admitted_in_three_acts(founded_template: Place, tmp_path: Path) -> None:
    office = founded_template.copied_to(tmp_path / "office")
    laptop = Place(tmp_path / "laptop" / "new.vault", tmp_path / "laptop" / "state")
    (tmp_path / "stick").mkdir()
    invitation, bundle = tmp_path / "stick" / "invitation", tmp_path / "stick" / "admitted.bundle"

    desk = AppDesk(office, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot)
        await press(pilot, "escape")  # the guide to recovery sheets
        # 1. Invite: intake for thirty days is what is proposed.
        await press(pilot, ":members", "i", "tab", "tab")
        await type_in(pilot, str(invitation))
        await press(pilot, "f4")
        assert "It contains your name, but no secret" in desk.words()
        await press(pilot, "enter")
        # On the laptop the invitation is answered (2), and words come up there.
        request, words = ask_to_join(tmp_path, laptop, invitation.read_bytes(), VOLUNTEER)
        carried = request.rename(tmp_path / "stick" / "request")
        # 3. Look who asks; the volunteer reads the words out.
        await press(pilot, "a")
        await type_in(pilot, str(carried))
        await press(pilot, "f4")
        assert f"It must show these words: {' '.join(words)}" in desk.words()
        assert f"asks to join as intake, for 30 days. The request gives their name as: {VOLUNTEER}" in desk.words()
        # 4. They are the same: admit, and write what the laptop needs.
        await press(pilot, "f4", "y")
        assert f"{VOLUNTEER} is admitted." in desk.words()
        await press(pilot, "enter")
        assert f"{VOLUNTEER} intake" in desk.words()

    desk.walk(steps)
    # 5. On the laptop: take it. 6. Work.
    invitations.finish(laptop.path, bundle, member=VOLUNTEER, passphrase=bytearray(PASSPHRASE))
    with open_place(laptop, VOLUNTEER) as volunteer:
        assert {role.value for role in volunteer.roles} == {"intake"}
        me = next(one for one in members.list_all(volunteer) if one.member == volunteer.member)
        assert me.until_ms is not None
    for file in (tmp_path / "stick").iterdir():
        assert b"Okwiri" not in file.read_bytes(), "nothing on the stick says who joins"


def test_a_laptop_is_gone_and_whom_to_warn_is_on_the_screen_before_anything_else_is_asked(office: Office) -> None:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="On the laptop", kind="asylum")
        case_people.add(amina, made.case, role="client", names=["Ilham Torgaev"], phones=["+49 30 5550 1234"])
    aminas = AppDesk(office.place, office.amina.name)

    async def give(pilot: Pilot[None]) -> None:
        await aminas.unlock(pilot, office.amina.passphrase)
        await press(pilot, "enter", "w", "g")
        while f"{MEMBER} (" not in aminas.words():
            await press(pilot, "right")
        await press(pilot, "f4", "enter")
        assert MEMBER in aminas.words()

    aminas.walk(give)
    miras = AppDesk(office.place, MEMBER)

    async def lost(pilot: Pilot[None]) -> None:
        await miras.unlock(pilot)
        await press(pilot, "escape", ":devices")  # past the guide to recovery sheets
        while f"> {office.amina.seat.hex()[:8]}" not in miras.words():
            await press(pilot, "down")
        await press(pilot, "l", "f4", "y", "enter")
        assert "Whom to warn 1 to warn" in miras.words()
        assert "Ilham Torgaev (risk: medium) no safe contact is kept; known: +49 30 5550 1234" in miras.words()
        await press(pilot, "escape")
        assert office.amina.name not in miras.words()

    miras.walk(lost)
