"""Makes tests/vectors/golden-2: a vault of several members as this program writes it, that every later one has to open.

    python -m tests.vectors.make_golden_2

Three people share the folder: Alba, whose passphrase is generated words; Ines, who needs a keyfile; Tove, from whom the
case was taken back. Oren works on a device of his own, and sent `oren.bundle`. Never run again for a released format.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import ask_to_join
from vault.access.factors import Factors
from vault.access.founding import found_vault
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.ids import MemberId, make_id
from vault.seal.passphrase import FLOOR
from vault.services import (
    cases,
    deputies,
    factors,
    intake,
    joining,
    members,
    notes,
    partners,
    people,
    register,
    sections,
    sharing,
    syncing,
)

GOLDEN = Path(__file__).parent / "golden-2"
KEYFILE, BUNDLE = GOLDEN / "ines.key", GOLDEN / "oren.bundle"
ALBA, INES, TOVE, OREN = "Alba Verrin", "Ines Calloway", "Tove Lindqvarn", "Oren Sabaluk"
WORDS = b"abacus abdomen abdominal abide abiding ability"
PASSPHRASES = {INES: b"second lantern of the first format", TOVE: b"third lantern"}
TITLE, SECTION, PERSON = "Golden case of several", "Where they sleep", "Тихон Омутков"
NOTES = ("Written before Tove lost the case.", "Written after. 27 ноября.", "Written by Ines.", "Sent by Oren.")
KEPT_APART, SLIP, DRAFT, RECIPIENT = "Behind the weir.", "Calls back on Monday.", "Half a sentence", "Advocate Orlova"
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def alba(path: Path, state: Path) -> Session:
    """Open it as the founder; the caller closes."""
    return unlock(path, member=ALBA, passphrase=bytearray(WORDS), state=state)


def ines(path: Path, state: Path, keyfile: Path = KEYFILE) -> Session:
    """Open it as the one with a keyfile; the caller closes."""
    secret = factors.device_secret_of(keyfile).secret
    return unlock(path, member=INES, passphrase=bytearray(PASSPHRASES[INES]), device_secret=secret, state=state)


def members_of(session: Session) -> dict[str, MemberId]:
    """Return who is in, by name."""
    return {one.name: one.member for one in members.list_all(session)}


def main() -> None:
    """Make the vault anew."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        state = folder / "state"
        path = folder / "golden.vault"
        found_vault(
            path,
            organisation="Golden Aid",
            member_name=ALBA,
            passphrase=bytearray(WORDS),
            parameters=FLOOR,
            state=state,
        )
        GOLDEN.mkdir()
        _fill(path, state, folder)
        for name in ("keys", "vault.db"):
            shutil.copy(path / name, GOLDEN / name)
        shutil.copytree(path / "drafts", GOLDEN / "drafts")


def _fill(path: Path, state: Path, folder: Path) -> None:
    with alba(path, state) as session:
        for name in (INES, TOVE):
            joining.admit_here(session, like="caseworker", name=name, passphrase=bytearray(PASSPHRASES[name]))
        invitation = joining.invite(session, like="supervisor")
        place = Place(folder / "oren.vault", folder / "oren")
        request, words = ask_to_join(folder, place, invitation, OREN)
        oren = joining.admit(session, joining.look(session, request), words, by_root=True)
        by_name = members_of(session)
        case = cases.create(session, title=TITLE, kind="asylum").case
        people.add(session, case, role="client", names=[PERSON], born="1987-06")
        sharing.grant(session, case, [by_name[INES], by_name[TOVE], oren.member])
        notes.add(session, case, kind="interview", text=NOTES[0])
        section = sections.create(session, case, what="location", title=SECTION)
        sections.add_note(session, section, kind="safety", text=KEPT_APART)
        sections.give(session, section, [by_name[INES]])
        sharing.revoke(session, case, [by_name[TOVE]])
        notes.add(session, case, kind="interview", text=NOTES[1])
        deputies.set_deputy(session, session.member, by_name[INES])
        partners.add(session, name=RECIPIENT, age_recipient=AGE)
        intake.add(session, text=SLIP)
        register.add(session, [PERSON])
        session.drafts().save(case, make_id(), DRAFT, "note")
        syncing.make(session, oren.member, folder / "first.bundle")
    _answer(path, state, folder, place)


def _answer(path: Path, state: Path, folder: Path, place: Place) -> None:
    """Let Ines write with a keyfile from now on, and Oren on his own device."""
    with unlock(path, member=INES, passphrase=bytearray(PASSPHRASES[INES]), state=state) as session:
        (row,) = cases.list_all(session)
        notes.add(session, cases.find(session, row.ref), kind="contact", text=NOTES[2])
        own = Factors(bytearray(PASSPHRASES[INES]))
        factors.add_keyfile(session, member=INES, factors=own, path=KEYFILE)
    joining.finish(place.path, folder / "first.bundle", member=OREN, passphrase=bytearray(PASSPHRASE))
    with unlock(place.path, member=OREN, passphrase=bytearray(PASSPHRASE), state=place.state) as session:
        (row,) = cases.list_all(session)
        notes.add(session, cases.find(session, row.ref), kind="contact", text=NOTES[3])
        syncing.make(session, members_of(session)[ALBA], BUNDLE)


if __name__ == "__main__":
    main()
