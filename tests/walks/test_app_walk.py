"""A caseworker's day in the app, on a real vault: from the passphrase to a package for a lawyer, and the lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.conftest import founded_template
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tui.driving import drive, shown
from tests.tui.still import press, read_on, settled, type_in, wait_for_screen
from tui.gateway import Gateway
from tui.screens.referral.export import ExportScreen
from tui.screens.referral.export_questions import QuestionsScreen
from tui.screens.referral.shown_whole import PagesScreen
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from vault.acts.act import Agreed, Told
from vault.acts.case import NEW
from vault.acts.export import EXPORT
from vault.acts.recipient import ADD
from vault.progress import CancelledError
from vault.seal.age import make_identity, recipient_of
from vault.services.backups import backups
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exports import packages

__all__ = ["founded_template"]  # a fixture

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NAME = "Тихон Омутков"
NOTE = "Tikhon Omutkov called from Qarvosh about the hearing."


def test_a_day_from_the_passphrase_to_a_package_and_the_lock(  # noqa: PLR0915 - one task from end to end
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    start = Start(place.path, MEMBER)
    app = CaseVaultApp(start, open_gateway=lambda path: Gateway(path, state=place.state), begins_at_home=False)
    out, stick, identity = tmp_path / "out", tmp_path / "stick", make_identity()
    out.mkdir()

    def said() -> str:
        return " ".join(shown(app).split())

    async def steps(pilot: Pilot[None]) -> None:  # noqa: PLR0915 - one task from end to end
        await settled(pilot)
        await type_in(pilot, PASSPHRASE.decode())
        await press(pilot, "enter")
        assert "This device knows of no recovery sheets of this vault." in said()
        await press(pilot, "escape")
        assert "No case yet. n makes one after a search; F9 takes a call." in said()

        await press(pilot, "ctrl+n")
        await type_in(pilot, "Hearing")
        await press(pilot, "enter", "right", "f4")
        assert "Hearing extradition ► flagged" in said()

        await press(pilot, "p")
        await type_in(pilot, f"{NAME}; Tikhon Omutkov")
        await press(pilot, "tab")
        await type_in(pilot, "1987-06-05")
        await press(pilot, "f4")
        assert "People 1" in said()
        assert NAME in said()

        await press(pilot, "n")
        await type_in(pilot, NOTE)
        await press(pilot, "escape")
        assert "Notes 0" in said()
        assert "Drafts, for you alone" in said()
        await press(pilot, "enter", "f4")
        assert "Notes 1" in said()
        assert NOTE in said()

        await press(pilot, "f3")
        await type_in(pilot, "qarv")
        await press(pilot, "enter")
        assert "1 hit" in said()
        await press(pilot, "enter")
        assert NOTE in said()

        await press(pilot, "e", "ctrl+r")
        await type_in(pilot, "Maître Lorvane")
        await press(pilot, "tab")
        await type_in(pilot, recipient_of(identity))
        await press(pilot, "f4")
        assert "Do they read out these words of their key?" in said()
        await press(pilot, "y")
        await type_in(pilot, str(out))
        await press(pilot, "f4")
        await wait_for_screen(pilot, QuestionsScreen)
        assert list(out.iterdir()) == []
        await press(pilot, "a")
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        assert NAME in said()
        assert "Qarvosh" not in said()
        assert list(out.iterdir()) == []
        await read_on(pilot)
        await press(pilot, "f4")
        await wait_for_screen(pilot, ExportScreen)
        assert "The package is at" in said()

        await press(pilot, "escape", "f8", ":log", "v")
        assert "Nothing was changed, removed or reordered" in said()
        await press(pilot, "escape", ":backup")
        await type_in(pilot, str(stick))
        await press(pilot, "f4")
        assert "It was opened again and read:" in said()
        await press(pilot, "enter", ":would be lost")
        assert "you would lose less than an hour of work" in said()
        await pilot.press("ctrl+l")

    drive(app, steps, size=(120, 40))
    app.close_vault()
    assert app.return_code == 75

    with place.open() as session:
        (row,) = cases.list_all(session)
        view = cases.open_case(session, cases.find(session, row.ref))
        assert [note.value.text for note in view.notes] == [NOTE]
        assert session.drafts().list() == []
        assert log_checking.verify(session).verified
    key = tmp_path / "lawyer.key"
    key.write_text(f"{identity}\n")
    (package,) = out.iterdir()
    opened = packages.open_to(package, identity_file=key, out=tmp_path / "opened")
    assert opened.files
    restored = backups.verify(stick, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=place.state)
    assert restored.drafts == 0


def test_declined_pages_are_sealed_for_nobody_and_the_log_says_so(founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    out = tmp_path / "out"
    out.mkdir()
    gateway = Gateway(place.path, state=place.state)
    gateway.unlock(MEMBER, bytearray(PASSPHRASE))
    new = gateway.acting.try_at_once(NEW, {"title": ("Hearing",), "kind": ("other",)})
    assert isinstance(new, Told)
    case = str(new.data["case"])
    said = {"name": ("Maître Lorvane",), "age": (recipient_of(make_identity()),)}
    gateway.acting.carry_out(ADD, said, gateway.acting.look(ADD, said), Agreed({"compared": "yes"}))
    seen: list[tuple[str, ...]] = []

    def decline(pages: tuple[str, ...]) -> bool:
        seen.append(pages)
        return False

    said = {"case": (case,), "profile": ("lawyer",), "to": ("Maître Lorvane",), "out": (str(out),)}
    with pytest.raises(CancelledError):
        gateway.acting.carry_out(EXPORT, said, gateway.acting.look(EXPORT, said), Agreed(read=decline))
    assert seen
    assert list(out.iterdir()) == []
    assert [line.act for line in gateway.evidence.read_log().lines][1:3] == ["export.abort", "case.view"]
    gateway.close()
