"""The office of `test_office` by the app: what goes wrong there goes right at a screen too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import (
    AMINA,
    JOEL,
    KARIM,
    SELIN,
    TOMAS,
    Organisation,
    ask_to_join,
    full_name,
    give,
    open_place,
    share,
)
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, short_id
from vault.services.cases import cases, intake, notes
from vault.services.exchange import syncing
from vault.services.members import admitting

pytestmark = [pytest.mark.screen, pytest.mark.long]

VOLUNTEERS = {SELIN: "Petra Ombasa", TOMAS: "Ravi Quendale"}
FIRST, AT_HOME = "Written first.", "From home, a week later."


def _desk(organisation: Organisation, name: str) -> Desk:
    return Desk(organisation[name].place, full_name(name), PASSPHRASE, unlocks=True)


def _takes(desk: Desk, *files: Path) -> None:
    for file in files:
        desk.press(":import a bundle", f" {file}", "f4").home()


def _post(desk: Desk, to: str, file: Path) -> Path:
    desk.press(":make a bundle").until(f"For {full_name(to)}", "right").fill(out=str(file)).press("f4")
    desk.sees(f"The bundle is at {file}")
    desk.press("enter")
    return file


def _a_case_of_two(organisation: Organisation) -> CompartmentId:
    with organisation.at(AMINA, JOEL, KARIM) as (amina, joel, karim):
        case = cases.create(amina, title="Hearing", kind="asylum").case
        notes.add(amina, case, Note(NoteKind.CONTACT, FIRST))
        share(amina, case, organisation, JOEL)
        give(amina, joel)
        give(joel, karim)
    return case


def _written_later(organisation: Organisation, case: CompartmentId, file: Path) -> Path:
    with organisation.open(JOEL) as joel:
        notes.add(joel, case, Note(NoteKind.CONTACT, AT_HOME))
        syncing.make(joel, organisation[AMINA].member, file)
    return file


def test_two_supervisors_admit_on_one_day_and_see_the_slips_of_both_volunteers(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(SELIN) as selin:
        words = admitting.vault_words(selin)
    for supervisor, volunteer in VOLUNTEERS.items():
        laptop = Place(tmp_path / f"{volunteer}.vault", tmp_path / f"{volunteer}-state")
        request, _ = ask_to_join(tmp_path, laptop, words, volunteer)
        bundle, slips = tmp_path / f"{volunteer}.bundle", tmp_path / f"{volunteer}.slips"
        with _desk(organisation, supervisor) as desk:
            desk.press(":members", "a", f" {request}").fill(name=volunteer, bundle=str(bundle)).press("f4", "y")
            desk.sees(f"{volunteer} is admitted.")
        admitting.finish(laptop.path, bundle, member=volunteer, passphrase=bytearray(PASSPHRASE))
        with open_place(laptop, volunteer) as session:
            intake.add(session, text=f"A call to {volunteer}.")
            syncing.make(session, organisation[supervisor].member, slips)
        with _desk(organisation, supervisor) as desk:
            _takes(desk, slips)
            _post(desk, TOMAS if supervisor == SELIN else SELIN, tmp_path / f"from {supervisor}")
    for supervisor, other in ((SELIN, TOMAS), (TOMAS, SELIN)):
        with _desk(organisation, supervisor) as desk:
            _takes(desk, tmp_path / f"from {other}")
            desk.press(":calls").sees(*(f"A call to {volunteer}." for volunteer in VOLUNTEERS.values()))
            desk.press("escape", ":members").sees(*VOLUNTEERS.values())


def test_what_a_stolen_laptop_writes_is_set_aside_at_a_colleagues_screen(
    organisation: Organisation, tmp_path: Path
) -> None:
    case = _a_case_of_two(organisation)
    with _desk(organisation, KARIM) as desk:
        desk.press(":devices").until(f"> {short_id(organisation[JOEL].seat)}", "down").press("l", "f4", "y")
        desk.sees("The device is revoked.")
        desk.press("enter", "escape")
        news = _post(desk, AMINA, tmp_path / "news")
    thief = _written_later(organisation, case, tmp_path / "thief")
    with _desk(organisation, AMINA) as desk:
        _takes(desk, news, thief)
        desk.press("enter").sees(FIRST).sees_not(AT_HOME)


def test_what_a_leaver_wrote_at_home_is_read_and_taken_over(organisation: Organisation, tmp_path: Path) -> None:
    case = _a_case_of_two(organisation)
    with _desk(organisation, KARIM) as desk:
        desk.press(":members").until(f"> {full_name(JOEL)}", "down").press("x", "y")
        desk.sees(f"{full_name(JOEL)} has left.")
        desk.press("enter", "escape")
        news = _post(desk, AMINA, tmp_path / "news")
    late = _written_later(organisation, case, tmp_path / "late")
    with _desk(organisation, AMINA) as desk:
        _takes(desk, news, late)
        desk.press("enter").sees_not(AT_HOME)
        desk.press(":take over").sees(AT_HOME, full_name(JOEL))
        desk.press("f4", "y").sees("1 record is yours now.").sees(AT_HOME)
