"""Makes tests/vectors/golden-1: a whole vault of format 1, schema 0001, that every later program has to open.

    python -m tests.vectors.make_golden

Never run again for a released format: a new format gets a new folder.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from vault.access.founding import found_vault
from vault.access.unlock import unlock
from vault.seal.passphrase import FLOOR
from vault.services import cases, notes, people

GOLDEN = Path(__file__).parent / "golden-1"
MEMBER, PASSPHRASE = "Alba Verrin", b"golden lantern of the first format"
TITLE, NAME, NOTE = "Golden case", "Тихон Омутков", "A note that must open for ever. 27 ноября."


def main() -> None:
    """Make the vault anew."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as state:
        found_vault(
            GOLDEN,
            organisation="Golden Aid",
            member_name=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            parameters=FLOOR,
            state=Path(state),
        )
        with unlock(GOLDEN, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=Path(state)) as session:
            case = cases.create(session, title=TITLE, kind="asylum").case
            people.add(session, case, role="client", names=[NAME], born="1987-06")
            notes.add(session, case, kind="interview", text=NOTE)
    (GOLDEN / "ballast").unlink()
    for folder in ("index", "drafts", "blobs"):
        shutil.rmtree(GOLDEN / folder)


if __name__ == "__main__":
    main()
