"""Make `docs/app.svg`, the picture of the README: the app on the vault of `casevault demo`, all people invented.

Run it in the environment of the tests: `.venv/bin/python scripts/app_picture.py`. References and times are fixed, so
that the picture changes only when the app does. The app itself makes no pictures; this script lends it the ability.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from vault.casework.note import note_of
from vault.casework.story.events import Deadline, Detention, Hearing

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tui.shell import quiet_process  # noqa: E402, F401  # isort: skip - the package takes Textual's switches away first
from textual.app import App  # noqa: E402
from typing_extensions import override  # noqa: E402

from tui.gateway import Gateway  # noqa: E402
from tui.gateway.case_contents import Casework  # noqa: E402
from tui.shell.app import CaseVaultApp  # noqa: E402
from tui.shell.start import Start  # noqa: E402
from tui.values.cases_shown import CaseShown, StageShown  # noqa: E402
from vault.access.unlock import unlock  # noqa: E402
from vault.seal.entrance.passphrase import FLOOR  # noqa: E402
from vault.services.cases import case_people, cases, notes, story_records  # noqa: E402
from vault.services.credentials import vault_founding  # noqa: E402
from vault.services.demo_cases import EXTRADITION, MEMBER, ORGANISATION  # noqa: E402

PICTURE = ROOT / "docs" / "app.svg"
SIZE = (112, 30)
TODAY = "2026-11-27"
NOW_MS = 1_795_766_400_000  # 2026-11-27 08:00 UTC
REF = "K7QM-3XPD"
FIRST_NOTE_MS = 1_795_419_600_000  # 2026-11-23 07:40 UTC
NEXT_NOTE_MS = 26 * 3_600_000
PASSPHRASE = b"demo"
SAFE_CONTACT = "Арсений Вьюжанин: messenger through his sister; after 18:00"
NEVER_USE = "+996 555 010 203"
STORY = (
    Detention(taken="2026-10-14", expires="2026-12-10"),
    Hearing("2026-10-16", about="Arrest", outcome="held for two months"),
    Hearing("2026-11-30T09:30", about="Extradition"),
    Deadline("Appeal", "2026-11-26"),
)
STAGES = (StageShown("flagged", "2026-09-19"), StageShown("provisional", "2026-10-14"))


class StillCasework(Casework):
    """The real one; only what is random or of today is made the same each time."""

    @override
    def open(self, case: str, why: str) -> CaseShown:
        shown = super().open(case, why)
        written = [
            replace(note, written_ms=FIRST_NOTE_MS + place * NEXT_NOTE_MS) for place, note in enumerate(shown.notes)
        ]
        return replace(
            shown,
            ref=REF,
            notes=tuple(written),
            safe_contacts=(SAFE_CONTACT,),
            never_use=(NEVER_USE,),
            stages=STAGES,
            today=TODAY,
        )


class StillGateway(Gateway):
    """The real gateway, over cases that stand still."""

    def __init__(self, path: Path, *, state: Path) -> None:
        super().__init__(path, state=state)
        self.casework = StillCasework(self._unlocked)


class PictureApp(CaseVaultApp):
    """The app, which may be photographed here."""

    export_screenshot = App.export_screenshot  # type: ignore[assignment]  # the safe app refuses


def make_vault(folder: Path) -> Path:
    """Make a vault with one case of the demo."""
    path, state = folder / "demo.vault", folder / "state"
    vault_founding.init(
        path,
        organisation=ORGANISATION,
        member=MEMBER,
        passphrase=bytearray(PASSPHRASE),
        memory_mib=FLOOR.memory_kib // 1024,
    )
    with unlock(path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=state) as session:
        case = cases.create(session, title=EXTRADITION.title, kind=EXTRADITION.kind).case
        for person in EXTRADITION.persons:
            case_people.add(session, case, role=person.role, names=person.names, born=person.born, phones=person.phones)
        for kind, text in EXTRADITION.notes:
            notes.add(session, case, note_of({"kind": kind, "text": text}))
        for record in STORY:
            story_records.add(session, case, record)
    return path


async def photograph(path: Path, state: Path) -> str:
    """Unlock the vault, open its case and return the screen as SVG, without fonts from elsewhere."""
    app = PictureApp(
        Start(path, MEMBER),
        open_gateway=lambda found: StillGateway(found, state=state),
        clock_ms=lambda: NOW_MS,
    )
    async with app.run_test(size=SIZE) as pilot:
        # The second key leaves what is proposed first: recovery sheets.
        for keys in (PASSPHRASE.decode(), ["enter"], ["escape"], ["c"], ["enter"], ["down"], ["down"]):
            await pilot.press(*keys)
            for _ in range(3):
                await app.workers.wait_for_complete()
                await pilot.pause()
        svg = app.export_screenshot(title="CaseVault")
    app.close_vault()
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)


def main() -> None:
    """Make the picture."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder  # founding pins the vault in the account's state folder
        path = make_vault(Path(folder))
        svg = asyncio.run(photograph(path, Path(folder) / "state"))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
