"""What tests/vectors/golden-2 holds: a vault of several members of format 1, that every later program has to open.

Three people share the folder: Alba, whose passphrase is generated words; Ines, who needs a keyfile; Tove, from whom the
case was taken back. Oren works on a device of his own, and sent `oren.bundle`. The program of that time made it, and
none makes it again: a new format gets a new folder.
"""

from __future__ import annotations

from pathlib import Path

from vault.access.session import Session
from vault.access.unlock import unlock
from vault.ids import MemberId
from vault.services.credentials import entering
from vault.services.members import members

GOLDEN = Path(__file__).parent / "golden-2"
KEYFILE, BUNDLE = GOLDEN / "ines.key", GOLDEN / "oren.bundle"
ALBA, INES, TOVE, OREN = "Alba Verrin", "Ines Calloway", "Tove Lindqvarn", "Oren Sabaluk"
WORDS = b"abacus abdomen abdominal abide abiding ability"
PASSPHRASES = {INES: b"second lantern of the first format", TOVE: b"third lantern"}
TITLE, SECTION, PERSON = "Golden case of several", "Where they sleep", "Тихон Омутков"
NOTES = ("Written before Tove lost the case.", "Written after. 27 ноября.", "Written by Ines.", "Sent by Oren.")
KEPT_APART, SLIP, DRAFT, RECIPIENT = "Behind the weir.", "Calls back on Monday.", "Half a sentence", "Advocate Orlova"


def alba(path: Path, state: Path) -> Session:
    """Open it as the founder; the caller closes."""
    return unlock(path, member=ALBA, passphrase=bytearray(WORDS), state=state)


def ines(path: Path, state: Path, keyfile: Path = KEYFILE) -> Session:
    """Open it as the one with a keyfile; the caller closes."""
    secret = entering.device_secret_of(keyfile).secret
    return unlock(path, member=INES, passphrase=bytearray(PASSPHRASES[INES]), device_secret=secret, state=state)


def members_of(session: Session) -> dict[str, MemberId]:
    """Return who is in, by name."""
    return {one.name: one.member for one in members.list_all(session)}
